"""What to take out of a plan: strings of neighbouring routes, circles, the dearest, the unlucky and whole routes.

Strings follow slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2), 2020).
"""

import numpy as np
from numba import njit

from optimiser.routes.search.paired_arrays import INNER, Data, Room, State
from optimiser.routes.search.paired_schedule import refresh


@njit(**INNER)
def _mark(state: State, room: Room, i: int) -> int:
    if state.where[i] < 0 or room.drop[i]:
        return 0
    room.drop[i] = True
    return 1


@njit(**INNER)
def _string(data: Data, state: State, room: Room, c: int, size: int) -> int:
    """Mark the requests met in a window of the route around the pickup of ``c``, sometimes sparing its middle."""
    n = data.ride.shape[0]
    r = state.where[c]
    m = state.length[r]
    at = 1
    while state.route[r, at] != c:
        at += 1
    spare = 0
    if size > 1 and np.random.random() < 0.5:
        while size + spare < m and np.random.random() > 0.01 and spare < 12:
            spare += 1
            if np.random.random() < 0.3:
                break
    wide = min(size + spare, m)
    low = max(1, at - np.random.randint(0, wide))
    low = min(low, m - wide + 1)
    gap = low + np.random.randint(0, size) if spare > 0 else -1
    done = 0
    for p in range(low, low + wide):
        if spare > 0 and gap <= p < gap + spare:
            continue
        u = state.route[r, p]
        done += _mark(state, room, u if u < n else u - n)
    return done


@njit(**INNER)
def _strings(data: Data, state: State, room: Room, mean: float, longest: float) -> int:
    n = data.ride.shape[0]
    routes = 0
    nodes = 0
    for r in range(state.kind.shape[0]):
        if state.kind[r] >= 0:
            routes += 1
            nodes += state.length[r]
    if routes == 0:
        return 0
    top = min(longest, nodes / routes)
    most = max(1.0, 4.0 * mean / (1.0 + top) - 1.0)
    strings = int(np.random.random() * most + 1.0)
    seed = np.random.randint(0, n)
    hit = room.seq
    strings = min(strings, hit.shape[0])
    h = 0
    done = 0
    for x in range(data.near.shape[1]):
        if h >= strings:
            break
        c = data.near[seed, x]
        r = state.where[c]
        if r < 0 or room.drop[c]:
            continue
        seen = False
        for y in range(h):
            if hit[y] == r:
                seen = True
        if seen:
            continue
        size = int(np.random.random() * min(float(state.length[r]), top) + 1.0)
        done += _string(data, state, room, c, size)
        hit[h] = r
        h += 1
    return done


@njit(**INNER)
def _circle(data: Data, state: State, room: Room, mean: float) -> int:
    seed = np.random.randint(0, data.ride.shape[0])
    goal = 1 + int(np.random.random() * 2.0 * mean)
    done = 0
    for x in range(data.near.shape[1]):
        if done >= goal:
            break
        if np.random.random() < 0.8:
            done += _mark(state, room, data.near[seed, x])
    return done


@njit(**INNER)
def _detour(data: Data, state: State, r: int, u: int) -> float:
    p = 1
    while state.route[r, p] != u:
        p += 1
    k = state.kind[r]
    a = data.start[k] if p == 1 else data.loc[state.route[r, p - 1]]
    b = data.end[k] if p == state.length[r] else data.loc[state.route[r, p + 1]]
    here = data.loc[u]
    return float(data.per_dist[k] * (data.dist[a, here] + data.dist[here, b] - data.dist[a, b]))


@njit(**INNER)
def _dearest(data: Data, state: State, room: Room, mean: float) -> int:
    """Of a handful at random, mark those whose two nodes cost most detour."""
    n = data.ride.shape[0]
    goal = 1 + int(np.random.random() * mean)
    done = 0
    for _ in range(goal):
        worst, who = -1.0, -1
        for _ in range(8):
            i = np.random.randint(0, n)
            r = state.where[i]
            if r < 0 or room.drop[i]:
                continue
            cost = _detour(data, state, r, i)
            if data.paired[i]:
                cost += _detour(data, state, r, n + i)
            if cost > worst:
                worst, who = cost, i
        if who >= 0:
            done += _mark(state, room, who)
    return done


@njit(**INNER)
def _scatter(data: Data, state: State, room: Room, mean: float) -> int:
    done = 0
    for _ in range(1 + int(np.random.random() * mean)):
        done += _mark(state, room, np.random.randint(0, data.ride.shape[0]))
    return done


@njit(**INNER)
def _whole_route(data: Data, state: State, room: Room, mean: float) -> int:
    """Mark every request of a random route that is not too long."""
    n = data.ride.shape[0]
    c = np.random.randint(0, n)
    r = state.where[c]
    if r < 0 or state.length[r] > 6.0 * mean:
        return _scatter(data, state, room, mean)
    done = 0
    for p in range(1, state.length[r] + 1):
        u = state.route[r, p]
        if u < n:
            done += _mark(state, room, u)
    return done


@njit(**INNER)
def ruin(data: Data, state: State, room: Room, mean: float, longest: float) -> None:
    """Take a few requests out of the plan, at random among the ways above."""
    x = np.random.random()
    if x < 0.70:
        _strings(data, state, room, mean, longest)
    elif x < 0.82:
        _circle(data, state, room, mean)
    elif x < 0.90:
        _dearest(data, state, room, mean)
    elif x < 0.95:
        _scatter(data, state, room, mean)
    else:
        _whole_route(data, state, room, mean)
    take_out(data, state, room)


@njit(**INNER)
def take_out(data: Data, state: State, room: Room) -> None:
    """Close up every route that loses marked requests; one that cannot be driven afterwards is given up whole."""
    n = data.ride.shape[0]
    for i in range(n):
        if room.drop[i] and state.where[i] >= 0:
            room.dirty[state.where[i]] = True
    for r in range(state.kind.shape[0]):
        if not room.dirty[r] or state.kind[r] < 0:
            continue
        x = 1
        for p in range(1, state.length[r] + 1):
            u = state.route[r, p]
            i = u if u < n else u - n
            if room.drop[i]:
                state.where[i] = -1
            else:
                state.route[r, x] = u
                x += 1
        if x - 1 == state.length[r]:
            continue
        state.length[r] = x - 1
        if x > 1 and not refresh(data, state, room, r):
            for p in range(1, x):
                u = state.route[r, p]
                state.where[u if u < n else u - n] = -1
            state.length[r] = 0
        if state.length[r] == 0:
            close_route(state, r)
    for i in range(n):
        room.drop[i] = False


@njit(**INNER)
def close_route(state: State, r: int) -> None:
    """Give a route's vehicle back."""
    state.used[state.kind[r]] -= 1
    state.kind[r] = -1
    state.length[r] = 0
    state.cost[r] = 0.0
    state.far[r] = 0.0
