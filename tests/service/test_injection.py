"""Hostile text in every text field of a workbook, followed to every place where text comes out again."""

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import icalendar
import openpyxl
import pytest

from data.reading import read
from data.records import SHEETS
from data.records.row import columns
from data.sample import HANDSWORTH
from service import optimisers
from service.intake import plain_issue
from service.store import cities
from service.store.scope import SYSTEM
from tests.builders.service import a_city
from tests.service.conftest import form_key
from tests.service.test_web import PAYLOADS

PROPERTIES = frozenset(
    [
        *("VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"),
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "TRANSP", "CLASS", "CATEGORIES", "CREATED"),
        *("SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "LAST-MODIFIED"),
        *("TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "X-LIC-LOCATION"),
    ]
)
"""What our calendars are made of: anything else came out of a cell."""
RUNS = re.compile(r"<script>document\.title|<img src=x|<svg onload|onmouseover='x(?!&)|<!--#exec|\b1337\b")


@dataclass
class Hostile:
    """The sample with a payload in every text cell that takes one, and the issues of those that refused."""

    path: Path
    records: bytes
    taken: set[tuple[str, str, str]]
    refused: list


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Hostile:
    path = tmp_path_factory.mktemp("hostile") / "city.xlsx"
    book = openpyxl.load_workbook(HANDSWORTH)
    before = {}
    for sheet in SHEETS:
        page = book[sheet.name]
        for number, column in enumerate(columns(sheet.row), start=1):
            if column.kind not in ("text", "list") or sheet.field == "settings":
                continue
            for row, payload in enumerate(PAYLOADS, start=2):
                if row <= page.max_row:
                    cell = page.cell(row=row, column=number)
                    before[sheet.name, cell.coordinate] = (cell.value, payload, column.field)
                    cell.value, cell.data_type = payload, "s"
    refused = []
    for _ in range(6):  # what one row's fault hid shows once it is mended
        book.save(path)
        reading = read(path)
        if reading.city is not None:
            break
        refused += reading.issues
        for issue in reading.issues:
            mend(book, before, issue)
    assert reading.city is not None, [issue.sentence for issue in reading.issues][:5]
    taken = {(sheet, field, payload) for (sheet, _), (_, payload, field) in before.items()}
    return Hostile(path, reading.city.model_dump_json().encode(), taken, refused)


def mend(book, before, issue) -> None:
    """Put the cell back that an issue is about, or the whole row where it names none."""
    page = book[issue.sheet]
    places = [issue.cell] if (issue.sheet, issue.cell) in before else [cell.coordinate for cell in page[issue.row]]
    for place in places:
        if (issue.sheet, place) in before:
            page[place].value = before.pop((issue.sheet, place))[0]


def test_many_fields_take_hostile_text_and_every_other_cell_says_why_not(hostile):
    fields = {(sheet, field) for sheet, field, _ in hostile.taken}
    assert len(fields) >= 12 and len({payload for *_, payload in hostile.taken}) >= 20
    assert all(issue.wrong and issue.remedy for issue in hostile.refused)


def test_refused_cells_are_shown_as_text_on_the_page_that_lists_them(client, db, hostile):
    issues = [plain_issue(each) for each in hostile.refused][:500]
    with db.session() as session:
        city = cities.add(session, SYSTEM, cities.Read(title=PAYLOADS[0], sent=b"x", records=None, issues=issues))
    text = client.get(f"/data/{city.id}").text
    assert len(issues) > 50 and "&lt;script&gt;" in text
    assert not RUNS.search(text.replace(city.id, "")) and "{{7*191}}" in text


def a_plan(hostile: Hostile, kind: str, before=None):
    job = optimisers.Job(
        kind=kind, title=PAYLOADS[0], records=hostile.records, seconds=1.0, seed=1, before=before or {}, fictional=True
    )
    return optimisers.execute(job)


@pytest.mark.parametrize("kind", [pytest.param("routes", marks=pytest.mark.full), "meetings", "places"])
def test_no_file_of_a_plan_runs_what_stood_in_a_cell(client, db, settings, hostile, kind):
    finished = a_plan(hostile, kind)
    seen = set()
    for made in finished.made:
        seen.add(made.name.rsplit(".", 1)[-1])
        LOOK.get(made.name.rsplit(".", 1)[-1], look_at_text)(made.body)
    assert {"html", "xlsx", "json"} <= seen
    look_at_pages(client, db, settings, kind, finished)


def look_at_html(body: bytes) -> None:
    """A map holds only its own scripts: each is allowed by the digest in the map's own policy."""
    import base64
    import hashlib

    text = body.decode("utf-8")
    allowed = set(re.findall(r"'sha256-([^']+)'", text))
    for script in re.findall(r"<script(?:>| (?![^>]*application/json)[^>]*>)(.*?)</script>", text, re.S):
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in allowed, script[:200]
    assert not re.search(r"<img src=x|<svg onload=|<!--#exec|>1337<", text)


def look_at_svg(body: bytes) -> None:
    assert not re.search(r"<script|\son\w+=|<foreignObject|javascript:alert\(1\)\"", body.decode("utf-8"))


def look_at_xlsx(body: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(body))
    for page in book:
        for row in page.iter_rows():
            assert all(cell.data_type != "f" or not hostile_formula(cell.value) for cell in row), page.title
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        assert not [name for name in packed.namelist() if "vba" in name.lower() or "externalLink" in name]


def hostile_formula(value) -> bool:
    return any(payload.lstrip("=+-@\t") in str(value) for payload in PAYLOADS if payload[0] in "=+-@\t")


def look_at_csv(body: bytes) -> None:
    for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))):
        assert not [cell for cell in row if cell.startswith(("=", "@", "\t", "\r")) or cell in ("+1+1", "-1+1")]


