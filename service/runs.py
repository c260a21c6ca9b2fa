"""The durable queue of runs: asked, claimed under a lease, worked on, stopped, finished, and never lost or doubled.

Every write by a worker is fenced by (holder, attempt): a worker that lost its lease can change nothing.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import __version__
from service.settings import Settings
from service.store import attendance, audit
from service.store.database import Database, keep, now
from service.store.people import TooMany
from service.store.scope import KINDS, NotAllowed, NotThere, Scope
from service.store.tables import Decision, Output, Run

QUEUED, RUNNING, INTERRUPTED = "queued", "running", "interrupted"
DONE, STOPPED, FAILED, CANCELLED = "done", "stopped", "failed", "cancelled"
WAITING = (QUEUED, INTERRUPTED)
LIVE = (QUEUED, INTERRUPTED, RUNNING)
FINISHED = (DONE, STOPPED)
OVER = (DONE, STOPPED, FAILED, CANCELLED)


class LostLease(Exception):
    """Another worker holds the run now, so nothing was written."""


@dataclass(frozen=True)
class Request:
    """What is asked for: a kind of plan from a city, for an area, with options, a seed and a time."""

    kind: str
    title: str
    city: str
    options: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    seconds: float = 60.0
    area: str = "*"
    after: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A file that a run made."""

    name: str
    title: str
    media: str
    body: bytes


def ask(session: Session, scope: Scope, request: Request, settings: Settings) -> Run:
    """Put a run in the queue; it is durable when the session commits. The same ``key`` twice gives the first run.

    Raises NotAllowed, NotThere for an area that is not the person's, and TooMany at the person's limit.
    """
    if request.kind not in KINDS:
        raise NotThere(request.kind)
    scope.need(f"{KINDS[request.kind]}.plan")
    if not scope.covers(request.area):
        raise NotThere(request.area)
    if request.key:
        found = session.execute(select(Run).where(Run.asked_key == _key(scope, request.key))).scalar_one_or_none()
        if found:
            return found
    waiting = session.execute(
        select(func.count()).select_from(Run).where(Run.asked_by == scope.who, Run.state.in_(WAITING))
    ).scalar_one()
    if waiting >= settings.queued_each:
        raise TooMany(f"you have {waiting} plans waiting: let one finish or stop one first", 60)
    options = request.options
    if request.kind == "meetings":
        options = attendance.sized(session, request.area, options)
    run = Run(
        id=uuid.uuid4().hex,
        kind=request.kind,
        title=request.title[:200],
        area=request.area,
        city=request.city,
        after=request.after,
        options=options,
        seed=request.seed,
        seconds=min(request.seconds, settings.most_seconds),
        version=__version__,
        asked_by=scope.who,
        asked_at=now(session),
        asked_key=_key(scope, request.key) if request.key else None,
        state=QUEUED,
        doing="Waiting for its turn",
    )
    session.add(run)
    try:
        session.flush()
    except IntegrityError as clash:  # the same key a moment ago, or a city that has just been erased
        raise NotThere(request.city) from clash
    audit.record(session, scope.who, "asked for a plan", run.id, why=run.kind)
    return run


def _key(scope: Scope, key: str) -> str:
    return f"{scope.who[:40]}/{key}"[:100]


def visible(scope: Scope) -> Select[tuple[Run]]:
    """Return the query of the runs that a person may see; every listing and look-up starts from it."""
    query = select(Run).where(Run.kind.in_(scope.kinds()))
    if not scope.everywhere:
        query = query.where(Run.area.in_(sorted(scope.areas)))
    return query


def get(session: Session, scope: Scope, run_id: str) -> Run:
    """Return a run that the person may see; raises NotThere otherwise."""
    run = session.execute(visible(scope).where(Run.id == run_id)).scalar_one_or_none()
    if run is None:
        raise NotThere(run_id)
    return run


def outputs(session: Session, run: Run) -> list[Output]:
    """Return the files that a run left, in order of name."""
    return list(session.execute(select(Output).where(Output.run == run.id).order_by(Output.name)).scalars())


def ahead(session: Session, run: Run) -> int:
    """Return how many runs are waiting in front of this one."""
    query = select(func.count()).select_from(Run).where(Run.state.in_(WAITING), Run.asked_at < run.asked_at)
    return int(session.execute(query).scalar_one())


def stop(session: Session, scope: Scope, run_id: str) -> Run:
    """Ask a run to stop and keep its best; one that has not begun is cancelled at once."""
    run = get(session, scope, run_id)
    scope.need(f"{KINDS[run.kind]}.plan")
    if run.state in WAITING and run.best is None:
        run.state, run.ended_at, run.doing = CANCELLED, now(session), "Cancelled before it began"
    elif run.state in LIVE:
        run.stop_asked = True
    audit.record(session, scope.who, "stopped a plan", run.id)
    return run


def again(session: Session, scope: Scope, run_id: str) -> Run:
    """Start an interrupted, failed or cancelled run again from its stored input, and from its best so far."""
    run = get(session, scope, run_id)
    scope.need(f"{KINDS[run.kind]}.plan")
    if run.state not in (INTERRUPTED, FAILED, CANCELLED):
        raise NotAllowed("only a plan that was interrupted, cancelled or failed can be started again")
    run.state, run.attempt, run.stop_asked, run.trouble = QUEUED, 0, False, None
    run.share, run.ended_at, run.doing = 0.0, None, "Waiting for its turn"
    audit.record(session, scope.who, "started a plan again", run.id)
    return run


