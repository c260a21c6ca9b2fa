"""The compiled inner loops: each site's best load at given customer prices, and repair of a relaxed answer."""

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNLIMITED, WHOLE, SPLIT = 0, 1, 2
"""How a site is loaded: no capacity, whole customers within a whole-number capacity, or parts of customers."""


@njit(cache=True)
def load(gain: Floats, demand: Floats, capacity: float, mode: int, taken: Floats) -> float:
    """Fill one site with the customers of most gain; ``taken`` gets each one's share, and the gain is returned."""
    count = gain.shape[0]
    taken[:] = 0.0
    total = 0.0
    if mode == 0:
        for j in range(count):
            if gain[j] > 0:
                taken[j] = 1.0
                total += gain[j]
        return total
    items = np.empty(count, dtype=np.int64)
    size = 0
    weight = 0.0
    for j in range(count):
        if gain[j] > 0 and (mode == 2 or demand[j] <= capacity):
            items[size] = j
            size += 1
            weight += demand[j]
            total += gain[j]
    if weight <= capacity:
        for k in range(size):
            taken[items[k]] = 1.0
        return total
    if mode == 2:
        return _fill_split(gain, demand, capacity, items[:size], taken)
    return _fill_whole(gain, demand, int(capacity), items[:size], taken)


@njit(cache=True)
def _fill_split(gain: Floats, demand: Floats, capacity: float, items: Ints, taken: Floats) -> float:
    worth = np.empty(items.shape[0])
    for k in range(items.shape[0]):
        worth[k] = -gain[items[k]] / max(demand[items[k]], 1e-12)
    order = np.argsort(worth)
    left = capacity
    total = 0.0
    for k in order:
        j = items[k]
        share = 1.0 if demand[j] <= left else left / demand[j]
        taken[j] = share
        total += share * gain[j]
        left -= share * demand[j]
        if left <= 1e-12:
            break
    return total


@njit(cache=True)
def _fill_whole(gain: Floats, demand: Floats, capacity: int, items: Ints, taken: Floats) -> float:
    size = items.shape[0]
    best = np.zeros(capacity + 1)
    kept = np.zeros((size, capacity + 1), dtype=np.bool_)
    for k in range(size):
        j = items[k]
        heavy = int(demand[j])
        for room in range(capacity, heavy - 1, -1):
            other = best[room - heavy] + gain[j]
            if other > best[room]:
                best[room] = other
                kept[k, room] = True
    room = capacity
    for k in range(size - 1, -1, -1):
        if kept[k, room]:
            taken[items[k]] = 1.0
            room -= int(demand[items[k]])
    return best[capacity]


@njit(cache=True)
def forced(gain: Floats, demand: Floats, capacity: float, mode: int, best: float, extra: Floats) -> None:
    """For each customer, how much of a site's gain is lost when it must be served here; infinite when it cannot be."""
    count = gain.shape[0]
    if mode == 0:
        for j in range(count):
            extra[j] = max(0.0, -gain[j])
        return
    if mode == 2:
        _forced_split(gain, demand, capacity, extra)
        return
    cap = int(capacity)
    after = np.zeros((count + 1, cap + 1))
    for j in range(count - 1, -1, -1):
        heavy = int(demand[j])
        for room in range(cap + 1):
            value = after[j + 1, room]
            if gain[j] > 0 and room >= heavy and after[j + 1, room - heavy] + gain[j] > value:
                value = after[j + 1, room - heavy] + gain[j]
            after[j, room] = value
    before = np.zeros(cap + 1)
    for j in range(count):
        heavy = int(demand[j])
        if heavy > cap:
            extra[j] = np.inf
        else:
            most = 0.0
            for room in range(cap - heavy + 1):
                value = before[room] + after[j + 1, cap - heavy - room]
                if value > most:
                    most = value
            extra[j] = max(0.0, best - most - gain[j])
        if gain[j] > 0:
            for room in range(cap, heavy - 1, -1):
                other = before[room - heavy] + gain[j]
                if other > before[room]:
                    before[room] = other


