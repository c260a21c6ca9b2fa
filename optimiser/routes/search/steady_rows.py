"""Plans near last term's, compiled: each row one of last term's vehicles, both directions at once, and what it costs.

The first rows are last term's vehicles, so a child is changed when they are not in their own row, or when no time at
school keeps the row within the tolerance for them.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from optimiser.routes.search.arrays import (
    BOARDING,
    CHAIRS,
    DAYS,
    DAYS_RUN,
    EQUIPMENT,
    FIXED,
    GUIDE_PRICE,
    GUIDED,
    GUIDES,
    HAS_CHAIRS,
    HAS_EQUIPMENT,
    HAS_SEATS,
    LENGTH,
    METRES,
    NEEDS,
    OWNER,
    PER_METRE,
    PER_SECOND,
    PLACE,
    SEATS,
    SECONDS,
    WEEK,
    ZONE_CHARGE,
    ZONES,
    Flags,
    Floats,
    Instance,
    Ints,
    State,
)
from optimiser.routes.search.kernel import copy_run, rebuild, share_of_week, take_out

FAR = 1 << 40


class Pair(NamedTuple):
    """One school in both directions, its children numbered alike, with what last term says of each.

    Arrays with a first axis of 2 hold the morning and then the afternoon. ``home[d, c]`` is the row of last term's
    vehicle, or -1; ``clock[d, c]`` last term's time at the home end, or -1. ``open[c]`` is the earliest time at which
    the child may be collected. ``window[d]`` is the earliest and latest time at school. ``lists`` holds options by
    fixed cost, one list a row of ``sizes``; ``list_of`` gives each row's. ``share`` is the part of a day's rate that
    the row pays. ``pinned`` children stay in their row. ``terms``: seconds of
    tolerance, and whether (1) a child who changes may ride one vehicle to school and another home.
    """

    am: Instance
    pm: Instance
    travels: Flags
    home: Ints
    clock: Ints
    open: Ints
    window: Ints
    lists: Ints
    sizes: Ints
    list_of: Ints
    share: Floats
    pinned: Flags
    terms: Ints


class Plan(NamedTuple):
    """A plan being changed: both directions, each row's cost, and who is outside the tolerance in each direction."""

    am: State
    pm: State
    cost: Floats
    late: Flags


@njit(cache=True)
def vehicle_cost(j: Pair, s: Plan, r: int, c: int, sides: int, far: Ints) -> tuple[float, int]:
    """Return a row's cost in pence a day, and its option, with child ``c`` aboard as well (-1: as it is).

    ``sides`` says which way the child rides: 1 in the morning, 2 in the afternoon, 3 both. ``far`` holds for each
    direction the metres and seconds that the child adds, and the outer place.
    """
    a, p = s.am, s.pm
    empty = a.run[r, LENGTH] + p.run[r, LENGTH] == 0
    if c < 0 and empty:
        return 0.0, -1
    week = a.run[r, DAYS_RUN] | p.run[r, DAYS_RUN]
    needs = a.run[r, NEEDS] | p.run[r, NEEDS]
    guides_am, guides_pm = a.run[r, GUIDES], p.run[r, GUIDES]
    mine, out, back = 0, 0, 0
    if c >= 0:
        mine = j.am.child[c, WEEK]
        out, back = int(j.travels[0, c]) * (sides & 1), int(j.travels[1, c]) * (sides >> 1)
        week |= mine
        needs |= j.am.child[c, EQUIPMENT] | j.pm.child[c, EQUIPMENT]
        guides_am += j.am.child[c, GUIDED] * out
        guides_pm += j.am.child[c, GUIDED] * back
    seats, chairs = 0, 0
    for day in range(DAYS):
        on = (mine >> day) & 1
        for d in range(2):
            load = a.load if d == 0 else p.load
            guide = guides_am if d == 0 else guides_pm
            more = on * (out if d == 0 else back)
            held = load[r, day] + (more * j.am.child[c, SEATS] if c >= 0 else 0)
            stood = load[r, DAYS + day] + (more * j.am.child[c, CHAIRS] if c >= 0 else 0)
            seats = max(seats, held + (1 if guide > 0 else 0))
            chairs = max(chairs, stood)
    metres = a.run[r, METRES] + p.run[r, METRES] + far[0, 0] + far[1, 0]
    seconds = a.run[r, SECONDS] + p.run[r, SECONDS] + far[0, 1] + far[1, 1]
    zone = a.run[r, ZONES] + p.run[r, ZONES]
    best, chosen = math.inf, -1
    which = j.list_of[r]
    for k in range(j.sizes[which]):
        o = j.lists[which, k]
        option = j.am.option[o]
        if option[HAS_SEATS] < seats or option[HAS_CHAIRS] < chairs or needs & ~option[HAS_EQUIPMENT]:
            continue
        price = j.am.price[o]
        worth = 2.0 * price[FIXED] * j.share[r] + price[PER_METRE] * metres + price[PER_SECOND] * seconds
        if zone > 0:
            worth += 2.0 * price[ZONE_CHARGE]
        worth += j.am.leg[o, far[0, 2]] + j.pm.leg[o, far[1, 2]]
        if worth < best:
            best, chosen = worth, o
    guides = (1 if guides_am > 0 else 0) + (1 if guides_pm > 0 else 0)
    return share_of_week(week) * (best + guides * j.am.prices[GUIDE_PRICE]), chosen


