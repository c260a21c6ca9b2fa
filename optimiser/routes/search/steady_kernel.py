"""Ruin and recreate near last term's plan, compiled: both directions at once, each row one of last term's vehicles.

A row is a vehicle with its morning and its afternoon run. The first rows are last term's vehicles, so a child is
changed when they are not in their own row, or when no time at school keeps the row within the tolerance for them.
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
    FIRST,
    FIXED,
    GROUP,
    GUIDE_PRICE,
    GUIDED,
    GUIDES,
    HAS_CHAIRS,
    HAS_EQUIPMENT,
    HAS_SEATS,
    LATEST,
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
from optimiser.routes.search.kernel import (
    copy_run,
    draw,
    may_join,
    order_absent,
    place_visit,
    rebuild,
    share_of_week,
    take_out,
)

FAR = 1 << 40


class Pair(NamedTuple):
    """One school in both directions, its children numbered alike, with what last term says of each.

    Arrays with a first axis of 2 hold the morning and then the afternoon. ``home[d, c]`` is the row of last term's
    vehicle, or -1; ``clock[d, c]`` last term's time at the home end, or -1. ``open[c]`` is the earliest time at which
    the child may be collected. ``window[d]`` is the earliest and latest time at school. ``lists`` holds options by
    fixed cost, one list a row of ``sizes``; ``list_of`` gives each row's. ``share`` is the part of a day's rate that
    the row pays. ``pinned`` children stay in their row. ``terms``: seconds of tolerance.
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
def vehicle_cost(j: Pair, s: Plan, r: int, c: int, far: Ints) -> tuple[float, int]:
    """Return a row's cost in pence a day, and its option, with child ``c`` aboard as well (-1: as it is).

    ``far`` holds for each direction the metres and seconds that the child adds, and the outer place.
    """
    a, p = s.am, s.pm
    empty = a.run[r, LENGTH] + p.run[r, LENGTH] == 0
    if c < 0 and empty:
        return 0.0, -1
    week = a.run[r, DAYS_RUN] | p.run[r, DAYS_RUN]
    needs = a.run[r, NEEDS] | p.run[r, NEEDS]
    guides_am, guides_pm = a.run[r, GUIDES], p.run[r, GUIDES]
    mine = 0
    if c >= 0:
        mine = j.am.child[c, WEEK]
        week |= mine
        needs |= j.am.child[c, EQUIPMENT] | j.pm.child[c, EQUIPMENT]
        guides_am += j.am.child[c, GUIDED] * j.travels[0, c]
        guides_pm += j.am.child[c, GUIDED] * j.travels[1, c]
    seats, chairs = 0, 0
    for day in range(DAYS):
        on = (mine >> day) & 1
        for d in range(2):
            load = a.load if d == 0 else p.load
            guide = guides_am if d == 0 else guides_pm
            more = on if c >= 0 and j.travels[d, c] else 0
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
    s.cost[r] = vehicle_cost(j, s, r, nobody, far)[0]


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
def remove_group(j: Pair, s: Plan, c: int, absent: Ints, count: int, touched: Flags, far: Ints) -> int:
    """Take a child and those who must ride along off their runs; return how many groups are absent now."""
    g = j.am.child[c, GROUP]
    for m in range(j.am.group_first[g], j.am.group_first[g + 1]):
        remove(j, s, j.am.members[m], touched, far)
    for k in range(count):
        if absent[k] == g:
            return count
    absent[count] = g
    return count + 1


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
def ruin(j: Pair, s: Plan, absent: Ints, count: int, touched: Flags, olds: int, rng: Ints, far: Ints) -> int:
    """Take children off: strings near a child, one whole vehicle, or whoever stands in an old vehicle's way."""
    n = j.travels.shape[1]
    kind = draw(rng)
    seed = int(draw(rng) * n)
    if kind < 0.35:
        return _dissolve(j, s, _small_row(j, s, rng), absent, count, touched, far)
    if kind < 0.5 and olds > 0:
        return _restore(j, s, int(draw(rng) * olds), absent, count, touched, far)
    if kind < 0.6:
        count = _dissolve(j, s, row_of(j, s, seed), absent, count, touched, far)
    wanted = 1 + int(draw(rng) * min(10, n))
    travels, near, am, pm = j.travels, j.am.near, s.am.run_of, s.pm.run_of
    for step in range(n):
        c = near[seed, step]
        if wanted <= 0:
            break
        if (am[c] if travels[0, c] else pm[c]) >= 0 and not j.pinned[c] and draw(rng) < 0.7:
            count = remove_group(j, s, c, absent, count, touched, far)
            wanted -= 1
    return count


