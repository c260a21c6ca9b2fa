"""What a plan of runs is told by besides its report: lengths, loads, fleet, punctuality, and files to take out."""

import importlib
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from optimiser.core.table import Cell, Column, Kind, Table
from service.optimisers.jobs import SVG, ZIP, Job
from service.runs import Made

STEP = 10
"""Minutes in one bar of the chart of journey lengths."""
GEOJSON = "application/geo+json"


def further(problem: Any, solution: Any) -> tuple[Table, ...]:
    """Return the tables that charts are drawn from and letters merged from, for a finished plan of runs."""
    lateness = importlib.import_module("scenarios.lateness")
    letters = importlib.import_module("data.writing.letters")
    lots = importlib.import_module("optimiser.routes.model.lots").lots_by_school(problem, solution)
    offered = importlib.import_module("optimiser.routes.lot_tables")
    ordinary = importlib.import_module("service.travelling").uncertainty(days=400)
    runs, rides = lateness.simulate(problem, solution, uncertainty=ordinary)
    return (
        lengths(problem, solution),
        loads(problem, solution),
        fleet(problem, solution),
        *lateness.tables(runs, rides, uncertainty=ordinary),
        lateness.buffer_table(problem, solution, uncertainty=ordinary),
        letters.letters(problem, solution),
        offered.offer_table(lots),
        offered.schedule_table(problem, solution, lots),
    )


def lengths(problem: Any, solution: Any) -> Table:
    """Return how many child journeys last how long, in bars of ten minutes, by phase."""
    riding = importlib.import_module("optimiser.routes.riding")
    counts: Counter[tuple[int, bool]] = Counter()
    for run in solution.runs:
        for ref in run.children:
            child = problem.child[ref]
            minutes = int(riding.ride_seconds(problem, run, child)) // 60
            counts[minutes // STEP, child.phase.value == "primary"] += 1
    last = max((bar for bar, _ in counts), default=0)
    rows = tuple(
        (f"{bar * STEP}–{bar * STEP + STEP - 1}", counts[bar, True], counts[bar, False]) for bar in range(last + 1)
    )
    columns = (
        Column("minutes", "Minutes"),
        Column("primary", "Primary (guideline 45)", Kind.COUNT),
        Column("older", "Secondary and post-16 (guideline 75)", Kind.COUNT),
    )
    note = f"{sum(counts.values())} child journeys, morning and afternoon, walk to a pick-up point counted."
    return Table("lengths", "Journey lengths", columns, rows, note)


def loads(problem: Any, solution: Any) -> Table:
    """Return how many runs carry how many children, and how many seats and spaces those runs have."""
    runs: Counter[int] = Counter()
    seats: Counter[int] = Counter()
    for run in solution.runs:
        layout = problem.vehicle_class[run.vehicle_class].layout(run.layout)
        runs[len(run.children)] += 1
        seats[len(run.children)] += 0 if layout is None else layout.seats + layout.wheelchairs
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(count), runs[count], seats[count], count * runs[count] / seats[count] if seats[count] else None)
        for count in sorted(runs)
    )
    columns = (
        Column("children", "Children aboard"),
        Column("runs", "Runs", Kind.COUNT),
        Column("seats", "Seats and spaces", Kind.COUNT),
        Column("share", "Seats taken", Kind.SHARE),
    )
    return Table("load", "Load: children aboard a run", columns, rows, f"{len(solution.runs)} runs, each way counted.")


def fleet(problem: Any, solution: Any) -> Table:
    """Return how many vehicles of each class are used, and how many there are."""
    used = Counter(runs[0].vehicle_class for runs in solution.vehicles.values())
    carried: Counter[str] = Counter()
    for run in solution.runs:
        carried[run.vehicle_class] += len(run.children)
    rows = tuple(
        (kind.id, kind.operator, used[kind.id], None if kind.available is None else kind.available - used[kind.id],
         carried[kind.id])
        for kind in problem.vehicle_classes
    )  # fmt: skip
    columns = (
        Column("class", "Vehicle class"),
        Column("operator", "Operator"),
        Column("used", "Used", Kind.COUNT),
        Column("spare", "Not used", Kind.COUNT),
        Column("children", "Child journeys", Kind.COUNT),
    )
    return Table("fleet", "Fleet use", columns, rows, "Not used is empty where the operator gives no limit.")


def files(problem: Any, solution: Any, points: Mapping[str, Any], job: Job) -> list[Made]:
    """Return the runs as GeoJSON and GPX, and the charts of the plan's tables."""
    from service import travelling

    tracks = importlib.import_module("data.writing.tracks")
    source = importlib.import_module("data.travel.source")
    try:
        ways = travelling.run_ways(solution.runs, points)
    except source.TravelFailed:  # straight lines, which say so, are better than no files
        ways = {}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, body in tracks.gpx_files(solution.runs, ways, points, notice=job.notice):
            out.writestr(name, body)
    shapes = tracks.geojson(solution.runs, ways, points, notice=job.notice).encode("utf-8")
    return [
        Made("routes.runs.geojson", "Runs and stops for a map program (GeoJSON)", GEOJSON, shapes),
        Made("routes.gpx.zip", "Runs for satellite navigation (GPX), one file a run", ZIP, packed.getvalue()),
    ]


def charts(tables: Mapping[str, Table]) -> list[Made]:
    """Return the charts of a plan of runs, drawn from its tables by key."""
    drawn = importlib.import_module("maps.charts")
    made = [
        chart("routes", tables["lengths"], drawn.bars, label="minutes", values=("primary", "older"), upright=True),
        chart("routes", tables["load"], drawn.bars, label="children", values=("runs",), upright=True),
        chart("routes", tables["fleet"], drawn.bars, label="class", values=("used", "spare")),
        chart("routes", tables["buffers"], drawn.lines, across="minutes", values=("on_time",)),
    ]
    if "frontier" in tables:
        made.append(chart("routes", tables["frontier"], drawn.lines, across="changed", values=("saving",)))
    return made


def chart(kind: str, table: Table, draw: Callable[..., str], **how: Any) -> Made:
    """Return a table's chart as a file named after the table, so that the page shows the two side by side."""
    return Made(f"{kind}.{table.key}.svg", table.title, SVG, draw(table, **how).encode("utf-8"))
