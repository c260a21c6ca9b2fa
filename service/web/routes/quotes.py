"""The Tuesday quote: ask for one pupil, keep what the panel decided, and open it again with the reasons shown then."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from service import plans, runs
from service.answers import Answer, NoAnswer
from service.shown import LONDON, day
from service.store import audit
from service.store.database import fetch, keep
from service.store.scope import NotAllowed, NotThere
from service.store.tables import Output, Run
from service.web.desk import on_show, question
from service.web.pages import page
from service.web.routes.closures import texts_of
from service.web.routes.places import TABS
from service.web.security import Allow, Visitor, check_form

router = APIRouter(prefix="/places", include_in_schema=False)
PREFIX = "decision."
Reader = Annotated[Visitor, Depends(Allow("places.read"))]
Planner = Annotated[Visitor, Depends(Allow("places.plan"))]


@router.get("/quote")
def quote(request: Request, visitor: Reader, pupil: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Quote for one pupil at the panel: bases ranked, with the place and the transport priced together."""
    pupil = pupil.strip()
    with request.app.state.db.session() as session:
        plan = on_show(session, visitor, "places")
        if pupil:
            audit.record(session, visitor.scope.who, "asked for a quote", pupil)
        kept = _kept(session, visitor)
    answer, trouble = None, ""
    if pupil and plan.run is not None:
        try:
            answer = _ask(request, visitor, plan.run.id, pupil)
        except NoAnswer as reason:
            trouble = str(reason)
    bases = [str(row[0]) for row in answer.tables[0].rows] if answer else []
    return page(
        request, "places/quote.html", visitor, tabs=TABS, plan=plan, pupil=pupil, answer=answer, trouble=trouble,
        bases=bases, kept=kept,
    )  # fmt: skip


def _ask(request: Request, visitor: Visitor, run_id: str, pupil: str, decision: dict[str, Any] | None = None) -> Answer:
    with request.app.state.db.reading() as session:
        routes = texts_of(session, visitor, "routes")
    today = datetime.now(LONDON).date().isoformat()
    wanted = {"pupil": pupil, "on": today, "routes": routes, "decision": decision}
    return question(request, visitor, run_id, "quote", wanted)[1]


def _kept(session: Session, visitor: Visitor) -> list[tuple[Output, Run]]:
    """Return the decisions kept beside every plan of places that a person may see, newest plan first."""
    shown = runs.visible(visitor.scope).where(Run.kind == "places").subquery()
    query = (
        select(Output, Run)
        .join(Run, Run.id == Output.run)
        .where(Output.run.in_(select(shown.c.id)), Output.name.startswith(PREFIX))
        .order_by(Run.ended_at.desc(), Output.name)
    )
    return [tuple(row) for row in session.execute(query.limit(50))]


@router.post("/quote", dependencies=[Depends(check_form)])
def decide(
    request: Request,
    visitor: Planner,
    pupil: Annotated[str, Form(max_length=60)] = "",
    chosen: Annotated[str, Form(max_length=60)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Keep what the panel decided for a pupil, with the lines, the prices and the reasons as they stand now."""
    if not reason.strip():
        raise NotAllowed("give the panel's reason: it is shown to whoever opens the decision later")
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "places")
    if plan.run is None:
        raise NotAllowed("plan who goes where first, on The estate")
    try:
        heard = _ask(request, visitor, plan.run.id, pupil.strip())
        told = {"quote": (heard.save or {})["quote"], "chosen": chosen, "reasons": [reason.strip()]}
        made = question(request, visitor, plan.run.id, "decide", told)[1]
    except NoAnswer as trouble:
        raise NotAllowed(str(trouble)) from trouble
    body = json.dumps({"by": visitor.scope.who, **(made.save or {})}).encode("utf-8")
    with request.app.state.db.session() as session:
        number = _store(session, plan.run, body, pupil.strip(), chosen or "no base")
        audit.record(session, visitor.scope.who, "kept a panel decision", pupil.strip(), why=reason.strip()[:500])
    return RedirectResponse(f"/places/quote/{plan.run.id}/{number}", status_code=303)


def _store(session: Session, run: Run, body: bytes, pupil: str, chosen: str) -> int:
    held = session.execute(select(Output.name).where(Output.run == run.id, Output.name.startswith(PREFIX))).all()
    number = 1 + max((int(name.split(".")[1]) for (name,) in held), default=0)
    title = f"Decision for pupil {pupil}: {chosen}, {day(datetime.now(LONDON).date().isoformat())}"
    made = Output(
        run=run.id, name=f"{PREFIX}{number}.json", title=title[:200], media="application/json",
        digest=keep(session, body),
    )  # fmt: skip
    session.add(made)
    return number


@router.get("/quote/{run_id}/{number}")
def reopen(request: Request, run_id: str, number: int, visitor: Reader) -> Response:
    """Open a decision again: what was shown then, what was decided and why, and what would be said now."""
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        held = json.loads(fetch(session, plans.output(session, run, f"{PREFIX}{number}.json").digest))
        decision = held.get("decision")
        if not isinstance(decision, dict):
            raise NotThere(str(number))
        pupil = str(decision["quote"]["child"])
        audit.record(session, visitor.scope.who, "opened a panel decision", pupil)
        latest = on_show(session, visitor, "places").run or run
    answer, trouble = None, ""
    try:
        answer = _ask(request, visitor, latest.id, pupil, decision)
    except NoAnswer as reason:
        trouble = str(reason)
    return page(
        request, "places/decision.html", visitor, tabs=TABS, run=run, decision=decision, by=held.get("by", ""),
        answer=answer, trouble=trouble, pupil=pupil,
    )  # fmt: skip
