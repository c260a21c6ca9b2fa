"""One school in both directions, near last term's plan: from the problem to arrays, through the kernel, and back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.core.travel import TravelMatrix
from optimiser.core.units import Pence, Seconds
from optimiser.routes.problem import Child, Layout, Operator, RoutesProblem, School, VehicleClass, Window
from optimiser.routes.riding import collected_at
from optimiser.routes.run import Direction, Run
from optimiser.routes.screening import companions
from optimiser.routes.search import steady_rows as rowing
from optimiser.routes.search.arrays import (
    DAYS,
    GROUP,
    LABELLED,
    LENGTH,
    OWNER,
    PARTED,
    PLACE,
    SOLE,
    Instance,
    Ints,
    State,
)
from optimiser.routes.search.kernel import rebuild
from optimiser.routes.search.single import Option, Task, dominates, eligible_options, make_task
from optimiser.routes.search.starts import calls_of, temperatures
from optimiser.routes.search.steady_kernel import search

SIDES = (Direction.MORNING, Direction.AFTERNOON)
Calls = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Row:
    """One of last term's vehicles at one school, with its run each way (None: none), and its part of the day's rate."""

    vehicle: str
    runs: tuple[Run | None, Run | None]
    share: float


@dataclass(frozen=True)
class Seat:
    """A vehicle of a plan near last term's: which row of last term it is (None: a new one), its class and its calls."""

    row: int | None
    vehicle_class: str
    layout: str
    calls: tuple[Calls, Calls]


@dataclass(frozen=True)
class Near:
    """A school made ready: its children, last term's rows, and the arrays of the rowing."""

    tasks: tuple[Task, Task]
    rows: tuple[Row, ...]
    pair: rowing.Pair
    start: rowing.Plan


def rows_of(problem: RoutesProblem, runs: Sequence[Run]) -> tuple[Row, ...]:
    """Return last term's rows: a vehicle's morning and afternoon runs by number, and the share of its day each pays."""
    by_vehicle: dict[str, tuple[list[Run], list[Run]]] = {}
    for run in sorted(runs, key=lambda each: (each.begins, each.id)):
        by_vehicle.setdefault(run.vehicle, ([], []))[SIDES.index(run.direction)].append(run)
    everything: dict[tuple[str, Direction], int] = {}
    for run in problem.last:
        key = (run.vehicle, run.direction)
        everything[key] = everything.get(key, 0) + 1
    found = []
    for vehicle, (mornings, afternoons) in sorted(by_vehicle.items()):
        most = max(everything.get((vehicle, side), 0) for side in SIDES)
        for at in range(max(len(mornings), len(afternoons))):
            pair = tuple(half[at] if at < len(half) else None for half in (mornings, afternoons))
            found.append(Row(vehicle, (pair[0], pair[1]), 1 / max(1, most)))
    return tuple(found)


def make_near(
    problem: RoutesProblem,
    school: str,
    last: Sequence[Run],
    carried: Mapping[Direction, Sequence[Child]],
    *,
    apart: bool = True,
) -> Near | None:
    """Return a school made ready, or None when nobody is to be carried or nothing could carry them.

    ``last`` are the runs of last term that may be changed; ``carried`` who is to be carried each way; ``apart``
    whether a child who changes may ride one vehicle to school and another home.
    """
    ids = {child.id for side in SIDES for child in carried.get(side, ())}
    children = [child for child in problem.children_of[school] if child.id in ids]
    tasks = tuple(make_task(problem, school, side, children, every_option=True) for side in SIDES)
    am, pm = tasks
    if am is None or pm is None:
        return None
    rows = rows_of(problem, [run for run in last if set(run.children) & ids])
    pair = _pair(problem, school, children, (am, pm), rows, carried, apart)
    start = _start(pair, (am, pm), rows)
    return Near((am, pm), rows, pair, start)


