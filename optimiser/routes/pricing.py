"""The cheapest run against a price on every child: labels with ng-sets, compiled, for the bounds.

A label is a partial run outwards from school. With ng-sets a label remembers only children near the one it is at, so a
run may call twice at a child once the memory has gone; that only lowers the bound (Baldacci, Mingozzi and Roberti,
Operations Research 59(5), 2011). Children kept apart, or who must ride together, are never forgotten, so those rules
are exact. Left out, which also only lowers the bound: clock times, and the seats of children who do not travel every
day.
"""

from typing import Any

import numpy as np
from numba import njit

from optimiser.routes.search.arrays import (
    BOARDING,
    CHAIRS,
    EQUIPMENT,
    FIRST,
    GUIDED,
    LATEST,
    OWNER,
    PLACE,
    SEATS,
    SOLE,
    WEEK,
    ZONE,
)

EVERY_DAY = 31
HOURS = 8
"""Slices of the day by which labels of a visit are kept apart, so that few are compared."""
MIXED = 512
"""More rows of lists a visit than this are for listing all runs, when labels are kept apart by who is aboard."""
FULL, MORE = -1, -2
"""What pricing answers when the labels no longer fit, and when it has stopped to let somebody look at the clock."""
SLOT, COUNT, LOOKED = 0, 1, 2
"""Columns of what pricing remembers between two looks: the slice, the labels so far, and the work since the last."""


@njit(cache=True, error_model="numpy")
def _beats(
    ints: Any, cost: Any, memory: Any, cuts: Any, bound: Any, a: int, b: int, guide: float, zone: float, loose: bool
) -> bool:
    """Whether anything that can follow label ``b`` can follow ``a`` for no more."""
    if ints[a, 1] > ints[b, 1]:
        return False
    worth = cost[a]
    if ints[b, 4] > ints[a, 4]:
        worth += guide
    if ints[b, 5] > ints[a, 5]:
        worth += zone
    if worth > cost[b] + 1e-9:
        return False
    odd = memory[a, 2] & ~memory[b, 2]
    j = 0
    while odd != 0 and j < cuts.shape[0]:
        if (odd & (np.uint64(1) << np.uint64(j))) != 0:
            worth += cuts[j]
            odd ^= np.uint64(1) << np.uint64(j)
        j += 1
    if worth > cost[b] + 1e-9:
        return False
    if loose:
        return True
    if ints[a, 2] + ints[a, 4] + (1 if ints[b, 4] > ints[a, 4] else 0) > ints[b, 2] + ints[b, 4]:
        return False
    if ints[a, 3] > ints[b, 3]:
        return False
    # Those who must ride together: what may follow, or end, depends on exactly who of them is aboard.
    if ((memory[a, 0] ^ memory[b, 0]) & bound[0]) != 0 or ((memory[a, 1] ^ memory[b, 1]) & bound[1]) != 0:
        return False
    return bool((memory[a, 0] & ~memory[b, 0]) == 0 and (memory[a, 1] & ~memory[b, 1]) == 0)


