"""Signing in and out, with a password held here or the council's identity provider, and looking after people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from service.settings import Settings
from service.store import people
from service.store.scope import ROLES
from service.store.tables import Person
from service.web.pages import page
from service.web.security import Allow, Visitor, check_form, cookie_name

router = APIRouter(include_in_schema=False)


def set_session(answer: Response, settings: Settings, token: str) -> None:
    """Put a session's token in the browser's cookie."""
    answer.set_cookie(
        cookie_name(settings),
        token,
        path="/",
        httponly=True,
        secure=settings.https,
        samesite="lax",
        max_age=settings.session_hours * 3600,
    )


@router.get("/sign-in")
def sign_in_page(request: Request, visitor: Annotated[Visitor, Depends(Allow("public"))]) -> Response:
    """Show the way in."""
    if visitor.shown:
        return RedirectResponse("/", status_code=303)
    return page(request, "sign_in.html", visitor, wrong="")


@router.post("/sign-in", dependencies=[Depends(check_form)])
def sign_in(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("public"))],
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Sign a person in, or say that the login or password is wrong without saying which."""
    settings: Settings = request.app.state.settings
    if settings.demo or settings.oidc_discovery:
        return RedirectResponse("/", status_code=303)
    with request.app.state.db.session() as session:
        token = people.sign_in(session, login, password, source=visitor.source)
    if token is None:
        wrong = "The login name or password is not right. Check both and try again."
        return page(request, "sign_in.html", visitor, status=401, wrong=wrong)
    answer = RedirectResponse("/", status_code=303)
    set_session(answer, settings, token)
    return answer


@router.post("/sign-out", dependencies=[Depends(check_form)])
def sign_out(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("public"))],
    everywhere: Annotated[bool, Form()] = False,
) -> Response:
    """End the session, and clear what the browser kept."""
    if visitor.session:
        with request.app.state.db.session() as session:
            people.sign_out(session, visitor.session, everywhere=everywhere)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(cookie_name(request.app.state.settings), path="/")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.get("/people")
def list_people(request: Request, visitor: Annotated[Visitor, Depends(Allow("people.manage"))]) -> Response:
    """List who may sign in."""
    with request.app.state.db.reading() as session:
        found = list(session.execute(select(Person).order_by(Person.login)).scalars())
    return page(request, "people.html", visitor, people=found, roles=sorted(set(ROLES) - {"demonstrator"}), wrong="")


@router.post("/people", dependencies=[Depends(check_form)])
def add_person(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("people.manage"))],
    login: Annotated[str, Form(max_length=200)] = "",
    shown: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    areas: Annotated[str, Form(max_length=500)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Add a person."""
    where = [part.strip() for part in areas.split(",") if part.strip()]
    with request.app.state.db.session() as session:
        people.add(session, login=login, shown=shown, role=role, areas=where, password=password, by=visitor.scope.who)
    return RedirectResponse("/people", status_code=303)


@router.post("/people/{login}/disable", dependencies=[Depends(check_form)])
def disable_person(
    request: Request, login: str, visitor: Annotated[Visitor, Depends(Allow("people.manage"))]
) -> Response:
    """Keep a person out and end their sessions."""
    with request.app.state.db.session() as session:
        people.set_disabled(session, login, True, by=visitor.scope.who)
    return RedirectResponse("/people", status_code=303)