def _pair(
    problem: RoutesProblem, school: str, children: Sequence[Child], tasks: tuple[Task, Task], rows: Sequence[Row],
    carried: Mapping[Direction, Sequence[Child]], apart: bool,
) -> rowing.Pair:  # fmt: skip
    n, total = len(children), len(rows) + len(children) + 1
    index = {child.id: at for at, child in enumerate(children)}
    travels, home, clock = np.zeros((2, n), np.bool_), np.full((2, n), -1), np.full((2, n), -1)
    for d, side in enumerate(SIDES):
        for child in carried.get(side, ()):
            travels[d, index[child.id]] = True
        for r, row in enumerate(rows):
            run = row.runs[d]
            for child_id in () if run is None else run.children:
                if run is not None and child_id in index:
                    home[d, index[child_id]] = r
                    clock[d, index[child_id]] = collected_at(problem, run, problem.child[child_id])
    opens = [-(1 << 30) if child.ready is None else child.ready + child.places[0].walk for child in children]
    windows = [problem.school[school].window(side) for side in SIDES]
    window = np.array([(0, 0) if each is None else (each.earliest, each.latest) for each in windows], np.int64)
    options = eligible_options(problem, problem.school[school], {}, every_option=True)
    lists, list_of = _lists(problem, options, rows, total)
    share = np.ones(total)
    share[: len(rows)] = [row.share for row in rows]
    group = _groups(problem, children)
    instances = tuple(_grouped(task.arrays, group) for task in tasks)
    held = np.array([child.id in problem.pinned_children for child in children], np.bool_)
    held &= (home >= 0).any(axis=0)
    count = np.array([len(each) for each in lists], np.int64)
    table = np.zeros((len(lists), max(1, int(count.max()))), np.int64)
    for at, each in enumerate(lists):
        table[at, : len(each)] = each
    return rowing.Pair(
        instances[0], instances[1], travels, home.astype(np.int64), clock.astype(np.int64),
        np.array(opens, np.int64), window, table, count, list_of, share, held,
        np.array([problem.change.tolerance, int(apart)], np.int64),
    )  # fmt: skip


def _lists(
    problem: RoutesProblem, options: Sequence[Option], rows: Sequence[Row], total: int
) -> tuple[list[list[int]], Ints]:
    """Return the options of each operator, then those of all, the dominated left out; and each row's list.

    A vehicle that stays may be larger or smaller, but is driven by the same operator: the crew stays.
    """
    operators = sorted({option.kind.operator for option in options})
    lists = [_kept(options, [at for at, o in enumerate(options) if o.kind.operator == each]) for each in operators]
    lists.append(_kept(options, range(len(options))))
    list_of = np.full(total, len(operators), np.int64)
    for r, row in enumerate(rows):
        run = row.runs[0] or row.runs[1]
        kind = problem.vehicle_class.get(run.vehicle_class) if run is not None else None
        if kind is not None and kind.operator in operators:
            list_of[r] = operators.index(kind.operator)
    return lists, list_of


def _kept(options: Sequence[Option], among: Sequence[int]) -> list[int]:
    kept: list[int] = []
    for at in among:
        if not any(dominates(options[other], options[at], {}) for other in kept):
            kept.append(at)
    return kept


def _groups(problem: RoutesProblem, children: Sequence[Child]) -> tuple[Ints, Ints, Ints]:
    """Return each child's group in either direction, where each begins, and the members."""
    index = {child.id: at for at, child in enumerate(children)}
    group = list(range(len(children)))
    for at, child in enumerate(children):
        for side in SIDES if child.id in problem.partners and problem.travels(child, Direction.MORNING) else ():
            for friend in companions(problem, child, side):
                if friend.id in index:
                    old, new = group[index[friend.id]], group[at]
                    group = [new if each == old else each for each in group]
    heads = sorted(set(group))
    number = np.array([heads.index(each) for each in group], np.int64)
    members = np.argsort(number, kind="stable").astype(np.int64)
    return number, np.searchsorted(number[members], np.arange(len(heads) + 1)).astype(np.int64), members


