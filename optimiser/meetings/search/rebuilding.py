"""Improves a whole roster by taking a few related meetings off the board and putting them back where they fit best."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from optimiser.meetings.openings import Opening
from optimiser.meetings.problem import Booking
from optimiser.meetings.search.board import Board
from optimiser.meetings.search.deadline import Deadline

HOT, COLD = 6.0, 0.3
ROUNDS = 400
Watch = Callable[[int, Mapping[str, Booking]], bool]


def fill(board: Board, wanted: Mapping[str, Opening] | None = None) -> None:
    """Place what can be placed: first at the openings wanted, then the meetings with fewest choices first."""
    for meeting, opening in (wanted or {}).items():
        found = board.cheapest(meeting, opening)
        if found is not None:
            board.put(found[1])
    for meeting in sorted(set(board.choices) - set(board.placed), key=lambda name: (len(board.choices[name]), name)):
        found = board.cheapest(meeting)
        if found is not None:
            board.put(found[1])


def improve(board: Board, deadline: Deadline, *, seed: int, watch: Watch) -> int:
    """Rebuild parts of the board until the seconds or ``limits.work`` rounds are up; return the rounds taken.

    A worse board is kept now and then, less often as it cools; the best one seen stands at the end. ``watch`` is told
    the best points and bookings now and then, and ends the search by answering False.
    """
    rng = np.random.default_rng(seed)
    most = deadline.limits.work or (ROUNDS if deadline.left is None else 10**9)
    first = deadline.done
    best, best_points, rounds = dict(board.placed), board.points, 0
    while rounds < most and not deadline.passed:
        through = max(rounds / most, (deadline.done - first) / max(1e-9, 1.0 - first))
        heat = HOT * (COLD / HOT) ** min(1.0, through)
        before = board.points
        removed, added = _rebuild(board, rng)
        if board.points > before - heat * math.log(max(1e-12, rng.random())):
            for meeting in added:
                board.take(meeting)
            for booking in removed:
                board.put(booking)
        elif board.points < best_points:
            best, best_points = dict(board.placed), board.points
        rounds += 1
        if rounds % 20 == 0 and not watch(best_points, best):
            break
    board.begin(best.values())
    return rounds


def _rebuild(board: Board, rng: np.random.Generator) -> tuple[list[Booking], list[str]]:
    """Take off some meetings and put back all that now fit; return what was taken off and what was put on."""
    out = [name for name in board.choices if name not in board.placed and board.choices[name]]
    removed = [board.take(name) for name in _related(board, rng)]
    waiting = [booking.meeting for booking in removed]
    if out:
        waiting += [str(each) for each in rng.permutation(out)[:4]]
    order = [waiting[int(index)] for index in rng.permutation(len(waiting))]
    if out:
        order.sort(key=lambda name: name in board.placed or name not in out)
    added = []
    for name in order:
        board.shuffle(name, rng)
        found = board.cheapest(name)
        if found is not None:
            board.put(found[1])
            added.append(name)
    return removed, added


def _related(board: Board, rng: np.random.Generator) -> list[str]:
    """Return a few booked meetings: any, those near one in time, or those of one person."""
    names = sorted(board.placed)
    if not names:
        return []
    count = min(len(names), int(rng.integers(2, 9)))
    kind, chosen = rng.random(), board.placed[names[int(rng.integers(len(names)))]]
    if kind < 0.35:
        near = sorted(names, key=lambda name: (abs((board.placed[name].day - chosen.day).days), rng.random()))
        return near[:count]
    if kind < 0.75 and chosen.people:
        person = chosen.people[int(rng.integers(len(chosen.people)))]
        theirs = [name for name in names if person in board.placed[name].people]
        return [theirs[int(index)] for index in rng.permutation(len(theirs))[:count]]
    return [names[int(index)] for index in rng.permutation(len(names))[:count]]
