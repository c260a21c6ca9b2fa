"""Paper for crews and the desk: run sheets, the guide roster and the call list, to print or as tagged PDF."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from service.answers import NoAnswer
from service.store import audit
from service.store.scope import NotAllowed
from service.web.desk import on_show, question, records_of, rows_of, schools_to_choose
from service.web.pages import page
from service.web.routes.transport import TABS, Doors, listed
from service.web.security import Visitor

router = APIRouter(prefix="/transport/sheets", include_in_schema=False)
PAPER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""A print page is a document of its own, in which nothing runs."""
MOST_PDF = 60
"""The most run sheets in one PDF: more are asked for school by school."""


class Chosen:
    """Which runs the paper is for, and who is away today."""

    def __init__(
        self,
        school: Annotated[str, Query(max_length=60)] = "",
        run: Annotated[str, Query(max_length=60)] = "",
        way: Annotated[str, Query(max_length=12)] = "",
        away: Annotated[str, Query(max_length=5000)] = "",
    ) -> None:
        self.school, self.run, self.way, self.away = school, run, way, away

    @property
    def query(self) -> dict[str, str]:
        """The choice as the query of an address, empty parts left out."""
        told = {"school": self.school, "run": self.run, "way": self.way, "away": self.away}
        return {name: value for name, value in told.items() if value}


Choice = Annotated[Chosen, Depends(Chosen)]


@router.get("")
def choose(request: Request, visitor: Doors, chosen: Choice) -> Response:
    """Choose which run sheets to print; all of them unless a school, a run or a half of the day is chosen."""
    with request.app.state.db.reading() as session:
        plan, cover = on_show(session, visitor, "routes"), on_show(session, visitor, "guides")
    rows = _wanted(rows_of(plan.table("runs")), chosen)
    schools = [("", "Every school"), *schools_to_choose(plan)]
    guide = {row["run"]: row["guide"] for row in rows_of(cover.table("guides-roster"))}
    guides = [each["id"] for each in records_of(request, visitor, "guides")][:3]
    return page(
        request, "transport/sheets.html", visitor, tabs=TABS, plan=plan, cover=cover, rows=rows, schools=schools,
        chosen=chosen, guide=guide, guides=guides, most=MOST_PDF,
    )  # fmt: skip


def _wanted(rows: list[dict[str, object]], chosen: Chosen) -> list[dict[str, object]]:
    return [
        row
        for row in rows
        if (not chosen.run or row["run"] == chosen.run)
        and (not chosen.way or row["direction"] == chosen.way)
        and (not chosen.school or chosen.school in listed(str(row["schools"])))
    ]


@router.get("/print")
def to_print(request: Request, visitor: Doors, chosen: Choice) -> Response:
    """Give the run sheets as one page to print, a sheet a run, with this morning's cover on them."""
    return _paper(request, visitor, chosen, "sheets", "html")


@router.get("/sheets.pdf")
def as_pdf(request: Request, visitor: Doors, chosen: Choice) -> Response:
    """Give the run sheets as a tagged PDF."""
    return _paper(request, visitor, chosen, "sheets", "pdf")


@router.get("/roster")
def roster(request: Request, visitor: Doors, chosen: Choice) -> Response:
    """Give the guide roster to print: who is where, by when; no child in it."""
    return _paper(request, visitor, chosen, "roster", "html")


@router.get("/calls")
def calls(request: Request, visitor: Doors, chosen: Choice) -> Response:
    """Give the families to ring to print, in order, with what to say."""
    return _paper(request, visitor, chosen, "calls", "html")


def _paper(request: Request, visitor: Visitor, chosen: Chosen, what: str, form: str) -> Response:
    with request.app.state.db.session() as session:
        plan, cover = on_show(session, visitor, "routes"), on_show(session, visitor, "guides")
        rows = _wanted(rows_of(plan.table("runs")), chosen)
        if cover.run is None:
            raise NotAllowed("plan the guides first: a run sheet says who rides")
        if form == "pdf" and len(rows) > MOST_PDF:
            raise NotAllowed(f"a PDF holds at most {MOST_PDF} run sheets: choose a school, or print the page")
        audit.record(session, visitor.scope.who, f"printed {what}", cover.run.id, rows=len(rows))
        notice = cover.run.outcome["notice"] if cover.run.outcome else ""
    told = {
        "what": what,
        "form": form,
        "away": listed(chosen.away),
        "runs": [row["run"] for row in rows] if chosen.query.keys() - {"away"} else [],
        "notice": f"{notice} Printed by {visitor.shown}.",
    }
    try:
        _, answer = question(request, visitor, cover.run.id, "sheets", told)
    except NoAnswer as reason:
        raise NotAllowed(str(reason)) from reason
    headers = {"Content-Security-Policy": PAPER_POLICY}
    if form == "pdf":
        headers["Content-Disposition"] = 'attachment; filename="run-sheets.pdf"'
        return Response(answer.paper, media_type="application/pdf", headers=headers)
    return Response(answer.paper, media_type="text/html; charset=utf-8", headers=headers)
