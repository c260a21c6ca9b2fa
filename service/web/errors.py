"""Every error as a page that says what to do next, or as problem details for a program."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from service.intake import Unusable
from service.logs import places
from service.plans import Clash
from service.store.people import BadAccount, TooMany
from service.store.scope import NotAllowed, NotThere
from service.web.pages import page
from service.web.problems import TITLES, problem
from service.web.security import ANONYMOUS, Refused, SignInFirst, Visitor, find_visitor, pattern

log = structlog.get_logger()

EVERYTHING_ELSE = "{rest:path}"
"""How the address ends of a route that only says that there is nothing there."""


def answer(request: Request, status: int, detail: str, **extra: Any) -> Response:
    """Return an error as a page, or as problem details under /api."""
    if request.url.path.startswith("/api/"):
        return problem(status, detail, **extra)
    try:
        visitor = find_visitor(request)
    except Exception:  # the database may be what is wrong
        visitor = Visitor(ANONYMOUS, "", "")
    return page(
        request, "error.html", visitor, status=status, heading=TITLES.get(status, "Error"), detail=detail, code=status
    )


def install(app: FastAPI) -> None:
    """Teach the application how each kind of error is told."""
    plain: dict[type[Exception], tuple[int, str | None]] = {
        NotAllowed: (403, None),
        Refused: (403, None),
        BadAccount: (422, None),
        Clash: (409, None),
        Unusable: (422, None),
        NotThere: (
            404,
            "There is nothing here, or nothing in your areas. Check the address, or start from the home page.",
        ),
        OperationalError: (503, "The database cannot be reached just now. Nothing was lost. Try again in a minute."),
    }
    for kind, (status, words) in plain.items():
        app.add_exception_handler(kind, _teller(status, words))
    app.add_exception_handler(SignInFirst, _sign_in)
    app.add_exception_handler(TooMany, _too_many)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _ours)


def _teller(status: int, words: str | None) -> Any:
    def tell(request: Request, error: Exception) -> Response:
        text = words or str(error) or TITLES[status]
        return answer(request, status, text[:1].upper() + text[1:])

    return tell


def _sign_in(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(401, "Sign in first.")
    if request.method == "GET":
        return RedirectResponse("/sign-in", status_code=303)
    return answer(request, 401, "You have been signed out. Sign in and send the form again.")


def _too_many(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooMany)
    text = str(error)
    made = answer(request, 429, text[:1].upper() + text[1:] + ".")
    made.headers["Retry-After"] = str(error.wait)
    return made


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [{"where": ".".join(str(part) for part in each["loc"]), "what": each["msg"]} for each in error.errors()]
    words = "; ".join(f"{fault['where'].split('.', 1)[-1]}: {fault['what']}" for fault in faults[:5])
    return answer(request, 422, f"Go back and change: {words}.", faults=faults)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: "Check the address, or start from the home page.", 405: "Use the buttons on the page."}
    detail = error.detail if error.detail not in ("Not Found", "Method Not Allowed") else words[error.status_code]
    made = answer(request, error.status_code, detail)
    made.headers.update(error.headers or {})
    if error.status_code == 405:
        made.headers["Allow"] = ", ".join(sorted(_methods(request.app.routes, request)))
    return made


def _methods(routes: Any, request: Request) -> set[str]:
    """Return every method that an address answers to; one route alone knows only its own."""
    found: set[str] = set()
    for route in routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None and not hasattr(route, "methods"):
            found |= _methods(inner.routes, request)
        elif route.matches(request.scope)[0] is not Match.NONE and not route.path.endswith(EVERYTHING_ELSE):
            found |= getattr(route, "methods", None) or set()
    return found


def _ours(request: Request, error: Exception) -> Response:
    told = {"kind": type(error).__name__, "at": places(error.__traceback__)}
    log.error("trouble", method=request.method, route=pattern(request.scope), **told)
    return answer(
        request,
        500,
        "It has been noted. Nothing you did was lost. Try again, or tell whoever looks after this service.",
    )
