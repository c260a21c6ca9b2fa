"""Points back from a plan to the workbook: the row that each one left out came from, and rows no plan could use."""

from collections.abc import Iterable, Mapping

from data.issues import Issue
from optimiser.core.table import Column, Kind, Table

LISTS = {"unserved": "child", "guides-uncovered": "run", "unbooked": "school", "unplaced": "pupil"}
"""Tables of what a plan left out, and the column that names each."""


def with_rows(tables: Iterable[Table], provenance: Mapping[str, str]) -> tuple[Table, ...]:
    """Return the tables with the row of the workbook, such as "Pupils row 7", beside everyone that was left out."""
    return tuple(_with_row(table, provenance) if table.key in LISTS and table.rows else table for table in tables)


def _with_row(table: Table, provenance: Mapping[str, str]) -> Table:
    at = [column.key for column in table.columns].index(LISTS[table.key])
    cells = [provenance.get(str(row[at]), "") for row in table.rows]
    if not any(cells):
        return table
    rows = tuple((*row, cell) for row, cell in zip(table.rows, cells, strict=True))
    columns = (*table.columns, Column("cell", "Row of the workbook"))
    return Table(table.key, table.title, columns, rows, table.note)


def not_planned(issues: Iterable[Issue]) -> tuple[Table, ...]:
    """Return the table of rows that no plan could use, each with its place and what to do; nothing without any."""
    rows = tuple((issue.where, issue.row or None, issue.wrong, issue.remedy) for issue in issues)
    columns = (
        Column("cell", "Row of the workbook"),
        Column("row", "Row number", Kind.COUNT),
        Column("wrong", "What is wrong"),
        Column("remedy", "What to do"),
    )
    return (Table("not-planned", "Rows that could not be planned", columns, rows),) if rows else ()
