"""The audit: rows can be added and never changed, and a change made underneath shows."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from service.store import audit
from service.store.database import Database
from service.store.tables import AuditEntry


def some_entries(db: Database, count: int = 5) -> None:
    with db.session() as session:
        for number in range(count):
            audit.record(session, "somebody", "did a thing", f"thing-{number}")


def test_a_whole_chain_holds(db):
    some_entries(db)
    with db.reading() as session:
        verdict = audit.verify(session)
    assert (verdict.holds, verdict.entries, len(verdict.head)) == (True, 5, 64)


@pytest.mark.parametrize("sql", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit WHERE id = 5"])
def test_the_database_refuses_changes(db, sql):
    some_entries(db)
    with pytest.raises(DatabaseError, match="only be added to"), db.session() as session:
        session.execute(text(sql))


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 2", 2),
        ("UPDATE audit SET before = digest WHERE id = 4", 4),
    ],
)
def test_a_change_made_underneath_is_named(db, sql, broken):
    some_entries(db)
    with db.session() as session:
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_no_{verb}"))
        session.execute(text(sql))
    with db.reading() as session:
        verdict = audit.verify(session)
    assert (verdict.holds, verdict.broken) == (False, broken)


def test_an_entry_and_its_deed_stand_or_fall_together(db):
    with pytest.raises(RuntimeError), db.session() as session:
        audit.record(session, "somebody", "did a thing", "thing")
        raise RuntimeError
    with db.reading() as session:
        assert session.query(AuditEntry).count() == 0
