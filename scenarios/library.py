"""Scenarios that are asked again and again: close each base, wind down three ways, and doubt every assumption."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, ignore
from optimiser.core.units import Pence
from optimiser.places.problem import Base, BaseStatus, Phase, Problem
from scenarios.changes.places import CloseBase, OpenBase, StopAdmitting, Winding
from scenarios.changes.terms import FillTo, Grow, Reprice
from scenarios.comparison import savings
from scenarios.runner import Outcome, Pool, run
from scenarios.scenario import Scenario


def close_each(problem: Problem, *, year: int = 0, together: int = 1) -> tuple[Scenario, ...]:
    """Return a scenario for closing each base open today, or each set of so many."""
    able = [b.id for b in problem.bases if b.status is BaseStatus.OPEN and b.may_close and b.close_from <= year]
    return tuple(
        Scenario(f"Close {' and '.join(bases)}", tuple(CloseBase(base, year) for base in bases))
        for bases in combinations(able, together)
    )


def windings(bases: Iterable[str], *, year: int = 0) -> tuple[Scenario, ...]:
    """Return one scenario for each way of winding the same bases down."""
    chosen = tuple(bases)
    return tuple(
        Scenario(f"Close {', '.join(chosen)}: {winding.value}", tuple(CloseBase(b, year, winding) for b in chosen))
        for winding in Winding
    )


def doubts(problem: Problem) -> tuple[Scenario, ...]:
    """Return the assumptions to doubt: occupancy, growth, each price, and each base refusing new pupils."""
    needs = sorted({pupil.need for pupil in problem.pupils})
    found = [Scenario(f"Occupancy at most {percent} %", (FillTo(percent),)) for percent in (80, 88, 95)]
    found += [Scenario(f"Demand {percent:+d} %", (Grow(percent),)) for percent in (-10, 5, 10)]
    found += [Scenario(f"{need} {percent:+d} %", (Grow(percent, need),)) for need in needs[:3] for percent in (25,)]
    for what in ("places", "transport", "outside"):
        found += [Scenario(f"Price of {what} {percent} %", (Reprice(what, percent),)) for percent in (80, 120)]
    refusing = [base.id for base in problem.bases if base.status is BaseStatus.OPEN][:5]
    found += [Scenario(f"Base {base} refuses new pupils", (StopAdmitting(base),)) for base in refusing]
    return tuple(found)


def hub(
    base: str, like: Base, *, place: str, area: str, needs: tuple[str, ...], places: int, year: int = 0
) -> OpenBase:
    """Return the opening of a sensory hub at a place: like another base in its prices, with its own needs and size."""
    years = len(like.commissioned)
    fresh = replace(
        like, id=base, school=f"hub at {place}", place=place, area=area, needs=needs,
        phases=(Phase.PRIMARY, Phase.SECONDARY), commissioned=(places,) * years, roll=0, status=BaseStatus.CANDIDATE,
        physical_max=None, lowest_year=None, highest_year=None,
    )  # fmt: skip
    return OpenBase(base, year, fresh)


@dataclass(frozen=True)
class Doubt:
    """One assumption changed: what the option then saves over things as they then are, and what it does to children."""

    name: str
    saving: Pence | None
    unplaced: int | None
    survives: bool
    refused: str = ""


def doubted(
    problem: Problem,
    option: Scenario,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    pool: Pool | None = None,
    progress: Progress = ignore,
    within: float | None = None,
) -> tuple[Doubt, ...]:
    """Return whether an option still saves money, with nobody more unplaced, under each doubt.

    Each doubt is solved twice alike, without the option and with it; the first row is the option as things are.
    """
    checks = (Scenario("As things are"), *doubts(problem))
    pairs: list[Scenario] = []
    for check in checks:
        pairs += [check, Scenario(f"{check.name}, {option.name}", (*check.changes, *option.changes))]
    outcomes = run(problem, pairs, limits=limits, seed=seed, pool=pool, progress=progress, within=within)[1:]
    return tuple(_doubt(check.name, outcomes[2 * row], outcomes[2 * row + 1]) for row, check in enumerate(checks))


def _doubt(name: str, without: Outcome, within: Outcome) -> Doubt:
    refused = without.refused or within.refused or "no plan was found"
    if without.result is None or within.result is None:
        return Doubt(name, None, None, False, refused)
    one, other = without.result.solution, within.result.solution
    if one is None or other is None:
        return Doubt(name, None, None, False, refused)
    saving = Pence(sum(savings((without.problem, one), (within.problem, other))))
    more = len(other.unplaced) - len(one.unplaced)
    return Doubt(name, saving, more, saving > 0 and more <= 0)
