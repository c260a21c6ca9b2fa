"""A council's own headings: what we guess they mean, what a person says they mean, and what is remembered."""

import io
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from data.records import SHEETS
from data.records.parsing import tidy
from data.records.row import columns
from service import intake
from service.store import choices, cities
from service.store.database import fetch
from service.store.scope import NotThere
from service.web.pages import page
from service.web.security import Allow, Visitor, check_form

router = APIRouter(include_in_schema=False)
LEAVE_OUT, ASK_AGAIN = "-", "?"


@router.get("/data/columns")
def remembered(request: Request, visitor: Annotated[Visitor, Depends(Allow("data.read"))]) -> Response:
    """List what the council's own headings and sheet names mean, and let a person forget one."""
    with request.app.state.db.reading() as session:
        held = choices.listed(session)
    sheets = {sheet.field: sheet for sheet in SHEETS}
    rows = [(each, *_told(each, sheets)) for each in held]
    return page(request, "columns.html", visitor, rows=rows)


def _told(each: Any, sheets: dict[str, Any]) -> tuple[str, str]:
    """Return where a choice applies and what it means, in words."""
    if not each.sheet:
        return "The name of a sheet", sheets[each.field].name if each.field in sheets else "Left out"
    known = sheets.get(each.sheet)
    headings = {column.field: column.heading for column in columns(known.row)} if known else {}
    return known.name if known else each.sheet, headings.get(each.field, "Left out")


@router.post("/data/columns/{number}/forget", dependencies=[Depends(check_form)])
def forget(request: Request, number: int, visitor: Annotated[Visitor, Depends(Allow("data.write"))]) -> Response:
    """Forget what a heading means."""
    with request.app.state.db.session() as session:
        choices.forget(session, visitor.scope, number)
    return RedirectResponse("/data/columns", status_code=303)


@router.post("/data/{city_id}/columns", dependencies=[Depends(check_form)])
def choose(
    request: Request,
    city_id: str,
    visitor: Annotated[Visitor, Depends(Allow("data.write"))],
    meaning: Annotated[list[str], Form(max_length=600)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Remember what each heading asked about means, and read the same file again."""
    db = request.app.state.db
    with db.session() as session:
        city = cities.get(session, visitor.scope, city_id)
        asked = (city.columns or {}).get("questions", [])
        if city.sent is None or not asked or len(meaning) != len(asked):
            raise NotThere(city_id)
        pairs = zip(asked, meaning, strict=True)
        choices.keep(session, visitor.scope, [made for each, said in pairs if (made := _choice(each, said))])
        body, chosen = fetch(session, city.sent), choices.in_force(session)
    read = intake.receive(city.title, io.BytesIO(body), request.app.state.settings, chosen)
    with db.session() as session:
        fresh = cities.add(session, visitor.scope, read)
    return RedirectResponse(f"/data/{fresh.id}", status_code=303)


def _choice(asked: dict[str, Any], said: str) -> choices.Choice | None:
    """Return the choice that an answer makes, or None for one that was put off or that we did not offer."""
    if said == ASK_AGAIN or said not in {LEAVE_OUT, *(offer[0] for offer in asked["offers"])}:
        return None
    shown = asked["heading"] or asked["tab"]
    return choices.Choice(asked["sheet"], tidy(shown)[:200], shown, "" if said == LEAVE_OUT else said)
