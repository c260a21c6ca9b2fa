"""Turns a sheet's cells into typed rows; a row with a fault is refused, counted and explained, never dropped."""

import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from data.issues import Issue
from data.reading.columns import Layout
from data.reading.grid import Grid, Line
from data.records import Settings
from data.records.kinds import CELLS
from data.records.parsing import bad, code, number, shown, tidy
from data.records.row import Row

EXAMPLE = "e.g."
"""A row whose first cell starts with this shows how to fill in, and is passed over."""

_ERROR = re.compile(r"^#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$")


@dataclass
class Typed:
    """A sheet's rows that could be read, those refused, the examples passed over, and the issues."""

    layout: Layout
    rows: list[Any] = field(default_factory=list)
    refused: int = 0
    examples: int = 0
    ids: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    @property
    def found(self) -> int:
        """How many rows of data stood on the sheet: always those kept and those refused."""
        return len(self.rows) + self.refused


def type_rows(grid: Grid, layout: Layout) -> Typed:
    """Return every row below the headings, typed or refused with its issues."""
    typed = Typed(layout)
    for line in grid.lines:
        if line.number <= layout.top:
            continue
        if str(line.cells[0] or "").strip().casefold().startswith(EXAMPLE):
            typed.examples += 1
            continue
        values = {name: line.cells[at] if at < len(line.cells) else None for name, at in layout.at.items()}
        if all(value is None or not str(value).strip() for value in values.values()):
            continue
        _remember(typed, values)
        row = _typed(typed, line, values)
        if row is None:
            typed.refused += 1
        else:
            typed.rows.append(row)
    return typed


def _remember(typed: Typed, values: dict[str, Any]) -> None:
    """Keep the id of every row, refused ones too, so that one fault does not make others look wrong."""
    key = typed.layout.sheet.row.key
    if key and values.get(key) is not None:
        try:
            typed.ids.add(code(values[key]))
        except ValueError:
            return


def _typed(typed: Typed, line: Line, values: dict[str, Any]) -> Row | None:
    layout = typed.layout
    reported = set()
    for name, value in values.items():
        if isinstance(value, str) and value.startswith("=") and len(value) > 1:
            remedy = "Copy the cell and paste it back as a value"
            typed.issues.append(
                layout.issue("formula-cell", "this cell holds a formula", remedy, line.number, name, value)
            )
            reported.add(name)
        elif isinstance(value, str) and _ERROR.match(value.strip()):
            remedy = "Put the value itself in the cell"
            wrong = "this cell holds a spreadsheet error"
            typed.issues.append(layout.issue("error-cell", wrong, remedy, line.number, name, value))
            reported.add(name)
    try:
        row = layout.sheet.row.model_validate(
            {
                **{name: value for name, value in values.items() if name not in reported},
                "sheet": layout.tab,
                "row": line.number,
            },
            context=CELLS,
        )
        return None if reported else row
    except ValidationError as faults:
        for fault in faults.errors(include_url=False):
            name = str(fault["loc"][0])
            if name not in reported and (name in layout.at or fault["type"] != "missing"):
                reported.add(name)
                typed.issues.append(_issue(layout, fault, line.number, name, values.get(name)))
        return None


def _issue(layout: Layout, fault: Any, row: int, name: str, found: Any) -> Issue:
    told = fault.get("ctx", {})
    rule = told.get("rule", "not-understood")
    wrong = told.get("wrong", f"“{shown(found)}” could not be understood")
    remedy = told.get("remedy", "Look at the note on the heading of this column")
    return layout.issue(rule, wrong, remedy, row, name, found)


def settings_from(typed: Typed) -> Settings:
    """Return the settings with those of the sheet changed; an unknown name or an impossible value becomes an issue."""
    names = {tidy(name): name for name in Settings.model_fields}
    chosen: dict[str, float] = {}
    for row in typed.rows:
        name = names.get(tidy(row.id))
        if name is None:
            remedy = "Use a name from the template's Settings sheet, or delete the row"
            wrong = f"“{shown(row.id)}” is not a setting"
            typed.issues.append(typed.layout.issue("unknown-setting", wrong, remedy, row.row, "id", row.id))
            continue
        try:
            value = number(row.value)
            Settings(**{name: value})
            chosen[name] = value
        except (ValidationError, type(bad("", "", ""))):
            wrong = f"“{shown(row.value)}” is not a possible value of {row.id}"
            remedy = "Type a number like the one in the template"
            typed.issues.append(typed.layout.issue("bad-setting", wrong, remedy, row.row, "value", row.value))
    return Settings(**chosen)
