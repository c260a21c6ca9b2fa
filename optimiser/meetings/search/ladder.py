"""One packing search of many heats: its arrays, built from a problem, and the plan it ends with."""

import numpy as np

from optimiser.meetings.search import tempering
from optimiser.meetings.search.annealer import Plan, choices, pairs
from optimiser.meetings.search.grains import GrainProblem, Ints, score
from optimiser.meetings.search.tempering import HARD, MEDIUM, OVERLAP, SHUT

STEPS = 5_000
"""Steps at each heat between two trades of plans."""
MOST_SHARED = 5
"""People counted for a pair who must be in two places: more could overflow the tables, and one is too many anyway."""
NOISES = tempering.MASK + 1


class Ladder:
    """Plans at several heats; ``placed`` is False when some meeting found no free room, and then there is no search."""

    def __init__(self, problem: GrainProblem, seed: int, *, coldest: float, hottest: float, heats: int) -> None:
        self.problem, rng = problem, np.random.default_rng(seed)
        n, grains = len(problem.length), len(problem.grain_day)
        self.length = problem.length.astype(np.int64)
        self.longest = int(self.length.max(initial=1))
        pair = pairs(problem).astype(np.int64)
        self.per_grain = np.ascontiguousarray(
            np.minimum(pair[:, :, 0], MOST_SHARED) * HARD + pair[:, :, 1] * MEDIUM + OVERLAP
        )
        self.effect, self.begins = tempering.effects(self.length, self.per_grain)
        table, counts = choices(problem, self.longest)
        self.choices, self.counts = table.astype(np.int64), counts.astype(np.int64)
        rooms = range(len(problem.capacity))
        largest = problem.capacity.max()
        self.fits = np.array(
            [sum(1 << r for r in rooms if problem.capacity[r] >= min(seats, largest)) for seats in problem.needed],
            dtype=np.int64,
        )
        self.smallest = np.argsort(problem.capacity, kind="stable").astype(np.int64)
        self.heats = coldest * (hottest / coldest) ** (np.arange(heats) / max(1, heats - 1))
        self.noise = -np.log(rng.random(NOISES) * 0.999999 + 1e-7)
        self.holder, self.draw = np.arange(heats), rng.integers(1, 2**62, 1).astype(np.uint64)
        self.table = np.repeat(self._alone()[None], heats, axis=0)
        self.taken = np.zeros((heats, grains), dtype=np.int64)
        self.start, self.room = np.zeros((heats, n), dtype=np.int64), np.zeros((heats, n), dtype=np.int64)
        self.now = np.zeros(heats, dtype=np.int64)
        self.placed = all(self._place(heat, rng) for heat in range(heats))
        first = int(np.argmin(self.now))
        self.best = self.now[first : first + 1].copy()
        self.best_start, self.best_room = self.start[first].copy(), self.room[first].copy()

    def _alone(self) -> Ints:
        """Return the points of each start (rows, with ``longest`` of padding either side) for each meeting alone."""
        day = self.problem.grain_day
        found = np.full((len(day) + 2 * self.longest + 1, len(self.length)), SHUT, dtype=np.int32)
        for i, own in enumerate(self.length):
            first = np.arange(0, len(day) - own + 1)
            first = first[day[first] == day[first + own - 1]]
            found[self.longest + first, i] = first + own - 1
        return found

    def _place(self, heat: int, rng: np.random.Generator) -> bool:
        n, grains = len(self.length), len(self.problem.grain_day)
        order = np.argsort(-(self.length * self.problem.needed) * (0.7 + 0.6 * rng.random(n))).astype(np.int64)
        blur = rng.integers(0, 2000, (n, grains))
        placed = tempering.place_all(
            order, blur, self.start[heat], self.room[heat], self.table[heat], self.taken[heat], self.length,
            self.effect, self.begins, self.fits, self.smallest, self.longest,
        )  # fmt: skip
        # Each row counts a meeting with all the others, so a pair stands in the sum twice.
        each = self.table[heat, self.longest + self.start[heat], np.arange(n)].astype(np.int64)
        alone = self.start[heat] + self.length - 1
        self.now[heat] = int(alone.sum()) + int((each - alone).sum()) // 2
        return bool(placed)

    def run(self, rounds: int) -> None:
        """Take rounds in place."""
        tempering.temper(
            rounds, STEPS, self.heats, self.holder, self.draw, self.now, self.best, self.best_start, self.best_room,
            self.start, self.room, self.table, self.taken, self.length, self.longest, self.per_grain, self.effect,
            self.begins, self.fits, self.smallest, self.choices, self.counts, self.noise,
        )  # fmt: skip

    def plan(self, rounds: int) -> Plan:
        """Return the best plan seen, scored afresh rule by rule."""
        start, room = self.best_start.astype(np.int32), self.best_room.astype(np.int32)
        return Plan(start, room, score(self.problem, start, room), rounds)
