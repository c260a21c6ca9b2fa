"""Counts fit to publish: small ones masked, others masked with them, and an attack that tries to undo it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.core.table import Cell, Column, Kind, Table

THRESHOLD = 5
"""A count of children from 1 to one less than this is never published, nor can it be worked out."""

Counts = npt.NDArray[np.int64]
Cells = tuple[str, str, str]
"""A count's address: table, row and column."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Published:
    """A table of counts with its totals as the last row and column, and what is masked."""

    key: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Counts
    masked: Mask

    def shown(self, row: int, column: int) -> int | None:
        """Return a count as published, None when masked; totals stand at the last row and column."""
        return None if self.masked[row, column] else int(self.counts[row, column])


@dataclass(frozen=True)
class Leak:
    """A count, or a difference of two published counts, that a reader can pin below the threshold."""

    table: str
    row: str
    column: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Link:
    """Two sums of counts that every reader knows to be equal; a count is (table, row, column), totals included."""

    one: tuple[tuple[str, str, str], ...]
    other: tuple[tuple[str, str, str], ...]

    @property
    def tables(self) -> frozenset[str]:
        """The keys of the tables it joins."""
        return frozenset(cell[0] for cell in (*self.one, *self.other))


def publish(
    key: str, title: str, rows: tuple[str, ...], columns: tuple[str, ...], counts: Counts, *, threshold: int = THRESHOLD
) -> Published:
    """Return counts with totals added, small ones masked, and enough others that none can be worked out."""
    whole = np.zeros((len(rows) + 1, len(columns) + 1), dtype=np.int64)
    whole[:-1, :-1] = counts
    whole[:-1, -1] = counts.sum(axis=1)
    whole[-1, :] = whole[:-1, :].sum(axis=0)
    table = Published(key, title, (*rows, "Total"), (*columns, "Total"), whole, (whole > 0) & (whole < threshold))
    return protect((table,), threshold=threshold)[0]


def protect(
    tables: tuple[Published, ...], *, links: tuple[Link, ...] = (), threshold: int = THRESHOLD
) -> tuple[Published, ...]:
    """Return tables with more masked until neither a table, a pair of them nor a link gives a small count away.

    Tables with the same headings count as before and after of one thing, and are differenced.
    """
    for _ in range(sum(table.masked.size for table in tables) + 1):
        leaks = attack(tables, links=links, threshold=threshold)
        if not leaks:
            return tables
        by_key = {table.key: table for table in tables}
        for leak in {each.table: each for each in reversed(leaks)}.values():
            key = leak.table.split(" less ")[0]
            beside = [each for each in links if key in each.tables]
            others = [by_key[name] for name in sorted({name for each in beside for name in each.tables} - {key})]
            _mask_one_more(by_key[key], leak, others)
    raise AssertionError("with everything masked nothing can leak")


def _mask_one_more(table: Published, leak: Leak, others: Sequence[Published]) -> None:
    """Mask the leaking cell itself, or else the smallest unmasked count beside it, in a linked table, or anywhere."""
    row, column = table.rows.index(leak.row), table.columns.index(leak.column)
    if not table.masked[row, column]:
        table.masked[row, column] = True
        return
    beside = [(table, row, other) for other in range(len(table.columns))]
    beside += [(table, other, column) for other in range(len(table.rows))]
    linked = [
        (each, r, c) for each in others for r, name in enumerate(each.rows) for c, head in enumerate(each.columns)
        if name == leak.row or head == leak.column
    ]  # fmt: skip
    anywhere = [
        (each, r, c) for each in (table, *others) for r in range(len(each.rows)) for c in range(len(each.columns))
    ]
    for cells in (beside, linked, anywhere):
        shown = [(each, r, c) for each, r, c in cells if not each.masked[r, c]]
        if shown:
            best, r, c = min(shown, key=_loss)
            best.masked[r, c] = True
            return


def _loss(cell: tuple[Published, int, int]) -> tuple[bool, bool, int]:
    """Return how much a reader loses with a count: totals most, then noughts, which hide little, then large ones."""
    table, row, column = cell
    total = row == len(table.rows) - 1 or column == len(table.columns) - 1
    return total, bool(table.counts[row, column] == 0), int(table.counts[row, column])


def attack(
    tables: tuple[Published, ...], *, links: tuple[Link, ...] = (), threshold: int = THRESHOLD
) -> tuple[Leak, ...]:
    """Return everything a reader with pencil and paper can pin below the threshold, from every table and every pair.

    Each masked count is bounded by solving for its least and most value under the published totals, and under the
    links between tables that a reader knows of.
    """
    ranges = _every_range(tables, links)
    found: list[Leak] = []
    for table, (least, most) in zip(tables, ranges, strict=True):
        small = (most < threshold) & (most > 0) & (table.counts > 0) & (table.counts < threshold)
        for row, column in np.argwhere(small):
            bounds = int(least[row, column]), int(most[row, column])
            found.append(Leak(table.key, table.rows[row], table.columns[column], *bounds))
    for one, other in combinations(range(len(tables)), 2):
        found += _differences(tables[other], tables[one], ranges[other], ranges[one], threshold)
    return tuple(found)


