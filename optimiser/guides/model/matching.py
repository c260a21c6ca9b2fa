"""Alternating paths in compiled loops: what one more standby guide is worth on each drawn morning."""

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)
def best_gain(g: int, edges: Any, weight: Any, lost: Any, well: Any, holder: Any) -> int:
    """Return the total weight of the heaviest uncovered route that candidate ``g`` can free on each morning."""
    total = 0
    parent = np.empty(lost.shape[1], dtype=np.int64)
    queue = np.empty(lost.shape[1] + 1, dtype=np.int64)
    for w in range(lost.shape[0]):
        if well[w, g]:
            at = _search(g, w, edges, weight, lost, holder, parent, queue)
            if at >= 0:
                total += weight[lost[w, at]]
    return total


@njit(cache=True)
def augment(g: int, edges: Any, weight: Any, lost: Any, well: Any, holder: Any) -> int:
    """Add candidate ``g`` to the matching of every morning, changing ``holder``, and return the weight gained."""
    total = 0
    parent = np.empty(lost.shape[1], dtype=np.int64)
    queue = np.empty(lost.shape[1] + 1, dtype=np.int64)
    for w in range(lost.shape[0]):
        if not well[w, g]:
            continue
        at = _search(g, w, edges, weight, lost, holder, parent, queue)
        if at < 0:
            continue
        total += weight[lost[w, at]]
        while True:
            before = parent[at]
            if before < 0:
                holder[w, at] = g
                break
            holder[w, at] = holder[w, before]
            at = before
    return total


@njit(cache=True)
def _search(g: int, w: int, edges: Any, weight: Any, lost: Any, holder: Any, parent: Any, queue: Any) -> int:
    """Walk alternating paths from a candidate; return where the heaviest uncovered route lies, -1 for none.

    ``parent`` of a place is the place whose holder moves to it, -1 when the candidate takes it and -2 when unseen.
    """
    n = lost.shape[1]
    for at in range(n):
        parent[at] = -2
    queue[0] = -1
    head, tail = 0, 1
    best = -1
    while head < tail:
        current = queue[head]
        head += 1
        person = g if current < 0 else holder[w, current]
        for at in range(n):
            route = lost[w, at]
            if route < 0:
                break
            if parent[at] != -2 or not edges[person, route]:
                continue
            parent[at] = current
            if holder[w, at] < 0:
                if best < 0 or weight[route] > weight[lost[w, best]]:
                    best = at
            else:
                queue[tail] = at
                tail += 1
    return best
