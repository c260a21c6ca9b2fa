"""Rosters with too many places for the exact model: bound journeys from below, then build and improve the roster."""

from collections.abc import Callable, Mapping

from optimiser.core.mip import whole
from optimiser.meetings.bounds import counting_bound
from optimiser.meetings.model import duty as duties
from optimiser.meetings.model import whole_days
from optimiser.meetings.openings import Opening, Openings
from optimiser.meetings.problem import Booking, Problem
from optimiser.meetings.search import consolidating
from optimiser.meetings.search.board import Board
from optimiser.meetings.search.deadline import Deadline
from optimiser.meetings.search.rebuilding import ROUNDS, Watch, fill, improve

MOST_CHOICES = 3000
"""With journeys to keep, the exact model grows with openings times people times places; this many still solve."""

EACH = 100
"""Rounds of the compiled search over slots for one that rebuilds in plain Python, where work is counted."""

Tell = Callable[[str, int | None, int | None, Mapping[str, Booking]], bool]
"""Told what is being done, the best points, the bound and the best bookings; answering False stops the solve."""


def is_wide(problem: Problem, openings: Openings) -> bool:
    """Return whether a problem with journeys has more openings than the exact model can take."""
    if problem.travel is None:
        return False
    count = 0
    for meeting in problem.meetings:
        for _ in openings.of(meeting):
            count += 1
            if count > MOST_CHOICES:
                return True
    return False


def build_roster(
    problem: Problem, openings: Openings, deadline: Deadline, *, seed: int, tell: Tell
) -> tuple[Board, int, int, bool]:
    """Return a board that keeps every hard rule, a proved bound, the steps taken, and whether it was stopped.

    About two fifths of the seconds go to the bound, from the model that only knows the shortest roads; its timetable
    is a second start for the search. ``limits.work`` counts the search's rounds. Without a limit in seconds the
    bound is that of the relaxed model, so that the same problem and seed give the same answer in a fair time.
    """
    board = Board(problem, openings)
    fill(board)
    bound = counting_bound(problem, openings)
    going = tell("bounding the roster", board.points, bound, board.placed)
    nodes = 0
    if going and not deadline.passed:
        proved, nodes, placed = _bounded(problem, openings, deadline, seed, tell, board)
        bound = max(bound, proved)
        if placed:
            other = Board(problem, openings)
            fill(other, placed)
            board = min(board, other, key=lambda each: each.points)
    stopped = [False]

    def watch(points: int, best: Mapping[str, Booking]) -> bool:
        stopped[0] = not tell("improving the roster", points, bound, best)
        return not stopped[0]

    rounds = 0
    if watch(board.points, board.placed):
        compiled = consolidating.fits(problem, openings)
        rounds = (_slots if compiled else improve)(board, deadline, seed=seed, watch=watch)
    board.fill_reserves()
    return board, bound, nodes + rounds, stopped[0]


def _slots(board: Board, deadline: Deadline, *, seed: int, watch: Watch) -> int:
    """Improve a board by the compiled search over slots; return the rounds of ``limits.work`` that it counts as."""
    rounds = deadline.limits.work or ROUNDS

    def tell(points: int, bookings: Callable[[], Mapping[str, Booking]]) -> bool:
        return watch(points, bookings())

    found = consolidating.consolidate(
        board.problem, board.openings, deadline, until=0.97, seed=seed, watch=tell, board=board, rounds=EACH * rounds
    )
    board.begin(found.values())
    return rounds


def _bounded(
    problem: Problem, openings: Openings, deadline: Deadline, seed: int, tell: Tell, board: Board
) -> tuple[int, int, Mapping[str, Opening]]:
    """Return the bound of the model that only knows the shortest roads, the work done, and its timetable if any."""

    def watch(best: float | None, proved: float | None) -> bool:
        return tell("bounding the roster", board.points, int(proved) if proved else None, board.placed)

    model = duties.build(problem, openings, by_place=False)
    until = deadline.done + 0.4 * (1.0 - deadline.done)
    tight = whole_days.tighten(model, deadline, until=until, seed=seed)
    bound = 0 if tight is None else whole(tight)
    if deadline.left is None and tight is not None:
        return bound, 0, {}
    answer = model.solve(deadline.until(until), seed=seed, watch=watch, relax=deadline.left is None)
    whole_values = answer.values if deadline.left is not None else None
    placed = {} if whole_values is None else model.read(whole_values).placed
    return max(bound, answer.whole_bound() or 0), answer.nodes, placed