def _grouped(arrays: Instance, group: tuple[Ints, Ints, Ints]) -> Instance:
    child = arrays.child.copy()
    child[:-1, GROUP] = group[0]
    child[:, GROUP + 1 :] = 0
    return arrays._replace(child=child, group_first=group[1], members=group[2])


def _empty(pair: rowing.Pair, longest: int) -> rowing.Plan:
    n, rows = pair.travels.shape[1], len(pair.list_of)

    def one() -> State:
        shapes = ((rows, longest + 1),) * 3 + ((rows, LABELLED + 1), (rows, 2 * DAYS), (rows, n + 1))
        visits, since, slack, run, load, label = (np.zeros(shape, np.int64) for shape in shapes)
        return State(visits, since, slack, run, load, label, np.zeros(rows), np.full(n, -1, np.int64))

    return rowing.Plan(one(), one(), np.zeros(rows), np.zeros((2, n), np.bool_))


def _start(pair: rowing.Pair, tasks: tuple[Task, Task], rows: Sequence[Row]) -> rowing.Plan:
    """Return last term's plan, without whoever it cannot carry now by the rules."""
    plan = _empty(pair, max(task.longest for task in tasks))
    far = np.zeros((2, 3), np.int64)
    for r, row in enumerate(rows):
        for d, (task, run) in enumerate(zip(tasks, row.runs, strict=True)):
            state, instance = (plan.am, pair.am) if d == 0 else (plan.pm, pair.pm)
            visits = [] if run is None else list(_visits(task, calls_of(run), pair.travels[d]))
            visits = visits[: state.visits.shape[1] - 1]
            state.visits[r, : len(visits)] = visits
            state.run[r, LENGTH] = len(visits)
            rebuild(instance, state, r)
        for child in _misfits(pair, plan, r, far):
            rowing.remove(pair, plan, child, np.zeros(len(plan.cost), np.bool_), far)
        rowing.settle(pair, plan, r, far)
    for c in range(pair.travels.shape[1]):
        rows_now = [s.run_of[c] for d, s in enumerate((plan.am, plan.pm)) if pair.travels[d, c]]
        if min(rows_now, default=-1) < 0:
            rowing.remove(pair, plan, c, np.zeros(len(plan.cost), np.bool_), far)
    for g in range(len(pair.am.group_first) - 1):
        mine = pair.am.members[pair.am.group_first[g] : pair.am.group_first[g + 1]]
        if len({rowing.row_of(pair, plan, c) for c in mine}) > 1:
            for c in mine:
                rowing.remove(pair, plan, c, np.zeros(len(plan.cost), np.bool_), far)
    for r in range(len(plan.cost)):
        rowing.watch_clock(pair, plan, r)
    return plan


def _visits(task: Task, calls: Calls, travels: np.ndarray) -> Iterator[int]:
    arrays = task.arrays
    for child_id, place in calls:
        at = task.children.index(child_id) if child_id in task.children else -1
        for visit in np.flatnonzero(arrays.visit[:, OWNER] == at) if at >= 0 and travels[at] else ():
            if task.places[arrays.visit[visit, PLACE]] == place:
                yield int(visit)
                break


def _misfits(pair: rowing.Pair, plan: rowing.Plan, r: int, far: Ints) -> Iterator[int]:
    """Give one by one the children to take off a row until it keeps every rule, whoever helps most first."""
    while True:
        aboard = sorted({int(c) for i, s in ((pair.am, plan.am), (pair.pm, plan.pm)) for c in _riders(i, s, r)})
        child, apart = pair.am.child, pair.am.apart
        shared = aboard if len(aboard) > 1 else []
        parted = [c for c in shared if child[c, SOLE] or (child[c, PARTED] and apart[c, aboard].any())]
        late = min([0, *(int(s.slack[r, 0]) for s in (plan.am, plan.pm) if s.run[r, LENGTH])])
        rowing.settle(pair, plan, r, far)
        if aboard and parted:
            yield parted[0]
        elif aboard and late < 0:
            yield max(aboard, key=lambda c: (_relief(pair, plan, r, c), c))
        elif aboard and not np.isfinite(plan.cost[r]):
            yield aboard[-1]
        else:
            return


