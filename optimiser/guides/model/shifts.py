"""The pieces of a day that one guide can hold: a whole route, one half of it, or two runs on one vehicle."""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np

from optimiser.guides.costing import half_pay, left_out
from optimiser.guides.model.eligibility import Bools, Frame, Ints
from optimiser.guides.problem import Direction


@dataclass(frozen=True, slots=True)
class Shift:
    """Runs held together, as columns of the frame in order of time."""

    runs: tuple[int, ...]
    am: bool
    pm: bool


@dataclass(frozen=True, eq=False)
class Shifts:
    """Every shift of a problem with, for each guide, its price and whether they may hold it (guides by shifts)."""

    frame: Frame
    shifts: tuple[Shift, ...]

    @cached_property
    def cost(self) -> Ints:
        """Pence for each guide to hold each shift; pay of contract guides is no choice and not included."""
        return np.stack([self._price(shift) for shift in self.shifts], axis=1)

    @cached_property
    def able(self) -> Bools:
        """Whether each guide may hold each shift."""
        return np.stack([self._may(shift) for shift in self.shifts], axis=1)

    @cached_property
    def work(self) -> Ints:
        """Seconds aboard on each shift, shape (shifts,)."""
        return np.array([sum(self.frame.work[at] for at in shift.runs) for shift in self.shifts], dtype=np.int64)

    @cached_property
    def saving(self) -> Ints:
        """The price of leaving out all that each shift covers, shape (shifts,)."""
        problem = self.frame.problem
        return np.array(
            [sum(left_out(problem, self.frame.runs[at]) for at in shift.runs) for shift in self.shifts], dtype=np.int64
        )

    def halves(self, shift: Shift) -> list[tuple[int, ...]]:
        """Return the shift's runs by half of the day."""
        found: dict[Direction, list[int]] = {}
        for at in shift.runs:
            found.setdefault(self.frame.runs[at].direction, []).append(at)
        return [tuple(runs) for runs in found.values()]

    def _price(self, shift: Shift) -> Ints:
        frame, problem = self.frame, self.frame.problem
        total = frame.faces[:, list(shift.runs)].sum(axis=1)
        held = {frame.runs[at].id for at in shift.runs}
        for at in shift.runs:
            if any(other.id not in held for other in problem.partners(frame.runs[at])):
                total = total + problem.prices.split * len(frame.runs[at].stops)
        contract = np.array([guide.contract for guide in frame.guides], dtype=np.int64)
        for half in self.halves(shift):
            total = total + frame.getting[:, half[0]]
            for before, after in pairwise(half):
                ride = problem.travel.seconds_between(frame.runs[before].last_place, frame.runs[after].first_place)
                total = total + ride * problem.prices.own_travel // 60
            work = sum(int(frame.work[at]) for at in half)
            total = total + np.maximum(0, work - contract) * problem.prices.long_half // 60
            direction = frame.runs[half[0]].direction
            total = total + np.array([half_pay(guide, direction) for guide in frame.guides], dtype=np.int64)
        return total

    def _may(self, shift: Shift) -> Bools:
        frame = self.frame
        found = np.ones(len(frame.guides), dtype=bool)
        for half in self.halves(shift):
            found &= frame.able[:, half[0]]
            for at in half[1:]:
                found &= frame.lawful[:, at]
        most = np.array([guide.most_work for guide in frame.guides])
        return found & (sum(int(frame.work[at]) for at in shift.runs) <= most)


def enumerate_shifts(frame: Frame) -> Shifts:
    """Return every shift that the rule ``duty-shape`` allows and whose price is not the sum of its halves' prices.

    A half is one run, or two that one vehicle does in turn. A morning and an afternoon that share a route are one shift
    (their price has no split in it); any others can be held together as two shifts.
    """
    halves = _halves(frame)
    found = [*halves[Direction.AM], *halves[Direction.PM]]
    by_route: dict[str, list[tuple[int, ...]]] = {}
    for afternoon in halves[Direction.PM]:
        for route in _routes(frame, afternoon):
            by_route.setdefault(route, []).append(afternoon)
    for morning in halves[Direction.AM]:
        sharing = {afternoon for route in _routes(frame, morning) for afternoon in by_route.get(route, ())}
        found.extend(morning + afternoon for afternoon in sorted(sharing) if _in_order(frame, morning + afternoon))
    return Shifts(frame, tuple(_shift(frame, runs) for runs in found))


def _shift(frame: Frame, runs: tuple[int, ...]) -> Shift:
    directions = {frame.runs[at].direction for at in runs}
    return Shift(runs, Direction.AM in directions, Direction.PM in directions)


def _routes(frame: Frame, runs: tuple[int, ...]) -> set[str]:
    return {frame.runs[at].route or frame.runs[at].id for at in runs}


def _in_order(frame: Frame, runs: tuple[int, ...]) -> bool:
    return all(frame.runs[a].need_until <= frame.runs[b].need_from for a, b in pairwise(runs))


def _halves(frame: Frame) -> dict[Direction, list[tuple[int, ...]]]:
    """Return the runs of each half alone, and every two that one vehicle can do in turn."""
    found: dict[Direction, list[tuple[int, ...]]] = {Direction.AM: [], Direction.PM: []}
    by_vehicle: dict[tuple[str, Direction], list[int]] = {}
    for at, run in enumerate(frame.runs):
        found[run.direction].append((at,))
        if run.vehicle:
            by_vehicle.setdefault((run.vehicle, run.direction), []).append(at)
    for (_, direction), these in by_vehicle.items():
        these.sort(key=lambda at: (frame.runs[at].need_from, frame.runs[at].id))
        for a, b in combinations(these, 2):
            first, second = frame.runs[a], frame.runs[b]
            ride = frame.problem.travel.seconds_between(first.last_place, second.first_place)
            if first.need_until + ride <= second.need_from:
                found[direction].append((a, b))
    return found