def claim(db: Database, holder: str, settings: Settings) -> Run | None:
    """Take the run that has waited longest, or None; it is ours until the lease ends."""
    with db.session() as session:
        at = now(session)
        _expire(session, at, settings)
        chosen = (
            select(Run.id)
            .where(or_(Run.state == QUEUED, Run.state == INTERRUPTED))
            .order_by(Run.asked_at, Run.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        changed = session.execute(
            update(Run)
            .where(Run.id == chosen)
            .values(
                state=RUNNING,
                holder=holder,
                attempt=Run.attempt + 1,
                lease_until=at + settings.lease_seconds,
                started_at=func.coalesce(Run.started_at, at),
                doing="Starting",
            )
            .returning(Run.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        return session.get(Run, changed, populate_existing=True) if changed else None


def _expire(session: Session, at: float, settings: Settings) -> None:
    for run in session.execute(select(Run).where(Run.state == RUNNING, Run.lease_until < at)).scalars():
        tired = run.attempt >= settings.attempts
        run.state = FAILED if tired else INTERRUPTED
        run.holder = None
        run.doing = "Interrupted; it will be started again from its best so far"
        if tired:
            run.ended_at, run.doing = at, "Interrupted too often"
            run.trouble = (
                f"The plan was interrupted {run.attempt} times. Its input is kept, so it can be started again."
            )
        audit.record(session, "the service itself", "found a plan interrupted", run.id)


def expire(db: Database, settings: Settings) -> None:
    """Mark the runs whose worker has gone as interrupted."""
    with db.session() as session:
        _expire(session, now(session), settings)


def renew(
    db: Database, run: Run, settings: Settings, *, progress: dict[str, Any] | None = None, best: bytes | None = None
) -> bool:
    """Keep the lease, and store progress and the best so far; return whether a person asked to stop.

    Raises LostLease when the run is no longer ours.
    """
    with db.session() as session:
        values: dict[str, Any] = {"lease_until": now(session) + settings.lease_seconds}
        if progress:
            values |= {
                "share": progress["share"],
                "doing": str(progress["doing"])[:300],
                "best_cost": progress["cost"],
                "best_bound": progress["bound"],
            }
        if best is not None:
            values["best"] = keep(session, best)
        _fenced(session, run, values)
        return bool(session.execute(select(Run.stop_asked).where(Run.id == run.id)).scalar_one())


def finish(db: Database, run: Run, *, state: str, outcome: dict[str, Any], made: Iterable[Made]) -> None:
    """Store a run's outcome and files, and its end, in one transaction; raises LostLease when it is not ours."""
    with db.session() as session:
        at = now(session)
        session.execute(delete(Output).where(Output.run == run.id))
        for each in made:
            digest = keep(session, each.body)
            session.add(Output(run=run.id, name=each.name, title=each.title, media=each.media, digest=digest))
        values = {
            "state": state,
            "outcome": outcome,
            "ended_at": at,
            "share": 1.0,
            "best_cost": outcome.get("cost"),
            "best_bound": outcome.get("bound"),
            "doing": "Finished" if state == DONE else "Stopped, and the best so far kept",
            "holder": None,
            "trouble": None,
        }
        _fenced(session, run, values)
        audit.record(session, "the service itself", "finished a plan", run.id, why=str(outcome.get("sentence", "")))


def fail(db: Database, run: Run, trouble: str, *, state: str = FAILED) -> None:
    """Store that a run came to nothing, and why in words for a person; raises LostLease when it is not ours."""
    with db.session() as session:
        doing = "Could not be finished" if state == FAILED else "Stopped before there was an answer"
        _fenced(
            session, run, {"state": state, "trouble": trouble, "ended_at": now(session), "holder": None, "doing": doing}
        )
        audit.record(session, "the service itself", "could not finish a plan", run.id)


def interrupted(session: Session, run: Run) -> None:
    """Mark a run whose process died, so that it is shown as interrupted and claimed again from its best so far."""
    words = "Interrupted; it will be started again from its best so far"
    _fenced(session, run, {"state": INTERRUPTED, "holder": None, "lease_until": 0.0, "doing": words})
    audit.record(session, "the service itself", "found a plan interrupted", run.id)


def release(db: Database, run: Run) -> None:
    """Hand a run back to the queue when the worker is closing; its best so far is kept."""
    with db.session() as session:
        _fenced(
            session,
            run,
            {"state": INTERRUPTED, "holder": None, "lease_until": 0.0, "attempt": max(0, run.attempt - 1)},
        )


def _fenced(session: Session, run: Run, values: dict[str, Any]) -> None:
    done = session.execute(
        update(Run)
        .where(Run.id == run.id, Run.holder == run.holder, Run.attempt == run.attempt, Run.state == RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", done).rowcount != 1:
        raise LostLease(run.id)


def standings(session: Session, scope: Scope) -> dict[str, Decision]:
    """Return the adopted plan that stands for each kind that the person may see, in one look."""
    query = select(Decision).where(Decision.kind.in_(scope.kinds()), Decision.ended_at.is_(None))
    if not scope.everywhere:
        query = query.where(Decision.area.in_(sorted(scope.areas)))
    return {found.kind: found for found in session.execute(query.order_by(Decision.at)).scalars()}


def standing(session: Session, scope: Scope, kind: str, area: str | None = None) -> Decision | None:
    """Return the adopted plan that stands for a kind (and area), or None; only one that the person may see."""
    if kind not in scope.kinds():
        return None
    query = select(Decision).where(Decision.kind == kind, Decision.ended_at.is_(None))
    if area is not None:
        query = query.where(Decision.area == area)
    if not scope.everywhere:
        query = query.where(Decision.area.in_(sorted(scope.areas)))
    return session.execute(query.order_by(Decision.at.desc()).limit(1)).scalar_one_or_none()
