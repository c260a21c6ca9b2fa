"""Ruin and recreate of a roster over slots, compiled: for rounds whose starting times do not overlap.

A slot is a day and a starting time. Taking a few related meetings off and putting each back where it adds least, with
the people who add least there, is done some ten thousand times a second, so that whole staff-days can be emptied. Where
journeys have to be kept, somebody goes to a meeting only when the road from and to their others that day leaves time.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from optimiser.meetings.search.taking import join_once

MOST_OUT = 7
NEVER = 1_000_000_000
BLINK = 0.02
"""The chance that a slot is overlooked when a meeting goes back, which keeps the search from going in circles."""

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SLOT, VENUE, POINTS, PLACE = range(4)
"""Columns of ``option`` and ``state``: -1 at a slot or venue is none."""

DAY_PRICE, SHARE, MOST, ONE_LOCALITY, HOME = range(5)
"""Columns of ``people``."""


class Round(NamedTuple):
    """What is asked, meetings by number: option ``o`` of meeting ``m`` from ``options[m]`` on, cheapest first.

    Need ``k`` of meeting ``m`` from ``needs[m]`` on has the people ``pool[pools[k]:pools[k + 1]]``, none of whom adds
    less than ``floor[k]``, and ``missing[k]`` points when nobody comes. ``begins`` is each slot's time in seconds,
    ``starts`` how many slots a day has. ``roads`` holds seconds between places and is empty where journeys are not
    kept. ``prices``: away from home, over a share.
    """

    left_out: Ints
    options: Ints
    option: Ints
    needs: Ints
    pools: Ints
    pool: Ints
    missing: Ints
    floor: Ints
    least_team: Ints
    lasts: Ints
    localities: Ints
    people: Ints
    slot_day: Ints
    begins: Ints
    starts: Ints
    rooms: Ints
    roads: Ints
    prices: Ints


class Roster(NamedTuple):
    """What is decided: each meeting's option and team, and what follows for people and rooms.

    ``free`` says who could be asked at a slot, ``busy`` the meeting they are at (-1: none); ``where`` the locality.
    """

    state: Ints
    team: Ints
    free: Flags
    busy: Ints
    load: Ints
    met: Ints
    where: Ints
    used: Ints


@njit(cache=True, nogil=True)
def _added(r: Round, s: Roster, p: int, day: int, locality: int) -> int:
    """Return what one more meeting adds for a person."""
    points = 0
    if r.people[p, HOME] != locality:
        points += r.prices[0]
    if s.load[p] >= r.people[p, SHARE]:
        points += r.prices[1]
    if s.met[p, day] == 0:
        points += r.people[p, DAY_PRICE]
    return points


@njit(cache=True, nogil=True)
def _reaches(r: Round, s: Roster, p: int, m: int, slot: int, place: int) -> bool:
    """Return whether a person has time for the roads between a meeting and their others that day."""
    first = slot - slot % r.starts[0]
    for other in range(first, first + r.starts[0]):
        at = s.busy[p, other]
        if at < 0:
            continue
        if other < slot:
            spare, road = r.begins[slot] - r.begins[other] - r.lasts[at], r.roads[s.state[at, PLACE], place]
        else:
            spare, road = r.begins[other] - r.begins[slot] - r.lasts[m], r.roads[place, s.state[at, PLACE]]
        if road > spare:
            return False
    return True


@njit(cache=True, nogil=True)
def _team(r: Round, s: Roster, m: int, slot: int, place: int, below: int, chosen: Ints) -> int:
    """Return what the cheapest team adds at a slot, left in ``chosen`` (-1 for nobody), or NEVER."""
    points, day, locality = 0, r.slot_day[slot], r.localities[m]
    for k in range(r.needs[m], r.needs[m + 1]):
        least, best, size = NEVER, -1, r.pools[k + 1] - r.pools[k]
        first = np.random.randint(size) if size else 0
        for c in range(size):
            p = r.pool[r.pools[k] + (first + c) % size]
            if not s.free[p, slot] or s.met[p, day] >= r.people[p, MOST]:
                continue
            if r.people[p, ONE_LOCALITY] and s.met[p, day] and s.where[p, day] != locality:
                continue
            added = _added(r, s, p, day, locality)
            if added >= least:
                continue
            if len(r.roads) and s.met[p, day] and not _reaches(r, s, p, m, slot, place):
                continue
            least, best = added, p
            if least <= r.floor[k]:
                break
        if least >= r.missing[k]:
            least, best = r.missing[k], -1
        points += least
        chosen[k - r.needs[m]] = best
        if points >= below:
            return NEVER
    return int(points)


@njit(cache=True, nogil=True)
def mark(r: Round, s: Roster, m: int, on: bool) -> int:
    """Put a meeting's people and room in, or take them out; return what they cost, and whoever of them is missing."""
    slot, venue = s.state[m, SLOT], s.state[m, VENUE]
    day, locality, points = r.slot_day[slot], r.localities[m], 0
    if venue >= 0:
        s.used[venue, slot] += 1 if on else -1
    for k in range(r.needs[m + 1] - r.needs[m]):
        p = s.team[m, k]
        if p < 0:
            points += r.missing[r.needs[m] + k]
            continue
        if on:
            points += _added(r, s, p, day, locality)
        s.free[p, slot] = not on
        s.busy[p, slot] = m if on else -1
        s.load[p] += 1 if on else -1
        s.met[p, day] += 1 if on else -1
        s.where[p, day] = locality
        if not on:
            points += _added(r, s, p, day, locality)
    return points


