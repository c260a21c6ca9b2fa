"""Readiness from end to end: a plan of guides leaves its pool, charts, roster and map; pages and commands use them."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from data.synthetic import make
from service import runs
from service.cli import morning
from service.cli.commands import app
from service.optimisers import Job, execute
from service.store.database import Database
from service.store.tables import Run
from service.web.app import create_app
from tests.builders.service import a_city, a_run, some_settings

CITY = make("small", 1)
RECORDS = CITY.model_dump_json().encode("utf-8")


@pytest.fixture(scope="module")
def finished():
    return execute(Job(kind="guides", title="Guides", records=RECORDS, seconds=20.0, fictional=True, seed=1))


@pytest.fixture(scope="module")
def folder(finished, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("plan")
    for made in finished.made:
        (out / made.name).write_bytes(made.body)
    morning.papers(out, finished.problem, finished.solution, CITY, "Fictional example.")
    return out


@pytest.fixture(scope="module")
def client(finished, tmp_path_factory):
    settings = some_settings(tmp_path_factory.mktemp("service"))
    db = Database(settings.database_url)
    db.migrate()
    city = a_city(db, records=RECORDS)
    run_id = a_run(db, settings, city=city, kind="guides")
    with db.session() as session:
        run = session.get_one(Run, run_id)
        run.state, run.holder, run.attempt, run.started_at = runs.RUNNING, "test", 1, run.asked_at
    runs.finish(db, run, state=runs.DONE, outcome=finished.outcome, made=finished.made)
    with TestClient(create_app(settings, db), base_url="http://127.0.0.1:8000") as found:
        yield found
    db.close()


def test_a_plan_of_guides_leaves_every_table_chart_map_and_roster(finished):
    keys = {table.key for table in finished.tables}
    assert keys >= {
        "standby-needs", "standby-pool", "standby-curve", "weak-runs", "courses", "expiries", "blocked", "odd-dates",
        "cancellation", "cancellation-children", "absence-calendar",
    }  # fmt: skip
    names = {made.name for made in finished.made}
    assert names >= {"guides.standby-pool.svg", "guides.absence-squares.svg", "guides.standby.map.html"}
    roster = next(made for made in finished.made if made.name == "guides.roster.html").body.decode()
    assert not [pupil.id for pupil in CITY.pupils if pupil.id in roster]


def test_the_pool_for_99_days_in_100_is_no_smaller_than_for_95(finished):
    rows = next(table for table in finished.tables if table.key == "standby-needs").rows
    for row in rows:
        _, alone, shared, apart, employ = row
        assert alone <= shared <= min(apart, employ)
    assert rows[0][2] <= rows[1][2]


def test_the_standby_page_shows_the_curve_its_figures_and_the_map(client):
    text = client.get("/transport/standby").text
    assert "standing by covers 99 % of days" in text
    assert "/charts/guides.standby-pool.svg" in text
    frame = text.split('<iframe class="app-map" src="')[1].split('"')[0].replace("&amp;", "&")
    assert "Runs at risk" in client.get(frame).text
    assert client.get(frame[:-3]).status_code == 404


def test_the_checks_page_lists_what_lapses_and_what_ten_lapses_would_do(client):
    text = client.get("/transport/compliance").text
    assert "Within 30 days" in text
    assert "Training that mends most" in text
    text = client.get("/transport/compliance", params={"ten": "yes"}).text
    assert "runs could not go as planned" in text
    assert (
        "No guide in this plan has the reference G999"
        in client.get("/transport/compliance", params={"lapsed": "G999"}).text
    )


def test_the_desk_page_keeps_what_is_agreed_and_covers_a_broken_vehicle(client, finished):
    problem, held = finished.problem, finished.solution.held
    first, second = sorted(held)[:2]
    text = client.get("/transport/desk", params={"away": f"{first}, G999"}).text
    assert "There is no guide G999: check the reference. The rest is covered." in text
    assert "Run sheets that changed" in text
    agreed = text.split('name="keep" value="')[1].split('"')[0]
    vehicle = next(run.vehicle for run in problem.runs if run.id not in held[first] + held[second])
    params = {"away": f"{first}, {second}:pm", "broken": f"{vehicle}:am", "keep": agreed, "first": "standby guide"}
    again = client.get("/transport/desk", params=params).text
    assert f'value="{agreed}" aria-label="Keep {agreed.split("|")[2]} on run {agreed.split("|")[0]}" checked' in again
    assert client.get("/transport/desk", params=params).text == again
    assert "G001:noon is not clear" in client.get("/transport/desk", params={"away": "G001:noon"}).text


@pytest.mark.parametrize(("what", "words"), [("january-flu", "Guides away"), ("august-2021", "Children stranded")])
def test_a_bad_week_is_rehearsed_on_the_page(client, what, words):
    text = client.get("/transport/rehearse", params={"what": what}).text
    assert words in text
    assert "nothing in the plan is changed" in text


def test_an_unknown_week_is_refused_in_words(client):
    assert "There is no scenario doom: choose september" in client.get("/transport/rehearse?what=doom").text


def sendopt(*words: str) -> tuple[int, dict]:
    answer = CliRunner().invoke(app, [*words, "--json"])
    return answer.exit_code, json.loads(answer.stdout)


def test_the_desk_answers_from_the_command_line_and_a_replay_of_its_record_gives_the_same(folder, finished, tmp_path):
    guide = sorted(finished.solution.held)[0]
    first, again, more = tmp_path / "first", tmp_path / "again", tmp_path / "more"
    code, told = sendopt("cover", str(folder), "--away", guide, "--out", str(first))
    assert code in (0, 2)
    assert told["covered"] + len(told["cancelled"]) == len(finished.solution.held[guide])
    for name in ("call-list.html", "cover-texts.txt", "changed-run-sheets.html", "cover.xlsx"):
        assert (first / name).stat().st_size > 0
    sendopt("cover", str(folder), "--record", str(first / morning.RECORD), "--out", str(again))
    assert (again / morning.PLAN).read_bytes() == (first / morning.PLAN).read_bytes()
    other = sorted(finished.solution.held)[1]
    sendopt("cover", str(folder), "--away", f"{other}:pm", "--after", str(first), "--out", str(more))
    kept, held = (json.loads((each / morning.PLAN).read_text())["covers"] for each in (more, first))
    assert {(c["run"], c["who"]) for c in held} <= {(c["run"], c["who"]) for c in kept}


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--away", "G001:noon"), "or G001:am or G001:pm"), (("--record", "nowhere.json"), "nowhere.json")],
)
def test_what_the_desk_cannot_understand_is_said(folder, tmp_path, words, said):
    code, told = sendopt("cover", str(folder), *words, "--out", str(tmp_path))
    assert code == 1
    assert said in told["fault"]


def test_a_folder_without_a_plan_is_refused_with_what_to_do(tmp_path):
    code, told = sendopt("cover", str(tmp_path), "--away", "G001")
    assert (code, "sendopt plan guides" in told["fault"]) == (1, True)


def test_a_week_is_rehearsed_from_the_command_line(folder, tmp_path):
    code, told = sendopt("rehearse", "september-2020", str(folder), "--out", str(tmp_path))
    assert code == 0
    assert Path(told["out"]).exists()


def test_run_sheets_hold_what_the_crew_needs_and_no_diagnosis(folder):
    text = (folder / "run-sheets.html").read_text()
    riders = [pupil for pupil in CITY.pupils if pupil.transport == "vehicle"]
    assert sum(pupil.postcode in text for pupil in riders) == len(riders)
    assert not any(f">{need}<" in text for need in {pupil.need for pupil in riders})
