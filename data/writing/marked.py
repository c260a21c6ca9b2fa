"""Writes the same workbook back with every bad cell yellow and the reason beside it."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from data.issues import Issue, Level

BAD = PatternFill("solid", fgColor="FFDD00")
LOOK = PatternFill("solid", fgColor="D2E2F1")
LIST = "Reasons"
MOST_COLUMNS = 60


def write_marked(path: Path, issues: Sequence[Issue], out: Path) -> None:
    """Write a copy of a workbook with its faults marked: yellow cells with comments, a reason column and a list of all.

    A file that could not be opened at all gives a workbook with the list only.
    """
    try:
        book = openpyxl.load_workbook(path) if any(issue.sheet for issue in issues) else openpyxl.Workbook()
    except (OSError, ValueError, KeyError):
        book = openpyxl.Workbook()
    by_sheet: dict[str, list[Issue]] = defaultdict(list)
    for issue in issues:
        by_sheet[issue.sheet].append(issue)
    for sheet in book.worksheets:
        if sheet.title in by_sheet:
            _mark(sheet, by_sheet[sheet.title])
    _list(book, issues)
    book.save(out)


def _mark(sheet: object, issues: list[Issue]) -> None:
    reasons: dict[int, list[str]] = defaultdict(list)
    for issue in issues:
        if issue.cell:
            cell = sheet[issue.cell]  # type: ignore[index]
            cell.fill = BAD if issue.level is Level.STOP else LOOK
            cell.comment = Comment(f"{issue.wrong}. {issue.remedy}.", "send-optimiser")
        if issue.row:
            reasons[issue.row].append(f"{issue.heading or 'row'}: {issue.wrong}. {issue.remedy}.")
    column = get_column_letter(min(sheet.max_column, MOST_COLUMNS) + 1)  # type: ignore[attr-defined]
    for row, words in reasons.items():
        cell = sheet[f"{column}{row}"]  # type: ignore[index]
        cell.value = " ".join(words)
        cell.data_type = "s"
        cell.font = Font(color="B10E1E")


def _list(book: openpyxl.Workbook, issues: Sequence[Issue]) -> None:
    if LIST in book.sheetnames:
        del book[LIST]
    page = book.create_sheet(LIST, 0)
    page.append(["Where", "Heading", "What it holds", "What is wrong", "What to do", "How bad"])
    for issue in issues:
        page.append([issue.where, issue.heading, "", issue.wrong, issue.remedy, issue.level.value])
        held = page.cell(page.max_row, 3, issue.found)
        held.data_type = "s"
    for column, width in zip("ABCDEF", (24, 24, 24, 60, 60, 18), strict=True):
        page.column_dimensions[column].width = width
    page.freeze_panes = "A2"
