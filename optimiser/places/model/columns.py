"""The decisions as columns: which base is open when, who is where, what is bought, and what falls short."""

from collections.abc import Collection
from dataclasses import dataclass, field

from optimiser.core.mip import LinearModel
from optimiser.places import costing
from optimiser.places.problem import Base, BaseStatus, Phase, Problem, Stay
from optimiser.places.rules import barriers, has_claim

Dropped = Collection[str]
"""Rules left out of a model on purpose, so that a test can show that each is needed."""


@dataclass
class Columns:
    """Where each decision stands in the model. Stays are numbered as in ``problem.stays``."""

    problem: Problem
    drop: frozenset[str]
    model: LinearModel = field(default_factory=LinearModel)
    open: dict[tuple[str, int], int] = field(default_factory=dict)
    at: list[dict[str, int]] = field(default_factory=list)
    out: list[int] = field(default_factory=list)
    extra: dict[tuple[str, int], int] = field(default_factory=dict)
    over: dict[tuple[str, int], int] = field(default_factory=dict)
    short: dict[tuple[str, int], int] = field(default_factory=dict)
    move: dict[int, int] = field(default_factory=dict)
    there: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    claims: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    budget: int | None = None
    moves: int | None = None

    @property
    def stays(self) -> tuple[Stay, ...]:
        """The problem's stays."""
        return self.problem.stays

    def always_open(self, base: str, year: int) -> bool:
        """Return whether the model has the base open in a year whatever is decided."""
        return self.model.lower[self.open[base, year]] == 1.0

    def weakest_years(self, base: Base, stay: Stay) -> tuple[int, ...]:
        """Return the years of a stay in which being open implies being open in all of them."""
        if "once-closed" in self.drop:
            return tuple(range(stay.first, stay.last + 1))
        return (stay.first,) if base.candidate else (stay.last,)


def lay(problem: Problem, drop: Dropped = ()) -> Columns:
    """Return the columns of a problem with their costs in pence."""
    columns = Columns(problem, frozenset(drop))
    for base in problem.bases:
        for year in range(problem.years):
            _base_year(columns, base, year)
    suited: dict[tuple[str, Phase], list[Base]] = {}
    for base in problem.bases:
        for need in base.needs:
            for phase in base.phases:
                suited.setdefault((need, phase), []).append(base)
    all_bases = {"designation", "phase-and-year"} & columns.drop
    for number, stay in enumerate(problem.stays):
        pupil = problem.pupil[stay.pupil]
        suitable = suited.get((pupil.need, stay.phase), [])
        now = None if pupil.current is None else problem.base[pupil.current]
        if now is not None and now.keeps_children and now not in suitable:
            suitable = [*suitable, now]
        _stay(columns, number, stay, problem.bases if all_bases else suitable)
    return columns


def _state(base: Base, year: int, drop: frozenset[str]) -> tuple[float, float]:
    """Return the least and most that the open column of a base may be in a year."""
    if "fixed-status" in drop:
        return 0.0, 1.0
    if base.status is BaseStatus.CLOSED:
        return 0.0, 0.0
    if base.candidate:
        if year < base.open_from or (base.opens is not None and year < base.opens):
            return 0.0, 0.0
        return (0.0, 1.0) if base.opens is None else (1.0, 1.0)
    if base.closes is not None:
        return (1.0, 1.0) if year < base.closes else (0.0, 0.0)
    return (1.0, 1.0) if not base.may_close or year < base.close_from else (0.0, 1.0)


def _base_year(columns: Columns, base: Base, year: int) -> None:
    model, problem, key = columns.model, columns.problem, (base.id, year)
    lower, upper = _state(base, year, columns.drop)
    standing = costing.base_year(base, year, extra=0).total
    if base.status is BaseStatus.OPEN and year == problem.years - 1:
        standing = type(standing)(standing - base.closing)
        model.offset += base.closing
    columns.open[key] = model.variable(cost=standing, lower=lower, upper=upper)
    columns.there[key], columns.claims[key] = [], []
    if base.extra_max or "extra-places" in columns.drop:
        most = base.extra_max if "extra-places" not in columns.drop else base.extra_max + 5
        columns.extra[key] = model.variable(cost=base.extra_rate, upper=most)
    if problem.prices.over_place is not None:
        columns.over[key] = model.variable(cost=problem.prices.over_place, upper=len(problem.pupils), whole=False)
    if base.min_viable and problem.prices.viability is not None:
        columns.short[key] = model.variable(cost=problem.prices.viability, upper=base.min_viable, whole=False)


def _stay(columns: Columns, number: int, stay: Stay, candidates: Collection[Base]) -> None:
    problem, model = columns.problem, columns.model
    pupil = problem.pupil[stay.pupil]
    columns.at.append({})
    for base in candidates:
        if any(rule not in columns.drop for rule in barriers(problem, stay, base)):
            continue
        each, once = costing.yearly_at(problem, stay, base), costing.once_at(problem, stay, base)
        column = model.variable(cost=each.total * stay.years + once.total)
        columns.at[number][base.id] = column
        for year in range(stay.first, stay.last + 1):
            columns.there[base.id, year].append(column)
            if has_claim(problem, pupil, stay, base.id):
                columns.claims[base.id, year].append(column)
    each, once = costing.without(problem, stay)
    columns.out.append(model.variable(cost=each.total * stay.years + once.total))
    if stay.number and stay.moves:
        columns.move[number] = model.variable(cost=costing.move_price(problem, pupil), whole=False)
