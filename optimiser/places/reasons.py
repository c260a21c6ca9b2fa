"""Why a pupil is without a base: the first thing in the way, from nothing suitable to a dearer place."""

from optimiser.places import costing
from optimiser.places.problem import Base, Problem, Stay
from optimiser.places.rules import barriers, designated, group_limit, serves
from optimiser.places.solution import Solution, Unplaced, Why


def with_reasons(problem: Problem, solution: Solution) -> Solution:
    """Return the same plan with the reason filled in for everyone unplaced."""
    if not solution.unplaced:
        return solution
    stays = {(stay.pupil, stay.first): stay for stay in problem.stays}
    rolls = tuple(costing.rolls_in(solution, year) for year in range(problem.years))
    told = tuple(
        Unplaced(each.pupil, each.first, each.last, reason(problem, solution, stays[each.pupil, each.first], rolls))
        for each in solution.unplaced
    )
    return Solution(solution.placements, told, solution.bases)


def reason(problem: Problem, solution: Solution, stay: Stay, rolls: tuple[dict[str, int], ...]) -> Why:
    """Return what keeps one stay out of every base."""
    pupil = problem.pupil[stay.pupil]
    suited = [
        (base, barriers(problem, stay, base))
        for base in problem.bases
        if designated(base, pupil) and serves(base, pupil, stay)
    ]
    if not suited:
        return Why.NO_DESIGNATION
    near = [(base, found) for base, found in suited if "travel-limit" not in found and "refused-base" not in found]
    if not near:
        return Why.TOO_FAR
    able = [base for base, found in near if not found and _open_throughout(solution, stay, base)]
    if not able:
        return Why.CLOSED
    vacant = [base for base in able if _has_place(problem, solution, stay, base, rolls)]
    if not vacant:
        return Why.FULL
    return Why.DEARER if _dearer(problem, stay, vacant) else Why.CHOSEN


def _open_throughout(solution: Solution, stay: Stay, base: Base) -> bool:
    return all(solution.open_in(base.id, year) for year in range(stay.first, stay.last + 1))


def _has_place(problem: Problem, solution: Solution, stay: Stay, base: Base, rolls: tuple[dict[str, int], ...]) -> bool:
    plan = solution.base[base.id]
    years = range(stay.first, stay.last + 1)
    return all(
        rolls[year].get(base.id, 0) < base.commissioned[year] + plan.extra[year]
        and (base.physical_max is None or rolls[year].get(base.id, 0) < base.physical_max)
        and not _group_full(problem, solution, stay, base, year)
        for year in years
    )


def _group_full(problem: Problem, solution: Solution, stay: Stay, base: Base, year: int) -> bool:
    group = problem.pupil[stay.pupil].group_in(year)
    most = None if group is None else group_limit(problem, base, year, group)
    if most is None:
        return False
    there = [each for each in problem.pupils if solution.at.get((each.id, year)) == base.id]
    return sum(1 for each in there if each.group_in(year) == group) >= most


def _dearer(problem: Problem, stay: Stay, bases: list[Base]) -> bool:
    outside = sum(
        each.total * times for each, times in zip(costing.without(problem, stay), (stay.years, 1), strict=True)
    )
    return all(
        costing.yearly_at(problem, stay, base).total * stay.years + costing.once_at(problem, stay, base).total > outside
        for base in bases
    )
