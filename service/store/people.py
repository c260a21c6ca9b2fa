"""People, their passwords and their sessions: argon2id, random session ids kept as digests, and limits on failures."""

import hashlib
import secrets
import threading
import uuid
from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.settings import Settings
from service.store import audit
from service.store.database import now
from service.store.scope import EVERYWHERE, ROLES, Scope
from service.store.tables import Attempt, Person, SignIn

LEAST_PASSWORD, MOST_PASSWORD = 15, 128
_COMMON = ("password", "qwerty", "123456", "letmein", "welcome", "iloveyou", "birmingham", "council", "transport")
_HASHER = PasswordHash((Argon2Hasher(time_cost=3, memory_cost=64 * 1024, parallelism=4),))
_AT_ONCE = threading.Semaphore(2)  # each check takes 64 MiB; sign-ins must not starve the host
_DUMMY: list[str] = []


class BadAccount(ValueError):
    """What a person asked for an account cannot be; the message says what to do."""


class TooMany(Exception):
    """A limit was met; ``wait`` is how many seconds until trying again can help."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = max(1, round(wait))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: who, the key their forms must carry, its digest, and the seconds since it was noted as used."""

    scope: Scope
    shown: str
    form_key: str
    digest: str
    idle: float


def check_password(password: str) -> None:
    """Raise BadAccount unless a password is 15 to 128 characters and not a common one repeated or stretched."""
    if len(password) < LEAST_PASSWORD:
        raise BadAccount(f"use at least {LEAST_PASSWORD} characters: three or four words that do not belong together")
    if len(password) > MOST_PASSWORD:
        raise BadAccount(f"use at most {MOST_PASSWORD} characters")
    rest = password.lower()
    for word in _COMMON:
        rest = rest.replace(word, "")
    if len(set(rest)) < 5:
        raise BadAccount("that is one of the first passwords anybody would try: use words that do not belong together")


def add(session: Session, *, login: str, shown: str, role: str, areas: list[str], password: str | None, by: str) -> str:
    """Add a person and return their id; raises BadAccount for a role, login or password that cannot be."""
    login = login.strip().lower()
    if role not in ROLES or role == "demonstrator":
        raise BadAccount(f"choose a role from: {', '.join(sorted(set(ROLES) - {'demonstrator'}))}")
    if not login:
        raise BadAccount("give a login name")
    if session.execute(select(Person.id).where(Person.login == login)).first():
        raise BadAccount("somebody already has that login name")
    if password is not None:
        check_password(password)
    person = Person(
        id=uuid.uuid4().hex,
        login=login,
        shown=shown.strip() or login,
        role=role,
        areas=areas or [EVERYWHERE],
        password=_HASHER.hash(password) if password is not None else None,
        disabled=False,
        created=now(session),
    )
    session.add(person)
    session.flush()
    audit.record(session, by, "added a person", person.id, why=f"role {role}")
    return person.id


def from_provider(session: Session, *, issuer: str, subject: str, shown: str, role: str, areas: list[str]) -> Person:
    """Return the person whom an identity provider vouches for, by issuer and subject and never by e-mail."""
    found = session.execute(
        select(Person).where(Person.issuer == issuer, Person.subject == subject)
    ).scalar_one_or_none()
    if found is None:
        found = Person(
            id=uuid.uuid4().hex,
            login=f"{hashlib.sha256(issuer.encode()).hexdigest()[:8]}:{subject}"[:200],
            shown=shown,
            role=role,
            areas=areas,
            issuer=issuer,
            subject=subject,
            disabled=False,
            created=now(session),
        )
        session.add(found)
    found.shown, found.role, found.areas = shown, role, areas
    session.flush()
    return found


def set_disabled(session: Session, login: str, disabled: bool, *, by: str) -> None:
    """Let a person in or keep them out, which ends their sessions; raises BadAccount for an unknown login."""
    person = session.execute(select(Person).where(Person.login == login.strip().lower())).scalar_one_or_none()
    if person is None:
        raise BadAccount("nobody has that login name")
    person.disabled = disabled
    if disabled:
        session.execute(delete(SignIn).where(SignIn.person == person.id))
    audit.record(session, by, "disabled a person" if disabled else "enabled a person", person.id)


def sign_in(session: Session, login: str, password: str, *, source: str) -> str | None:
    """Return a new session's token, or None when the login or password is wrong.

    Raises TooMany after five failures for one login or twenty from one address in fifteen minutes; it lifts by itself.
    """
    login = login.strip().lower()
    limit(session, f"sign-in {login}", most=5, seconds=900)
    limit(session, f"sign-in from {source}", most=20, seconds=900)
    person = session.execute(select(Person).where(Person.login == login)).scalar_one_or_none()
    known = person is not None and person.password is not None and not person.disabled
    with _AT_ONCE:
        good = _HASHER.verify(password[: MOST_PASSWORD + 1], person.password if known and person else _dummy())
    if not (good and known and person):
        for key in (f"sign-in {login}", f"sign-in from {source}"):
            note(session, key)
        audit.record(session, "nobody", "failed to sign in", "account", source=source)
        return None
    audit.record(session, person.login, "signed in", person.id, source=source)
    return begin(session, person)


def _dummy() -> str:
    if not _DUMMY:
        _DUMMY.append(_HASHER.hash(secrets.token_hex(16)))  # the same work for an unknown login as for a known one
    return _DUMMY[0]


def begin(session: Session, person: Person) -> str:
    """Start a session and return its token, which only the browser keeps."""
    token = secrets.token_urlsafe(32)
    at = now(session)
    session.add(
        SignIn(digest=_digest(token), person=person.id, form_key=secrets.token_urlsafe(24), created=at, seen=at)
    )
    session.flush()
    return token


def recognise(session: Session, token: str, settings: Settings) -> SignedIn | None:
    """Return the live session of a token, or None when it is unknown, idle too long, too old or its person disabled."""
    row = session.execute(
        select(SignIn, Person).join(Person, Person.id == SignIn.person).where(SignIn.digest == _digest(token))
    ).first()
    if row is None:
        return None
    entry, person = row
    at = now(session)
    if at - entry.seen > settings.idle_minutes * 60 or at - entry.created > settings.session_hours * 3600:
        return None
    if person.disabled:
        return None
    return SignedIn(
        Scope(person.login, person.role, frozenset(person.areas)),
        person.shown,
        entry.form_key,
        entry.digest,
        at - entry.seen,
    )


def touch(session: Session, signed_in: SignedIn) -> None:
    """Note that a session is in use, so that only an idle one ends."""
    entry = session.get(SignIn, signed_in.digest)
    if entry is not None:
        entry.seen = now(session)


def sign_out(session: Session, digest: str, *, everywhere: bool = False) -> None:
    """End one session, or all of its person's."""
    entry = session.get(SignIn, digest)
    if entry is None:
        return
    where = SignIn.person == entry.person if everywhere else SignIn.digest == digest
    session.execute(delete(SignIn).where(where))


def limit(session: Session, key: str, *, most: int, seconds: float) -> None:
    """Raise TooMany when something has happened ``most`` times in the last ``seconds``."""
    at = now(session)
    count, oldest = session.execute(
        select(func.count(), func.min(Attempt.at)).where(Attempt.key == key, Attempt.at > at - seconds)
    ).one()
    if count >= most:
        wait = seconds - (at - oldest)
        raise TooMany(f"too many tries: wait {max(1, round(wait / 60))} minutes and try again", wait)


def note(session: Session, key: str) -> None:
    """Count one more of something that is limited."""
    session.add(Attempt(key=key, at=now(session)))
    session.flush()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
