"""Opens a folder of CSV files, one a sheet, or a single one, in whatever encoding Excel left them."""

import csv
import io
from pathlib import Path

from data.issues import Issue
from data.reading.grid import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Grid, Line, Opened, refused, too_long


def open_folder(folder: Path) -> Opened:
    """Return a sheet for each .csv file of a folder, named as the file is."""
    files = sorted(path for path in folder.iterdir() if path.suffix.casefold() == ".csv")
    if not files:
        return refused(
            "no-files", "there are no .csv files in this folder", "Save each sheet as .csv, named like the sheet"
        )
    opened = Opened()
    for path in files:
        one = open_file(path)
        opened.grids.extend(one.grids)
        opened.issues.extend(one.issues)
    return opened


def open_file(path: Path) -> Opened:
    """Return one .csv file as a sheet named as the file is."""
    name = path.stem.replace("_", " ").replace("-", " ").strip()
    if path.stat().st_size > MOST_BYTES:
        return refused(
            "file-too-big", f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB", "Split it into smaller files"
        )
    text = _text(path.read_bytes())
    if text is None:
        return Opened(
            issues=[Issue("not-text", f"{path.name} is not a text file", "Save it as CSV UTF-8 from Excel", name)]
        )
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    lines = []
    try:
        for number, cells in enumerate(rows, start=1):
            if number > MOST_ROWS:
                return Opened([Grid(name, ())], [too_long(name)])
            if any(cell.strip() for cell in cells):
                lines.append(Line(number, tuple(_undo(cell) for cell in cells[:MOST_COLUMNS])))
    except csv.Error:
        return Opened(
            issues=[Issue("not-text", f"{path.name} could not be read as a table", "Save it again as CSV UTF-8", name)]
        )
    return Opened([Grid(name, tuple(lines))])


def _text(held: bytes) -> str | None:
    if b"\0" in held:
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return held.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _undo(cell: str) -> str | None:
    """Return the cell without the apostrophe that guards a spreadsheet against formulas."""
    held = cell.strip()
    if len(held) > 1 and held[0] == "'" and held[1] in "=+-@":
        held = held[1:]
    return held or None
