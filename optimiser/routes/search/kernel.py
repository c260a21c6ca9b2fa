"""Ruin and recreate for one school, compiled: slack induction by string removals.

After Christiaens & Vanden Berghe, "Slack induction by string removals for vehicle routing problems", Transportation
Science 54(2), 2020. The vehicle class and layout of a run are implicit: the cheapest option that fits what is aboard.
"""

import math

import numpy as np
from numba import njit

from optimiser.routes.search.arrays import (
    BOARDING,
    CHAIRS,
    CHANGE_PRICE,
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
    LABELLED,
    LATEST,
    LENGTH,
    METRES,
    MOST,
    NEEDS,
    OLD,
    OWNER,
    PARTED,
    PER_METRE,
    PER_SECOND,
    PLACE,
    RIDE_PRICE,
    SEATS,
    SECONDS,
    SOLE,
    SOLES,
    WEEK,
    ZONE,
    ZONE_CHARGE,
    ZONES,
    Flags,
    Floats,
    Instance,
    Ints,
    State,
)  # fmt: skip

FAR = 1 << 40


@njit(cache=True)
def draw(state: Ints) -> float:
    """Return the next number in [0, 1) of a xorshift generator held in a one-element array."""
    x = np.uint64(state[0])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = np.int64(x)
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True)
def share_of_week(days: int) -> float:
    """Return the share of the five weekdays that are set in a bit mask."""
    count = 0
    for day in range(DAYS):
        count += (days >> day) & 1
    return count / 5.0


@njit(cache=True)
def fitting(i: Instance, seats: int, chairs: int, needs: int, fit: Ints) -> int:
    """List the options that fit a load in order of fixed cost, and return how many there are."""
    option, count = i.option, 0
    for o in range(len(option)):
        if option[o, HAS_SEATS] >= seats and option[o, HAS_CHAIRS] >= chairs and not needs & ~option[o, HAS_EQUIPMENT]:
            fit[count] = o
            count += 1
    return count


@njit(cache=True)
def cheapest(
    price: Floats, leg: Floats, fit: Ints, count: int, zone: int, metres: int, seconds: int, outer: int
) -> tuple[float, int]:
    """Return the cost of the cheapest of the options that fit, and the option (-1 and infinity when none fits)."""
    best, chosen = math.inf, -1
    for k in range(count):
        o = fit[k]
        if price[o, FIXED] >= best:
            break
        worth = price[o, FIXED] + price[o, PER_METRE] * metres + price[o, PER_SECOND] * seconds + leg[o, outer]
        if zone > 0:
            worth += price[o, ZONE_CHARGE]
        if worth < best:
            best, chosen = worth, o
    return best, chosen


@njit(cache=True)
def rebuild(i: Instance, s: State, r: int) -> None:
    """Work out everything that follows from a run's visits, its cost included."""
    n = s.run[r, LENGTH]
    s.run[r, :] = 0
    s.run[r, LENGTH] = n
    s.load[r, :] = 0
    s.label[r, :] = 0
    at, since, rides, metres = 0, 0, 0, 0
    for k in range(n):
        visit = s.visits[r, k]
        c, here = i.visit[visit, OWNER], i.visit[visit, PLACE]
        metres += i.metres[at, here]
        since += i.seconds[at, here] + i.child[c, BOARDING]
        at = here
        s.since[r, k] = since
        rides += since
        s.run_of[c] = r
        _take_aboard(i.child, s, r, c)
        s.run[r, ZONES] += i.visit[visit, ZONE]
    s.run[r, METRES] = metres
    s.run[r, SECONDS] = since
    tightest = FAR
    for k in range(n - 1, -1, -1):
        tightest = min(tightest, i.visit[s.visits[r, k], LATEST] - s.since[r, k])
        s.slack[r, k] = tightest
    s.cost[r] = run_cost(i, s, r, at, rides)


