"""The transport desk on a city really planned: adding a child, operators, lots, change, clocks, paper and files."""

import csv
import io
import json
import re

import openpyxl
import pytest

from service.optimisers import Job, execute
from service.store import cities
from service.store.database import fetch
from service.store.scope import SYSTEM
from service.store.tables import Run
from tests.builders.desk import a_planned_desk, keep, the_records, the_runs
from tests.service.conftest import form_key

CHILD = {"id": "P09001", "postcode": "B20 2LB", "school": "330-2040", "year": "3", "need": "ASC", "guide": "no"}


@pytest.fixture
def desk(client, db, settings):
    a_planned_desk(db, settings)
    return client


def pages_of(desk):
    return (
        "/transport", "/transport/runs", "/transport/runs/am0001", "/transport/children?find=P00012",
        "/transport/add", "/transport/school", "/transport/changes", "/transport/changes?every=true",
        "/transport/operators", "/transport/lots", "/transport/backups", "/transport/review", "/transport/figures",
        "/transport/referrals", "/transport/sheets", "/transport/sheets?away=G001&way=morning",
    )  # fmt: skip


def test_every_page_of_the_desk_is_shown_from_the_plans(desk):
    for path in pages_of(desk):
        answer = desk.get(path)
        assert answer.status_code == 200, path
        assert not re.search(r"<style|style=|<script(?![^>]*src=)|\son\w+=", answer.text), path


def test_every_page_of_the_desk_is_shown_when_there_is_nothing_yet(client):
    for path in pages_of(client):
        if "runs/am0001" not in path:
            assert client.get(path).status_code == 200, path


def test_a_child_has_at_least_ten_ways_and_nothing_is_kept_by_looking(desk, db):
    before = json.loads(the_records())
    answer = desk.post("/transport/add", data={"form_key": form_key(desk, "/transport/add"), **CHILD})
    assert answer.status_code == 200, re.findall(r"#id\">([^<]+)", answer.text)
    assert len(re.findall(r'<option value="[A-Z][^"]*\."', answer.text)) >= 10
    with db.reading() as session:
        kept = cities.newest(session, SYSTEM)
        assert kept.counts["pupils"] == 60 and session.query(Run).count() == 2
        assert len(before["pupils"]) == len(json.loads(the_records())["pupils"])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("id", "", "Enter a reference"),
        ("id", "P00012", "is on the Pupils sheet already"),
        ("id", "Ann Smith", "reference"),
        ("postcode", "nowhere", "postcode"),
        ("school", "999-9999", "Choose a school from the list"),
        ("max_minutes", "soon", "is not a number"),
    ],
)
def test_what_is_wrong_about_a_child_is_said_at_its_field(desk, field, value, words):
    form = {"form_key": form_key(desk, "/transport/add"), **CHILD, field: value}
    answer = desk.post("/transport/add", data=form)
    assert answer.status_code == 422 and "Error: Add a child" in answer.text
    assert words.casefold() in re.search(rf'<li><a href="#{field}">([^<]+)', answer.text)[1].casefold()


def test_accepting_a_way_proposes_a_plan_in_which_nobody_else_moves(desk, db, settings):
    key = form_key(desk, "/transport/add")
    shown = desk.post("/transport/add", data={"form_key": key, **CHILD}).text
    way = re.search(r'<option value="([A-Z][^"]*\.)"', shown)[1]
    city = re.search(r'name="city" value="(\w+)"', shown)[1]
    form = {"form_key": key, **CHILD, "way": way, "city": city}
    first, second = (desk.post("/transport/add/accept", data=form, follow_redirects=False) for _ in range(2))
    assert first.status_code == 303 and first.headers["location"] == second.headers["location"]
    with db.reading() as session:
        run = session.get_one(Run, first.headers["location"].rsplit("/", 1)[1])
        newest = cities.newest(session, SYSTEM)
        assert run.city == newest.id != city and "P09001" in newest.title
        records = fetch(session, newest.records)
        options = dict(run.options)
    before = {each.name: each.body.decode() for each in the_runs().made if each.name.endswith(".json")}
    finished = execute(Job("routes", "x", records, options=options, seconds=5, before=before))
    was, now = the_runs().solution, finished.solution
    carried = [each for each in now.runs if "P09001" in each.children]
    assert len(carried) == 2
    same = {each.id for each in was.runs if was.run[each.id] in now.runs}
    assert len(was.runs) - len(same) <= 2


def test_an_operator_who_drops_out_is_told_by_children_and_what_to_buy(desk):
    text = desk.get("/transport/operators", params={"operator": "OP-A"}).text
    assert "children lose their vehicle" in text
    assert ("What must be bought or hired" in text) != ("To buy: nothing" in text)
    assert "OP-Z" in desk.get("/transport/operators", params={"operator": "OP-Z"}).text
    form = {"form_key": form_key(desk), "operator": "OP-A"}
    answer = desk.post("/transport/operators/withdraw", data=form, follow_redirects=False)
    assert answer.headers["location"].startswith("/plans/")


