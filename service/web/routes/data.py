"""The data desk: send a workbook, check what was read, get it back with the bad cells marked."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from service import intake
from service.optimisers.jobs import XLSX
from service.store import audit, choices, cities, people
from service.store.database import fetch
from service.store.scope import NotThere
from service.web.pages import page
from service.web.security import Allow, Visitor, check_form

router = APIRouter(include_in_schema=False)


@router.get("/data")
def data(request: Request, visitor: Annotated[Visitor, Depends(Allow("data.read"))]) -> Response:
    """Show what is held and how to send more."""
    with request.app.state.db.reading() as session:
        held = cities.listed(session, visitor.scope)
        newest = cities.newest(session, visitor.scope)
    return page(request, "data.html", visitor, held=held, newest=newest, wrong="")


@router.post("/data", dependencies=[Depends(check_form)])
def send(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("data.write"))],
    workbook: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Read a workbook and show what was found; nothing is planned from until somebody asks."""
    db, settings = request.app.state.db, request.app.state.settings
    with db.session() as session:
        people.limit(session, f"upload {visitor.scope.who}", most=30, seconds=3600)
        people.note(session, f"upload {visitor.scope.who}")
        chosen = choices.in_force(session)
    try:
        read = intake.receive(
            workbook.filename or "" if workbook else "", workbook.file if workbook else None, settings, chosen
        )
    except intake.Unusable as reason:
        with db.reading() as session:
            held, newest = cities.listed(session, visitor.scope), cities.newest(session, visitor.scope)
        return page(request, "data.html", visitor, status=422, held=held, newest=newest, wrong=str(reason))
    with db.session() as session:
        city = cities.add(session, visitor.scope, read)
    return RedirectResponse(f"/data/{city.id}", status_code=303)


@router.post("/data/sample", dependencies=[Depends(check_form)])
def sample(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("data.write"))],
    size: Annotated[str, Form(max_length=10)] = "small",
    seed: Annotated[int, Form(ge=0, le=10**9)] = 1,
) -> Response:
    """Make the built-in fictional city and hold it."""
    if size not in ("small", "medium", "full"):
        raise NotThere(size)
    read = intake.built_in(size, seed)
    with request.app.state.db.session() as session:
        city = cities.add(session, visitor.scope, read)
    return RedirectResponse(f"/data/{city.id}", status_code=303)


@router.get("/data/template.xlsx")
def template(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("data.read"))],
    desk: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Give an empty workbook to fill in: with every sheet, or with those of one desk."""
    if desk not in ("", "transport", "meetings", "places"):
        raise NotThere(desk)
    name = "-".join(each for each in ("send-optimiser", desk, "template") if each)
    return _attachment(intake.template(desk or None), f"{name}.xlsx")


@router.get("/data/example.xlsx")
def example(request: Request, visitor: Annotated[Visitor, Depends(Allow("data.read"))]) -> Response:
    """Give the invented example as a workbook that is filled in, to look at or to change."""
    return _attachment(intake.example(), "send-optimiser-example.xlsx")


@router.get("/data/{city_id}")
def city_page(request: Request, city_id: str, visitor: Annotated[Visitor, Depends(Allow("data.read"))]) -> Response:
    """Check what we read: counts, faults by cell with remedies, and the file back."""
    with request.app.state.db.reading() as session:
        city = cities.get(session, visitor.scope, city_id)
    return page(request, "city.html", visitor, city=city)


@router.get("/data/{city_id}/sent.xlsx")
def sent(request: Request, city_id: str, visitor: Annotated[Visitor, Depends(Allow("data.write"))]) -> Response:
    """Give the file back as it was sent."""
    return _file(request, visitor, city_id, "sent")


@router.get("/data/{city_id}/marked.xlsx")
def marked(request: Request, city_id: str, visitor: Annotated[Visitor, Depends(Allow("data.write"))]) -> Response:
    """Give the same file back with the bad cells marked and a reason in each row."""
    return _file(request, visitor, city_id, "marked")


def _file(request: Request, visitor: Visitor, city_id: str, which: str) -> Response:
    with request.app.state.db.session() as session:
        city = cities.get(session, visitor.scope, city_id)
        digest = getattr(city, which)
        if digest is None:
            raise NotThere(which)
        body = fetch(session, digest)
        audit.record(session, visitor.scope.who, "took a file out", city.id, rows=sum(city.counts.values()))
    return _attachment(body, f"city-{city_id[:8]}-{which}.xlsx")


def _attachment(body: bytes, name: str) -> Response:
    return Response(body, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
