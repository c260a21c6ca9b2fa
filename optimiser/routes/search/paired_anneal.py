"""Ruin, recreate, accept: one stretch of simulated annealing over the arrays, and the hunt for one route fewer."""

import math
from typing import Any

import numpy as np
from numba import njit

from optimiser.routes.search.paired_arrays import EPS, INNER, OUTER, Data, Room, State
from optimiser.routes.search.paired_insert import alone, best_in_route, put
from optimiser.routes.search.paired_ruin import close_route, ruin, take_out
from optimiser.routes.search.paired_schedule import refresh


@njit(**OUTER)
def seed_kernel(seed: int) -> None:
    """Seed the kernels' own stream of random numbers."""
    np.random.seed(seed)


@njit(**INNER)
def copy_route(source: State, target: State, r: int) -> None:
    """Copy all that is known of one route."""
    m = source.length[r] + 2
    depth = source.peak.shape[1]
    for p in range(m):
        target.route[r, p] = source.route[r, p]
        target.early[r, p] = source.early[r, p]
        target.late[r, p] = source.late[r, p]
        target.work[r, p] = source.work[r, p]
        for d in range(depth):
            target.load[r, p, d] = source.load[r, p, d]
    for d in range(depth):
        target.peak[r, d] = source.peak[r, d]
    target.length[r] = source.length[r]
    target.kind[r] = source.kind[r]
    target.far[r] = source.far[r]
    target.cost[r] = source.cost[r]


@njit(**INNER)
def _copy_lists(source: State, target: State) -> None:
    for i in range(source.where.shape[0]):
        target.where[i] = source.where[i]
    for k in range(source.used.shape[0]):
        target.used[k] = source.used[k]


@njit(**OUTER)
def copy_all(source: State, target: State) -> None:
    """Copy a whole plan."""
    for r in range(source.kind.shape[0]):
        copy_route(source, target, r)
    _copy_lists(source, target)


@njit(**OUTER)
def total(data: Data, state: State) -> float:
    """Return the cost of the routes and of those left out."""
    cost = 0.0
    for r in range(state.kind.shape[0]):
        if state.kind[r] >= 0:
            cost += state.cost[r]
    for i in range(state.where.shape[0]):
        if state.where[i] < 0:
            cost += data.price[i]
    return cost


@njit(**INNER)
def _order(data: Data, room: Room, count: int) -> None:
    """Sort those waiting: at random, by load, far or near first, short window or early first, most often missed."""
    way = np.random.random()
    n = data.ride.shape[0]
    for y in range(count):
        i = room.absent[y]
        node = n + i if data.paired[i] else i
        if way < 0.30:
            key = np.random.random()
        elif way < 0.50:
            key = -data.demand[i, 0] + 0.1 * np.random.random()
        elif way < 0.65:
            key = -data.dist[data.start[0], data.loc[i]]
        elif way < 0.75:
            key = data.dist[data.start[0], data.loc[i]]
        elif way < 0.85:
            key = data.late[i] - data.early[i]
        elif way < 0.92:
            key = data.early[node]
        elif way < 0.96:
            key = -data.late[node]
        else:
            key = -data.dist[data.loc[i], data.loc[node]]
        room.key[y] = key
    for y in range(1, count):
        key, i = room.key[y], room.absent[y]
        x = y - 1
        while x >= 0 and room.key[x] > key:
            room.key[x + 1], room.absent[x + 1] = room.key[x], room.absent[x]
            x -= 1
        room.key[x + 1], room.absent[x + 1] = key, i


@njit(**INNER)
def _holds(data: Data, state: State, r: int, k: int) -> bool:
    for d in range(data.demand.shape[1]):
        if state.peak[r, d] > data.cap[k, d] + EPS:
            return False
    for p in range(1, state.length[r] + 1):
        u = state.route[r, p]
        if u < data.ride.shape[0] and not data.allowed[u, k]:
            return False
    return True


