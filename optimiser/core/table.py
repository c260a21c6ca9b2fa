"""A report as plain columns and rows, which a page, a workbook and JSON all dress in their own way."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds, so that the last room can format it."""

    TEXT = "text"
    COUNT = "count"
    PENCE = "pence"
    SECONDS = "seconds"
    CLOCK = "clock"
    METRES = "metres"
    SHARE = "share"
    DATE = "date"
    YES_NO = "yes or no"


Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in JSON, its heading for people, and what it holds."""

    key: str
    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table. ``note`` says where a figure comes from or what its denominator is.

    Dates are ISO text, clock times seconds after midnight, shares 0 to 1. Raises ValueError for a row of the wrong
    length.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.key}: a row has {len(row)} cells for {len(self.columns)} columns")
