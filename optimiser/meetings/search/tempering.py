"""Meetings packed by many searches at once, one to a heat, which trade plans as they go (parallel tempering), compiled.

What a meeting adds at every start is kept in a table, so that weighing a move is one look-up and only a move made costs
work. A cold search alone is caught by the first tight packing it meets; the warm ones hand it new ones all the time.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

HARD, MEDIUM, OVERLAP, FOLLOWS = 400_000, 4_000, 10, 100
SHUT = 1_000_000_000
"""The points of a start at which a meeting would run past the end of its day; no move goes there."""
MASK = 8191
ANYWHERE, NEARBY = 40, 64
"""Of 128 moves, those up to the first go anywhere, up to the second nearby, and the rest trade two meetings' places."""
REACH = 6
STARTS_ALIKE = 96

Wide = npt.NDArray[np.int64]
Narrow = npt.NDArray[np.int32]


def effects(length: Wide, per_grain: Wide) -> tuple[Narrow, Wide]:
    """Return what each meeting does to every other at every start it might touch, and where each block begins.

    A block has a row for each start from ``longest`` before the meeting's own to its end, and a column a meeting, so
    that moving a meeting adds one stretch of numbers to the table and takes another away.
    """
    longest, blocks = int(length.max()), []
    for i, own in enumerate(length):
        starts = np.arange(-longest, own + 1)[:, None]
        common = np.minimum(own, starts + length) - np.maximum(0, starts)
        block = np.maximum(common, 0) * per_grain[i] + FOLLOWS * (starts == own) + FOLLOWS * (starts + length == 0)
        block[:, i] = 0
        blocks.append(block.astype(np.int32).ravel())
    begins = np.cumsum([0, *map(len, blocks)])
    return np.concatenate(blocks), begins.astype(np.int64)


@njit(cache=True, nogil=True)
def _shift(i: int, s: int, t: int, flat: Any, meetings: int, effect: Any, begins: Any) -> None:
    """Take meeting i from start s to start t in the table of the others; s or t below 0 means none."""
    block = effect[begins[i] : begins[i + 1]]
    if s >= 0:
        row = flat[s * meetings : s * meetings + block.shape[0]]
        for c in range(block.shape[0]):
            row[c] -= block[c]
    if t >= 0:
        row = flat[t * meetings : t * meetings + block.shape[0]]
        for c in range(block.shape[0]):
            row[c] += block[c]


@njit(cache=True, nogil=True)
def _between(i: int, s: int, j: int, t: int, length: Any, per_grain: Any) -> int:
    """Return the points between two meetings at two starts."""
    e, f = s + length[i], t + length[j]
    common = min(e, f) - max(s, t)
    points = np.int64(0)
    if common > 0:
        points = common * per_grain[i, j]
    if e == t:
        points += FOLLOWS
    if f == s:
        points += FOLLOWS
    return int(points)


@njit(cache=True, nogil=True)
def _hold(i: int, s: int, r: int, length: Any, taken: Any) -> None:
    for g in range(s, s + length[i]):
        taken[g] |= np.int64(1) << r


@njit(cache=True, nogil=True)
def _free(i: int, s: int, r: int, length: Any, taken: Any) -> None:
    for g in range(s, s + length[i]):
        taken[g] &= ~(np.int64(1) << r)


@njit(cache=True, nogil=True)
def _room_for(i: int, s: int, length: Any, taken: Any, fits: Any, smallest: Any) -> int:
    """Return the smallest room free for a meeting at a start, or -1."""
    used = np.int64(0)
    for g in range(s, s + length[i]):
        used |= taken[g]
    free = fits[i] & ~used
    for r in smallest:
        if free >> r & 1:
            return int(r)
    return -1


@njit(cache=True, nogil=True)
def place_all(
    order: Any, blur: Any, start: Any, room: Any, table: Any, taken: Any, length: Any, effect: Any, begins: Any,
    fits: Any, smallest: Any, longest: int,
) -> bool:  # fmt: skip
    """Place each meeting in turn where it adds least, give or take the blur; False when one finds no free room."""
    for i in order:
        least, chosen = np.int64(SHUT), -1
        for s in range(taken.shape[0]):
            points = table[s + longest, i] + blur[i, s]
            if table[s + longest, i] < SHUT and points < least and _room_for(i, s, length, taken, fits, smallest) >= 0:
                least, chosen = points, s
        if chosen < 0:
            return False
        start[i], room[i] = chosen, _room_for(i, chosen, length, taken, fits, smallest)
        _hold(i, chosen, room[i], length, taken)
        _shift(i, -1, chosen, table.ravel(), length.shape[0], effect, begins)
    return True


@njit(cache=True, nogil=True)
def _move(
    i: int, ns: int, start: Any, room: Any, flat: Any, taken: Any, length: Any, effect: Any, begins: Any,
    fits: Any, smallest: Any,
) -> bool:  # fmt: skip
    """Move one meeting if a room is free there; say whether it moved."""
    s = start[i]
    _free(i, s, room[i], length, taken)
    r = _room_for(i, ns, length, taken, fits, smallest)
    if r < 0:
        _hold(i, s, room[i], length, taken)
        return False
    _hold(i, ns, r, length, taken)
    room[i], start[i] = r, ns
    _shift(i, s, ns, flat, length.shape[0], effect, begins)
    return True


