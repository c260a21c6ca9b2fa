"""Ruin and recreate of meetings over starts and rooms, compiled: a few come off, each goes back where it adds least.

What a meeting adds at every start of a window at once is a sum of trapezoids, one for each meeting it might overlap, so
second differences weigh a whole window in little more time than one start; rooms taken are bits, joined over a length.
Where a plan is packed tight, taking several meetings off together crosses walls that moving one at a time cannot.
"""

from typing import Any

import numpy as np
from numba import njit

from optimiser.meetings.search.taking import join_once

HARD, MEDIUM, OVERLAP, FOLLOWS = 200_000, 4_000, 10, 100
MOST_OUT = 8
NEAR = 2
NOISES = 8192
"""A person who changes room within this many grains is unsettled (the family's room-stability rule)."""


@njit(cache=True, nogil=True)
def _put(i: int, start: Any, room: Any, length: Any, head: Any, after: Any, before: Any, held: Any, taken: Any) -> None:
    """Put a meeting on the list of its start grain and into its room."""
    s = start[i]
    before[i] = -1
    after[i] = head[s]
    if head[s] >= 0:
        before[head[s]] = i
    head[s] = i
    for g in range(s, min(s + length[i], taken.shape[0])):
        held[room[i], g] += 1
        taken[g] |= 1 << room[i]


@njit(cache=True, nogil=True)
def _take(
    i: int, start: Any, room: Any, length: Any, head: Any, after: Any, before: Any, held: Any, taken: Any
) -> None:
    """Take a meeting off the list of its start grain and out of its room."""
    if before[i] >= 0:
        after[before[i]] = after[i]
    else:
        head[start[i]] = after[i]
    if after[i] >= 0:
        before[after[i]] = before[i]
    for g in range(start[i], min(start[i] + length[i], taken.shape[0])):
        held[room[i], g] -= 1
        if held[room[i], g] == 0:
            taken[g] &= ~(1 << room[i])


@njit(cache=True, nogil=True)
def _weigh(
    i: int, low: int, high: int, length: Any, longest: int, head: Any, after: Any, per_grain: Any, d2: Any, d1: Any
) -> None:
    """Leave second and first differences of what meeting i adds at each start; column ``longest`` * 2 is ``low``."""
    offset, own = 2 * longest, length[i]
    d2[: high - low + 4 * longest + 4] = 0
    d1[: high - low + 4 * longest + 4] = 0
    for g in range(max(0, low - longest), min(head.shape[0] - 1, high + own) + 1):
        j = head[g]
        while j >= 0:
            theirs, weight = length[j], per_grain[i, j]
            small = min(own, theirs)
            at = g - low + offset
            end = at + theirs
            d2[at - own + 1] += weight
            d2[at - own + 1 + small] -= weight
            d2[end - small + 1] -= weight
            d2[end + 1] += weight
            d1[at - own] += FOLLOWS
            d1[at - own + 1] -= FOLLOWS
            d1[end] += FOLLOWS
            d1[end + 1] -= FOLLOWS
            j = after[j]


@njit(cache=True, nogil=True)
def _join(own: int, low: int, high: int, taken: Any, joined: Any) -> None:
    """Leave for each start in the window the rooms taken at any moment of a meeting of that length."""
    grains = taken.shape[0]
    width = min(high + own, grains) - low
    for column in range(width):
        joined[column] = taken[low + column]
    span = 1
    while 2 * span <= own:
        for column in range(width - span):
            joined[column] |= joined[column + span]
        span *= 2
    rest = own - span
    if rest > 0:
        for column in range(width - rest):
            joined[column] |= joined[column + rest]


@njit(cache=True, nogil=True)
def _best_start(
    own: int, low: int, high: int, fits: int, waste_of: Any, day_end: Any, longest: int, d2: Any, d1: Any, joined: Any,
    noise: Any, warmth: float,
) -> int:  # fmt: skip
    """Return the start in the window at which a meeting adds least in a free room, give or take the noise, or -1."""
    offset, first = 2 * longest, np.random.randint(noise.shape[0])
    value = slope = step = np.int64(0)
    least, chosen = 1e300, -1
    for column in range(offset):
        slope += d2[column]
        value += slope
        step += d1[column]
    for s in range(low, high + 1):
        slope += d2[s - low + offset]
        value += slope
        step += d1[s - low + offset]
        points = value + step + s - warmth * noise[(first + s) & (NOISES - 1)]
        if points >= least or s + own > day_end[s]:
            continue
        free = fits & ~joined[s - low]
        if free == 0:
            continue
        points += waste_of[free]
        if points < least:
            least, chosen = points, s
    return chosen


@njit(cache=True, nogil=True)
def _points(
    i: int, s: int, start: Any, room: Any, length: Any, longest: int, head: Any, after: Any, per_grain: Any,
    shared: Any, by_room: Any,
) -> Any:  # fmt: skip
    """Return what a meeting off the lists adds at a start in any room; ``by_room`` gets what each room adds to it."""
    e = s + length[i]
    points = np.int64(e - 1)
    unsettled = np.int64(0)
    by_room[:] = 0
    for g in range(max(0, s - longest - NEAR), min(head.shape[0] - 1, e + NEAR) + 1):
        j = head[g]
        while j >= 0:
            end = g + length[j]
            overlap = min(e, end) - max(s, g)
            if overlap > 0:
                points += overlap * per_grain[i, j]
                by_room[room[j]] += overlap * HARD
            if g == e:
                points += FOLLOWS
            if end == s:
                points += FOLLOWS
            if (s < g and g - e <= NEAR) or (g < s and s - end <= NEAR):
                unsettled += shared[i, j]
                by_room[room[j]] -= shared[i, j]
            j = after[j]
    return points + unsettled


