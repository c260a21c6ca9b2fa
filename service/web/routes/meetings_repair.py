"""The meetings desk's planning: a round of the year, a meeting moved, and what to do when something has changed."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service import plans, runs
from service.answers import Answer, NoAnswer
from service.optimisers.upsets import MOST_OTHERS, SENT
from service.store import attendance
from service.store.scope import EVERYWHERE, NotAllowed
from service.web.desk import OnShow, on_show, question, records_of, rows_of
from service.web.pages import page
from service.web.routes.meetings import TABS, Planner, school_names
from service.web.routes.plans import ask
from service.web.security import Visitor, check_form

router = APIRouter(include_in_schema=False)
UPSETS = (
    ("away", "Somebody is away"),
    ("pattern", "Somebody works only some days"),
    ("lost", "A venue is lost"),
    ("panels", "Panels are cancelled"),
    ("cancelled", "A dated event is cancelled"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
Day = Annotated[str, Query(max_length=10)]
Short = Annotated[str, Query(max_length=60)]


@router.post("/meetings/plan", dependencies=[Depends(check_form)])
def plan(
    request: Request,
    visitor: Planner,
    area: Annotated[str, Form(max_length=80)] = EVERYWHERE,
    number: Annotated[str, Form(max_length=2)] = "1",
    told: Annotated[str, Form(max_length=10)] = "",
    minutes: Annotated[float, Form(gt=0, le=1440)] = 0.5,
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Start a round of the year for one locality team or all; a later round knows whom the one on show missed."""
    if not number.isascii() or not number.isdigit() or int(number) < 1:
        raise NotAllowed("write which round of the year it is as a whole number, 1 for the first")
    options: dict[str, Any] = {"round": int(number)}
    if told:
        options["told"] = _a_day(told).isoformat()
    if int(number) > 1:
        options["missed"] = _missed(request, visitor)
    run_id = ask(request, visitor, "meetings", minutes, 1, area, "", options, key)
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


def _missed(request: Request, visitor: Visitor) -> list[str]:
    """Return the schools that the roster on show left out, or that were noted as not having come."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
        if roster.run is None:
            return []
        away = attendance.missed(session, roster.run)
    found = {str(row["school"]) for row in rows_of(roster.table("unbooked"))}
    return sorted(found | {str(row["school"]) for row in rows_of(roster.table("roster")) if row["meeting"] in away})


@router.get("/meetings/move")
def move(
    request: Request,
    visitor: Planner,
    meeting: Short = "",
    day: Day = "",
    time: Annotated[str, Query(max_length=5)] = "",
    others: Annotated[str, Query(max_length=3)] = str(MOST_OTHERS),
    may_move_told: bool = False,
) -> Response:
    """Ask what moving a meeting would take, before anything is saved."""
    roster, locks = _roster(request, visitor)
    given = {"meeting": meeting, "day": day, "time": time, "others": others, "may_move_told": may_move_told}
    answer, trouble = None, ""
    if meeting:
        answer, trouble = _preview(request, visitor, roster, locks, lambda: _move_options(given))
    return page(
        request, "meetings/move.html", visitor, tabs=TABS, roster=roster, given=given, answer=answer, trouble=trouble,
        names=school_names(request, visitor), told=SENT in locks,
    )  # fmt: skip


@router.post("/meetings/move", dependencies=[Depends(check_form)])
def save_move(
    request: Request,
    visitor: Planner,
    meeting: Annotated[str, Form(max_length=60)] = "",
    day: Annotated[str, Form(max_length=10)] = "",
    time: Annotated[str, Form(max_length=5)] = "",
    others: Annotated[str, Form(max_length=3)] = str(MOST_OTHERS),
    may_move_told: Annotated[bool, Form()] = False,
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Save the move as a new roster, which is a proposal like any other."""
    roster, _ = _roster(request, visitor)
    if meeting not in {row["meeting"] for row in rows_of(roster.table("roster"))}:
        raise NotAllowed("choose a meeting from the list")
    given = {"meeting": meeting, "day": day, "time": time, "others": others, "may_move_told": may_move_told}
    return _save(request, visitor, roster, _move_options(given), f"{meeting} moved", key)


@router.get("/meetings/change")
def change(
    request: Request,
    visitor: Planner,
    what: Short = "",
    who: Short = "",
    first: Day = "",
    last: Day = "",
    days: Annotated[list[str] | None, Query()] = None,
    others: Annotated[str, Query(max_length=3)] = str(MOST_OTHERS),
    may_move_told: bool = False,
) -> Response:
    """Ask what an illness, a lost venue or a cancelled panel takes, before anything is saved."""
    roster, locks = _roster(request, visitor)
    given = {"what": what, "who": who, "first": first, "last": last, "days": list(days or ()), "others": others,
             "may_move_told": may_move_told}  # fmt: skip
    answer, trouble = None, ""
    if what:
        answer, trouble = _preview(request, visitor, roster, locks, lambda: _upset_options(given))
    return page(
        request, "meetings/change.html", visitor, tabs=TABS, roster=roster, given=given, answer=answer, trouble=trouble,
        upsets=UPSETS, weekdays=WEEKDAYS, whom=_whom(request, visitor, roster), told=SENT in locks,
    )  # fmt: skip


