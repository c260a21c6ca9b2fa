"""Pickups and deliveries with ride limits: ruin and recreate for mixed loads, dial-a-ride and the public benchmarks.

How to use it for a mixed-load neighbourhood of schools, in the morning: one request a child, pickup at home, delivery
at school. Give every delivery at one school the same ``merge`` group (so that several children get off in one visit),
``setup`` for the visit and ``service`` for each child getting off; ``ride`` is counted from the start of service at
the pickup to the start of service at the delivery. Kinds of vehicle are classes and layouts: with cumulative
dimensions of ``cap`` (all seats; wheelchair spaces; ...). ``apart`` says who may not share a run (incompatible pairs,
schools not opted in, sole transport); ``allowed`` which kinds may carry whom. ``start`` takes the single-school runs,
so that the answer is never dearer than they are. In the afternoon swap the ends: pickup at school, delivery at home.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimiser.routes.search import paired_anneal
from optimiser.routes.search.paired_arrays import Data, Room, State

Clock = Callable[[], float]
Watch = Callable[[float, float], bool]
"""Told the share done and the best cost so far; answering False stops the search."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Vehicles of one kind: how many, from and to which location, what they carry, cost and may work."""

    start: int
    end: int
    cap: tuple[float, ...]
    count: int
    fixed: float = 0.0
    per_dist: float = 1.0
    duration: float = math.inf
    open: float = 0.0
    close: float = 1e15


@dataclass(frozen=True, kw_only=True)
class Requests:
    """Rides as arrays of length n; the pickup of ride ``i`` is node ``i``, its delivery node ``n + i``.

    ``pickup`` and ``delivery`` are rows of the travel arrays; ``delivery`` is -1 for a single visit. Windows, service
    and setup are (pickup, delivery) pairs of arrays in the unit of the travel times. ``demand`` has shape (n, D).
    ``merge`` groups deliveries (or, for the second array, pickups) that one visit can serve.
    """

    pickup: Any
    delivery: Any
    early: tuple[Any, Any]
    late: tuple[Any, Any]
    service: tuple[Any, Any]
    demand: Any
    ride: Any = None
    setup: tuple[Any, Any] | None = None
    merge: tuple[Any, Any] | None = None
    price: Any = None
    apart: Any = None
    allowed: Any = None


