"""The places desk from the facts of the small city to closures, quotes kept and a consultation report."""

import json
from pathlib import Path

import pytest

from data.synthetic import make
from service import runs
from service.optimisers import CannotPlan, Job, execute
from service.optimisers.estate import ask_places
from service.store.tables import Output, Run
from service.web.desk import rows_of
from tests.builders.service import a_city, a_run
from tests.service.conftest import form_key


@pytest.fixture(scope="module")
def planned():
    """The small city with its plan of places and a closure looked into in every way."""
    records = make("small", 1).model_dump_json().encode()
    now = execute(Job("places", "Places", records, seed=1, seconds=20))
    before = {m.name: m.body.decode() for m in now.made if m.name.endswith((".problem.json", ".solution.json"))}
    options = {
        "choose": 1, "study": ["sets", "phases", "front", "sweep", "hubs"], "most": 3, "together": 2,
        "on": "2020-09-14", "target": 100, "limits": {"minutes": 45, "moves": "", "sole": False, "cells": []},
    }  # fmt: skip
    job = Job("closure", "Close one <b>", records, options=options, seed=1, seconds=60, before=before)
    return records, now, execute(job)


@pytest.fixture
def desk(client, db, settings, planned):
    """A visitor with both plans finished; returns the client and the two runs' ids."""
    records, now, closure = planned
    city = a_city(db, records=records)
    ids = []
    for kind, finished in (("places", now), ("closure", closure)):
        run_id = a_run(db, settings, city=city, kind=kind, title="Close one <b>", after=ids[0] if ids else None)
        with db.session() as session:
            run = session.get_one(Run, run_id)
            run.state, run.holder, run.attempt, run.started_at = runs.RUNNING, "test", 1, run.asked_at
        with db.reading() as session:
            run = session.get_one(Run, run_id)
            session.expunge(run)
        runs.finish(db, run, state=runs.DONE, outcome=finished.outcome, made=finished.made)
        ids.append(run_id)
    return client, ids[0], ids[1]


def test_a_closure_is_looked_into_in_every_way_that_was_asked(planned) -> None:
    keys = {table.key for table in planned[2].tables}
    assert {
        "sets",
        "near_misses",
        "phases",
        "front",
        "sweep",
        "hubs",
        "years",
        "flip",
        "gaps",
        "equity",
    } <= keys
    names = {made.name for made in planned[2].made}
    assert {"closure.front.svg", "closure.report.json"} <= names
    assert len(next(t for t in planned[2].tables if t.key == "sweep").rows) == 3


def test_the_example_stands_beside_the_papers_and_says_what_would_place_those_left_out(planned) -> None:
    records = make("full", 1).model_dump_json().encode()
    asked = ask_places(Job("places", "Places", records))
    plan = asked.optimiser.solve(asked.problem).solution
    further = {table.key: table for table in asked.further(asked.problem, plan)}
    papers, remedies = further["control_totals"], rows_of(further["remedies"])
    assert {row["pupil"] for row in remedies} <= {each.pupil for each in plan.unplaced}
    assert remedies and all(row["proved"] or row["cost"] is None for row in remedies)
    rows = {(row[0], row[1]): row for row in papers.rows}
    assert [rows[area, "all"][2] for area in ("East", "North", "South", "West", "City")] == [291, 107, 174, 87, 659]
    assert "£20,115" in str(rows["City", "all"][-1]) and "£16,678" in papers.note
    assert "control_totals" not in {table.key for table in planned[1].tables}


@pytest.mark.parametrize(
    "path, words",
    [
        ("/places/scenario", "one other change"),
        ("/places/closures", "Which bases could close?"),
        ("/places/closures/{closure}", "The best sets of closures"),
        ("/places/scenarios", "Measure by measure"),
        ("/places/consultation", "Improvement test"),
        ("/places/consultation/annex?run={closure}", "Not for publication"),
        ("/places/consultation/file?run={closure}", "1. What is proposed"),
        ("/places/equity", "Gap map"),
        ("/places/closures/{closure}?carried=true", "no plan of runs"),
    ],
)
def test_each_page_answers_with_what_is_typed_shown_as_text(desk, path, words) -> None:
    client, _, closure = desk
    answer = client.get(path.format(closure=closure))
    assert answer.status_code == 200 and words in answer.text
    assert "<b>" not in answer.text


