"""Putting children back near last term's plan where they add least, the price of change included."""

import math

import numpy as np
from numba import njit

from optimiser.routes.search.arrays import (
    BOARDING,
    FIRST,
    LATEST,
    LENGTH,
    PLACE,
    Flags,
    Instance,
    Ints,
    State,
)
from optimiser.routes.search.kernel import draw, may_join, order_absent, place_visit
from optimiser.routes.search.steady_rows import FAR, Pair, Plan, outer_place, remove, settle, vehicle_cost


@njit(cache=True)
def spot(i: Instance, s: State, r: int, c: int, blink: float, rng: Ints, far: Ints) -> tuple[int, int]:
    """Return the position and visit at which a child adds least distance to a run, or -1; ``far`` gets what it adds."""
    n = s.run[r, LENGTH]
    best, at, which = FAR, -1, -1
    for v in range(i.child[c, FIRST], i.child[c + 1, FIRST]):
        here, latest = i.visit[v, PLACE], i.visit[v, LATEST]
        before, since = 0, 0
        for k in range(n + 1):
            reach = since + i.seconds[before, here] + i.child[c, BOARDING]
            delay, detour = reach - since, i.metres[before, here]
            fits, after = reach <= latest, here
            if k < n:
                after = i.visit[s.visits[r, k], PLACE]
                delay += i.seconds[here, after] - i.seconds[before, after]
                detour += i.metres[here, after] - i.metres[before, after]
                fits = fits and delay <= s.slack[r, k]
            if fits and detour < best and (blink == 0.0 or draw(rng) >= blink):
                best, at, which = detour, k, v
                far[0], far[1] = detour, delay
                far[2] = here if k == n else i.visit[s.visits[r, n - 1], PLACE]
            if k < n:
                before, since = after, s.since[r, k]
                if since > latest:
                    break
    return at, which


@njit(cache=True)
def try_row(j: Pair, s: Plan, ra: int, rp: int, c: int, blink: float, rng: Ints, far: Ints, found: Ints) -> float:
    """Return what a child adds in the morning run of one row and the afternoon run of another; infinity: no room."""
    far[:] = 0
    found[:] = -1
    if j.travels[0, c]:
        if not may_join(j.am, s.am, ra, c):
            return math.inf
        found[0], found[1] = spot(j.am, s.am, ra, c, blink, rng, far[0])
        if found[0] < 0:
            return math.inf
    else:
        far[0, 2] = outer_place(j.am, s.am, ra)
    if j.travels[1, c]:
        if not may_join(j.pm, s.pm, rp, c):
            return math.inf
        found[2], found[3] = spot(j.pm, s.pm, rp, c, blink, rng, far[1])
        if found[2] < 0:
            return math.inf
    else:
        far[1, 2] = outer_place(j.pm, s.pm, rp)
    if ra == rp:
        return vehicle_cost(j, s, ra, c, far)[0] - s.cost[ra]
    # A child whose two vehicles differ: the cost is told apart by rows, near enough to choose by.
    more = vehicle_cost(j, s, ra, c, far)[0] - s.cost[ra]
    return more + vehicle_cost(j, s, rp, c, far)[0] - s.cost[rp]


@njit(cache=True)
def put(j: Pair, s: Plan, ra: int, rp: int, c: int, found: Ints, far: Ints) -> None:
    """Put a child where ``try_row`` found."""
    if j.travels[0, c]:
        place_visit(j.am, s.am, ra, found[0], found[1])
    if j.travels[1, c]:
        place_visit(j.pm, s.pm, rp, found[2], found[3])
    settle(j, s, ra, far)
    if rp != ra:
        settle(j, s, rp, far)


@njit(cache=True)
def recreate(
    j: Pair, s: Plan, absent: Ints, count: int, touched: Flags, olds: int, price: float, rng: Ints, far: Ints
) -> int:
    """Put absent groups back where they add least, the price of change included; return how many stay absent."""
    order_absent(j.am, absent, count, rng)
    left = 0
    for k in range(count):
        g = absent[k]
        if not _place(j, s, g, touched, olds, price, rng, far):
            absent[left] = g
            left += 1
    return left


@njit(cache=True)
def _place(j: Pair, s: Plan, g: int, touched: Flags, olds: int, price: float, rng: Ints, far: Ints) -> bool:
    lo, hi = j.am.group_first[g], j.am.group_first[g + 1]
    first = j.am.members[lo]
    worst = 0.0
    for m in range(lo, hi):
        c = j.am.members[m]
        worst += j.am.penalty[c] * j.travels[0, c] + j.pm.penalty[c] * j.travels[1, c]
    found, best = np.empty(4, np.int64), np.empty(4, np.int64)
    rows, fresh = np.full(2, -1), False
    run_am, run_pm, home, pinned = s.am.run, s.pm.run, j.home, j.pinned[first]
    # Where last term's row is, or -1 where the child had none or does not travel.
    home_am = home[0, first] if j.travels[0, first] else -1
    home_pm = home[1, first] if j.travels[1, first] else -1
    total = len(run_am)
    for step in range(total + 1):
        ra, rp = step, step
        if step == total:
            ra = home[0, first] if home[0, first] >= 0 else home[1, first]
            rp = home[1, first] if home[1, first] >= 0 else ra
            if ra < 0 or ra == rp:
                break
        at_home = (home_am < 0 or home_am == ra) and (home_pm < 0 or home_pm == rp)
        if not at_home and (pinned or run_am[ra, LENGTH] + run_pm[ra, LENGTH] == 0):
            if pinned or ra < olds or fresh:
                continue
            fresh = True
        more = 0.0 if at_home else price * (hi - lo)
        if more >= worst:
            continue
        if hi - lo == 1:
            more += try_row(j, s, ra, rp, first, 0.01, rng, far, found)
        else:
            more += _try_group(j, s, ra, rp, lo, hi, rng, far, found)
        if more < worst:
            worst, rows[0], rows[1] = more, ra, rp
            best[:] = found
    if rows[0] < 0:
        return False
    touched[rows[0]] = True
    touched[rows[1]] = True
    if hi - lo == 1:
        put(j, s, rows[0], rows[1], first, best, far)
    else:
        for m in range(lo, hi):
            try_row(j, s, rows[0], rows[1], j.am.members[m], 0.0, rng, far, found)
            put(j, s, rows[0], rows[1], j.am.members[m], found, far)
    return True


@njit(cache=True)
def _try_group(j: Pair, s: Plan, ra: int, rp: int, lo: int, hi: int, rng: Ints, far: Ints, found: Ints) -> float:
    """Return what a group adds to rows, putting the members in one after another and taking them out again."""
    before = s.cost[ra] + (s.cost[rp] if rp != ra else 0.0)
    placed, fits = 0, True
    for m in range(lo, hi):
        c = j.am.members[m]
        if try_row(j, s, ra, rp, c, 0.0, rng, far, found) == math.inf:
            fits = False
            break
        put(j, s, ra, rp, c, found, far)
        placed += 1
    after = s.cost[ra] + (s.cost[rp] if rp != ra else 0.0)
    unused = np.zeros(len(s.cost), np.bool_)
    for m in range(lo, lo + placed):
        remove(j, s, j.am.members[m], unused, far)
    return after - before if fits else math.inf
