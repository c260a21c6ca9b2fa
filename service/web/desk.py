"""What the three desks share: the plan on show, its tables, and quick questions about it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from optimiser.core.table import Cell, Table
from service import plans, questions, runs
from service.answers import Answer
from service.measures import rows_of
from service.naming import ENDING
from service.store import cities
from service.store.database import fetch
from service.store.scope import NotThere
from service.store.tables import CityFile, Run
from service.web import security
from service.web.security import FRAME_POLICY, Visitor


@dataclass(frozen=True)
class OnShow:
    """A plan on show at a desk: the adopted one, or the newest finished; both None when there is none yet."""

    run: Run | None
    tables: dict[str, Table]

    def table(self, key: str) -> Table:
        """Return one of its tables, without columns or rows where the plan has no such table."""
        return self.tables.get(key) or Table(key, "", (), ())

    def rows(self, key: str) -> list[dict[str, Cell]]:
        """Return the rows of one of its tables by column key."""
        return rows_of(self.table(key))

    def where(self, key: str, column: str, value: Cell) -> Table:
        """Return a table with only the rows whose column holds a value."""
        return filtered(self.table(key), lambda row: row[column] == value)


def on_show(session: Session, visitor: Visitor, kind: str) -> OnShow:
    """Return the plan on show for a kind."""
    run = plans.latest(session, visitor.scope, kind)
    if run is None:
        return OnShow(None, {})
    return OnShow(run, {table.key: table for table in plans.tables(session, run)})


def called(row: Mapping[str, Cell], key: str) -> str:
    """Return a school or base of a row as people call it: its name with its code, or the code of one without a name."""
    name = row.get(key + ENDING)
    return f"{name} ({row[key]})" if name else str(row[key])


def schools_to_choose(plan: OnShow) -> list[tuple[str, str]]:
    """Return the schools of a transport plan as the options of a list, in order of their names."""
    found = [(str(row["school"]), called(row, "school")) for row in rows_of(plan.table("schools"))]
    return sorted(found, key=lambda each: each[1])


def filtered(table: Table, keep: Callable[[dict[str, Cell]], bool]) -> Table:
    """Return a table with only some of its rows."""
    rows = tuple(row for row, told in zip(table.rows, rows_of(table), strict=True) if keep(told))
    return Table(table.key, table.title, table.columns, rows, table.note)


def city_of(session: Session, run: Run) -> CityFile:
    """Return the city that a plan was made from."""
    return session.get_one(CityFile, run.city)


def question(
    request: Request, visitor: Visitor, run_id: str, verb: str, arguments: dict[str, Any]
) -> tuple[Run, Answer]:
    """Ask a quick question about a finished plan; raises NoAnswer and NotThere."""
    with request.app.state.db.reading() as session:
        run = runs.get(session, visitor.scope, run_id)
        if run.outcome is None:
            raise NotThere(run_id)
        problem = plans.body(session, run, f"{run.kind}.problem.json")
        solution = plans.body(session, run, f"{run.kind}.solution.json")
        city = city_of(session, run)
        records = fetch(session, city.records) if city.records else b"{}"
    return run, questions.ask(run.kind, verb, arguments, problem=problem, solution=solution, records=records)


def framed(request: Request, run_id: str, what: str, until: int, sign: str, name: Callable[[Run], str]) -> Response:
    """Give a map's own document to whoever holds its signed address; ``name`` says which of the plan's files it is.

    Raises NotThere for an address that is not signed or no longer, and for a plan or map that is not there.
    """
    if not security.signed(request.app.state.settings, f"/frames/{run_id}/{what}", until, sign):
        raise NotThere(run_id)
    with request.app.state.db.reading() as session:
        run = session.get(Run, run_id)
        if run is None:
            raise NotThere(run_id)
        body = plans.body(session, run, name(run))
    return Response(body, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": FRAME_POLICY})


def records_of(request: Request, visitor: Visitor, sheet: str) -> list[dict[str, Any]]:
    """Return the rows of one sheet of the newest city as plain data, for looking at only."""
    with request.app.state.db.reading() as session:
        city = cities.newest(session, visitor.scope)
        if city is None or city.records is None:
            return []
        held = _SHEETS.get(city.records)
        if held is None:
            held = json.loads(fetch(session, city.records))
            while len(_SHEETS) >= MOST_SHEETS:
                _SHEETS.pop(next(iter(_SHEETS)), None)
            _SHEETS[city.records] = held
    return list(held.get(sheet, []))


MOST_SHEETS = 2
_SHEETS: dict[str, dict[str, Any]] = {}
"""The newest cities' rows by the digest of their records, which never changes: a page must not read megabytes again."""
