"""The commands that look after people, the database, the audit and what is erased when."""

import getpass
import sys
from pathlib import Path

from service.cli.output import DONE, FAULTS, Answer
from service.cli.serving import settings_or_end
from service.store.database import Database


def _open(answer: Answer) -> Database:
    settings = settings_or_end(answer)
    db = Database(settings.database_url)
    db.migrate()
    return db


def audit_verify(as_json: bool) -> None:
    """Check the audit's chain."""
    from service.store import audit

    answer = Answer(as_json)
    db = _open(answer)
    with db.reading() as session:
        verdict = audit.verify(session)
    db.close()
    if verdict.holds:
        answer.say(f"The chain holds: {verdict.entries} entries, head {verdict.head}.")
    else:
        answer.say(f"The chain is broken: {verdict.wrong}.")
    answer.end(
        DONE if verdict.holds else FAULTS,
        holds=verdict.holds,
        entries=verdict.entries,
        head=verdict.head,
        wrong=verdict.wrong,
    )


def user_add(login: str, role: str, shown: str, areas: list[str], as_json: bool) -> None:
    """Add a person."""
    from service.store import people

    answer = Answer(as_json)
    db = _open(answer)
    password = getpass.getpass("First password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        with db.session() as session:
            people.add(
                session, login=login, shown=shown, role=role, areas=areas, password=password, by="the command line"
            )
    except people.BadAccount as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
    answer.say(f"{login} may sign in.")
    answer.end(DONE, login=login)


def user_disable(login: str, as_json: bool) -> None:
    """Keep a person out."""
    from service.store import people

    answer = Answer(as_json)
    db = _open(answer)
    try:
        with db.session() as session:
            people.set_disabled(session, login, True, by="the command line")
    except people.BadAccount as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
    answer.say(f"{login} is kept out.")
    answer.end(DONE, login=login)


def db_upgrade(as_json: bool) -> None:
    """Migrate the database."""
    answer = Answer(as_json)
    db = _open(answer)
    answer.say(f"The database is at version {db.version()}.")
    answer.end(DONE, version=db.version())


def db_backup(path: Path, as_json: bool) -> None:
    """Back the database up."""
    answer = Answer(as_json)
    db = _open(answer)
    try:
        db.backup(path)
    except ValueError as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
    answer.say(f"Written to {path}")
    answer.end(DONE, out=str(path))


def db_restore(path: Path, as_json: bool) -> None:
    """Restore a backup, bring it to the newest version and check the audit in it."""
    from service.store import audit

    answer = Answer(as_json)
    db = Database(settings_or_end(answer).database_url)
    try:
        aside = db.restore(path)
    except ValueError as wrong:
        answer.say(f"Nothing was changed: {wrong}.")
        answer.end(FAULTS, fault=str(wrong))
    db.migrate()
    with db.reading() as session:
        verdict = audit.verify(session)
    db.close()
    answer.say(f"Restored from {path}." + (f" What stood there is kept as {aside}." if aside else ""))
    words = f"holds, {verdict.entries} entries" if verdict.holds else f"is broken: {verdict.wrong}"
    answer.say(f"The audit’s chain {words}.")
    answer.end(DONE if verdict.holds else FAULTS, kept=str(aside) if aside else None, audit_holds=verdict.holds)


def retention_run(dry_run: bool, as_json: bool) -> None:
    """Erase what is too old."""
    from service.store import retention

    answer = Answer(as_json)
    settings = settings_or_end(answer)
    db = Database(settings.database_url)
    db.migrate()
    gone = retention.run(db, settings, dry_run=dry_run)
    verb = "would go" if dry_run else "erased"
    for what, rows in gone.items():
        answer.say(f"{what}: {rows} {verb}")
    answer.end(DONE, dry_run=dry_run, **gone)
