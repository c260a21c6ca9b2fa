"""Why a meeting is not booked, what would get it in, and who is idle and why."""

from collections.abc import Callable
from dataclasses import replace

from optimiser.core.errors import UnknownSubject
from optimiser.core.explanation import Explanation, Reason, Remedy
from optimiser.core.limits import Limits
from optimiser.core.result import Status
from optimiser.meetings import conflicts, costing
from optimiser.meetings.conflicts import Obstacle
from optimiser.meetings.model import duty as duties
from optimiser.meetings.openings import Opening, Openings
from optimiser.meetings.problem import Problem, Staff
from optimiser.meetings.rules import sentence
from optimiser.meetings.solution import Solution
from optimiser.meetings.solver import solve

MOST_REMEDIES = 4


def explain(problem: Problem, solution: Solution, *, about: str) -> Explanation:
    """Return why a meeting, a school or a member of staff stands as it does; raises UnknownSubject for another id."""
    if about in problem.meeting:
        return _explain_meeting(problem, solution, about)
    if about in problem.school:
        mine = [meeting.id for meeting in problem.meetings if meeting.school == about]
        if not mine:
            return Explanation(about, f"No meeting was asked for with {about} in this round.")
        out = [meeting for meeting in mine if meeting not in solution.booking]
        return replace(_explain_meeting(problem, solution, (out or mine)[0]), about=about)
    if about in problem.person:
        return _explain_person(problem, solution, problem.person[about])
    raise UnknownSubject(about)


def _explain_meeting(problem: Problem, solution: Solution, meeting: str) -> Explanation:
    booking = solution.booking.get(meeting)
    if booking is not None:
        return _explain_booked(problem, solution, meeting)
    conflict = conflict_of(problem, solution, meeting)
    if not conflict:
        return Explanation(meeting, f"{meeting} could be booked: book it, or let the solver run again.")
    said = " and ".join(conflicts.say(each) for each in conflict)
    reasons = tuple(
        Reason(_rule(each), meeting, f"{conflicts.say(each)[0].upper()}{conflicts.say(each)[1:]}.") for each in conflict
    )
    told = f"{meeting} cannot be booked because of {said}; lift any one of these and these alone no longer stop it."
    return Explanation(meeting, told, reasons, remedies_for(problem, solution, meeting, conflict))


def _rule(obstacle: Obstacle) -> str:
    return "school-open" if obstacle.rule == "event" else obstacle.rule


def conflict_of(problem: Problem, solution: Solution, meeting: str) -> tuple[Obstacle, ...]:
    """Return the minimal conflict that keeps a meeting out while every other booked meeting stays booked."""
    if not conflicts.has_opening(problem, meeting):
        return conflicts.minimal_conflict(problem, meeting)
    return conflicts.minimal_conflict(problem, meeting, _bookable_beside(solution, meeting))


def _bookable_beside(solution: Solution, meeting: str) -> Callable[[Problem], bool]:
    """Return the test "can this meeting be booked with every meeting that is booked now still booked"."""
    wanted = {*solution.booking, meeting}

    def possible(problem: Problem) -> bool:
        openings = Openings(problem)
        fewer = replace(
            problem, meetings=tuple(m for m in problem.meetings if m.id in wanted), catch_up=(), repair=None
        )
        duty = duties.build(fewer, openings)
        duty.model.cost = [0.0] * len(duty.model.cost)
        for column in duty.leave_out.values():
            duty.model.upper[column] = 0.0
        return duty.solve(Limits(seconds=20)).status is not Status.INFEASIBLE

    return possible


def remedies_for(
    problem: Problem, solution: Solution, meeting: str, conflict: tuple[Obstacle, ...]
) -> tuple[Remedy, ...]:
    """Return changes that get a meeting booked, each proved by solving again, the cheapest first.

    Single half-days and single obstacles of the conflict come first; when none is enough, a set of obstacles is lifted
    together from which none can be spared.
    """
    before = costing.cost(problem, solution)
    found: list[Remedy] = []
    for words, change, changed in _fine_changes(problem, meeting, conflict):
        _try(found, changed, solution, meeting, before, words, change)
    for obstacle in conflict:
        changed = conflicts.relax(problem, (obstacle,), meeting=meeting)
        _try(
            found,
            changed,
            solution,
            meeting,
            before,
            _capital(conflicts.lifted(obstacle)),
            _change((obstacle,)),
            wide=True,
        )
    if not found:
        chosen = _fewest_lifted(problem, solution, meeting)
        changed = conflicts.relax(problem, chosen, meeting=meeting)
        words = " and ".join(conflicts.lifted(each) for each in chosen)
        if chosen:
            _try(found, changed, solution, meeting, before, _capital(words), _change(chosen), wide=True)
    ranked = sorted(found, key=lambda remedy: (len(remedy.change), remedy.cost or 0, remedy.sentence))
    return tuple(ranked[:MOST_REMEDIES])


def _fewest_lifted(problem: Problem, solution: Solution, meeting: str) -> tuple[Obstacle, ...]:
    """Return obstacles that are enough to lift together, none of which can be spared; empty when all are not enough."""
    possible = _bookable_beside(solution, meeting)
    chosen = list(conflicts.obstacles_of(problem, meeting))
    if not possible(conflicts.relax(problem, chosen, meeting=meeting)):
        return ()
    for obstacle in tuple(chosen):
        fewer = [each for each in chosen if each != obstacle]
        if possible(conflicts.relax(problem, fewer, meeting=meeting)):
            chosen = fewer
    return tuple(chosen)


