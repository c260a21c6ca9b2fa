"""Who stands by, and where they live: chosen against drawn mornings, tested on mornings never seen."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.guides.absence import AbsenceModel
from optimiser.guides.model.eligibility import frame
from optimiser.guides.model.matching import augment, best_gain
from optimiser.guides.problem import GuidesProblem, Need
from optimiser.guides.solution import GuidesSolution

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Mornings:
    """Drawn mornings: for each, which routes lost their guide and which candidates are themselves well.

    ``edges`` (candidates, routes) says who can cover what; ``weight`` (routes,) is what covering is worth: 1, and 1 for
    each child, and 3 more for each child with a medical plan. ``lost`` (mornings, most lost) holds route numbers, -1
    for padding; ``well`` is (mornings, candidates).
    """

    candidates: tuple[str, ...]
    routes: tuple[str, ...]
    children: Ints
    weight: Ints
    edges: Bools
    lost: Ints
    well: Bools

    @cached_property
    def count(self) -> int:
        """How many mornings there are."""
        return int(self.lost.shape[0])


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One pool size: routes and children left uncovered a morning on unseen mornings with a 95 % interval, the same on
    the mornings chosen from, and the share of unseen mornings with nothing left.
    """

    size: int
    added: str
    uncovered: float
    low: float
    high: float
    children: float
    seen_uncovered: float
    mornings_covered: float


@dataclass(frozen=True)
class StandbyChoice:
    """Guides chosen in order of use, the mean worth covered a morning, a proved bound on it, and the status."""

    chosen: tuple[str, ...]
    value: float
    bound: float | None
    status: Status


def candidates(problem: GuidesProblem, solution: GuidesSolution) -> tuple[str, ...]:
    """Return guides at work with valid checks who hold no required run, and so could stand by."""
    busy = {each.guide for each in solution.assignments if problem.run[each.run].need is Need.REQUIRED}
    day = problem.day
    return tuple(
        guide.id
        for guide in problem.guides
        if guide.id not in busy
        and guide.id not in problem.absent
        and day.weekday() in guide.days
        and problem.required_checks <= guide.checks_on(day)
    )


def draw(
    problem: GuidesProblem,
    solution: GuidesSolution,
    model: AbsenceModel,
    *,
    mornings: int,
    seed: int,
    shared: bool = True,
) -> Mornings:
    """Return drawn mornings; with ``shared`` False a guide covers only routes of their own area."""
    arrays = frame(problem)
    able = tuple(candidates(problem, solution))
    routes, columns = [], []
    for route, runs in problem.routes.items():
        required = [run for run in runs if run.need is Need.REQUIRED and run.id in solution.holder]
        if required:
            routes.append(route)
            columns.append([arrays.run_column[run.id] for run in required])
    rows = [arrays.guide_row[guide] for guide in able]
    edges = np.zeros((len(able), len(routes)), dtype=np.bool_)
    for r, these in enumerate(columns):
        edges[:, r] = arrays.able[np.ix_(rows, these)].all(axis=1)
        if not shared:
            area = arrays.runs[these[0]].area
            edges[:, r] &= np.array([problem.guide[guide].area == area for guide in able], dtype=bool)
    everyone = tuple(guide.id for guide in problem.guides)
    away = model.draw(everyone, days=mornings, seed=seed, day=problem.day)
    place = {guide: at for at, guide in enumerate(everyone)}
    holders = [[place[solution.holder[arrays.runs[at].id]] for at in these] for these in columns]
    gone = (
        np.stack([away[:, sorted(set(h))].any(axis=1) for h in holders], axis=1)
        if holders
        else np.zeros((mornings, 0), bool)
    )
    most = int(gone.sum(axis=1).max(initial=1))
    lost = np.full((mornings, max(1, most)), -1, dtype=np.int64)
    for w in range(mornings):
        these_lost = np.flatnonzero(gone[w])
        lost[w, : len(these_lost)] = these_lost
    well = ~away[:, [place[guide] for guide in able]] if able else np.zeros((mornings, 0), dtype=np.bool_)
    children = np.array([max(len(arrays.runs[at].stops) for at in these) for these in columns], dtype=np.int64)
    medical = np.array([max(arrays.runs[at].medical for at in these) for these in columns], dtype=np.int64)
    return Mornings(able, tuple(routes), children, 1 + children + 3 * medical, edges, lost, np.ascontiguousarray(well))


def greedy(drawn: Mornings, *, size: int) -> StandbyChoice:
    """Return guides added one at a time by what each gains, lazily, since gains only ever fall (submodularity).

    The worth of a pool on one morning is a maximum-weight matching whose weights sit on the routes, so adding a guide
    adds at most one route: the heaviest that an alternating path reaches. The greedy pool is worth at least 1 - 1/e of
    the best (Nemhauser, Wolsey and Fisher 1978); the bound here is the usual one from the top gains left.
    """
    state = _State(drawn)
    heap = [(-state.gain(g), g) for g in range(len(drawn.candidates))]
    heapq.heapify(heap)
    chosen: list[int] = []
    total = 0
    fresh = dict.fromkeys(range(len(drawn.candidates)), 0)
    while heap and len(chosen) < size:
        worth, g = heapq.heappop(heap)
        if fresh[g] == len(chosen):
            if worth == 0:
                break
            total += state.add(g)
            chosen.append(g)
            continue
        fresh[g] = len(chosen)
        heapq.heappush(heap, (-state.gain(g), g))
    return StandbyChoice(tuple(drawn.candidates[g] for g in chosen), total / max(1, drawn.count), None, Status.FEASIBLE)