@njit(cache=True)
def outer_place(i: Instance, s: State, r: int) -> int:
    """Return the place farthest along a run, or the school."""
    n = s.run[r, LENGTH]
    return i.visit[s.visits[r, n - 1], PLACE] if n > 0 else 0


@njit(cache=True)
def settle(j: Pair, s: Plan, r: int, far: Ints) -> None:
    """Work out a row's cost afresh."""
    far[:] = 0
    far[0, 2] = outer_place(j.am, s.am, r)
    far[1, 2] = outer_place(j.pm, s.pm, r)
    # Numba compiles a function again for a literal argument, which takes seconds: so this is not one.
    nobody = int(np.int64(-1))
    s.cost[r] = vehicle_cost(j, s, r, nobody, nobody + 1, far)[0]


@njit(cache=True)
def remove(j: Pair, s: Plan, c: int, touched: Flags, far: Ints) -> None:
    """Take a child off both runs and work out their rows."""
    for d in range(2):
        i, state = (j.am, s.am) if d == 0 else (j.pm, s.pm)
        r = state.run_of[c]
        if r >= 0:
            take_out(i, state, c)
            rebuild(i, state, r)
            settle(j, s, r, far)
            touched[r] = True


@njit(cache=True)
def row_of(j: Pair, s: Plan, c: int) -> int:
    """Return the row a child is in, the morning's first, or -1."""
    return s.am.run_of[c] if j.travels[0, c] else s.pm.run_of[c]


@njit(cache=True)
def moved(j: Pair, s: Plan, c: int) -> bool:
    """Return whether a child is not in last term's row in a direction in which they had one."""
    for d in range(2):
        row = s.am.run_of[c] if d == 0 else s.pm.run_of[c]
        if j.travels[d, c] and j.home[d, c] >= 0 and row >= 0 and row != j.home[d, c]:
            return True
    return False


@njit(cache=True)
def watch_clock(j: Pair, s: Plan, r: int) -> None:
    """Choose the time at school that keeps most of a row's children within the tolerance; mark the others late."""
    tolerance, late = j.terms[0], s.late
    for d in range(2):
        i, state = (j.am, s.am) if d == 0 else (j.pm, s.pm)
        n = state.run[r, LENGTH]
        visit, visits, since, child = i.visit, state.visits[r], state.since[r], i.child
        clock, home, run_of = j.clock[d], j.home[d], state.run_of
        earliest, latest = j.window[d, 0], j.window[d, 1]
        wish = np.empty(n, np.int64)
        for k in range(n):
            c = visit[visits[k], OWNER]
            # The time at school that would give the child last term's time at home; far away when there is none.
            wish[k] = -FAR
            if d == 0:
                earliest = max(earliest, j.open[c] + since[k])
            if clock[c] >= 0 and run_of[c] == home[c]:
                wish[k] = clock[c] + since[k] if d == 0 else clock[c] - since[k] + child[c, BOARDING]
        earliest = min(earliest, latest)
        best, time = -1, latest
        for k in range(-1, n):
            at = latest if k < 0 else min(max(wish[k] - tolerance, earliest), latest)
            kept = 0
            for m in range(n):
                kept += abs(wish[m] - at) <= tolerance
            if kept > best:
                best, time = kept, at
        for k in range(n):
            c = visit[visits[k], OWNER]
            late[d, c] = clock[c] >= 0 and abs(wish[k] - time) > tolerance


@njit(cache=True)
def changed(j: Pair, s: Plan) -> int:
    """Return how many children change vehicle or time."""
    count = 0
    travels, home, late, am, pm = j.travels, j.home, s.late, s.am.run_of, s.pm.run_of
    for c in range(travels.shape[1]):
        there = am[c] >= 0 and (late[0, c] or (travels[0, c] and home[0, c] >= 0 and am[c] != home[0, c]))
        back = pm[c] >= 0 and (late[1, c] or (travels[1, c] and home[1, c] >= 0 and pm[c] != home[1, c]))
        count += there or back
    return count


@njit(cache=True)
def total(j: Pair, s: Plan) -> float:
    """Return what a plan costs without the price of change."""
    worth = s.cost.sum()
    travels, am, pm, penalty_am, penalty_pm = j.travels, s.am.run_of, s.pm.run_of, j.am.penalty, j.pm.penalty
    for c in range(travels.shape[1]):
        if travels[0, c] and am[c] < 0:
            worth += penalty_am[c]
        if travels[1, c] and pm[c] < 0:
            worth += penalty_pm[c]
    return worth


@njit(cache=True)
def copy_rows(source: Plan, target: Plan, touched: Flags) -> None:
    """Copy the touched rows, and who rides where, from one plan to another."""
    for r in range(len(touched)):
        if touched[r]:
            copy_run(source.am, target.am, r)
            copy_run(source.pm, target.pm, r)
            target.cost[r] = source.cost[r]
    target.am.run_of[:] = source.am.run_of
    target.pm.run_of[:] = source.pm.run_of
    target.late[:] = source.late
