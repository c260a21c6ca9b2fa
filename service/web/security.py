"""Who is at the door: headers on every answer, refusal of other sites' forms, sessions, and one permission a route."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import Form, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from service.settings import DEMO_KEY, Settings
from service.store import people
from service.store.database import Database
from service.store.scope import EVERYWHERE, PERMISSIONS, Scope
from service.web.problems import problem

log = structlog.get_logger()

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FRAME_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-scripts"
)
"""A map is a document of its own, without an origin: even a script smuggled into it reads nothing and calls nobody."""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
MORE_BYTES = 1024**2
"""How much a request may hold beside the largest file: the form's other fields."""
NOTED_EVERY = 60.0
"""Seconds between two notes that a session is in use, so that reading pages hardly ever writes."""
ANONYMOUS = Scope("nobody", "nobody", frozenset())


class SignInFirst(Exception):
    """The visitor has to sign in before this page."""


class Refused(Exception):
    """A form came from another site or an old page; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person behind a request, as every route sees them."""

    scope: Scope
    shown: str
    form_key: str
    session: str | None = None
    source: str = ""


class Door:
    """ASGI middleware: policy headers on every answer, and no unsafe method from another site."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Refuse what comes from another site, and add the headers to what goes out."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun = time.perf_counter()

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = round(1000 * (time.perf_counter() - begun))
                log.info("request", method=scope["method"], route=pattern(scope), status=message["status"], ms=took)
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                headers.setdefault("Cache-Control", "no-store")
                if self.settings.https:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        headers = Headers(scope=scope)
        if scope["method"] not in SAFE and not _same_site(headers):
            told = _refusal(scope, 403, "This form was sent from another site, so it was refused.")
            await told(scope, receive, send_with_policy)
            return
        most = self.settings.upload_bytes + MORE_BYTES
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            size = self.settings.upload_bytes // 1024**2
            told = _refusal(scope, 413, f"What was sent is larger than {size} MB. Nothing was read.")
            await told(scope, receive, send_with_policy)
            return
        await self.app(scope, _no_more_than(most, receive), send_with_policy)


def _refusal(scope: AsgiScope, status: int, words: str) -> Response:
    """Return an answer to what was not read: problem details for a program, or a sentence and what to do next."""
    if scope["path"].startswith("/api/"):
        return problem(status, words)
    return PlainTextResponse(f"{words} Open the page here and try again.", status)


def _no_more_than(most: int, receive: Receive) -> Receive:
    """Return a reader of a body that stops at a size, for senders who do not say how much will come."""
    got = 0

    async def limited() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise HTTPException(413, "What was sent is too large. Nothing was kept of it.")
        return message

    return limited


def pattern(scope: Any) -> str:
    """Return the pattern of the address asked for, such as /plans/{run_id}: the address itself may hold ids."""
    return str(getattr(scope.get("route"), "path", "") or "-")


def _same_site(headers: Headers) -> bool:
    """Return whether the browser says that a request comes from our own pages, or is no browser."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True  # not a browser: it carries no cookies of anyone's
    return origin.split("://", 1)[-1] == headers.get("host", "")


class Allow:
    """A route's one permission. ``public`` needs nobody; ``home`` anybody signed in; others a role that has them."""

    def __init__(self, permission: str) -> None:
        if permission != "public" and permission not in PERMISSIONS:
            raise ValueError(f"no role has the permission {permission}")
        self.permission = permission

    def __call__(self, request: Request) -> Visitor:
        """Return the visitor; raises SignInFirst for a stranger and NotAllowed for the wrong role."""
        visitor = find_visitor(request)
        if self.permission == "public":
            return visitor
        if visitor.scope is ANONYMOUS:
            raise SignInFirst
        visitor.scope.need(self.permission)
        return visitor


def find_visitor(request: Request) -> Visitor:
    """Return who is asking: the demonstrator, a person with a live session, or nobody; looked up once a request."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = _look_up(request)
    found: Visitor = request.state.visitor
    return found


def _look_up(request: Request) -> Visitor:
    settings: Settings = request.app.state.settings
    source = request.client.host if request.client else ""
    if settings.demo:
        scope = Scope("demonstrator", "demonstrator", frozenset({EVERYWHERE}))
        return Visitor(scope, "Demonstrator", request.app.state.form_key, None, source)
    token = request.cookies.get(cookie_name(settings))
    if token:
        db: Database = request.app.state.db
        with db.reading() as session:
            found = people.recognise(session, token, settings)
        if found is not None:
            if found.idle > NOTED_EVERY:
                with db.session() as session:
                    people.touch(session, found)
            return Visitor(found.scope, found.shown, found.form_key, found.digest, source)
    return Visitor(ANONYMOUS, "", request.app.state.form_key, None, source)


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name; the __Host- prefix needs HTTPS."""
    return "__Host-sendopt" if settings.https else "sendopt"


def check_form(request: Request, form_key: Annotated[str, Form(max_length=100)] = "") -> None:
    """Raise Refused unless a form carries its visitor's own key."""
    if not hmac.compare_digest(form_key.encode(), find_visitor(request).form_key.encode()):
        raise Refused("This page had been open for too long. Go back, load it again and send the form once more.")


def sign(settings: Settings, path: str, *, seconds: int = 300) -> str:
    """Return a path with a signature that lets anybody who holds it read it for a few minutes."""
    until = int(time.time()) + seconds
    return f"{path}?until={until}&sign={_signature(settings, path, until)}"


def signed(settings: Settings, path: str, until: int, sign: str) -> bool:
    """Return whether a path's signature is ours and still fresh."""
    return until >= time.time() and hmac.compare_digest(sign.encode(), _signature(settings, path, until).encode())


def _signature(settings: Settings, path: str, until: int) -> str:
    return hmac.new(signing_key(settings), f"{path}|{until}".encode(), hashlib.sha256).hexdigest()


_PROCESS_KEY = secrets.token_bytes(32)


def signing_key(settings: Settings) -> bytes:
    """Return the key that signs addresses and cookies: the council's secret, or else this process's own."""
    secret = settings.secret.get_secret_value()
    return _PROCESS_KEY if secret == DEMO_KEY else secret.encode("utf-8")


def permission_of(route: Any) -> str | None:
    """Return the permission that a route declares, or None when it declares none or more than one."""
    found = [
        dependency.call.permission
        for dependency in getattr(getattr(route, "dependant", None), "dependencies", [])
        if isinstance(dependency.call, Allow)
    ]
    return found[0] if len(found) == 1 else None
