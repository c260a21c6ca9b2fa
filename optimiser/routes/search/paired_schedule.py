"""When each node of a route can be served: the earliest and the latest schedule under every window and limit.

A fixed order of nodes gives a system of difference constraints: travel and service forwards, ride limits and the
longest working time backwards. Its feasible schedules form a lattice, so lifting times from below until nothing moves
gives the earliest schedule when there is one (and lowering them from above the latest). Rounds are capped by the
number of nodes, as in Bellman and Ford: more means a positive cycle, hence no schedule.
"""

from typing import Any

from numba import njit

from optimiser.routes.search.paired_arrays import EPS, INNER, OUTER, Data, Room, State


@njit(**OUTER)
def spans(data: Data, seq: Any, m: int, w: Any, at: Any) -> None:
    """Fill the time spent at each position and where each node is."""
    w[0] = 0.0
    w[m + 1] = 0.0
    for p in range(1, m + 1):
        u = seq[p]
        at[u] = p
        if p > 1 and data.merge[u] >= 0 and data.merge[u] == data.merge[seq[p - 1]]:
            w[p] = w[p - 1] + data.service[u]
        else:
            w[p] = data.setup[u] + data.service[u]


@njit(**INNER)
def _forward(data: Data, k: int, seq: Any, m: int, t: Any, w: Any, low: int) -> bool:
    for p in range(max(low, 1), m + 1):
        u = seq[p]
        merged = p > 1 and data.merge[u] >= 0 and data.merge[u] == data.merge[seq[p - 1]]
        if merged:
            x = t[p - 1]
        else:
            origin = data.start[k] if p == 1 else data.loc[seq[p - 1]]
            x = t[p - 1] + w[p - 1] + data.time[origin, data.loc[u]]
        x = max(x, data.early[u], t[p])
        if x > data.late[u] + EPS:
            return False
        t[p] = x
        if merged:
            q = p - 1
            while q >= 1 and data.merge[seq[q]] == data.merge[u] and t[q] < x:
                t[q] = x
                q -= 1
    last = data.start[k] if m == 0 else data.loc[seq[m]]
    x = max(t[m + 1], t[m] + w[m] + data.time[last, data.end[k]])
    t[m + 1] = x
    return bool(x <= data.close[k] + EPS)


@njit(**OUTER)
def settle_early(data: Data, k: int, seq: Any, m: int, t: Any, w: Any, at: Any) -> bool:
    """Lift ``t`` (lower bounds on entry) to the earliest schedule; answer whether there is one."""
    n = data.ride.shape[0]
    t[0] = max(t[0], data.open[k])
    low = 1
    for _ in range(m + 3):
        if not _forward(data, k, seq, m, t, w, low):
            return False
        if not data.strict:
            return True
        low = m + 2
        for p in range(m, 0, -1):
            if seq[p] >= n:
                i = seq[p] - n
                q = int(at[i])
                need = t[p] - data.ride[i]
                if t[q] < need - EPS:
                    if need > data.late[i] + EPS:
                        return False
                    t[q] = need
                    low = min(low, q + 1)
        need = t[m + 1] - data.duration[k]
        if t[0] < need - EPS:
            t[0] = need
            low = 1
        if low == m + 2:
            return True
    return False


@njit(**INNER)
def settle_late(data: Data, k: int, seq: Any, m: int, t: Any, w: Any, at: Any) -> None:
    """Fill ``t`` with the latest schedule of an order that has one."""
    n = data.ride.shape[0]
    t[m + 1] = data.close[k]
    for p in range(1, m + 1):
        t[p] = data.late[seq[p]]
    t[0] = data.close[k]
    for _ in range(m + 3):
        for p in range(m, -1, -1):
            here = data.start[k] if p == 0 else data.loc[seq[p]]
            if p == m:
                x = t[p + 1] - data.time[here, data.end[k]] - w[p]
            elif p > 0 and data.merge[seq[p]] >= 0 and data.merge[seq[p]] == data.merge[seq[p + 1]]:
                x = t[p + 1]
            else:
                x = t[p + 1] - data.time[here, data.loc[seq[p + 1]]] - w[p]
            t[p] = min(t[p], x)
            q = p + 1
            while p > 0 and q <= m and data.merge[seq[p]] >= 0 and data.merge[seq[q]] == data.merge[seq[p]]:
                if t[q] <= t[p]:
                    break
                t[q] = t[p]
                q += 1
        if not data.strict:
            return
        moved = False
        for p in range(1, m + 1):
            if seq[p] >= n:
                i = seq[p] - n
                most = t[at[i]] + data.ride[i]
                if t[p] > most + EPS:
                    t[p] = most
                    moved = True
        if t[m + 1] > t[0] + data.duration[k] + EPS:
            t[m + 1] = t[0] + data.duration[k]
            moved = True
        if not moved:
            return


@njit(**INNER)
def refresh(data: Data, state: State, room: Room, r: int) -> bool:
    """Recompute everything known about a route from its nodes; answer whether it can be driven."""
    m = int(state.length[r])
    k = int(state.kind[r])
    n = data.ride.shape[0]
    seq, w = state.route[r], state.work[r]
    spans(data, seq, m, w, room.at)
    depth = data.demand.shape[1]
    far = 0.0
    here = data.start[k]
    for d in range(depth):
        state.load[r, 0, d] = 0.0
        state.peak[r, d] = 0.0
    for p in range(1, m + 1):
        u = seq[p]
        far += data.dist[here, data.loc[u]]
        here = data.loc[u]
        for d in range(depth):
            change = data.demand[u, d] if u < n else -data.demand[u - n, d]
            state.load[r, p, d] = state.load[r, p - 1, d] + change
            state.peak[r, d] = max(state.peak[r, d], state.load[r, p, d])
    far += data.dist[here, data.end[k]]
    state.far[r] = far
    state.cost[r] = data.fixed[k] + data.per_dist[k] * far
    for p in range(m + 2):
        state.early[r, p] = -1e18
    if not settle_early(data, k, seq, m, state.early[r], w, room.at):
        return False
    settle_late(data, k, seq, m, state.late[r], w, room.at)
    return True
