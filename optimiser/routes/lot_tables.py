"""Lots as tables: what is offered to operators, and the schedule that goes with an invitation to tender."""

from collections.abc import Sequence

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.routes.costing import needs_guide
from optimiser.routes.model.lots import Lot, main_school
from optimiser.routes.problem import RoutesProblem, Seat
from optimiser.routes.solution import RoutesSolution
from optimiser.routes.tables import run_metres


def offer_table(lots: Sequence[Lot]) -> Table:
    """Return the lots to offer: what each is for, how large it is and who has it now."""
    rows = tuple((lot.id, lot.school, len(lot.vehicles), lot.children, lot.incumbent or "several") for lot in lots)
    columns = (
        Column("lot", "Lot"), Column("school", "School"), Column("vehicles", "Vehicles", Kind.COUNT),
        Column("children", "Children", Kind.COUNT), Column("incumbent", "Now with"),
    )  # fmt: skip
    return Table("lots", "Lots to offer", columns, rows, "A lot is the vehicles that mainly serve one school.")


def schedule_table(problem: RoutesProblem, solution: RoutesSolution, lots: Sequence[Lot]) -> Table:
    """Return what a bidder must be able to run, a row for each run of each lot; no child and no home is in it."""
    rows: list[tuple[Cell, ...]] = []
    for lot in lots:
        for number, vehicle in enumerate(lot.vehicles, start=1):
            for run in solution.vehicles[vehicle]:
                seated = {child for child in run.children if problem.child[child].seat is Seat.SEAT}
                rows.append(
                    (lot.id, main_school(problem, [run]), number, run.direction.value, run.layout, len(seated),
                     len(run.children) - len(seated), needs_guide(problem, run), run.begins, run.ends,
                     run_metres(problem, run), len(run.weekdays))
                )  # fmt: skip
    columns = (
        Column("lot", "Lot"), Column("school", "School"), Column("vehicle", "Vehicle of the lot", Kind.COUNT),
        Column("direction", "Direction"), Column("layout", "Layout"), Column("seated", "In seats", Kind.COUNT),
        Column("chairs", "In wheelchairs", Kind.COUNT), Column("guide", "Guide aboard", Kind.YES_NO),
        Column("begins", "First stop", Kind.CLOCK), Column("ends", "Last stop", Kind.CLOCK),
        Column("metres", "Length", Kind.METRES), Column("days", "Days a week", Kind.COUNT),
    )  # fmt: skip
    note = "For an invitation to tender: lengths and times as planned, homes and children left out."
    return Table("lot-schedule", "Schedule of the lots", columns, tuple(rows), note)