def _differences(
    one: Published, other: Published, mine: tuple[Counts, Counts], theirs: tuple[Counts, Counts], threshold: int
) -> list[Leak]:
    if (one.rows, one.columns) != (other.rows, other.columns):
        return []
    low, high = mine[0] - theirs[1], mine[1] - theirs[0]
    known_up = (low > 0) & (high < threshold)
    known_down = (high < 0) & (low > -threshold)
    return [
        Leak(f"{one.key} less {other.key}", one.rows[r], one.columns[c], int(low[r, c]), int(high[r, c]))
        for r, c in np.argwhere(known_up | known_down)
    ]


def _every_range(tables: tuple[Published, ...], links: tuple[Link, ...]) -> list[tuple[Counts, Counts]]:
    """Return the least and most that each count could be, given what is shown in its table and those linked to it."""
    system = _System(tables, links)
    found = [(table.counts.copy(), table.counts.copy()) for table in tables]
    for number, table in enumerate(tables):
        for row, column in np.argwhere(table.masked):
            ends = system.ends(number, int(row), int(column))
            found[number][0][row, column], found[number][1][row, column] = ends
    return found


class _System:
    """All that a reader knows, as linear equations: totals add up, and linked sums are the same."""

    def __init__(self, tables: tuple[Published, ...], links: tuple[Link, ...]) -> None:
        self.tables, self.links = tables, links
        joined = {table.key for table in tables for link in links if table.key in link.tables}
        self.groups = [[n for n, table in enumerate(tables) if table.key in joined]]
        self.groups += [[n] for n, table in enumerate(tables) if table.key not in joined]
        self.built = [self._build(group) for group in self.groups]

    def _build(self, group: list[int]) -> tuple[LinearModel, dict[Cells, int]]:
        """Return the equations with the masked counts as unknowns; what is shown is a number in them."""
        model, hidden, known = LinearModel(), {}, {}
        for number in group:
            table = self.tables[number]
            ceiling = float(max(1, table.counts.max()) * 4 + 40)
            for r, row in enumerate(table.rows):
                for c, column in enumerate(table.columns):
                    shown = table.shown(r, c)
                    if shown is None:
                        hidden[table.key, row, column] = model.variable(upper=ceiling)
                    else:
                        known[table.key, row, column] = shown
        for one, other in self._sums(group):
            if all(cell in hidden or cell in known for cell in (*one, *other)):
                signed = [(cell, 1.0) for cell in one] + [(cell, -1.0) for cell in other]
                unknown = [(hidden[cell], sign) for cell, sign in signed if cell in hidden]
                right = -sum(sign * known[cell] for cell, sign in signed if cell in known)
                if unknown:
                    model.row([n for n, _ in unknown], [sign for _, sign in unknown], lower=right, upper=right)
        return model, hidden

    def _sums(self, group: list[int]) -> Iterator[tuple[tuple[Cells, ...], tuple[Cells, ...]]]:
        for number in group:
            table = self.tables[number]
            for row in table.rows:
                line = tuple((table.key, row, column) for column in table.columns)
                yield line[:-1], line[-1:]
            for column in table.columns:
                line = tuple((table.key, row, column) for row in table.rows)
                yield line[:-1], line[-1:]
        for link in self.links:
            yield link.one, link.other

    def ends(self, number: int, row: int, column: int) -> tuple[int, int]:
        """Return the least and most that one count could be."""
        at = next(n for n, group in enumerate(self.groups) if number in group)
        model, cells = self.built[at]
        table, found = self.tables[number], []
        cell = cells[table.key, table.rows[row], table.columns[column]]
        for sign in (1.0, -1.0):
            model.cost[cell] = sign
            answer = model.solve(relax=True)  # a table with margins is a flow, so its corners are whole numbers
            assert answer.status is Status.OPTIMAL and answer.objective is not None
            found.append(sign * answer.objective)
        model.cost[cell] = 0.0
        return math.ceil(found[0] - 1e-6), math.floor(found[1] + 1e-6)


def as_table(published: Published, *, heading: str) -> Table:
    """Return a published table for print; a masked count is the letter c, for confidential."""
    columns = (Column("row", heading), *(Column(f"c{n}", name, Kind.TEXT) for n, name in enumerate(published.columns)))
    rows: list[tuple[Cell, ...]] = []
    for r, name in enumerate(published.rows):
        shown = (published.shown(r, c) for c in range(len(published.columns)))
        rows.append((name, *("c" if value is None else str(value) for value in shown)))
    note = f"c: hidden, so that no count from 1 to {THRESHOLD - 1} can be read or worked out."
    return Table(published.key, published.title, columns, tuple(rows), note)
