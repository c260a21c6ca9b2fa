"""A file as sheets of cells, before anybody asks what they mean."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from data.issues import Issue

MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_BYTES = 25_000_000


@dataclass(frozen=True)
class Line:
    """One row of a sheet: its number and its cells, first column first."""

    number: int
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Grid:
    """One sheet: its name and its rows that hold anything, in order."""

    name: str
    lines: tuple[Line, ...]
    hidden: bool = False


@dataclass
class Opened:
    """What came out of a file: its sheets, and what stopped the reading of it, if anything did."""

    grids: list[Grid] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def letter(number: int) -> str:
    """Return the letter of a column, the first being 0."""
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def refused(rule: str, wrong: str, remedy: str) -> Opened:
    """Return an opened file that could not be read at all, and why."""
    return Opened(issues=[Issue(rule, wrong, remedy)])


def too_long(sheet: str) -> Issue:
    """Return the issue of a sheet with more rows than we read."""
    return Issue(
        "too-many-rows",
        f"this sheet has more than {MOST_ROWS:,} rows, so none of it was read",
        "Delete the empty or old rows below the data (select them, right-click, Delete), or split the file",
        sheet,
    )


def fill(cells: Iterable[Any], width: int) -> tuple[Any, ...]:
    """Return the cells of a row, made up to a width with nothing."""
    held = tuple(cells)
    return held + (None,) * (width - len(held))
