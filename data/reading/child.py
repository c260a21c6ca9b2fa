"""Reads one workbook's cells in a process of its own, with little memory, and prints them as JSON lines.

It is run by path and imports nothing of the product, so that a hostile file meets as little as possible.
"""

import datetime
import json
import resource
import sys

MEMORY = 1 << 30
CPU_SECONDS = 60


def plain(value):
    """Return a cell's value as JSON data, dates and times marked."""
    if isinstance(value, datetime.datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, datetime.time):
        return {"time": value.isoformat()}
    if isinstance(value, datetime.timedelta):
        return {"seconds": value.total_seconds()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value[:2000] if isinstance(value, str) else value
    return str(value)[:2000]


def main(path: str, most_rows: int, most_columns: int) -> None:
    """Print a line for each sheet, then a line for each row that holds anything."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]  # whoever started us may allow less, and then more is refused
    allowed = CPU_SECONDS if most == resource.RLIM_INFINITY else min(CPU_SECONDS, most)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, most))
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    for sheet in book.worksheets:
        print(json.dumps({"sheet": sheet.title, "hidden": sheet.sheet_state != "visible"}))
        number = 0
        for number, row in enumerate(
            sheet.iter_rows(max_row=most_rows + 1, max_col=most_columns + 1, values_only=True), start=1
        ):
            if number > most_rows:
                print(json.dumps({"too_long": True}))
                break
            if any(value is not None for value in row):
                if row[most_columns:] and row[most_columns] is not None:
                    print(json.dumps({"too_wide": True}))
                print(json.dumps({"row": number, "cells": [plain(value) for value in row[:most_columns]]}))
    book.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
