"""Everything about one school's runs that does not change with the prices: what pricing works on, and its columns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.routes.completing import empty_tables, fill, slice_of_time
from optimiser.routes.pricing import EVERY_DAY, can_ride, price_runs
from optimiser.routes.search.arrays import (
    FIXED,
    GUIDE_PRICE,
    LATEST,
    OWNER,
    PER_METRE,
    PER_SECOND,
    PLACE,
    WEEK,
    ZONE_CHARGE,
    Floats,
    Instance,
)
from optimiser.routes.search.single import Task

ROUNDING = 1.0
"""Pence a run by which rounding its mileage and its hire could lower what is charged."""

LABELS = 400_000
MOST_RUNS = 60_000
ROWS = 64
"""Rows of labels for each visit when every run is listed, so that few are compared."""
QUITE_BELOW = -1e-7
EVERYBODY = np.uint64(2**64 - 1)
Columns = dict[tuple[int, tuple[int, ...]], float]
Cut = tuple[int, int, int]


@dataclass(frozen=True)
class Duals:
    """The master's prices: of each child, and of each cut (nought or more, charged to the runs in it)."""

    child: Floats
    cut: Floats
    runs: tuple[tuple[tuple[int, ...], float], ...]

    @property
    def value(self) -> float:
        return float(self.child.sum() - self.cut.sum())

    def shrunk(self, by: float) -> "Duals":
        """Return these prices divided by a number, which makes them feasible for every run."""
        return Duals(self.child / by, self.cut / by, ())

    def blend(self, other: "Duals", share: float) -> "Duals":
        """Return these prices moved towards others by a share."""
        cut = np.zeros(max(len(self.cut), len(other.cut)))
        cut[: len(self.cut)] += (1 - share) * self.cut
        cut[: len(other.cut)] += share * other.cut
        return Duals((1 - share) * self.child + share * other.child, cut, ())


