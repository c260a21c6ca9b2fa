"""Why a pupil or a base is as it is, and the cheapest changes, each proved by solving again."""

from collections.abc import Iterator
from dataclasses import replace

from optimiser.core.errors import UnknownSubject
from optimiser.core.explanation import Explanation, Reason, Remedy
from optimiser.core.limits import Limits
from optimiser.core.result import Status
from optimiser.core.units import MINUTE
from optimiser.places import costing, solver
from optimiser.places.problem import Base, BaseStatus, Pin, Problem, Pupil, Stay
from optimiser.places.rules import RULES, barriers, designated, serves
from optimiser.places.solution import Solution

MOST_REMEDIES = 4
"""How many remedies are tried: the nearest suitable bases first, as each costs a solve."""


def explain(problem: Problem, solution: Solution, *, about: str) -> Explanation:
    """Return why a pupil or a base is as it is, and the cheapest changes, each proved by solving again.

    Raises UnknownSubject when ``about`` is neither a pupil nor a base of the problem.
    """
    if about in problem.pupil:
        return _pupil(problem, solution, problem.pupil[about])
    if about in problem.base:
        return _base(problem, solution, problem.base[about])
    raise UnknownSubject(f"there is no pupil and no base called {about} in this plan")


def as_decided(problem: Problem, solution: Solution) -> Problem:
    """Return the problem with every base's opening and closing fixed as the plan has it, and nothing else to choose."""
    bases = []
    for base in problem.bases:
        opened = solution.base[base.id].open
        if base.status is BaseStatus.OPEN:
            closed = solution.closed_from(base.id)
            bases.append(replace(base, closes=closed, may_close=False if closed is None else base.may_close))
        elif base.candidate and any(opened):
            bases.append(replace(base, opens=opened.index(True)))
        else:
            bases.append(base)
    policy = replace(
        problem.policy, max_closures=0, min_closures=0, max_openings=0, openings_by_year=(), forbidden_sets=(),
        remove_places=0, travel_budget=None,
    )  # fmt: skip
    return replace(problem, bases=tuple(bases), policy=policy)


def _pupil(problem: Problem, solution: Solution, pupil: Pupil) -> Explanation:
    stays = [stay for stay in problem.stays if stay.pupil == pupil.id]
    lost = next((stay for stay in stays if (pupil.id, stay.first) not in solution.at), None)
    stay = lost or stays[0]
    suited = [base for base in problem.bases if designated(base, pupil) and serves(base, pupil, stay)]
    suited.sort(key=lambda base: (problem.seconds(pupil, base), base.id))
    here = solution.at.get((pupil.id, stay.first))
    reasons = tuple(
        _why_not(problem, solution, stay, base, here) for base in suited if base.id != here
    )  # nearest suitable first
    if lost is None:
        assert here is not None
        minutes = problem.seconds(pupil, problem.base[here]) / MINUTE
        sentence = f"Pupil {pupil.id} goes to base {here}, {minutes:.0f} minutes away."
        return Explanation(pupil.id, sentence, reasons)
    told = next(each for each in solution.unplaced if each.pupil == pupil.id and each.first == lost.first)
    sentence = f"Pupil {pupil.id} has no base from {problem.year_names[lost.first]}: {told.reason.value}."
    return Explanation(pupil.id, sentence, reasons, _remedies(problem, solution, pupil, lost, suited))


def _why_not(problem: Problem, solution: Solution, stay: Stay, base: Base, here: str | None) -> Reason:
    """Return what stands between a stay and a base it suits: a rule, a full base, or a higher cost."""
    pupil = problem.pupil[stay.pupil]
    barred = barriers(problem, stay, base)
    if barred:
        return Reason(barred[0], base.id, _barred_sentence(problem, pupil, base, barred[0]))
    if not all(solution.open_in(base.id, year) for year in range(stay.first, stay.last + 1)):
        return Reason("open-base", base.id, f"Base {base.id} is closed for part of the stay.")
    if _full(solution, stay, base):
        return Reason("capacity", base.id, f"Base {base.id} is full in some year of the stay.")
    more = _stay_cost(problem, stay, base) - (
        _stay_cost(problem, stay, problem.base[here]) if here is not None else _outside(problem, stay)
    )
    if more >= 0:
        sentence = f"Base {base.id} would cost £{more / 100:,.0f} more over the stay."
    else:
        sentence = f"Base {base.id} would cost £{-more / 100:,.0f} less for this pupil and more elsewhere in the plan."
    return Reason("cost", base.id, sentence)


def _barred_sentence(problem: Problem, pupil: Pupil, base: Base, rule: str) -> str:
    if rule == "travel-limit":
        minutes, limit = problem.seconds(pupil, base) / MINUTE, problem.limit_of(pupil) / MINUTE
        return f"Base {base.id} is {minutes:.0f} minutes away and the limit is {limit:.0f}."
    return f"Base {base.id}: {RULES[rule][0].lower()}{RULES[rule][1:]}"


def _full(solution: Solution, stay: Stay, base: Base) -> bool:
    plan = solution.base[base.id]
    return any(
        solution.roll(base.id, year) >= base.commissioned[year] + plan.extra[year]
        for year in range(stay.first, stay.last + 1)
    )


def _stay_cost(problem: Problem, stay: Stay, base: Base) -> int:
    return costing.yearly_at(problem, stay, base).total * stay.years + costing.once_at(problem, stay, base).total