@njit(cache=True, error_model="numpy")
def price_runs(
    seconds: Any, metres: Any, visit: Any, child: Any, worth: Any, near: Any, first: Any, clash: Any, company: Any,
    fits: Any, leg: Any, rates: Any, room: Any, odd: Any, cuts: Any, loose: bool, bound: Any, most: float, step: int,
    onward: Any, met: Any, other: Any, line: Any, ints: Any, cost: Any, memory: Any, head: Any, best: Any, who: Any,
    done: Any, most_work: int,
) -> int:  # fmt: skip
    """Grow labels for one option; fill the least reduced cost by last visit and its label; answer how many labels.

    ``worth`` prices each child; ``near`` (n, 2) are ng-sets as bits, ``first`` each child's own bit and ``clash`` that
    and whoever may not ride with them. ``company`` (k, 2) holds the groups who must ride together. ``fits`` says
    who may ride. ``rates``: fixed, per metre, per second, guide, zone (already scaled by the share of the week).
    ``room``: seats, wheelchair spaces. ``odd`` holds, as bits, the cuts that each child is in, and ``cuts`` what a
    cut charges for every second of its children met (subset-row cuts; Jepsen et al., Operations Research 56(2), 2008).
    Only labels of the same children among ``bound`` (bits) are compared: the groups, or everyone to list all runs.
    ``onward``, ``met`` and ``other`` say what the rest of a run could cost by slices of ``step`` seconds (see
    ``completing``; nothing is dropped when ``step`` is 0, else what cannot end below ``most``); ``line`` strings labels
    together by slice, so that they are grown in order of time. Columns of ``ints``: visit, since, seats, chairs,
    guided, zone, parent, next at the visit, alive, next in the slice. ``head`` (visits, rows) starts the lists of
    labels to be compared: one row when ``loose``, else by places and time.
    Answers ``FULL`` when the labels no longer fit in the arrays: then nothing is proved. After about ``most_work``
    comparisons it answers ``MORE``: called again with the same arrays it goes on from there. ``done`` is what it
    remembers in between (``SLOT`` -1 to begin).
    """
    width = max(step, 30)
    done[LOOKED] = 0
    if done[SLOT] < 0:
        head[:], best[:], who[:], line[:] = -1, np.inf, -1, -1
        done[SLOT] = 0
        done[COUNT] = _grow(
            seconds, metres, visit, child, worth, near, first, clash, company, bound, fits, leg, rates, room, odd, cuts,
            loose, most, step, onward, met, other, line, width, ints, cost, memory, head, best, who, -1, 0, done,
        )  # fmt: skip
    count = done[COUNT]
    for slot in range(done[SLOT], line.shape[0]):
        done[SLOT] = slot
        while line[slot] >= 0 and count >= 0:
            if done[LOOKED] >= most_work:
                done[COUNT] = count
                return MORE
            at = line[slot]
            line[slot] = ints[at, 9]
            if ints[at, 8] != 0 and child[visit[ints[at, 0], OWNER], SOLE] == 0:
                count = _grow(
                    seconds, metres, visit, child, worth, near, first, clash, company, bound, fits, leg, rates, room,
                    odd, cuts, loose, most, step, onward, met, other, line, width, ints, cost, memory, head, best,
                    who, at, count, done,
                )  # fmt: skip
    return count


@njit(cache=True, error_model="numpy")
def _grow(
    seconds: Any, metres: Any, visit: Any, child: Any, worth: Any, near: Any, first: Any, clash: Any, company: Any,
    bound: Any, fits: Any, leg: Any, rates: Any, room: Any, odd: Any, cuts: Any, loose: bool, most: float, step: int,
    onward: Any, met: Any, other: Any, line: Any, width: int, ints: Any, cost: Any, memory: Any, head: Any, best: Any,
    who: Any, at: int, count: int, done: Any,
) -> int:  # fmt: skip
    """Take each child more aboard a label (-1 for an empty run); answer how many labels there are, -1 when too many."""
    here = 0 if at < 0 else visit[ints[at, 0], PLACE]
    had = 0 if at < 0 else ints[at, 4]
    zoned = 0 if at < 0 else ints[at, 5]
    parity = np.uint64(0) if at < 0 else memory[at, 2]
    done[LOOKED] += worth.shape[0]
    for c in range(worth.shape[0]):
        if not fits[c] or (at >= 0 and child[c, SOLE] != 0):
            continue
        if at >= 0 and ((memory[at, 0] & clash[c, 0]) != 0 or (memory[at, 1] & clash[c, 1]) != 0):
            continue
        part = child[c, WEEK] != EVERY_DAY
        seats = (0 if at < 0 else ints[at, 2]) + (0 if part else child[c, SEATS])
        chairs = (0 if at < 0 else ints[at, 3]) + (0 if part else child[c, CHAIRS])
        guided = 1 if child[c, GUIDED] > 0 or had > 0 else 0
        if seats + guided > room[0] or chairs > room[1]:
            continue
        for v in range(child[c, FIRST], child[c + 1, FIRST]):
            place = visit[v, PLACE]
            took = seconds[here, place] + child[c, BOARDING]
            since = (0 if at < 0 else ints[at, 1]) + took
            if since > visit[v, LATEST]:
                continue
            zone = 1 if visit[v, ZONE] > 0 or zoned > 0 else 0
            value = 0.0 if at < 0 else cost[at]
            value += rates[1] * metres[here, place] + rates[2] * took - worth[c]
            if guided > had:
                value += rates[3]
            if zone > zoned:
                value += rates[4]
            twice = parity & odd[c]
            charged = 0.0
            j = 0
            while twice != 0 and j < cuts.shape[0]:
                if (twice & (np.uint64(1) << np.uint64(j))) != 0:
                    charged += cuts[j]
                    twice ^= np.uint64(1) << np.uint64(j)
                j += 1
            value += charged
            if step > 0:
                b, m = since // step, seats + guided + chairs
                rest = onward[v, b, m, guided]
                if at >= 0 and met[v, b, m, guided] == visit[ints[at, 0], OWNER]:
                    rest = other[v, b, m, guided]
                if value - 0.5 * charged + rest + rates[0] > most:
                    continue
            if count >= ints.shape[0]:
                return FULL
            k = count
            ints[k, 0], ints[k, 1], ints[k, 2], ints[k, 3] = v, since, seats, chairs
            ints[k, 4], ints[k, 5], ints[k, 6], ints[k, 8] = guided, zone, at, 1
            cost[k] = value
            memory[k, 2] = parity ^ odd[c]
            for w in range(2):
                kept = np.uint64(0) if at < 0 else memory[at, w]
                memory[k, w] = (kept & near[c, w]) | first[c, w]
            hour = since * HOURS // (width * line.shape[0])
            if not _enter(ints, cost, memory, cuts, bound, head, v, hour, k, rates[3], rates[4], loose, done):
                continue
            count += 1
            slot = since // width
            ints[k, 9] = line[slot]
            line[slot] = k
            total = value + rates[0] + leg[place]
            if total < best[v] and _whole(memory, company, k):
                best[v], who[v] = total, k
    return count


