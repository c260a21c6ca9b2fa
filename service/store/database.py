"""Opens the database (SQLite by default, PostgreSQL by address), migrates it, and keeps its clock and its files."""

import hashlib
import os
import shutil
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables import Blob

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """A connection pool, and sessions that commit as one or not at all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(self.engine.execution_options(reading=True), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session that commits when the block ends and rolls back when it fails."""
        with self._sessions() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for looking only: it never waits for a writer and is always rolled back."""
        with self._readers() as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to the newest version; raises whatever Alembic raises when it cannot."""
        from alembic import command

        if self.is_sqlite and self.engine.url.database:
            Path(self.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        with self.engine.begin() as connection:
            if not self.is_sqlite:  # two processes may start at once
                connection.execute(text("SELECT pg_advisory_xact_lock(7201)"))
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def version(self) -> str | None:
        """Return the migration that the database is at, or None when it has no tables."""
        from alembic.runtime.migration import MigrationContext

        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def is_current(self) -> bool:
        """Return whether the database is at the newest migration."""
        from alembic.script import ScriptDirectory

        return self.version() == ScriptDirectory.from_config(alembic_config()).get_current_head()

    def backup(self, path: Path) -> None:
        """Copy a SQLite database while it is in use; raises ValueError for another kind of database."""
        if not self.is_sqlite:
            raise ValueError("use pg_dump to back up PostgreSQL")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        source = sqlite3.connect(str(self.engine.url.database))
        target = sqlite3.connect(part)
        with target:
            source.backup(target)
        source.close()
        target.close()
        os.replace(part, path)

    def restore(self, path: Path) -> Path | None:
        """Put a backup in a SQLite database's place, and return where what stood there is kept, if anything did.

        Raises ValueError, with nothing changed, for another kind of database, for a backup that is not whole, and
        while another process has the database open.
        """
        if not self.is_sqlite:
            raise ValueError("use pg_restore to restore PostgreSQL")
        _check_backup(path)
        place = Path(str(self.engine.url.database))
        self.close()
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        shutil.copyfile(path, part)
        aside = None
        if place.exists():
            _claim(place)
            aside = place.with_suffix(f".before-{time.strftime('%Y%m%d-%H%M%S')}")
            os.replace(place, aside)
        for ending in ("-wal", "-shm"):
            Path(f"{place}{ending}").unlink(missing_ok=True)
        os.replace(part, place)
        return aside

    def tidy(self) -> None:
        """Hand a SQLite file's freed pages back to the disk, so that what was erased is gone from it."""
        if self.is_sqlite:
            held = self.engine.raw_connection()  # below our own BEGIN, inside which SQLite refuses
            try:
                held.cursor().execute("VACUUM")
            finally:
                held.close()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _check_backup(path: Path) -> None:
    """Raise ValueError unless a file is a whole backup of this service."""
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        whole = source.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        ours = source.execute("SELECT version_num FROM alembic_version").fetchone() is not None
    except sqlite3.DatabaseError:
        whole = ours = False
    finally:
        source.close()
    if not (whole and ours):
        raise ValueError(f"{path} is not a whole backup of this service: take another one")


def _claim(place: Path) -> None:
    """Raise ValueError while another process has a database open; leaves the file whole, without a log beside it."""
    held = sqlite3.connect(place, timeout=0.5)
    try:
        held.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as busy:
        raise ValueError("the database is open: stop the service first, then restore") from busy
    except sqlite3.DatabaseError:
        return  # damaged: that is why somebody restores
    finally:
        held.close()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False}, pool_size=20)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        # a writer that waits its turn from the start never meets "database is locked" half-way
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def alembic_config() -> Any:
    """Return Alembic's configuration for the migrations that ship with the service."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def now(session: Session) -> float:
    """Return the database's own clock, so that machines whose clocks differ agree about leases."""
    if session.get_bind().dialect.name == "sqlite":
        return time.time()  # one machine, one clock
    return float(session.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


def keep(session: Session, body: bytes) -> str:
    """Store bytes once, compressed, and return the SHA-256 they are kept under."""
    digest = hashlib.sha256(body).hexdigest()
    if session.execute(select(Blob.digest).where(Blob.digest == digest)).first() is None:
        session.add(Blob(digest=digest, size=len(body), body=zlib.compress(body, 6), created=now(session)))
        session.flush()
    return digest


def fetch(session: Session, digest: str) -> bytes:
    """Return the bytes kept under a digest; raises KeyError when there are none."""
    body = session.execute(select(Blob.body).where(Blob.digest == digest)).scalar_one_or_none()
    if body is None:
        raise KeyError(digest)
    return zlib.decompress(body)