@router.post("/meetings/change", dependencies=[Depends(check_form)])
def save_change(
    request: Request,
    visitor: Planner,
    what: Annotated[str, Form(max_length=20)] = "",
    who: Annotated[str, Form(max_length=60)] = "",
    first: Annotated[str, Form(max_length=10)] = "",
    last: Annotated[str, Form(max_length=10)] = "",
    days: Annotated[list[str] | None, Form()] = None,
    others: Annotated[str, Form(max_length=3)] = str(MOST_OTHERS),
    may_move_told: Annotated[bool, Form()] = False,
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Save the repair as a new roster, which is a proposal like any other."""
    roster, _ = _roster(request, visitor)
    given = {"what": what, "who": who, "first": first, "last": last, "days": list(days or ()), "others": others,
             "may_move_told": may_move_told}  # fmt: skip
    words = dict(UPSETS).get(what, "").lower()
    return _save(request, visitor, roster, _upset_options(given), f"Repair: {words} {who}".strip(), key)


@router.post("/meetings/told", dependencies=[Depends(check_form)])
def mark_told(request: Request, visitor: Planner, off: Annotated[bool, Form()] = False) -> Response:
    """Note that the schools of the roster on show have been sent their invitations, or that they have not."""
    with request.app.state.db.session() as session:
        roster = on_show(session, visitor, "meetings")
        if roster.run is None:
            raise NotAllowed("there is no roster yet: make one first")
        plans.pin(session, visitor.scope, runs.get(session, visitor.scope, roster.run.id), SENT, "", off=off)
    return RedirectResponse("/meetings/papers", status_code=303)


def _roster(request: Request, visitor: Visitor) -> tuple[OnShow, frozenset[str]]:
    """Return the roster on show and what is locked in it."""
    with request.app.state.db.reading() as session:
        roster = on_show(session, visitor, "meetings")
        locks = plans.pins(session, roster.run) if roster.run is not None else []
        return roster, frozenset(each.subject for each in locks)


def _preview(
    request: Request, visitor: Visitor, roster: OnShow, locks: frozenset[str], options: Any
) -> tuple[Answer | None, str]:
    if roster.run is None:
        return None, "There is no roster yet. Make one first."
    try:
        told = {**options(), "locks": sorted(locks)}
        return question(request, visitor, roster.run.id, "repair", told)[1], ""
    except (NoAnswer, NotAllowed) as reason:
        text = str(reason)
        return None, text[:1].upper() + text[1:]


def _save(
    request: Request, visitor: Visitor, roster: OnShow, options: dict[str, Any], title: str, key: str
) -> Response:
    if roster.run is None:
        raise NotAllowed("there is no roster yet: make one first")
    before = {name: held for name, held in roster.run.options.items() if name != "move"}
    upsets = [*before.get("upsets", []), *options.get("upsets", [])]
    run_id = ask(
        request, visitor, "meetings", 0.5, roster.run.seed, roster.run.area, roster.run.id,
        {**before, "repair": True, **options, **({"upsets": upsets} if upsets else {})}, key, title,
    )  # fmt: skip
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


def _move_options(given: dict[str, Any]) -> dict[str, Any]:
    when: dict[str, Any] = {}
    if given["day"] or given["time"]:
        try:
            hours, minutes = given["time"].replace(".", ":").split(":")
            when = {"day": _a_day(given["day"]).isoformat(), "start": int(hours) * 3600 + int(minutes) * 60}
        except ValueError as wrong:
            raise NotAllowed("give both a day and a time such as 13:30, or neither") from wrong
    return {"move": {"meeting": given["meeting"], **when}, **_limits(given)}


def _upset_options(given: dict[str, Any]) -> dict[str, Any]:
    if given["what"] not in dict(UPSETS):
        raise NotAllowed("choose what has happened from the list")
    told: dict[str, Any] = {"what": given["what"], "who": given["who"]}
    if given["what"] == "pattern":
        told["days"] = [int(each) for each in given["days"] if each in {"0", "1", "2", "3", "4"}]
    elif given["what"] != "cancelled":
        if not given["first"]:
            raise NotAllowed("give the first day")
        told["first"] = _a_day(given["first"]).isoformat()
        told["last"] = _a_day(given["last"] or given["first"]).isoformat()
    return {"upsets": [told], **_limits(given)}


def _limits(given: dict[str, Any]) -> dict[str, Any]:
    text = given["others"].strip()
    if text and not (text.isascii() and text.isdigit()):
        raise NotAllowed("write how many other meetings may move as a whole number, or leave it empty for any")
    return {"others": int(text) if text else None, "may_move_told": bool(given["may_move_told"])}


def _a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise NotAllowed("write each day as 2020-01-28") from wrong


def _whom(request: Request, visitor: Visitor, roster: OnShow) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return whom or what something may have happened to: people, venues and dated events, in groups for a list."""
    people = [(str(row["person"]), f"{row['person']}, {row['role']}") for row in rows_of(roster.table("load"))]
    venues = [(str(row["id"]), f"{row['name']} ({row['id']})") for row in records_of(request, visitor, "venues")]
    events = [
        (str(row["id"]), f"{row['title']}, {row['day']} ({row['id']})")
        for row in records_of(request, visitor, "meetings")
    ]
    return [("People", people), ("Venues", venues), ("Dated events", events)]
