"""Guesses what somebody's own headings and sheet names mean, and remembers nothing itself: people choose."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from data.reading.grid import Grid
from data.records import SHEETS, Sheet
from data.records.parsing import tidy
from data.records.row import Column, columns, spellings

LEAST_ALIKE = 0.6
"""How alike two headings must be, from 0 to 1, before one is guessed to mean the other."""
LEAST_HEADINGS = 2
"""How many headings of a sheet a tab must hold before it is guessed to be that sheet."""
LEFT_OUT = ""
"""What a heading or a tab means that a person chose to leave out."""


@dataclass(frozen=True)
class Choices:
    """What people chose: which of our sheets a tab is, and which of our fields a heading is on a sheet.

    ``tabs`` are by tidied name; ``headings`` by sheet (its City field) and then tidied heading. Empty means left out.
    """

    tabs: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def on(self, sheet: Sheet) -> Mapping[str, str]:
        """Return what the headings of a sheet were chosen to mean."""
        return self.headings.get(sheet.field, {})


@dataclass(frozen=True, slots=True)
class Question:
    """A heading (or, without one, a whole tab) that we do not know: our guess, and what it could be."""

    tab: str
    sheet: str
    heading: str
    guess: str
    offers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A heading (or a tab) that was read as somebody chose before, and what it was read as."""

    tab: str
    heading: str
    read_as: str


def ask_about_headings(tab: str, sheet: Sheet, unknown: Iterable[str], free: Iterable[Column]) -> tuple[Question, ...]:
    """Return one question for each unknown heading, guessing each column that is still free at most once."""
    unknown, free = list(unknown), list(free)
    guesses: dict[str, str] = {}
    alike = sorted(
        ((likeness(heading, column), heading, column.field) for heading in unknown for column in free), reverse=True
    )
    for score, heading, name in alike:
        if score >= LEAST_ALIKE and heading not in guesses and name not in guesses.values():
            guesses[heading] = name
    offers = tuple((column.field, column.heading) for column in free)
    return tuple(Question(tab, sheet.field, each, guesses.get(each, LEFT_OUT), offers) for each in unknown)


def ask_about_tab(grid: Grid, taken: Iterable[str]) -> Question:
    """Return the question which of our sheets a tab is, guessed from the headings that it holds."""
    held = {tidy(str(cell)) for line in grid.lines[:12] for cell in line.cells if cell is not None}
    free = [sheet for sheet in SHEETS if sheet.field not in set(taken)]
    hits = [(len(held & set(spellings(sheet.row))), sheet.field) for sheet in free]
    most, best = max(hits, key=lambda hit: hit[0], default=(0, LEFT_OUT))
    return Question(
        grid.name,
        "",
        "",
        best if most >= LEAST_HEADINGS else LEFT_OUT,
        tuple((sheet.field, sheet.name) for sheet in free),
    )


def likeness(heading: str, column: Column) -> float:
    """Return how alike a heading and any spelling of a column are, from 0 to 1: letter by letter, or word by word."""
    return max(_alike(heading, spelling) for spelling in (column.heading, column.field, *column.also))


def _alike(one: str, two: str) -> float:
    letters = SequenceMatcher(None, tidy(one), tidy(two), autojunk=False).ratio()
    first, second = _words(one), _words(two)
    words = len(first & second) / len(first | second) if first and second else 0.0
    return max(letters, words)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+|[0-9]+", text.casefold())) - {"the", "of", "a", "in", "for"}


def free_columns(sheet: Sheet, placed: Iterable[str]) -> list[Column]:
    """Return the columns of a sheet that no heading stands for yet."""
    held = set(placed)
    return [column for column in columns(sheet.row) if column.field not in held]
