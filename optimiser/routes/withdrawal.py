"""An operator drops out: who is stranded, who is covered first and by whom, and what must be bought."""

from collections import Counter
from dataclasses import dataclass, replace

from optimiser.core.table import Column, Kind, Table
from optimiser.core.units import Pence
from optimiser.routes import costing
from optimiser.routes.fitting import Load, layout_for, load_of
from optimiser.routes.problem import Child, Operator, RoutesProblem, Seat, VehicleClass
from optimiser.routes.screening import usable_classes
from optimiser.routes.solution import RoutesSolution, Run, Unserved


@dataclass(frozen=True)
class Cover:
    """A stranded vehicle's work: its runs, why it ranks where it does, and the class that takes it (None: to buy)."""

    vehicle: str
    runs: tuple[str, ...]
    children: tuple[str, ...]
    priority: str
    taken_by: str | None
    more: Pence


@dataclass(frozen=True)
class Withdrawal:
    """What follows when an operator drops out: the work to cover in order, what to buy, and the plan with cover."""

    operator: str
    covers: tuple[Cover, ...]
    to_buy: tuple[tuple[str, int], ...]
    more: Pence
    plan: RoutesSolution

    @property
    def stranded(self) -> tuple[str, ...]:
        """The children of the operator's runs."""
        return tuple(sorted({child for cover in self.covers for child in cover.children}))


def withdraw(problem: RoutesProblem, solution: RoutesSolution, *, operator: str) -> Withdrawal:
    """Return how an operator's runs are covered, as they are, by vehicles the others have to spare.

    Children who cannot wait come first: wheelchairs, then sole transport, then required guides, then the fullest runs.
    Runs that nobody can take are left out of the plan, their children listed, and the vehicles to buy are counted by
    what they must carry. KeyError for an operator who is not in the problem.
    """
    gone = problem.operator[operator]
    after = without_operator(problem, gone)
    lost = {v: runs for v, runs in solution.vehicles.items() if _of(problem, runs) == operator}
    spare = _spare(problem, solution, operator)
    covers: list[Cover] = []
    moved: dict[str, str] = {}
    buy: Counter[str] = Counter()
    for vehicle, runs in sorted(lost.items(), key=lambda item: (_rank(problem, item[1])[0], item[0])):
        kind = _cheapest(after, runs, spare)
        children = tuple(sorted({child for run in runs for child in run.children}))
        more = Pence(0)
        if kind is not None:
            spare.take(kind)
            moved[vehicle] = kind.id
            now = tuple(replace(run, vehicle_class=kind.id) for run in runs)
            more = costing.a_day(sum(costing.vehicle_costs(after, now)) - sum(costing.vehicle_costs(problem, runs)))
        else:
            buy[_needed(problem, runs)] += 1
        covers.append(
            Cover(vehicle, tuple(run.id for run in runs), children, _rank(problem, runs)[1], moved.get(vehicle), more)
        )
    plan = _plan(problem, solution, lost, moved)
    return Withdrawal(operator, tuple(covers), tuple(sorted(buy.items())), Pence(sum(c.more for c in covers)), plan)


def without_operator(problem: RoutesProblem, operator: Operator) -> RoutesProblem:
    """Return the problem in which an operator no longer trades with us."""
    operators = tuple(replace(each, active=False) if each == operator else each for each in problem.operators)
    return replace(problem, operators=operators)


def _of(problem: RoutesProblem, runs: tuple[Run, ...]) -> str:
    return problem.vehicle_class[runs[0].vehicle_class].operator


def _rank(problem: RoutesProblem, runs: tuple[Run, ...]) -> tuple[tuple[int, int], str]:
    aboard: list[Child] = [problem.child[child] for run in runs for child in run.children]
    tests = (
        (any(child.seat is Seat.WHEELCHAIR for child in aboard), "wheelchair"),
        (any(child.sole for child in aboard), "sole transport"),
        (any(child.guide.value == "required" for child in aboard), "guide required"),
    )
    for at, (holds, words) in enumerate(tests):
        if holds:
            return (at, -len(aboard)), words
    return (len(tests), -len(aboard)), "by number of children"