@njit(cache=True, nogil=True)
def _trade(
    i: int, ns: int, j: int, nt: int, start: Any, room: Any, flat: Any, taken: Any, length: Any, effect: Any,
    begins: Any, fits: Any, smallest: Any,
) -> bool:  # fmt: skip
    """Move two meetings together if rooms are free for both; say whether they moved."""
    s, t = start[i], start[j]
    _free(i, s, room[i], length, taken)
    _free(j, t, room[j], length, taken)
    one, other = _room_for(i, ns, length, taken, fits, smallest), -1
    if one >= 0:
        _hold(i, ns, one, length, taken)
        other = _room_for(j, nt, length, taken, fits, smallest)
        if other < 0:
            _free(i, ns, one, length, taken)
    if other < 0:
        _hold(i, s, room[i], length, taken)
        _hold(j, t, room[j], length, taken)
        return False
    _hold(j, nt, other, length, taken)
    room[i], room[j], start[i], start[j] = one, other, ns, nt
    _shift(i, s, ns, flat, length.shape[0], effect, begins)
    _shift(j, t, nt, flat, length.shape[0], effect, begins)
    return True


@njit(cache=True, nogil=True)
def _walk(
    steps: int, heat: float, draw: Any, now: int, best: Any, best_start: Any, best_room: Any, start: Any, room: Any,
    table: Any, taken: Any, length: Any, longest: int, per_grain: Any, effect: Any, begins: Any, fits: Any,
    smallest: Any, choices: Any, counts: Any, noise: Any,
) -> int:  # fmt: skip
    """Take steps at one heat in place and return the points afterwards; ``draw`` is the state of chance."""
    meetings, grains = length.shape[0], taken.shape[0]
    flat = table.ravel()
    x = draw[0]
    for _ in range(steps):
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x ^= x << np.uint64(17)
        one = np.int64(x & np.uint64(0xFFFFF))
        two = np.int64((x >> np.uint64(20)) & np.uint64(0xFFFFF))
        three = np.int64((x >> np.uint64(40)) & np.uint64(0xFFFFF))
        allowed = heat * noise[three & MASK]
        kind = (three >> 13) & 127
        i = (one * meetings) >> 20
        s = start[i]
        if kind < NEARBY:
            ns = s - REACH + ((two * (2 * REACH + 1)) >> 20)
            if kind < ANYWHERE:
                ns = choices[length[i], (two * counts[length[i]]) >> 20]
            if ns < 0 or ns >= grains or ns == s:
                continue
            change = np.int64(table[ns + longest, i]) - table[s + longest, i]
            if change > allowed or not _move(i, ns, start, room, flat, taken, length, effect, begins, fits, smallest):
                continue
        else:
            j = (two * meetings) >> 20
            t = start[j]
            ns, nt = t, s
            if kind >= STARTS_ALIKE:
                # The one ends where the other ended, or the other way about, or both.
                if kind & 1:
                    ns = t + length[j] - length[i]
                if kind & 2:
                    nt = s + length[i] - length[j]
            if i == j or ns < 0 or nt < 0 or (ns == s and nt == t):
                continue
            change = np.int64(table[ns + longest, i]) + table[nt + longest, j]
            change -= np.int64(table[s + longest, i]) + table[t + longest, j]
            # The tables count the two against each other's old places.
            change += _between(i, s, j, t, length, per_grain) + _between(i, ns, j, nt, length, per_grain)
            change -= _between(i, ns, j, t, length, per_grain) + _between(i, s, j, nt, length, per_grain)
            if change > allowed or not _trade(
                i, ns, j, nt, start, room, flat, taken, length, effect, begins, fits, smallest
            ):
                continue
        now += change
        if now < best[0]:
            best[0] = now
            best_start[:] = start
            best_room[:] = room
    draw[0] = x
    return int(now)


@njit(cache=True, nogil=True)
def temper(
    rounds: int, steps: int, heats: Any, holder: Any, draw: Any, now: Any, best: Any, best_start: Any, best_room: Any,
    start: Any, room: Any, table: Any, taken: Any, length: Any, longest: int, per_grain: Any, effect: Any, begins: Any,
    fits: Any, smallest: Any, choices: Any, counts: Any, noise: Any,
) -> None:  # fmt: skip
    """Take rounds in place: steps at every heat, then neighbours in heat trade plans by the Metropolis rule.

    ``holder`` says which plan stands at each heat, the coldest first; ``now`` the points of each plan.
    """
    for round_ in range(rounds):
        for rank in range(heats.shape[0]):
            k = holder[rank]
            now[k] = _walk(
                steps, heats[rank], draw, now[k], best, best_start, best_room, start[k], room[k], table[k], taken[k],
                length, longest, per_grain, effect, begins, fits, smallest, choices, counts, noise,
            )  # fmt: skip
        for rank in range(round_ & 1, heats.shape[0] - 1, 2):
            k, m = holder[rank], holder[rank + 1]
            draw[0] ^= draw[0] << np.uint64(13)
            draw[0] ^= draw[0] >> np.uint64(7)
            draw[0] ^= draw[0] << np.uint64(17)
            gain = (1.0 / heats[rank] - 1.0 / heats[rank + 1]) * (now[k] - now[m])
            if gain > -noise[np.int64(draw[0] >> np.uint64(40)) & MASK]:
                holder[rank], holder[rank + 1] = m, k
