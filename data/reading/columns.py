"""Finds which column is which from the words at its top, and refuses what should never have been sent."""

import re
from dataclasses import dataclass
from typing import Any

from data.issues import Issue, Level
from data.reading.grid import Grid, letter
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


@dataclass(frozen=True)
class Layout:
    """Where each field of a sheet stands: the row of headings, and each field's column number and heading."""

    sheet: Sheet
    tab: str
    top: int
    at: dict[str, int]
    heading: dict[str, str]

    def issue(self, rule: str, wrong: str, remedy: str, row: int, field: str, found: Any = "", **more: Any) -> Issue:
        """Return the issue of one cell."""
        at = self.at.get(field)
        place = "" if at is None else letter(at)
        told = "" if found is None or found == "" else shown(found)
        return Issue(rule, wrong, remedy, self.tab, row, place, self.heading.get(field, ""), told, **more)


def sheet_of(name: str) -> Sheet | None:
    """Return the sheet that a tab or file is meant for, or None."""
    wanted = tidy(name)
    for sheet in SHEETS:
        if wanted in {tidy(each) for each in (sheet.name, sheet.field, *sheet.also)}:
            return sheet
    return None


def lay_out(grid: Grid, sheet: Sheet) -> tuple[Layout | None, list[Issue]]:
    """Return where each field stands, and an issue for each heading missing, doubled, personal or not kept."""
    known = spellings(sheet.row)
    best, most = None, 0
    for line in grid.lines[:LOOKED_AT]:
        hits = sum(1 for cell in line.cells if cell is not None and tidy(str(cell)) in known)
        if hits > most:
            best, most = line, hits
    if best is None or most < min(2, len(columns(sheet.row))):
        must = ", ".join(column.heading for column in columns(sheet.row) if column.required)
        remedy = f"Put these headings in the first row: {must}"
        return None, [Issue("no-headings", "no row of this sheet holds the headings we know", remedy, grid.name)]
    at: dict[str, int] = {}
    heading: dict[str, str] = {}
    issues = []
    for number, cell in enumerate(best.cells):
        if cell is None or not str(cell).strip():
            continue
        column = known.get(tidy(str(cell)))
        where = {"sheet": grid.name, "row": best.number, "column": letter(number), "heading": shown(cell)}
        if column is None:
            issues.append(_unknown(str(cell), where))
        elif column.field in at:
            wrong = f"“{shown(cell)}” means the same as column {letter(at[column.field])}"
            issues.append(Issue("heading-twice", wrong, "Keep one of the two columns and delete the other", **where))
        else:
            at[column.field], heading[column.field] = number, shown(cell)
    issues += _missing(columns(sheet.row), at, grid.name, best.number)
    return Layout(sheet, grid.name, best.number, at, heading), issues


def _unknown(cell: str, where: dict[str, Any]) -> Issue:
    if PERSONAL.match(tidy(cell)):
        remedy = "Delete the column and send the file again: the plans need references only"
        return Issue(
            "personal-column", f"“{shown(cell)}” looks like personal details, which we do not keep", remedy, **where
        )
    remedy = "Nothing to do, unless it is one of ours under another name: then rename it"
    return Issue("column-not-kept", f"we did not keep “{shown(cell)}”", remedy, level=Level.LOOK, **where)


def _missing(all_columns: tuple[Column, ...], at: dict[str, int], tab: str, top: int) -> list[Issue]:
    return [
        Issue("missing-column", f"there is no column “{column.heading}”", "Add the column and fill it in", tab, top)
        for column in all_columns
        if column.required and column.field not in at
    ]
