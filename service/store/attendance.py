"""What was noted at meetings: kept for each roster, and counted into the share of schools that do not come."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.store import audit
from service.store.database import now
from service.store.scope import EVERYWHERE, Scope
from service.store.tables import AttendanceNote, Run

ENOUGH = 20
"""Meetings noted from which an area's own share that did not come sizes its next round."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was noted at one meeting; each action is [what, who, day or empty]."""

    meeting: str
    came: bool
    senco: bool
    head: bool
    rating: int | None
    actions: list[Any]


@dataclass(frozen=True, slots=True)
class Share:
    """How many meetings of an area were noted, over every roster of it, and to how many the school came."""

    noted: int
    came: int

    @property
    def no_show(self) -> float:
        """The share to which the school did not come, from 0 to 1; 0 when nothing was noted."""
        return (self.noted - self.came) / self.noted if self.noted else 0.0


def keep(session: Session, scope: Scope, run: Run, noted: list[Note]) -> None:
    """Keep notes of a roster that the person may see; a later note of a meeting takes the place of an earlier."""
    scope.need("meetings.plan")
    held = {each.meeting: each for each in _rows(session, run)}
    for note in noted:
        row = held.get(note.meeting)
        if row is None:
            row = AttendanceNote(run=run.id, meeting=note.meeting[:120])
            session.add(row)
        row.came, row.senco, row.head, row.rating = note.came, note.senco, note.head, note.rating
        row.actions, row.by, row.at = note.actions, scope.who, now(session)
    session.flush()
    if noted:
        audit.record(session, scope.who, "noted who came", run.id, rows=len(noted))


def forget(session: Session, scope: Scope, run: Run) -> int:
    """Erase what was noted of a roster and return how many notes there were."""
    scope.need("meetings.plan")
    many = len(_rows(session, run))
    session.execute(delete(AttendanceNote).where(AttendanceNote.run == run.id))
    if many:
        audit.record(session, scope.who, "erased who came", run.id, rows=many)
    return many


def as_text(session: Session, run: Run) -> str:
    """Return the notes of a roster as the lines in which they are typed, or nothing when there are none."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    words = {True: "yes", False: "no"}
    for row in _rows(session, run):
        agreed = " | ".join(" / ".join(str(part) for part in action if part) for action in row.actions)
        mark = "" if row.rating is None else str(row.rating)
        writer.writerow((row.meeting, words[row.came], words[row.senco], words[row.head], mark, agreed))
    return lines.getvalue().strip()


def missed(session: Session, run: Run) -> frozenset[str]:
    """Return the meetings of a roster to which the school was noted as not having come."""
    return frozenset(row.meeting for row in _rows(session, run) if not row.came)


def known(session: Session, run: Run) -> frozenset[str]:
    """Return the meetings of a roster of which something was noted."""
    return frozenset(row.meeting for row in _rows(session, run))


def share(session: Session, area: str) -> Share:
    """Return how many came over every roster of an area; the whole city counts every area."""
    query = select(AttendanceNote.came, func.count()).join(Run, Run.id == AttendanceNote.run)
    if area != EVERYWHERE:
        query = query.where(Run.area == area)
    counts = {row[0]: int(row[1]) for row in session.execute(query.group_by(AttendanceNote.came))}
    return Share(sum(counts.values()), counts.get(True, 0))


def sized(session: Session, area: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a round with the area's own share that did not come, where enough was noted.

    A share that somebody gave stands.
    """
    if options.get("no_show") is not None:
        return options
    seen = share(session, area)
    return {**options, "no_show": round(seen.no_show, 4)} if seen.noted >= ENOUGH else options


def _rows(session: Session, run: Run) -> list[AttendanceNote]:
    return list(
        session.execute(
            select(AttendanceNote).where(AttendanceNote.run == run.id).order_by(AttendanceNote.id)
        ).scalars()
    )