def _capital(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _change(obstacles: tuple[Obstacle, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((each.rule, each.about) for each in obstacles)


HALVES = ("morning", "afternoon")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def _fine_changes(
    problem: Problem, meeting: str, conflict: tuple[Obstacle, ...]
) -> list[tuple[str, tuple[tuple[str, str], ...], Problem]]:
    """Return changes of a single half-day: one more worked by a SENCo or a person, one fewer closed by a head."""
    found: list[tuple[str, tuple[tuple[str, str], ...], Problem]] = []
    every = [(weekday, half) for weekday in range(5) for half in (0, 1)]
    for obstacle in conflict:
        for weekday, half in every:
            when = f"{WEEKDAYS[weekday]} {HALVES[half]}"
            change = ((obstacle.rule, f"{obstacle.about}: {when}"),)
            if obstacle.rule == "senco-there":
                school = problem.school[obstacle.about]
                new = replace(school, senco=school.senco | {(weekday, half)})
                words = f"Let the SENCo of {school.id} come on a {when}."
            elif obstacle.rule == "head-there":
                school = problem.school[obstacle.about]
                new = replace(school, head_away=school.head_away - {(weekday, half)})
                words = f"Let the head teacher of {school.id} come on a {when}, or meet without them."
            elif obstacle.rule == "person-works" and obstacle.about in problem.person:
                person = problem.person[obstacle.about]
                wider = replace(person, works=person.works | {(weekday, half)})
                if wider == person:
                    continue
                staff = tuple(wider if each.id == person.id else each for each in problem.staff)
                words = f"Let {person.id} work a {when}."
                found.append((words, change, replace(problem, staff=staff)))
                continue
            else:
                break
            if new != school:
                schools = tuple(new if each.id == school.id else each for each in problem.schools)
                found.append((words, change, replace(problem, schools=schools)))
    return found


def _try(
    found: list[Remedy],
    changed: Problem,
    solution: Solution,
    meeting: str,
    before: int,
    words: str,
    change: tuple[tuple[str, str], ...],
    *,
    wide: bool = False,
) -> None:
    """Add a remedy when solving the changed problem books the meeting and loses nobody else."""
    if not conflicts.has_opening(changed, meeting):
        return
    if len(found) > 2 * MOST_REMEDIES:
        return
    for frozen in (True, False) if wide else (True,):
        result = _solve_with(changed, solution, meeting, frozen=frozen)
        if result is not None:
            cost, booked = result
            if meeting in booked and set(solution.booking) <= booked:
                found.append(Remedy(words, change, cost - before, True))
                return


def _solve_with(
    problem: Problem, solution: Solution, meeting: str, *, frozen: bool
) -> tuple[int, frozenset[str]] | None:
    """Return the cost and the booked meetings of a re-solve, with the others held where they are when ``frozen``."""
    base = replace(problem, repair=None)
    if frozen:
        pinned = {pin.meeting for pin in base.pins}
        still = Openings(base)
        held = replace(base, meetings=tuple(m for m in base.meetings if m.id in solution.booking or m.id == meeting))
        where = {
            each.meeting: Opening(each.day, each.start, each.venue)
            for each in solution.bookings
            if each.meeting not in pinned
        }
        duty = duties.build(held, still, frozen=where)
        answer = duty.solve(Limits(seconds=10))
        if answer.values is None or set(duty.read(answer.values).placed) < {*solution.booking, meeting}:
            return None
        placed = duty.read(answer.values).placed
        out = sum(
            charge.points
            for each in base.meetings
            if each.id not in placed and each.id not in {m.id for m in held.meetings}
            for charge in costing.unbooked_charges(base, each)
        )
        return round(answer.objective or 0) + out, frozenset(placed)
    result = solve(base, limits=Limits(seconds=30))
    if result.solution is None or result.cost is None:
        return None
    return result.cost, frozenset(result.solution.booking)


def _explain_booked(problem: Problem, solution: Solution, meeting: str) -> Explanation:
    booking = solution.booking[meeting]
    asked = problem.meeting[meeting]
    paid = [
        *costing.time_charges(problem, asked, booking.day, booking.start),
        *costing.venue_charges(problem, asked, booking.venue),
        *costing.people_charges(problem, asked, booking.people),
    ]
    reasons = tuple(
        Reason(each.rule, meeting, f"Not met, at {each.points} points: {sentence(each.rule)}") for each in paid
    )
    clock_time = f"{booking.start // 3600:02d}:{booking.start % 3600 // 60:02d}"
    when = f"{booking.day:%a} {booking.day.day} {booking.day:%b %Y} at {clock_time}"
    told = f"{meeting} is booked on {when}"
    told += " with every wish met." if not paid else f" at {sum(each.points for each in paid)} points."
    return Explanation(meeting, told, reasons)


def _explain_person(problem: Problem, solution: Solution, person: Staff) -> Explanation:
    """Say which of a person's working times are empty, and what stopped a school being met in them."""
    openings = Openings(problem)
    length = min((kind.seconds for kind in problem.kinds), default=0)
    taken = {(each.day, each.start) for each in solution.bookings if person.id in each.people}
    taken |= {(each.day, each.start) for each in solution.reserves if person.id in each.people}
    idle, away = 0, 0
    reasons: list[Reason] = []
    for day in problem.days:
        for start in problem.starts:
            if (day, start) in taken:
                continue
            block = openings.person_block(person, day, start, start + length)
            if block is not None or openings.common_block(day, start, start + length) is not None:
                away += 1
                continue
            idle += 1
            if len(reasons) < 20:
                when = f"{day.isoformat()} {start // 3600:02d}:{start % 3600 // 60:02d}"
                reasons.append(Reason("every-school-met", when, "Free, and no school left to meet needs this time."))
    told = f"{person.id} has {len(taken)} meetings, {idle} free starting times and {away} away or otherwise engaged."
    return Explanation(person.id, told, tuple(reasons))
