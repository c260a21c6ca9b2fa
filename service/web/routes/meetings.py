"""The meetings desk: the term, schools and their state, moving a meeting, diaries, catch-up slots and feeds."""

import io
import secrets
import zipfile
from datetime import date
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from service import plans, runs
from service.answers import NoAnswer
from service.optimisers.jobs import ICS
from service.store import audit
from service.store.database import now
from service.store.scope import SYSTEM, NotAllowed, NotThere
from service.store.tables import Feed, Run
from service.web.desk import filtered, on_show, question, records_of, rows_of
from service.web.pages import page
from service.web.routes.plans import ask
from service.web.security import Allow, Visitor, check_form

router = APIRouter(include_in_schema=False)
TABS = [
    ("/meetings", "Term"),
    ("/meetings/schools", "Schools"),
    ("/meetings/move", "Move a meeting"),
    ("/meetings/options", "What else could be"),
    ("/meetings/people", "People"),
    ("/meetings/reserves", "Catch-up slots"),
    ("/meetings/year", "The year"),
    ("/meetings/panels", "Panels"),
    ("/meetings/queue", "Queues"),
    ("/meetings/forums", "Forums"),
    ("/meetings/attendance", "Attendance"),
    ("/meetings/papers", "Papers"),
    ("/meetings/feeds", "Calendars"),
]
Reader = Annotated[Visitor, Depends(Allow("meetings.read"))]
Planner = Annotated[Visitor, Depends(Allow("meetings.plan"))]


