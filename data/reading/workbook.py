"""Opens Excel workbooks that strangers send: looks at the file first, then reads its cells in a limited process."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from data.reading.grid import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Grid, Line, Opened, refused, too_long

CHILD = Path(__file__).with_name("child.py")
MOST_SECONDS = 300
"""The longest wait for the reading process on a busy machine; it may use 60 seconds of a processor."""
MOST_UNPACKED = 200_000_000
MOST_RATIO = 150
MOST_ENTRIES = 300
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def open_workbook(path: Path) -> Opened:
    """Return a workbook's sheets, or the one issue that says why it could not be opened and what to do."""
    return _look(path) or _cells(path)


def _look(path: Path) -> Opened | None:
    """Return why a file should not be opened at all, or None."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError:
        return refused("unreadable-file", "this file could not be opened", "Choose the file again")
    if size == 0:
        return refused("empty-file", "the selected file is empty", "Choose a file with data in it")
    if size > MOST_BYTES:
        return refused(
            "file-too-big",
            f"the selected file is larger than {MOST_BYTES // 1_000_000} MB",
            "Split it by sheet and import each part",
        )
    if head == OLE:
        return refused(
            "password-or-old-format",
            "the selected file is password protected or in the old .xls format",
            "Remove the password, save it as .xlsx and try again",
        )
    if not zipfile.is_zipfile(path):
        return refused(
            "not-a-workbook",
            "the selected file is not an Excel workbook",
            "Save it from Excel as .xlsx, or send the sheets as .csv",
        )
    return _look_inside(path)


def _look_inside(path: Path) -> Opened | None:
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
            names = {entry.filename.casefold() for entry in entries}
            broken = packed.testzip() if sum(entry.file_size for entry in entries) <= MOST_UNPACKED else None
    except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, NotImplementedError):
        return refused(
            "damaged-file", "the selected file is damaged", "Open it in Excel, save a fresh copy and try again"
        )
    unpacked = sum(entry.file_size for entry in entries)
    if broken is not None:
        return refused(
            "damaged-file", "the selected file is damaged", "Open it in Excel, save a fresh copy and try again"
        )
    if any("vbaproject" in name for name in names):
        return refused(
            "macro-workbook",
            "this workbook holds macros, which we never open",
            "Save it as .xlsx (Excel Workbook, no macros) and try again",
        )
    ratio = unpacked / max(1, path.stat().st_size)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or (ratio > MOST_RATIO and unpacked > 20_000_000):
        return refused(
            "file-unpacks-too-big",
            "this file unpacks to far more than a workbook should",
            "Copy the data to a new workbook and save that",
        )
    if "xl/workbook.xml" not in names:
        return refused(
            "not-a-workbook",
            "the selected file is not an Excel workbook",
            "Save it from Excel as .xlsx, or send the sheets as .csv",
        )
    return None


def _cells(path: Path) -> Opened:
    command = [sys.executable, "-I", str(CHILD), str(path), str(MOST_ROWS), str(MOST_COLUMNS)]
    quiet = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=False, env=quiet)  # noqa: S603
    except subprocess.TimeoutExpired:
        return _too_slow()
    if done.returncode == -signal.SIGXCPU:
        return _too_slow()
    if done.returncode != 0:
        return refused(
            "unreadable-file",
            "this workbook could not be read",
            "Open it in Excel, save a fresh copy as .xlsx and try again",
        )
    return _grids(done.stdout.decode("utf-8").splitlines())


def _too_slow() -> Opened:
    return refused(
        "too-slow-to-read",
        "this file took so long to read that we stopped",
        "Copy the data to a new workbook and save that",
    )


def _grids(printed: list[str]) -> Opened:
    opened = Opened()
    lines: list[Line] = []
    named: dict[str, Any] | None = None
    long = False

    def close() -> None:
        if named is not None:
            opened.grids.append(Grid(named["sheet"], () if long else tuple(lines), named["hidden"]))
            if long:
                opened.issues.append(too_long(named["sheet"]))

    for text in printed:
        told = json.loads(text)
        if "sheet" in told:
            close()
            named, lines, long = told, [], False
        elif "row" in told:
            lines.append(Line(told["row"], tuple(_value(cell) for cell in told["cells"])))
        elif "too_long" in told:
            long = True
    close()
    return opened


def _value(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    kind, held = next(iter(cell.items()))
    if kind == "datetime":
        return datetime.fromisoformat(held)
    if kind == "date":
        return date.fromisoformat(held)
    return time.fromisoformat(held) if kind == "time" else timedelta(seconds=held)
