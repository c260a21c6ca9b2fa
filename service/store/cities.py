"""The cities of facts that people sent: what was read, what was wrong with it, and the file as sent."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store import audit
from service.store.database import keep, now
from service.store.scope import NotThere, Scope
from service.store.tables import CityFile

READY, FAULTY = "ready", "faulty"


@dataclass(frozen=True)
class Read:
    """What was read from a file: records as JSON when it can be used, counts by sheet, faults as plain dictionaries."""

    title: str
    sent: bytes | None
    records: bytes | None
    marked: bytes | None = None
    counts: dict[str, int] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    fictional: bool = False
    columns: dict[str, Any] = field(default_factory=dict)


def add(session: Session, scope: Scope, read: Read) -> CityFile:
    """Keep what was read; a file with faults is kept to be shown, and cannot be planned from."""
    city = CityFile(
        id=uuid.uuid4().hex,
        title=read.title[:200],
        fictional=read.fictional,
        state=READY if read.records is not None else FAULTY,
        sent=keep(session, read.sent) if read.sent is not None else None,
        records=keep(session, read.records) if read.records is not None else None,
        marked=keep(session, read.marked) if read.marked is not None else None,
        counts=read.counts,
        issues=read.issues,
        columns=read.columns,
        by=scope.who,
        at=now(session),
    )
    session.add(city)
    session.flush()
    audit.record(session, scope.who, "sent a file", city.id, rows=sum(read.counts.values()))
    return city


def get(session: Session, scope: Scope, city_id: str) -> CityFile:
    """Return a city that the person may see; raises NotThere otherwise."""
    city = session.get(CityFile, city_id)
    if city is None or not (scope.may("data.read") or scope.kinds()):
        raise NotThere(city_id)
    return city


def newest(session: Session, scope: Scope) -> CityFile | None:
    """Return the last good city, which new plans are made from, or None."""
    if not (scope.may("data.read") or scope.kinds()):
        return None
    return session.execute(
        select(CityFile).where(CityFile.state == READY).order_by(CityFile.at.desc(), CityFile.id).limit(1)
    ).scalar_one_or_none()


def listed(session: Session, scope: Scope, *, most: int = 50) -> list[CityFile]:
    """Return the files sent, the newest first."""
    if not scope.may("data.read"):
        return []
    return list(session.execute(select(CityFile).order_by(CityFile.at.desc()).limit(most)).scalars())