def look_at_calendar(body: bytes) -> None:
    calendar = icalendar.Calendar.from_ical(body)
    assert {name for each in calendar.walk() for name in each} <= PROPERTIES
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


def look_at_zip(body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        for name in packed.namelist():
            assert not name.startswith(("/", "\\")) and ".." not in Path(name).parts and "<" not in name, name
            LOOK.get(name.rsplit(".", 1)[-1], look_at_text)(packed.read(name))


def look_at_text(body: bytes) -> None:
    assert b"\x00" not in body


LOOK = {
    "html": look_at_html, "svg": look_at_svg, "xlsx": look_at_xlsx, "csv": look_at_csv, "ics": look_at_calendar,
    "zip": look_at_zip,
}  # fmt: skip


def look_at_pages(client, db, settings, kind, finished) -> None:
    """Every page and table file of the plan, as people see them."""
    from service import runs
    from service.store.tables import Run
    from tests.builders.service import a_run

    city = a_city(db, title=PAYLOADS[1])
    run_id = a_run(db, settings, city=city, kind=kind, title=PAYLOADS[0])
    with db.session() as session:
        run = session.get_one(Run, run_id)
        run.state, run.holder, run.attempt, run.started_at = runs.RUNNING, "test", 1, run.asked_at
    made = [runs.Made(each.name, each.title, each.media, each.body) for each in finished.made]
    runs.finish(db, run, state=runs.DONE, outcome=finished.outcome, made=made)
    paths = [f"/plans/{run_id}", f"/{'transport' if kind == 'routes' else kind}"]
    for told in client.get(f"/api/v1/runs/{run_id}/tables").json():
        paths.append(f"/plans/{run_id}/tables/{told['key']}")
        look_at_csv(client.get(f"/plans/{run_id}/tables/{told['key']}.csv").content)
        look_at_xlsx(client.get(f"/plans/{run_id}/tables/{told['key']}.xlsx").content)
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert not RUNS.search(re.sub(r"[0-9a-f]{32}|[\d,.]*\d[\d,.]*", "", answer.text)), path


def test_what_is_typed_into_the_service_stays_out_of_its_log(settings, db):
    from service import logs

    heard = io.StringIO()
    logs.set_up("json", heard)
    from fastapi.testclient import TestClient

    from service.web.app import create_app

    try:
        with TestClient(create_app(settings, db), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
            key = form_key(client)
            for payload in PAYLOADS:
                line = f"{payload}\r\nforged: line"
                client.get("/transport/children", params={"find": line})
                client.post("/plans", data={"form_key": key, "kind": line, "area": line, "key": line})
                client.get("/api/v1/runs", params={"kind": line}, headers={"user-agent": "x"})
                client.post("/data", data={"form_key": key}, files={"workbook": (f"{payload}.pdf", b"x")})
    finally:
        import logging

        import structlog

        logging.getLogger("uvicorn.error").filters.clear()
        structlog.reset_defaults()
    lines = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert len(lines) >= 4 * len(PAYLOADS)
    text = heard.getvalue()
    assert "forged" not in text and not [payload for payload in PAYLOADS if len(payload) > 6 and payload in text]
