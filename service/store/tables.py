"""Every table of the database. Times are seconds since 1970 in UTC; anything large lives once in ``blobs``."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """The root of every table."""

    metadata = NAMES
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own way


class Blob(Base):
    """A file's bytes, compressed, stored once under the SHA-256 of its contents."""

    __tablename__ = "blobs"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created: Mapped[float] = mapped_column(Float)


class Person(Base):
    """Someone who may sign in. ``areas`` is a list of area names, or ["*"] for the whole city."""

    __tablename__ = "people"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)
    shown: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    areas: Mapped[list[Any]] = mapped_column(JSON)
    password: Mapped[str | None] = mapped_column(String(300))
    issuer: Mapped[str | None] = mapped_column(String(300))
    subject: Mapped[str | None] = mapped_column(String(300))
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    created: Mapped[float] = mapped_column(Float)


class SignIn(Base):
    """A session: the SHA-256 of a random id, and when it was last used."""

    __tablename__ = "sessions"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    form_key: Mapped[str] = mapped_column(String(64))
    created: Mapped[float] = mapped_column(Float)
    seen: Mapped[float] = mapped_column(Float)


class Attempt(Base):
    """Something that is limited, such as a failed sign-in or an upload, by whom and when."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(200))
    at: Mapped[float] = mapped_column(Float)
    __table_args__ = (Index("ix_attempts_key_at", "key", "at"),)


class CityFile(Base):
    """A city of facts that was read: the file as sent, the records in it, and what was wrong with it."""

    __tablename__ = "cities"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    fictional: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(20))
    sent: Mapped[str | None] = mapped_column(ForeignKey("blobs.digest"))
    records: Mapped[str | None] = mapped_column(ForeignKey("blobs.digest"))
    marked: Mapped[str | None] = mapped_column(ForeignKey("blobs.digest"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    issues: Mapped[list[Any]] = mapped_column(JSON)
    columns: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The headings and tabs that we asked about, and those read as somebody chose before."""
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[float] = mapped_column(Float, index=True)


class ColumnChoice(Base):
    """What a heading on a sheet of ours means, or a tab (``sheet`` empty); ``field`` empty is to leave it out."""

    __tablename__ = "column_choices"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    sheet: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(String(200))
    shown: Mapped[str] = mapped_column(String(200))
    field: Mapped[str] = mapped_column(String(60))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[float] = mapped_column(Float)
    __table_args__ = (UniqueConstraint("sheet", "words", name="uq_column_choices_sheet_words"),)


class Run(Base):
    """One solve: what was asked, who holds it now, how far it has got, and what came of it."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), index=True)
    title: Mapped[str] = mapped_column(String(200))
    area: Mapped[str] = mapped_column(String(80), default="*")
    city: Mapped[str] = mapped_column(ForeignKey("cities.id"), index=True)
    after: Mapped[str | None] = mapped_column(ForeignKey("runs.id"))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    seed: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Float)
    version: Mapped[str] = mapped_column(String(40))
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[float] = mapped_column(Float, index=True)
    asked_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    holder: Mapped[str | None] = mapped_column(String(80))
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[float] = mapped_column(Float, default=0.0)
    stop_asked: Mapped[bool] = mapped_column(Boolean, default=False)
    share: Mapped[float] = mapped_column(Float, default=0.0)
    doing: Mapped[str] = mapped_column(String(300), default="")
    best_cost: Mapped[int | None] = mapped_column(BigInteger)
    best_bound: Mapped[int | None] = mapped_column(BigInteger)
    best: Mapped[str | None] = mapped_column(ForeignKey("blobs.digest"))
    started_at: Mapped[float | None] = mapped_column(Float)
    ended_at: Mapped[float | None] = mapped_column(Float)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    trouble: Mapped[str | None] = mapped_column(Text)


class Output(Base):
    """A file that a finished run left: a map, a workbook, calendars, tables, the problem and the solution."""

    __tablename__ = "outputs"
    run: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    media: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(ForeignKey("blobs.digest"))


class Decision(Base):
    """A named person's adoption of a plan, with a reason; ``ended_at`` when another took its place or it was undone."""

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    run: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    area: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[float] = mapped_column(Float)
    replaces: Mapped[int | None] = mapped_column(Integer)
    ended_at: Mapped[float | None] = mapped_column(Float)
    ended_by: Mapped[str | None] = mapped_column(String(200))
    ended_why: Mapped[str | None] = mapped_column(Text)
    open_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """Kind and area while the decision stands, so that two people cannot adopt two plans for one thing."""


class Pin(Base):
    """Something that people have agreed and a later plan must leave alone."""

    __tablename__ = "pins"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(30), index=True)
    run: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(String(120))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[float] = mapped_column(Float)
    note: Mapped[str] = mapped_column(Text, default="")


class AttendanceNote(Base):
    """What was noted at one meeting of a roster: who came, how it was rated, and what was agreed."""

    __tablename__ = "attendance_notes"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    run: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    meeting: Mapped[str] = mapped_column(String(120))
    came: Mapped[bool] = mapped_column(Boolean)
    senco: Mapped[bool] = mapped_column(Boolean)
    head: Mapped[bool] = mapped_column(Boolean)
    rating: Mapped[int | None] = mapped_column(Integer)
    actions: Mapped[list[Any]] = mapped_column(JSON)
    """Each action as [what, who, day or empty]."""
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[float] = mapped_column(Float)
    __table_args__ = (UniqueConstraint("run", "meeting", name="uq_attendance_notes_run_meeting"),)


class Feed(Base):
    """A calendar address that can be taken back: only the SHA-256 of its token is kept."""

    __tablename__ = "feeds"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    run: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    about: Mapped[str] = mapped_column(String(120))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[float] = mapped_column(Float)
    revoked_at: Mapped[float | None] = mapped_column(Float)


class AuditEntry(Base):
    """One thing that somebody did. Rows can be added but never changed; each carries the hash of the one before."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    who: Mapped[str] = mapped_column(String(200))
    did: Mapped[str] = mapped_column(String(60))
    what: Mapped[str] = mapped_column(String(200))
    rows: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