@njit(cache=True)
def _take_aboard(child: Ints, s: State, r: int, c: int) -> None:
    s.run[r, NEEDS] |= child[c, EQUIPMENT]
    s.run[r, GUIDES] += child[c, GUIDED]
    s.run[r, DAYS_RUN] |= child[c, WEEK]
    s.run[r, SOLES] += child[c, SOLE]
    for day in range(DAYS):
        if (child[c, WEEK] >> day) & 1:
            s.load[r, day] += child[c, SEATS]
            s.load[r, DAYS + day] += child[c, CHAIRS]
    old = child[c, OLD]
    if old >= 0:
        s.run[r, LABELLED] += 1
        s.label[r, old] += 1
        s.run[r, MOST] = max(s.run[r, MOST], s.label[r, old])


@njit(cache=True)
def run_cost(i: Instance, s: State, r: int, outer: int, rides: int) -> float:
    """Return a run's cost in pence a day, averaged over the week; infinity when no option fits."""
    if s.run[r, LENGTH] == 0:
        return 0.0
    price, _ = option_of(i, s, r, outer)
    share = share_of_week(s.run[r, DAYS_RUN])
    guide = i.prices[GUIDE_PRICE] if s.run[r, GUIDES] > 0 else 0.0
    changed = i.prices[CHANGE_PRICE] * (s.run[r, LABELLED] - s.run[r, MOST])
    return share * (price + guide) + changed + i.prices[RIDE_PRICE] * rides


@njit(cache=True)
def option_of(i: Instance, s: State, r: int, outer: int) -> tuple[float, int]:
    """Return the cost of the cheapest option that fits a run whose outer end is a place, and the option."""
    guide = 1 if s.run[r, GUIDES] > 0 else 0
    fit = np.empty(len(i.option), np.int64)
    seats, chairs = s.load[r, :DAYS].max() + guide, s.load[r, DAYS:].max()
    count = fitting(i, seats, chairs, s.run[r, NEEDS], fit)
    return cheapest(i.price, i.leg, fit, count, s.run[r, ZONES], s.run[r, METRES], s.run[r, SECONDS], outer)


@njit(cache=True)
def may_join(i: Instance, s: State, r: int, c: int) -> bool:
    """Return whether a child's company allows them on a run."""
    n = s.run[r, LENGTH]
    if n > 0 and (i.child[c, SOLE] or s.run[r, SOLES] > 0):
        return False
    if i.child[c, PARTED]:
        for k in range(n):
            if i.apart[c, i.visit[s.visits[r, k], OWNER]]:
                return False
    return n < s.visits.shape[1] - 1


@njit(cache=True)
def best_place(
    i: Instance, s: State, c: int, lowest: int, highest: int, worst: float, blink: float, rng: Ints
) -> tuple[float, int, int, int]:
    """Return the least added cost of a child over some runs and one empty run, with the run, position and visit.

    Runs ``lowest`` to ``highest - 1`` are tried; only a cost below ``worst`` counts, and -1 says there was none. Each
    position is overlooked with chance ``blink``.
    """
    seconds, metres, visits, visit, price, leg = i.seconds, i.metres, s.visits, i.visit, i.price, i.leg
    since_of, slack = s.since, s.slack
    fit = np.empty(len(price), np.int64)
    ride_price, board = i.prices[RIDE_PRICE], i.child[c, BOARDING]
    found_run, found_position, found_visit, fresh_tried = -1, -1, -1, False
    for r in range(lowest, highest):
        n = s.run[r, LENGTH]
        if (n == 0 and fresh_tried) or not may_join(i, s, r, c):
            continue
        fresh_tried = fresh_tried or n == 0
        share, extra, count = _terms(i, s, r, c, fit)
        run_metres, run_seconds = s.run[r, METRES], s.run[r, SECONDS]
        floor, option = cheapest(price, leg, fit, count, s.run[r, ZONES], run_metres, run_seconds, 0)
        if option < 0 or share * floor + extra >= worst:
            continue
        rides = since_of[r, :n].sum() if ride_price > 0 else 0
        for v in range(i.child[c, FIRST], i.child[c + 1, FIRST]):
            here, latest = visit[v, PLACE], visit[v, LATEST]
            zone = s.run[r, ZONES] + visit[v, ZONE]
            before, since = 0, 0
            for k in range(n + 1):
                reach = since + seconds[before, here] + board
                after = here
                outer = here
                fits = reach <= latest
                delay, detour = reach - since, metres[before, here]
                if k < n:
                    after = visit[visits[r, k], PLACE]
                    outer = visit[visits[r, n - 1], PLACE]
                    delay += seconds[here, after] - seconds[before, after]
                    detour += metres[here, after] - metres[before, after]
                    fits = fits and delay <= slack[r, k]
                if fits and (blink == 0.0 or draw(rng) >= blink):
                    worth, _ = cheapest(price, leg, fit, count, zone, run_metres + detour, run_seconds + delay, outer)
                    added = share * worth + extra
                    if ride_price > 0:
                        added += ride_price * (rides + reach + delay * (n - k))
                    if added < worst:
                        worst, found_run, found_position, found_visit = added, r, k, v
                if k < n:
                    before, since = after, since_of[r, k]
                    if since > latest:
                        break
    return worst, found_run, found_position, found_visit