def _outside(problem: Problem, stay: Stay) -> int:
    each, once = costing.without(problem, stay)
    return each.total * stay.years + once.total


def _remedies(problem: Problem, solution: Solution, pupil: Pupil, stay: Stay, suited: list[Base]) -> tuple[Remedy, ...]:
    before = costing.cost(problem, solution)
    decided = as_decided(problem, solution)
    found = [
        _proved(changed, before, sentence, change)
        for sentence, change, changed in _changes(decided, solution, pupil, stay, suited[:MOST_REMEDIES])
    ]
    kept = [each for each in found if each is not None]
    return tuple(sorted(kept, key=lambda each: (each.cost is None, each.cost or 0)))


def _changes(
    decided: Problem, solution: Solution, pupil: Pupil, stay: Stay, suited: list[Base]
) -> Iterator[tuple[str, tuple[tuple[str, str], ...], Problem]]:
    """Yield each change worth trying for a pupil without a base: a sentence, the change, and the changed problem."""
    for original in suited:
        base = decided.base[original.id]
        barred = set(barriers(decided, stay, base))
        pinned = replace(decided, pins=(*decided.pins, Pin(pupil.id, base.id)))
        if barred - {"travel-limit"} or not solution.open_in(base.id, stay.last):
            continue
        if "travel-limit" in barred:
            minutes = -(-decided.seconds(pupil, base) // MINUTE)
            changed = _with_pupil(pinned, replace(pupil, travel_limit=decided.seconds(pupil, base)))
            yield (
                f"Allow pupil {pupil.id} a journey of {minutes} minutes and place them at base {base.id}.",
                (("pupil", pupil.id), ("travel_limit", str(decided.seconds(pupil, base)))),
                changed,
            )
        if _full(solution, stay, base):
            if base.physical_max is None or base.physical_max > max(base.commissioned):
                more = tuple(count + 1 for count in base.commissioned)
                allowed = replace(pupil, travel_limit=max(decided.limit_of(pupil), decided.seconds(pupil, base)))
                yield (
                    f"Buy one more place at base {base.id}.",
                    (("base", base.id), ("commissioned", "+1")),
                    _with_pupil(_with_base(pinned, replace(base, commissioned=more)), allowed),
                )
        elif not barred:
            yield f"Place pupil {pupil.id} at base {base.id}.", (("pupil", pupil.id), ("base", base.id)), pinned


def _proved(changed: Problem, before: int, sentence: str, change: tuple[tuple[str, str], ...]) -> Remedy | None:
    result = solver.solve(changed, limits=Limits(seconds=20))
    if result.solution is None or result.cost is None:
        return None
    pinned = changed.pins[-1]
    if all(each.pupil != pinned.pupil for each in result.solution.placements):
        return None
    return Remedy(sentence, change, result.cost - before, result.status is Status.OPTIMAL)


def _with_base(problem: Problem, base: Base) -> Problem:
    return replace(problem, bases=tuple(base if each.id == base.id else each for each in problem.bases))


def _with_pupil(problem: Problem, pupil: Pupil) -> Problem:
    return replace(problem, pupils=tuple(pupil if each.id == pupil.id else each for each in problem.pupils))


def _base(problem: Problem, solution: Solution, base: Base) -> Explanation:
    last = problem.years - 1
    roll, is_open = solution.roll(base.id, last), solution.open_in(base.id, last)
    before = costing.cost(problem, solution)
    decided = as_decided(problem, solution)
    held = decided.base[base.id]
    if is_open and base.status is BaseStatus.OPEN:
        other = replace(held, closes=base.close_from, may_close=True)
        sentence = f"Base {base.id} is open with {roll} pupils."
        offer = f"Close base {base.id} from {problem.year_names[min(base.close_from, last)]}."
    elif base.status is BaseStatus.CANDIDATE:
        other = replace(held, opens=None if is_open else base.open_from)
        sentence = f"Base {base.id} is {'opened' if is_open else 'not opened'} and has {roll} pupils."
        offer = f"{'Do not open' if is_open else 'Open'} base {base.id}."
    else:
        other = replace(held, status=BaseStatus.OPEN, closes=None, may_close=False)
        sentence = f"Base {base.id} is closed."
        offer = f"Keep base {base.id} open."
    result = solver.solve(_with_base(decided, other), limits=Limits(seconds=30))
    remedies: tuple[Remedy, ...] = ()
    if result.cost is not None:
        more = result.cost - before
        remedies = (Remedy(offer, (("base", base.id),), more, result.status is Status.OPTIMAL),)
        word = "more" if more >= 0 else "less"
        sentence += f" The other way round, the plan would cost £{abs(more) / 100:,.0f} {word}."
    return Explanation(base.id, sentence, _base_reasons(problem, base), remedies)


def _base_reasons(problem: Problem, base: Base) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if not base.may_close:
        found.append(Reason("fixed-status", base.id, f"Base {base.id} is protected from being chosen to close."))
    if base.closes is not None:
        found.append(Reason("fixed-status", base.id, f"The plan fixes that base {base.id} closes."))
    for cell in problem.policy.never_to_zero:
        if cell.area == base.area and cell.need in base.needs:
            sentence = f"{cell.area} must keep at least {cell.least} places for {cell.need}."
            found.append(Reason("never-to-zero", base.id, sentence))
    return tuple(found)
