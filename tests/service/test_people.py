"""People: passwords, sessions, limits, and the council's identity provider."""

import json
import time

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from service.settings import Settings
from service.store import people
from service.store.database import Database
from service.store.tables import Person, SignIn
from service.web.app import create_app
from tests.builders.service import PASSWORD, some_settings
from tests.service.conftest import form_key

DISCOVERY = "https://login.example/.well-known/openid-configuration"
KEY = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def real(tmp_path):
    settings = some_settings(tmp_path, demo=False)
    db = Database(settings.database_url)
    db.migrate()
    with TestClient(create_app(settings, db), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield settings, db, client
    db.close()


def add(db: Database, login: str = "planner", role: str = "transport") -> None:
    with db.session() as session:
        people.add(session, login=login, shown="A planner", role=role, areas=[], password=PASSWORD, by="the test")


def sign_in(client: TestClient, password: str = PASSWORD):
    form = {"form_key": form_key(client, "/sign-in"), "login": "Planner ", "password": password}
    return client.post("/sign-in", data=form, follow_redirects=False)


def test_a_person_signs_in_and_out_and_the_session_is_gone(real):
    _, db, client = real
    add(db)
    assert client.get("/", follow_redirects=False).headers["location"] == "/sign-in"
    answer = sign_in(client)
    assert answer.status_code == 303 and "HttpOnly" in answer.headers["set-cookie"]
    assert client.get("/transport").status_code == 200
    out = client.post("/sign-out", data={"form_key": form_key(client, "/transport")}, follow_redirects=False)
    assert '"storage"' in out.headers["clear-site-data"]
    with db.reading() as session:
        assert session.query(SignIn).count() == 0


def test_a_wrong_password_says_the_same_as_an_unknown_login_and_five_make_one_wait(real):
    _, db, client = real
    add(db)
    for _ in range(5):
        answer = sign_in(client, "wrong")
        assert answer.status_code == 401 and "login name or password is not right" in answer.text
    answer = sign_in(client)
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0


def test_a_session_ends_when_idle_or_old_or_its_person_is_kept_out(real):
    settings, db, _ = real
    add(db)
    with db.session() as session:
        token = people.sign_in(session, "planner", PASSWORD, source="here")
    for column, ago in (("seen", settings.idle_minutes * 60 + 1), ("created", settings.session_hours * 3600 + 1)):
        with db.session() as session:
            entry = session.query(SignIn).one()
            setattr(entry, column, getattr(entry, column) - ago)
        with db.session() as session:
            assert people.recognise(session, token, settings) is None
            entry = session.query(SignIn).one()
            setattr(entry, column, getattr(entry, column) + ago)
    with db.session() as session:
        assert people.recognise(session, token, settings).scope.role == "transport"
        people.set_disabled(session, "planner", True, by="the test")
        assert people.recognise(session, token, settings) is None


def test_a_session_in_use_does_not_end_as_if_idle(real):
    settings, db, client = real
    add(db)
    sign_in(client)
    for _ in range(3):
        with db.session() as session:
            session.query(SignIn).one().seen -= settings.idle_minutes * 60 - 5
        assert client.get("/transport", follow_redirects=False).status_code == 200


@pytest.mark.parametrize("password", ["short", "passwordpassword", "x" * 129, "123456123456123456"])
def test_a_weak_password_is_refused_with_what_to_do(password):
    with pytest.raises(people.BadAccount, match=r"use|tries|try"):
        people.check_password(password)


def provider(client: TestClient, **claims):
    """Stand in for an identity provider, whose tokens carry these claims."""
    asked: dict[str, str] = {}

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("configuration"):
            told = {"issuer": "https://login.example", "authorization_endpoint": "https://login.example/authorize"}
            told |= {"token_endpoint": "https://login.example/token", "jwks_uri": "https://login.example/keys"}
            return httpx.Response(200, json=told)
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})
        asked["verifier"] = dict(httpx.QueryParams(request.content.decode()))["code_verifier"]
        body = {"iss": "https://login.example", "aud": "us", "sub": "s1", "exp": int(time.time()) + 60, **claims}
        return httpx.Response(200, json={"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, body, KEY)})

    client.app.state.provider_transport = httpx.MockTransport(reply)
    return asked


@pytest.fixture
def council(tmp_path):
    settings = Settings(data=tmp_path, oidc_discovery=DISCOVERY, oidc_client="us", worker=False)
    db = Database(settings.database_url)
    db.migrate()
    with TestClient(create_app(settings, db), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield db, client
    db.close()


def through(client: TestClient, **claims):
    provider(client)
    going = client.get("/sign-in/provider", follow_redirects=False)
    query = httpx.URL(going.headers["location"]).params
    assert query["code_challenge_method"] == "S256"
    claims = {"nonce": query["nonce"], **claims}
    provider(client, **claims)
    return client.get("/sign-in/callback", params={"code": "c", "state": query["state"]}, follow_redirects=False)


def test_a_council_account_signs_in_with_its_role_and_areas(council):
    db, client = council
    answer = through(client, oid="o1", name="Someone", roles=["coordinator", "area.West"])
    assert answer.status_code == 303
    with db.reading() as session:
        person = session.query(Person).one()
    assert (person.subject, person.role, person.areas) == ("o1", "coordinator", ["West"])
    assert client.get("/meetings").status_code == 200
    assert client.get("/transport").status_code == 403


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"aud": "others"}, {"iss": "https://evil"}, {"exp": 1}],
    ids=["nonce", "aud", "iss", "exp"],
)
def test_a_token_that_cannot_be_trusted_is_refused(council, claims):
    answer = through(council[1], roles=["coordinator"], **claims)
    assert answer.status_code == 400 and "Start again" in answer.text


def test_a_stranger_without_a_role_is_told_to_ask(council):
    assert through(council[1], roles=["somebody", "demonstrator"]).status_code == 403


def test_a_forged_state_and_a_provider_that_is_away_are_told_plainly(council):
    _, client = council
    provider(client)
    client.get("/sign-in/provider", follow_redirects=False)
    assert client.get("/sign-in/callback", params={"code": "c", "state": "forged"}).status_code == 400
    client.app.state.provider_transport = httpx.MockTransport(lambda request: httpx.Response(500, text="no"))
    answer = client.get("/sign-in/provider", follow_redirects=False)
    assert answer.status_code == 503 and "cannot be reached" in answer.text
    assert json.dumps(answer.headers.get("location")) == "null"