@njit(cache=True)
def _terms(i: Instance, s: State, r: int, c: int, fit: Ints) -> tuple[float, float, int]:
    """List the options that fit a run with one child more; return its share of the week, costs added, and count."""
    seats, chairs, week = 0, 0, i.child[c, WEEK]
    for day in range(DAYS):
        on = (week >> day) & 1
        seats = max(seats, s.load[r, day] + on * i.child[c, SEATS])
        chairs = max(chairs, s.load[r, DAYS + day] + on * i.child[c, CHAIRS])
    guide = 1 if s.run[r, GUIDES] + i.child[c, GUIDED] > 0 else 0
    count = fitting(i, seats + guide, chairs, s.run[r, NEEDS] | i.child[c, EQUIPMENT], fit)
    share = share_of_week(s.run[r, DAYS_RUN] | week)
    extra = share * guide * i.prices[GUIDE_PRICE] - s.cost[r]
    if i.prices[CHANGE_PRICE] > 0.0:
        labelled, most, old = s.run[r, LABELLED], s.run[r, MOST], i.child[c, OLD]
        if old >= 0:
            labelled += 1
            most = max(most, s.label[r, old] + 1)
        extra += i.prices[CHANGE_PRICE] * (labelled - most)
    return share, extra, count


@njit(cache=True)
def place_visit(i: Instance, s: State, r: int, position: int, visit: int) -> None:
    """Put a visit into a run and work the run out again."""
    for k in range(s.run[r, LENGTH], position, -1):
        s.visits[r, k] = s.visits[r, k - 1]
    s.visits[r, position] = visit
    s.run[r, LENGTH] += 1
    rebuild(i, s, r)


@njit(cache=True)
def take_out(i: Instance, s: State, c: int) -> None:
    """Take a child off their run, without working the run out again."""
    r = s.run_of[c]
    kept = 0
    for k in range(s.run[r, LENGTH]):
        visit = s.visits[r, k]
        if i.visit[visit, OWNER] != c:
            s.visits[r, kept] = visit
            kept += 1
    s.run[r, LENGTH] = kept
    s.run_of[c] = -1


@njit(cache=True)
def remove_group(i: Instance, s: State, c: int, absent: Ints, count: int, touched: Flags) -> int:
    """Take a child and those who must ride along off their run; return how many groups are absent now."""
    g = i.child[c, GROUP]
    touched[s.run_of[c]] = True
    for m in range(i.group_first[g], i.group_first[g + 1]):
        take_out(i, s, i.members[m])
    absent[count] = g
    return count + 1


@njit(cache=True)
def ruin(
    i: Instance, s: State, absent: Ints, count: int, touched: Flags, size: float, longest: float, rng: Ints
) -> int:
    """Take strings of neighbouring children off runs near a random child; return how many groups are absent now."""
    n = len(i.penalty)
    runs, riders = 0, 0
    for r in range(len(s.run)):
        runs += s.run[r, LENGTH] > 0
        riders += s.run[r, LENGTH]
    if runs == 0:
        return count
    most = min(longest, riders / runs)
    strings = int(draw(rng) * (4.0 * size / (1.0 + most) - 1.0) + 1.0)
    seed = int(draw(rng) * n)
    for near in range(n):
        if strings <= 0:
            break
        c = i.near[seed, near]
        r = s.run_of[c]
        if r < 0 or touched[r]:
            continue
        length = min(s.run[r, LENGTH], int(draw(rng) * min(s.run[r, LENGTH], most) + 1.0))
        count = _remove_string(i, s, r, c, length, absent, count, touched, rng)
        strings -= 1
    return count


