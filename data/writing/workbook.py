"""Writes workbooks: a report's tables, a whole city, or an empty template; nothing in them is ever a live formula."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from data.records import SHEETS, City, Sheet
from data.records.row import Column, columns
from data.writing.dress import FORMATS, for_excel
from data.writing.marked import write_marked
from optimiser.core.table import Kind, Table

__all__ = ["write_city", "write_marked", "write_tables", "write_template"]

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FICTION = "Fictional example: children, homes, guides, staff and vehicles are invented. No real child is shown."
EXAMPLE = "e.g. "
"""The first cell of a template's example row starts with this, and the reader passes over such a row."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ROWS_OFFERED = 5000


def write_tables(tables: Iterable[Table], path: Path, *, notice: str = "") -> None:
    """Write each table on a sheet of its own, with its note and the notice above it, ready to filter and to print."""
    book = xlsxwriter.Workbook(str(path), SAFE)
    looks = _looks(book)
    taken: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(_tab(table.title, taken))
        sheet.write_string(0, 0, table.title, looks["title"])
        line = 1
        for words in (table.note, notice):
            if words:
                sheet.write_string(line, 0, words, looks["note"])
                line += 1
        _table(sheet, table, line + 1, looks)
    if not taken:
        book.add_worksheet("Nothing to show")
    book.close()


def _looks(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "font_name": "Arial"}),
        "note": book.add_format({"italic": True, "font_color": "#505a5f", "font_name": "Arial"}),
        "head": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "font_name": "Arial", "bg_color": "#f3f2f1"}
        ),
        "must": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "font_name": "Arial", "bg_color": "#dfe9f3"}
        ),
        "example": book.add_format({"italic": True, "font_color": "#505a5f", "font_name": "Arial"}),
        "clock": book.add_format({"num_format": "hh:mm", "font_name": "Arial"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy", "font_name": "Arial"}),
        "money": book.add_format({"num_format": "#,##0.00", "font_name": "Arial"}),
        "text": book.add_format({"font_name": "Arial"}),
        **{
            kind: book.add_format({"num_format": words, "font_name": "Arial", "valign": "top"})
            for kind, words in FORMATS.items()
        },
        Kind.TEXT: book.add_format({"font_name": "Arial", "valign": "top"}),
        Kind.YES_NO: book.add_format({"font_name": "Arial", "valign": "top"}),
    }


def _tab(title: str, taken: set[str]) -> str:
    """Return a sheet name that Excel allows and that no sheet has yet."""
    base = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "Table"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[:27]} {number}", number + 1
    taken.add(name.casefold())
    return name


