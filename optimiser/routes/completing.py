"""The least that the rest of a run could cost from any point on its way, so that hopeless partial runs are dropped.

A table by visit, time, places taken and guide, filled from the latest time backwards. It forgets who has been aboard,
but for the child just met (no run goes to a child and straight back), so it never overstates what the rest of a run
costs (two-cycle elimination; Houck et al., Opsearch 17, 1980). Of what a cut charges for every second of its three
children, half is laid on going straight from one of them to another: with m of them on a run that is (m - 1) / 2 at
most, never more than the m / 2 rounded down that is charged. A partial run just charged for a pair may owe half less,
which its pricing allows for.
"""

from typing import Any

import numpy as np
from numba import njit

from optimiser.routes.search.arrays import BOARDING, CHAIRS, GUIDED, LATEST, OWNER, PLACE, SEATS, SOLE, WEEK

STEP = 30
"""Seconds in a slice of time; no slice is longer than the shortest leg, so that no leg stays within one."""

Tables = tuple[Any, Any, Any]
"""The least cost of going on from [visit, slice, places taken, guide], who is met first, and the least without them."""


def slice_of_time(arrays: Any) -> int:
    """Return the seconds in a slice of time for an instance, or 0 when legs are too short for a table to pay."""
    n = len(arrays.penalty)
    places = np.unique(arrays.visit[:, PLACE])
    apart = arrays.seconds[np.ix_(places, places)]
    least = int(apart.min()) + int(arrays.child[:n, BOARDING].min())
    return min(STEP, least) if least >= STEP // 3 else 0


def empty_tables(arrays: Any, step: int) -> Tables:
    """Return room for the tables of any option of an instance."""
    most = int((arrays.option[:, 0] + arrays.option[:, 1]).max())
    slices = int(arrays.visit[:, LATEST].max()) // max(step, 1) + 1 if step else 1
    shape = (len(arrays.visit), max(1, slices), most + 1, 2)
    return np.zeros(shape), np.full(shape, -1, np.int16), np.zeros(shape)


@njit(cache=True, error_model="numpy")
def fill(
    seconds: Any, metres: Any, visit: Any, child: Any, worth: Any, joint: Any, fits: Any, leg: Any, rates: Any,
    room: Any, step: int, first: Any, who: Any, second: Any,
) -> None:  # fmt: skip
    """Fill the tables of one option: ``rates`` and ``room`` as for ``price_runs``, ``step`` seconds a slice.

    ``joint`` (n, n) is half of what the cuts that two children are both in charge.
    """
    visits = visit.shape[0]
    most = room[0] + room[1]
    takes = np.zeros(visits, np.int64)
    guides = np.zeros(visits, np.int64)
    for v in range(visits):
        c = visit[v, OWNER]
        takes[v] = child[c, SEATS] + child[c, CHAIRS] if child[c, WEEK] == 31 else 0
        guides[v] = 1 if child[c, GUIDED] > 0 else 0
    soonest = np.zeros(visits, np.int64)
    for v in range(visits):
        soonest[v] = (seconds[0, visit[v, PLACE]] + child[visit[v, OWNER], BOARDING]) // step - 1
    for b in range(first.shape[1] - 1, -1, -1):
        for v in range(visits):
            here, mine = visit[v, PLACE], visit[v, OWNER]
            if b * step > visit[v, LATEST] or not fits[mine]:
                continue
            if b < soonest[v]:
                # Only a detour shorter than the direct way comes here: then nothing is claimed.
                first[v, b], second[v, b], who[v, b] = -np.inf, -np.inf, -1
                continue
            for m in range(most + 1):
                for g in range(2):
                    first[v, b, m, g] = second[v, b, m, g] = leg[here]
                    who[v, b, m, g] = -1
            if child[mine, SOLE] != 0:
                continue
            for w in range(visits):
                other = visit[w, OWNER]
                if other == mine or not fits[other] or child[other, SOLE] != 0:
                    continue
                took = seconds[here, visit[w, PLACE]] + child[other, BOARDING]
                until = b * step + took
                if until > visit[w, LATEST]:
                    continue
                cost = rates[1] * metres[here, visit[w, PLACE]] + rates[2] * took - worth[other] + joint[mine, other]
                for g in range(2):
                    guided = 1 if guides[w] > 0 else g
                    added = takes[w] + guided - g
                    paid = cost + (rates[3] if guided > g else 0.0)
                    for m in range(most + 1 - added):
                        on = until // step
                        rest = first[w, on, m + added, guided]
                        if who[w, on, m + added, guided] == mine:
                            rest = second[w, on, m + added, guided]
                        value = paid + rest
                        if value < first[v, b, m, g]:
                            if who[v, b, m, g] != other:
                                second[v, b, m, g] = first[v, b, m, g]
                            first[v, b, m, g] = value
                            who[v, b, m, g] = other
                        elif value < second[v, b, m, g] and who[v, b, m, g] != other:
                            second[v, b, m, g] = value
