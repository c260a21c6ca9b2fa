"""What pages and API both do with a finished plan: read its tables, decide on it, lock parts of it, compare it."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from optimiser.core import codec
from optimiser.core.table import Table
from service import runs
from service.naming import without_names
from service.store import audit
from service.store.database import fetch, now
from service.store.scope import KINDS, NotAllowed, NotThere, Scope
from service.store.tables import Decision, Output, Pin, Run


class Clash(Exception):
    """Somebody decided the same thing a moment ago; nothing was overwritten."""


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs between two plans: whose row, which column, before and after."""

    who: str
    column: str
    before: Any
    after: Any


def output(session: Session, run: Run, name: str) -> Output:
    """Return a file that a run left; raises NotThere."""
    found = session.execute(select(Output).where(Output.run == run.id, Output.name == name)).scalar_one_or_none()
    if found is None:
        raise NotThere(name)
    return found


def body(session: Session, run: Run, name: str) -> bytes:
    """Return the bytes of a file that a run left; raises NotThere."""
    return fetch(session, output(session, run, name).digest)


def tables(session: Session, run: Run) -> tuple[Table, ...]:
    """Return a finished run's tables; none while it is unfinished."""
    found = session.execute(
        select(Output).where(Output.run == run.id, Output.name == f"{run.kind}.tables.json")
    ).scalar_one_or_none()
    if found is None:
        return ()
    return _decoded(found.digest) or _decode(found.digest, fetch(session, found.digest))


_KEPT: dict[str, tuple[Table, ...]] = {}


def _decoded(digest: str) -> tuple[Table, ...]:
    return _KEPT.get(digest, ())


def _decode(digest: str, data: bytes) -> tuple[Table, ...]:
    while len(_KEPT) >= 24:
        _KEPT.pop(next(iter(_KEPT)))
    _KEPT[digest] = codec.from_json(tuple[Table, ...], data.decode("utf-8"))
    return _KEPT[digest]


def table(session: Session, run: Run, key: str) -> Table:
    """Return one table of a finished run; raises NotThere."""
    for each in tables(session, run):
        if each.key == key:
            return each
    raise NotThere(key)


