"""What a guides plan costs in pence a day, term by term; the only place a cost comes from."""

from dataclasses import dataclass

from optimiser.core.units import Pence
from optimiser.guides.problem import Direction, Guide, GuidesProblem, Need, Run
from optimiser.guides.solution import Assignment, GuidesSolution


@dataclass(frozen=True, slots=True)
class Costs:
    """The terms of a plan's cost in pence a day. ``pay`` includes contract guides whether or not they have a run."""

    pay: int
    detours: int
    own_travel: int
    new_faces: int
    splits: int
    changes: int
    long_halves: int
    uncovered: int
    unmet: int

    @property
    def total(self) -> Pence:
        """The sum of the terms."""
        return Pence(
            self.pay
            + self.detours
            + self.own_travel
            + self.new_faces
            + self.splits
            + self.changes
            + self.long_halves
            + self.uncovered
            + self.unmet
        )


def left_out(problem: GuidesProblem, run: Run) -> int:
    """Return the price of leaving a run without a guide, in pence."""
    prices = problem.prices
    if run.need is Need.REQUIRED:
        medical = prices.uncovered_medical * run.medical
        return prices.uncovered + prices.uncovered_child * len(run.stops) + medical
    if run.need is Need.PREFERRED:
        return prices.unmet + prices.unmet_child * len(run.stops)
    return 0


def standing_pay(problem: GuidesProblem) -> int:
    """Return a day's pay of the contract guides at work, which no choice changes, in pence."""
    return sum(
        guide.pay
        for guide in problem.guides
        if not guide.relief and problem.day.weekday() in guide.days and guide.id not in problem.absent
    )


def half_pay(guide: Guide, direction: Direction) -> int:
    """Return what using a guide in one half of the day costs: nothing more on contract, half a day's pay on relief."""
    if not guide.relief:
        return 0
    return guide.pay // 2 if direction is Direction.AM else guide.pay - guide.pay // 2


def long_half(problem: GuidesProblem, guide: Guide, work: int) -> int:
    """Return the price of a half-day aboard of ``work`` seconds beyond the contract, in pence."""
    return max(0, work - guide.contract) * problem.prices.long_half // 60


def breakdown(problem: GuidesProblem, solution: GuidesSolution) -> Costs:
    """Return every term of a plan's cost, in pence a day; named backups are priced apart by :func:`backup_cost`."""
    prices = problem.prices
    holder = solution.holder
    known = [each for each in solution.assignments if each.run in problem.run and each.guide in problem.guide]
    return Costs(
        pay=standing_pay(problem) + _relief_pay(problem, known),
        detours=sum(each.detour * prices.detour // 60 for each in known),
        own_travel=sum(each.reach * prices.own_travel // 60 for each in known),
        new_faces=prices.new_face
        * sum(len(set(problem.run[a.run].children) - problem.guide[a.guide].knows) for a in known),
        splits=prices.split * sum(len(problem.run[a.run].stops) for a in known if is_split(problem, solution, a)),
        changes=prices.changed
        * sum(
            len(problem.run[a.run].stops)
            for a in known
            if a.run in problem.current and problem.current[a.run] != a.guide
        ),
        long_halves=_long_halves(problem, known),
        uncovered=sum(left_out(problem, r) for r in problem.guided if r.need is Need.REQUIRED and r.id not in holder),
        unmet=sum(left_out(problem, r) for r in problem.guided if r.need is Need.PREFERRED and r.id not in holder),
    )


def cost(problem: GuidesProblem, solution: GuidesSolution) -> Pence:
    """Return a plan's cost in pence a day."""
    return breakdown(problem, solution).total


def is_split(problem: GuidesProblem, solution: GuidesSolution, assignment: Assignment) -> bool:
    """Return whether the other half of an assignment's route has another guide or none."""
    run = problem.run[assignment.run]
    return any(solution.holder.get(other.id) != assignment.guide for other in problem.partners(run))


def backup_cost(problem: GuidesProblem, solution: GuidesSolution) -> Pence:
    """Return the price of a plan's backups, in pence: names missing, new faces, and leaning on one person twice.

    For each required run, ``no_first`` or ``no_second`` for a name missing, ``backup_new_face`` per child who does not
    know the person named, and ``backup_takes`` where that person rides another run in that half. Being first on n
    routes costs ``backup_shared`` x n(n-1)/2.
    """
    prices = problem.prices
    total = 0
    first: dict[str, set[str]] = {}
    busy = {(each.guide, problem.run[each.run].direction) for each in solution.assignments if each.run in problem.run}
    for run in problem.guided:
        if run.need is not Need.REQUIRED:
            continue
        ranked = {each.rank: each.guide for each in solution.backups if each.run == run.id}
        total += (1 not in ranked) * prices.no_first + (2 not in ranked) * prices.no_second
        for guide in ranked.values():
            total += prices.backup_new_face * len(set(run.children) - problem.guide[guide].knows)
            total += prices.backup_takes * ((guide, run.direction) in busy)
        if 1 in ranked:
            first.setdefault(ranked[1], set()).add(run.route or run.id)
    return Pence(
        total + sum(prices.backup_shared * (len(routes) * (len(routes) - 1) // 2) for routes in first.values())
    )


def _relief_pay(problem: GuidesProblem, known: list[Assignment]) -> int:
    halves = {(each.guide, problem.run[each.run].direction) for each in known}
    return sum(half_pay(problem.guide[guide], direction) for guide, direction in halves)


def _long_halves(problem: GuidesProblem, known: list[Assignment]) -> int:
    work: dict[tuple[str, Direction], int] = {}
    for each in known:
        key = (each.guide, problem.run[each.run].direction)
        work[key] = work.get(key, 0) + problem.run[each.run].work
    return sum(long_half(problem, problem.guide[guide], seconds) for (guide, _), seconds in work.items())