def test_the_public_report_as_a_file_names_no_pupil(desk, planned) -> None:
    client, _, closure = desk
    pupils = [each["id"] for each in json.loads(planned[0])["pupils"]]
    text = client.get(f"/places/consultation/file?run={closure}").text
    assert not [pupil for pupil in pupils if pupil in text]


def test_the_report_is_taken_as_pdf_or_the_remedy_is_said(desk) -> None:
    client, _, closure = desk
    answer = client.get(f"/places/consultation/file?run={closure}&kind=pdf")
    assert answer.content.startswith(b"%PDF") or "install" in answer.text


def test_a_quote_is_kept_and_opened_again_with_the_reasons_shown_then(desk, db, planned) -> None:
    client, places, _ = desk
    table = next(t for t in planned[1].tables if t.key == "placements")
    first = rows_of(table)[0]
    pupil, base = first["pupil"], first["base"]
    assert "What the panel decided" in client.get(f"/places/quote?pupil={pupil}").text
    key = form_key(client, "/places/closures")
    form = {"form_key": key, "pupil": pupil, "chosen": base, "reason": "Nearest with a place"}
    assert client.post("/places/quote", data={**form, "reason": ""}).status_code == 403
    kept = client.post("/places/quote", data=form)
    assert kept.status_code == 200 and "Nearest with a place" in kept.text and "As it was seen on" in kept.text
    with db.reading() as session:
        assert session.query(Output).filter(Output.run == places, Output.name == "decision.1.json").count() == 1
    assert f"/places/quote/{places}/1" in client.get("/places/quote").text


def test_closures_are_asked_for_within_limits(desk, db) -> None:
    client, _, _ = desk
    form = {"form_key": form_key(client, "/places/closures"), "close": "2", "target": "5000", "moves": "10",
            "cell": "West|ASC, SLCN", "study": ["sets", "nonsense"], "sole": "true"}  # fmt: skip
    answer = client.post("/places/closures", data=form, follow_redirects=False)
    assert answer.status_code == 303
    with db.reading() as session:
        run = session.query(Run).filter(Run.state == runs.QUEUED).one()
        assert run.options["study"] == ["sets"] and run.options["limits"]["cells"] == [["West", "ASC"]]
    assert client.post("/places/closures", data={**form, "moves": "many"}).status_code == 403