def _table(sheet: Any, table: Table, top: int, looks: dict[Any, Any]) -> None:
    for number, column in enumerate(table.columns):
        sheet.write_string(top, number, column.heading, looks["head"])
        widest = max((len(str(row[number])) for row in table.rows[:200] if row[number] is not None), default=0)
        sheet.set_column(number, number, min(60, max(10, len(column.heading) * 0.8, widest + 2)))
    for line, row in enumerate(table.rows, start=top + 1):
        for number, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            _write(sheet, line, number, for_excel(value, column.kind), looks[column.kind])
    sheet.freeze_panes(top + 1, 1)
    if table.rows:
        sheet.autofilter(top, 0, top + len(table.rows), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _write(sheet: Any, line: int, number: int, value: Any, look: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(line, number, value, look)
    elif isinstance(value, (int, float)):
        sheet.write_number(line, number, value, look)
    elif value:
        sheet.write_string(line, number, str(value), look)


def write_city(city: City, path: Path) -> None:
    """Write a city as the workbook that a council would send: a sheet a kind of row, headings in the first row."""
    _city_book(path, SHEETS, city, example=False)


def write_template(path: Path, *, desk: str | None = None) -> None:
    """Write an empty workbook for one desk (transport, meetings or places), or for the whole city when None.

    Every sheet has its headings, notes, drop-downs and one example row that the reader passes over.
    """
    _city_book(path, [sheet for sheet in SHEETS if desk is None or desk in sheet.desks], City(), example=True)


def _city_book(path: Path, sheets: Sequence[Sheet], city: City, *, example: bool) -> None:
    book = xlsxwriter.Workbook(str(path), SAFE)
    looks = _looks(book)
    _about(book, sheets, city, looks, example=example)
    lists: list[tuple[str, tuple[str, ...]]] = []
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        _headings(page, sheet, looks)
        rows = (
            _settings_rows(city)
            if sheet.field == "settings"
            else [_cells(sheet, r) for r in getattr(city, sheet.field)]
        )
        if example and sheet.field != "settings":
            _example(page, sheet, looks)
        for line, cells in enumerate(rows, start=1):
            for number, (value, look) in enumerate(cells):
                _write(page, line, number, value, looks[look])
        lists.extend(_offers(page, sheet))
    _lists_sheet(book, lists)
    book.close()


def _about(book: Any, sheets: Sequence[Sheet], city: City, looks: dict[Any, Any], *, example: bool) -> None:
    page = book.add_worksheet("About")
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    lines = [(city.title or "send-optimiser workbook", "")]
    if city.fictional:
        lines.append(("Notice", FICTION))
    lines.append(
        ("How to fill in", "One row each. Blue headings must be filled. References only: no names, no NHS numbers.")
    )
    if example:
        lines.append(
            ("Example rows", "A row whose first cell starts with “e.g.” shows how; it is passed over on reading.")
        )
    lines.extend((sheet.name, sheet.about) for sheet in sheets)
    for line, (name, words) in enumerate(lines):
        page.write_string(line, 0, name, looks["title"] if line == 0 else looks["head"])
        page.write_string(line, 1, words, looks["text"])


def _headings(page: Any, sheet: Sheet, looks: dict[Any, Any]) -> None:
    for number, column in enumerate(columns(sheet.row)):
        page.write_string(0, number, column.heading, looks["must" if column.required else "head"])
        note = ". ".join(part for part in (column.note, "Must be filled" if column.required else "") if part)
        if note:
            page.write_comment(0, number, note, {"x_scale": 2})
        page.set_column(number, number, max(11, min(34, len(column.heading) + 2)))
    page.freeze_panes(1, 1)


def _example(page: Any, sheet: Sheet, looks: dict[Any, Any]) -> None:
    for number, column in enumerate(columns(sheet.row)):
        shown = "" if column.example is None else str(column.example)
        if number == 0:
            shown = EXAMPLE + shown
        page.write_string(1, number, shown, looks["example"])


def _cells(sheet: Sheet, row: Any) -> list[tuple[Any, str]]:
    return [_cell(getattr(row, column.field), column) for column in columns(sheet.row)]


def _cell(value: Any, column: Column) -> tuple[Any, str]:
    if value is None or value == ():
        return "", "text"
    if isinstance(value, bool):
        return ("Yes" if value else "No"), "text"
    if isinstance(value, date):
        return value, "date"
    if isinstance(value, tuple):
        return "; ".join(_one(part) for part in value), "text"
    if column.kind == "clock":
        return value / 86_400, "clock"
    if column.kind == "money":
        return value / 100, "money"
    return value, "text"


def _one(part: Any) -> str:
    if isinstance(part, date):
        return f"{part:%d/%m/%Y}"
    if isinstance(part, tuple):
        return f"{part[0]}+{part[1]}" if part[1] else str(part[0])
    return DAYS[part] if isinstance(part, int) else str(part)


def _settings_rows(city: City) -> list[list[tuple[Any, str]]]:
    from data.records.settings import about

    found = []
    for name, value in city.settings.model_dump().items():
        unit, source = about(name)
        found.append([(part, "text") for part in (name.replace("_", " "), value, unit, source)])
    return found


def _offers(page: Any, sheet: Sheet) -> list[tuple[str, tuple[str, ...]]]:
    """Put a drop-down on every column that offers words; return the lists for the hidden sheet they are read from."""
    lists = []
    for number, column in enumerate(columns(sheet.row)):
        words = column.offers or (("Yes", "No") if column.kind == "yes-no" else ())
        if not words or column.kind == "list":
            continue
        name = f"L_{sheet.field}_{column.field}"
        lists.append((name, tuple(words)))
        rule = {
            "validate": "list",
            "source": f"={name}",
            "error_type": "warning",
            "error_title": column.heading[:32],
            "error_message": "Not one of the usual words. It may still be understood when the file is checked.",
        }
        page.data_validation(1, number, ROWS_OFFERED, number, rule)
    return lists


def _lists_sheet(book: Any, lists: list[tuple[str, tuple[str, ...]]]) -> None:
    page = book.add_worksheet("Lists")
    for number, (name, words) in enumerate(lists):
        for line, word in enumerate(words):
            page.write_string(line, number, word)
        letter = xlsxwriter.utility.xl_col_to_name(number)
        book.define_name(name, f"=Lists!${letter}$1:${letter}${len(words)}")
    page.hide()
