"""What a letter to each family says about the journey, one row a child, for merging into the council's own letter."""

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.core.units import MINUTE
from optimiser.routes import costing
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.riding import collected_at, ride_seconds
from optimiser.routes.solution import Direction, RoutesSolution

WINDOW = 5 * MINUTE
"""Families are told a window of so many seconds either side of the planned time."""


def letters(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return the merge table: who collects, when (a window), where, how long, and what changed since last term.

    Children are references: the council's mail merge adds names and addresses from its own system. A child left
    without a run is in the table with the reason, so that nobody is left out of the post.
    """
    changed = costing.changed(problem, solution) if problem.last else frozenset()
    rows = tuple(_row(problem, solution, child.id, child.id in changed) for child in problem.children)
    columns = (
        Column("child", "Child"), Column("school", "School"),
        Column("am_run", "Morning run"), Column("am_operator", "Morning operator"),
        Column("am_from", "Collected from", Kind.CLOCK), Column("am_until", "Collected until", Kind.CLOCK),
        Column("am_place", "Collected at"), Column("am_ride", "Morning ride", Kind.SECONDS),
        Column("pm_run", "Afternoon run"), Column("pm_operator", "Afternoon operator"),
        Column("pm_from", "Home from", Kind.CLOCK), Column("pm_until", "Home until", Kind.CLOCK),
        Column("pm_ride", "Afternoon ride", Kind.SECONDS), Column("changed", "Changed since last term", Kind.YES_NO),
        Column("what", "What changed, and why"),
    )  # fmt: skip
    note = "One row a child. Times are a window of five minutes either side of the plan."
    return Table("letters", "Parents' letters: a merge file", columns, rows, note)


def _row(problem: RoutesProblem, solution: RoutesSolution, child: str, changed: bool) -> tuple[Cell, ...]:
    morning, afternoon = (_trip(problem, solution, child, direction) for direction in Direction)
    return (
        child, problem.child[child].school,
        morning[0], morning[1], morning[2], morning[3], morning[4], morning[5],
        afternoon[0], afternoon[1], afternoon[2], afternoon[3], afternoon[5],
        changed, _what(problem, solution, child),
    )  # fmt: skip


def _trip(problem: RoutesProblem, solution: RoutesSolution, child: str, direction: Direction) -> tuple[Cell, ...]:
    run = solution.run_of.get((child, direction))
    if run is None:
        return ("none", "", None, None, "", None)
    who = problem.child[child]
    at = collected_at(problem, run, who) if direction is Direction.MORNING else run.home_stop(child).arrive
    place = run.home_stop(child).place
    where = "home" if place == who.home else "pick-up point"
    operator = problem.vehicle_class[run.vehicle_class].operator
    return (run.id, operator, int(at) - WINDOW, int(at) + WINDOW, where, int(ride_seconds(problem, run, who)))


def _what(problem: RoutesProblem, solution: RoutesSolution, child: str) -> str:
    """Return what changed since last term in sentences, or why there is no run; empty for no change."""
    told = [each.sentence for each in solution.unserved if each.child == child]
    for direction in Direction:
        before, now = problem.last_run.get((child, direction)), solution.run_of.get((child, direction))
        if before is None or now is None:
            continue
        when = direction.value
        if before.vehicle != now.vehicle:
            told.append(f"Another vehicle in the {when}.")
        moved = int(now.home_stop(child).arrive) - int(before.home_stop(child).arrive)
        if abs(moved) > problem.change.tolerance:
            told.append(f"{abs(moved) // 60} minutes {'later' if moved > 0 else 'earlier'} in the {when}.")
    return " ".join(told)