@router.get("/meetings")
def term(request: Request, visitor: Reader, week: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Show the term week by week, and one week in full."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
    weeks = rows_of(roster.table("weeks"))
    chosen = week or (str(weeks[0]["week"]) if weeks else "")
    days: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(roster.table("roster")):
        if chosen and _monday(str(row["day"])) == chosen:
            days.setdefault(str(row["day"]), []).append(row)
    return page(
        request, "meetings/term.html", visitor, tabs=TABS, roster=roster, weeks=weeks, chosen=chosen, days=days,
        names=school_names(request, visitor),
    )  # fmt: skip


def school_names(request: Request, visitor: Visitor) -> dict[str, str]:
    """Return each school's name by its code; schools are institutions, so their names may be shown."""
    return {str(row["id"]): str(row["name"]) for row in records_of(request, visitor, "schools")}


def _monday(day: str) -> str:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return ""
    return date.fromordinal(found.toordinal() - found.weekday()).isoformat()


@router.get("/meetings/schools")
def schools(request: Request, visitor: Reader) -> Response:
    """List the schools with their meeting, and those without one with the reason."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
    return page(request, "meetings/schools.html", visitor, tabs=TABS, roster=roster)


@router.get("/meetings/people")
def people(request: Request, visitor: Reader, person: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Show each person's load and travel, and one person's diary."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
    diary = filtered(roster.table("diaries"), lambda row: row["person"] == person) if person else None
    return page(request, "meetings/people.html", visitor, tabs=TABS, roster=roster, person=person, diary=diary)


@router.get("/meetings/reserves")
def reserves(request: Request, visitor: Reader) -> Response:
    """Show the slots kept for schools that do not come."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
    return page(request, "meetings/reserves.html", visitor, tabs=TABS, roster=roster)


@router.get("/meetings/move")
def move(
    request: Request,
    visitor: Planner,
    meeting: Annotated[str, Query(max_length=60)] = "",
    day: Annotated[str, Query(max_length=10)] = "",
    time: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """Ask what moving a meeting would take, before anything is saved."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
    answer, trouble = None, ""
    if meeting and roster.run is not None:
        try:
            wanted: dict[str, Any] = {"meeting": meeting, **_when(day, time)}
            _, answer = question(request, visitor, roster.run.id, "move", wanted)
        except (NoAnswer, NotAllowed) as reason:
            trouble = str(reason)
    return page(
        request, "meetings/move.html", visitor, tabs=TABS, roster=roster, meeting=meeting, day=day, time=time,
        answer=answer, trouble=trouble, names=school_names(request, visitor),
    )  # fmt: skip


def _when(day: str, time: str) -> dict[str, Any]:
    if not day and not time:
        return {}
    try:
        date.fromisoformat(day)
        hours, minutes = time.replace(".", ":").split(":")
        return {"day": day, "start": int(hours) * 3600 + int(minutes) * 60}
    except ValueError as wrong:
        raise NotAllowed("give both a day and a time such as 13:30, or neither") from wrong


@router.post("/meetings/move", dependencies=[Depends(check_form)])
def save_move(
    request: Request,
    visitor: Planner,
    meeting: Annotated[str, Form(max_length=60)] = "",
    day: Annotated[str, Form(max_length=10)] = "",
    time: Annotated[str, Form(max_length=5)] = "",
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Save the move as a new roster, which is a proposal like any other."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
    if roster.run is None or meeting not in {row["meeting"] for row in rows_of(roster.table("roster"))}:
        raise NotAllowed("choose a meeting from the list")
    options = {**roster.run.options, "move": {"meeting": meeting, **_when(day, time)}}
    run_id = ask(
        request, visitor, "meetings", 0.5, roster.run.seed, roster.run.area, roster.run.id, options, key,
        f"{meeting} moved",
    )  # fmt: skip
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.get("/meetings/feeds")
def feeds(request: Request, visitor: Reader) -> Response:
    """List the calendar addresses that were given out."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
        given = list(session.execute(select(Feed).order_by(Feed.at.desc()).limit(200)).scalars())
        seen = {run.id for run in session.execute(runs.visible(visitor.scope)).scalars()}
    whom = sorted({str(row["person"]) for row in rows_of(roster.table("diaries"))})
    return page(
        request, "meetings/feeds.html", visitor, tabs=TABS, roster=roster, whom=whom, address="",
        given=[each for each in given if each.run in seen],
    )  # fmt: skip


@router.post("/meetings/feeds", dependencies=[Depends(check_form)])
def give_feed(request: Request, visitor: Planner, person: Annotated[str, Form(max_length=60)] = "") -> Response:
    """Make a calendar address for one person; it is shown once and can be taken back."""
    token = secrets.token_urlsafe(32)
    with request.app.state.db.session() as session:
        roster = on_show(session, visitor, "meetings")
        if roster.run is None or person not in {row["person"] for row in rows_of(roster.table("diaries"))}:
            raise NotAllowed("choose a person from the list")
        feed = Feed(
            digest=sha256(token.encode()).hexdigest(), run=roster.run.id, about=person, by=visitor.scope.who,
            at=now(session),
        )  # fmt: skip
        session.add(feed)
        audit.record(session, visitor.scope.who, "gave a calendar address", person)
        session.flush()
        given = list(session.execute(select(Feed).order_by(Feed.at.desc()).limit(200)).scalars())
    whom = sorted({str(row["person"]) for row in rows_of(roster.table("diaries"))})
    address = f"{request.base_url}feeds/{token}.ics"
    return page(
        request, "meetings/feeds.html", visitor, tabs=TABS, roster=roster, whom=whom, address=address, given=given
    )  # fmt: skip


@router.post("/meetings/feeds/{digest}/revoke", dependencies=[Depends(check_form)])
def revoke(request: Request, digest: str, visitor: Planner) -> Response:
    """Take a calendar address back."""
    with request.app.state.db.session() as session:
        feed = session.get(Feed, digest)
        if feed is None:
            raise NotThere(digest)
        runs.get(session, visitor.scope, feed.run)
        feed.revoked_at = now(session)
        audit.record(session, visitor.scope.who, "took a calendar address back", feed.about)
    return RedirectResponse("/meetings/feeds", status_code=303)


@router.get("/feeds/{token}.ics")
def feed_file(request: Request, token: str, visitor: Annotated[Visitor, Depends(Allow("public"))]) -> Response:
    """Give one person's calendar to whoever holds its address; it follows the adopted roster, and names no child."""
    with request.app.state.db.reading() as session:
        feed = session.get(Feed, sha256(token.encode()).hexdigest())
        if feed is None or feed.revoked_at is not None:
            raise NotThere("feed")
        run = session.get_one(Run, feed.run)
        standing = runs.standing(session, SYSTEM, "meetings", run.area)
        if standing is not None:
            run = session.get_one(Run, standing.run)
        packed = plans.body(session, run, "meetings.calendars.zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        for name in found.namelist():
            if name.rsplit("/", 1)[-1].removesuffix(".ics") == feed.about:
                return Response(found.read(name), media_type=ICS)
    raise NotThere("feed")