@njit(cache=True)
def _remove_string(
    i: Instance, s: State, r: int, c: int, length: int, absent: Ints, count: int, touched: Flags, rng: Ints
) -> int:
    at = 0
    for k in range(s.run[r, LENGTH]):
        if i.visit[s.visits[r, k], OWNER] == c:
            at = k
    kept = 0
    if draw(rng) < 0.5:
        while length + kept < s.run[r, LENGTH] and draw(rng) > 0.01:
            kept += 1
    span = length + kept
    lowest, highest = max(0, at - span + 1), min(at, s.run[r, LENGTH] - span)
    begin = lowest + int(draw(rng) * (highest - lowest + 1))
    skip_from = begin + int(draw(rng) * (length + 1)) if kept else -1
    gone = np.empty(length, np.int64)
    m = 0
    for k in range(begin, begin + span):
        if kept and skip_from <= k < skip_from + kept:
            continue
        gone[m] = i.visit[s.visits[r, k], OWNER]
        m += 1
    touched[r] = True
    for k in range(m):
        if s.run_of[gone[k]] >= 0:
            count = remove_group(i, s, gone[k], absent, count, touched)
    rebuild(i, s, r)
    return count


@njit(cache=True)
def order_absent(i: Instance, absent: Ints, count: int, rng: Ints) -> None:
    """Put the absent groups in an order drawn at random: by chance, size, far from school first, or near first."""
    pick = draw(rng) * 11.0
    keys = np.empty(count)
    for k in range(count):
        c = i.members[i.group_first[absent[k]]]
        v = i.child[c, FIRST]
        if pick < 4.0:
            keys[k] = draw(rng)
        elif pick < 6.0:
            keys[k] = -(i.child[c, CHAIRS] * 4.0 + i.child[c, EQUIPMENT]) + draw(rng)
        elif pick < 8.0:
            keys[k] = float(i.visit[v, LATEST] - i.seconds[0, i.visit[v, PLACE]])
        elif pick < 10.0:
            keys[k] = -float(i.seconds[0, i.visit[v, PLACE]])
        else:
            keys[k] = float(i.seconds[0, i.visit[v, PLACE]])
    order = np.argsort(keys)
    sorted_groups = absent[:count].copy()
    for k in range(count):
        absent[k] = sorted_groups[order[k]]


@njit(cache=True)
def recreate(i: Instance, s: State, absent: Ints, count: int, touched: Flags, blink: float, rng: Ints) -> int:
    """Put absent groups back where they add least, if that is below their price; return how many stay absent."""
    order_absent(i, absent, count, rng)
    left = 0
    for k in range(count):
        g = absent[k]
        if i.group_first[g + 1] - i.group_first[g] == 1:
            placed = _place_child(i, s, i.members[i.group_first[g]], touched, blink, rng)
        else:
            placed = _place_group(i, s, g, touched, rng)
        if not placed:
            absent[left] = g
            left += 1
    return left


@njit(cache=True)
def _place_child(i: Instance, s: State, c: int, touched: Flags, blink: float, rng: Ints) -> bool:
    _, run, position, visit = best_place(i, s, c, 0, len(s.run), i.penalty[c], blink, rng)
    if run < 0:
        return False
    touched[run] = True
    place_visit(i, s, run, position, visit)
    return True


@njit(cache=True)
def _place_group(i: Instance, s: State, g: int, touched: Flags, rng: Ints) -> bool:
    """Place every member of a group on one run, one after another at their best positions, or none of them."""
    lo, hi = i.group_first[g], i.group_first[g + 1]
    worst, run, fresh_tried = 0.0, -1, False
    for m in range(lo, hi):
        worst += i.penalty[i.members[m]]
    for r in range(len(s.run)):
        n = s.run[r, LENGTH]
        if n == 0:
            if fresh_tried:
                continue
            fresh_tried = True
        saved, before = s.visits[r].copy(), s.cost[r]
        if _fill(i, s, r, lo, hi, rng) and s.cost[r] - before < worst:
            worst, run = s.cost[r] - before, r
        s.visits[r, :] = saved
        s.run[r, LENGTH] = n
        rebuild(i, s, r)
        for m in range(lo, hi):
            s.run_of[i.members[m]] = -1
    if run < 0:
        return False
    touched[run] = True
    return _fill(i, s, run, lo, hi, rng)


