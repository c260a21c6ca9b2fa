"""Where a request fits best: cheap filters on every pair of positions, the exact schedule for those that would win."""

import numpy as np
from numba import njit

from optimiser.routes.search.paired_arrays import EPS, INNER, Data, Room, State
from optimiser.routes.search.paired_schedule import refresh, settle_early, spans


@njit(**INNER)
def _fits(data: Data, state: State, room: Room, r: int, k: int, i: int, a: int, b: int) -> bool:
    """Whether the route has a schedule with the pickup before position ``a`` and the delivery before ``b``."""
    n = data.ride.shape[0]
    m = int(state.length[r])
    seq, t = room.seq, room.t
    t[0] = state.early[r, 0]
    x = 1
    for p in range(1, m + 2):
        if p == a:
            seq[x] = i
            t[x] = -1e18
            x += 1
        if p == b and data.paired[i]:
            seq[x] = n + i
            t[x] = -1e18
            x += 1
        if p <= m:
            seq[x] = state.route[r, p]
            t[x] = state.early[r, p]
            x += 1
    t[x] = state.early[r, m + 1]
    spans(data, seq, x - 1, room.w, room.at)
    return settle_early(data, k, seq, x - 1, t, room.w, room.at)


@njit(**INNER)
def _room_aboard(data: Data, state: State, r: int, k: int, p: int, i: int) -> bool:
    for d in range(data.demand.shape[1]):  # noqa: SIM110 - numba compiles no generator
        if state.load[r, p, d] + data.demand[i, d] > data.cap[k, d] + EPS:
            return False
    return True


@njit(**INNER)
def _may_share(data: Data, state: State, r: int, k: int, i: int) -> bool:
    if not data.allowed[i, k]:
        return False
    if data.apart.shape[0] > 0:
        n = data.ride.shape[0]
        for p in range(1, state.length[r] + 1):
            u = state.route[r, p]
            if u < n and data.apart[i, u]:
                return False
    return True


@njit(**INNER)
def _mid_visit(data: Data, state: State, r: int, p: int) -> bool:
    """Whether positions ``p - 1`` and ``p`` are one visit, which nothing may split."""
    if p < 2 or p > state.length[r]:
        return False
    g = data.merge[state.route[r, p]]
    return bool(g >= 0 and g == data.merge[state.route[r, p - 1]])


@njit(**INNER)
def _same_visit(data: Data, state: State, r: int, p: int, node: int) -> bool:
    """Whether position ``p`` opens the visit that ``node`` would join: joining at its end is the same thing."""
    if p > state.length[r]:
        return False
    g = data.merge[node]
    return bool(g >= 0 and g == data.merge[state.route[r, p]])


@njit(**INNER)
def _would_split(data: Data, state: State, r: int, b: int, node: int) -> bool:
    """Whether a new visit before ``b`` finds somebody aboard bound for the same place, who would have to get off."""
    n = data.ride.shape[0]
    g = data.merge[node]
    if g < 0:
        return False
    here = False
    for x in range(b, state.length[r] + 1):
        u = state.route[r, x]
        if data.merge[u] != g:
            if here:
                return False
            continue
        here = True
        known = u < n
        for q in range(b, x):
            if state.route[r, q] == u - n:
                known = True
                break
        if not known:
            return True
    return False


@njit(**INNER)
def _place(data: Data, state: State, r: int, k: int, p: int) -> int:
    if p == 0:
        return int(data.start[k])
    if p > state.length[r]:
        return int(data.end[k])
    return int(data.loc[state.route[r, p]])


@njit(**INNER)
def best_in_route(
    data: Data, state: State, room: Room, r: int, k: int, i: int, top: float, blink: float
) -> tuple[float, int, int]:
    """Return the least added cost under ``top`` of request ``i`` in route ``r`` driven by kind ``k``, and where.

    The positions are those before which the pickup and the delivery go; (top, -1, -1) when there is none.
    """
    m = int(state.length[r])
    found, at_a, at_b = top, -1, -1
    if not _may_share(data, state, r, k, i):
        return found, at_a, at_b
    if m + 4 > state.route.shape[1]:
        return found, at_a, at_b
    rate = data.per_dist[k]
    base = data.fixed[k] + rate * state.far[r] - state.cost[r]
    here = data.loc[i]
    for a in range(1, m + 2):
        leave = state.early[r, a - 1] + state.work[r, a - 1]
        if leave > data.late[i]:
            break
        if state.late[r, a] < data.early[i] or _mid_visit(data, state, r, a):
            continue
        before, after = _place(data, state, r, k, a - 1), _place(data, state, r, k, a)
        if not _room_aboard(data, state, r, k, a - 1, i):
            continue
        tp = max(data.early[i], leave + data.time[before, here])
        if tp > data.late[i] + EPS:
            continue
        wp = data.setup[i] + data.service[i]
        if tp + wp + data.time[here, after] > state.late[r, a] + EPS:
            continue
        added = base + rate * (data.dist[before, here] + data.dist[here, after] - data.dist[before, after])
        if not data.paired[i]:
            if added < found - EPS and np.random.random() >= blink and _alone(data, state, room, r, k, i, a):
                found, at_a, at_b = added, a, a
            continue
        if added >= found:
            continue
        found, at_a, at_b = _best_delivery(data, state, room, r, k, i, a, tp, base, found, at_a, at_b, blink)
    return found, at_a, at_b


