"""Everything about one school's runs that does not change with the prices: what pricing works on, and its columns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimiser.routes.completing import empty_tables, fill, slice_of_time
from optimiser.routes.pacing import Allowance
from optimiser.routes.pricing import EVERY_DAY, HOURS, MORE, SLOT, can_ride, price_runs
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
    Flags,
    Floats,
    Instance,
    Ints,
)
from optimiser.routes.search.single import Task

ROUNDING = 1.0
"""Pence a run by which rounding its mileage and its hire could lower what is charged."""

LABELS = 2_000_000
MOST_LABELS = 800_000
"""The most labels of an option when every run is listed."""
MOST_RUNS = 300_000
ROWS = 4096
"""Rows of labels for each visit when every run is listed, so that few are compared."""
LOOK = 10_000_000
"""Labels compared between two looks at the clock: about a tenth of a second."""
EXTRA = 40
"""The most runs that an option adds in a round besides the best of each last visit."""
QUITE_BELOW = -1e-7
EVERYBODY = np.uint64(2**64 - 1)
Bits = npt.NDArray[np.uint64]
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


@dataclass(frozen=True)
class Priced:
    """The least reduced cost of any run, what divides the prices to make them feasible for all, how many are new."""

    least: float
    by: float
    fresh: int


@dataclass(frozen=True)
class Pool:
    """Runs with no child twice: children as bits (runs, 2), costs, visits outwards (filled up with -1) and options."""

    children: Bits
    cost: Floats
    visits: Ints
    option: Ints

    def aboard(self, n: int) -> Flags:
        """Return who is aboard each run, as flags (runs, n)."""
        bits = np.arange(n, dtype=np.uint64)
        return (self.children[:, bits // 64] >> (bits % np.uint64(64))) & np.uint64(1) != 0

    def run(self, at: int) -> tuple[int, ...]:
        """Return a run's visits."""
        return tuple(int(v) for v in self.visits[at] if v >= 0)


