"""Ruin and recreate of a roster over slots, compiled: for rounds without journeys whose starting times do not overlap.

A slot is a day and a starting time. Taking a few related meetings off and putting each back where it adds least, with
the people who add least there, is done some hundred thousand times a second, so that whole staff-days can be emptied.
"""

from typing import Any

import numpy as np
from numba import njit

from optimiser.meetings.search.taking import join_once

MOST_OUT = 7
NEVER = 1_000_000_000
BLINK = 0.02
"""The chance that a slot is overlooked when a meeting goes back, which keeps the search from going in circles."""


@njit(cache=True, nogil=True)
def _added(p: int, day: int, locality: int, people: Any, load: Any, count: Any, prices: Any) -> int:
    """Return what one more meeting adds for a person; ``people`` holds price, share, most a day, one locality, home."""
    points = 0
    if people[p, 4] != locality:
        points += prices[0]
    if load[p] >= people[p, 1]:
        points += prices[1]
    if count[p, day] == 0:
        points += people[p, 0]
    return points


@njit(cache=True, nogil=True)
def _team(
    m: int, slot: int, day: int, locality: int, below: int, needs: Any, pools: Any, pool: Any, missing: Any,
    people: Any, free: Any, load: Any, count: Any, where: Any, prices: Any, chosen: Any,
) -> int:  # fmt: skip
    """Return what the cheapest team adds at a slot, left in ``chosen`` (-1 for nobody), or NEVER."""
    points = 0
    for k in range(needs[m], needs[m + 1]):
        least, best, size = NEVER, -1, pools[k + 1] - pools[k]
        first = np.random.randint(size) if size else 0
        for c in range(size):
            p = pool[pools[k] + (first + c) % size]
            if not free[p, slot] or count[p, day] >= people[p, 2]:
                continue
            if people[p, 3] and count[p, day] and where[p, day] != locality:
                continue
            points_of = _added(p, day, locality, people, load, count, prices)
            if points_of < least:
                least, best = points_of, p
        if least >= missing[k]:
            least, best = missing[k], -1
        points += least
        chosen[k - needs[m]] = best
        if points >= below:
            return NEVER
    return int(points)


@njit(cache=True, nogil=True)
def mark(m: int, on: bool, state: Any, team: Any, needs: Any, slot_day: Any, localities: Any, people: Any, free: Any,
          load: Any, count: Any, where: Any, used: Any, prices: Any, missing: Any) -> int:  # fmt: skip
    """Put a meeting's people and room in, or take them out; return what they cost, and whoever of them is missing."""
    slot, venue = state[m, 0], state[m, 1]
    day, locality, points = slot_day[slot], localities[m], 0
    if venue >= 0:
        used[venue, slot] += 1 if on else -1
    for k in range(needs[m + 1] - needs[m]):
        p = team[m, k]
        if p < 0:
            points += missing[needs[m] + k]
            continue
        if on:
            points += _added(p, day, locality, people, load, count, prices)
        free[p, slot] = not on
        load[p] += 1 if on else -1
        count[p, day] += 1 if on else -1
        where[p, day] = locality
        if not on:
            points += _added(p, day, locality, people, load, count, prices)
    return points


@njit(cache=True, nogil=True)
def _put_back(
    m: int, blink: float, state: Any, team: Any, left_out: Any, options: Any, option: Any, needs: Any, pools: Any,
    pool: Any, missing: Any, least_team: Any, slot_day: Any, localities: Any, people: Any, free: Any, load: Any,
    count: Any, where: Any, used: Any, rooms: Any, prices: Any, chosen: Any,
) -> int:  # fmt: skip
    """Put a meeting where it adds least and return its points; left out, those of leaving it out."""
    least = left_out[m]
    state[m, 0], state[m, 1], state[m, 2] = -1, -1, 0
    for o in range(options[m], options[m + 1]):
        points = option[o, 1]
        if points + least_team[m] >= least:
            break
        slot, venue = option[o, 0], option[o, 2]
        if venue >= 0 and used[venue, slot] >= rooms[venue]:
            continue
        if np.random.random() < blink:
            continue
        added = _team(m, slot, slot_day[slot], localities[m], least - points + 1, needs, pools, pool, missing, people,
                      free, load, count, where, prices, chosen)  # fmt: skip
        total = points + added
        if total < least or (total == least and state[m, 0] >= 0 and np.random.random() < 0.3):
            least = total
            state[m, 0], state[m, 1], state[m, 2] = slot, venue, points
            for k in range(needs[m + 1] - needs[m]):
                team[m, k] = chosen[k]
    if state[m, 0] >= 0:
        mark(m, True, state, team, needs, slot_day, localities, people, free, load, count, where, used, prices, missing)
    else:
        team[m, :] = -1
    return int(least)