@njit(cache=True)
def _small_row(j: Pair, s: Plan, rng: Ints) -> int:
    """Return the row with fewest children of three drawn."""
    best, least = -1, FAR
    for _ in range(3):
        r = row_of(j, s, int(draw(rng) * j.travels.shape[1]))
        if r >= 0 and max(s.am.run[r, LENGTH], s.pm.run[r, LENGTH]) < least:
            best, least = r, max(s.am.run[r, LENGTH], s.pm.run[r, LENGTH])
    return best


@njit(cache=True)
def _dissolve(j: Pair, s: Plan, r: int, absent: Ints, count: int, touched: Flags, far: Ints) -> int:
    if r < 0:
        return count
    for c in range(j.travels.shape[1]):
        if (s.am.run_of[c] == r or s.pm.run_of[c] == r) and not j.pinned[c]:
            count = remove_group(j, s, c, absent, count, touched, far)
    return count


@njit(cache=True)
def _restore(j: Pair, s: Plan, r: int, absent: Ints, count: int, touched: Flags, far: Ints) -> int:
    for c in range(j.travels.shape[1]):
        away = (j.home[0, c] == r or j.home[1, c] == r) and moved(j, s, c)
        guest = row_of(j, s, c) == r and moved(j, s, c)
        if (away or guest) and not j.pinned[c]:
            count = remove_group(j, s, c, absent, count, touched, far)
    return count


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


@njit(cache=True)
def search(
    j: Pair, now: Plan, trial: Plan, best: Plan, price: float, iterations: int, hot: float, cold: float, olds: int,
    seed: int,
) -> float:  # fmt: skip
    """Improve a plan for a fixed number of iterations; ``best`` receives the best, whose cost with change is returned.

    ``now``, ``trial`` and ``best`` must hold the same plan at the start. ``price`` is pence a day for a child changed;
    ``olds`` the number of last term's vehicles, which are the first rows.
    """
    n = j.travels.shape[1]
    rng = np.array([seed * 2 + 88172645463325252], np.int64)
    far = np.zeros((2, 3), np.int64)
    touched = np.zeros(len(now.cost), np.bool_)
    absent, absent_now = np.empty(n, np.int64), np.empty(n, np.int64)
    count_now = absent_groups(j, now, absent_now)
    worth_now = total(j, now) + price * changed(j, now)
    worth_best = worth_now
    cooling = (cold / hot) ** (1.0 / max(1, iterations))
    heat = hot
    for _ in range(iterations):
        touched[:] = False
        absent[:count_now] = absent_now[:count_now]
        count = ruin(j, trial, absent, count_now, touched, olds, rng, far)
        count = recreate(j, trial, absent, count, touched, olds, price, rng, far)
        for r in range(len(touched)):
            if touched[r]:
                watch_clock(j, trial, r)
        worth = total(j, trial) + price * changed(j, trial)
        if worth < worth_now - heat * math.log(max(draw(rng), 1e-12)):
            copy_rows(trial, now, touched)
            worth_now, count_now = worth, count
            absent_now[:count] = absent[:count]
            if worth < worth_best - 1e-6:
                worth_best = worth
                touched[:] = True
                copy_rows(now, best, touched)
        else:
            copy_rows(now, trial, touched)
        heat *= cooling
    return worth_best


@njit(cache=True)
def absent_groups(j: Pair, s: Plan, absent: Ints) -> int:
    """List the groups with nobody carried, and return how many there are."""
    count = 0
    for g in range(len(j.am.group_first) - 1):
        if row_of(j, s, j.am.members[j.am.group_first[g]]) < 0:
            absent[count] = g
            count += 1
    return count
