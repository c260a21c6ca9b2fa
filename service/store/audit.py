"""An append-only record of who did what, each entry sealed with the one before, so that a change shows."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.store.tables import AuditEntry

FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the chain holds: entries checked, the head's digest, and the first entry that does not fit."""

    entries: int
    head: str
    broken: int | None = None
    wrong: str = ""

    @property
    def holds(self) -> bool:
        """Whether every entry fits."""
        return self.broken is None


def record(
    session: Session, who: str, did: str, what: str, *, rows: int = 1, source: str = "", why: str = ""
) -> AuditEntry:
    """Add an entry inside the caller's transaction, so that the deed and its record stand or fall together.

    ``what`` is an id, never a name; ``rows`` how many records were touched or read; ``why`` a reason if asked.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(7202)"))  # one link of the chain at a time
    last = session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one_or_none()
    entry = AuditEntry(
        id=(last.id if last else 0) + 1,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        who=who[:200],
        did=did[:60],
        what=what[:200],
        rows=rows,
        source=source[:60],
        why=why,
        before=last.digest if last else FIRST,
        digest="",
    )
    entry.digest = seal(entry)
    session.add(entry)
    session.flush()
    return entry


def seal(entry: AuditEntry) -> str:
    """Return the SHA-256 of an entry's contents and the digest before it."""
    parts = [entry.id, entry.at, entry.who, entry.did, entry.what, entry.rows, entry.source, entry.why, entry.before]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode("utf-8")).hexdigest()


def verify(session: Session) -> Verdict:
    """Check every link from the first entry to the last, and name the first that was changed, removed or put in."""
    before, count = FIRST, 0
    for entry in session.execute(select(AuditEntry).order_by(AuditEntry.id)).scalars().yield_per(1000):
        count += 1
        if entry.id != count:
            return Verdict(count, before, count, f"entry {count} is missing")
        if entry.before != before or entry.digest != seal(entry):
            return Verdict(count, before, entry.id, f"entry {entry.id} is not as it was written")
        before = entry.digest
    return Verdict(count, before)