def adopt(session: Session, scope: Scope, run: Run, reason: str, *, expected: int | None) -> Decision:
    """Adopt a plan for its kind and area, ending the one that stood.

    ``expected`` is the decision that the person saw standing (None for none): raises Clash when another stands now.
    Raises NotAllowed without a reason, or for a plan that is not finished.
    """
    scope.need(f"{KINDS[run.kind]}.plan")
    reason = reason.strip()
    if not reason:
        raise NotAllowed("give a reason: it is shown to whoever asks later why this plan was chosen")
    if run.state not in runs.FINISHED:
        raise NotAllowed("only a finished plan can be adopted")
    standing = runs.standing(session, scope, run.kind, run.area)
    if standing and (standing.run, standing.by, standing.reason) == (run.id, scope.who, reason[:2000]):
        return standing  # the button was pressed twice
    if (standing.id if standing else None) != expected:
        raise Clash(
            "Somebody adopted another plan since you opened this page. Nothing was changed: look at theirs first."
        )
    at = now(session)
    if standing:
        end(session, standing, scope, at, "another plan was adopted")
    made = Decision(
        run=run.id,
        kind=run.kind,
        area=run.area,
        by=scope.who,
        reason=reason[:2000],
        at=at,
        replaces=standing.id if standing else None,
        open_key=f"{run.kind}/{run.area}",
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as clash:
        raise Clash(
            "Somebody adopted another plan at the same moment. Nothing was changed: look at theirs first."
        ) from clash
    audit.record(session, scope.who, "adopted a plan", run.id, why=reason[:500])
    return made


def end(session: Session, decision: Decision, scope: Scope, at: float, why: str) -> None:
    """End a standing decision."""
    decision.ended_at, decision.ended_by, decision.ended_why, decision.open_key = at, scope.who, why, None
    session.flush()


def undo(session: Session, scope: Scope, decision_id: int, reason: str) -> Decision | None:
    """Undo a standing decision and bring back the one that it replaced, which is returned; None when there was none."""
    decision = session.get(Decision, decision_id)
    if decision is None or decision.kind not in scope.kinds() or not scope.covers(decision.area):
        raise NotThere(str(decision_id))
    scope.need(f"{KINDS[decision.kind]}.plan")
    if decision.ended_at is not None:
        raise Clash("That decision had already ended. Nothing was changed.")
    if not reason.strip():
        raise NotAllowed("give a reason for undoing it")
    at = now(session)
    end(session, decision, scope, at, reason.strip()[:2000])
    audit.record(session, scope.who, "undid a decision", str(decision.id), why=reason.strip()[:500])
    before = session.get(Decision, decision.replaces) if decision.replaces else None
    if before is None:
        return None
    again = Decision(
        run=before.run,
        kind=before.kind,
        area=before.area,
        by=scope.who,
        reason=f"Brought back: {reason.strip()}"[:2000],
        at=at,
        replaces=before.replaces,
        open_key=f"{before.kind}/{before.area}",
    )
    session.add(again)
    session.flush()
    audit.record(session, scope.who, "adopted a plan", before.run, why="brought back by undoing")
    return again


def history(
    session: Session, scope: Scope, *, kind: str | None = None, at: float | None = None
) -> list[tuple[Decision, Run]]:
    """Return decisions that the person may see, newest first; with ``at`` only those that stood at that moment."""
    query = select(Decision, Run).join(Run, Run.id == Decision.run).where(Decision.kind.in_(scope.kinds()))
    if not scope.everywhere:
        query = query.where(Decision.area.in_(sorted(scope.areas)))
    if kind is not None:
        query = query.where(Decision.kind == kind)
    if at is not None:
        query = query.where(Decision.at <= at, (Decision.ended_at.is_(None)) | (Decision.ended_at > at))
    return [tuple(row) for row in session.execute(query.order_by(Decision.at.desc(), Decision.id.desc()).limit(200))]


def pins(session: Session, run: Run) -> list[Pin]:
    """Return what people have agreed to leave as it is in a plan."""
    return list(session.execute(select(Pin).where(Pin.run == run.id).order_by(Pin.subject)).scalars())


def pin(session: Session, scope: Scope, run: Run, subject: str, note: str, *, off: bool = False) -> None:
    """Lock something in a plan, or unlock it; a later plan that follows this one leaves what is locked alone."""
    scope.need(f"{KINDS[run.kind]}.plan")
    found = session.execute(select(Pin).where(Pin.run == run.id, Pin.subject == subject)).scalar_one_or_none()
    if off:
        if found is not None:
            session.delete(found)
            audit.record(session, scope.who, "unlocked", f"{run.id} {subject}"[:200])
        return
    if found is None:
        session.add(
            Pin(kind=run.kind, run=run.id, subject=subject[:120], by=scope.who, at=now(session), note=note[:500])
        )
        audit.record(session, scope.who, "locked", f"{run.id} {subject}"[:200], why=note[:200])


def latest(session: Session, scope: Scope, kind: str, *, city: str | None = None) -> Run | None:
    """Return the plan to show for a kind: the adopted one, else the newest finished one.

    With ``city`` only a plan made from those facts will do.
    """
    return shown(session, scope, kind, runs.standing(session, scope, kind), city=city)


def shown(
    session: Session, scope: Scope, kind: str, decision: Decision | None, *, city: str | None = None
) -> Run | None:
    """Return the plan to show for a kind when the decision that stands is known, as ``latest`` does."""
    if decision is not None:
        found = session.get(Run, decision.run)
        if found is not None and city in (None, found.city):
            return found
    query = runs.visible(scope).where(Run.kind == kind, Run.state.in_(runs.FINISHED))
    if city is not None:
        query = query.where(Run.city == city)
    return session.execute(query.order_by(Run.ended_at.desc(), Run.id).limit(1)).scalar_one_or_none()


def compare(one: tuple[Table, ...], other: tuple[Table, ...]) -> list[tuple[Table, list[Change], list[str], list[str]]]:
    """Return, for each table both plans have, the cells that differ, and the rows that only one of them has.

    Rows are matched by their first cell, or by as many of the first as tell them apart: child, school and direction
    for rides. A table that none tell apart is left out.
    """
    found = []
    theirs = {table.key: without_names(table) for table in other}
    for mine in map(without_names, one):
        match = theirs.get(mine.key)
        if match is None or mine.columns != match.columns:
            continue
        width = _telling(mine, match)
        if width is None:
            continue
        left = {_name(row, width): row for row in mine.rows}
        right = {_name(row, width): row for row in match.rows}
        changes = [
            Change(who, column.heading, a, b)
            for who in left.keys() & right.keys()
            for column, a, b in zip(mine.columns, left[who], right[who], strict=True)
            if a != b
        ]
        gone = sorted(left.keys() - right.keys())
        new = sorted(right.keys() - left.keys())
        found.append((mine, sorted(changes, key=lambda each: (each.who, each.column)), gone, new))
    return found


_MOST_CELLS = 3


def _telling(one: Table, other: Table) -> int | None:
    """Return how many of the first cells tell every row of both tables apart, or None when none do."""
    for width in range(1, min(_MOST_CELLS, len(one.columns)) + 1):
        if all(len({_name(row, width) for row in table.rows}) == len(table.rows) for table in (one, other)):
            return width
    return None


def _name(row: tuple[Any, ...], width: int) -> str:
    return ", ".join(str(cell) for cell in row[:width])


def as_json(table: Table) -> dict[str, Any]:
    """Return a table as plain data for a program."""
    return json.loads(codec.to_json(table)) | {"count": len(table.rows)}
