"""Erasing what is no longer needed: uploads, plans, sessions and failed tries, and every byte that only they used."""

from sqlalchemy import delete, select

from service.settings import Settings
from service.store import audit
from service.store.database import Database, now
from service.store.tables import Attempt, AttendanceNote, Blob, CityFile, Decision, Feed, Output, Pin, Run, SignIn

DAY = 86_400.0


def run(db: Database, settings: Settings, *, dry_run: bool = False) -> dict[str, int]:
    """Erase what is older than the settings allow, and return how many of each; with ``dry_run`` only count.

    A plan that stands, and what it was made from, are kept. SQLite's freed pages are overwritten and handed back.
    """
    with db.session() as session:
        at = now(session)
        standing = set(session.execute(select(Decision.run).where(Decision.ended_at.is_(None))).scalars())
        old_plans = [
            found
            for found in session.execute(
                select(Run.id).where(Run.asked_at < at - settings.retain_plans_days * DAY)
            ).scalars()
            if found not in standing
        ]
        kept_cities = set(session.execute(select(Run.city).where(Run.id.not_in(old_plans))).scalars())
        newest = session.execute(select(CityFile.id).order_by(CityFile.at.desc()).limit(1)).scalar_one_or_none()
        old_files = [
            found
            for found in session.execute(
                select(CityFile.id).where(CityFile.at < at - settings.retain_uploads_days * DAY)
            ).scalars()
            if found not in kept_cities and found != newest
        ]
        old_sessions = list(
            session.execute(
                select(SignIn.digest).where(SignIn.seen < at - settings.retain_sessions_days * DAY)
            ).scalars()
        )
        gone = {"plans": len(old_plans), "files": len(old_files), "sessions": len(old_sessions)}
        if dry_run:
            session.rollback()
            return gone
        for table in (AttendanceNote, Decision, Pin, Feed, Output):
            session.execute(delete(table).where(table.run.in_(old_plans)))
        session.execute(Run.__table__.update().where(Run.after.in_(old_plans)).values(after=None))  # type: ignore[attr-defined]
        session.execute(delete(Run).where(Run.id.in_(old_plans)))
        session.execute(delete(CityFile).where(CityFile.id.in_(old_files)))
        session.execute(delete(SignIn).where(SignIn.digest.in_(old_sessions)))
        session.execute(delete(Attempt).where(Attempt.at < at - DAY))
        gone["stored files"] = _sweep(session)
        if any(gone.values()):
            audit.record(session, "the service itself", "erased what was too old", "retention", rows=sum(gone.values()))
    if db.is_sqlite and gone["stored files"]:
        db.tidy()
    return gone


def _sweep(session) -> int:  # type: ignore[no-untyped-def]
    """Erase the stored bytes that nothing refers to any more."""
    used = set(session.execute(select(Output.digest)).scalars())
    for column in (CityFile.sent, CityFile.records, CityFile.marked, Run.best):
        used |= set(session.execute(select(column)).scalars())
    unused = [digest for digest in session.execute(select(Blob.digest)).scalars() if digest not in used]
    for digest in unused:
        session.execute(delete(Blob).where(Blob.digest == digest))
    return len(unused)