def test_bids_are_judged_together_and_a_line_that_cannot_be_read_is_named(desk):
    page = desk.get("/transport/lots").text
    lots = list(dict.fromkeys(re.findall(r"<tr><td>([\d-]+)</td>", page)))
    assert lots
    key = form_key(desk, "/transport/lots")
    bids = "\n".join(f"{who}, {lot}, {price}" for lot in lots for who, price in (("OP-A", 100), ("OP-B", 90)))
    won = desk.post("/transport/lots", data={"form_key": key, "bids": bids}).text
    assert f"{len(lots)} of {len(lots)} lots are let" in won
    plan = re.search(r"/plans/([\w-]+)/tables/lot-schedule.csv", page).group(1)
    schedule = desk.get(f"/plans/{plan}/tables/lot-schedule.csv").content.decode("utf-8-sig")
    assert not re.search(r"P\d{5}|\bB\d+ \d[A-Z]{2}\b", schedule), "no child and no home goes out to tender"
    assert {row["Lot"] for row in csv.DictReader(io.StringIO(schedule)) if row["School"]} == set(lots)
    assert "could not be read" in desk.post("/transport/lots", data={"form_key": key, "bids": "OP-A"}).text
    assert "There is no lot" in desk.post("/transport/lots", data={"form_key": key, "bids": "OP-A, x, 1"}).text


def test_the_frontier_is_in_the_plan_that_keeps_within_a_share_of_change():
    job = Job("routes", "Change", the_records(), options={"change": 0.1}, seconds=4.0)
    finished = execute(job)
    table = next(each for each in finished.tables if each.key == "frontier")
    at = {column.key: number for number, column in enumerate(table.columns)}
    savings = [row[at["saving"]] for row in table.rows]
    assert savings == sorted(savings) and savings[0] >= 0
    changed = next(row[at["changed"]] for row in table.rows if row[at["cap"]] == 6)
    assert changed <= 6 or f"at least {changed} children change" in table.note
    assert "routes.frontier.svg" in [each.name for each in finished.made]


def test_change_is_told_child_by_child_with_vehicle_guide_and_time(desk):
    text = desk.get("/transport/tables/last-term.csv").content.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["School"]]  # the notice is the last row
    assert len(rows) > 40
    assert {row["Vehicle changes"] for row in rows} <= {"yes", "no"}
    for row in rows:
        some = (
            "yes" in (row["Vehicle changes"], row["Guide changes"]) or float(row["Time moves by up to (minutes)"]) > 10
        )
        assert (row["Any of these"] == "yes") == some, row


def test_two_plans_are_compared_child_by_child_in_each_direction(db, settings, client):
    city, first, _ = a_planned_desk(db, settings, guides=False)
    before = {made.name: made.body.decode() for made in the_runs().made if made.name.endswith(".json")}
    again = execute(Job("routes", "Again", the_records(), options={"work": 600}, seed=7, before=before))
    second = keep(db, settings, city, "routes", again, after=first)
    text = client.get(f"/plans/{second}/compare", params={"with": first}).text
    assert "Each child&#39;s ride" in text.replace("&#x27;", "&#39;")
    assert re.search(r"P\d{5}, [\d-]+, (morning|afternoon)", text)
    assert "What changes against the plan that it follows" in client.get(f"/plans/{second}").text


def test_measures_carry_their_denominators_and_the_return_counts_everybody_once(desk):
    rows = json.loads(desk.get("/transport/tables/measures.json").content)["rows"]
    told = {row[0]: row for row in rows}
    logged = len(json.loads(the_records())["run_log"])
    assert told["On time"][3] == told["Cancelled"][3] == logged > 100
    rides = sum(len(run.children) for run in the_runs().solution.runs)
    assert told["Rides over 45 or 75 minutes"][3] == rides > 100
    for name, figure, counted, over, what in rows:
        assert figure and what, name
        if counted is not None and str(figure).endswith("%"):
            assert float(figure.split()[0]) == pytest.approx(100 * counted / over, abs=0.06)
    book = openpyxl.load_workbook(io.BytesIO(desk.get("/transport/tables/return.xlsx").content))
    users = sum(row[2] for row in book.active.iter_rows(values_only=True) if isinstance(row[2], int))
    travelling = [each for each in json.loads(the_records())["pupils"] if each["transport"] != "no"]
    assert users == len(travelling)


def test_run_sheets_are_paper_with_this_mornings_cover_on_them(desk):
    page = desk.get("/transport/sheets/print", params={"away": "G001"})
    assert "script" not in page.headers["content-security-policy"]
    assert page.text.count("<section>") == len(the_runs().solution.runs)
    assert "today only" in page.text or "CANCELLED today" in page.text or "nobody today" in page.text
    one = desk.get("/transport/sheets/print", params={"run": "am0001"}).text
    assert one.count("<section>") == 1
    aboard = the_runs().solution.run["am0001"].children
    others = {each["id"] for each in json.loads(the_records())["pupils"]} - set(aboard)
    assert all(each in one for each in aboard) and not [each for each in others if f">{each}<" in one]
    assert "Ring" in desk.get("/transport/sheets/calls", params={"away": "G001"}).text
    assert "Guide roster" in desk.get("/transport/sheets/roster").text


def test_run_sheets_of_a_half_day_are_a_tagged_pdf(desk):
    pytest.importorskip("weasyprint")
    answer = desk.get("/transport/sheets/sheets.pdf", params={"run": "am0001"})
    assert answer.content.startswith(b"%PDF-") and answer.headers["content-type"] == "application/pdf"


def test_without_guides_a_run_sheet_says_what_to_do_first(client, db, settings):
    a_planned_desk(db, settings, guides=False)
    assert "Plan the guides first" in client.get("/transport/sheets").text
    assert client.get("/transport/sheets/print").status_code == 403