class Pricer:
    """Everything about a task's runs that does not change with the prices."""

    def __init__(self, task: Task, memory: int) -> None:
        arrays = task.arrays
        n = len(task.children)
        self.task, self.arrays = task, arrays
        self.first = np.zeros((n, 2), np.uint64)
        for c in range(n):
            self.first[c, c // 64] = np.uint64(1) << np.uint64(c % 64)
        self.near = np.zeros((n, 2), np.uint64)
        for c in range(n):
            for other in arrays.near[c][: memory + 1]:
                self.near[c] |= self.first[other]
        self._company(arrays, n)
        part = arrays.child[:n, WEEK] != EVERY_DAY
        self.modes = [(1.0, np.ones(n, np.bool_))]
        if part.any():
            days = min(int(week).bit_count() for week in arrays.child[:n, WEEK])
            self.modes.append((days / 5, part))
        share = self.modes[-1][0] if part.any() else 1.0
        self.cheapest = max(1.0, float(arrays.price[:, FIXED].min()) * share - ROUNDING)
        self.ints = np.zeros((LABELS, 10), np.int64)
        self.step = slice_of_time(arrays)
        self.tables = empty_tables(arrays, self.step)
        width = max(self.step, 30)
        self.line = np.zeros(int(arrays.visit[:, LATEST].max()) // width + 1, np.int64)
        self.cost, self.memory = np.zeros(LABELS), np.zeros((LABELS, 3), np.uint64)
        visits = len(arrays.visit)
        self._prices = Duals(np.zeros(n), np.zeros(0), ())
        self.cuts: tuple[Cut, ...] = ()
        self.ended = np.zeros(0)
        self.head, self.best, self.who = np.zeros(visits, np.int64), np.zeros(visits), np.zeros(visits, np.int64)

    def _company(self, arrays: Instance, n: int) -> None:
        """Work out whom nobody's memory may lose: children kept apart, and those who must ride together."""
        self.clash = self.first.copy()
        for c in range(n):
            for other in np.flatnonzero(arrays.apart[c]):
                self.clash[c] |= self.first[other]
        sizes = np.diff(arrays.group_first)
        groups = [arrays.members[arrays.group_first[g] : arrays.group_first[g + 1]] for g in np.flatnonzero(sizes > 1)]
        self.groups = [frozenset(int(c) for c in group) for group in groups]
        self.company = np.zeros((len(groups), 2), np.uint64)
        for g, group in enumerate(groups):
            self.company[g] = np.bitwise_or.reduce(self.first[group], axis=0)
        marked = [*np.flatnonzero(arrays.apart.any(axis=1)), *(c for group in groups for c in group)]
        for c in marked:
            self.near |= self.first[c]

    def quick(self, columns: Columns, duals: Duals) -> int:
        """Add runs that price out, found by labels compared on cost and time alone; answer how many."""
        found = 0
        for option in range(len(self.arrays.option)):
            for mode in range(len(self.modes)):
                if self._price(option, mode, duals, loose=True) > 0:
                    found += self._collect(columns, option, mode)
        return found

    def exact(self, columns: Columns, prices: Duals) -> float | None:
        """Return the least reduced cost of any run (None when labels ran out), adding those that price out."""
        least = 0.0
        for option in range(len(self.arrays.option)):
            for mode in range(len(self.modes)):
                if self._price(option, mode, prices, loose=False) < 0:
                    return None
                least = min(least, float(self.best.min()))
                self._collect(columns, option, mode)
        return least

    def every_run(self, prices: Duals, most: float) -> dict[frozenset[int], tuple[float, tuple[int, ...]]] | None:
        """Return every run with no child twice whose reduced cost is at most ``most``: cost and visits, by children.

        The cheapest for each set of children. None when there are more than can be listed.
        """
        if not self.step:
            return None
        found: dict[frozenset[int], tuple[float, tuple[int, ...]]] = {}
        for option in range(len(self.arrays.option)):
            for mode in range(len(self.modes)):
                count = self._price(option, mode, prices, loose=False, most=most)
                if count < 0:
                    return None
                labels = np.flatnonzero((self.ints[:count, 8] != 0) & (self.ended[:count] <= most))
                if len(labels) > MOST_RUNS:
                    return None
                for label in labels:
                    visits = self._visits(int(label))
                    run = [int(self.arrays.visit[v, OWNER]) for v in visits]
                    kids = frozenset(run)
                    if any(group & kids and not group <= kids for group in self.groups):
                        continue
                    cost = float(self.ended[label]) + float(prices.child[run].sum()) - self._charged(run)
                    if kids not in found or cost < found[kids][0]:
                        found[kids] = (cost, visits)
        return found if len(found) <= MOST_RUNS else None

    def _visits(self, label: int) -> tuple[int, ...]:
        """The visits of a label's run, outwards."""
        visits: list[int] = []
        while label >= 0:
            visits.append(int(self.ints[label, 0]))
            label = int(self.ints[label, 6])
        return tuple(visits[::-1])

    def _price(self, option: int, mode: int, prices: Duals, *, loose: bool, most: float | None = None) -> int:
        """Grow the labels of an option; those of every run that ends at no more than ``most`` when it is given."""
        arrays = self.arrays
        self._prices = prices
        listing = most is not None
        odd = np.zeros(len(self.task.children), np.uint64)
        for j, cut in enumerate(self.cuts[: len(prices.cut)]):
            for c in cut:
                odd[c] |= np.uint64(1) << np.uint64(j)
        share, wanted = self.modes[mode]
        money = arrays.price[option] * share
        rates = np.array(
            [
                money[FIXED] - ROUNDING,
                money[PER_METRE],
                money[PER_SECOND],
                arrays.prices[GUIDE_PRICE] * share,
                money[ZONE_CHARGE],
            ]
        )
        fits = np.ascontiguousarray(can_ride(arrays, option) & wanted)
        leg, room = arrays.leg[option] * share, arrays.option[option, :2].copy()
        step = 0 if loose else self.step
        if step:
            fill(
                arrays.seconds, arrays.metres, arrays.visit, arrays.child, prices.child, fits, leg, rates, room,
                step, *self.tables,
            )  # fmt: skip
        count = int(
            price_runs(
                arrays.seconds, arrays.metres, arrays.visit, arrays.child, prices.child,
                np.full_like(self.near, EVERYBODY) if listing else self.near, self.first,
                self.clash, self.company, fits, leg, rates, room, odd, prices.cut, loose,
                np.full(2, EVERYBODY) if listing else np.bitwise_or.reduce(self.company, axis=0),
                QUITE_BELOW if most is None else most, step, *self.tables, self.line,
                self.ints, self.cost, self.memory, np.zeros(len(self.best) * ROWS, np.int64) if listing else self.head,
                self.best, self.who,
            )
        )  # fmt: skip
        if listing and count > 0:
            at = arrays.visit[self.ints[:count, 0], PLACE]
            self.ended = self.cost[:count] + rates[0] + leg[at]
        return count

    def _collect(self, columns: Columns, option: int, mode: int) -> int:
        found = 0
        for visit in np.argsort(self.best)[:30]:
            if self.best[visit] > -1e-5:
                break
            run = [int(self.arrays.visit[v, OWNER]) for v in self._visits(int(self.who[visit]))]
            key = (option * 2 + mode, tuple(run))
            worth = float(self.best[visit]) + sum(self._prices.child[c] for c in run) - self._charged(run)
            if key not in columns or worth < columns[key] - 1e-9:
                columns[key] = worth
                found += 1
        return found

    def _charged(self, run: Sequence[int]) -> float:
        """What the cuts charged a run."""
        charges = zip(self.cuts, self._prices.cut, strict=False)
        return float(sum(each * (sum(run.count(c) for c in cut) // 2) for cut, each in charges))

    def add_run(self, columns: Columns, run: tuple[int, ...]) -> None:
        """Add a known run with the cheapest option that can carry it; one that cannot be carried is left out."""
        alone = np.zeros(len(self.task.children))
        alone[list(run)] = 1e7
        for option in range(len(self.arrays.option)):
            wanted = np.zeros(len(alone), np.bool_)
            wanted[list(run)] = True
            share, everyone = self.modes[0]
            self.modes[0] = (share, wanted)
            self._price(option, 0, Duals(alone, np.zeros(0), ()), loose=True)
            self.modes[0] = (share, everyone)
            self._keep_whole(columns, option, run)

    def _keep_whole(self, columns: Columns, option: int, run: tuple[int, ...]) -> None:
        for visit in np.argsort(self.best):
            label = int(self.who[visit])
            if label < 0 or not math.isfinite(self.best[visit]):
                return
            seen = [int(self.arrays.visit[v, OWNER]) for v in self._visits(label)]
            if sorted(seen) == sorted(run):
                columns[(option * 2, tuple(seen))] = float(self.best[visit]) + 1e7 * len(seen)
                return
