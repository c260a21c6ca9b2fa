"""The access matrix, generated from the application's own routes: every route, method, identity and area."""

import re

import pytest
from fastapi.testclient import TestClient
from starlette.routing import Mount

from service.settings import Settings
from service.store import people
from service.store.database import Database
from service.store.scope import KINDS, ROLES
from service.store.tables import Person, SignIn
from service.web.app import create_app
from service.web.security import permission_of
from tests.builders.service import a_city, a_finished_run, some_settings

IDENTITIES = ("nobody", "viewer", "transport", "coordinator", "commissioner", "admin")
DESK_OF = {"transport.read": "transport", "meetings.read": "meetings", "places.read": "places"}


def the_routes(app):
    found = []

    def walk(routes):
        for route in routes:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            if inner is not None and not hasattr(route, "methods"):
                walk(inner.routes)
            elif hasattr(route, "methods") and hasattr(route, "dependant"):
                found.append(route)

    walk(app.routes)
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    settings = some_settings(tmp_path_factory.mktemp("access"), demo=False)
    db = Database(settings.database_url)
    db.migrate()
    app = create_app(settings, db)
    keys = {}
    with db.session() as session:
        for role in IDENTITIES[1:]:
            person_id = people.add(
                session, login=role, shown=role, role=role, areas=["West"], password=None, by="the test"
            )
            keys[role] = people.begin(session, session.get_one(Person, person_id))
    city = a_city(db)
    wide = some_settings(settings.data, queued_each=100)
    plans = {
        (kind, area): a_finished_run(db, wide, city=city, kind=kind, area=area)
        for kind in KINDS
        for area in ("West", "East")
    }
    clients = {}
    for identity in IDENTITIES:
        clients[identity] = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        if identity in keys:
            clients[identity].cookies.set("sendopt", keys[identity])
        clients[identity].form_key = form_key_of(db, identity)
    yield app, clients, plans, city
    db.close()


def form_key_of(db: Database, identity: str) -> str:
    """Return the key that a person's own forms carry, so that a refusal is the role's and not the form's."""
    with db.reading() as session:
        found = session.query(SignIn).join(Person, Person.id == SignIn.person).filter(Person.login == identity).first()
        return found.form_key if found else ""


def test_every_route_declares_exactly_one_permission(house):
    app, *_ = house
    without = [route.path for route in the_routes(app) if permission_of(route) is None]
    assert without == []
    assert len(the_routes(app)) > 45


def test_no_address_is_served_outside_the_list(house):
    app, *_ = house
    mounts = [route.path for route in app.routes if isinstance(route, Mount)]
    assert mounts == ["/static"]


def fits(status: int, *, allowed: bool, stranger: bool) -> bool:
    if status >= 500:
        return False
    if allowed:
        return status != 401
    return status in (303, 401, 403) if stranger else status == 403


def filled(path: str, city: str, plan: str) -> str:
    values = {"run_id": plan, "city_id": city, "key": "bases", "name": "places.tables.json", "decision_id": "1"}
    return re.sub(r"\{(\w+)(?::path)?\}", lambda found: values.get(found[1], "something"), path)


def ask(client, method: str, route, path: str):
    """Ask as a person's own page would, but with nothing filled in, so that little is changed by what is allowed."""
    body = {"form_key": client.form_key, "size": "none"}
    if method in ("GET", "HEAD"):
        return client.request(method, path, follow_redirects=False)
    if route.path.startswith("/api/"):
        return client.request(method, path, json={}, follow_redirects=False)
    if route.path in ("/sign-out", "/sign-in"):  # would end the session that the next line needs, or try passwords
        body = {}
    return client.request(method, path, data=body, follow_redirects=False)


def test_every_route_and_identity_gives_what_the_matrix_says(house):
    app, clients, plans, city = house
    wrong, cells = [], 0
    for route in the_routes(app):
        permission = permission_of(route)
        kind = {"transport": "routes", "meetings": "meetings"}.get(route.path.split("/")[1], "places")
        for method in sorted(route.methods - {"HEAD"}):
            for identity in IDENTITIES:
                for area in ("West", "East") if "{" in route.path else ("West",):
                    client, path = clients[identity], filled(route.path, city, plans[kind, area])
                    status = ask(client, method, route, path).status_code
                    cells += 1
                    allowed = permission == "public" or permission in ROLES.get(identity, ())
                    good = fits(status, allowed=allowed, stranger=identity == "nobody")
                    if "{run_id}" in route.path and area == "East" and permission != "public":
                        good = good and status in (303 if identity == "nobody" else 404, 401, 403, 404, 422)
                    if not good:
                        wrong.append((route.path, method, identity, area, status))
    assert not wrong, "\n".join(map(str, wrong))
    assert cells > 500


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_plan_shows_to_its_own_desk_and_area_only(house, kind, identity):
    _, clients, plans, _ = house
    for area in ("West", "East"):
        for path in ("/plans/{}", "/plans/{}/tables/bases", "/plans/{}/tables/bases.csv", "/api/v1/runs/{}"):
            answer = clients[identity].get(path.format(plans[kind, area]), follow_redirects=False)
            may = f"{KINDS[kind]}.read" in ROLES.get(identity, ()) and area == "West"
            expected = (200,) if may else (303, 401) if identity == "nobody" else (404,)
            assert answer.status_code in expected, (path, area, answer.status_code)


def test_lists_hold_only_what_each_person_may_see(house):
    _, clients, _, _ = house
    for identity in IDENTITIES[1:]:
        told = clients[identity].get("/api/v1/runs", params={"size": 200}).json()
        expected = {kind for kind, desk in KINDS.items() if f"{desk}.read" in ROLES[identity]}
        assert {run["kind"] for run in told["runs"]} == expected
        assert {run["area"] for run in told["runs"]} <= {"West"}


def test_an_administrator_sees_people_and_no_plan(house):
    _, clients, plans, _ = house
    assert clients["admin"].get("/people").status_code == 200
    assert all(clients["admin"].get(f"/plans/{plan}").status_code == 404 for plan in plans.values())
    assert clients["viewer"].get("/people").status_code == 403


def test_a_signed_map_address_is_for_one_plan_and_for_minutes(house):
    _, clients, plans, _ = house
    page = clients["commissioner"].get(f"/plans/{plans['places', 'West']}").text
    address = re.search(r'src="(/frames/[^"]+)"', page)[1].replace("&amp;", "&")
    stranger = clients["nobody"]
    answer = stranger.get(address)
    assert answer.status_code == 200 and "sandbox allow-scripts" in answer.headers["content-security-policy"]
    assert stranger.get(address.replace(plans["places", "West"], plans["places", "East"])).status_code == 404
    assert stranger.get(re.sub(r"until=\d+", "until=1", address)).status_code == 404
    assert stranger.get(address.split("?")[0]).status_code == 404


def test_settings_refuse_a_demonstration_for_other_computers(tmp_path):
    with pytest.raises(ValueError, match="this computer only"):
        Settings(data=tmp_path, demo=True, host="0.0.0.0")
    with pytest.raises(ValueError, match="SENDOPT_SECRET"):
        Settings(data=tmp_path, host="0.0.0.0")
    assert Settings(data=tmp_path, host="0.0.0.0", secret="x" * 32).secret