@njit(cache=True, nogil=True)
def _put_back(r: Round, s: Roster, m: int, chosen: Ints) -> int:
    """Put a meeting where it adds least and return its points; left out, those of leaving it out."""
    least = r.left_out[m]
    s.state[m, SLOT], s.state[m, VENUE], s.state[m, POINTS], s.state[m, PLACE] = -1, -1, 0, -1
    for o in range(r.options[m], r.options[m + 1]):
        points = r.option[o, POINTS]
        if points + r.least_team[m] >= least:
            break
        slot, venue = r.option[o, SLOT], r.option[o, VENUE]
        if venue >= 0 and s.used[venue, slot] >= r.rooms[venue]:
            continue
        if np.random.random() < BLINK:
            continue
        total = points + _team(r, s, m, slot, r.option[o, PLACE], least - points + 1, chosen)
        if total < least or (total == least and s.state[m, SLOT] >= 0 and np.random.random() < 0.3):
            least = total
            s.state[m] = r.option[o]
            for k in range(r.needs[m + 1] - r.needs[m]):
                s.team[m, k] = chosen[k]
    if s.state[m, SLOT] >= 0:
        mark(r, s, m, True)
    else:
        s.team[m, :] = -1
    return int(least)


@njit(cache=True, nogil=True)
def _ruin(r: Round, s: Roster, out: Ints) -> int:
    """Choose meetings to take off: of one day and locality, of one person, near one in time, or any."""
    state, team, localities, slot_day = s.state, s.team, r.localities, r.slot_day
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
        if state[first, SLOT] >= 0 and state[j, SLOT] >= 0:
            day, other = slot_day[state[first, SLOT]], slot_day[state[j, SLOT]]
            alike = localities[j] == localities[first]
            if kind < 0.45:
                late = state[second, SLOT] >= 0 and other == slot_day[state[second, SLOT]] and kind < 0.25
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
    r: Round, s: Roster, rounds: int, hot: float, cold: float, seed: int, tally: Ints, best_state: Ints, best_team: Ints
) -> None:
    """Take rounds in place, cooling from ``hot`` to ``cold`` points; ``tally`` holds the points now and the best."""
    np.random.seed(seed)
    state, team, left_out = s.state, s.team, r.left_out
    out, chosen = np.zeros(MOST_OUT + 1, np.int64), np.zeros(team.shape[1], np.int64)
    old_state, old_team = np.zeros((MOST_OUT + 1, 4), np.int64), np.zeros((MOST_OUT + 1, team.shape[1]), np.int64)
    order = np.zeros(MOST_OUT + 1, np.int64)
    cooling, heat = (cold / hot) ** (1.0 / rounds), hot
    for _ in range(rounds):
        heat *= cooling
        many = _ruin(r, s, out)
        change = 0
        for k in range(many):
            m = out[k]
            old_state[k], old_team[k] = state[m], team[m]
            if state[m, SLOT] < 0:
                change -= left_out[m]
                continue
            change -= state[m, POINTS] + mark(r, s, m, False)
        allowed = -heat * np.log(np.random.random() + 1e-300)
        for k in range(many):
            order[k] = k
        for a in range(many):
            pick = a + np.random.randint(many - a)
            order[a], order[pick] = order[pick], order[a]
            change += _put_back(r, s, out[order[a]], chosen)
        if change <= allowed:
            tally[0] += change
            if tally[0] < tally[1]:
                tally[1] = tally[0]
                best_state[:] = state
                best_team[:] = team
            continue
        for k in range(many):
            m = out[k]
            if state[m, SLOT] >= 0:
                mark(r, s, m, False)
        for k in range(many):
            m = out[k]
            state[m], team[m] = old_state[k], old_team[k]
            if state[m, SLOT] >= 0:
                mark(r, s, m, True)
