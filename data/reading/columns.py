"""Finds which column is which from the words at its top, and refuses what should never have been sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.issues import Issue, Level
from data.reading.grid import Grid, Line, letter
from data.reading.guessing import Choices, Question, Remembered, ask_about_headings, free_columns
from data.records import SHEETS, Sheet
from data.records.parsing import shown, tidy
from data.records.row import Column, columns, spellings

PERSONAL = re.compile(
    r"^(full|child|pupil|parent|carer|guide|staff|first|fore|sur|last|given|family|middle|known|preferred|mother|father)?"
    r"(s|as)?(name|names)$|^(dob|dateofbirth|birthdate|nhs|nhsno|nhsnumber|upn|uniquepupilnumber|nino|ninumber|"
    r"nationalinsurance(number)?|phone|telephone|mobile|tel|email|emailaddress|(parent|carer|home|mobile)?(phone|telephone)"
    r"(no|number|s)?[0-9]*|address|homeaddress|addressline[0-9]|address[0-9]|diagnosis|ethnicity|religion)$"
)
"""Headings, tidied, of what this product does not need and does not keep."""

LOOKED_AT = 12
"""Headings stand in one of this many first rows that hold anything."""


NO_CHOICES = Choices()


@dataclass(frozen=True)
class Layout:
    """Where each field of a sheet stands: the row of headings, and each field's column number and heading."""

    sheet: Sheet
    tab: str
    top: int
    at: dict[str, int]
    heading: dict[str, str]
    remembered: tuple[Remembered, ...] = ()

    def issue(self, rule: str, wrong: str, remedy: str, row: int, field: str, found: Any = "", **more: Any) -> Issue:
        """Return the issue of one cell."""
        at = self.at.get(field)
        place = "" if at is None else letter(at)
        told = "" if found is None or found == "" else shown(found)
        return Issue(rule, wrong, remedy, self.tab, row, place, self.heading.get(field, ""), told, **more)


def sheet_of(name: str, choices: Choices = NO_CHOICES) -> Sheet | None:
    """Return the sheet that a tab or file is meant for, by its name or as somebody chose, or None."""
    wanted = tidy(name)
    for sheet in SHEETS:
        if wanted in {tidy(each) for each in (sheet.name, sheet.field, *sheet.also)}:
            return sheet
    chosen = choices.tabs.get(wanted)
    return next((sheet for sheet in SHEETS if sheet.field == chosen), None)


def lay_out(
    grid: Grid, sheet: Sheet, choices: Choices = NO_CHOICES
) -> tuple[Layout | None, list[Issue], tuple[Question, ...]]:
    """Return where each field stands, an issue for each heading missing, doubled, personal or not kept, and questions.

    A heading that we do not know means what ``choices`` say; one that they do not name becomes a question.
    """
    known, fields = spellings(sheet.row), {column.field for column in columns(sheet.row)}
    chosen = {words: name for words, name in choices.on(sheet).items() if not name or name in fields}
    best = _headings(grid, sheet, chosen)
    if best is None:
        must = ", ".join(column.heading for column in columns(sheet.row) if column.required)
        remedy = f"Put these headings in the first row: {must}"
        wrong = "no row of this sheet holds the headings we know"
        return None, [Issue("no-headings", wrong, remedy, grid.name)], _asked_of_all(grid, sheet)
    at: dict[str, int] = {}
    heading: dict[str, str] = {}
    issues, unknown, remembered = [], [], []
    for number, cell in enumerate(best.cells):
        if cell is None or not str(cell).strip():
            continue
        words = tidy(str(cell))
        name = known[words].field if words in known else chosen.get(words)
        where = {"sheet": grid.name, "row": best.number, "column": letter(number), "heading": shown(cell)}
        if PERSONAL.match(words) and words not in known:
            issues.append(_personal(str(cell), where))
        elif name is None:
            issues.append(_unknown(str(cell), where))
            unknown.append(shown(cell))
        elif name in at:
            wrong = f"“{shown(cell)}” means the same as column {letter(at[name])}"
            issues.append(Issue("heading-twice", wrong, "Keep one of the two columns and delete the other", **where))
        elif name:
            at[name], heading[name] = number, shown(cell)
        if words not in known and name is not None:
            remembered.append(Remembered(grid.name, shown(cell), _called(sheet, name)))
    issues += _missing(columns(sheet.row), at, grid.name, best.number)
    questions = ask_about_headings(grid.name, sheet, unknown, free_columns(sheet, at))
    return Layout(sheet, grid.name, best.number, at, heading, tuple(remembered)), issues, questions


def _headings(grid: Grid, sheet: Sheet, chosen: Mapping[str, str]) -> Line | None:
    """Return the row that holds the most headings we know or were told, or None when none holds enough."""
    known = spellings(sheet.row)
    best, most = None, 0
    for line in grid.lines[:LOOKED_AT]:
        words = [tidy(str(cell)) for cell in line.cells if cell is not None]
        hits = sum(1 for word in words if word in known or chosen.get(word))
        if hits > most:
            best, most = line, hits
    return best if most >= min(2, len(columns(sheet.row))) else None


def _asked_of_all(grid: Grid, sheet: Sheet) -> tuple[Question, ...]:
    """Ask about every word of what looks most like a row of headings: the first row with the most words."""
    rows = [[shown(cell) for cell in line.cells if isinstance(cell, str) and cell.strip()] for line in grid.lines]
    words = max(rows[:LOOKED_AT], key=len, default=[])
    known = spellings(sheet.row)
    unknown = [each for each in words if tidy(each) not in known and not PERSONAL.match(tidy(each))]
    placed = [known[tidy(each)].field for each in words if tidy(each) in known]
    return ask_about_headings(grid.name, sheet, dict.fromkeys(unknown), free_columns(sheet, placed))


def _called(sheet: Sheet, name: str) -> str:
    return next((column.heading for column in columns(sheet.row) if column.field == name), "")


def _personal(cell: str, where: dict[str, Any]) -> Issue:
    remedy = "Delete the column and send the file again: the plans need references only"
    return Issue(
        "personal-column", f"“{shown(cell)}” looks like personal details, which we do not keep", remedy, **where
    )


def _unknown(cell: str, where: dict[str, Any]) -> Issue:
    remedy = "Rename it if it is one of ours under another name; otherwise there is nothing to do"
    return Issue(
        "column-not-kept",
        f"we do not know a column “{shown(cell)}”, so it was not read",
        remedy,
        level=Level.LOOK,
        **where,
    )


def _missing(all_columns: tuple[Column, ...], at: dict[str, int], tab: str, top: int) -> list[Issue]:
    return [
        Issue("missing-column", f"there is no column “{column.heading}”", "Add the column and fill it in", tab, top)
        for column in all_columns
        if column.required and column.field not in at
    ]
