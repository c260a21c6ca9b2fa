"""What is wrong with a file that a person sent, at which cell, and what to do about it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad a fault is."""

    STOP = "must be put right"
    """Nothing is imported until this is put right."""
    LOOK = "please look"
    """Imported as it stands; a person should look at it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault: where it is, what is wrong and what to do.

    ``sheet``, ``row`` and ``column`` are empty (0 for the row) when the fault is the whole file's or the whole sheet's.
    ``column`` is the letter, ``heading`` the words at its top, ``found`` what the cell held (shortened).
    ``rule`` is a kebab-case name of the kind of fault.
    """

    rule: str
    wrong: str
    remedy: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    heading: str = ""
    found: str = ""
    level: Level = Level.STOP

    @property
    def cell(self) -> str:
        """The cell's address, such as B7; empty when the fault is not one cell's."""
        return f"{self.column}{self.row}" if self.column and self.row else ""

    @property
    def where(self) -> str:
        """Where to look, in words."""
        if self.cell:
            return f"{self.sheet} {self.cell}"
        if self.row:
            return f"{self.sheet} row {self.row}"
        if self.column:
            return f"{self.sheet} column {self.column}"
        return self.sheet or "the file"

    @property
    def sentence(self) -> str:
        """The whole fault in one line."""
        return f"{self.where}: {self.wrong}. {self.remedy}."


def stops(issues: Iterable[Issue]) -> bool:
    """Return whether any of the issues stops the import."""
    return any(issue.level is Level.STOP for issue in issues)


def grouped(issues: Iterable[Issue]) -> tuple[str, ...]:
    """Return one line for each sheet, column and kind of fault, with how many rows have it, the most first."""
    counted = Counter((issue.sheet, issue.column, issue.heading, issue.rule, issue.remedy) for issue in issues)
    lines = []
    for (sheet, column, heading, rule, remedy), rows in counted.most_common():
        place = " ".join(part for part in (sheet, f"column {column}" if column else "", heading) if part) or "the file"
        lines.append(f"{place}: {rule.replace('-', ' ')}, {rows} time{'s' if rows > 1 else ''}. {remedy}.")
    return tuple(lines)
