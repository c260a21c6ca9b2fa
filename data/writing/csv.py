"""Writes tables as comma-separated text that Excel opens rightly and never runs."""

import csv
import io
from pathlib import Path

from data.writing.dress import for_excel, in_words, safe_text
from optimiser.core.table import Column, Kind, Table

NUMBERS = frozenset({Kind.COUNT, Kind.PENCE, Kind.SECONDS, Kind.METRES, Kind.SHARE})


def table_text(table: Table, *, notice: str = "") -> str:
    """Return one table as text, headings first; numbers stay numbers, in pounds, minutes and miles."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_text(_heading(column)) for column in table.columns])
    for row in table.rows:
        cells = []
        for value, column in zip(row, table.columns, strict=True):
            if column.kind in NUMBERS and isinstance(value, (int, float)) and not isinstance(value, bool):
                cells.append(str(round(for_excel(value, column.kind), 4)))
            else:
                cells.append(safe_text(in_words(value, column.kind)))
        writer.writerow(cells)
    if notice:
        writer.writerow([safe_text(notice)])
    return out.getvalue()


def _heading(column: Column) -> str:
    units = {Kind.PENCE: " (£)", Kind.SECONDS: " (minutes)", Kind.METRES: " (miles)"}
    return column.heading + units.get(column.kind, "")


def write_table(table: Table, path: Path, *, notice: str = "") -> None:
    """Write one table as UTF-8 text with the mark by which Excel knows it."""
    path.write_text(table_text(table, notice=notice), encoding="utf-8-sig", newline="")
