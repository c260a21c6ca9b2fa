"""A linear program with many cuts over every run that could matter, entered from a list as they price out.

Cuts over a list cost nothing in pricing, so they may be many; runs whose reduced cost is above the gap are dropped
(Baldacci, Christofides and Mingozzi, Mathematical Programming 115(2), 2008). Every value stated is that of the prices
themselves, checked against every run of the list: a linear program stopped half way proves no more than that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.routes.columns import Cut, Pool
from optimiser.routes.pacing import Allowance
from optimiser.routes.search.arrays import Flags, Floats, Ints

MARGIN = 1.0
"""Pence added to the gap when runs are dropped, far more than any rounding of the prices."""
ENTER = 400
"""The most runs that enter the linear program at a time."""
HELD = 2500
"""When more runs than this are in the linear program, only the better half of them stay."""
ANY = -1
"""In a count: runs of any option."""

Used = Sequence[tuple[tuple[int, ...], float]]


@dataclass(frozen=True)
class Count:
    """At most (``least`` at least) so many runs of an option, or of any."""

    option: int
    least: bool
    number: int


@dataclass(frozen=True)
class Node:
    """A part of all choices: which runs (rows of the list) it may hold, how many of each option, and its floor."""

    runs: Ints
    counts: tuple[Count, ...]
    floor: float


@dataclass(frozen=True)
class Solved:
    """A node with its floor and the runs that still could matter, and how much its linear program uses of which runs.

    ``reduced`` holds the reduced costs of the node's runs. ``ended`` unless time ran out while runs priced out.
    """

    node: Node
    reduced: Floats
    runs: Ints
    share: Floats
    ended: bool


class Program:
    """The listed runs, the cuts, and the linear program over some of them and the cuts that bind."""

    def __init__(self, pool: Pool, penalty: Floats, cuts: Sequence[Cut], allowed: Allowance) -> None:
        self.penalty, self.allowed, self.n = penalty, allowed, len(penalty)
        self.cost, self.option = pool.cost, pool.option
        self.inside: Flags = pool.aboard(self.n)
        self._each = csr_matrix(self.inside.astype(np.float64))
        self.cuts: list[Cut] = []
        self.met: list[Flags] = []
        self.active: list[int] = []
        self.add(cuts)
        size = np.maximum(1, self.inside.sum(axis=1))
        self.entered: Ints = np.sort(np.argsort(self.cost / size, kind="stable")[: 4 * ENTER])

    def add(self, cuts: Sequence[Cut]) -> None:
        """Add cuts: of any three children, at most one run carries two of them."""
        for cut in cuts:
            self.active.append(len(self.cuts))
            self.cuts.append(cut)
            self.met.append(self.inside[:, np.array(cut)].sum(axis=1) >= 2)

    def solve(self, node: Node, cutoff: float) -> Solved:
        """Solve a node, entering runs of the list as they price out; drop those that no plan below ``cutoff`` holds."""
        mine = np.zeros(len(self.cost), np.bool_)
        mine[node.runs] = True
        floor = node.floor
        while True:
            limits = self.allowed.limits()
            entered = self.entered[mine[self.entered]]
            prices = None if limits is None else self._linear(entered, node.counts, cutoff, limits)
            if prices is None:
                none = np.zeros(0)
                return Solved(replace(node, floor=floor), none, np.zeros(0, np.int64), none, False)
            value, reduced, share, charged = prices
            left = reduced[node.runs]
            # No plan has more runs than children, and each has at worst the least reduced cost of any.
            floor = max(floor, value + self.n * min(0.0, float(left.min(initial=0.0))))
            fresh = node.runs[left < -1e-6]
            if len(fresh) and floor < cutoff:
                best = fresh[np.argsort(reduced[fresh], kind="stable")[:ENTER]]
                self.entered = np.union1d(self.entered, best)
                continue
            broken = self._broken(entered, share) if floor < cutoff else []
            if broken:
                self.active += broken
                continue
            self.active = [j for j, each in zip(self.active, charged, strict=True) if each > 0]
            if len(self.entered) > HELD:
                order = np.argsort(reduced[self.entered], kind="stable")
                self.entered = np.sort(self.entered[order[: HELD // 2]])
            kept = node.runs[left <= cutoff - value + MARGIN] if not len(fresh) else node.runs
            return Solved(Node(kept, node.counts, floor), reduced[kept], entered, share, True)

    def _linear(
        self, entered: Ints, counts: Sequence[Count], cutoff: float, limits: Limits
    ) -> tuple[float, Floats, Floats, Floats] | None:
        """Return the value of the prices, every run's reduced cost, the use of each entered run, the cuts' prices."""
        answer = self.model(entered, counts, cutoff, whole=False).solve(limits, relax=True)
        if answer.status is not Status.OPTIMAL or answer.row_duals is None or answer.values is None:
            return None
        child = np.minimum(answer.row_duals[: self.n], self.penalty)
        cut = np.maximum(0.0, -answer.row_duals[self.n : self.n + len(self.active)])
        value = float(child.sum() - cut.sum())
        reduced = self.cost - self._each @ child
        for j, each in zip(self.active, cut, strict=True):
            if each > 0:
                reduced[self.met[j]] += each
        for count, dual in zip(counts, answer.row_duals[self.n + len(self.active) :], strict=True):
            # What a count may earn is bounded by the price of not keeping it.
            price = min(max(0.0, float(dual)), cutoff) if count.least else min(0.0, float(dual))
            value += price * count.number
            reduced[self._of(count)] -= price
        return value, reduced, answer.values[self.n : self.n + len(entered)], cut

    def _broken(self, entered: Ints, share: Floats) -> list[int]:
        """The cuts that are left out of the linear program and that its solution breaks."""
        used = share > 1e-6
        runs, by = entered[used], share[used]
        out = set(range(len(self.cuts))) - set(self.active)
        return [j for j in sorted(out) if float(by[self.met[j][runs]].sum()) > 1 + 1e-6]

    def _of(self, count: Count) -> Flags:
        every: Flags = np.ones(len(self.cost), np.bool_) if count.option == ANY else self.option == count.option
        return every

    def model(self, runs: Ints, counts: Sequence[Count], cutoff: float, *, whole: bool) -> LinearModel:
        """Return the model over some runs: each child once, the cuts and the counts, a count not kept at a price."""
        model = LinearModel()
        top = 1.0 if whole else math.inf
        rows = [[model.variable(cost=float(each), upper=top, whole=whole)] for each in self.penalty]
        for cost in self.cost[runs].tolist():
            model.variable(cost=cost, upper=top, whole=whole)
        for c in range(self.n):
            rows[c] += (np.flatnonzero(self.inside[runs, c]) + self.n).tolist()
        for row in rows:
            model.row(row, lower=1.0, upper=1.0)
        for j in self.active:
            model.row((np.flatnonzero(self.met[j][runs]) + self.n).tolist(), upper=1.0)
        for count in counts:
            row = (np.flatnonzero(self._of(count)[runs]) + self.n).tolist()
            if count.least:
                short = model.variable(cost=cutoff, upper=math.inf, whole=False)
                model.row([*row, short], lower=float(count.number))
            else:
                model.row(row, upper=float(count.number))
        return model

    def used(self, solved: Solved) -> Used:
        """Return the children of the runs that a solution uses and by how much."""
        at = np.flatnonzero(solved.share > 1e-6)
        return [
            (tuple(int(c) for c in np.flatnonzero(self.inside[solved.runs[k]])), float(solved.share[k])) for k in at
        ]


def new_cuts(runs: Used, n: int, known: Sequence[Cut], most: int) -> list[Cut]:
    """Return the most violated cuts: of any three children, at most one run carries two of them.

    ``runs`` are the children of the runs used and by how much; ``n`` is how many children there are.
    """
    inside = np.zeros((n, len(runs)))
    for at, (run, _) in enumerate(runs):
        inside[list(set(run)), at] = 1.0
    share = np.array([x for _, x in runs])
    pairs = (inside * share) @ inside.T
    found: list[tuple[float, Cut]] = []
    for i in range(n):
        three = (inside * (share * inside[i])) @ inside.T
        over = pairs[i][:, None] + pairs[i][None, :] + pairs - 2 * three - 1.0
        for j, k in np.argwhere(np.triu(over, 1) > 0.05):
            if i < j:
                found.append((-float(over[j, k]), (i, int(j), int(k))))
    old = set(known)
    fresh: list[Cut] = []
    uses = np.zeros(n, np.int64)
    for _, cut in sorted(found):
        if cut not in old and len(fresh) < most and all(uses[c] < 4 for c in cut):
            fresh.append(cut)
            for c in cut:
                uses[c] += 1
    return fresh
