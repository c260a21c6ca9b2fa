"""Changes a roster as little as possible: the fewest moves first, proved, and only then the cost."""

import math
from dataclasses import dataclass, replace

from optimiser.core.errors import BadProblem
from optimiser.core.limits import Limits
from optimiser.core.result import Result, Status
from optimiser.core.table import Column, Kind, Table
from optimiser.meetings import costing, neighbourhood, verifier
from optimiser.meetings.model import duty as duties
from optimiser.meetings.openings import Opening, Openings
from optimiser.meetings.problem import Booking, Problem, Repair
from optimiser.meetings.search.board import Board
from optimiser.meetings.solution import Reserve, Solution
from optimiser.meetings.solver import reason_unbooked, solve


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repair: the new roster, the meetings that move, and the number proved to be the fewest (None if unproved).

    ``hit`` are the meetings that could not stay or were asked to move. ``wide`` tells whether every meeting was free
    to move in the search; a narrow repair is proved when it moves only what was hit.
    """

    result: Result[Solution]
    hit: tuple[str, ...]
    moved: tuple[str, ...]
    fewest: int | None
    wide: bool


def hit_by(problem: Problem, openings: Openings | None = None) -> tuple[str, ...]:
    """Return the meetings of the last roster that cannot stay where they are, or were asked to move."""
    repair = _repair_of(problem)
    asked = openings or Openings(problem)
    found = []
    for old in repair.reference:
        if old.meeting not in problem.meeting:
            continue
        there = Opening(old.day, old.start, old.venue)
        if old.meeting in repair.asked or not asked.allows(problem.meeting[old.meeting], there):
            found.append(old.meeting)
    return tuple(found)


def fewest_moves(problem: Problem, *, limits: Limits | None = None, seed: int = 0, wide: bool = False) -> Repaired:
    """Return the repair with the fewest moves; raises BadProblem when the problem holds no last roster.

    The narrow search lets only the meetings hit move, first looking at a few days only. When it books every one that
    has an opening, the count is proved the fewest, since each of those has to move anyway; the same holds with the
    fewest others that the days touched can no longer staff. Otherwise all may move, and the proof is the solver's.
    """
    limits = limits or Limits()
    repair = _repair_of(problem)
    openings = Openings(problem)
    hit = hit_by(problem, openings)
    freed = replace(problem, repair=replace(repair, asked=repair.asked | frozenset(hit)))
    openings = Openings(freed)
    if not wide:
        near = _near(freed, openings, hit, limits, seed)
        if near is not None:
            return near
        placed, _ = _least(freed, openings, hit, limits, seed, wide=False)
        could = {each for each in hit if next(openings.of(freed.meeting[each]), None) is not None}
        before = {old.meeting for old in repair.reference}
        if placed is not None and could | (before - set(hit)) <= set(placed):
            return _finish(freed, placed, hit, len(hit), limits, seed, wide=False)
    placed, fewest = _least(freed, openings, hit, limits, seed, wide=True)
    return _finish(freed, placed or {}, hit, fewest, limits, seed, wide=True)


def _repair_of(problem: Problem) -> Repair:
    if problem.repair is None:
        raise BadProblem("a repair needs the last roster")
    return problem.repair


def _near(problem: Problem, openings: Openings, hit: tuple[str, ...], limits: Limits, seed: int) -> Repaired | None:
    """Return a repair made within a few days whose number of moves is proved the fewest, or None.

    Catch-up slots are no reason to move a meeting, so they are left out until the meetings stand, and then filled in.
    """
    repair, whole = _repair_of(problem), problem
    problem = replace(problem, catch_up=())
    before = {old.meeting for old in repair.reference}
    waiting = {
        each.id for each in problem.meetings if each.id not in before and next(openings.of(each), None) is not None
    }
    out = _crowded_out(problem, openings, repair, frozenset(hit), limits, seed)
    if out is None or (repair.most_moves is not None and len(out) > repair.most_moves):
        return None
    leaving = frozenset(hit) | out
    part = neighbourhood.part_of(problem, openings, repair, leaving | waiting)
    found = solve(part, limits=limits, seed=seed).solution if part.meetings else Solution(())
    could = {each for each in leaving if next(openings.of(problem.meeting[each]), None) is not None}
    held = {each.id for each in part.meetings} - leaving - waiting
    if found is None or not could | held <= set(found.booking):
        return None
    return _joined(whole, openings, found, hit, len(leaving), limits, seed)


def _crowded_out(
    problem: Problem, openings: Openings, repair: Repair, hit: frozenset[str], limits: Limits, seed: int
) -> frozenset[str] | None:
    """Return the fewest meetings that must leave the days touched for the others to be staffed; None if unproved.

    Whatever else moves, those days can staff no more of what stands there, so this many moves are needed besides
    the meetings hit. Meetings that may not move are never among them.
    """
    part = neighbourhood.part_of(problem, openings, repair, frozenset())
    stay = {old.meeting for old in repair.reference if old.meeting in part.meeting and old.meeting not in hit}
    if not stay:
        return frozenset()
    part = replace(part, meetings=tuple(each for each in part.meetings if each.id in stay))
    duty = duties.build(part)
    duty.model.cost = [0.0] * len(duty.model.cost)
    duty.model.offset = 0.0
    notified = frozenset() if repair.may_move_notified else repair.notified
    fixed = (repair.locked | notified | set(problem.pinned)) & stay
    for meeting, column in duty.leave_out.items():
        duty.model.cost[column] = float(len(stay) + 1) if meeting in fixed else 1.0
    answer = duty.solve(limits, seed=seed)
    if answer.values is None or answer.bound is None:
        return None
    out = stay - set(duty.read(answer.values).placed)
    if out & fixed or math.ceil(answer.bound - 1e-6) != len(out):
        return None
    return frozenset(out)


def _joined(
    problem: Problem,
    openings: Openings,
    part: Solution,
    hit: tuple[str, ...],
    fewest: int,
    limits: Limits,
    seed: int,
) -> Repaired | None:
    """Return the part solved among the days left alone, verified as one roster; None when a hard rule breaks."""
    old = {each.meeting: each for each in _repair_of(problem).reference}
    bookings, unbooked = [], []
    for meeting in problem.meetings:
        booking = part.booking.get(meeting.id)
        if booking is None and meeting.id in old and meeting.id not in hit:
            booking = old[meeting.id]
        if booking is None:
            unbooked.append(reason_unbooked(problem, openings, meeting.id))
        else:
            bookings.append(booking)
    solution = Solution(tuple(bookings), tuple(unbooked), _reserves(problem, openings, tuple(bookings)))
    violations = verifier.verify(problem, solution)
    moved = costing.moved(problem, solution)
    if any(each.hard for each in violations) or len(moved) != fewest:
        return None
    points = costing.cost(problem, solution)
    result = Result(Status.FEASIBLE, solution, points, None, violations, seed, limits.work or 0)
    return Repaired(result, hit, moved, fewest, wide=False)


def _reserves(problem: Problem, openings: Openings, bookings: tuple[Booking, ...]) -> tuple[Reserve, ...]:
    """Return the catch-up slots that still fit around bookings, the latest first, each with its people and room."""
    if not problem.catch_up:
        return ()
    repair = _repair_of(problem)
    # Each meeting is held where it stands, so that the board weighs no other time for it.
    still = replace(repair, reference=bookings, locked=frozenset(each.meeting for each in bookings), asked=frozenset())
    held = {each.meeting for each in bookings}
    meetings = tuple(each for each in problem.meetings if each.id in held)
    board = Board(replace(problem, meetings=meetings, repair=still), openings)
    for booking in bookings:
        board.put(booking)
    board.fill_reserves()
    return tuple(board.reserves)


def _least(
    problem: Problem, openings: Openings, hit: tuple[str, ...], limits: Limits, seed: int, *, wide: bool
) -> tuple[dict[str, Opening] | None, int | None]:
    """Return where meetings stand with fewest left out, then fewest moves; and that count of moves when proved."""
    frozen = None if wide else _frozen(problem, hit)
    duty = duties.build(problem, openings, frozen=frozen)
    model = duty.model
    model.cost = [0.0] * len(model.cost)
    model.offset = 0.0
    many, step = len(duty.moves) + 1, len(duty.leave_out) + 1
    for meeting, column in duty.leave_out.items():
        # Of schools to leave out, those missed in the last round come last.
        missed = problem.school[problem.meeting[meeting].school].missed_last_round
        model.cost[column] = float(many * step + missed)
    for column in duty.moves.values():
        model.cost[column] = float(step)
    answer = duty.solve(limits, seed=seed)
    if answer.values is None:
        return None, None
    placed = duty.read(answer.values).placed
    proved = answer.bound is not None and math.ceil(answer.bound - 1e-6) == round(answer.objective or 0)
    return placed, round(answer.objective or 0) // step % many if proved else None


def _frozen(problem: Problem, hit: tuple[str, ...]) -> dict[str, Opening]:
    return {
        old.meeting: Opening(old.day, old.start, old.venue)
        for old in _repair_of(problem).reference
        if old.meeting not in hit
    }


def _finish(
    problem: Problem,
    placed: dict[str, Opening],
    hit: tuple[str, ...],
    fewest: int | None,
    limits: Limits,
    seed: int,
    *,
    wide: bool,
) -> Repaired:
    """Choose the cheapest repair with that many moves: the meetings that stay are held, those left out stay out."""
    repair = _repair_of(problem)
    staying = frozenset(
        old.meeting
        for old in repair.reference
        if placed.get(old.meeting) == Opening(old.day, old.start, old.venue) and old.meeting not in hit
    )
    held = _only(replace(problem, repair=replace(repair, locked=repair.locked | staying)), frozenset(placed))
    result = solve(held, limits=limits, seed=seed)
    if result.solution is None:
        return Repaired(result, hit, (), None, wide)
    openings = Openings(problem)
    out = [each.id for each in problem.meetings if each.id not in held.meeting]
    reasons = tuple(reason_unbooked(problem, openings, each) for each in out)
    solution = replace(result.solution, unbooked=(*result.solution.unbooked, *reasons))
    moved = costing.moved(problem, solution)
    if fewest is not None and len(moved) != fewest:
        fewest = None
    # The cost is proved for the meetings held still, which is no bound on every repair with as few moves.
    status = Status.FEASIBLE if result.status is Status.OPTIMAL else result.status
    points, violations = costing.cost(problem, solution), verifier.verify(problem, solution)
    whole = Result(status, solution, points, None, violations, seed, result.work)
    return Repaired(whole, hit, moved, fewest, wide)


def _only(problem: Problem, booked: frozenset[str]) -> Problem:
    """Return a repair of some of the meetings alone; all of them when none could be placed."""
    if not booked:
        return problem
    repair = _repair_of(problem)
    return replace(
        problem,
        meetings=tuple(each for each in problem.meetings if each.id in booked),
        pins=tuple(pin for pin in problem.pins if pin.meeting in booked),
        repair=replace(repair, reference=tuple(old for old in repair.reference if old.meeting in booked)),
    )


def before_and_after(problem: Problem, repaired: Repaired) -> Table:
    """Return everything that differs between the rosters: what moves, what is left out or new, and who stands in."""
    now = repaired.result.solution.booking if repaired.result.solution is not None else {}
    old = {each.meeting: each for each in _repair_of(problem).reference}
    rows = []
    for name in (*old, *(each for each in now if each not in old)):
        was, stands = old.get(name), now.get(name)
        what = _what_changed(was, stands)
        if not what:
            continue
        before, after = (each.people if each is not None else () for each in (was, stands))
        gone = ", ".join(who for who in before if who not in after)
        come = ", ".join(who for who in after if who not in before)
        school = problem.meeting[name].school if name in problem.meeting else ""
        rows.append((name, school, what, *_where(was), *_where(stands), gone, come, name in repaired.hit))
    fewest = repaired.fewest is not None and repaired.fewest == len(repaired.moved)
    return Table(
        "moves",
        "What changes",
        (
            Column("meeting", "Meeting"),
            Column("school", "School"),
            Column("what", "What"),
            Column("old_day", "Was on", Kind.DATE),
            Column("old_start", "At", Kind.CLOCK),
            Column("new_day", "Now on", Kind.DATE),
            Column("new_start", "At", Kind.CLOCK),
            Column("gone", "No longer comes"),
            Column("come", "Comes instead"),
            Column("hit", "Could not stay", Kind.YES_NO),
        ),
        tuple(sorted(rows, key=lambda row: (row[3] or row[5] or "", row[4] or row[6] or 0, row[0]))),
        ("Fewer moves are impossible." if fewest else "Not proved to be the fewest moves.") + " All others stay.",
    )


def _what_changed(was: Booking | None, stands: Booking | None) -> str:
    """Return in a word or two how a meeting differs, or nothing when it does not."""
    if was is None or stands is None:
        return "is left out" if was is not None else "is new"
    if (was.day, was.start, was.venue) != (stands.day, stands.start, stands.venue):
        return "moves"
    return "others come" if set(was.people) != set(stands.people) else ""


def _where(booking: Booking | None) -> tuple[str | None, int | None]:
    return (None, None) if booking is None else (booking.day.isoformat(), int(booking.start))
