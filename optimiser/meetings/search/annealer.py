"""Simulated annealing of meetings over starts and rooms, compiled: a move is weighed against its neighbours in time.

A meeting only ever meets others that start within a few grains of it, so each grain keeps a linked list of the meetings
that start there and a move costs a handful of steps whatever the size of the instance.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from optimiser.core.limits import Limits
from optimiser.meetings.search.grains import GrainProblem, Ints, score

HARD, MEDIUM = 200_000.0, 4_000.0
SEGMENT = 400_000

Wide = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Plan:
    """A start grain and a room for each meeting, with the exact hard, medium and soft score."""

    start: Ints
    room: Ints
    score: tuple[int, int, int]
    steps: int


@njit(cache=True, nogil=True)
def _alone(i: int, s: int, r: int, length: Any, needed: Any, capacity: Any, grain_day: Any, waste: Any) -> Any:
    """Return the hard and soft points of one meeting by itself."""
    last = s + length[i] - 1
    hard = 0
    if needed[i] > capacity[r]:
        hard += needed[i] - capacity[r]
    if last >= grain_day.shape[0]:
        hard += last
    elif grain_day[s] != grain_day[last]:
        hard += 1
    return hard, last + waste[r]


@njit(cache=True, nogil=True)
def _with_others(
    i: int, s: int, r: int, start: Any, room: Any, length: Any, longest: int, head: Any, after: Any, pair: Any
) -> Any:
    """Return the hard, medium and soft points between one meeting placed there and all the linked ones."""
    hard = medium = soft = 0
    e = s + length[i]
    low = max(0, s - longest - 2)
    high = min(head.shape[0] - 1, e + 2)
    for g in range(low, high + 1):
        j = head[g]
        while j >= 0:
            end = g + length[j]
            overlap = min(e, end) - max(s, g)
            if overlap > 0:
                soft += 10 * overlap
                if room[j] == r:
                    hard += overlap
                hard += overlap * pair[i, j, 0]
                medium += overlap * pair[i, j, 1]
            if g == e or end == s:
                soft += 100
            near = (s < g and g - e <= 2) or (g < s and s - end <= 2)
            if near and room[j] != r:
                soft += pair[i, j, 2]
            j = after[j]
    return hard, medium, soft


@njit(cache=True, nogil=True)
def _unlink(i: int, s: int, head: Any, after: Any, before: Any) -> None:
    if before[i] >= 0:
        after[before[i]] = after[i]
    else:
        head[s] = after[i]
    if after[i] >= 0:
        before[after[i]] = before[i]


@njit(cache=True, nogil=True)
def _link(i: int, s: int, head: Any, after: Any, before: Any) -> None:
    before[i] = -1
    after[i] = head[s]
    if head[s] >= 0:
        before[head[s]] = i
    head[s] = i


@njit(cache=True, nogil=True)
def _anneal(
    start: Any, room: Any, best_start: Any, best_room: Any, now: Any, best: Any, head: Any, after: Any, before: Any,
    length: Any, needed: Any, capacity: Any, grain_day: Any, waste: Any, longest: int, pair: Any,
    choices: Any, counts: Any, steps: int, hot: float, cold: float, hard_price: float, medium_price: float, seed: int,
) -> None:  # fmt: skip
    """Take a number of steps in place, cooling from ``hot`` to ``cold``; ``now`` and ``best`` hold the three levels."""
    np.random.seed(seed)
    n, rooms, grains = length.shape[0], capacity.shape[0], grain_day.shape[0]
    cooling = (cold / hot) ** (1.0 / steps)
    heat = hot
    for _ in range(steps):
        heat *= cooling
        i = np.random.randint(n)
        s, r = start[i], room[i]
        j, ns, nr = -1, s, r
        kind = np.random.random()
        if kind < 0.35:
            ns = choices[length[i], np.random.randint(counts[length[i]])]
            nr = np.random.randint(rooms)
        elif kind < 0.60:
            ns = s + np.random.randint(-6, 7)
            if np.random.random() < 0.4:
                nr = np.random.randint(rooms)
        elif kind < 0.68:
            nr = np.random.randint(rooms)
        else:
            j = np.random.randint(n)
            if j == i:
                continue
            ns, nr = start[j], room[j]
            if kind > 0.9:
                nr = r
        if ns < 0 or ns + length[i] > grains or (ns == s and nr == r):
            continue
        if grain_day[ns] != grain_day[ns + length[i] - 1] or (needed[i] > capacity[nr] and needed[i] <= capacity[r]):
            continue
        if j >= 0:
            sj, rj = start[j], room[j]
            jr = r if kind <= 0.9 else rj
            if s + length[j] > grains or grain_day[s] != grain_day[s + length[j] - 1]:
                continue
            if needed[j] > capacity[jr] and needed[j] <= capacity[rj]:
                continue
        _unlink(i, s, head, after, before)
        if j >= 0:
            _unlink(j, sj, head, after, before)
        ah, asoft = _alone(i, s, r, length, needed, capacity, grain_day, waste)
        bh, bsoft = _alone(i, ns, nr, length, needed, capacity, grain_day, waste)
        oh, om, os = _with_others(i, s, r, start, room, length, longest, head, after, pair)
        nh, nm, nsoft = _with_others(i, ns, nr, start, room, length, longest, head, after, pair)
        dh, dm, ds = nh - oh + bh - ah, nm - om, nsoft - os + bsoft - asoft
        if j >= 0:
            # The second meeting is weighed with the first linked at its old place, then at its new one.
            _link(i, s, head, after, before)
            ah, asoft = _alone(j, sj, rj, length, needed, capacity, grain_day, waste)
            oh, om, os = _with_others(j, sj, rj, start, room, length, longest, head, after, pair)
            _unlink(i, s, head, after, before)
            start[i], room[i] = ns, nr
            _link(i, ns, head, after, before)
            bh, bsoft = _alone(j, s, jr, length, needed, capacity, grain_day, waste)
            nh, nm, nsoft = _with_others(j, s, jr, start, room, length, longest, head, after, pair)
            dh, dm, ds = dh + nh - oh + bh - ah, dm + nm - om, ds + nsoft - os + bsoft - asoft
            _unlink(i, ns, head, after, before)
        change = dh * hard_price + dm * medium_price + ds
        if change <= 0 or np.random.random() < np.exp(-change / heat):
            start[i], room[i] = ns, nr
            _link(i, ns, head, after, before)
            if j >= 0:
                start[j], room[j] = s, jr
                _link(j, s, head, after, before)
            now[0] += dh
            now[1] += dm
            now[2] += ds
            if now[0] < best[0] or (
                now[0] == best[0] and (now[1] < best[1] or (now[1] == best[1] and now[2] < best[2]))
            ):
                best[0], best[1], best[2] = now[0], now[1], now[2]
                best_start[:] = start
                best_room[:] = room
        else:
            start[i], room[i] = s, r
            _link(i, s, head, after, before)
            if j >= 0:
                _link(j, sj, head, after, before)


@njit(cache=True, nogil=True)
def _construct(order: Any, start: Any, room: Any, head: Any, after: Any, before: Any, length: Any, needed: Any,
               capacity: Any, grain_day: Any, waste: Any, longest: int, pair: Any, choices: Any, counts: Any,
               hard_price: float, medium_price: float) -> None:  # fmt: skip
    """Place each meeting in turn where it adds least to what is placed already."""
    for index in range(order.shape[0]):
        i = order[index]
        least = np.inf
        for k in range(counts[length[i]]):
            s = choices[length[i], k]
            for r in range(capacity.shape[0]):
                if needed[i] > capacity[r] and r != int(np.argmax(capacity)):
                    continue
                h, m, p = _with_others(i, s, r, start, room, length, longest, head, after, pair)
                ah, asoft = _alone(i, s, r, length, needed, capacity, grain_day, waste)
                points = (h + ah) * hard_price + m * medium_price + p + asoft
                if points < least:
                    least = points
                    start[i], room[i] = s, r
        _link(i, start[i], head, after, before)


def choices(problem: GrainProblem, longest: int) -> tuple[Ints, Ints]:
    """Return for each length the start grains that keep a meeting within one day, and how many there are."""
    grains = len(problem.grain_day)
    table = np.zeros((longest + 1, grains), dtype=np.int32)
    counts = np.ones(longest + 1, dtype=np.int32)
    for each in range(1, longest + 1):
        first = np.arange(0, grains - each + 1)
        fits = first[problem.grain_day[first] == problem.grain_day[first + each - 1]]
        if len(fits):
            table[each, : len(fits)] = fits
            counts[each] = len(fits)
    return table, counts


def pairs(problem: GrainProblem) -> npt.NDArray[np.int16]:
    """Return for each pair of meetings the people both require, those in conflict at medium level, and those shared."""
    required, preferred = problem.required.astype(np.int32), problem.preferred.astype(np.int32)
    anybody = np.maximum(required, preferred)
    both = required @ required.T
    mixed = required @ preferred.T + preferred @ required.T + preferred @ preferred.T
    return np.ascontiguousarray(np.stack([both, mixed, anybody @ anybody.T], axis=2).astype(np.int16))


class Search:
    """The arrays of one annealing, from a greedy start."""

    def __init__(self, problem: GrainProblem, seed: int) -> None:
        self.problem = problem
        self.longest = int(problem.length.max(initial=1))
        n, grains = len(problem.length), len(problem.grain_day)
        self.pair = pairs(problem)
        self.choices, self.counts = choices(problem, self.longest)
        capacity = problem.capacity
        self.waste = np.array([np.maximum(capacity - each, 0).sum() for each in capacity], dtype=np.int32)
        self.start, self.room = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
        self.head = np.full(grains, -1, dtype=np.int32)
        self.after, self.before = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int32)
        noise = np.random.default_rng(seed).random(n)
        order = np.argsort(-(problem.length * problem.needed) * (0.8 + 0.4 * noise)).astype(np.int32)
        _construct(order, self.start, self.room, self.head, self.after, self.before, problem.length, problem.needed,
                   capacity, problem.grain_day, self.waste, self.longest, self.pair, self.choices, self.counts,
                   HARD, MEDIUM)  # fmt: skip
        self.now = np.array([-each for each in score(problem, self.start, self.room)], dtype=np.int64)
        self.best = self.now.copy()
        self.best_start, self.best_room = self.start.copy(), self.room.copy()

    def run(self, steps: int, hot: float, cold: float, seed: int) -> None:
        """Take steps in place."""
        p = self.problem
        _anneal(self.start, self.room, self.best_start, self.best_room, self.now, self.best, self.head, self.after,
                self.before, p.length, p.needed, p.capacity, p.grain_day, self.waste, self.longest, self.pair,
                self.choices, self.counts, steps, hot, cold, HARD, MEDIUM, seed)  # fmt: skip

    def plan(self, steps: int) -> Plan:
        """Return the best plan seen, scored afresh rule by rule."""
        return Plan(self.best_start, self.best_room, score(self.problem, self.best_start, self.best_room), steps)


def cooling_for(meetings: int) -> tuple[float, float]:
    """Return the points to cool from and to: a small instance has steps enough to weigh whole conflicts throughout."""
    return (30000.0, 300.0) if meetings <= 100 else (1500.0, 10.0)


def anneal(
    problem: GrainProblem,
    *,
    limits: Limits,
    seed: int = 0,
    hot: float | None = None,
    cold: float | None = None,
    restarts: int = 1,
    watch: Callable[[tuple[int, int, int]], bool] = lambda found: True,
) -> Plan:
    """Return the best plan found; ``limits.work`` counts steps and repeats exactly, ``limits.seconds`` does not.

    Each restart gets an equal part of the budget and cools from ``hot`` to ``cold`` points over it; without them the
    cooling goes by the size of the instance.
    """
    usual = cooling_for(len(problem.length))
    hot, cold, rounds = hot or usual[0], cold or usual[1], restarts
    best: Plan | None = None
    began, total = time.monotonic(), 0
    for attempt in range(rounds):
        search = Search(problem, seed * 1000 + attempt)
        done, segment = 0.0, 0
        started = time.monotonic()
        ends = began + (limits.seconds or 0.0) * (attempt + 1) / rounds
        budget = (limits.work or 50_000_000) // rounds
        while done < 1.0:
            now = time.monotonic()
            if limits.seconds is not None and limits.work is None:
                done = (now - started) / max(1e-9, ends - started)
            if done >= 1.0:
                break
            heat = hot * (cold / hot) ** done
            steps = SEGMENT if limits.seconds is not None and limits.work is None else min(SEGMENT, budget)
            after = heat * (cold / hot) ** (steps / budget) if limits.work is not None else heat
            search.run(steps, heat, max(after * 0.999999, 1e-6), (seed * 7919 + attempt * 104729 + segment) % 2**31)
            segment += 1
            total += steps
            if limits.work is not None:
                done += steps / budget
            h, m, s = (-int(each) for each in search.best)
            if not watch((h, m, s)):
                break
        found = search.plan(total)
        if best is None or found.score > best.score:
            best = found
    assert best is not None
    return best
