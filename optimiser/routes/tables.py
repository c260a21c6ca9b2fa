"""A plan as tables: figures, money, runs, stops, each child's ride, who is left out, and every breach."""

from collections import Counter
from dataclasses import fields
from statistics import median

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.core.units import METRES_PER_MILE
from optimiser.routes import costing
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.riding import collected_at, ride_limit, ride_seconds, walk_seconds
from optimiser.routes.screening import faults
from optimiser.routes.solution import Direction, RoutesSolution, Run
from optimiser.routes.verifier import verify

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")


def report(problem: RoutesProblem, solution: RoutesSolution) -> tuple[Table, ...]:
    """Return the plan as tables, the figures for a head of service first."""
    tables = [summary(problem, solution), money(problem, solution), schools(problem, solution)]
    tables += [runs(problem, solution), stops(problem, solution), rides(problem, solution), vehicles(problem, solution)]
    tables += [unserved(problem, solution), breaches(problem, solution), bad_input(problem)]
    if problem.last:
        tables.append(changes(problem, solution))
    return tuple(tables)


def _travel_note(problem: RoutesProblem) -> str:
    return f"Travel times: morning {problem.morning.source}; afternoon {problem.afternoon.source}."


def summary(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return the headline figures, each with what it is counted over."""
    parts = costing.costs(problem, solution)
    carried = {child for run in solution.runs for child in run.children}
    wanted = {c.id for c in problem.children if any(problem.travels(c, d) for d in Direction)}
    minutes = [ride_seconds(problem, r, problem.child[c]) / 60 for r in solution.runs for c in r.children]
    over = [v for v in verify(problem, solution) if v.rule == "ride-guideline"]
    seats = sum(_seats(problem, run) for run in solution.runs)
    riders = sum(len(run.children) for run in solution.runs)
    alone = sum(len(run.children) == 1 for run in solution.runs)
    guided = sum(costing.needs_guide(problem, run) for run in solution.runs)
    money_a_day = parts.money
    miles = sum(run_metres(problem, run) for run in solution.runs) / METRES_PER_MILE
    rows: list[tuple[Cell, ...]] = [
        ("Children carried", len(carried), f"of {len(wanted)} who travel"),
        ("Child journeys without a run", len(solution.unserved), "one for each child and direction"),
        ("Runs", len(solution.runs), "morning and afternoon counted apart"),
        ("Vehicles", len(solution.vehicles), "after chaining runs"),
        ("Runs with a guide", guided, f"of {len(solution.runs)} runs"),
        ("Cost a day (pounds)", round(money_a_day / 100), "vehicles, miles, hours, clean air and guides"),
        ("Cost a year (pounds)", round(money_a_day * problem.school_days / 100), f"{problem.school_days} school days"),
        ("Cost a child a day (pounds)", round(money_a_day / 100 / max(1, len(carried)), 2), "children carried"),
        ("Miles a day", round(miles), "first stop to last; empty miles not counted"),
        ("Median ride (minutes)", round(median(minutes), 1) if minutes else 0, "child journeys, walk included"),
        ("Longest ride (minutes)", round(max(minutes, default=0), 1), "child journeys, walk included"),
        ("Journeys over 45 or 75 minutes", len(over), f"of {riders} child journeys; each is listed"),
        ("Seats taken", f"{riders / seats:.0%}" if seats else "", f"{riders} children in {seats} seats and spaces"),
        ("Runs with one child", alone, f"of {len(solution.runs)} runs"),
    ]  # fmt: skip
    columns = (Column("figure", "Figure"), Column("value", "Value"), Column("over", "Counted over"))
    return Table("summary", "The plan at a glance", columns, tuple(rows), _travel_note(problem))


def run_metres(problem: RoutesProblem, run: Run) -> int:
    """Return a run's length in metres, first stop to last."""
    travel = problem.travel(run.direction)
    rows = travel.rows(stop.place for stop in run.stops)
    return int(travel.metres[rows[:-1], rows[1:]].sum())


def _seats(problem: RoutesProblem, run: Run) -> int:
    layout = problem.vehicle_class[run.vehicle_class].layout(run.layout)
    return 0 if layout is None else layout.seats + layout.wheelchairs


def money(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return the plan's cost by part."""
    names = {
        "vehicles": "Vehicles, by the day",
        "clean_air": "Clean air charges",
        "miles": "Mileage",
        "hours": "Hire by the hour",
        "guides": "Guides, at the planning price",
        "waiting": "Price put on waiting aboard",
        "riding": "Price put on riding",
        "bays": "Price put on queueing for a bay",
        "unserved": "Price put on children left out",
        "change": "Price put on change",
    }
    parts = costing.costs(problem, solution)
    rows: list[tuple[Cell, ...]] = []
    for field in fields(parts):
        week = getattr(parts, field.name)
        paid = field.name in ("vehicles", "clean_air", "miles", "hours", "guides")
        rows.append((names[field.name], costing.a_day(week), costing.a_day(week) * problem.school_days, paid))
    columns = (
        Column("part", "Part"),
        Column("day", "A day", Kind.PENCE),
        Column("year", "A year", Kind.PENCE),
        Column("paid", "Paid in money", Kind.YES_NO),
    )
    return Table("money", "Where the money goes", columns, tuple(rows), "Averaged over the five school days of a week.")


def schools(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return each school's children, runs and longest ride."""
    rows: list[tuple[Cell, ...]] = []
    by_school: dict[str, list[Run]] = {}
    for run in solution.runs:
        for school in {problem.child[child].school for child in run.children}:
            by_school.setdefault(school, []).append(run)
    for school_id, mine in sorted(by_school.items()):
        ids = {child.id for child in problem.children_of[school_id]}
        longest = max(ride_seconds(problem, run, problem.child[c]) for run in mine for c in run.children if c in ids)
        carried = {child for run in mine for child in run.children if child in ids}
        counts = Counter(run.direction for run in mine)
        left = len({each.child for each in solution.unserved if each.child in ids})
        rows.append((school_id, len(carried), left, counts[Direction.MORNING], counts[Direction.AFTERNOON], longest))
    columns = (
        Column("school", "School"),
        Column("carried", "Children carried", Kind.COUNT),
        Column("left_out", "Left out", Kind.COUNT),
        Column("morning", "Morning runs", Kind.COUNT),
        Column("afternoon", "Afternoon runs", Kind.COUNT),
        Column("longest", "Longest ride", Kind.SECONDS),
    )
    return Table("schools", "School by school", columns, tuple(rows))


def runs(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return one row for each run."""
    rows: list[tuple[Cell, ...]] = []
    for run in sorted(solution.runs, key=lambda each: each.id):
        kind = problem.vehicle_class[run.vehicle_class]
        served = ", ".join(sorted({problem.child[child].school for child in run.children}))
        days = " ".join(DAYS[day] for day in sorted(run.weekdays))
        guide = costing.needs_guide(problem, run)
        rows.append(
            (run.id, run.direction.value, served, run.vehicle, kind.operator, kind.id, run.layout,
             len(run.children), guide, run.begins, run.ends, run_metres(problem, run), days)
        )  # fmt: skip
    columns = (
        Column("run", "Run"), Column("direction", "Direction"), Column("schools", "Schools"),
        Column("vehicle", "Vehicle"), Column("operator", "Operator"), Column("class", "Vehicle class"),
        Column("layout", "Layout"), Column("children", "Children", Kind.COUNT), Column("guide", "Guide", Kind.YES_NO),
        Column("begins", "First stop", Kind.CLOCK), Column("ends", "Last stop", Kind.CLOCK),
        Column("metres", "Length", Kind.METRES), Column("days", "Days"),
    )  # fmt: skip
    return Table("runs", "Runs", columns, tuple(rows), _travel_note(problem))


def stops(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return one row for each stop of each run, in order."""
    rows: list[tuple[Cell, ...]] = []
    for run in sorted(solution.runs, key=lambda each: each.id):
        for number, stop in enumerate(run.stops, start=1):
            on, off = ", ".join(stop.on), ", ".join(stop.off)
            rows.append((run.id, number, stop.place, stop.arrive, stop.leave, on, off))
    columns = (
        Column("run", "Run"),
        Column("number", "Stop", Kind.COUNT),
        Column("place", "Place"),
        Column("arrive", "Arrive", Kind.CLOCK),
        Column("leave", "Leave", Kind.CLOCK),
        Column("on", "Getting on"),
        Column("off", "Getting off"),
    )
    return Table("stops", "Stops", columns, tuple(rows))


def rides(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return one row for each child and direction: run, place, time, ride and limit."""
    rows: list[tuple[Cell, ...]] = []
    for run in solution.runs:
        for each in run.children:
            child = problem.child[each]
            place = run.home_stop(each).place
            limit = ride_limit(problem, child, run.direction)
            ride = ride_seconds(problem, run, child)
            over = ride > problem.rides.guideline(child.phase)
            rows.append(
                (each, child.school, run.direction.value, run.id, place, walk_seconds(child, place),
                 collected_at(problem, run, child), ride, limit.seconds, limit.source, over)
            )  # fmt: skip
    columns = (
        Column("child", "Child"), Column("school", "School"), Column("direction", "Direction"), Column("run", "Run"),
        Column("place", "Met at"), Column("walk", "Walk", Kind.SECONDS), Column("time", "Time there", Kind.CLOCK),
        Column("ride", "Ride", Kind.SECONDS), Column("limit", "Limit", Kind.SECONDS), Column("source", "Limit from"),
        Column("over", "Over 45 or 75", Kind.YES_NO),
    )  # fmt: skip
    note = "A ride counts the walk to a pick-up point."
    return Table("rides", "Each child's ride", columns, tuple(sorted(rows, key=lambda r: (str(r[0]), str(r[2])))), note)


def vehicles(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return one row for each vehicle: its runs in order and what it costs a day."""
    rows: list[tuple[Cell, ...]] = []
    for vehicle, mine in sorted(solution.vehicles.items()):
        kind = problem.vehicle_class[mine[0].vehicle_class]
        week = costing.vehicle_costs(problem, mine)
        children = len({child for run in mine for child in run.children})
        listed = ", ".join(run.id for run in mine)
        rows.append(
            (vehicle, kind.operator, kind.id, listed, children, costing.a_day(sum(week)), costing.a_day(week[0]))
        )
    columns = (
        Column("vehicle", "Vehicle"),
        Column("operator", "Operator"),
        Column("class", "Vehicle class"),
        Column("runs", "Runs in order"),
        Column("children", "Children", Kind.COUNT),
        Column("day", "Cost a day", Kind.PENCE),
        Column("rate", "of which day rate", Kind.PENCE),
    )
    return Table("vehicles", "Vehicles", columns, tuple(rows), "Guides are not counted here.")


def unserved(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return each child left without a run, with the rule and what to do."""
    rows = tuple(
        (each.child, problem.child[each.child].school, each.direction.value, each.rule, each.sentence)
        for each in solution.unserved
    )
    columns = (
        Column("child", "Child"),
        Column("school", "School"),
        Column("direction", "Direction"),
        Column("rule", "Rule"),
        Column("sentence", "Why, and what to do"),
    )
    return Table("unserved", "Children without a run", columns, rows)


def breaches(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return every recorded breach: rides over 45 or 75 minutes, full bays."""
    rows = tuple(
        (v.rule, ", ".join(v.subjects), v.sentence, v.amount, v.unit) for v in verify(problem, solution) if not v.hard
    )
    columns = (
        Column("rule", "Rule"),
        Column("subjects", "Who and what"),
        Column("sentence", "What happens"),
        Column("amount", "By", Kind.COUNT),
        Column("unit", "Unit"),
    )
    return Table("breaches", "Breach register", columns, rows, "Breaches that are allowed, each for its reason.")


def bad_input(problem: RoutesProblem) -> Table:
    """Return every fault in what was asked, with the rule and the remedy."""
    rows = tuple((fault.subject, fault.rule, fault.sentence, fault.remedy) for fault in faults(problem))
    columns = (
        Column("subject", "About"),
        Column("rule", "Rule"),
        Column("sentence", "What is wrong"),
        Column("remedy", "What to do"),
    )
    return Table("faults", "Faults in what was asked", columns, rows, "The rest of the city is planned all the same.")


def changes(problem: RoutesProblem, solution: RoutesSolution) -> Table:
    """Return the children whose vehicle or time changes from last term's."""
    rows: list[tuple[Cell, ...]] = []
    for child_id in sorted(costing.changed(problem, solution)):
        for direction in Direction:
            before, now = problem.last_run.get((child_id, direction)), solution.run_of.get((child_id, direction))
            if before is not None and now is not None:
                was, is_now = before.home_stop(child_id).arrive, now.home_stop(child_id).arrive
                rows.append((child_id, direction.value, before.vehicle, now.vehicle, was, is_now))
    columns = (
        Column("child", "Child"),
        Column("direction", "Direction"),
        Column("was", "Vehicle last term"),
        Column("now", "Vehicle now"),
        Column("was_at", "Time last term", Kind.CLOCK),
        Column("now_at", "Time now", Kind.CLOCK),
    )
    note = f"Changed: another vehicle, or more than {problem.change.tolerance // 60} minutes earlier or later."
    return Table("changes", "Children who change", columns, tuple(rows), note)
