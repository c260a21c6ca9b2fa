"""Choose the best of every run that could matter: a linear program with many cuts over the listed runs, then HiGHS.

A plan cheaper than the one known holds only listed runs, so a floor under every choice among them, or the known plan's
cost where that is less, is a floor under every plan. Cuts over a list cost nothing in pricing, so they may be many;
each time the floor rises, runs whose reduced cost is above the new gap are dropped (Baldacci, Christofides and
Mingozzi, Mathematical Programming 115(2), 2008). Every value stated is that of the prices themselves, checked against
every run of the list.
"""

import math
from collections.abc import Sequence

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.routes.columns import Cut, Pool
from optimiser.routes.pacing import Allowance
from optimiser.routes.search.arrays import Floats, Ints

MARGIN = 1.0
"""Pence added to the gap when runs are dropped, far more than any rounding of the prices."""
FEW = 1500
"""Runs few enough to be handed to branch and bound at once."""
MANY = 12_000
"""Runs too many to be handed to branch and bound, which would not end in time."""
MOST_CUTS = 400
ENTER = 400
"""The most runs that enter the linear program at a time."""
STALLED = 0.01
"""Cutting ends when three rounds close less than this share of the gap."""
CHOOSING = 0.6
"""The share of the time left that branch and bound is given, since it looks at the clock only now and then."""


def choose(
    pool: Pool, penalty: Floats, worth: float, cuts: Sequence[Cut], nodes: int, allowed: Allowance
) -> tuple[float, tuple[int, ...]]:
    """Return a floor under every plan and the runs (rows of the pool) of one cheaper than ``worth`` when it is found.

    ``worth`` is the cost of a known plan, pence; every run that a cheaper one could hold is in the pool. ``penalty`` is
    the price of leaving each child out. The floor is nought when there was no time to prove any.
    """
    listed = _List(pool, penalty, worth, list(cuts), allowed)
    listed.tighten()
    floor = min(listed.floor, worth)
    limits = allowed.limits(part=CHOOSING, work=nodes)
    if limits is None or listed.floor >= worth or not (listed.solved and len(listed.alive) <= MANY):
        return floor, ()
    proved, chosen = listed.choose(limits)
    return max(floor, min(proved, worth)), chosen


class _List:
    """The listed runs that still could matter, the cuts, and the linear program over some of them."""

    def __init__(self, pool: Pool, penalty: Floats, worth: float, cuts: list[Cut], allowed: Allowance) -> None:
        self.penalty, self.worth, self.cuts, self.allowed = penalty, worth, cuts, allowed
        self.n = len(penalty)
        self.inside = pool.aboard(self.n)
        self.cost = pool.cost
        self.alive: Ints = np.arange(len(pool.cost))
        self.floor, self.solved = 0.0, False
        size = np.maximum(1, self.inside.sum(axis=1))
        self.begun = np.argsort(self.cost / size, kind="stable")[: 4 * ENTER]
        self.entered: Ints = self.begun

    def tighten(self) -> None:
        """Solve, drop and cut until the list is short, the cuts stall, or the time is gone."""
        recent: list[float] = []
        while not self.allowed.over():
            used = self._price_out()
            if used is None:
                return
            self.solved = True
            recent.append(self.floor)
            gap = self.worth - self.floor
            if gap <= 0 or len(self.alive) <= FEW:
                return
            if len(recent) > 3 and recent[-1] - recent[-4] < STALLED * gap:
                return
            fresh = new_cuts(used, self.n, self.cuts, min(30, MOST_CUTS - len(self.cuts)))
            if not fresh:
                return
            self.cuts += fresh

    def _price_out(self) -> list[tuple[tuple[int, ...], float]] | None:
        """Solve over the whole list, entering runs as they price out; return the runs used and by how much."""
        met = self._met(self.alive)
        while True:
            limits = self.allowed.limits()
            solved = None if limits is None else self._linear(limits)
            if solved is None:
                return None
            child, cut, used = solved
            reduced = self.cost[self.alive] - self.inside[self.alive] @ child + met @ cut
            self._state(float(child.sum() - cut.sum()), reduced)
            fresh = np.flatnonzero(reduced < -1e-6)
            if not len(fresh):
                keep = reduced <= self.worth - self.floor + MARGIN
                self.alive = self.alive[keep]
                self.entered = self.entered[np.isin(self.entered, self.alive)]
                return used
            best = fresh[np.argsort(reduced[fresh], kind="stable")[:ENTER]]
            self.entered = np.union1d(self.entered, self.alive[best])

    def _state(self, value: float, reduced: Floats) -> None:
        """Keep the value of the prices when it is a floor: no more runs than children, each at worst the least."""
        least = min(0.0, float(reduced.min(initial=0.0)))
        self.floor = max(self.floor, value + self.n * least)

    def _met(self, runs: Ints) -> Floats:
        """How often each run meets each cut."""
        met = np.zeros((len(runs), len(self.cuts)))
        for j, cut in enumerate(self.cuts):
            met[:, j] = self.inside[np.ix_(runs, np.array(cut))].sum(axis=1) // 2
        return met

    def _model(self, runs: Ints, *, whole: bool) -> LinearModel:
        model = LinearModel()
        top = 1.0 if whole else math.inf
        rows = [[model.variable(cost=float(each), upper=top, whole=whole)] for each in self.penalty]
        met = self._met(runs)
        in_cut: list[list[int]] = [[] for _ in self.cuts]
        for run, hits in zip(runs, met, strict=True):
            at = model.variable(cost=float(self.cost[run]), upper=top, whole=whole)
            for c in np.flatnonzero(self.inside[run]):
                rows[c].append(at)
            for j in np.flatnonzero(hits):
                in_cut[j].append(at)
        for row in rows:
            model.row(row, lower=1.0, upper=1.0)
        for in_one in in_cut:
            model.row(in_one, upper=1.0)
        return model

    def _linear(self, limits: Limits) -> tuple[Floats, Floats, list[tuple[tuple[int, ...], float]]] | None:
        """Return the prices of children and cuts over the runs entered, and the runs used; None when out of time."""
        answer = self._model(self.entered, whole=False).solve(limits, relax=True)
        if answer.status is not Status.OPTIMAL or answer.row_duals is None or answer.values is None:
            return None
        child = np.minimum(answer.row_duals[: self.n], self.penalty)
        shares = answer.values[self.n :]
        used = [
            (tuple(int(c) for c in np.flatnonzero(self.inside[self.entered[at]])), float(shares[at]))
            for at in np.flatnonzero(shares > 1e-6)
        ]
        return child, np.maximum(0.0, -answer.row_duals[self.n :]), used

    def choose(self, limits: Limits) -> tuple[float, tuple[int, ...]]:
        """Return what branch and bound proves over the runs left, and the runs of a cheaper plan it finds."""
        answer = self._model(self.alive, whole=True).solve(limits)
        floor = 0.0 if answer.bound is None else answer.bound
        if answer.values is None or answer.objective is None or answer.objective >= self.worth - 1:
            return floor, ()
        return floor, tuple(int(run) for run in self.alive[answer.values[self.n :] > 0.5])


def new_cuts(runs: Sequence[tuple[tuple[int, ...], float]], n: int, known: Sequence[Cut], most: int) -> list[Cut]:
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
