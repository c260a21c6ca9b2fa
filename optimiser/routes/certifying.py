"""How far each school's runs could be from the cheapest possible: a proved floor and a gap, school by school."""

import math
from collections.abc import Collection

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.routes.bounds import TaskBound, task_bound
from optimiser.routes.planning import screened
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.search import kernel
from optimiser.routes.search.arrays import empty_state
from optimiser.routes.search.single import Task, make_task
from optimiser.routes.search.starts import calls_of, load
from optimiser.routes.solution import Direction, RoutesSolution

COLUMNS = (
    Column("school", "School"),
    Column("children", "Children", Kind.COUNT),
    Column("runs", "Runs", Kind.COUNT),
    Column("cost", "Cost a day", Kind.PENCE),
    Column("floor", "Proved floor a day", Kind.PENCE),
    Column("gap", "Gap", Kind.SHARE),
    Column("closed", "Every run priced", Kind.YES_NO),
)


def school_gaps(
    problem: RoutesProblem,
    solution: RoutesSolution,
    *,
    direction: Direction,
    schools: Collection[str] | None = None,
    seconds: float | None = 30.0,
    rounds: int = 200,
) -> Table:
    """Return each school's cost in one direction, a proved floor under it, and the gap as a share of the cost.

    Both are of single-school runs by themselves: every run pays half a day's rate in the cheapest class that fits,
    before chaining and without caps, so the floors are not floors under the cost of the whole plan. ``seconds`` bounds
    the proof of each school and ``rounds`` its rounds of pricing; a school for which nothing is proved has no floor and
    no gap. A school some of whose children share with another school's is left out. The last row is the sum of the
    schools with a floor.
    """
    _, carried = screened(problem, schools=schools)
    rows: list[tuple[Cell, ...]] = []
    children = runs = cost = floor = 0
    for school in problem.schools:
        task = make_task(problem, school.id, direction, carried.get((school.id, direction), ()))
        begin = None if task is None else _rounds(problem, solution, task)
        if task is None or begin is None:
            continue
        state = empty_state(task.arrays, task.longest)
        load(task, state, begin)
        worth = float(kernel.total(task.arrays, state))
        paid = math.ceil(worth - 1e-6)
        row_of = {child: at for at, child in enumerate(task.children)}
        known = [[row_of[child] for child, _ in calls] for calls in begin]
        found = task_bound(task, begin=known, rounds=rounds, seconds=seconds, worth=worth)
        rows.append((school.id, len(task.children), len(begin), paid, *_proved(found, paid)))
        if found is not None:
            children, runs, cost = children + len(task.children), runs + len(begin), cost + paid
            floor += found.pence
    if cost:
        rows.append(("All schools with a floor", children, runs, cost, floor, (cost - floor) / cost, None))
    way = direction.value.capitalize()
    note = (
        f"{way}, single-school runs, each paying half a day's rate in the cheapest class that fits, before chaining "
        "and without caps. A floor is proved by column generation; no floor means none was proved."
    )
    return Table("school-gaps", "How far each school could be from the cheapest", COLUMNS, tuple(rows), note)


def _rounds(problem: RoutesProblem, solution: RoutesSolution, task: Task) -> list[tuple[tuple[str, str], ...]] | None:
    """Return the plan's runs of a task's children, outwards, or None when one is shared with another school."""
    mine = set(task.children)
    found = []
    for run in solution.runs:
        if run.direction is task.direction and mine & set(run.children):
            if not mine.issuperset(run.children):
                return None
            found.append(calls_of(run))
    return found


def _proved(found: TaskBound | None, paid: int) -> tuple[Cell, Cell, Cell]:
    if found is None:
        return None, None, None
    return found.pence, (paid - found.pence) / paid, found.closed
