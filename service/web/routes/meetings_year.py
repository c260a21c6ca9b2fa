"""The meetings desk's year: dates and clashes, panels and agendas, forums, attendance, swaps and papers to print."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service import plans, runs
from service.answers import Answer, NoAnswer
from service.optimisers.upsets import SENT
from service.store import attendance as noted
from service.store.scope import NotAllowed
from service.web.desk import OnShow, filtered, on_show, question, rows_of
from service.web.pages import page
from service.web.routes.meetings import TABS, Planner, Reader, school_names
from service.web.security import Visitor, check_form

router = APIRouter(include_in_schema=False)
PAPERS = (
    ("meetings.leaflet.html", "Leaflet", "a page for each consortium"),
    ("meetings.invitations.html", "Invitations", "a page for each school"),
    ("meetings.what-to-expect.html", "What to expect", "before, at and after a meeting"),
    ("meetings.attendance.html", "Attendance sheets", "a page for each day and place"),
    ("meetings.calendars.zip", "Calendar files", "one a person, school and venue"),
)
QUEUES = (
    ("Referrals, Nov 2019 to Jan 2020: 211 to 19", "waiting=211&arriving=12&decided=36&sittings=1&down_to=19&weeks=8"),
    ("Appeals, Sep 2019 to Jan 2020: 200 to 34", "waiting=200&arriving=10&decided=19&sittings=1&down_to=34&weeks=19"),
)
"""The two queues of the council's papers; arrivals and decisions a week are assumed, the ends are printed."""
Short = Annotated[str, Query(max_length=60)]
Pasted = Annotated[str, Form(max_length=100_000)]


def _roster(request: Request, visitor: Visitor) -> OnShow:
    with request.app.state.db.reading() as session:
        return on_show(session, visitor, "meetings")


def _asked(
    request: Request, visitor: Visitor, roster: OnShow, verb: str, arguments: dict[str, Any]
) -> tuple[Answer | None, str]:
    """Return the answer to a question of the plan on show, or what went wrong in words for a person."""
    if roster.run is None:
        return None, "There is no roster yet. Make one first."
    try:
        return question(request, visitor, roster.run.id, verb, arguments)[1], ""
    except (NoAnswer, NotAllowed) as reason:
        return None, str(reason)


@router.get("/meetings/year")
def year(request: Request, visitor: Reader) -> Response:
    """Show the year's dated events, the clashes among them, and free days instead."""
    return page(request, "meetings/year.html", visitor, tabs=TABS, roster=_roster(request, visitor))


