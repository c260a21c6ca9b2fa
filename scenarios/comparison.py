"""Two plans side by side, child by child and measure by measure."""

from dataclasses import dataclass
from enum import Enum

from optimiser.core.units import MINUTE, Pence
from optimiser.places import costing
from optimiser.places.problem import BaseStatus, Problem
from optimiser.places.solution import Solution
from optimiser.places.tables import KINDS
from scenarios.runner import Outcome

WORSE_BY = 15 * MINUTE
"""A single journey longer by more than this is the headline "worse off"."""


class Fate(Enum):
    """What becomes of a child in the variant, against the baseline."""

    SAME = "same base"
    MOVED = "another base"
    PLACED = "placed, and was not before"
    UNPLACED = "without a base, and was not before"
    STILL_OUT = "without a base in both"
    NEW = "only in the variant"
    GONE = "only in the baseline"


@dataclass(frozen=True)
class ChildChange:
    """One child in one year: bases, single journeys in seconds and yearly transport in pence, before and after."""

    child: str
    area: str
    need: str
    fate: Fate
    before: str | None
    after: str | None
    seconds_before: int | None
    seconds_after: int | None
    transport_before: int
    transport_after: int

    @property
    def longer(self) -> int:
        """How many seconds longer the single journey is; 0 when there is nothing to compare."""
        if self.seconds_before is None or self.seconds_after is None:
            return 0
        return self.seconds_after - self.seconds_before

    @property
    def worse_off(self) -> bool:
        """Whether the single journey is longer by more than the headline threshold."""
        return self.longer > WORSE_BY


@dataclass(frozen=True)
class Measure:
    """One figure before and after; ``unit`` is pence, seconds, pupils, bases or places."""

    key: str
    name: str
    unit: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """A baseline and a variant: children in the last year of the plan, and measures over all its years.

    ``yearly_saving`` is money. The transport of a child who had a base and is left without one is not saved: the child
    will travel to a place elsewhere, so what the journey costs today is kept in the variant's money.
    """

    baseline: str
    variant: str
    children: tuple[ChildChange, ...]
    measures: tuple[Measure, ...]
    yearly_saving: tuple[Pence, ...]

    @property
    def worse_off(self) -> int:
        """How many children travel more than 15 minutes longer each way."""
        return sum(1 for each in self.children if each.worse_off)

    @property
    def moved(self) -> tuple[ChildChange, ...]:
        """The children whose base differs."""
        return tuple(each for each in self.children if each.fate in (Fate.MOVED, Fate.UNPLACED))

    def measure(self, key: str) -> Measure:
        """Return one measure by its key."""
        return next(each for each in self.measures if each.key == key)


def compare(baseline: Outcome, variant: Outcome, *, year: int | None = None) -> Comparison:
    """Return a comparison of two solved outcomes; children are compared in ``year`` (the last when None).

    Raises ValueError when either has no plan.
    """
    if baseline.result is None or baseline.result.solution is None:
        raise ValueError(f"{baseline.scenario.name} has no plan to compare: {baseline.refused}")
    if variant.result is None or variant.result.solution is None:
        raise ValueError(f"{variant.scenario.name} has no plan to compare: {variant.refused}")
    one = (baseline.problem, baseline.result.solution)
    other = (variant.problem, variant.result.solution)
    at = one[0].years - 1 if year is None else year
    saving = savings(one, other)
    children = children_compared(one, other, year=at)
    measures = (*_measures(one, other), *_child_measures(children))
    return Comparison(baseline.scenario.name, variant.scenario.name, children, measures, saving)


def as_read(band: str) -> tuple[bool, int, str]:
    """Return a key that puts groups in the order in which a person reads them: numbers by size, then words."""
    return (False, int(band), "") if band.isdigit() else (True, 0, band)


Plan = tuple[Problem, Solution]


def savings(one: Plan, other: Plan) -> tuple[Pence, ...]:
    """Return the money saved in each year, pence, with the transport of those left without a base kept as it is."""
    years = zip(costing.yearly(*one), costing.yearly(*other), strict=True)
    return tuple(
        Pence(old.money - new.money - held_transport(one, other, year)) for year, (old, new) in enumerate(years)
    )


