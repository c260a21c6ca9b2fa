"""What the council means by its own headings and sheet names: chosen once, and used for every later file."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store import audit
from service.store.database import now
from service.store.scope import NotThere, Scope
from service.store.tables import ColumnChoice


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: the sheet (empty for a tab), the heading tidied and as it stood, and the field (empty: leave out)."""

    sheet: str
    words: str
    shown: str
    field: str


def in_force(session: Session) -> dict[str, Any]:
    """Return every choice as plain data: ``tabs`` and, by sheet, ``headings``."""
    found: dict[str, Any] = {"tabs": {}, "headings": {}}
    for each in session.execute(select(ColumnChoice)).scalars():
        if each.sheet:
            found["headings"].setdefault(each.sheet, {})[each.words] = each.field
        else:
            found["tabs"][each.words] = each.field
    return found


def keep(session: Session, scope: Scope, chosen: list[Choice]) -> None:
    """Remember choices; a later one for the same heading takes the place of an earlier."""
    scope.need("data.write")
    for each in chosen:
        held = session.execute(
            select(ColumnChoice).where(ColumnChoice.sheet == each.sheet, ColumnChoice.words == each.words)
        ).scalar_one_or_none()
        if held is None:
            held = ColumnChoice(sheet=each.sheet, words=each.words)
            session.add(held)
        held.shown, held.field, held.by, held.at = each.shown[:200], each.field, scope.who, now(session)
        session.flush()
    if chosen:
        audit.record(session, scope.who, "said what columns mean", "columns", rows=len(chosen))


def forget(session: Session, scope: Scope, number: int) -> None:
    """Forget a choice, so that the next file asks again; raises NotThere."""
    scope.need("data.write")
    held = session.get(ColumnChoice, number)
    if held is None:
        raise NotThere(str(number))
    session.delete(held)
    audit.record(session, scope.who, "forgot what a column means", "columns", rows=1)


def listed(session: Session) -> list[ColumnChoice]:
    """Return every choice by sheet and heading, tabs first."""
    return list(session.execute(select(ColumnChoice).order_by(ColumnChoice.sheet, ColumnChoice.shown)).scalars())