@njit(cache=True)
def _fill(i: Instance, s: State, r: int, lo: int, hi: int, rng: Ints) -> bool:
    for m in range(lo, hi):
        _, run, k, visit = best_place(i, s, i.members[m], r, r + 1, math.inf, 0.0, rng)
        if run < 0:
            return False
        place_visit(i, s, r, k, visit)
    return True


@njit(cache=True)
def copy_runs(source: State, target: State, touched: Flags) -> None:
    """Copy the touched runs, and who rides where, from one plan to another."""
    for r in range(len(touched)):
        if touched[r]:
            copy_run(source, target, r)
    target.run_of[:] = source.run_of


@njit(cache=True)
def copy_run(source: State, target: State, r: int) -> None:
    """Copy one run from one plan to another."""
    for k in range(source.run[r, LENGTH]):
        target.visits[r, k] = source.visits[r, k]
        target.since[r, k] = source.since[r, k]
        target.slack[r, k] = source.slack[r, k]
    target.run[r] = source.run[r]
    target.load[r] = source.load[r]
    target.label[r] = source.label[r]
    target.cost[r] = source.cost[r]


@njit(cache=True)
def total(i: Instance, s: State) -> float:
    """Return the plan's cost: every run, and the price of each child left out."""
    worth = s.cost.sum()
    for c in range(len(s.run_of)):
        if s.run_of[c] < 0:
            worth += i.penalty[c]
    return worth


@njit(cache=True)
def search(
    i: Instance, now: State, trial: State, best: State, iterations: int, hot: float, cold: float, size: float,
    longest: float, seed: int,
) -> float:  # fmt: skip
    """Improve a plan for a fixed number of iterations; ``best`` receives the best, whose cost is returned.

    ``now``, ``trial`` and ``best`` must hold the same plan at the start. ``hot`` and ``cold`` are the temperatures, in
    pence, between which simulated annealing cools; ``size`` is the mean number of children removed.
    """
    n = len(i.penalty)
    rng = np.array([seed * 2 + 88172645463325252], np.int64)
    touched = np.zeros(len(now.run), np.bool_)
    absent, absent_now = np.empty(n, np.int64), np.empty(n, np.int64)
    count_now = _absent_groups(i, now, absent_now)
    worth_now = total(i, now)
    worth_best = worth_now
    cooling = (cold / hot) ** (1.0 / max(1, iterations))
    heat = hot
    for _ in range(iterations):
        touched[:] = False
        absent[:count_now] = absent_now[:count_now]
        count = ruin(i, trial, absent, count_now, touched, size, longest, rng)
        count = recreate(i, trial, absent, count, touched, 0.01, rng)
        worth = worth_now
        for r in range(len(touched)):
            if touched[r]:
                worth += trial.cost[r] - now.cost[r]
        worth += _absence(i, absent, count) - _absence(i, absent_now, count_now)
        if worth < worth_now - heat * math.log(max(draw(rng), 1e-12)):
            copy_runs(trial, now, touched)
            worth_now, count_now = worth, count
            absent_now[:count] = absent[:count]
            if worth < worth_best - 1e-6:
                worth_best = worth
                touched[:] = True
                copy_runs(now, best, touched)
        else:
            copy_runs(now, trial, touched)
        heat *= cooling
    return worth_best


@njit(cache=True)
def _absent_groups(i: Instance, s: State, absent: Ints) -> int:
    count = 0
    for g in range(len(i.group_first) - 1):
        if s.run_of[i.members[i.group_first[g]]] < 0:
            absent[count] = g
            count += 1
    return count


@njit(cache=True)
def _absence(i: Instance, absent: Ints, count: int) -> float:
    worth = 0.0
    for k in range(count):
        for m in range(i.group_first[absent[k]], i.group_first[absent[k] + 1]):
            worth += i.penalty[i.members[m]]
    return worth