def exact(drawn: Mornings, *, size: int, limits: Limits | None = None, seed: int = 0) -> StandbyChoice:
    """Return the best pool of a size over the drawn mornings by a mixed-integer model, with a proved bound.

    One whole variable per candidate; covering is continuous, since the matching of a fixed pool is integral. Candidates
    that could cover the same routes on a morning are interchangeable there, so routes that few can cover bind.
    """
    model = LinearModel()
    share = 1 / max(1, drawn.count)
    stands = [model.variable() for _ in drawn.candidates]
    model.row(stands, upper=float(size))
    first = greedy(drawn, size=size)
    for w in range(drawn.count):
        uses: dict[int, list[int]] = {}
        for r in drawn.lost[w][drawn.lost[w] >= 0]:
            covers = []
            for g in np.flatnonzero(drawn.edges[:, r] & drawn.well[w]).tolist():
                covers.append(model.variable(cost=-share * float(drawn.weight[r]), whole=False))
                uses.setdefault(g, []).append(covers[-1])
            if covers:
                model.row(covers, upper=1.0)
        for g, theirs in uses.items():
            model.row([*theirs, stands[g]], [1.0] * len(theirs) + [-1.0], upper=0.0)
    answer = model.solve(limits, seed=seed)
    bound = None if answer.bound is None else -answer.bound
    if answer.values is None:
        return StandbyChoice(first.chosen, first.value, bound, Status.FEASIBLE)
    chosen = tuple(drawn.candidates[g] for g, at in enumerate(stands) if answer.values[at] > 0.5)
    value = worth(drawn, chosen)
    if value < first.value:
        return StandbyChoice(first.chosen, first.value, bound, Status.FEASIBLE)
    return StandbyChoice(chosen, value, bound, answer.status)


def worth(drawn: Mornings, chosen: Sequence[str]) -> float:
    """Return the mean worth that a pool covers a morning."""
    state = _State(drawn)
    place = {guide: g for g, guide in enumerate(drawn.candidates)}
    return sum(state.add(place[guide]) for guide in chosen) / max(1, drawn.count)


def curve(seen: Mornings, unseen: Mornings, *, sizes: Sequence[int]) -> tuple[CurvePoint, ...]:
    """Return the curve of pool size for pools grown on ``seen`` mornings and tested on ``unseen`` ones."""
    grown = greedy(seen, size=max(sizes, default=0)).chosen
    place = {guide: g for g, guide in enumerate(seen.candidates)}
    inside, outside = _State(seen), _State(unseen)
    found = []
    wanted = set(sizes)
    for size in range(len(grown) + 1):
        if size:
            inside.add(place[grown[size - 1]])
            outside.add(place[grown[size - 1]])
        if size not in wanted:
            continue
        left = outside.left()
        half = 1.96 * float(left.std(ddof=1)) / math.sqrt(unseen.count)
        mean = float(left.mean())
        children = float(outside.children_left().mean())
        added = grown[size - 1] if size else ""
        covered = float((left == 0).mean())
        found.append(
            CurvePoint(size, added, mean, mean - half, mean + half, children, float(inside.left().mean()), covered)
        )
    return tuple(found)


class _State:
    """The matching of a growing pool on every morning; arrays that the kernels change in place."""

    def __init__(self, drawn: Mornings) -> None:
        self.drawn = drawn
        self.holder = np.full(drawn.lost.shape, -1, dtype=np.int64)

    def gain(self, g: int) -> int:
        """Return what adding a candidate would gain over all mornings."""
        d = self.drawn
        return int(best_gain(g, d.edges, d.weight, d.lost, d.well, self.holder))

    def add(self, g: int) -> int:
        """Add a candidate and return what it gained."""
        d = self.drawn
        return int(augment(g, d.edges, d.weight, d.lost, d.well, self.holder))

    def left(self) -> Ints:
        """Return routes left uncovered on each morning."""
        return np.asarray(((self.drawn.lost >= 0) & (self.holder < 0)).sum(axis=1), dtype=np.int64)

    def children_left(self) -> Ints:
        """Return children left on each morning."""
        weights = np.append(self.drawn.children, 0)[self.drawn.lost]
        return np.asarray(np.where((self.drawn.lost >= 0) & (self.holder < 0), weights, 0).sum(axis=1), dtype=np.int64)


def warm() -> None:
    """Compile the matching kernels on one morning with one route."""
    one: Any = np.ones((1, 1), dtype=np.bool_)
    drawn = Mornings(("G",), ("R",), np.ones(1, np.int64), np.ones(1, np.int64), one, np.zeros((1, 1), np.int64), one)
    greedy(drawn, size=1)