@njit(cache=True, nogil=True)
def _ruin(out: Any, start: Any, length: Any, per_grain: Any) -> int:
    """Choose meetings to take off: any, those near one in time, or those that conflict with one; return how many."""
    n = length.shape[0]
    many = 1 + np.random.randint(min(MOST_OUT, n))
    if np.random.random() < 0.5:
        many = 1 + np.random.randint(min(4, n))
    first = np.random.randint(n)
    out[0] = first
    count, tries = 1, 0
    kind, reach = np.random.random(), 1 + np.random.randint(12)
    while count < many and tries < 12 * many:
        tries += 1
        j = np.random.randint(n)
        if kind < 0.35:
            gap = max(start[j] - start[first] - length[first], start[first] - start[j] - length[j])
            if gap > reach:
                continue
        elif kind < 0.6 and per_grain[first, j] <= OVERLAP:
            continue
        count = join_once(out, count, j)
    return count


@njit(cache=True, nogil=True)
def _shuffle(out: Any, count: int, size: Any) -> None:
    """Put the meetings taken off in the order of going back: the largest first, or any."""
    largest_first = np.random.random() < 0.5
    for a in range(count - 1):
        pick = a + np.random.randint(count - a)
        if largest_first:
            for b in range(a, count):
                if size[out[b]] > size[out[pick]]:
                    pick = b
        out[a], out[pick] = out[pick], out[a]


@njit(cache=True, nogil=True)
def rebuild(
    rounds: int, hot: float, cold: float, seed: int, start: Any, room: Any, best_start: Any, best_room: Any, tally: Any,
    length: Any, size: Any, fits: Any, waste: Any, waste_of: Any, day_end: Any, longest: int, per_grain: Any,
    shared: Any, reach: int, warmth: float,
) -> None:  # fmt: skip
    """Take rounds in place, cooling from ``hot`` to ``cold`` points; ``tally`` holds the points now and the best.

    ``reach`` is how many grains either side of where one of them stood are weighed. ``fits`` are the bits of rooms that
    seat each meeting, ``waste_of`` the least waste of any set of rooms, ``day_end`` where each grain's day ends.
    """
    np.random.seed(seed)
    n, rooms, grains = length.shape[0], waste.shape[0], day_end.shape[0]
    head = np.full(grains, -1, np.int32)
    after, before = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    held, taken = np.zeros((rooms, grains), np.int32), np.zeros(grains, np.int64)
    for i in range(n):
        _put(i, start, room, length, head, after, before, held, taken)
    d2, d1 = np.zeros(grains + 4 * longest + 8, np.int64), np.zeros(grains + 4 * longest + 8, np.int64)
    joined, by_room = np.zeros(grains + longest + 1, np.int64), np.zeros(rooms, np.int64)
    out, old_start, old_room = np.zeros(MOST_OUT, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    noise = -np.log(-np.log(np.random.random(NOISES) * 0.999998 + 0.000001))
    cooling, heat = (cold / hot) ** (1.0 / rounds), hot
    for _ in range(rounds):
        heat *= cooling
        count = _ruin(out, start, length, per_grain)
        change = np.int64(0)
        for k in range(count):
            i = out[k]
            old_start[i], old_room[i] = start[i], room[i]
            _take(i, start, room, length, head, after, before, held, taken)
            change -= _points(i, start[i], start, room, length, longest, head, after, per_grain, shared, by_room)
            change -= by_room[room[i]] + waste[room[i]]
        allowed = -heat * np.log(np.random.random() + 1e-300)
        mid = old_start[out[np.random.randint(count)]]
        low, high = max(0, mid - reach), min(grains - 1, mid + reach)
        _shuffle(out, count, size)
        placed = 0
        while placed < count:
            i = out[placed]
            _weigh(i, low, high, length, longest, head, after, per_grain, d2, d1)
            _join(length[i], low, high, taken, joined)
            s = _best_start(
                length[i], low, high, fits[i], waste_of, day_end, longest, d2, d1, joined, noise, warmth * heat
            )
            if s < 0:
                break
            change += _points(i, s, start, room, length, longest, head, after, per_grain, shared, by_room)
            free, r = fits[i] & ~joined[s - low], -1
            for each in range(rooms):
                if free >> each & 1 and (r < 0 or by_room[each] + waste[each] < by_room[r] + waste[r]):
                    r = each
            change += by_room[r] + waste[r]
            if change > allowed:
                break
            start[i], room[i] = s, r
            _put(i, start, room, length, head, after, before, held, taken)
            placed += 1
        if placed == count:
            tally[0] += change
            if tally[0] < tally[1]:
                tally[1] = tally[0]
                best_start[:] = start
                best_room[:] = room
        else:
            for k in range(placed):
                _take(out[k], start, room, length, head, after, before, held, taken)
            for k in range(count):
                start[out[k]], room[out[k]] = old_start[out[k]], old_room[out[k]]
                _put(out[k], start, room, length, head, after, before, held, taken)
