"""Makes a roster: names who can never be met, decides times with a proof, names the people, checks it all."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.optimize import linear_sum_assignment

from optimiser.core import mip
from optimiser.core.limits import Limits
from optimiser.core.mip import Floats, MipAnswer, Watch
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result, Status
from optimiser.core.units import Pence
from optimiser.meetings import conflicts, costing, verifier
from optimiser.meetings.model import duty as duties
from optimiser.meetings.model import naming, starting, whole_days
from optimiser.meetings.model.duty import Duty, Plan
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import AT_SCHOOL, Booking, Problem
from optimiser.meetings.search import consolidating
from optimiser.meetings.search.board import Board
from optimiser.meetings.search.deadline import Deadline
from optimiser.meetings.search.rebuilding import fill
from optimiser.meetings.solution import Reserve, Solution, Unbooked
from optimiser.meetings.wide import build_roster, is_wide

CUT_ROUNDS = 12
SEARCHED = 0.5
"""The share of the time in which a roster with every staff-day priced is searched for, before proving begins."""

OTHER = 15_485_863
"""Added to the seed of the search that goes on beside the proof."""


def solve(
    problem: Problem,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
    start: Solution | None = None,
) -> Result[Solution]:
    """Return a verified roster in points with a proved bound; ``start`` is never beaten by a worse answer.

    ``limits.work`` counts branch-and-bound nodes per stage. The first stage leaves out the price of staff-days of
    people who are not attached to schools, because those fixed charges weaken every bound; the second starts there.
    """
    openings, deadline = Openings(problem), Deadline(limits)
    progress(Step(0.05, "finding who can meet when"))
    if is_wide(problem, openings):
        solution, bound, nodes, stopped = _wide(problem, openings, deadline, seed, progress)
    else:
        solution, bound, nodes, stopped = _exact(problem, openings, deadline, seed, progress)
    if start is not None and not _hard(problem, start):
        old = costing.cost(problem, start)
        if solution is None or old < costing.cost(problem, solution):
            solution = start
    result = _result(problem, solution, bound, seed, nodes, stopped=stopped)
    if result.cost is not None:
        proved = None if bound is None else Pence(bound)
        progress(Step(1.0, "done", Pence(result.cost), proved, best=result.solution))
    return result


Found = tuple[Solution | None, int | None, int, bool]
"""A roster, a proved bound, the work done, and whether somebody stopped it."""


def _exact(problem: Problem, openings: Openings, deadline: Deadline, seed: int, progress: Progress) -> Found:
    staged = _needs_stages(problem)
    if staged and problem.travel is None and not problem.catch_up and consolidating.fits(problem, openings):
        return _consolidated(problem, openings, deadline, seed, progress)
    answer, plan, model, bound = _stage(problem, openings, deadline, seed, progress, staged=False, first=staged)
    nodes = answer.nodes
    if staged and plan is not None and not deadline.passed:
        hint = _translate(model, answer, problem, openings)
        again, better, _, second = _stage(
            problem, openings, deadline, seed, progress, staged=True, first=False, hint=hint
        )
        nodes += again.nodes
        plan = better if better is not None else plan
        bound = _larger(bound, second)
        answer = again if again.values is not None else answer
    progress(Step(0.9, "naming the people"))
    stopped = answer.status is Status.STOPPED
    if plan is not None:
        return _solution(problem, openings, plan), bound, nodes, stopped
    if answer.status is Status.INFEASIBLE:
        return None, bound, nodes, stopped
    board = Board(problem, openings)
    fill(board)
    board.fill_reserves()
    return _from_board(problem, openings, board), bound, nodes, stopped


def _consolidated(problem: Problem, openings: Openings, deadline: Deadline, seed: int, progress: Progress) -> Found:
    """Search for few staff-days first, because they weaken every bound; then prove what can be proved from there.

    Meanwhile another search, from another number, goes on beside both.
    """
    going = [True]

    def tell(points: int, _: object) -> bool:
        going[0] = progress(Step(min(0.5, deadline.done), "consolidating staff-days", Pence(points)))
        return going[0]

    search = partial(consolidating.consolidate, problem, openings, deadline)
    with ThreadPoolExecutor(1) as beside:
        other = beside.submit(search, until=0.95, seed=seed + OTHER, watch=lambda *_: going[0])
        placed = search(until=deadline.done + SEARCHED * (1.0 - deadline.done), seed=seed, watch=tell)
        roster = _as_roster(problem, openings, placed, (), {})
        model = duties.build(problem, openings)
        best = _Best(problem, openings, model)
        best.roster = roster
        hint = starting.complete(model, starting.plan_of(problem, placed)) if roster is not None else None
        watch = _watch(progress, "proving how few staff-days there can be", best)
        bound = whole_days.tighten(model, deadline, until=0.9, seed=seed)
        answer = model.solve(deadline.share(0.98), seed=seed, watch=watch, improved=best.hear, start=hint)
        going[0] = False if answer.status is Status.OPTIMAL else going[0]
        found = [best.now(), _as_roster(problem, openings, other.result(), (), {})]
    rosters = [each for each in found if each is not None]
    solution = min(rosters, key=lambda each: costing.cost(problem, each), default=None)
    return solution, _larger(bound, answer.whole_bound()), answer.nodes, answer.status is Status.STOPPED


def _larger(*bounds: float | None) -> int | None:
    """Return the largest of the bounds proved, rounded up, or None when none is."""
    return max((mip.whole(each) for each in bounds if each is not None), default=None)


def _wide(problem: Problem, openings: Openings, deadline: Deadline, seed: int, progress: Progress) -> Found:
    reasons: dict[str, Unbooked] = {}
    kept: list[tuple[int, Solution | None]] = []

    def tell(doing: str, best: int | None, bound: int | None, placed: Mapping[str, Booking]) -> bool:
        part = min(0.9, 0.1 + 0.8 * deadline.done)
        if best is not None and (not kept or best < kept[-1][0]):
            kept[:] = [(best, _as_roster(problem, openings, placed, (), reasons))]
        roster = kept[-1][1] if kept else None
        cost = Pence(costing.cost(problem, roster)) if roster is not None else None
        return progress(Step(part, doing, cost, Pence(bound) if bound is not None else None, best=roster))

    board, bound, work, stopped = build_roster(problem, openings, deadline, seed=seed, tell=tell)
    return _from_board(problem, openings, board), bound, work, stopped


def _from_board(problem: Problem, openings: Openings, board: Board) -> Solution | None:
    """Return what stands on a board as a roster, or None when it breaks a hard rule after all."""
    return _as_roster(problem, openings, board.placed, tuple(board.reserves), {})


def _as_roster(
    problem: Problem,
    openings: Openings,
    placed: Mapping[str, Booking],
    reserves: tuple[Reserve, ...],
    reasons: dict[str, Unbooked],
) -> Solution | None:
    """Return bookings as a roster with a reason for each left out; None when a hard rule breaks.

    Reasons found are kept in ``reasons`` for the next time.
    """
    for meeting in problem.meetings:
        if meeting.id not in placed and meeting.id not in reasons:
            reasons[meeting.id] = reason_unbooked(problem, openings, meeting.id)
    bookings = tuple(placed[meeting.id] for meeting in problem.meetings if meeting.id in placed)
    left_out = tuple(reasons[meeting.id] for meeting in problem.meetings if meeting.id not in placed)
    solution = Solution(bookings, left_out, reserves)
    return None if _hard(problem, solution) else solution


def _needs_stages(problem: Problem) -> bool:
    attached = {problem.person[s.psychologist].role for s in problem.schools if s.psychologist in problem.person}
    return any(price and role not in attached for role, price in problem.prices.staff_day.items())


def _stage(
    problem: Problem,
    openings: Openings,
    deadline: Deadline,
    seed: int,
    progress: Progress,
    *,
    staged: bool,
    first: bool,
    hint: Floats | None = None,
) -> tuple[MipAnswer, Plan | None, Duty, int | None]:
    """Solve one stage, adding cuts while travel makes a day impossible; the bound stays valid throughout."""
    model = duties.build(problem, openings, extra_staff_days=not first)
    until = deadline.done + (1.0 - deadline.done) * (0.25 if first else 0.95)
    best = _Best(problem, openings, model)
    watch = _watch(progress, "consolidating staff-days" if staged else "choosing times", best)
    plan: Plan | None = None
    bound = _larger(whole_days.tighten(model, deadline, until=until, seed=seed))
    for _ in range(CUT_ROUNDS):
        answer = model.solve(deadline.until(until), seed=seed, watch=watch, improved=best.hear, start=hint)
        bound = _larger(bound, answer.whole_bound())
        if answer.values is None:
            break
        plan = model.read(answer.values)
        if problem.travel is None:
            break
        impossible = naming.name_people(problem, openings, plan).impossible
        if not impossible or answer.status is Status.STOPPED or deadline.done >= until:
            break
        for chosen in impossible:
            model.forbid_together(chosen)
        hint = None
    return answer, plan, model, bound


def _translate(model: Duty, answer: MipAnswer, problem: Problem, openings: Openings) -> Floats | None:
    """Return the first stage's values as a full vector of the second stage's model."""
    if answer.values is None:
        return None
    second = duties.build(problem, openings)
    plan = model.read(answer.values)
    return starting.complete(second, plan)


class _Best:
    """The best roster so far, with its people named only when somebody asks, so that a run ended by force keeps it."""

    def __init__(self, problem: Problem, openings: Openings, model: Duty) -> None:
        self.problem, self.openings, self.model = problem, openings, model
        self.values: Floats | None = None
        self.roster: Solution | None = None

    def hear(self, values: Floats) -> None:
        """Keep the values of better times."""
        self.values = values

    def now(self) -> Solution | None:
        """Return the best verified roster so far, or None."""
        if self.values is not None:
            values, self.values = self.values, None
            found = _solution(self.problem, self.openings, self.model.read(values))
            better = self.roster is None or costing.cost(self.problem, found) < costing.cost(self.problem, self.roster)
            if better and not _hard(self.problem, found):
                self.roster = found
        return self.roster


def _watch(progress: Progress, doing: str, found: _Best) -> Watch:
    def tell(best: float | None, bound: float | None) -> bool:
        roster = found.now()
        cost = Pence(round(best)) if best is not None else None
        if roster is not None:
            cost = Pence(costing.cost(found.problem, roster))
        return progress(Step(0.5, doing, cost, Pence(int(bound)) if bound is not None else None, best=roster))

    return tell


def _hard(problem: Problem, solution: Solution) -> bool:
    return any(violation.hard for violation in verifier.verify(problem, solution))


def _result(
    problem: Problem, solution: Solution | None, bound: int | None, seed: int, nodes: int, *, stopped: bool
) -> Result[Solution]:
    if solution is None:
        return Result(Status.STOPPED if stopped else Status.NOT_FOUND, None, None, bound, (), seed, nodes)
    points = costing.cost(problem, solution)
    status = Status.STOPPED if stopped else Status.FEASIBLE
    if bound is not None and points == bound:
        status = Status.OPTIMAL
    return Result(status, solution, points, bound, verifier.verify(problem, solution), seed, nodes)


def _solution(problem: Problem, openings: Openings, plan: Plan) -> Solution:
    named = naming.name_people(problem, openings, plan)
    while named.impossible:
        # Cuts ran out: leave out one meeting of each impossible set, listed with its reason, and name again.
        out = {chosen[-1][0] for chosen in named.impossible if chosen}
        if not out:
            plan = replace(plan, reserves=())
        plan = replace(plan, placed={name: where for name, where in plan.placed.items() if name not in out})
        named = naming.name_people(problem, openings, plan)
    rooms = _rooms(problem, openings, plan)
    bookings, reserves = [], []
    for task in naming.tasks(problem, plan):
        people, room = named.people[task.id], rooms.get(task.id)
        if task.school is not None:
            bookings.append(Booking(task.id, task.day, task.start, task.venue, room, people))
        else:
            reserves.append(Reserve(task.id, task.kind, task.day, task.start, task.venue, room, people))
    left_out = tuple(
        reason_unbooked(problem, openings, meeting.id) for meeting in problem.meetings if meeting.id not in plan.placed
    )
    order = {meeting.id: index for index, meeting in enumerate(problem.meetings)}
    return Solution(tuple(sorted(bookings, key=lambda b: order[b.meeting])), left_out, tuple(reserves))


def _rooms(problem: Problem, openings: Openings, plan: Plan) -> dict[str, str]:
    """Return a room for each task at a venue, keeping the largest rooms for those who need them."""
    found: dict[str, str] = {}
    taken: list[tuple[str, str, object, int, int]] = []
    groups: dict[tuple[str, object, int], list[naming.Task]] = {}
    for task in naming.tasks(problem, plan):
        if task.venue != AT_SCHOOL:
            groups.setdefault((task.venue, task.day, task.start), []).append(task)
    for (venue, day, begins), waiting in groups.items():
        rooms = problem.venue[venue].rooms
        points = np.zeros((len(waiting), len(rooms)))
        for row, task in enumerate(waiting):
            if task.school is not None:
                fits = {room.id for room in openings.rooms(problem.meeting[task.id], venue)}
            else:
                fits = {room.id for room in rooms if room.seats >= len(problem.kind[task.kind].roles) + 2}
            end = begins + problem.kind[task.kind].seconds
            for column, room in enumerate(rooms):
                busy = any(t[:3] == (venue, room.id, day) and t[3] < end and begins < t[4] for t in taken)
                points[row, column] = 1e6 if busy or room.id not in fits else room.seats
        for row, column in zip(*linear_sum_assignment(points), strict=True):
            task, room = waiting[row], rooms[column]
            found[task.id] = room.id
            taken.append((venue, room.id, day, begins, begins + problem.kind[task.kind].seconds))
    return found


def reason_unbooked(problem: Problem, openings: Openings, meeting: str) -> Unbooked:
    """Return why a meeting is left out: the rules that close every time of its school, or that others come first."""
    if next(openings.of(problem.meeting[meeting]), None) is not None:
        pinned = meeting in problem.pinned
        told = "It is pinned where it cannot be held: lift the pin." if pinned else ""
        why = told or "There are times it could be held, but each would leave out another or cost more."
        return Unbooked(meeting, "pin-kept" if pinned else "priced-out", why)
    conflict = conflicts.minimal_conflict(problem, meeting)
    if not conflict:
        return Unbooked(meeting, "meeting-window", "The round has no day and time at which anybody could meet.")
    said = " and ".join(conflicts.say(each) for each in conflict)
    return Unbooked(meeting, conflict[0].rule, f"No time is open because of {said}.")
