"""Pages and API: policy on every answer, forms from elsewhere refused, plain errors, files that run nothing."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

from optimiser.core.table import Column, Kind, Table
from service.store.scope import SYSTEM
from service.store.tables import Decision
from service.web import exports
from tests.builders.service import a_city, a_finished_run, a_run, a_table
from tests.service.conftest import form_key

STATIC = Path(__file__).parents[2] / "service" / "web" / "static"
PAYLOADS = (
    "<script>document.title='x'</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'onmouseover='x",
    "{{7*191}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "${7*191}",
    "#{7*191}",
    "<%= 7*191 %>",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "`${document.title=1}`",
    "</textarea><script>1</script>",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
    "' OR 1=1 --",
    "../../etc/passwd",
    "<!--#exec cmd=ls-->",
    "]]><x>",
)


def test_every_answer_carries_the_policy(client):
    for path in ("/", "/data", "/plans", "/nowhere", "/api/v1/runs", "/healthz"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_style_of_its_own(client, db, settings):
    run_id = a_finished_run(db, settings, city=a_city(db))
    for path in (
        "/",
        "/data",
        f"/plans/{run_id}",
        "/places",
        "/transport",
        "/meetings",
        "/decisions",
        "/audit",
        "/help",
    ):
        text = client.get(path).text
        assert not re.search(r"<style|style=|<script(?![^>]*src=)|\son\w+=", text), path


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "http://evil"}]
)
def test_a_form_from_another_site_is_refused(client, headers):
    answer = client.post("/data/sample", data={"form_key": form_key(client)}, headers=headers)
    assert answer.status_code == 403 and "another site" in answer.text
    told = client.post("/api/v1/runs", json={"kind": "routes"}, headers=headers)
    assert told.status_code == 403 and told.headers["content-type"] == "application/problem+json"
    assert "another site" in told.json()["detail"]


def test_a_form_without_its_own_key_is_refused_and_says_what_to_do(client, db, settings):
    run_id = a_run(db, settings, city=a_city(db))
    answer = client.post(f"/plans/{run_id}/stop", data={"form_key": "stale"})
    assert answer.status_code == 403 and "load it again" in answer.text


def test_pressing_a_button_twice_starts_one_plan(client, db):
    a_city(db)
    form = {"form_key": form_key(client), "kind": "places", "key": "once"}
    first, second = (client.post("/plans", data=form, follow_redirects=False) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]


def test_starting_without_facts_says_what_to_do(client):
    answer = client.post("/plans", data={"form_key": form_key(client), "kind": "places"})
    assert answer.status_code == 403 and "send a workbook first" in answer.text


def test_two_people_adopting_at_once_end_with_one_plan_and_a_plain_sentence(client, db, settings):
    city = a_city(db)
    one, two = (a_finished_run(db, settings, city=city) for _ in range(2))
    key = form_key(client)
    first = client.post(f"/plans/{one}/adopt", data={"form_key": key, "reason": "Mine", "standing": ""})
    second = client.post(f"/plans/{two}/adopt", data={"form_key": key, "reason": "No, mine", "standing": ""})
    assert first.status_code == 200
    assert second.status_code == 409 and "look at theirs first" in second.text
    with db.reading() as session:
        assert session.query(Decision).filter(Decision.ended_at.is_(None)).count() == 1


def test_adopting_needs_a_reason_and_undoing_brings_back_what_stood(client, db, settings):
    city = a_city(db)
    one, two = (a_finished_run(db, settings, city=city) for _ in range(2))
    key = form_key(client)
    assert client.post(f"/plans/{one}/adopt", data={"form_key": key, "reason": " "}).status_code == 403
    client.post(f"/plans/{one}/adopt", data={"form_key": key, "reason": "First"})
    client.post(f"/plans/{two}/adopt", data={"form_key": key, "reason": "Second", "standing": "1"})
    answer = client.post("/decisions/2/undo", data={"form_key": key, "reason": "Too dear"})
    assert answer.status_code == 200 and "Brought back: Too dear" in answer.text
    assert client.get("/decisions", params={"on": "2020-01-28"}).text.count("No plan has been adopted") == 1


@pytest.mark.parametrize(
    "path", ["/nowhere", "/plans/none", "/data/none", "/places/bases/none", "/transport/runs/none"]
)
def test_every_error_page_says_what_to_do_next(client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and "home page" in answer.text


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("", b"", "Select a workbook"),
        ("city.xlsx", b"", "empty"),
        ("city.xlsm", b"PK", "macros"),
        ("city.pdf", b"%PDF", "must be an .xlsx"),
        ("city.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 100, "password protected"),
        ("city.xlsx", b"not a workbook", "damaged"),
    ],
)
def test_a_file_that_cannot_be_a_workbook_is_refused_in_the_words_of_the_design_system(client, name, body, words):
    files = {"workbook": (name, body)} if name else None
    answer = client.post("/data", data={"form_key": form_key(client)}, files=files)
    assert answer.status_code == 422 and words in answer.text and "Error: " in answer.text


def test_no_council_shows_the_crown_or_the_government_typeface():
    for path in STATIC.iterdir():
        if path.suffix in (".css", ".js", ".svg"):
            text = path.read_text("utf-8").lower()
            for word in ("gds transport", "crest", "crown"):
                assert word not in text, (path.name, word)
    assert not list(STATIC.rglob("*.woff*"))


def test_whatever_is_typed_is_shown_as_text(client, db, settings):
    city = a_city(db, title=PAYLOADS[0])
    for payload in PAYLOADS:
        run_id = a_finished_run(db, settings, city=city, title=payload, tables=(a_table(2, text=payload),))
        key = form_key(client)
        client.post(f"/plans/{run_id}/pin", data={"form_key": key, "subject": payload, "note": payload})
        pages = [
            client.get(path).text for path in (f"/plans/{run_id}", f"/plans/{run_id}/tables/bases", "/plans", "/audit")
        ]
        pages.append(client.get(f"/plans/{run_id}/tables/bases", params={"find": payload}).text)
        for text in pages:
            assert not re.search(r"<script(?![^>]*src=\"/static)|<img src=x|<svg onload|<!--#exec", text), payload
            assert "onmouseover='x" not in text.replace("&#39;", "")
            assert "1337" not in re.sub(r"[0-9a-f]{12,64}", "", text.replace(run_id, ""))


def test_no_table_taken_out_holds_a_live_formula(client, db, settings):
    city = a_city(db)
    for payload in PAYLOADS:
        run_id = a_finished_run(db, settings, city=city, tables=(a_table(1, text=payload),))
        rows = list(
            csv.reader(io.StringIO(client.get(f"/plans/{run_id}/tables/bases.csv").content.decode("utf-8-sig")))
        )
        assert not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r"))
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/plans/{run_id}/tables/bases.xlsx").content))
        assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_a_negative_number_stays_a_number_in_csv():
    table = Table("t", "T", (Column("a", "A"), Column("b", "B", Kind.PENCE)), (("x", -222),))
    assert "-2.22" in exports.as_csv(table).decode("utf-8-sig")


def test_a_table_is_found_sorted_and_paged_by_its_address(client, db, settings):
    run_id = a_finished_run(db, settings, city=a_city(db), tables=(a_table(120),))
    address = f"/plans/{run_id}/tables/bases"
    assert "Page 1 of 3" in client.get(address).text
    assert "1 of 120 rows" in client.get(address, params={"find": "B-W01119"}).text
    first = re.search(r"<tbody>\s*<tr><td>([^<]+)", client.get(address, params={"sort": "roll", "down": "true"}).text)[
        1
    ]
    assert first == "B-W01119"


def test_progress_is_streamed_until_the_plan_ends(client, db, settings):
    run_id = a_finished_run(db, settings, city=a_city(db))
    with client.stream("GET", f"/plans/{run_id}/events") as answer:
        text = "".join(answer.iter_text())
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: progress" in text and "event: over" in text


def test_metrics_hold_figures_and_no_ids(client, db, settings):
    run_id = a_finished_run(db, settings, city=a_city(db))
    text = client.get("/metrics").text
    assert 'sendopt_runs{state="done"} 1.0' in text and run_id not in text


def test_the_service_is_ready_when_its_database_is(client):
    assert client.get("/readyz").json() == {"ready": True, "database": True, "migrations": True, "disk": True}


def test_what_stands_can_be_asked_for_by_a_program(client, db, settings):
    run_id = a_finished_run(db, settings, city=a_city(db))
    adopted = client.post(f"/api/v1/runs/{run_id}/adopt", json={"reason": "Best"})
    assert adopted.status_code == 200
    assert client.get("/api/v1/decisions").json()[0]["reason"] == "Best"
    assert client.get(f"/api/v1/runs/{run_id}/tables/bases").json()["count"] == 3
    refused = client.post(f"/api/v1/runs/{run_id}/adopt", json={"reason": "Again"})
    assert refused.status_code == 409 and refused.headers["content-type"] == "application/problem+json"
    assert SYSTEM.may("audit.read")


def test_a_workbook_is_read_checked_marked_and_planned_from(client, db, tmp_path):
    from data.synthetic import make
    from data.writing.workbook import write_city

    good, bad = tmp_path / "city.xlsx", tmp_path / "bad.xlsx"
    write_city(make("small", 1), good)
    book = openpyxl.load_workbook(good)
    sheet = book["Pupils"]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(row=3, column=headings.index("School code") + 1).value = "no such school"
    book.save(bad)
    key = form_key(client)
    with bad.open("rb") as file:
        answer = client.post("/data", data={"form_key": key}, files={"workbook": ("bad.xlsx", file)})
    assert "Nothing was imported" in answer.text and "Pupils" in answer.text
    marked = client.get(re.search(r'href="(/data/\w+/marked.xlsx)"', answer.text)[1])
    assert openpyxl.load_workbook(io.BytesIO(marked.content))["Pupils"].max_row > 3
    assert "send a workbook first" in client.post("/plans", data={"form_key": key, "kind": "places"}).text
    with good.open("rb") as file:
        answer = client.post("/data", data={"form_key": key}, files={"workbook": ("city.xlsx", file)})
    assert "plans will be made from" in answer.text
    assert client.post("/plans", data={"form_key": key, "kind": "places"}).status_code == 200


def test_an_empty_template_can_be_taken(client):
    body = client.get("/data/template.xlsx").content
    assert "Pupils" in openpyxl.load_workbook(io.BytesIO(body)).sheetnames


@pytest.mark.parametrize(
    ("desk", "has", "lacks"),
    [("transport", "Vehicles", "Panels"), ("meetings", "Panels", "Vehicles"), ("places", "Bases", "Guides")],
)
def test_each_desk_has_an_empty_template_of_its_own_sheets(client, desk, has, lacks):
    assert f"/data/template.xlsx?desk={desk}" in client.get("/data").text
    sheets = openpyxl.load_workbook(io.BytesIO(client.get(f"/data/template.xlsx?desk={desk}").content)).sheetnames
    assert has in sheets and lacks not in sheets
    assert client.get("/data/template.xlsx?desk=kitchen").status_code == 404
