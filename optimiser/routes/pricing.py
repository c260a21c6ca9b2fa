"""The cheapest run against a price on every child: labels with ng-sets, compiled, for the bounds.

A label is a partial run outwards from school. With ng-sets a label remembers only children near the one it is at, so a
run may call twice at a child once the memory has gone; that only lowers the bound (Baldacci, Mingozzi and Roberti,
Operations Research 59(5), 2011). Left out, which also only lowers it: who may not or must ride together, clock times,
and the seats of children who do not travel every day.
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


@njit(cache=True, error_model="numpy")
def _beats(
    ints: Any, cost: Any, memory: Any, cuts: Any, a: int, b: int, guide: float, zone: float, loose: bool
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
    return bool((memory[a, 0] & ~memory[b, 0]) == 0 and (memory[a, 1] & ~memory[b, 1]) == 0)


@njit(cache=True, error_model="numpy")
def price_runs(
    seconds: Any,
    metres: Any,
    visit: Any,
    child: Any,
    worth: Any,
    near: Any,
    first: Any,
    fits: Any,
    leg: Any,
    rates: Any,
    room: Any,
    odd: Any,
    cuts: Any,
    loose: bool,
    ints: Any,
    cost: Any,
    memory: Any,
    head: Any,
    best: Any,
    who: Any,
) -> int:
    """Grow labels for one option; fill the least reduced cost by last visit and its label; answer how many labels.

    ``worth`` prices each child; ``near`` (n, 2) are ng-sets as bits and ``first`` each child's own bit. ``fits`` says
    who may ride. ``rates``: fixed, per metre, per second, guide, zone (already scaled by the share of the week).
    ``room``: seats, wheelchair spaces. ``odd`` holds, as bits, the cuts that each child is in, and ``cuts`` what a
    cut charges for every second of its children met (subset-row cuts; Jepsen et al., Operations Research 56(2), 2008).
    Columns of ``ints``: visit, since, seats, chairs, guided, zone, parent, next,
    alive. Answers -1 when the labels no longer fit in the arrays: then nothing is proved.
    """
    n = worth.shape[0]
    visits = visit.shape[0]
    for v in range(visits):
        head[v] = -1
        best[v] = np.inf
        who[v] = -1
    count = 0
    at = -1
    while at < count:
        if at >= 0 and ints[at, 8] == 0:
            at += 1
            continue
        here = 0 if at < 0 else visit[ints[at, 0], PLACE]
        if at < 0 or child[visit[ints[at, 0], OWNER], SOLE] == 0:
            for c in range(n):
                if not fits[c] or (at >= 0 and child[c, SOLE] != 0):
                    continue
                if at >= 0 and ((memory[at, 0] & first[c, 0]) != 0 or (memory[at, 1] & first[c, 1]) != 0):
                    continue
                part = child[c, WEEK] != 31
                seats = (0 if at < 0 else ints[at, 2]) + (0 if part else child[c, SEATS])
                chairs = (0 if at < 0 else ints[at, 3]) + (0 if part else child[c, CHAIRS])
                guided = 1 if child[c, GUIDED] > 0 or (at >= 0 and ints[at, 4] > 0) else 0
                if seats + guided > room[0] or chairs > room[1]:
                    continue
                for v in range(child[c, FIRST], child[c + 1, FIRST]):
                    place = visit[v, PLACE]
                    since = (0 if at < 0 else ints[at, 1]) + seconds[here, place] + child[c, BOARDING]
                    if since > visit[v, LATEST]:
                        continue
                    zone = 1 if visit[v, ZONE] > 0 or (at >= 0 and ints[at, 5] > 0) else 0
                    value = 0.0 if at < 0 else cost[at]
                    value += rates[1] * metres[here, place]
                    value += rates[2] * (seconds[here, place] + child[c, BOARDING]) - worth[c]
                    if guided > (0 if at < 0 else ints[at, 4]):
                        value += rates[3]
                    if zone > (0 if at < 0 else ints[at, 5]):
                        value += rates[4]
                    if count >= ints.shape[0]:
                        return -1
                    k = count
                    ints[k, 0], ints[k, 1], ints[k, 2], ints[k, 3] = v, since, seats, chairs
                    ints[k, 4], ints[k, 5], ints[k, 6], ints[k, 8] = guided, zone, at, 1
                    cost[k] = value
                    parity = np.uint64(0) if at < 0 else memory[at, 2]
                    twice = parity & odd[c]
                    memory[k, 2] = parity ^ odd[c]
                    j = 0
                    while twice != 0 and j < cuts.shape[0]:
                        if (twice & (np.uint64(1) << np.uint64(j))) != 0:
                            value += cuts[j]
                            twice ^= np.uint64(1) << np.uint64(j)
                        j += 1
                    cost[k] = value
                    for w in range(2):
                        kept = np.uint64(0) if at < 0 else memory[at, w]
                        memory[k, w] = (kept & near[c, w]) | first[c, w]
                    if _enter(ints, cost, memory, cuts, head, v, k, rates[3], rates[4], loose):
                        count += 1
                        total = value + rates[0] + leg[place]
                        if total < best[v]:
                            best[v], who[v] = total, k
        at += 1
    return count


@njit(cache=True, error_model="numpy")
def _enter(
    ints: Any, cost: Any, memory: Any, cuts: Any, head: Any, v: int, k: int, guide: float, zone: float, loose: bool
) -> bool:
    """Add a label to those of its visit unless one beats it, and drop those that it beats."""
    x, before = head[v], -1
    while x >= 0:
        if _beats(ints, cost, memory, cuts, x, k, guide, zone, loose):
            return False
        x = ints[x, 7]
    x = head[v]
    while x >= 0:
        after = ints[x, 7]
        if _beats(ints, cost, memory, cuts, k, x, guide, zone, loose):
            ints[x, 8] = 0
            if before < 0:
                head[v] = after
            else:
                ints[before, 7] = after
        else:
            before = x
        x = after
    ints[k, 7] = head[v]
    head[v] = k
    return True


def can_ride(instance: Any, option: int) -> Any:
    """Return which children an option may carry at all."""
    needs = instance.child[:-1, EQUIPMENT]
    return (needs & ~instance.option[option, 2]) == 0