def held_transport(one: Plan, other: Plan, year: int) -> Pence:
    """Return what the journeys cost in a year, pence, of children who have a base in one plan and none in the other."""
    if not one[0].prices.with_transport:
        return Pence(0)
    out = [child for child in _needing(one[0], year) & _needing(other[0], year) if (child, year) not in other[1].at]
    return Pence(sum(_where(one, child, year)[2] for child in out))


def children_compared(one: Plan, other: Plan, *, year: int) -> tuple[ChildChange, ...]:
    """Return every child who needs a place in a year of either plan, with what differs."""
    ids = sorted(_needing(one[0], year) | _needing(other[0], year))
    return tuple(_child(one, other, child, year) for child in ids)


def _needing(problem: Problem, year: int) -> set[str]:
    return {each.id for each in problem.pupils if each.enters <= year < each.enters + each.years_left}


def _child(one: Plan, other: Plan, child: str, year: int) -> ChildChange:
    before, seconds_before, transport_before = _where(one, child, year)
    after, seconds_after, transport_after = _where(other, child, year)
    held = one[0].pupil.get(child) or other[0].pupil[child]
    if child not in one[0].pupil:
        fate = Fate.NEW
    elif child not in other[0].pupil:
        fate = Fate.GONE
    else:
        fate = _fate(before, after)
    return ChildChange(
        child, held.area, held.need, fate, before, after,
        seconds_before, seconds_after, transport_before, transport_after,
    )  # fmt: skip


def _fate(before: str | None, after: str | None) -> Fate:
    if before is None:
        return Fate.STILL_OUT if after is None else Fate.PLACED
    if after is None:
        return Fate.UNPLACED
    return Fate.SAME if before == after else Fate.MOVED


def _where(plan: Plan, child: str, year: int) -> tuple[str | None, int | None, int]:
    problem, solution = plan
    base_id = solution.at.get((child, year))
    if base_id is None or child not in problem.pupil:
        return None, None, 0
    pupil, base = problem.pupil[child], problem.base[base_id]
    yearly = problem.yearly_transport(pupil, base, pupil.phase_in(year))
    return base_id, int(problem.seconds(pupil, base)), int(yearly)


def _measures(one: Plan, other: Plan) -> tuple[Measure, ...]:
    old, new = costing.breakdown(*one), costing.breakdown(*other)
    held = sum(held_transport(one, other, year) for year in range(one[0].years))
    found = [Measure("total", "Money and prices in all", "pence", old.total, new.total + held)]
    found.append(Measure("money", "Money in all", "pence", old.money, new.money + held))
    found += [
        Measure(kind, name, "pence", getattr(old, kind), getattr(new, kind))
        for kind, name in KINDS.items()
        if getattr(old, kind) or getattr(new, kind)
    ]
    if held:
        name = "Transport now of children left without a base, not counted as saved"
        found.append(Measure("held_transport", name, "pence", 0, held))
    found.append(
        Measure(
            "travel", "Single journeys over all pupils and years", "seconds",
            costing.journey_seconds(*one), costing.journey_seconds(*other),
        )
    )  # fmt: skip
    found.append(Measure("unplaced", "Stays without a base", "pupils", len(one[1].unplaced), len(other[1].unplaced)))
    found.append(Measure("open", "Bases open at the end", "bases", _open(one), _open(other)))
    found.append(Measure("places_bought", "Places bought at the end", "places", _places(one), _places(other)))
    return tuple(found)


def _open(plan: Plan) -> int:
    return sum(1 for each in plan[1].bases if each.open[-1])


def _places(plan: Plan) -> int:
    problem, solution = plan
    last = problem.years - 1
    return sum(
        base.commissioned[last] + solution.base[base.id].extra[last]
        for base in problem.bases
        if base.status is not BaseStatus.CLOSED and solution.base[base.id].open[last]
    )


def _child_measures(children: tuple[ChildChange, ...]) -> tuple[Measure, ...]:
    worse = sum(1 for each in children if each.worse_off)
    moved = sum(1 for each in children if each.fate in (Fate.MOVED, Fate.UNPLACED))
    return (
        Measure("worse_off", "Worse off by more than 15 minutes each way", "pupils", 0, worse),
        Measure("moved", "Children whose base differs", "pupils", 0, moved),
    )
