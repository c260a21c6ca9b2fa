"""Tables as files: CSV, JSON and Excel, in which no text can become a formula."""

import csv
import io
import json
from typing import Any

from fastapi.responses import Response

from optimiser.core.table import Cell, Kind, Table
from optimiser.core.units import METRES_PER_MILE
from service import plans, shown
from service.optimisers.jobs import JSON, XLSX, workbook

ENDINGS = ("csv", "json", "xlsx")
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\0")


def chosen(table: Table, *, find: str = "", sort: str = "", down: bool = False) -> list[tuple[Cell, ...]]:
    """Return a table's rows that hold a text, in the order of a column (by its key)."""
    rows = list(table.rows)
    if find:
        wanted = find.casefold()
        kinds = [column.kind for column in table.columns]
        rows = [
            row
            for row in rows
            if any(wanted in shown.cell(value, kind).casefold() for value, kind in zip(row, kinds, strict=True))
        ]
    keys = [column.key for column in table.columns]
    if sort in keys:
        at = keys.index(sort)
        rows.sort(key=lambda row: _order(row[at]), reverse=down)
    return rows


def _order(value: Cell) -> tuple[int, float, str]:
    if value is None:
        return (2, 0.0, "")
    if isinstance(value, (bool, int, float)):
        return (0, float(value), "")
    return (1, 0.0, value.casefold())


def safe(text: str) -> str:
    """Return text that a spreadsheet will not run: a quotation mark goes before what could begin a formula."""
    return "'" + text if text.startswith(_LIVE) else text


def plain(value: Cell, kind: Kind) -> Any:
    """Return a cell as a spreadsheet should hold it: pounds, minutes and miles as numbers, text made safe."""
    if value is None:
        return ""
    if kind is Kind.YES_NO:
        return "yes" if value else "no"
    if isinstance(value, str):
        return safe(shown.day(value) if kind is Kind.DATE else value)
    if kind is Kind.PENCE:
        return f"{value / 100:.2f}"
    if kind is Kind.SECONDS:
        return f"{value / 60:.1f}"
    if kind is Kind.METRES:
        return f"{value / METRES_PER_MILE:.2f}"
    return shown.clock(value) if kind is Kind.CLOCK else value


_UNITS = {Kind.PENCE: " (£)", Kind.SECONDS: " (minutes)", Kind.METRES: " (miles)"}


def as_csv(table: Table, notice: str = "") -> bytes:
    """Return a table as CSV with a byte order mark, so that Excel reads the letters right; the notice comes last."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(column.heading + _UNITS.get(column.kind, "")) for column in table.columns])
    for row in table.rows:
        writer.writerow([plain(value, column.kind) for value, column in zip(row, table.columns, strict=True)])
    if notice:
        writer.writerow([safe(notice)])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def answer(table: Table, ending: str, *, name: str, notice: str) -> Response:
    """Answer with a table as a file of one of the endings."""
    if ending == "csv":
        body, media = as_csv(table, notice), "text/csv; charset=utf-8"
    elif ending == "json":
        body, media = json.dumps(plans.as_json(table) | {"notice": notice}).encode("utf-8"), JSON
    else:
        body, media = workbook((table,), notice), XLSX
    return Response(body, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'})