class Pricer:
    """Everything about a task's runs that does not change with the prices."""

    def __init__(self, task: Task, memory: int, allowed: Allowance) -> None:
        arrays = task.arrays
        n = len(task.children)
        self.allowed = allowed
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
        self.ints = np.zeros((LABELS, 10), np.int64)
        self.step = slice_of_time(arrays)
        self.tables = empty_tables(arrays, self.step)
        width = max(self.step, 30)
        self.line = np.zeros(int(arrays.visit[:, LATEST].max()) // width + 1, np.int64)
        self.cost, self.memory = np.zeros(LABELS), np.zeros((LABELS, 3), np.uint64)
        visits = len(arrays.visit)
        self._prices = Duals(np.zeros(n), np.zeros(0), ())
        self.cuts: tuple[Cut, ...] = ()
        self.hire, self.home, self.filled, self.labelled = 0.0, np.zeros(1), 0, 0
        self.best, self.who = np.zeros(visits), np.zeros(visits, np.int64)
        most = int((arrays.option[:, 0] + arrays.option[:, 1]).max())
        self.sorted = (most + 1) * HOURS
        self.heads = {rows: np.zeros((visits, rows), np.int64) for rows in (1, self.sorted, ROWS)}

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
                count = self._price(option, mode, duals, loose=True)
                if count > 0:
                    found += self._collect(columns, option, mode, count)
        return found

    def exact(self, columns: Columns, prices: Duals, slack: float = 0.0) -> "Priced | None":
        """Price every run, adding those that price out by more than a share ``slack`` of their hire.

        None when labels or time ran out: then nothing is proved. A run ending at a
        visit with reduced cost ``r`` costs at least its hire and the way home ``f``, so dividing by ``1 + |r| / f``
        makes its reduced cost nought or more; the largest such number serves for all. A run that is not sought has at
        least minus ``slack`` of its hire, so no less than ``1 + slack`` is answered.
        """
        least, by, fresh = 0.0, 1.0 + slack, 0
        for option in range(len(self.arrays.option)):
            for mode in range(len(self.modes)):
                count = self._price(option, mode, prices, loose=False, slack=slack)
                if count < 0:
                    return None
                floor = max(1.0, self.hire) + self.home[self.arrays.visit[:, PLACE]]
                least = min(least, float(self.best.min()))
                by = max(by, float((1.0 + np.maximum(0.0, -self.best) / floor).max()))
                fresh += self._collect(columns, option, mode, count)
        return Priced(least, by, fresh)

    def every_run(self, prices: Duals, most: float) -> Pool | None:
        """Return every run with no child twice whose reduced cost is at most ``most``, the cheapest for its children.

        None when there are more than can be listed, or no time to list them all.
        """
        if not self.step:
            return None
        parts: list[Pool] = []
        self.labelled = 0
        for option in range(len(self.arrays.option)):
            for mode in range(len(self.modes)):
                count = self._price(option, mode, prices, loose=False, most=most)
                if count < 0:
                    return None
                self.labelled = max(self.labelled, count)
                labels = np.flatnonzero((self.ints[:count, 8] != 0) & (self._ended(count) <= most))
                labels = labels[self._whole(labels)]
                if len(labels) > MOST_RUNS:
                    return None
                parts.append(self._pool(labels, option))
        width = max(part.visits.shape[1] for part in parts)
        visits = [np.pad(p.visits, ((0, 0), (0, width - p.visits.shape[1])), constant_values=-1) for p in parts]
        kids, cost = np.concatenate([p.children for p in parts]), np.concatenate([p.cost for p in parts])
        order = np.lexsort((cost, kids[:, 1], kids[:, 0]))
        fresh = np.ones(len(order), np.bool_)
        fresh[1:] = (kids[order[1:]] != kids[order[:-1]]).any(axis=1)
        kept = order[fresh]
        if len(kept) > MOST_RUNS:
            return None
        option_of = np.concatenate([p.option for p in parts])
        return Pool(kids[kept], cost[kept], np.concatenate(visits)[kept], option_of[kept])

    def _whole(self, labels: Ints) -> Flags:
        """Whether everyone of each group with a child aboard is aboard."""
        whole = np.ones(len(labels), np.bool_)
        for group in self.company:
            met = self.memory[labels, :2] & group
            whole &= (met == 0).all(axis=1) | (met == group).all(axis=1)
        return whole

    def _ended(self, count: int) -> Floats:
        """The reduced cost of ending at each label."""
        ended: Floats = self.cost[:count] + self.hire + self.home[self.arrays.visit[self.ints[:count, 0], PLACE]]
        return ended

    def _pool(self, labels: Ints, option: int) -> Pool:
        """The runs of labels whose memory holds all of their children."""
        kids = self.memory[labels, :2].copy()
        back, at = [], labels
        while (at >= 0).any():
            back.append(np.where(at >= 0, self.ints[at, 0], -1))
            at = np.where(at >= 0, self.ints[at, 6], -1)
        visits = np.array(back, np.int64).reshape(len(back), len(labels)).T[:, ::-1]
        cost = self._ended(self.filled)[labels]
        met = np.where(visits >= 0, self._prices.child[self.arrays.visit[visits, OWNER]], 0.0)
        cost = cost + met.sum(axis=1)
        for cut, each in zip(self.cuts, self._prices.cut, strict=False):
            met_of_cut = sum((kids & self.first[c]).any(axis=1).astype(np.int64) for c in cut)
            cost = cost - each * (met_of_cut // 2)
        return Pool(kids, cost, visits.astype(np.int16), np.full(len(labels), option))

    def _visits(self, label: int) -> tuple[int, ...]:
        """The visits of a label's run, outwards."""
        visits: list[int] = []
        while label >= 0:
            visits.append(int(self.ints[label, 0]))
            label = int(self.ints[label, 6])
        return tuple(visits[::-1])

    def _price(
        self, option: int, mode: int, prices: Duals, *, loose: bool, most: float | None = None, slack: float = 0.0
    ) -> int:
        """Grow the labels of an option; those of every run that ends at no more than ``most`` when it is given.

        Answers how many labels there are; below nought when they or the time ran out, so that nothing is proved.
        """
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
        self.hire, self.home = float(rates[0]), leg
        step = 0 if loose else self.step
        if self.allowed.over():
            return MORE
        if step:
            fill(
                arrays.seconds, arrays.metres, arrays.visit, arrays.child, prices.child, self._joint(prices), fits, leg,
                rates, room, step, *self.tables,
            )  # fmt: skip
        room_for = MOST_LABELS if listing else LABELS
        heads = self.heads[ROWS if listing else 1 if loose else self.sorted]
        done, count = np.array([-1, 0, 0]), MORE
        while count == MORE and not (done[SLOT] >= 0 and self.allowed.over()):
            count = price_runs(
                arrays.seconds, arrays.metres, arrays.visit, arrays.child, prices.child,
                np.full_like(self.near, EVERYBODY) if listing else self.near, self.first,
                self.clash, self.company, fits, leg, rates, room, odd, prices.cut, loose,
                np.full(2, EVERYBODY) if listing else np.bitwise_or.reduce(self.company, axis=0),
                min(QUITE_BELOW, -slack * max(1.0, self.hire)) if most is None else most, step, *self.tables, self.line,
                self.ints[:room_for], self.cost, self.memory, heads, self.best, self.who, done, LOOK,
            )  # fmt: skip
        self.filled = max(0, int(count))
        return int(count)

    def _joint(self, prices: Duals) -> Floats:
        """Half of what the cuts that two children are both in charge."""
        joint = np.zeros((len(prices.child), len(prices.child)))
        for cut, each in zip(self.cuts, prices.cut, strict=False):
            rows = np.array(cut)
            joint[np.ix_(rows, rows)] += each / 2
        return joint

    def _collect(self, columns: Columns, option: int, mode: int, count: int) -> int:
        """Add the best run of each last visit, and others that share few children with them; answer how many."""
        found = 0
        for label, worth in self._chosen(count):
            run = [int(self.arrays.visit[v, OWNER]) for v in self._visits(label)]
            key = (option * 2 + mode, tuple(run))
            cost = worth + sum(self._prices.child[c] for c in run) - self._charged(run)
            if key not in columns or cost < columns[key] - 1e-9:
                columns[key] = cost
                found += 1
        return found

    def _chosen(self, count: int) -> list[tuple[int, float]]:
        """The labels to add, with their reduced costs."""
        ends = [v for v in np.argsort(self.best)[:30] if self.best[v] < -1e-5]
        chosen = {int(self.who[v]): float(self.best[v]) for v in ends}
        if not chosen:
            return []
        ended = self._ended(count)
        labels = np.flatnonzero(ended < -1e-5)
        labels = labels[self._whole(labels)]
        labels = labels[np.argsort(ended[labels], kind="stable")]
        uses = np.zeros(len(self.task.children), np.int64)
        extra = 0
        for label in labels[: 10 * EXTRA]:
            run = [int(self.arrays.visit[v, OWNER]) for v in self._visits(int(label))]
            if int(label) not in chosen and uses[run].max() < 4:
                uses[run] += 1
                chosen[int(label)] = float(ended[label])
                extra += 1
                if extra == EXTRA:
                    break
        return list(chosen.items())

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