def _riders(instance: Instance, state: State, r: int) -> Ints:
    return instance.visit[state.visits[r, : state.run[r, LENGTH]], OWNER]


def _relief(pair: rowing.Pair, plan: rowing.Plan, r: int, c: int) -> int:
    """Return the least slack of a row once a child is off it, nought when it is enough."""
    worst = 0
    for i, s in ((pair.am, plan.am), (pair.pm, plan.pm)):
        visits = s.visits[r, : s.run[r, LENGTH]]
        at, since = 0, 0
        for visit in visits[i.visit[visits, OWNER] != c]:
            here = i.visit[visit, 1]
            since += i.seconds[at, here] + i.child[i.visit[visit, OWNER], 1]
            worst = min(worst, int(i.visit[visit, 2] - since))
            at = here
    return worst


def walk(near: Near, *, prices: Sequence[int], iterations: int, seed: int) -> Iterator[tuple[Seat, ...]]:
    """Give the best plan found at each price of a child changed, each begun from the one before."""
    hot = temperatures(near.pair.am)[0] / 4
    now = near.start
    for number, price in enumerate(prices):
        best = _copy(now)
        search(
            near.pair, now, _copy(now), best, float(price), iterations, hot, hot / 50, len(near.rows),
            seed * 1_000_003 + number,
        )  # fmt: skip
        yield seats_of(near, best)
        now = best


def _copy(plan: rowing.Plan) -> rowing.Plan:
    am, pm = (State._make(array.copy() for array in state) for state in (plan.am, plan.pm))
    return rowing.Plan(am, pm, plan.cost.copy(), plan.late.copy())


def seats_of(near: Near, plan: rowing.Plan) -> tuple[Seat, ...]:
    """Return a plan's vehicles with their classes, layouts and calls outwards from school."""
    far = np.zeros((2, 3), np.int64)
    found = []
    for r in range(len(plan.cost)):
        calls: list[Calls] = []
        for task, state in zip(near.tasks, (plan.am, plan.pm), strict=True):
            arrays, visits = task.arrays, state.visits[r, : state.run[r, LENGTH]]
            calls.append(tuple(
                (task.children[arrays.visit[v, OWNER]], task.places[arrays.visit[v, PLACE]]) for v in visits
            ))  # fmt: skip
        if calls[0] or calls[1]:
            far[:] = 0
            far[0, 2] = rowing.outer_place(near.pair.am, plan.am, r)
            far[1, 2] = rowing.outer_place(near.pair.pm, plan.pm, r)
            option = rowing.vehicle_cost(near.pair, plan, r, -1, 0, far)[1]
            kind, layout = near.tasks[0].options[option]
            found.append(Seat(r if r < len(near.rows) else None, kind, layout, (calls[0], calls[1])))
    return tuple(found)


def warm() -> None:
    """Compile the kernel, or load it compiled, on the smallest school there can be."""
    away = TravelMatrix(("gate", "home"), *(np.array([[0, 60], [60, 0]], np.int32),) * 2, "warming", "warming")
    window = Window(Seconds(30_000), Seconds(30_600))
    kind = VehicleClass("class", "operator", "kind", (Layout("layout", 4),), Pence(1))
    problem = RoutesProblem(
        (Child("child", "school", "home"),), (School("school", "gate", window, window),), (kind,),
        (Operator("operator"),), away, away,
    )  # fmt: skip
    near = make_near(problem, "school", (), dict.fromkeys(SIDES, problem.children))
    assert near is not None, "one child and one vehicle are enough"
    for _ in walk(near, prices=(1,), iterations=2, seed=1):
        pass
