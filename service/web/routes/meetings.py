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
from service.optimisers.jobs import ICS
from service.store import audit
from service.store.database import now
from service.store.scope import EVERYWHERE, SYSTEM, NotAllowed, NotThere
from service.store.tables import Feed, Run
from service.web.desk import OnShow, filtered, on_show, records_of, rows_of
from service.web.pages import page
from service.web.security import Allow, Visitor, check_form

router = APIRouter(include_in_schema=False)
TABS = [
    ("/meetings", "Term"),
    ("/meetings/schools", "Schools"),
    ("/meetings/move", "Move a meeting"),
    ("/meetings/change", "Something has changed"),
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
        names=school_names(request, visitor), areas=areas_of(request, visitor),
    )  # fmt: skip


def areas_of(request: Request, visitor: Visitor) -> list[tuple[str, str]]:
    """Return the localities that the person may plan, the whole city first where it is theirs."""
    found = sorted({str(row["area"]) for row in records_of(request, visitor, "schools")})
    mine = [(area, area) for area in found if visitor.scope.covers(area)]
    return [*([(EVERYWHERE, "Every locality together")] if visitor.scope.everywhere else []), *mine] or [("", "")]


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


@router.get("/meetings/feeds")
def feeds(request: Request, visitor: Reader) -> Response:
    """List the calendar addresses that were given out."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
        given = list(session.execute(select(Feed).order_by(Feed.at.desc()).limit(200)).scalars())
        seen = {run.id for run in session.execute(runs.visible(visitor.scope)).scalars()}
    whom = _whom(roster, school_names(request, visitor))
    return page(
        request, "meetings/feeds.html", visitor, tabs=TABS, roster=roster, whom=whom, address="",
        given=[each for each in given if each.run in seen],
    )  # fmt: skip


def _whom(roster: OnShow, names: dict[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return everybody and everything with a calendar of this roster, in groups for a list."""
    held = rows_of(roster.table("roster"))
    people = sorted({str(row["person"]) for row in rows_of(roster.table("diaries"))})
    schools = sorted({str(row["school"]) for row in held}, key=lambda each: names.get(each, each))
    venues = {str(row["venue"]) for row in (*held, *rows_of(roster.table("reserves")))} - {"At the school"}
    return [
        ("People", [(each, each) for each in people]),
        ("Schools", [(each, f"{names[each]} ({each})" if each in names else each) for each in schools]),
        ("Venues", [(each, each) for each in sorted(venues)]),
    ]


@router.post("/meetings/feeds", dependencies=[Depends(check_form)])
def give_feed(request: Request, visitor: Planner, person: Annotated[str, Form(max_length=60)] = "") -> Response:
    """Make a calendar address for one person, school or venue; it is shown once and can be taken back."""
    token = secrets.token_urlsafe(32)
    with request.app.state.db.session() as session:
        roster = on_show(session, visitor, "meetings")
        owners = {value for _, options in _whom(roster, {}) for value, _ in options}
        if roster.run is None or person not in owners:
            raise NotAllowed("choose a person, a school or a venue from the list")
        feed = Feed(
            digest=sha256(token.encode()).hexdigest(), run=roster.run.id, about=person, by=visitor.scope.who,
            at=now(session),
        )  # fmt: skip
        session.add(feed)
        audit.record(session, visitor.scope.who, "gave a calendar address", person)
        session.flush()
        given = list(session.execute(select(Feed).order_by(Feed.at.desc()).limit(200)).scalars())
    whom = _whom(roster, school_names(request, visitor))
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
    """Give one calendar to whoever holds its address; it follows the adopted roster, and names no child."""
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
