"""Backup and restore, retention, migrations on both databases: what an administrator relies on."""

import pytest

from service.settings import Settings
from service.store import audit, retention
from service.store.database import Database
from service.store.tables import Base, CityFile, Run
from tests.builders.service import a_city, a_finished_run
from tests.service import postgres


def counted(db: Database) -> tuple[int, int]:
    with db.reading() as session:
        return session.query(CityFile).count(), session.query(Run).count()


def test_a_backup_taken_in_use_is_restored_whole_and_what_stood_there_is_kept(settings, db, tmp_path):
    city = a_city(db)
    a_finished_run(db, settings, city=city)
    backup = tmp_path / "kept" / "monday.sqlite3"
    with db.session():  # somebody is at work
        pass
    db.backup(backup)
    a_finished_run(db, settings, city=city)
    assert counted(db) == (1, 2)
    db.close()
    aside = db.restore(backup)
    assert counted(db) == (1, 1)
    assert counted(Database(f"sqlite:///{aside}")) == (1, 2)
    with db.reading() as session:
        assert audit.verify(session).holds


def test_a_restore_is_refused_while_the_service_is_up_and_for_what_is_not_a_backup(settings, db, tmp_path):
    a_city(db)
    backup = tmp_path / "monday.sqlite3"
    db.backup(backup)
    other = Database(settings.database_url)
    with db.reading() as session, pytest.raises(ValueError, match="stop the service first"):
        session.query(Run).count()
        other.restore(backup)
    for bad in (b"", b"not a database at all" * 100, backup.read_bytes()[:20_000]):
        (tmp_path / "bad").write_bytes(bad)
        with pytest.raises(ValueError, match="not a whole backup"):
            db.restore(tmp_path / "bad")
    with pytest.raises(ValueError, match="there is no file"):
        db.restore(tmp_path / "nowhere")
    assert counted(db) == (1, 0)


def test_a_dry_run_of_retention_counts_what_the_run_then_erases(settings, db):
    city = a_city(db)
    a_finished_run(db, settings, city=city)
    a_city(db, title="newer.xlsx", records=b"{ }")
    old = settings.model_copy(update={"retain_plans_days": 1, "retain_uploads_days": 1})
    with db.session() as session:
        for row in (*session.query(Run), *session.query(CityFile).filter(CityFile.id == city)):
            if isinstance(row, Run):
                row.asked_at -= 3 * retention.DAY
            else:
                row.at -= 3 * retention.DAY
    told = retention.run(db, old, dry_run=True)
    assert (told["plans"], told["files"]) == (1, 1) and counted(db) == (2, 1)
    done = retention.run(db, old)
    assert (done["plans"], done["files"]) == (1, 1) and counted(db) == (1, 0)
    assert done["stored files"] > 0


def differences(db: Database) -> list:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_the_migrations_make_the_tables_that_the_code_means_on_sqlite(db):
    assert differences(db) == [] and db.is_current()


@pytest.mark.postgres
@pytest.mark.skipif(postgres.programs() is None, reason="skipped: PostgreSQL is not installed")
def test_the_migrations_make_the_tables_that_the_code_means_on_postgresql(tmp_path):
    with postgres.server() as url:
        db = Database(Settings(data=tmp_path, database=url).database_url)
        db.migrate()
        assert differences(db) == [] and db.is_current()
        with pytest.raises(ValueError, match="pg_dump"):
            db.backup(tmp_path / "x")
        with pytest.raises(ValueError, match="pg_restore"):
            db.restore(tmp_path / "x")
        db.close()