@njit(**INNER)
def _alone(data: Data, state: State, room: Room, r: int, k: int, i: int, a: int) -> bool:
    """Whether a single visit fits: its load is carried to the end, so the whole route must have the room."""
    for d in range(data.demand.shape[1]):
        if state.load[r, state.length[r], d] + data.demand[i, d] > data.cap[k, d] + EPS:
            return False
    return not data.strict or _fits(data, state, room, r, k, i, a, a)


@njit(**INNER)
def _best_delivery(
    data: Data,
    state: State,
    room: Room,
    r: int,
    k: int,
    i: int,
    a: int,
    tp: float,
    base: float,
    found: float,
    at_a: int,
    at_b: int,
    blink: float,
) -> tuple[float, int, int]:
    """Walk on from a pickup at ``a`` and return the better of ``found`` and the best place for the delivery."""
    m = int(state.length[r])
    n = data.ride.shape[0]
    node = n + i
    here, there = data.loc[i], data.loc[node]
    rate = data.per_dist[k]
    before, after = _place(data, state, r, k, a - 1), _place(data, state, r, k, a)
    into = data.dist[before, here]
    added = into + data.dist[here, after] - data.dist[before, after]
    latest = min(data.late[i], state.late[r, a] - data.time[here, after] - data.setup[i] - data.service[i])
    t, w, place, group = tp, data.setup[i] + data.service[i], here, data.merge[i]
    called = False
    for b in range(a, m + 2):
        if b > a:
            u = state.route[r, b - 1]
            if b - 1 > a and group >= 0 and data.merge[u] == group:
                w += data.service[u]
            else:
                t = max(state.early[r, b - 1], t + w + data.time[place, data.loc[u]])
                w = data.setup[u] + data.service[u]
            if called and data.merge[u] != data.merge[node]:
                break
            place, group = data.loc[u], data.merge[u]
            called = called or (data.merge[node] >= 0 and group == data.merge[node])
            if t > state.late[r, b - 1] + EPS or not _room_aboard(data, state, r, k, b - 1, i):
                break
            if t > data.late[node] + EPS or t - data.ride[i] > latest + EPS:
                break
        merged = b > a and group >= 0 and group == data.merge[node]
        if not (b > a and _mid_visit(data, state, r, b)) and (merged or not _same_visit(data, state, r, b, node)):
            if merged:
                td, wd = max(t, data.early[node]), w + data.service[node]
            else:
                td = max(data.early[node], t + w + data.time[place, there])
                wd = data.setup[node] + data.service[node]
            goes = _place(data, state, r, k, b)
            ok = td <= data.late[node] + EPS and td - data.ride[i] <= latest + EPS
            if ok and td + wd + data.time[there, goes] <= state.late[r, b] + EPS:
                if b == a:
                    far = into + data.dist[here, there] + data.dist[there, goes] - data.dist[before, goes]
                else:
                    far = added + data.dist[place, there] + data.dist[there, goes] - data.dist[place, goes]
                cost = base + rate * far
                if (
                    cost < found - EPS
                    and np.random.random() >= blink
                    and (merged or not _would_split(data, state, r, b, node))
                    and (not data.strict or _fits(data, state, room, r, k, i, a, b))
                ):
                    found, at_a, at_b = cost, a, b
    return found, at_a, at_b


@njit(**INNER)
def put(data: Data, state: State, room: Room, r: int, k: int, i: int, a: int, b: int) -> bool:
    """Insert a request at the places found, and bring the route up to date."""
    n = data.ride.shape[0]
    m = int(state.length[r])
    row = state.route[r]
    room.dirty[r] = True
    extra = 2 if data.paired[i] else 1
    if data.paired[i]:
        for p in range(m, b - 1, -1):
            row[p + 2] = row[p]
        row[b + 1] = n + i
        for p in range(b - 1, a - 1, -1):
            row[p + 1] = row[p]
    else:
        for p in range(m, a - 1, -1):
            row[p + 1] = row[p]
    row[a] = i
    state.length[r] = m + extra
    if state.kind[r] != k:
        if state.kind[r] >= 0:
            state.used[state.kind[r]] -= 1
        state.used[k] += 1
        state.kind[r] = k
    state.where[i] = r
    return refresh(data, state, room, r)


@njit(**INNER)
def alone(data: Data, state: State, room: Room, i: int, k: int, top: float) -> float:
    """Return the cost of a new route of kind ``k`` for one request, or ``top`` when it cannot or would cost more."""
    if not data.allowed[i, k] or state.used[k] >= data.count[k]:
        return top
    for d in range(data.demand.shape[1]):
        if data.demand[i, d] > data.cap[k, d] + EPS:
            return top
    n = data.ride.shape[0]
    room.seq[1] = i
    m = 1
    far = data.dist[data.start[k], data.loc[i]]
    last = data.loc[i]
    if data.paired[i]:
        room.seq[2] = n + i
        m = 2
        far += data.dist[last, data.loc[n + i]]
        last = data.loc[n + i]
    far += data.dist[last, data.end[k]]
    cost = data.fixed[k] + data.per_dist[k] * far
    if cost >= top:
        return top
    for p in range(m + 2):
        room.t[p] = -1e18
    spans(data, room.seq, m, room.w, room.at)
    if not settle_early(data, k, room.seq, m, room.t, room.w, room.at):
        return top
    return float(cost)
