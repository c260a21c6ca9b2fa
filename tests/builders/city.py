"""Builds small city workbooks and plants faults in them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from data.records import SHEET
from data.records.row import columns


@dataclass(frozen=True)
class Fault:
    """A value put into one cell, by sheet field, row number and column field, and the rule it should break."""

    sheet: str
    row: int
    column: str
    value: Any
    rule: str

    @property
    def tab(self) -> str:
        return SHEET[self.sheet].name

    @property
    def cell(self) -> str:
        number = [each.field for each in columns(SHEET[self.sheet].row)].index(self.column)
        return f"{openpyxl.utils.get_column_letter(number + 1)}{self.row}"


def plant(source: Path, faults: list[Fault], out: Path) -> list[Fault]:
    """Write a copy of a workbook with the faults in it; return the faults that would undo them."""
    book = openpyxl.load_workbook(source)
    undo = []
    for fault in faults:
        cell = book[fault.tab][fault.cell]
        undo.append(Fault(fault.sheet, fault.row, fault.column, cell.value, ""))
        cell.value = fault.value
    book.save(out)
    return undo


def a_workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    """Write a workbook from rows of cells, a sheet for each keyword (underscores read as spaces)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name.replace("_", " "))
        for row in rows:
            page.append(row)
    book.save(path)
    return path


SCHOOLS = [
    ["School code", "School name", "Phase", "Kind", "Area", "Postcode", "Bell", "Finish"],
    ["330-2040", "Cherry Orchard", "Primary", "Community", "West", "b202lb", 8.45, "3.15pm"],
]
