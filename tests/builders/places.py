"""Small placement problems, one thing different at a time."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from optimiser.core.travel import TravelMatrix
from optimiser.core.units import Pence, Seconds
from optimiser.places.problem import (
    Base,
    BaseStatus,
    Cell,
    CostBasis,
    Phase,
    Policy,
    Prices,
    Problem,
    Pupil,
)
from optimiser.places.solution import BasePlan, Placement, Solution, Unplaced, Why


def a_pupil(id: str = "p1", **changes: Any) -> Pupil:
    """A primary pupil with autism who lives at point 0 and costs £60,000 a year elsewhere."""
    given: dict[str, Any] = {
        "need": "ASC", "home": "at 0", "area": "East", "phase": Phase.PRIMARY, "outside": Pence(6_000_000)
    }  # fmt: skip
    return Pupil(id, **{**given, **changes})


def a_base(id: str = "b1", **changes: Any) -> Base:
    """A primary autism base at point 10 in East with two places at £10,000 each."""
    given: dict[str, Any] = {
        "school": f"school {id}", "place": "at 10", "area": "East", "needs": ("ASC",), "phases": (Phase.PRIMARY,),
        "commissioned": (2,), "place_rate": Pence(1_000_000),
    }  # fmt: skip
    return Base(id, **{**given, **changes})


def a_line(points: Sequence[int] = (0, 5, 10, 20, 30, 60)) -> TravelMatrix:
    """Places on a line, called ``at N``, N minutes and N kilometres from nought."""
    at = np.array(points)
    apart = np.abs(at[:, None] - at[None, :])
    return TravelMatrix(
        tuple(f"at {point}" for point in points),
        (apart * 60).astype(np.int32),
        (apart * 1000).astype(np.int32),
        "a line, made up",
        "line",
    )


def some_prices(**changes: Any) -> Prices:
    """Prices without transport, choices or viability, so that a test adds only what it is about."""
    given: dict[str, Any] = {
        "with_transport": False, "preference": (), "sibling": Pence(0), "viability": None, "over_place": None,
        "move": Pence(300_000), "sensitive_move": Pence(200_000), "named_refused": Pence(700_000),
    }  # fmt: skip
    return Prices(**{**given, **changes})


def a_problem(pupils: Sequence[Pupil] | None = None, bases: Sequence[Base] | None = None, **changes: Any) -> Problem:
    """One pupil and one base over one year, or what is given."""
    given: dict[str, Any] = {"travel": a_line(), "prices": some_prices()}
    return Problem(
        tuple([a_pupil()] if pupils is None else pupils),
        tuple([a_base()] if bases is None else bases),
        **{**given, **changes},
    )


def a_plan(
    problem: Problem, at: dict[str, str | None], *, closed: Sequence[str] = (), extra: dict[str, int] | None = None
) -> Solution:
    """A plan that puts every pupil at one base (None for nowhere) in all years, with some bases closed throughout."""
    placements, unplaced = [], []
    for stay in problem.stays:
        base = at.get(stay.pupil)
        if base is None:
            unplaced.append(Unplaced(stay.pupil, stay.first, stay.last, Why.FULL))
        else:
            placements.append(Placement(stay.pupil, base, stay.first, stay.last))
    bases = tuple(
        BasePlan(
            base.id,
            (base.id not in closed and (not base.candidate or base.opens == 0),) * problem.years,
            ((extra or {}).get(base.id, 0),) * problem.years,
        )
        for base in problem.bases
    )
    return Solution(tuple(placements), tuple(unplaced), bases)


def a_random_problem(seed: int, *, years: int = 1) -> Problem:
    """A tiny problem with every kind of thing in it now and then; small enough to try every answer."""
    draw = random.Random(seed)
    points = (0, 5, 10, 20, 30, 60)
    basis = draw.choice(list(CostBasis))
    bases = [_random_base(draw, number, points, basis, years) for number in range(draw.randint(1, 3))]
    ids = [base.id for base in bases]
    pupils = [_random_pupil(draw, number, points, ids, years) for number in range(draw.randint(1, 4))]
    prices = some_prices(
        basis=basis,
        with_transport=draw.random() < 0.5,
        core=Pence(draw.choice((0, 350_000))),
        with_core=draw.random() < 0.5,
        preference=draw.choice(((), (Pence(150_000), Pence(100_000)))),
        sibling=Pence(draw.choice((0, 90_000))),
        out_of_area=Pence(draw.choice((0, 50_000))),
        quality_point=Pence(draw.choice((0, 1_000))),
        minute=Pence(draw.choice((0, 700))),
        unplaced=Pence(draw.choice((0, 40_000))),
        over_place=draw.choice((None, Pence(200_000))),
        viability=draw.choice((None, Pence(100_000))) if draw.random() < 0.2 else Pence(100_000),
    )
    policy = Policy(
        travel_limit=Seconds(draw.choice((15, 45)) * 60),
        moving_allowed=draw.random() < 0.8,
        max_closures=draw.choice((0, 1, 2, None)),
        min_closures=0,
        max_openings=draw.choice((0, 1, None)),
        max_moves=draw.choice((None, None, 0, 1)),
        remove_places=draw.choice((0, 0, 0, 1)),
        never_to_zero=(Cell("East", "ASC"),) if draw.random() < 0.2 else (),
        protect_sole_providers=draw.random() < 0.1,
        forbidden_sets=(("b0",),) if draw.random() < 0.15 else (),
        travel_budget=draw.choice((None, None, None, 5_000)),
    )
    names = tuple(f"year {year}" for year in range(years))
    return Problem(tuple(pupils), tuple(bases), a_line(points), names, prices=prices, policy=policy)


def _random_base(draw: random.Random, number: int, points: Sequence[int], basis: CostBasis, years: int) -> Base:
    status = draw.choices((BaseStatus.OPEN, BaseStatus.CANDIDATE, BaseStatus.CLOSED), (8, 3, 1))[0]
    return a_base(
        f"b{number}",
        place=f"at {draw.choice(points)}",
        area=draw.choice(("East", "West")),
        needs=draw.choice((("ASC",), ("ASC", "HI"), ("HI",))),
        phases=draw.choice(((Phase.PRIMARY,), (Phase.PRIMARY, Phase.SECONDARY), (Phase.SECONDARY,))),
        commissioned=tuple(draw.randint(0, 2) for _ in range(years)),
        place_rate=Pence(draw.choice((800_000, 1_000_000))),
        empty_rate=Pence(1_100_000),
        top_up=Pence(draw.choice((0, 200_000))),
        fixed=Pence(draw.choice((0, 500_000, 3_000_000))),
        opening=Pence(draw.choice((0, 400_000))),
        closing=Pence(draw.choice((0, 250_000))),
        rate_basis=basis,
        physical_max=draw.choice((None, 1, 2)),
        extra_max=draw.choice((0, 0, 1)),
        extra_rate=Pence(900_000),
        quality=draw.choice((100, 60)),
        min_viable=draw.choice((0, 0, 1, 2)),
        status=status,
        may_close=draw.random() < 0.9,
        closes=draw.choice((None, None, None, years - 1)) if status is BaseStatus.OPEN else None,
        opens=draw.choice((None, 0)) if status is BaseStatus.CANDIDATE else None,
        admits_until=draw.choice((None, None, None, years - 1)),
        keeps_children=draw.random() < 0.2,
    )


def _random_pupil(draw: random.Random, number: int, points: Sequence[int], bases: list[str], years: int) -> Pupil:
    enters = draw.choice((0, 0, years - 1))
    current = draw.choice((None, *bases)) if enters == 0 else None
    year_group = draw.choice((None, 3, 6))
    return a_pupil(
        f"p{number}",
        need=draw.choice(("ASC", "ASC", "HI")),
        home=f"at {draw.choice(points)}",
        area=draw.choice(("East", "West")),
        year_group=year_group,
        outside=Pence(draw.choice((900_000, 2_500_000, 6_000_000))),
        enters=enters,
        years_left=draw.randint(1, years),
        current=current,
        preferences=tuple(draw.sample(bases, draw.randint(0, len(bases)))),
        sibling_base=draw.choice((None, *bases)),
        named_base=draw.choice((None, None, *bases)),
        sensitive=draw.random() < 0.3,
        refuses=tuple(draw.sample(bases, 1)) if draw.random() < 0.15 else (),
        breaks=(1,) if years > 1 and draw.random() < 0.4 else (),
    )
