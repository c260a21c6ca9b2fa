"""Reads a file into a city, or into the list of everything that is wrong with it; nothing is half imported."""

from dataclasses import dataclass, field
from pathlib import Path

from data.issues import Issue, Level, stops
from data.reading import csv, workbook
from data.reading.checks import cross_check
from data.reading.columns import NO_CHOICES, lay_out, sheet_of
from data.reading.grid import Grid, Opened, refused
from data.reading.guessing import Choices, Question, Remembered, ask_about_tab
from data.reading.rows import Typed, settings_from, type_rows
from data.records import SHEETS, City
from data.records.parsing import tidy

OURS = frozenset({"about", "lists", "reasons"})
"""Sheets that our own workbooks carry and that hold no data."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A sheet's rows: found is always kept and refused together; example rows are apart."""

    sheet: str
    found: int
    kept: int
    refused: int
    examples: int = 0


@dataclass(frozen=True)
class Reading:
    """What a file held. ``city`` is None when any issue stops the import; ``counts`` are rows found by sheet."""

    city: City | None
    issues: tuple[Issue, ...] = ()
    tallies: tuple[Tally, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    remembered: tuple[Remembered, ...] = ()


def read(path: Path | str, *, choices: Choices = NO_CHOICES) -> Reading:
    """Read a workbook, a CSV file or a folder of CSV files, and gather every fault of every sheet at once.

    ``choices`` say what headings and tabs of their own mean that we do not know; what is left becomes questions.
    """
    opened = _open(Path(path))
    issues = list(opened.issues)
    questions: list[Question] = []
    fictional = any(_says_fiction(grid) for grid in opened.grids)
    title = next((_title(grid) for grid in opened.grids if grid.name.casefold() == "about"), "")
    sheets = _typed(opened, issues, questions, choices)
    told = (
        tuple(questions),
        _tabs_chosen(opened, choices) + tuple(each for typed in sheets.values() for each in typed.layout.remembered),
    )
    settings = settings_from(sheets["settings"]) if "settings" in sheets else None
    for typed in sheets.values():
        issues += typed.issues
    issues += cross_check({name: typed for name, typed in sheets.items() if _has_names(typed)})
    if not sheets and not stops(issues):
        known = ", ".join(sheet.name for sheet in SHEETS)
        issues.append(Issue("wrong-sheet", "no sheet of this file is one of ours", f"Name the sheets: {known}"))
    tallies = tuple(Tally(t.layout.tab, t.found, len(t.rows), t.refused, t.examples) for t in sheets.values())
    counts = {tally.sheet: tally.found for tally in tallies if tally.found}
    facts = [name for name, typed in sheets.items() if typed.found and name != "settings"]
    if sheets and not facts and not stops(issues):
        issues.append(Issue("no-rows", "no sheet of this file holds any rows", "Fill in at least the Schools sheet"))
    if stops(issues):
        return Reading(None, tuple(issues), tallies, counts, *told)
    rows = {name: tuple(typed.rows) for name, typed in sheets.items() if name != "settings"}
    more = {} if settings is None else {"settings": settings}
    made = any(getattr(row, "fictional", None) for row in rows.get("pupils", ()))
    city = City(title=title, fictional=fictional or made, **rows, **more)
    return Reading(city, tuple(issues), tallies, counts, *told)


def _open(path: Path) -> Opened:
    if path.is_dir():
        return csv.open_folder(path)
    if not path.is_file():
        return refused("unreadable-file", "there is no such file", "Choose the file again")
    if path.suffix.casefold() == ".csv":
        return csv.open_file(path)
    return workbook.open_workbook(path)


def _typed(opened: Opened, issues: list[Issue], questions: list[Question], choices: Choices) -> dict[str, Typed]:
    sheets: dict[str, Typed] = {}
    for grid in opened.grids:
        if grid.name.casefold() in OURS:
            continue
        sheet = sheet_of(grid.name, choices)
        if sheet is None:
            issues += _not_ours(grid)
            if grid.lines and tidy(grid.name) not in choices.tabs:
                questions.append(ask_about_tab(grid, _named(opened, choices)))
        elif sheet.field in sheets:
            wrong = f"this is a second sheet of {sheet.name.casefold()}"
            issues.append(Issue("sheet-twice", wrong, "Put all the rows on one sheet", grid.name))
        elif grid.lines:
            layout, faults, asked = lay_out(grid, sheet, choices)
            issues += faults
            questions += asked
            if layout is not None:
                sheets[sheet.field] = type_rows(grid, layout)
    return sheets


def _has_names(typed: Typed) -> bool:
    """Return whether a sheet's rows can be referred to: one missing column must not be told as a hundred faults."""
    key = typed.layout.sheet.row.key
    return not key or key in typed.layout.at


def _named(opened: Opened, choices: Choices) -> list[str]:
    """Return the sheets of ours that some tab of a file is, by name or by choice."""
    return [found.field for grid in opened.grids if (found := sheet_of(grid.name, choices)) is not None]


def _tabs_chosen(opened: Opened, choices: Choices) -> tuple[Remembered, ...]:
    names = {sheet.field: sheet.name for sheet in SHEETS}
    return tuple(
        Remembered(grid.name, "", names.get(choices.tabs[tidy(grid.name)], ""))
        for grid in opened.grids
        if tidy(grid.name) in choices.tabs and sheet_of(grid.name) is None
    )


def _not_ours(grid: Grid) -> list[Issue]:
    if not grid.lines:
        return []
    wrong = f"we do not know a sheet called “{grid.name}”, so its {len(grid.lines)} rows were not read"
    names = ", ".join(sheet.name for sheet in SHEETS)
    return [Issue("unknown-sheet", wrong, f"Rename it if it is one of: {names}", grid.name, level=Level.LOOK)]


def _says_fiction(grid: Grid) -> bool:
    return grid.name.casefold() == "about" and any(
        isinstance(cell, str) and cell.casefold().startswith("fictional example")
        for line in grid.lines
        for cell in line.cells
    )


def _title(grid: Grid) -> str:
    return str(grid.lines[0].cells[0] or "") if grid.lines and grid.lines[0].cells else ""
