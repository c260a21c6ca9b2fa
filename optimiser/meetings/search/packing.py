"""Packs meetings into rooms and times: a first plan by annealing or many heats, then ruin and recreate as it cools."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from optimiser.core.limits import Limits
from optimiser.meetings.search import reinsertion
from optimiser.meetings.search.annealer import Plan, Search
from optimiser.meetings.search.grains import GrainProblem, Ints, score
from optimiser.meetings.search.ladder import STEPS, Ladder

CHUNK = 4_000
"""Rounds of ruin and recreate between two looks at the clock."""
STEPS_A_ROUND = 8
"""Steps of plain annealing that cost about as much as one round."""
LADDER_STEPS_A_ROUND = 100
"""Steps of a search of many heats that cost about as much as one round."""

Watch = Callable[[tuple[int, int, int]], bool]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the time is spent: the first share on plain annealing between two heats, then cycles of rebuilding.

    With ``ladder`` more than 0 the first share is a search of that many heats at once instead, where rooms suffice.

    Each cycle cools from its heat to ``cold`` and starts from the best plan so far; ``reach`` is the grains either side
    of where a meeting stood that are weighed. ``warmth`` is the share of the heat that blurs where each goes back (as
    Gumbel noise, so that places are chosen as at that heat). Heats are in points.
    """

    first: float
    heats: tuple[float, float]
    cycles: tuple[float, ...]
    cold: float
    reach: int
    warmth: float = 1.0
    ladder: int = 0


def schedule_for(meetings: int, grains: int) -> Schedule:
    """Return the schedule that did best for a size in trials on one instance of each size and on made-up ones."""
    if meetings <= 120:
        return Schedule(0.85, (5000.0, 200.0), (300.0,), 5.0, grains, ladder=26)
    if meetings <= 400:
        return Schedule(0.85, (2500.0, 100.0), (100.0,), 5.0, grains, ladder=12)
    return Schedule(0.3, (1500.0, 10.0), (600.0, 300.0), 10.0, 120)


def pack(
    problem: GrainProblem,
    *,
    limits: Limits,
    seed: int = 0,
    schedule: Schedule | None = None,
    watch: Watch = lambda found: True,
) -> Plan:
    """Return the best plan found by as many searches as ``limits.processes``, one a core, each with its own seed.

    ``limits.work`` counts rounds and repeats exactly; ``limits.seconds`` does not. ``watch`` is told the best score now
    and then and ends the search by answering False.
    """
    how = schedule or schedule_for(len(problem.length), len(problem.grain_day))

    def one(number: int) -> Plan:
        return _Packing(problem, seed * 1000 + number).run(how, limits, watch)

    if limits.processes == 1:
        return one(0)
    with ThreadPoolExecutor(limits.processes) as cores:
        plans = list(cores.map(one, range(limits.processes)))
    return max(plans, key=lambda plan: plan.score)


class _Packing:
    """One search with its arrays."""

    def __init__(self, problem: GrainProblem, seed: int) -> None:
        self.problem, self.seed, self.rounds = problem, seed, 0
        self.search = Search(problem, seed)
        rooms, grains = len(problem.capacity), len(problem.grain_day)
        pair = self.search.pair.astype(np.int64)
        self.per_grain = np.ascontiguousarray(
            pair[:, :, 0] * reinsertion.HARD + pair[:, :, 1] * reinsertion.MEDIUM + reinsertion.OVERLAP
        )
        self.shared = np.ascontiguousarray(pair[:, :, 2])
        self.waste = self.search.waste.astype(np.int64)
        bits = range(1 << rooms)
        self.waste_of = np.array([min((self.waste[r] for r in range(rooms) if m >> r & 1), default=0) for m in bits])
        # A meeting too large for every room goes into the largest, at the price of the seats that lack.
        self.fits = np.array(
            [sum(1 << r for r in range(rooms) if problem.capacity[r] >= min(seats, problem.capacity.max()))
             for seats in problem.needed], dtype=np.int64,
        )  # fmt: skip
        self.day_end = np.zeros(grains, dtype=np.int64)
        end = grains
        for grain in range(grains - 1, -1, -1):
            if grain + 1 < grains and problem.grain_day[grain + 1] != problem.grain_day[grain]:
                end = grain + 1
            self.day_end[grain] = end
        self.size = problem.length.astype(np.int64) * problem.needed

    def run(self, how: Schedule, limits: Limits, watch: Watch) -> Plan:
        """Spend the budget by the schedule and return the best plan, scored afresh rule by rule."""
        began = time.monotonic()

        def spent() -> float:
            if limits.work is not None:
                return self.rounds / limits.work
            return (time.monotonic() - began) / (limits.seconds or 60.0)

        plan = self._ladder(how, spent, watch) if how.ladder else None
        while plan is None and spent() < how.first:
            through = spent() / how.first
            heat = how.heats[0] * (how.heats[1] / how.heats[0]) ** through
            self.search.run(CHUNK * STEPS_A_ROUND, heat, heat * 0.999999, self._seed())
            self.rounds += CHUNK
            hard, medium, soft = (-int(each) for each in self.search.best)
            if not watch((hard, medium, soft)):
                return self.search.plan(self.rounds)
        plan = plan or self.search.plan(self.rounds)
        share = (1.0 - how.first) / len(how.cycles)
        for number, hot in enumerate(how.cycles):
            start, room = plan.start.copy(), plan.room.copy()
            found = self._cycle(start, room, hot, how, (how.first + number * share, share), spent, watch)
            plan = max(plan, found, key=lambda each: each.score)
            if not watch(plan.score):
                break
        return Plan(plan.start, plan.room, plan.score, self.rounds)

    def _ladder(self, how: Schedule, spent: Callable[[], float], watch: Watch) -> Plan | None:
        """Return the best plan of a search of many heats, or None where rooms are too few to begin one."""
        hottest, coldest = how.heats
        many = Ladder(self.problem, self.seed, coldest=coldest, hottest=hottest, heats=how.ladder)
        if not many.placed:
            return None
        plan, points = many.plan(self.rounds), int(many.best[0])
        while spent() < how.first:
            many.run(max(1, CHUNK * LADDER_STEPS_A_ROUND // (STEPS * how.ladder)))
            self.rounds += CHUNK
            if many.best[0] < points:
                plan, points = many.plan(self.rounds), int(many.best[0])
            if not watch(plan.score):
                break
        return plan

    def _seed(self) -> int:
        return (self.seed * 7919 + self.rounds * 31) % 2**31

    def _cycle(
        self,
        start: Ints,
        room: Ints,
        hot: float,
        how: Schedule,
        part: tuple[float, float],
        spent: Callable[[], float],
        watch: Watch,
    ) -> Plan:
        problem = self.problem
        hard, medium, soft = score(problem, start, room)
        points = -hard * reinsertion.HARD - medium * reinsertion.MEDIUM - soft
        tally = np.array([points, points], dtype=np.int64)
        best_start, best_room = start.copy(), room.copy()
        while (through := (spent() - part[0]) / part[1]) < 1.0:
            heat = hot * (how.cold / hot) ** through
            reinsertion.rebuild(
                CHUNK, heat, heat * 0.999999, self._seed(), start, room, best_start, best_room, tally, problem.length,
                self.size, self.fits, self.waste, self.waste_of, self.day_end, self.search.longest, self.per_grain,
                self.shared, how.reach, how.warmth,
            )  # fmt: skip
            self.rounds += CHUNK
            if self.rounds % (CHUNK * 50) == 0 and not watch(score(problem, best_start, best_room)):
                break
        return Plan(best_start, best_room, score(problem, best_start, best_room), self.rounds)
