"""Decisions and the audit: what stands, what stood on a past date, undoing, and whether the record is whole."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from service import plans
from service.shown import LONDON
from service.store import audit
from service.store.scope import NotAllowed
from service.store.tables import AuditEntry
from service.web.pages import page
from service.web.security import Allow, Visitor, check_form

router = APIRouter(include_in_schema=False)


@router.get("/decisions")
def decisions(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show every decision, or the plans that stood at the end of a day."""
    at = None
    if on:
        try:
            at = datetime.fromisoformat(f"{on}T23:59:59").replace(tzinfo=LONDON).timestamp()
        except ValueError as wrong:
            raise NotAllowed("write the date as 2020-01-28") from wrong
    with request.app.state.db.reading() as session:
        found = plans.history(session, visitor.scope, at=at)
    return page(request, "decisions.html", visitor, decisions=found, on=on)


@router.post("/decisions/{decision_id}/undo", dependencies=[Depends(check_form)])
def undo(
    request: Request,
    decision_id: int,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Undo a decision, with a reason; the plan that it replaced stands again."""
    with request.app.state.db.session() as session:
        plans.undo(session, visitor.scope, decision_id, reason)
    return RedirectResponse("/decisions", status_code=303)


@router.get("/audit")
def audit_page(request: Request, visitor: Annotated[Visitor, Depends(Allow("audit.read"))]) -> Response:
    """Show the newest entries and whether the whole chain holds."""
    with request.app.state.db.reading() as session:
        verdict = audit.verify(session)
        entries = list(session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(100)).scalars())
    return page(request, "audit.html", visitor, verdict=verdict, entries=entries)
