"""Reads a file of timed journeys, or every fault in it."""

from pathlib import Path

from data.issues import Issue, stops
from data.reading import csv, workbook
from data.reading.columns import lay_out
from data.reading.rows import type_rows
from data.records.journeys import JOURNEYS, Journey


def read_journeys(path: Path) -> tuple[tuple[Journey, ...], tuple[Issue, ...]]:
    """Return the journeys of the first sheet of a .csv or .xlsx file, none when any issue stops the reading."""
    if not path.is_file():
        return (), (Issue("unreadable-file", "there is no such file", "Choose the file again"),)
    opened = csv.open_file(path) if path.suffix.casefold() == ".csv" else workbook.open_workbook(path)
    issues = list(opened.issues)
    if stops(issues) or not opened.grids:
        return (), tuple(issues) or (Issue("no-rows", "the file holds no sheet", "Put the journeys on the first"),)
    laid, faults, *_ = lay_out(opened.grids[0], JOURNEYS)
    issues += faults
    if laid is None:
        return (), tuple(issues)
    typed = type_rows(opened.grids[0], laid)
    issues += typed.issues
    return (() if stops(issues) else tuple(typed.rows)), tuple(issues)