@njit(cache=True)
def _forced_split(gain: Floats, demand: Floats, capacity: float, extra: Floats) -> None:
    """A whole customer is not forced when demand splits, so only any use at all is priced: by the worth of room."""
    count = gain.shape[0]
    worth = np.empty(count)
    for j in range(count):
        worth[j] = -gain[j] / max(demand[j], 1e-12)
    left = capacity
    price = 0.0
    for j in np.argsort(worth):
        if gain[j] <= 0:
            break
        left -= demand[j]
        if left <= 0:
            price = -worth[j]
            break
    for j in range(count):
        extra[j] = max(0.0, price * demand[j] - gain[j])


@njit(cache=True)
def evaluate(
    prices: Floats,
    cost: Floats,
    fixed: Floats,
    demand: Floats,
    capacity: Floats,
    mode: int,
    value: Floats,
    take: Floats,
) -> None:
    """For each site, its cost less the prices of the customers it would best serve (``value``) and which (``take``)."""
    gain = np.empty(cost.shape[1])
    for i in range(cost.shape[0]):
        for j in range(cost.shape[1]):
            gain[j] = prices[j] - cost[i, j]
        value[i] = fixed[i] - load(gain, demand, capacity[i], mode, take[i])


@njit(cache=True)
def pick(value: Floats, capacity: Floats, need: float, choose: int, must: Ints, weight: Floats) -> float:
    """Pick sites of least value: exactly ``choose``, or any that pay and (in parts) enough to cover the need.

    ``must`` holds 1 for a site that has to be open, -1 for one that cannot be, 0 otherwise; ``weight`` gets each
    site's part. Returns the sum, or infinity when it cannot be done. Relaxed cover, so a lower bound.
    """
    count = value.shape[0]
    weight[:] = 0.0
    order = np.argsort(value)
    total = 0.0
    if choose > 0:
        left = choose
        for i in range(count):
            if must[i] == 1:
                weight[i] = 1.0
                total += value[i]
                left -= 1
        for i in order:
            if left <= 0:
                break
            if must[i] == 0:
                weight[i] = 1.0
                total += value[i]
                left -= 1
        return total if left == 0 else np.inf
    covered = 0.0
    for i in range(count):
        if must[i] == 1 or (must[i] == 0 and value[i] < 0):
            weight[i] = 1.0
            total += value[i]
            covered += capacity[i]
    if covered >= need:
        return total
    rate = np.full(count, np.inf)
    for i in range(count):
        if must[i] == 0 and weight[i] == 0.0 and capacity[i] > 0:
            rate[i] = value[i] / capacity[i]
    for i in np.argsort(rate):
        if rate[i] == np.inf:
            break
        part = min(1.0, (need - covered) / capacity[i])
        weight[i] = part
        total += part * value[i]
        covered += part * capacity[i]
        if covered >= need - 1e-9:
            return total
    return np.inf


@njit(cache=True)
def repair(open_: Bools, cost: Floats, demand: Floats, capacity: Floats, noise: Floats, site: Ints) -> bool:
    """Give every customer one open site, those with most to lose first; False when someone fits nowhere."""
    sites, customers = cost.shape
    room = capacity.copy()
    regret = np.empty(customers)
    for j in range(customers):
        first, second = np.inf, np.inf
        for i in range(sites):
            if open_[i]:
                if cost[i, j] < first:
                    first, second = cost[i, j], first
                elif cost[i, j] < second:
                    second = cost[i, j]
        gap = second - first if second < np.inf else 0.0
        regret[j] = -(gap + 0.02 * first) * (1.0 + noise[j]) - 1e-3 * demand[j] * (1.0 + noise[j])
    for j in np.argsort(regret):
        best = -1
        for i in range(sites):
            if open_[i] and room[i] >= demand[j] and (best < 0 or cost[i, j] < cost[best, j]):
                best = i
        if best < 0:
            return False
        site[j] = best
        room[best] -= demand[j]
    return True


@njit(cache=True)
def improve(
    open_: Bools, cost: Floats, fixed: Floats, demand: Floats, capacity: Floats, choose: int, site: Ints
) -> float:
    """Shift and swap customers and move whole sites while it pays; returns the cost, fixed costs included."""
    sites, customers = cost.shape
    room = capacity.copy()
    count = np.zeros(sites, dtype=np.int64)
    for j in range(customers):
        room[site[j]] -= demand[j]
        count[site[j]] += 1
    better = True
    while better:
        better = _shift(open_, cost, fixed, demand, room, count, choose, site)
        better = _swap(cost, demand, room, site) or better
        better = _relocate(open_, cost, fixed, demand, capacity, room, count, choose, site) or better
    total = 0.0
    for j in range(customers):
        total += cost[site[j], j]
    for i in range(sites):
        if open_[i]:
            total += fixed[i]
    return total


