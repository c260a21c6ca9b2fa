"""Rosters with too many places for the exact model: bound journeys from below, then build and improve the roster."""

from collections.abc import Callable, Mapping

from optimiser.meetings.bounds import counting_bound
from optimiser.meetings.model import duty as duties
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import Booking, Problem
from optimiser.meetings.search.board import Board
from optimiser.meetings.search.deadline import Deadline
from optimiser.meetings.search.rebuilding import fill, improve

MOST_CHOICES = 3000
"""With journeys to keep, the exact model grows with openings times people times places; this many still solve."""

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
        model = duties.build(problem, openings, by_place=False)
        answer = model.model.solve(
            deadline.share(0.4),
            seed=seed,
            watch=lambda best, proved: tell(
                "bounding the roster", board.points, int(proved) if proved else None, board.placed
            ),
            relax=deadline.left is None,
        )
        bound, nodes = max(bound, answer.whole_bound() or 0), answer.nodes
        if answer.values is not None and deadline.left is not None:
            other = Board(problem, openings)
            fill(other, model.read(answer.values).placed)
            board = min(board, other, key=lambda each: each.points)
    stopped = [False]

    def watch(points: int, best: Mapping[str, Booking]) -> bool:
        stopped[0] = not tell("improving the roster", points, bound, best)
        return not stopped[0]

    rounds = improve(board, deadline, seed=seed, watch=watch) if watch(board.points, board.placed) else 0
    board.fill_reserves()
    return board, bound, nodes + rounds, stopped[0]
