"""Signing in through the council's identity provider: OpenID Connect, code flow, PKCE, tokens kept on the server."""

import hashlib
import hmac
import json
import time
from typing import Annotated, Any

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.settings import Settings
from service.store import audit, people
from service.store.scope import EVERYWHERE, ROLES, NotThere
from service.web.errors import answer
from service.web.routes.account import set_session
from service.web.security import Allow, Visitor, signing_key

router = APIRouter(include_in_schema=False)
COOKIE, MINUTES = "sendopt-provider", 10
AWAY = "The council's sign-in service cannot be reached just now. Try again in a minute."
REFUSED = "The sign-in could not be checked. Start again from the sign-in page."


class ProviderAway(Exception):
    """The identity provider cannot be reached or answers nonsense."""


class ProviderRefused(Exception):
    """What came back from the identity provider cannot be trusted."""


def fetch(request: Request, method: str, url: str, **more: Any) -> dict[str, Any]:
    """Return the JSON that the provider answers; raises ProviderAway."""
    transport = getattr(request.app.state, "provider_transport", None)
    try:
        with httpx.Client(timeout=5.0, transport=transport) as client:
            found = client.request(method, url, **more)
            found.raise_for_status()
            told = found.json()
    except (httpx.HTTPError, ValueError) as wrong:
        raise ProviderAway from wrong
    if not isinstance(told, dict):
        raise ProviderAway
    return told


def _discovered(request: Request) -> dict[str, Any]:
    settings: Settings = request.app.state.settings
    if not settings.oidc_discovery or not settings.oidc_client:
        raise NotThere("provider")
    return fetch(request, "GET", settings.oidc_discovery)


def _callback(request: Request) -> str:
    return str(request.url_for("provider_callback"))


@router.get("/sign-in/provider")
def begin(request: Request, visitor: Annotated[Visitor, Depends(Allow("public"))]) -> Response:
    """Send the visitor to the identity provider."""
    settings: Settings = request.app.state.settings
    try:
        told = _discovered(request)
        where = str(told["authorization_endpoint"])
    except (ProviderAway, KeyError):
        return answer(request, 503, AWAY)
    kept = {"state": generate_token(32), "nonce": generate_token(32), "verifier": generate_token(64)}
    query = httpx.QueryParams(
        response_type="code",
        client_id=settings.oidc_client or "",
        redirect_uri=_callback(request),
        scope="openid profile",
        state=kept["state"],
        nonce=kept["nonce"],
        code_challenge=create_s256_code_challenge(kept["verifier"]),
        code_challenge_method="S256",
    )
    going = RedirectResponse(f"{where}?{query}", status_code=303)
    going.set_cookie(
        COOKIE, _sealed(settings, kept), max_age=MINUTES * 60, httponly=True, secure=settings.https, samesite="lax"
    )
    return going


@router.get("/sign-in/callback", name="provider_callback")
def back(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("public"))],
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take the visitor back: check the state, exchange the code, check the token, and begin a session."""
    settings: Settings = request.app.state.settings
    try:
        kept = _opened(settings, request.cookies.get(COOKIE, ""))
        if not code or not hmac.compare_digest(state.encode(), kept["state"].encode()):
            raise ProviderRefused
        claims = _claims(request, settings, code, kept)
        role = _role(claims)
    except ProviderAway:
        return answer(request, 503, AWAY)
    except (ProviderRefused, KeyError):
        return answer(request, 400, REFUSED)
    if role is None:
        return answer(request, 403, "You are known to the council, but nobody has given you a role here. Ask for one.")
    with request.app.state.db.session() as session:
        person = people.from_provider(
            session,
            issuer=str(claims["iss"]),
            subject=str(claims.get("oid") or claims["sub"]),
            shown=str(claims.get("name") or "Council account")[:200],
            role=role,
            areas=_areas(claims),
        )
        if person.disabled:
            return answer(request, 403, "Your account here has been closed. Ask an administrator.")
        token = people.begin(session, person)
        audit.record(session, person.login, "signed in", person.id, source=visitor.source)
    home = RedirectResponse("/", status_code=303)
    home.delete_cookie(COOKIE)
    set_session(home, settings, token)
    return home


def _claims(request: Request, settings: Settings, code: str, kept: dict[str, str]) -> dict[str, Any]:
    told = _discovered(request)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback(request),
        "client_id": settings.oidc_client,
        "code_verifier": kept["verifier"],
    }
    if settings.oidc_secret is not None:
        form["client_secret"] = settings.oidc_secret.get_secret_value()
    tokens = fetch(request, "POST", str(told["token_endpoint"]), data=form)
    keys = KeySet.import_key_set(fetch(request, "GET", str(told["jwks_uri"])))  # type: ignore[arg-type]
    try:
        token = jwt.decode(str(tokens["id_token"]), keys, algorithms=["RS256", "ES256"])
        rules = jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "value": told["issuer"]},
            aud={"essential": True, "value": settings.oidc_client},
            exp={"essential": True},
            nonce={"essential": True, "value": kept["nonce"]},
        )
        rules.validate(token.claims)
    except (JoseError, ValueError, KeyError) as wrong:
        raise ProviderRefused from wrong
    return dict(token.claims)


def _role(claims: dict[str, Any]) -> str | None:
    """Return the role among the token's app roles; the demonstrator is nobody's."""
    told = [str(each).lower() for each in claims.get("roles") or []]
    return next((role for role in ROLES if role != "demonstrator" and role in told), None)


def _areas(claims: dict[str, Any]) -> list[str]:
    """Return the areas among the app roles, written as area.West; none means the whole city."""
    told = [str(each) for each in claims.get("roles") or []]
    return [each.split(".", 1)[1] for each in told if each.lower().startswith("area.")] or [EVERYWHERE]


def _sealed(settings: Settings, kept: dict[str, str]) -> str:
    text = json.dumps({**kept, "until": int(time.time()) + MINUTES * 60}).encode().hex()
    return f"{text}.{_seal(settings, text)}"


def _opened(settings: Settings, cookie: str) -> dict[str, str]:
    text, _, seal = cookie.partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(settings, text).encode()):
        raise ProviderRefused
    kept = json.loads(bytes.fromhex(text))
    if kept.pop("until") < time.time():
        raise ProviderRefused
    return dict(kept)


def _seal(settings: Settings, text: str) -> str:
    return hmac.new(signing_key(settings), text.encode(), hashlib.sha256).hexdigest()