@njit(**INNER)
def insert(data: Data, state: State, room: Room, i: int, blink: float, most_routes: int) -> bool:
    """Put a request where it costs least, in a route or a new one; answer whether it was worth its price."""
    kinds = data.cap.shape[0]
    top = data.price[i]
    best_r, best_k, best_a, best_b = -1, -1, -1, -1
    free = -1
    routes = 0
    for r in range(state.kind.shape[0]):
        if state.kind[r] < 0:
            if free < 0:
                free = r
            continue
        routes += 1
        own = int(state.kind[r])
        cost, a, b = best_in_route(data, state, room, r, own, i, top, blink)
        if a >= 0:
            top, best_r, best_k, best_a, best_b = cost, r, own, a, b
        if data.exchange:
            for k in range(kinds):
                if k != own and state.used[k] < data.count[k] and _holds(data, state, r, k):
                    cost, a, b = best_in_route(data, state, room, r, k, i, top, blink)
                    if a >= 0:
                        top, best_r, best_k, best_a, best_b = cost, r, k, a, b
    if free >= 0 and routes < most_routes:
        for k in range(kinds):
            cost = alone(data, state, room, i, k, top)
            if cost < top:
                top, best_r, best_k, best_a, best_b = cost, free, k, 1, 1
    if best_r < 0:
        return False
    if put(data, state, room, best_r, best_k, i, best_a, best_b):
        return True
    room.drop[i] = True
    take_out(data, state, room)
    return False


@njit(**INNER)
def _recreate(data: Data, state: State, room: Room, blink: float, most_routes: int) -> int:
    """Insert everyone waiting; return how many stay out, listed first in ``room.absent``."""
    count = 0
    for i in range(state.where.shape[0]):
        if state.where[i] < 0:
            room.absent[count] = i
            count += 1
    _order(data, room, count)
    out = 0
    for y in range(count):
        i = int(room.absent[y])
        if not insert(data, state, room, i, blink, most_routes):
            room.absent[out] = i
            out += 1
    return out


@njit(**INNER)
def _retype(data: Data, state: State, room: Room) -> None:
    """Move a changed route to a free kind of vehicle that carries it for less."""
    for r in range(state.kind.shape[0]):
        if not room.dirty[r] or state.kind[r] < 0:
            continue
        for k in range(data.cap.shape[0]):
            old = int(state.kind[r])
            if k == old or state.used[k] >= data.count[k] or not _holds(data, state, r, k):
                continue
            cost = state.cost[r]
            state.kind[r] = k
            if refresh(data, state, room, r) and state.cost[r] < cost - EPS:
                state.used[old] -= 1
                state.used[k] += 1
            else:
                state.kind[r] = old
                refresh(data, state, room, r)


@njit(**INNER)
def _settle(now: State, kept: State, room: Room, keep: bool) -> None:
    """Keep what changed, or put it back."""
    for r in range(now.kind.shape[0]):
        if room.dirty[r]:
            if keep:
                copy_route(now, kept, r)
            else:
                copy_route(kept, now, r)
            room.dirty[r] = False
    if keep:
        _copy_lists(now, kept)
    else:
        _copy_lists(kept, now)


@njit(**OUTER)
def anneal(
    data: Data,
    now: State,
    kept: State,
    best: State,
    room: Room,
    rounds: int,
    hot: float,
    cold: float,
    mean: float,
    longest: float,
    blink: float,
    most_routes: int,
) -> float:
    """Run ``rounds`` of ruin and recreate, cooling from ``hot`` to ``cold``; return the cost of ``best``.

    ``now`` and ``kept`` hold the same plan on entry and on return; ``best`` is replaced when beaten.
    """
    cost = total(data, kept)
    least = total(data, best)
    cooling = (cold / hot) ** (1.0 / max(rounds, 1))
    heat = hot
    for _ in range(rounds):
        ruin(data, now, room, mean, longest)
        _recreate(data, now, room, blink, most_routes)
        if data.cap.shape[0] > 1:
            _retype(data, now, room)
        new = total(data, now)
        keep = new < cost - heat * math.log(1.0 - np.random.random())
        if keep:
            cost = new
        _settle(now, kept, room, keep)
        if keep and new < least - EPS:
            least = new
            copy_all(now, best)
        heat *= cooling
    return least


@njit(**INNER)
def _driven(now: State) -> float:
    cost = 0.0
    for r in range(now.kind.shape[0]):
        if now.kind[r] >= 0:
            cost += now.cost[r]
    return cost