def test_the_command_line_sweeps_a_workbook(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from data.writing.workbook import write_city
    from service.cli.commands import app

    write_city(make("small", 1), tmp_path / "city.xlsx")
    out = tmp_path / "sweep.xlsx"
    asked = ["sweep", str(tmp_path / "city.xlsx"), "--out", str(out), "--most", "3", "--workers", "1", "--json"]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 0 and json.loads(answer.stdout)["scenarios"] == 3 and out.exists()
    wrong = CliRunner().invoke(app, [*asked, "--cluster", "tcp://elsewhere:8786"])
    assert wrong.exit_code == 1 and "tls://" in wrong.stdout


@pytest.mark.parametrize(
    "told, words",
    [
        ({"do": "resize", "base": "b1", "places": 3}, "Commission 3 places"),
        ({"do": "designate", "base": "b1", "needs": "HI, VI"}, "Designate base b1 for HI, VI"),
        ({"do": "stop", "base": "b1"}, "takes no new pupils"),
        ({"do": "open", "base": "b1"}, "Open base b1"),
        ({"do": "hub", "base": "b1", "needs": "VI", "places": 4}, "Open base b1-hub"),
    ],
)
def test_every_change_of_the_scenario_page_can_be_made(told, words) -> None:
    from service.optimisers.estate import changes_of
    from tests.builders.places import a_problem

    (change,) = changes_of({"changes": [told]}, a_problem())
    assert words in change.sentence


@pytest.mark.parametrize("told", [{"do": "hub", "base": "b1", "needs": ""}, {"do": "fly", "base": "b1"}, {"do": "hub"}])
def test_a_change_that_cannot_be_read_says_what_to_do(told) -> None:
    from service.optimisers.estate import changes_of
    from service.optimisers.jobs import CannotPlan
    from tests.builders.places import a_problem

    with pytest.raises(CannotPlan, match="Choose it again"):
        changes_of({"changes": [told]}, a_problem())


def test_a_closures_children_are_carried_and_listed_for_the_meetings() -> None:
    from optimiser.core import codec
    from scenarios.changes.places import CloseBase
    from scenarios.runner import run
    from scenarios.scenario import Scenario
    from service.places_questions import city
    from tests.scenarios.test_case import a_city as a_carried_city

    problem, _, plan, riding = a_carried_city()
    before, after = run(problem, [Scenario("close b1", (CloseBase("b1"),))])
    told = {
        "routes": [codec.to_json(plan), codec.to_json(riding)],
        "baseline": [codec.to_json(problem), codec.to_json(before.result.solution)],
    }  # fmt: skip
    answer = city("closure", after.problem, after.result.solution, told, b"")
    tables = {table.key: table for table in answer.tables}
    assert "worse off by more than 15 minutes" in answer.sentence
    assert {row[0] for row in tables["meetings"].rows} == {"c0", "c1"}
    (year,) = tables["net"].rows
    assert year[3] == year[1] - year[2]


def test_several_changes_are_one_scenario_and_two_to_one_base_are_refused_by_the_plan(desk, db, planned) -> None:
    client, _, _ = desk
    base = next(row["base"] for row in rows_of(next(t for t in planned[1].tables if t.key == "bases")))
    form = {"form_key": form_key(client, "/places/scenario"), "also": "stop", "base": base,
            "also2": "resize", "base2": base, "places2": "3", "begins": "2019-09-02"}  # fmt: skip
    assert client.post("/places/scenario", data={**form, "places2": "many"}).status_code == 403
    assert client.post("/places/scenario", data={**form, "base2": ""}).status_code == 403
    assert client.post("/places/scenario", data={**form, "begins": "soon"}).status_code == 403
    assert client.post("/places/scenario", data=form, follow_redirects=False).status_code == 303
    with db.reading() as session:
        run = session.query(Run).filter(Run.state == runs.QUEUED).one()
        changes, told = run.options["changes"], run.options
    assert [(each["do"], each["places"]) for each in changes] == [("stop", 0), ("resize", 3)]
    assert told["on"] == "2019-09-02"
    with pytest.raises(CannotPlan, match="Two changes"):
        execute(Job("closure", "Clash", planned[0], options=told, seed=1, seconds=5))


def test_a_closure_before_the_earliest_lawful_year_is_flagged_with_the_year_that_would_do(planned) -> None:
    early = rows_of(next(table for table in planned[2].tables if table.key == "too_early"))
    assert early and all(row["earliest"] > row["planned"] and row["earliest"] in row["remedy"] for row in early)


def test_a_chosen_closure_is_proposed_by_name_with_its_year(planned) -> None:
    body = next(made for made in planned[2].made if made.name == "closure.report.json").body.decode()
    bases = {each["id"]: each["name"] for each in json.loads(planned[0])["bases"]}
    closed = [row["change"] for row in rows_of(next(t for t in planned[2].tables if t.key == "changes"))]
    (base,) = [each for each in bases if f"({each})" in closed[0]]
    assert closed == [f"Close {bases[base]} ({base}) from 2020/21: chosen as the set that costs least."]
    assert closed[0] in body and "Let the optimiser" not in body
