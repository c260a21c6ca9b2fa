"""Logs are one JSON object a line, and hold patterns, ids and kinds of trouble, never what anybody typed."""

import io
import json
import logging

import pytest
import structlog
from fastapi.testclient import TestClient

from service import logs
from service.web.app import create_app
from tests.builders.service import a_city, a_finished_run
from tests.service.conftest import form_key

SECRET = "Sam Example 943 476 5919"


@pytest.fixture
def lines():
    root = logging.getLogger()
    before, level, heard = list(root.handlers), root.level, io.StringIO()
    logs.set_up("json", heard)
    yield lambda: [json.loads(line) for line in heard.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("uvicorn.error").filters.clear()
    structlog.reset_defaults()


def test_a_request_is_logged_by_its_pattern_and_not_by_what_was_asked(client, db, settings, lines):
    run_id = a_finished_run(db, settings, city=a_city(db))
    client.get(f"/plans/{run_id}/why", params={"about": SECRET})
    client.get(f"/plans/{SECRET}")
    client.post("/places/scenario", data={"form_key": form_key(client), "title": SECRET})
    client.get(f"/nowhere/{SECRET}")
    told = [each for each in lines() if each["event"] == "request"]
    assert {(each["route"], each["status"]) for each in told} >= {("/plans/{run_id}", 404), ("-", 404)}
    assert all(each["ms"] >= 0 and each["timestamp"] for each in told)
    assert "943" not in json.dumps(told)


def test_a_fault_of_ours_is_logged_with_its_place_and_without_its_words(settings, db, lines, monkeypatch):
    def broken(*args, **more):
        raise ValueError(SECRET)

    monkeypatch.setattr("service.web.routes.home.cities.newest", broken)
    with TestClient(create_app(settings, db), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        answer = client.get("/")
    assert answer.status_code == 500 and "It has been noted" in answer.text and SECRET not in answer.text
    (told,) = [each for each in lines() if each["event"] == "trouble"]
    assert told["kind"] == "ValueError" and told["route"] == "/" and told["at"][-1].endswith("broken")
    assert SECRET not in json.dumps(told)


def test_a_librarys_own_error_keeps_its_place_and_loses_its_words(lines):
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        logging.getLogger("some.library").exception("it broke")
    (told,) = lines()
    assert told["event"] == "it broke" and told["kind"] == "RuntimeError" and SECRET not in json.dumps(told)
