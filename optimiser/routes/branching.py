"""Choose the best of every run that could matter in whole numbers: branch and bound over the list, to a clock.

A plan cheaper than the one known holds only listed runs, so a floor under every choice among them, or the known plan's
cost where that is less, is a floor under every plan. A part of the choices is split by how many runs there are, of an
option or in all (hires are most of the cost), then by whether two children share a run (Ryan and Foster, 1981). The
floor is the least of the floors of the parts not yet done with, so it may be stated whenever the time is gone.
"""

import heapq
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimiser.routes.choosing import ANY, Count, Node, Program, Solved, new_cuts
from optimiser.routes.columns import Cut, Pool
from optimiser.routes.pacing import Allowance
from optimiser.routes.search.arrays import Floats, Ints

FEW = 1500
"""Runs few enough to be handed to HiGHS at once."""
MOST_CUTS = 300
STALLED = 0.01
"""Cutting ends when three rounds close less than this share of the gap."""
A_PART = 0.3
"""The share of the time left that HiGHS is given at a time, since it looks at the clock only now and then."""
WHOLE = 1e-5
A_COUNT = 0.05
"""How far from a whole number a count of runs must be for a part to be split by it."""
BETWEEN = 4
"""Parts taken by least floor, which raises the floor, between two dives to the bottom, which find plans."""
CLOSE = 0.5
"""Pence within which a floor is as good as the plan."""


def choose(
    pool: Pool, penalty: Floats, worth: float, cuts: Sequence[Cut], nodes: int, allowed: Allowance
) -> tuple[float, tuple[int, ...]]:
    """Return a floor under every plan and the runs (rows of the pool) of one cheaper than ``worth`` when it is found.

    ``worth`` is the cost of a known plan, pence; every run that a cheaper one could hold is in the pool. ``penalty`` is
    the price of leaving each child out. At most so many ``nodes`` are branched on. The floor is nought when there was
    no time to prove any.
    """
    tree = _Tree(Program(pool, penalty, cuts, allowed), worth, nodes)
    tree.grow(Node(np.arange(len(pool.cost)), (), 0.0))
    return tree.floor(), tree.chosen


class _Tree:
    """The parts of the choices not yet done with, lowest floor first, and the best plan so far."""

    def __init__(self, program: Program, worth: float, nodes: int) -> None:
        self.program, self.cutoff, self.nodes = program, worth, nodes
        self.chosen: tuple[int, ...] = ()
        self.open: list[tuple[float, int, Node]] = []
        self._made, self._since = 0, BETWEEN
        self._fresh: list[tuple[float, int, Node]] = []

    def floor(self) -> float:
        """Return the floor under every choice: of what is open, and of what was done with for being near the plan."""
        return min([self.cutoff - CLOSE, *(node.floor for _, _, node in self.open)])

    def grow(self, root: Node) -> None:
        """Branch until nothing is open, or the nodes or the time are used up; what is open then keeps its floor."""
        self._push(root)
        for at in range(self.nodes + 1):
            if not self.open or self.program.allowed.over():
                return
            node = self._next()
            solved = self._solve(node, 100 if at == 0 else 2)
            if not solved.ended:
                self._push(solved.node)
                return
            if solved.node.floor >= self.cutoff - CLOSE:
                continue
            if (np.abs(solved.share - np.round(solved.share)) < WHOLE).all():
                self._keep(solved.runs[solved.share > 0.5])
                continue
            solved = replace(solved, node=self._handed(solved, first=at == 0))
            parts = self._split(solved) if solved.node.floor < self.cutoff - CLOSE else []
            self._fresh = [self._push(part) for part in parts]

    def _next(self) -> Node:
        """Take the likelier of the two parts just made, so that plans are found early, or else that of least floor."""
        made, self._fresh = self._fresh, []
        self._since += 1
        if made and self._since > BETWEEN:
            entry = min(made)
            self.open.remove(entry)
            heapq.heapify(self.open)
            return entry[-1]
        if self._since > BETWEEN:
            self._since = 0
        return heapq.heappop(self.open)[-1]

    def _push(self, node: Node) -> tuple[float, int, Node]:
        self._made += 1
        entry = node.floor, self._made, node
        heapq.heappush(self.open, entry)
        return entry

    def _keep(self, runs: Ints) -> None:
        """Keep a plan when it is the best so far."""
        left_out = ~self.program.inside[runs].any(axis=0)
        cost = float(self.program.cost[runs].sum() + self.program.penalty[left_out].sum())
        if cost < self.cutoff - CLOSE:
            self.cutoff, self.chosen = cost, tuple(int(run) for run in runs)

    def _solve(self, node: Node, rounds: int) -> Solved:
        """Solve a part's linear program, cutting until the cuts stall, the part is done with, or time is gone."""
        floors: list[float] = []
        while True:
            solved = self.program.solve(node, self.cutoff)
            node = solved.node
            floors.append(node.floor)
            gap = self.cutoff - node.floor
            stalled = len(floors) > 3 and floors[-1] - floors[-4] < STALLED * gap
            if not solved.ended or gap <= CLOSE or stalled or len(floors) > rounds:
                return solved
            known = self.program.cuts
            fresh = new_cuts(self.program.used(solved), self.program.n, known, min(30, MOST_CUTS - len(known)))
            if not fresh:
                return solved
            self.program.add(fresh)

    def _handed(self, solved: Solved, *, first: bool) -> Node:
        """Hand a part to HiGHS when its runs are few; of the first part, if need be, only the likeliest runs."""
        node = solved.node
        few = len(node.runs) <= FEW
        limits = self.program.allowed.limits(part=A_PART, work=max(1, self.nodes))
        if limits is None or not (few or first):
            return node
        runs = node.runs[np.sort(np.argsort(solved.reduced, kind="stable")[:FEW])]
        answer = self.program.model(runs, node.counts, self.cutoff, whole=True).solve(limits)
        if answer.values is not None:
            self._keep(runs[answer.values[self.program.n : self.program.n + len(runs)] > 0.5])
        return replace(node, floor=max(node.floor, answer.bound)) if few and answer.bound is not None else node

    def _split(self, solved: Solved) -> Sequence[Node]:
        """Return the two parts that a part is split into; the part itself when there is nothing to split it by."""
        node, option = solved.node, self.program.option[solved.runs]
        sums = {ANY: float(solved.share.sum())}
        sums |= {int(each): float(solved.share[option == each].sum()) for each in np.unique(option)}
        apart = {each: abs(total - round(total)) for each, total in sums.items()}
        most = max(apart, key=lambda each: (apart[each], each == ANY))
        if apart[most] > A_COUNT:
            low = int(sums[most])
            counts = (Count(most, False, low), Count(most, True, low + 1))
            return [replace(node, counts=(*node.counts, count)) for count in counts]
        return self._parted(solved)

    def _parted(self, solved: Solved) -> Sequence[Node]:
        """Split by two children: on one run together, or never."""
        node, inside = solved.node, self.program.inside
        aboard = inside[solved.runs].astype(np.float64)
        pairs = np.triu((aboard * solved.share[:, None]).T @ aboard, 1)
        i, j = (int(each) for each in np.unravel_index(np.argmin(np.abs(pairs - 0.5)), pairs.shape))
        if not 1e-4 < pairs[i, j] < 1 - 1e-4:
            return [node]
        one, other = inside[node.runs, i], inside[node.runs, j]
        return [replace(node, runs=node.runs[one == other]), replace(node, runs=node.runs[~(one & other)])]