@njit(**INNER)
def _missed(room: Room, out: int) -> int:
    total_missed = 0
    for y in range(out):
        total_missed += room.missed[room.absent[y]]
    return total_missed


@njit(**INNER)
def _give_up_one(data: Data, now: State, kept: State, room: Room) -> None:
    """Empty the route whose requests were missed least often, the shorter first among equals."""
    n = data.ride.shape[0]
    least, who = np.inf, -1
    for r in range(now.kind.shape[0]):
        if now.kind[r] < 0:
            continue
        score = 0.0
        for p in range(1, now.length[r] + 1):
            if now.route[r, p] < n:
                score += room.missed[now.route[r, p]] + 0.01
        if score < least:
            least, who = score, r
    if who < 0:
        return
    for p in range(1, now.length[who] + 1):
        if now.route[who, p] < n:
            room.drop[now.route[who, p]] = True
    take_out(data, now, room)
    _settle(now, kept, room, True)


@njit(**OUTER)
def fewer(
    data: Data,
    now: State,
    kept: State,
    best: State,
    room: Room,
    rounds: int,
    heat: float,
    mean: float,
    longest: float,
    blink: float,
    least_routes: int,
) -> int:
    """Hunt for plans with fewer routes and nobody left out; return the number of routes of ``best``.

    A route is given up; its requests wait, unpriced; a round is kept when those waiting were missed less often so far
    than those waiting before, or when as many wait and the plan is about as cheap (absence counters, as in slack
    induction). ``best`` is replaced whenever nobody waits.
    """
    routes = 0
    for r in range(now.kind.shape[0]):
        if now.kind[r] >= 0:
            routes += 1
    waiting = 0
    for i in range(now.where.shape[0]):
        if now.where[i] < 0:
            room.absent[waiting] = i
            waiting += 1
    if waiting == 0:
        if routes <= least_routes:
            return routes
        copy_all(now, best)
        _give_up_one(data, now, kept, room)
        routes -= 1
        for i in range(now.where.shape[0]):
            if now.where[i] < 0:
                room.absent[waiting] = i
                waiting += 1
    limit = routes
    cost = _driven(now)
    missed = _missed(room, waiting)
    for _ in range(rounds):
        ruin(data, now, room, mean, longest)
        out = _recreate(data, now, room, blink, limit)
        new = _driven(now)
        sum_out = _missed(room, out)
        keep = sum_out < missed or out < waiting
        if not keep and out == waiting and sum_out <= missed:
            keep = new < cost - heat * math.log(1.0 - np.random.random())
        for y in range(out):
            room.missed[room.absent[y]] += 1
        _settle(now, kept, room, keep)
        if keep:
            cost, waiting, missed = new, out, sum_out
            if out == 0:
                copy_all(now, best)
                if limit <= least_routes:
                    return limit
                _give_up_one(data, now, kept, room)
                limit -= 1
                waiting = 0
                for i in range(now.where.shape[0]):
                    if now.where[i] < 0:
                        room.absent[waiting] = i
                        waiting += 1
                cost = _driven(now)
                missed = _missed(room, waiting)
    return limit


@njit(**OUTER)
def load_plan(data: Data, state: State, room: Room, nodes: Any, starts: Any, kinds: Any) -> None:
    """Fill an empty plan with given routes (``nodes`` cut at ``starts``); one that cannot be driven is left out."""
    n = data.ride.shape[0]
    for r in range(len(kinds)):
        m = starts[r + 1] - starts[r]
        state.kind[r] = kinds[r]
        state.length[r] = m
        state.used[kinds[r]] += 1
        for p in range(m):
            state.route[r, p + 1] = nodes[starts[r] + p]
        good = refresh(data, state, room, r) and _holds(data, state, r, int(kinds[r]))
        for p in range(m):
            u = nodes[starts[r] + p]
            if u < n and good:
                state.where[u] = r
        if not good:
            close_route(state, r)


@njit(**OUTER)
def first_plan(data: Data, now: State, room: Room, most_routes: int) -> int:
    """Insert everyone not yet in the plan; return how many stay out."""
    out = _recreate(data, now, room, 0.0, most_routes)
    for r in range(room.dirty.shape[0]):
        room.dirty[r] = False
    return int(out)
