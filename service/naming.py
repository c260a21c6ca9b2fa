"""Names beside codes: nobody at a desk should have to know that 330-2040 is Cherry Orchard Primary School."""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any

from optimiser.core.table import Cell, Column, Kind, Table

CODED = frozenset({"school", "schools", "base", "bases", "current", "before", "after", "closed"})
"""Keys of the columns that may hold codes of schools or bases, alone or with commas between."""
ENDING = "_name"


def names_of(records: Mapping[str, Iterable[Mapping[str, str]]]) -> dict[str, str]:
    """Return the name of every school and base by its code, from a city as plain data."""
    return {row["id"]: row["name"] for row in chain(records.get("schools", ()), records.get("bases", ()))}


def names_in(city: Any) -> dict[str, str]:
    """Return the name of every school and base by its code, from a city's records."""
    return {each.id: each.name for each in chain(city.schools, city.bases)}


def with_names(tables: Iterable[Table], names: Mapping[str, str]) -> tuple[Table, ...]:
    """Return the tables with a column of names after each column in which a cell holds codes of schools or bases."""
    return tuple(_with_names(table, names) for table in tables)


def names_beside(keys: Collection[str]) -> set[str]:
    """Return the keys of the columns that name the column before them, so that a page may show both in one cell."""
    return {key + ENDING for key in keys if key + ENDING in keys}


def without_names(table: Table) -> Table:
    """Return a table as it was before ``with_names``: what differs between two plans is told by codes alone."""
    beside = names_beside({column.key for column in table.columns})
    kept = [at for at, column in enumerate(table.columns) if column.key not in beside]
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    return Table(table.key, table.title, tuple(table.columns[at] for at in kept), rows, table.note)


def _with_names(table: Table, names: Mapping[str, str]) -> Table:
    known = {column.key for column in table.columns}
    added = {
        at: cells
        for at, column in enumerate(table.columns)
        if column.key in CODED and column.kind is Kind.TEXT and column.key + ENDING not in known
        if any(cells := [_named(row[at], names) for row in table.rows])
    }
    if not added:
        return table
    columns: list[Column] = []
    for at, column in enumerate(table.columns):
        columns.append(column)
        if at in added:
            columns.append(Column(column.key + ENDING, f"{column.heading} (name)"))
    rows = tuple(
        tuple(chain.from_iterable((cell, added[at][place]) if at in added else (cell,) for at, cell in enumerate(row)))
        for place, row in enumerate(table.rows)
    )
    return Table(table.key, table.title, tuple(columns), rows, table.note)


def _named(cell: Cell, names: Mapping[str, str]) -> str:
    """Return the names of the codes in a cell, nothing where something in it is not a code."""
    codes = [] if cell is None else str(cell).split(", ")
    return ", ".join(names[code] for code in codes) if all(code in names for code in codes) else ""