@njit(cache=True)
def _shift(
    open_: Bools, cost: Floats, fixed: Floats, demand: Floats, room: Floats, count: Ints, choose: int, site: Ints
) -> bool:
    better = False
    for j in range(cost.shape[1]):
        here = site[j]
        saved = cost[here, j]
        if choose <= 0 and count[here] == 1:
            saved += fixed[here]
        best, least = -1, saved - 1e-9
        for i in range(cost.shape[0]):
            if i != here and open_[i] and room[i] >= demand[j] and cost[i, j] < least:
                best, least = i, cost[i, j]
        if best >= 0:
            better = True
            room[here] += demand[j]
            room[best] -= demand[j]
            count[here] -= 1
            count[best] += 1
            site[j] = best
            if choose <= 0 and count[here] == 0:
                open_[here] = False
    return better


@njit(cache=True)
def _swap(cost: Floats, demand: Floats, room: Floats, site: Ints) -> bool:
    better = False
    customers = cost.shape[1]
    for j in range(customers):
        for k in range(j + 1, customers):
            a, b = site[j], site[k]
            if a == b:
                continue
            change = cost[b, j] + cost[a, k] - cost[a, j] - cost[b, k]
            if change < -1e-9:
                more = demand[k] - demand[j]
                if room[a] >= more and room[b] >= -more:
                    site[j], site[k] = b, a
                    room[a] -= more
                    room[b] += more
                    better = True
    return better


@njit(cache=True)
def _relocate(
    open_: Bools, cost: Floats, fixed: Floats, demand: Floats, capacity: Floats, room: Floats, count: Ints, choose: int,
    site: Ints,
) -> bool:  # fmt: skip
    """Serve all of one site's customers from a closed one instead."""
    better = False
    sites, customers = cost.shape
    for a in range(sites):
        if not open_[a] or count[a] == 0:
            continue
        used = capacity[a] - room[a]
        best, least = -1, -1e-9
        for b in range(sites):
            if open_[b] or capacity[b] < used:
                continue
            change = fixed[b] - fixed[a]
            for j in range(customers):
                if site[j] == a:
                    change += cost[b, j] - cost[a, j]
            if change < least:
                best, least = b, change
        if best >= 0:
            for j in range(customers):
                if site[j] == a:
                    site[j] = best
            open_[a], open_[best] = False, True
            room[best] = capacity[best] - used
            room[a] = capacity[a]
            count[best] = count[a]
            count[a] = 0
            better = True
    return better


@njit(cache=True)
def interchange(open_: Bools, cost: Floats, fixed: Floats, site: Ints) -> float:
    """Exchange an open site for a closed one while it pays, customers at their nearest (Whitaker's fast interchange).

    For sites without capacity and a set number of them; returns the cost, fixed costs included.
    """
    sites, customers = cost.shape
    loss = np.empty(sites)
    while True:
        second = np.full(customers, np.inf)
        first = np.full(customers, np.inf)
        for j in range(customers):
            for i in range(sites):
                if open_[i]:
                    if cost[i, j] < first[j]:
                        second[j] = first[j]
                        first[j], site[j] = cost[i, j], i
                    elif cost[i, j] < second[j]:
                        second[j] = cost[i, j]
        best, least, out = -1, -1e-9, -1
        for add in range(sites):
            if open_[add]:
                continue
            change = fixed[add]
            for i in range(sites):
                loss[i] = -fixed[i]
            for j in range(customers):
                if cost[add, j] < first[j]:
                    change += cost[add, j] - first[j]  # whether or not its own site goes
                else:
                    loss[site[j]] += min(cost[add, j], second[j]) - first[j]
            for i in range(sites):
                if open_[i] and change + loss[i] < least:
                    best, least, out = add, change + loss[i], i
        if best < 0:
            total = 0.0
            for j in range(customers):
                total += first[j]
            for i in range(sites):
                if open_[i]:
                    total += fixed[i]
            return total
        open_[best], open_[out] = True, False