@njit(cache=True, error_model="numpy")
def _whole(memory: Any, company: Any, k: int) -> bool:
    """Whether everyone of each group with a child aboard is aboard."""
    for g in range(company.shape[0]):
        a, z = memory[k, 0] & company[g, 0], memory[k, 1] & company[g, 1]
        if (a != 0 or z != 0) and (a != company[g, 0] or z != company[g, 1]):
            return False
    return True


@njit(cache=True, error_model="numpy")
def _enter(
    ints: Any, cost: Any, memory: Any, cuts: Any, bound: Any, head: Any, v: int, hour: int, k: int, guide: float,
    zone: float, loose: bool, done: Any,
) -> bool:  # fmt: skip
    """Add a label to those of its visit unless beaten; drop those it beats.

    A label is beaten only by one of no more places and no later; when all runs are listed, only by one of the same
    children. So each looks at a part of its visit's lists.
    """
    rows = head.shape[1]
    low, mine, high, by_place = 0, 0, 1, 0
    if rows > MIXED:
        mixed = (memory[k, 0] ^ (memory[k, 1] << np.uint64(1))) * np.uint64(0x9E3779B97F4A7C15)
        mine = np.int64(mixed >> np.uint64(33)) % rows
        low, high = mine, mine + 1
    elif rows > 1:
        by_place, mine, high = 1, (ints[k, 2] + ints[k, 3]) * HOURS + hour, rows
    for row in range(low, mine + 1):
        if by_place and row % HOURS > hour:
            continue
        x, before = head[v, row], -1
        while x >= 0:
            done[LOOKED] += 1
            if _beats(ints, cost, memory, cuts, bound, x, k, guide, zone, loose):
                if before >= 0:
                    # Whoever beats one is likely to beat the next, so it is looked at first from now on.
                    ints[before, 7], ints[x, 7], head[v, row] = ints[x, 7], head[v, row], x
                return False
            before, x = x, ints[x, 7]
    for row in range(mine, high):
        if by_place and row % HOURS < hour:
            continue
        x, before = head[v, row], -1
        while x >= 0:
            done[LOOKED] += 1
            after = ints[x, 7]
            if _beats(ints, cost, memory, cuts, bound, k, x, guide, zone, loose):
                ints[x, 8] = 0
                if before < 0:
                    head[v, row] = after
                else:
                    ints[before, 7] = after
            else:
                before = x
            x = after
    ints[k, 7] = head[v, mine]
    head[v, mine] = k
    return True


def can_ride(instance: Any, option: int) -> Any:
    """Return which children an option may carry at all."""
    needs = instance.child[:-1, EQUIPMENT]
    return (needs & ~instance.option[option, 2]) == 0
