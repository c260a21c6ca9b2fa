"""The consultation report: a page to read, a file to print, a PDF, and the officers' annex apart."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from optimiser.core import codec
from scenarios.sections import Report
from service import plans, runs
from service.store import audit
from service.store.scope import NotAllowed, NotThere
from service.store.tables import Run
from service.web.pages import page
from service.web.routes.closures import recent
from service.web.routes.places import TABS
from service.web.security import FRAME_POLICY, Allow, Visitor

router = APIRouter(prefix="/places/consultation", include_in_schema=False)
Reader = Annotated[Visitor, Depends(Allow("places.read"))]
Planner = Annotated[Visitor, Depends(Allow("places.plan"))]
Chosen = Annotated[str, Query(max_length=32)]


@router.get("")
def consultation(request: Request, visitor: Reader, run: Chosen = "") -> Response:
    """Show the public part of the report on one scenario, with small numbers withheld and that shown."""
    with request.app.state.db.reading() as session:
        choices = recent(session, visitor, 20)
        chosen = next((each for each in choices if each.id == run), choices[0] if choices else None)
        found = _report(session, chosen) if chosen else None
    return page(
        request, "places/consultation.html", visitor, tabs=TABS, choices=choices, chosen=chosen, report=found,
        annex=False,
    )  # fmt: skip


def _chosen(session: Session, visitor: Visitor, run: str) -> Run:
    """Return the run asked for, or the newest closure when none is named; raises NotThere."""
    if run:
        return runs.get(session, visitor.scope, run)
    found = recent(session, visitor, 1)
    if not found:
        raise NotThere("a scenario")
    return found[0]


def _report(session: Session, run: Run) -> Report | None:
    try:
        return codec.from_json(Report, plans.body(session, run, "closure.report.json").decode("utf-8"))
    except NotThere:
        return None


@router.get("/annex")
def annex(request: Request, visitor: Planner, run: Chosen = "") -> Response:
    """Show the officers' annex, child by child; looking is recorded."""
    with request.app.state.db.session() as session:
        chosen = _chosen(session, visitor, run)
        found = _report(session, chosen)
        if found is None:
            raise NotThere(run)
        audit.record(session, visitor.scope.who, "looked at an officers' annex", chosen.id)
    return page(
        request, "places/consultation.html", visitor, tabs=TABS, choices=[], chosen=chosen, report=found, annex=True
    )  # fmt: skip


@router.get("/file")
def file(
    request: Request, visitor: Reader, run: Chosen = "", kind: Annotated[str, Query(max_length=4)] = "html"
) -> Response:
    """Give the public part as a page to print or as a PDF; the annex is never in it."""
    with request.app.state.db.session() as session:
        chosen = _chosen(session, visitor, run)
        found = _report(session, chosen)
        if found is None:
            raise NotThere(run)
        audit.record(session, visitor.scope.who, "took a consultation report out", f"{chosen.id} {kind}")
        notice = (chosen.outcome or {}).get("notice", "")
    text = request.app.state.pages.get_template("places/report_print.html").render(report=found, notice=notice)
    headers = {"Content-Security-Policy": FRAME_POLICY}
    if kind != "pdf":
        headers["Content-Disposition"] = 'attachment; filename="consultation.html"'
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)
    from data.writing.pdf import NoPdf, as_pdf

    try:
        body = as_pdf(text)
    except NoPdf as missing:
        raise NotAllowed(str(missing)) from missing
    headers["Content-Disposition"] = 'attachment; filename="consultation.pdf"'
    return Response(body, media_type="application/pdf", headers=headers)
