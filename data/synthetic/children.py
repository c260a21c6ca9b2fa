"""Invented children: who they are to the planner, where home is, which school and base."""

from collections import defaultdict
from datetime import date

import numpy as np

from data.records.pupils import Pupil
from data.records.schools import Base, School
from data.synthetic import papers
from data.synthetic.estate import BASE_SIZES, Estate
from data.synthetic.homes import Homes
from data.synthetic.size import FICTION, NEED_MIX, SCHOOL_MIX, Size, chances

REACH = {
    "special": 3500.0,
    "independent special": 5000.0,
    "alternative provision": 4000.0,
    "base": 2500.0,
    "mainstream": 1500.0,
}
"""How fast the chance of a home falls with distance from the school, metres."""

WAITING_SHARE = 0.09
"""Children who need a base place and have none, as a share of all places; assumed."""


def make_children(size: Size, seed: int, estate: Estate, homes: Homes) -> list[Pupil]:
    """Return the children in bases, the children waiting for one, and every other child carried by a vehicle."""
    rng = chances(seed, "children")
    pupils = _in_bases(size, estate, homes, rng) + _waiting(estate, homes, rng)
    by_base = [at for at, pupil in enumerate(pupils) if pupil.base]
    carried = rng.permutation(by_base)[: min(len(by_base) // 2, size.riders * SCHOOL_MIX["mainstream"] // 100)]
    for at in carried:
        pupils[at] = pupils[at].model_copy(update={"transport": "vehicle", "reason": "SEND"})
    pupils += _riders(size, estate, homes, rng, size.riders - len(carried))
    numbered = [pupil.model_copy(update={"id": f"P{number:05d}"}) for number, pupil in enumerate(pupils, start=1)]
    return _ties(numbered, rng)


def filled_places(bases: tuple[Base, ...], phase: str, rate: float) -> dict[str, int]:
    """Return how many places of each base of a phase are filled: the total at a rate, shared by largest remainder."""
    ours = [base for base in bases if base.phase == phase]
    total = round(sum(base.places for base in ours) * rate)
    shares = {base.id: base.places * rate for base in ours}
    filled = {base: int(share) for base, share in shares.items()}
    over = sorted(shares, key=lambda base: (filled[base] - shares[base], base))
    for base in over[: total - sum(filled.values())]:
        filled[base] += 1
    return filled


def _in_bases(size: Size, estate: Estate, homes: Homes, rng: np.random.Generator) -> list[Pupil]:
    commissioned = {phase: sum(n for (a, need), n in _by_phase(phase).items()) for phase in ("primary", "secondary")}
    filled: dict[str, int] = {}
    for phase, count in papers.FILLED.items():
        filled |= filled_places(estate.bases, phase, count / commissioned[phase])
    found = []
    for base in estate.bases:
        for row in homes.near(rng, *estate.points[base.school], reach=REACH["base"], count=filled[base.id]):
            found.append(_placed(base, homes, row, rng, base.id))
    return found


def _by_phase(phase: str) -> dict[tuple[str, str], int]:
    return {(area, need): sum(sizes) for (area, need, each), sizes in BASE_SIZES.items() if each == phase}


def _waiting(estate: Estate, homes: Homes, rng: np.random.Generator) -> list[Pupil]:
    wanted = max(3, round(sum(base.places for base in estate.bases) * WAITING_SHARE))
    weights = np.array([base.places for base in estate.bases], dtype=np.float64)
    found = []
    for at in rng.choice(len(estate.bases), size=wanted, p=weights / weights.sum()):
        base = estate.bases[int(at)]
        row = homes.near(rng, *estate.points[base.school], reach=REACH["base"] * 1.5, count=1)[0]
        pupil = _placed(base, homes, row, rng, None)
        choices = [other.id for other in estate.bases if other.need == base.need and other.phase == base.phase]
        first = tuple(rng.permutation(choices)[:2].tolist()) if rng.random() < 0.7 else ()
        found.append(pupil.model_copy(update={"school": None, "wants_base": True, "base_choices": first}))
    return found


def _placed(base: Base, homes: Homes, row: int, rng: np.random.Generator, held: str | None) -> Pupil:
    assert base.lowest_year is not None and base.highest_year is not None
    return Pupil(
        id="P0",
        postcode=homes.postcodes[row],
        area=str(homes.areas[row]),
        school=base.school,
        year=int(rng.integers(base.lowest_year, base.highest_year + 1)),
        need=base.need,
        transport="no",
        base=held,
        sensitivity=("low", "medium", "high")[int(rng.choice(3, p=[0.7, 0.2, 0.1]))],
        deprivation=int(min(10, 1 + rng.geometric(0.35) - 1)) or 1,
        fictional=FICTION,
    )


def _riders(size: Size, estate: Estate, homes: Homes, rng: np.random.Generator, wanted: int) -> list[Pupil]:
    """Return the other children on vehicles: mostly at special schools, some at a quarter of the ordinary ones."""
    schools: dict[str, list[School]] = defaultdict(list)
    for school in estate.schools:
        schools["mainstream" if school.type in ("mainstream", "academy") else school.type].append(school)
    ordinary = schools["mainstream"]
    some = rng.permutation(len(ordinary))[: max(3, len(ordinary) // 4)]
    schools["mainstream"] = [ordinary[int(at)] for at in some]
    kinds = [kind for kind in SCHOOL_MIX if schools[kind]]
    already = size.riders - wanted
    weights = np.array([SCHOOL_MIX[kind] for kind in kinds], dtype=np.float64)
    counts = np.floor(weights / weights.sum() * size.riders).astype(int)
    if "mainstream" in kinds:
        at = kinds.index("mainstream")
        counts[at] = max(0, counts[at] - already)
    counts[0] += wanted - counts.sum()
    found = []
    for kind, count in zip(kinds, counts, strict=True):
        share = rng.dirichlet(np.full(len(schools[kind]), 6.0))
        for school, number in zip(schools[kind], rng.multinomial(int(count), share), strict=True):
            rows = homes.near(rng, *estate.points[school.id], reach=REACH[kind], count=int(number))
            found += [_rider(school, homes, row, rng) for row in rows]
    return found


def _rider(school: School, homes: Homes, row: int, rng: np.random.Generator) -> Pupil:
    needs = list(NEED_MIX)
    weights = np.array(list(NEED_MIX.values()), dtype=np.float64)
    part_week = rng.random() < 0.03
    trips = "both" if rng.random() > 0.03 else ("morning", "afternoon")[int(rng.integers(2))]
    starts = date(2019, 9, 2) if rng.random() < 0.9 else date(2020, 1, 6)
    return Pupil(
        id="P0",
        postcode=homes.postcodes[row],
        area=str(homes.areas[row]),
        school=school.id,
        year=_year(school.phase, rng),
        need=needs[int(rng.choice(len(needs), p=weights / weights.sum()))],
        second_need="SLCN" if rng.random() < 0.2 else None,
        transport="vehicle",
        reason="SEND",
        days=tuple(sorted(rng.choice(5, size=3, replace=False).tolist())) if part_week else (0, 1, 2, 3, 4),
        trips=trips,
        slow_change=bool(rng.random() < 0.15),
        parent_willing=bool(rng.random() < 0.12),
        ready=7 * 3600 if rng.random() < 0.1 else None,
        start=starts,
        deprivation=int(min(10, rng.geometric(0.35))),
        fictional=FICTION,
    )


def _year(phase: str, rng: np.random.Generator) -> int:
    stage = {"primary": 0, "nursery": 0, "secondary": 1}.get(phase, int(rng.choice(3, p=[0.42, 0.50, 0.08])))
    return int((rng.integers(0, 7), rng.integers(7, 12), rng.integers(12, 14))[stage])


def _ties(pupils: list[Pupil], rng: np.random.Generator) -> list[Pupil]:
    """Return the children with a few who must ride together (siblings, at one home) and a few who must not."""
    found = {pupil.id: pupil for pupil in pupils}
    riders: dict[str, list[str]] = defaultdict(list)
    for pupil in pupils:
        if pupil.transport == "vehicle" and pupil.trips == "both" and len(pupil.days) == 5 and pupil.school:
            riders[pupil.school].append(pupil.id)
    for ids in riders.values():
        mixed = rng.permutation(ids).tolist()
        for _ in range(len(ids) // 25):
            first, second, third, fourth = (mixed.pop() for _ in range(4))
            home = {"postcode": found[first].postcode, "area": found[first].area, "together": (first,)}
            found[second] = found[second].model_copy(update=home)
            found[third] = found[third].model_copy(update={"apart": (fourth,)})
    return list(found.values())