@router.get("/meetings/panels")
def panels(request: Request, visitor: Reader, day: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Show who sits on each panel, its agenda, what rolls over, and what a stagger or another day frees."""
    roster = _roster(request, visitor)
    days = sorted({str(row["day"]) for row in rows_of(roster.table("panel_seats"))})
    chosen = day if day in days else (days[0] if days else "")
    keys = ("panel_seats", "agenda")
    that_day = {key: filtered(roster.table(key), lambda row: row["day"] == chosen) for key in keys}
    talks = filtered(roster.table("discussions"), lambda row: row["panel"] == chosen)
    return page(
        request, "meetings/panels.html", visitor, tabs=TABS, roster=roster, days=days, chosen=chosen, that_day=that_day,
        talks=talks,
    )  # fmt: skip


@router.get("/meetings/queue")
def queue(
    request: Request,
    visitor: Reader,
    waiting: Short = "",
    arriving: Short = "",
    decided: Short = "",
    sittings: Short = "1",
    down_to: Short = "",
    weeks: Short = "",
) -> Response:
    """Show how long a queue of referrals or appeals takes to clear, and the sittings it needs."""
    roster = _roster(request, visitor)
    given = {"waiting": waiting, "arriving": arriving, "decided": decided, "sittings": sittings, "down_to": down_to,
             "weeks": weeks}  # fmt: skip
    answer, trouble = None, ""
    if waiting:
        if all(text.isascii() and text.isdigit() and len(text) <= 6 for text in given.values()):
            answer, trouble = _asked(request, visitor, roster, "backlog", given)
        else:
            trouble = "Write a whole number, 0 or more, in every box."
    return page(
        request, "meetings/queue.html", visitor, tabs=TABS, roster=roster, given=given, answer=answer, trouble=trouble,
        examples=QUEUES,
    )  # fmt: skip


@router.get("/meetings/forums")
def forums(request: Request, visitor: Reader, event: Short = "") -> Response:
    """Show the appointments at forums and drop-ins."""
    return _forums(request, visitor, event, {"text": "", "interpreters": "", "minutes": "15"}, None, "")


@router.post("/meetings/forums", dependencies=[Depends(check_form)])
def arrange(
    request: Request,
    visitor: Reader,
    event: Annotated[str, Form(max_length=60)] = "",
    text: Pasted = "",
    interpreters: Annotated[str, Form(max_length=300)] = "",
    minutes: Annotated[str, Form(max_length=3)] = "15",
) -> Response:
    """Arrange families' wishes over one forum's appointments; nothing is kept."""
    given = {"text": text, "interpreters": interpreters, "minutes": minutes}
    if not minutes.isascii() or not minutes.isdigit():
        return _forums(request, visitor, event, given, None, "Write the minutes of an appointment as a whole number.")
    roster = _roster(request, visitor)
    answer, trouble = _asked(request, visitor, roster, "forum", {"event": event, **given})
    return _forums(request, visitor, event, given, answer, trouble)


def _forums(
    request: Request, visitor: Visitor, event: str, given: dict[str, str], answer: Answer | None, trouble: str
) -> Response:
    roster = _roster(request, visitor)
    held = {str(row["event"]): f"{row['title']}, {row['event']}" for row in rows_of(roster.table("appointments"))}
    chosen = event if event in held else next(iter(held), "")
    grid = filtered(roster.table("appointments"), lambda row: row["event"] == chosen)
    return page(
        request, "meetings/forums.html", visitor, tabs=TABS, roster=roster, events=list(held.items()), chosen=chosen,
        grid=grid, given=given, answer=answer, trouble=trouble,
    )  # fmt: skip


@router.get("/meetings/attendance")
def attendance(request: Request, visitor: Reader) -> Response:
    """Show what was noted at the meetings, and ask for more."""
    roster = _roster(request, visitor)
    text = _noted(request, visitor, roster)
    answer, trouble = _asked(request, visitor, roster, "attendance", {"text": text}) if text else (None, "")
    return _attendance(request, visitor, roster, "", answer, trouble)


@router.post("/meetings/attendance", dependencies=[Depends(check_form)])
def attended(request: Request, visitor: Planner, text: Pasted = "") -> Response:
    """Keep what was noted and make the attendance and actions report of it."""
    roster = _roster(request, visitor)
    answer, trouble = _asked(request, visitor, roster, "attendance", {"text": text})
    if answer is not None and roster.run is not None and answer.save is not None:
        with request.app.state.db.session() as session:
            run = runs.get(session, visitor.scope, roster.run.id)
            noted.keep(session, visitor.scope, run, [noted.Note(*each) for each in answer.save["noted"]])
        # What was noted before, of other meetings, belongs in the report too.
        answer, trouble = _asked(request, visitor, roster, "attendance", {"text": _noted(request, visitor, roster)})
    return _attendance(request, visitor, roster, text if trouble else "", answer, trouble)


@router.post("/meetings/attendance/forget", dependencies=[Depends(check_form)])
def forget_attendance(request: Request, visitor: Planner) -> Response:
    """Erase what was noted of the roster on show."""
    roster = _roster(request, visitor)
    if roster.run is not None:
        with request.app.state.db.session() as session:
            noted.forget(session, visitor.scope, runs.get(session, visitor.scope, roster.run.id))
    return RedirectResponse("/meetings/attendance", status_code=303)


def _noted(request: Request, visitor: Visitor, roster: OnShow) -> str:
    """Return what was noted of a roster as lines, or nothing."""
    if roster.run is None:
        return ""
    with request.app.state.db.reading() as session:
        return noted.as_text(session, runs.get(session, visitor.scope, roster.run.id))


def _attendance(
    request: Request, visitor: Visitor, roster: OnShow, text: str, answer: Answer | None, trouble: str
) -> Response:
    held, seen = frozenset[str](), None
    if roster.run is not None:
        with request.app.state.db.reading() as session:
            held = noted.known(session, roster.run)
            seen = noted.share(session, roster.run.area) if held else None
    rest = [
        f"{row['meeting']}, yes, yes, no, ," for row in rows_of(roster.table("roster")) if row["meeting"] not in held
    ]
    return page(
        request, "meetings/attendance.html", visitor, tabs=TABS, roster=roster, text=text or "\n".join(rest),
        answer=answer, trouble=trouble, held=len(held), seen=seen, enough=noted.ENOUGH,
        options={"no_show": round(seen.no_show, 4)} if seen else {},
    )  # fmt: skip


@router.get("/meetings/options")
def options(request: Request, visitor: Planner, meeting: Short = "", role: Short = "") -> Response:
    """Show two schools that could trade times, who is idle and why, and what one more half-day of a role buys."""
    roster = _roster(request, visitor)
    answer, trouble = None, ""
    if meeting:
        answer, trouble = _asked(request, visitor, roster, "swaps", {"meeting": meeting})
    elif role:
        answer, trouble = _asked(request, visitor, roster, "half_day", {"role": role})
    roles = sorted({str(row["role"]) for row in rows_of(roster.table("load"))})
    return page(
        request, "meetings/options.html", visitor, tabs=TABS, roster=roster, meeting=meeting, role=role, roles=roles,
        answer=answer, trouble=trouble, names=school_names(request, visitor),
    )  # fmt: skip


@router.get("/meetings/papers")
def papers(request: Request, visitor: Reader) -> Response:
    """List what can be printed and sent."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
        locks = plans.pins(session, roster.run) if roster.run is not None else []
    told = next((each for each in locks if each.subject == SENT), None)
    return page(request, "meetings/papers.html", visitor, tabs=TABS, roster=roster, papers=PAPERS, told=told)