@njit(cache=True, nogil=True)
def _ruin(out: Any, state: Any, team: Any, slot_day: Any, localities: Any) -> int:
    """Choose meetings to take off: of one day and locality, of one person, near one in time, or any."""
    n = state.shape[0]
    many = 2 + np.random.randint(min(MOST_OUT - 1, max(1, n - 1)))
    first = np.random.randint(n)
    out[0], count, tries, kind = first, 1, 0, np.random.random()
    reach = 1 + np.random.randint(4)
    person = team[first, np.random.randint(team.shape[1])]
    second = np.random.randint(n)
    while count < min(many, n) and tries < 2 * n:
        tries += 1
        j = np.random.randint(n) if tries > n or kind >= 0.75 else (first + tries) % n
        if state[first, 0] >= 0 and state[j, 0] >= 0:
            day, other = slot_day[state[first, 0]], slot_day[state[j, 0]]
            alike = localities[j] == localities[first]
            if kind < 0.45:
                late = state[second, 0] >= 0 and other == slot_day[state[second, 0]] and kind < 0.25
                if not alike or (other != day and not late):
                    continue
            elif kind < 0.6:
                with_them = False
                for k in range(team.shape[1]):
                    with_them = with_them or (person >= 0 and team[j, k] == person)
                if not with_them:
                    continue
            elif kind < 0.75 and abs(day - other) > reach:
                continue
        count = join_once(out, count, j)
    return count


@njit(cache=True, nogil=True)
def rebuild(
    rounds: int, hot: float, cold: float, seed: int, tally: Any, best_state: Any, best_team: Any, state: Any, team: Any,
    left_out: Any, options: Any, option: Any, needs: Any, pools: Any, pool: Any, missing: Any, least_team: Any,
    slot_day: Any, localities: Any, people: Any, free: Any, load: Any, count: Any, where: Any, used: Any, rooms: Any,
    prices: Any,
) -> None:  # fmt: skip
    """Take rounds in place, cooling from ``hot`` to ``cold`` points; ``tally`` holds the points now and the best."""
    np.random.seed(seed)
    out, chosen = np.zeros(MOST_OUT + 1, np.int64), np.zeros(team.shape[1], np.int64)
    old_state, old_team = np.zeros((MOST_OUT + 1, 3), np.int64), np.zeros((MOST_OUT + 1, team.shape[1]), np.int64)
    order = np.zeros(MOST_OUT + 1, np.int64)
    cooling, heat = (cold / hot) ** (1.0 / rounds), hot
    for _ in range(rounds):
        heat *= cooling
        many = _ruin(out, state, team, slot_day, localities)
        change = 0
        for k in range(many):
            m = out[k]
            old_state[k], old_team[k] = state[m], team[m]
            if state[m, 0] < 0:
                change -= left_out[m]
                continue
            change -= state[m, 2] + mark(m, False, state, team, needs, slot_day, localities, people, free, load,
                                          count, where, used, prices, missing)  # fmt: skip
        allowed = -heat * np.log(np.random.random() + 1e-300)
        for k in range(many):
            order[k] = k
        for a in range(many):
            pick = a + np.random.randint(many - a)
            order[a], order[pick] = order[pick], order[a]
            k = order[a]
            change += _put_back(out[k], BLINK, state, team, left_out, options, option, needs, pools, pool, missing,
                                least_team, slot_day, localities, people, free, load, count, where, used, rooms,
                                prices, chosen)  # fmt: skip
        if change <= allowed:
            tally[0] += change
            if tally[0] < tally[1]:
                tally[1] = tally[0]
                best_state[:] = state
                best_team[:] = team
            continue
        for k in range(many):
            m = out[k]
            if state[m, 0] >= 0:
                mark(m, False, state, team, needs, slot_day, localities, people, free, load, count, where, used,
                     prices, missing)  # fmt: skip
        for k in range(many):
            m = out[k]
            state[m], team[m] = old_state[k], old_team[k]
            if state[m, 0] >= 0:
                mark(m, True, state, team, needs, slot_day, localities, people, free, load, count, where, used,
                     prices, missing)  # fmt: skip