@dataclass(frozen=True)
class Plan:
    """Routes as (kind, nodes in visiting order), the requests left out, the cost, and the rounds it took."""

    routes: tuple[tuple[int, tuple[int, ...]], ...]
    absent: tuple[int, ...]
    cost: float
    rounds: int = 0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How hard and how wide to search; the defaults suit 20 to 300 requests.

    ``mean`` requests leave the plan in a round, in strings of at most ``longest`` nodes. Heat starts at ``hot`` and
    ends at ``cold``, as shares of the first plan's cost per request. ``fewer`` is the share of the work spent on the
    hunt for fewer routes before the distance is annealed.
    """

    rounds: int = 20_000
    starts: int = 1
    mean: float = 10.0
    longest: float = 10.0
    hot: float = 0.3
    cold: float = 0.0003
    blink: float = 0.01
    fewer: float = 0.0
    least_routes: int = 1
    chunk: int = 500
    most_routes: int | None = None


@dataclass(frozen=True)
class Problem:
    """A pickup-and-delivery problem ready for the kernels; build one with :func:`problem`."""

    data: Data = field(repr=False)
    requests: int
    kinds: int
    widest: int


def problem(requests: Requests, kinds: Sequence[Kind], *, time: Any, dist: Any = None) -> Problem:
    """Return the problem of carrying ``requests`` with ``kinds``; ``time`` and ``dist`` are (L, L) arrays.

    Windows are tightened first: a pickup cannot be served so early that even the earliest delivery breaks the ride
    limit, nor so late that the delivery's window is missed.
    """
    n = len(requests.pickup)
    paired = np.asarray(requests.delivery) >= 0
    loc = np.concatenate([requests.pickup, np.where(paired, requests.delivery, requests.pickup)]).astype(np.int32)
    time = np.ascontiguousarray(time, dtype=np.float64)
    dist = time if dist is None else np.ascontiguousarray(dist, dtype=np.float64)
    both = [np.concatenate([np.asarray(each, dtype=np.float64) for each in pair]) for pair in _pairs(requests, n)]
    early, late, service, setup = both
    merge = np.full(2 * n, -1, np.int32) if requests.merge is None else np.concatenate(requests.merge).astype(np.int32)
    ride = np.full(n, 1e18) if requests.ride is None else np.minimum(np.asarray(requests.ride, dtype=np.float64), 1e18)
    early, late = _tighten(n, paired, loc, time, early, late, service + setup, ride)
    demand = np.ascontiguousarray(np.asarray(requests.demand, dtype=np.float64).reshape(n, -1))
    price = np.full(n, 1e9) if requests.price is None else np.asarray(requests.price, dtype=np.float64)
    apart = np.zeros((0, 0), np.bool_) if requests.apart is None else np.asarray(requests.apart, dtype=np.bool_)
    size = (n, len(kinds))
    allowed = np.ones(size, np.bool_) if requests.allowed is None else np.asarray(requests.allowed, dtype=np.bool_)
    duration = np.array([min(kind.duration, 1e18) for kind in kinds])
    same = len({(kind.start, kind.end, kind.open, kind.close) for kind in kinds}) == 1
    data = Data(
        loc=loc,
        dist=dist,
        time=time,
        early=early,
        late=late,
        service=service,
        setup=setup,
        merge=merge,
        paired=paired,
        ride=ride,
        demand=demand,
        price=price,
        near=_related(n, paired, loc, dist, time, early, late),
        apart=apart,
        allowed=allowed,
        start=np.array([kind.start for kind in kinds], np.int32),
        end=np.array([kind.end for kind in kinds], np.int32),
        cap=np.array([kind.cap for kind in kinds], np.float64).reshape(len(kinds), -1),
        fixed=np.array([kind.fixed for kind in kinds], np.float64),
        per_dist=np.array([kind.per_dist for kind in kinds], np.float64),
        duration=duration,
        count=np.array([min(kind.count, n) for kind in kinds], np.int32),
        open=np.array([kind.open for kind in kinds], np.float64),
        close=np.array([kind.close for kind in kinds], np.float64),
        strict=bool((ride[paired] < 1e17).any() or (duration < 1e17).any()),
        exchange=bool(same and len(kinds) > 1),
    )
    return Problem(data, n, len(kinds), min(2 * n, 600) + 6)


def _pairs(requests: Requests, n: int) -> list[tuple[Any, Any]]:
    nothing = (np.zeros(n), np.zeros(n))
    return [requests.early, requests.late, requests.service, requests.setup or nothing]


def _tighten(n: int, paired: Any, loc: Any, time: Any, early: Any, late: Any, work: Any, ride: Any) -> tuple[Any, Any]:
    early, late = early.copy(), np.minimum(late, 1e15)
    p, d = np.arange(n)[paired], np.arange(n)[paired] + n
    direct = time[loc[p], loc[d]] + work[p]
    early[p] = np.maximum(early[p], early[d] - ride[paired])
    late[p] = np.minimum(late[p], late[d] - direct)
    early[d] = np.maximum(early[d], early[p] + direct)
    late[d] = np.minimum(late[d], late[p] + ride[paired])
    return early, late


def _related(n: int, paired: Any, loc: Any, dist: Any, time: Any, early: Any, late: Any) -> Any:
    """Rows of the requests most related to each: near at both ends, and at about the same time of day."""
    width = min(n, 250)
    p = loc[:n]
    answer = np.empty((n, width), np.int32)
    middle = (early[:n] + np.minimum(late[:n], early[:n] + 1e6)) / 2
    for i in range(n):
        score = np.minimum(dist[p[i], p], dist[p, p[i]]).astype(np.float64)
        if paired[i]:
            d = loc[n : 2 * n]
            score = score + 0.5 * np.minimum(dist[d[i], d], dist[d, d[i]])
        gap = np.maximum(0.0, np.maximum(early[i] - late[:n], early[:n] - late[i]))
        scale = dist[p[i], p].mean() / max(float(np.abs(middle - middle[i]).mean()), 1e-9)
        score = score + 0.3 * scale * gap
        score[i] = -1.0
        answer[i] = np.argsort(score, kind="stable")[:width]
    return answer


def search(
    problem: Problem,
    *,
    settings: Settings | None = None,
    seed: int = 0,
    seconds: float | None = None,
    start: Plan | None = None,
    watch: Watch | None = None,
    clock: Clock = time.perf_counter,
) -> Plan:
    """Return the best plan found within the rounds of ``settings``, or within ``seconds`` when given.

    The same seed and rounds give the same plan; seconds do not. ``start`` is improved, never worsened.
    """
    settings = settings or Settings()
    best: Plan | None = start
    began = clock()
    done = 0
    for each in range(settings.starts):
        share = None if seconds is None else (seconds - (clock() - began)) / (settings.starts - each)
        run = _Run(problem, settings, seed * 1_000_003 + each, start)
        plan = run.go(share, clock, watch, each / settings.starts, 1.0 / settings.starts)
        done += run.rounds
        if best is None or _rank(plan, settings) < _rank(best, settings):
            best = plan
        if run.stopped:
            break
    assert best is not None
    return Plan(best.routes, best.absent, best.cost, done)


def _rank(plan: Plan, settings: Settings) -> tuple[float, ...]:
    if settings.fewer > 0:
        return (len(plan.absent), len(plan.routes), plan.cost)
    return (plan.cost,)


class _Run:
    """One start: the arrays, and how far it has come."""

    def __init__(self, problem: Problem, settings: Settings, seed: int, start: Plan | None) -> None:
        n = problem.requests
        routes = int(min(n, problem.data.count.sum())) + 1
        if settings.most_routes is not None:
            routes = min(routes, settings.most_routes + 1)
        self.problem, self.settings, self.seed = problem, settings, seed
        depth = problem.data.demand.shape[1]
        self.now, self.kept, self.best = (_blank(problem, routes, depth) for _ in range(3))
        self.room = _room(problem, routes)
        self.rounds, self.stopped = 0, False
        self.most = settings.most_routes or routes
        self.mean = max(1.0, min(settings.mean, 0.4 * n))
        if start is not None:
            _load(problem, self.now, self.room, start)

    def go(self, seconds: float | None, clock: Clock, watch: Watch | None, share: float, part: float) -> Plan:
        began = clock()
        n = self.problem.requests
        data = self.problem.data
        paired_anneal.seed_kernel(self.seed % 2_000_000_000)
        paired_anneal.first_plan(data, self.now, self.room, self.most)
        paired_anneal.copy_all(self.now, self.kept)
        paired_anneal.copy_all(self.now, self.best)
        unit = float(self.now.cost[self.now.kind >= 0].sum() - _fixed(data, self.now)) / max(n, 1) or 1.0

        def spent() -> float:
            by_rounds = self.rounds / self.settings.rounds
            return by_rounds if seconds is None else (clock() - began) / max(seconds, 1e-6)

        hunt = self.settings.fewer
        steps = self.settings.chunk
        while hunt and spent() < hunt and not self.stopped:
            left = paired_anneal.fewer(
                _unpriced(data), self.now, self.kept, self.best, self.room, steps,
                self.settings.hot * unit * 0.1, self.mean, self.settings.longest, self.settings.blink,
                self.settings.least_routes,
            )  # fmt: skip
            self.rounds += steps
            self._tell(watch, share + part * spent(), float(left))
            if left <= self.settings.least_routes and not (self.now.where < 0).any():
                break
        if hunt:
            paired_anneal.copy_all(self.best, self.now)
            paired_anneal.copy_all(self.best, self.kept)
            self.most = int((self.best.kind >= 0).sum())
        self._anneal(unit, spent, watch, share, part)
        return _plan(self.problem, self.best, paired_anneal.total(data, self.best), self.rounds)

    def _anneal(self, unit: float, spent: Callable[[], float], watch: Watch | None, share: float, part: float) -> None:
        settings = self.settings
        hot, cold = settings.hot * unit, settings.cold * unit
        begin = spent()
        steps = settings.chunk
        while not self.stopped:
            at = spent()
            if at >= 1.0:
                return
            x = min(1.0, (at - begin) / max(1.0 - begin, 1e-9))
            heat = hot * (cold / hot) ** x
            least = paired_anneal.anneal(
                self.problem.data, self.now, self.kept, self.best, self.room, steps, heat, heat,
                self.mean, settings.longest, settings.blink, self.most,
            )  # fmt: skip
            self.rounds += steps
            self._tell(watch, share + part * min(1.0, spent()), float(least))

    def _tell(self, watch: Watch | None, share: float, least: float) -> None:
        if watch is not None and not watch(share, least):
            self.stopped = True


def _unpriced(data: Data) -> Data:
    return data._replace(price=np.full_like(data.price, 1e18))


def _fixed(data: Data, state: State) -> float:
    kinds = state.kind[state.kind >= 0]
    return float(data.fixed[kinds].sum())


def _blank(problem: Problem, routes: int, depth: int) -> State:
    m, n = problem.widest, problem.requests
    return State(
        route=np.zeros((routes, m), np.int32),
        length=np.zeros(routes, np.int32),
        kind=np.full(routes, -1, np.int32),
        early=np.zeros((routes, m)),
        late=np.zeros((routes, m)),
        work=np.zeros((routes, m)),
        load=np.zeros((routes, m, depth)),
        peak=np.zeros((routes, depth)),
        far=np.zeros(routes),
        cost=np.zeros(routes),
        where=np.full(n, -1, np.int32),
        used=np.zeros(problem.kinds, np.int32),
    )


def _room(problem: Problem, routes: int) -> Room:
    m, n = problem.widest, problem.requests
    return Room(
        seq=np.zeros(m, np.int32),
        t=np.zeros(m),
        w=np.zeros(m),
        at=np.zeros(2 * n, np.int32),
        dirty=np.zeros(routes, np.bool_),
        absent=np.zeros(n, np.int32),
        drop=np.zeros(n, np.bool_),
        key=np.zeros(n),
        missed=np.zeros(n, np.int64),
    )


def _load(problem: Problem, state: State, room: Room, start: Plan) -> None:
    nodes = np.array([node for _, route in start.routes for node in route], np.int32)
    cuts = np.cumsum([0, *(len(route) for _, route in start.routes)]).astype(np.int64)
    kinds = np.array([kind for kind, _ in start.routes], np.int32)
    paired_anneal.load_plan(problem.data, state, room, nodes, cuts, kinds)


def _plan(problem: Problem, state: State, cost: float, rounds: int) -> Plan:
    routes = tuple(
        (int(state.kind[r]), tuple(int(u) for u in state.route[r, 1 : state.length[r] + 1]))
        for r in range(len(state.kind))
        if state.kind[r] >= 0
    )
    return Plan(routes, tuple(int(i) for i in np.flatnonzero(state.where < 0)), float(cost), rounds)


def schedule(problem: Problem, kind: int, nodes: Sequence[int]) -> list[float] | None:
    """Return the earliest start of service at each node (with the vehicle's start and end around), or None.

    ``None`` means that the order breaks a window, a ride limit or the vehicle's working time.
    """
    from optimiser.routes.search.paired_schedule import settle_early, spans

    m = len(nodes)
    seq = np.array([0, *nodes, 0], np.int32)
    t, w = np.full(m + 2, -1e18), np.zeros(m + 2)
    at = np.zeros(2 * problem.requests, np.int32)
    spans(problem.data, seq, m, w, at)
    if not settle_early(problem.data, kind, seq, m, t, w, at):
        return None
    return [float(each) for each in t]


def warm() -> None:
    """Compile the kernels on two tiny problems."""
    nothing = np.zeros(2)
    requests = Requests(
        pickup=np.array([1, 2]),
        delivery=np.array([3, 3]),
        early=(nothing, nothing),
        late=(nothing + 100, nothing + 100),
        service=(nothing + 1, nothing + 1),
        demand=np.ones((2, 1)),
        ride=nothing + 50,
        merge=(np.array([-1, -1]), np.array([0, 0])),
    )
    time = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))
    kinds = [Kind(start=0, end=0, cap=(2.0,), count=2), Kind(start=0, end=0, cap=(3.0,), count=2, fixed=1.0)]
    tiny = problem(requests, kinds, time=time)
    plan = search(tiny, settings=Settings(rounds=4, chunk=2, fewer=0.5))
    search(tiny, settings=Settings(rounds=2, chunk=2), start=plan)
    schedule(tiny, 0, (0, 2))