class _Spare:
    """How many vehicles each class and operator still has; None is no limit."""

    def __init__(self, classes: dict[str, int | None], operators: dict[str, int | None]) -> None:
        self.classes, self.operators = classes, operators

    def has(self, kind: VehicleClass) -> bool:
        return self.classes.get(kind.id, 0) != 0 and self.operators.get(kind.operator, 0) != 0

    def take(self, kind: VehicleClass) -> None:
        for counts, key in ((self.classes, kind.id), (self.operators, kind.operator)):
            left = counts[key]
            counts[key] = None if left is None else left - 1


def _spare(problem: RoutesProblem, solution: RoutesSolution, operator: str) -> _Spare:
    used = Counter(runs[0].vehicle_class for runs in solution.vehicles.values())
    by_operator = Counter(_of(problem, runs) for runs in solution.vehicles.values())
    classes = {
        kind.id: None if kind.available is None else max(0, kind.available - used[kind.id])
        for kind in problem.vehicle_classes
        if kind.operator != operator
    }
    operators = {
        each.id: None if each.cap is None else max(0, each.cap - by_operator[each.id])
        for each in problem.operators
        if each.id != operator and each.active
    }
    return _Spare(classes, operators)


def _cheapest(problem: RoutesProblem, runs: tuple[Run, ...], spare: _Spare) -> VehicleClass | None:
    """Return the cheapest spare class that carries every one of the runs within its contract, or None."""
    fitting = [
        kind
        for kind in usable_classes(problem)
        if spare.has(kind) and all(layout_for(kind, _load(problem, run)) is not None for run in runs)
    ]
    price = {kind.id: sum(costing.vehicle_costs(problem, _in(runs, kind.id))) for kind in fitting}
    return min(fitting, key=lambda kind: (price[kind.id], kind.id), default=None)


def _in(runs: tuple[Run, ...], class_id: str) -> tuple[Run, ...]:
    return tuple(replace(run, vehicle_class=class_id) for run in runs)


def _load(problem: RoutesProblem, run: Run) -> Load:
    return load_of(problem, [problem.child[child] for child in run.children])


def _needed(problem: RoutesProblem, runs: tuple[Run, ...]) -> str:
    loads = [_load(problem, run) for run in runs]
    seats, chairs = max(load.seats for load in loads), max(load.wheelchairs for load in loads)
    tools = sorted(frozenset().union(*(load.equipment for load in loads)))
    return f"{seats} seats, {chairs} wheelchair spaces" + (f", {', '.join(tools)}" if tools else "")


def _plan(
    problem: RoutesProblem, solution: RoutesSolution, lost: dict[str, tuple[Run, ...]], moved: dict[str, str]
) -> RoutesSolution:
    runs: list[Run] = []
    left = list(solution.unserved)
    for run in solution.runs:
        if run.vehicle not in lost:
            runs.append(run)
        elif run.vehicle in moved:
            kind = problem.vehicle_class[moved[run.vehicle]]
            layout = layout_for(kind, _load(problem, run))
            assert layout is not None, "only classes that carry every run are chosen"
            runs.append(replace(run, vehicle_class=kind.id, layout=layout.id))
        else:
            said = "The operator of child {}'s run has withdrawn and no other has a vehicle to spare. Buy or hire one."
            left += [Unserved(child, run.direction, "fleet-count", said.format(child)) for child in run.children]
    return RoutesSolution(tuple(runs), tuple(left))


def withdrawal_table(found: Withdrawal) -> Table:
    """Return the work to cover in order of need, who takes it, and what it costs more."""
    rows = tuple(
        (at, c.vehicle, ", ".join(c.runs), len(c.children), c.priority, c.taken_by or "to be bought", c.more)
        for at, c in enumerate(found.covers, start=1)
    )
    columns = (
        Column("order", "Order", Kind.COUNT),
        Column("vehicle", "Vehicle lost"),
        Column("runs", "Runs"),
        Column("children", "Children", Kind.COUNT),
        Column("priority", "Why in this order"),
        Column("taken_by", "Covered by"),
        Column("more", "Dearer by, a day", Kind.PENCE),
    )
    bought = "; ".join(f"{count} with {what}" for what, count in found.to_buy) or "nothing"
    note = f"{len(found.stranded)} children stranded by operator {found.operator}. To buy: {bought}."
    return Table("withdrawal", f"If {found.operator} withdraws", columns, rows, note)
