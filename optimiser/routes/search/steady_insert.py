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

TWO_VEHICLES = 100.0
"""The least that must be saved, in pence a day, before a child is put in one vehicle to school and another home."""


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
    if not _look(j, s, ra, c, 0, blink, rng, far, found) or not _look(j, s, rp, c, 1, blink, rng, far, found):
        return math.inf
    if ra == rp:
        return vehicle_cost(j, s, ra, c, 3, far)[0] - s.cost[ra]
    half = np.empty((2, 3), np.int64)
    return _half(j, s, ra, c, 0, far, half) + _half(j, s, rp, c, 1, far, half)


@njit(cache=True)
def _half(j: Pair, s: Plan, r: int, c: int, d: int, far: Ints, half: Ints) -> float:
    """Return what a child adds to a row who rides in it one way only; ``half`` is overwritten."""
    half[d] = far[d]
    half[1 - d, 0], half[1 - d, 1] = 0, 0
    half[1 - d, 2] = outer_place(j.pm, s.pm, r) if d == 0 else outer_place(j.am, s.am, r)
    return vehicle_cost(j, s, r, c, 1 + d, half)[0] - s.cost[r]


@njit(cache=True)
def _look(j: Pair, s: Plan, r: int, c: int, d: int, blink: float, rng: Ints, far: Ints, found: Ints) -> bool:
    """Find where a child would go in a row's run in one direction; return whether there is room."""
    i, state = (j.am, s.am) if d == 0 else (j.pm, s.pm)
    far[d] = 0
    found[2 * d], found[2 * d + 1] = -1, -1
    if not j.travels[d, c]:
        far[d, 2] = outer_place(i, state, r)
        return True
    if not may_join(i, state, r, c):
        return False
    found[2 * d], found[2 * d + 1] = spot(i, state, r, c, blink, rng, far[d])
    return found[2 * d] >= 0


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
    rows, best = np.full(2, -1), np.full(4, -1)
    if hi - lo == 1:
        _choose_one(j, s, j.am.members[lo], olds, price, rng, far, rows, best)
    else:
        _choose_row(j, s, lo, hi, olds, price, rng, far, rows)
    if rows[0] < 0:
        return False
    touched[rows[0]] = True
    touched[rows[1]] = True
    for m in range(lo, hi):
        if best[0] < 0 and best[2] < 0:
            try_row(j, s, rows[0], rows[1], j.am.members[m], 0.0, rng, far, best)
        put(j, s, rows[0], rows[1], j.am.members[m], best, far)
        best[:] = -1
    return True


@njit(cache=True)
def _choose_one(
    j: Pair, s: Plan, c: int, olds: int, price: float, rng: Ints, far: Ints, rows: Ints, best: Ints
) -> None:
    """Find the row, or the two rows, in which a child adds least; ``best`` gets the place found in a single row.

    Whoever changes anyway may ride in one vehicle to school and in another home.
    """
    there, back, pinned = j.travels[0, c], j.travels[1, c], j.pinned[c]
    worst = j.am.penalty[c] * there + j.pm.penalty[c] * back
    # Where last term's row is, or -1 where the child had none or does not travel.
    home_am, home_pm = j.home[0, c] if there else -1, j.home[1, c] if back else -1
    found, half, fresh = np.empty(4, np.int64), np.empty((2, 3), np.int64), False
    # The least and second least that the child adds one way, and in which rows.
    least, where = np.full((2, 2), math.inf), np.full((2, 2), -1)
    homely = 0.0
    for r in range(len(s.cost)):
        at_home = (home_am < 0 or home_am == r) and (home_pm < 0 or home_pm == r)
        part_home = r in (home_am, home_pm)
        empty = s.am.run[r, LENGTH] + s.pm.run[r, LENGTH] == 0 and not part_home and not at_home
        if empty and (r < olds or fresh or pinned):
            continue
        fresh = fresh or empty
        more = 0.0 if at_home else price
        if (pinned or more >= worst) and not at_home and not part_home:
            continue
        fits_am = _look(j, s, r, c, 0, 0.01, rng, far, found)
        fits_pm = _look(j, s, r, c, 1, 0.01, rng, far, found)
        if fits_am and fits_pm and more < worst and (at_home or not pinned):
            more += vehicle_cost(j, s, r, c, 3, far)[0] - s.cost[r]
            if more < worst:
                worst, rows[0], rows[1] = more, r, r
                best[:] = found
        if empty or not (there and back) or not (part_home or j.terms[1]):
            continue
        for d in range(2):
            if fits_am if d == 0 else fits_pm:
                added = _half(j, s, r, c, d, far, half)
                if r == (home_am if d == 0 else home_pm):
                    homely += added
                if added < least[d, 0]:
                    least[d, 1], where[d, 1] = least[d, 0], where[d, 0]
                    least[d, 0], where[d, 0] = added, r
                elif added < least[d, 1]:
                    least[d, 1], where[d, 1] = added, r
            elif r == (home_am if d == 0 else home_pm):
                homely = math.inf
    if home_am >= 0 and home_pm >= 0 and home_am != home_pm and homely < worst:
        worst, rows[0], rows[1] = homely, home_am, home_pm
        best[:] = -1
    for a in range(2):
        for p in range(2):
            apart = where[0, a] != where[1, p] and not pinned and j.terms[1]
            more = price + TWO_VEHICLES + least[0, a] + least[1, p]
            if apart and more < worst:
                worst, rows[0], rows[1] = more, where[0, a], where[1, p]
                best[:] = -1


@njit(cache=True)
def _choose_row(j: Pair, s: Plan, lo: int, hi: int, olds: int, price: float, rng: Ints, far: Ints, rows: Ints) -> None:
    """Find the row in which children who must ride together add least, or last term's two rows."""
    first, worst = j.am.members[lo], 0.0
    for m in range(lo, hi):
        c = j.am.members[m]
        worst += j.am.penalty[c] * j.travels[0, c] + j.pm.penalty[c] * j.travels[1, c]
    found, fresh = np.empty(4, np.int64), False
    home, pinned = j.home, j.pinned[first]
    home_am = home[0, first] if j.travels[0, first] else -1
    home_pm = home[1, first] if j.travels[1, first] else -1
    total = len(s.cost)
    for step in range(total + 1):
        ra, rp = step, step
        if step == total:
            ra = home[0, first] if home[0, first] >= 0 else home[1, first]
            rp = home[1, first] if home[1, first] >= 0 else ra
            if ra < 0 or ra == rp:
                break
        at_home = (home_am < 0 or home_am == ra) and (home_pm < 0 or home_pm == rp)
        if not at_home and (pinned or s.am.run[ra, LENGTH] + s.pm.run[ra, LENGTH] == 0):
            if pinned or ra < olds or fresh:
                continue
            fresh = True
        more = 0.0 if at_home else price * (hi - lo)
        if more < worst:
            more += _try_group(j, s, ra, rp, lo, hi, rng, far, found)
        if more < worst:
            worst, rows[0], rows[1] = more, ra, rp


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
