"""One journey for each desk, from an empty data folder, by keyboard alone, each page put to axe on the way."""

import csv
import io
import json
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

import icalendar
import openpyxl
import pytest

from tests.builders.house import CHROMIUM, Sitting, a_service, a_sitting

pytestmark = [
    pytest.mark.browser,
    pytest.mark.full,  # a quarter of an hour or more together
    pytest.mark.skipif(CHROMIUM is None, reason="skipped: Chromium is not installed"),
]


def fetched(sitting: Sitting, path: str) -> bytes:
    answer = sitting.page.request.get(sitting.address + path, timeout=240_000)
    assert answer.status == 200, path
    return answer.body()


def adopt(sitting: Sitting, reason: str) -> None:
    sitting.type_in("adopt-reason", reason)
    sitting.press("Adopt this plan")
    assert f"“{reason}”" in sitting.words()


def at_ease(sitting: Sitting) -> None:
    assert not sitting.complaints, "\n".join(sitting.complaints)
    assert sitting.outside == []


def plan_path(sitting: Sitting) -> str:
    return sitting.page.url.removeprefix(sitting.address).split("?")[0]


def test_transport_covers_a_morning_and_prints_run_sheets(tmp_path: Path):
    with a_service(tmp_path) as address, a_sitting(address) as sitting:
        a_morning(sitting, ["G001", "G002"], children=60)
        for path in (
            "/transport/runs", "/transport/backups", "/transport/referrals", "/transport/school", "/transport/children",
            "/transport/lots", "/transport/figures", "/transport/review", "/transport/changes",
            "/transport/standby", "/transport/compliance", "/transport/rehearse", "/transport/desk",
        ):  # fmt: skip
            sitting.open(path)
        at_ease(sitting)


def test_transport_adds_a_child_and_asks_what_if_an_operator_drops_out(tmp_path: Path):
    with a_service(tmp_path) as address, a_sitting(address) as sitting:
        plan_runs(sitting, 60)
        sitting.open("/transport/add")
        sitting.press("Show every way")
        assert "Enter a reference" in sitting.words(), "a mistake is said at the top and at its field"
        sitting.complaints = [each for each in sitting.complaints if "422" not in each]
        for name, text in (("id", "P09001"), ("postcode", "B20 2LB"), ("year", "3")):
            sitting.type_in(name, text)
        sitting.go_to(lambda told: told["id"] == "school", "school")
        sitting.page.keyboard.type("Cherry")
        sitting.press("Show every way")
        sitting.page.wait_for_selector("#way", timeout=240_000)
        sitting.look()
        assert len(sitting.page.query_selector_all("#way option")) >= 10
        sitting.press("Accept this way")
        sitting.wait_for_plan()
        assert "61 of 61" in sitting.words()
        rows = table_of(sitting, f"{plan_path(sitting)}/tables/letters.csv")
        assert [row for row in rows if row["Child"] == "P09001"]
        adopt(sitting, "The family has agreed")

        sitting.open("/transport/children?find=P09001")
        sitting.page.wait_for_selector(".app-why", timeout=240_000)
        sitting.open("/transport/operators?operator=OP-A")
        assert "lose their vehicle" in sitting.words()
        at_ease(sitting)


def test_transport_covers_eleven_absences_at_half_past_six_in_a_whole_locality(tmp_path: Path):
    with a_service(tmp_path) as address, a_sitting(address) as sitting:
        sitting.open("/data")
        sitting.go_to(lambda told: told["id"] == "size", "size")
        sitting.page.keyboard.press("m")
        sitting.press("Make it")
        sitting.page.wait_for_selector("text=Check what we read", timeout=300_000)
        a_morning(sitting, [f"G{number:03d}" for number in range(5, 16)], seconds=900)
        at_ease(sitting)


def plan_runs(sitting: Sitting, children: int | None, *, seconds: float = 600) -> str:
    """Plan every run from the front page, adopt the plan and return its address."""
    sitting.open("/")
    sitting.press("Transport")
    sitting.press("Plan every run")
    sitting.wait_for_plan(seconds=seconds)
    assert "every hard rule kept" in sitting.words()
    assert children is None or f"{children} of {children}" in sitting.words()
    adopt(sitting, "Keeps every child under the limit")
    return plan_path(sitting)


def a_morning(sitting: Sitting, away: list[str], *, children: int | None = None, seconds: float = 600) -> None:
    """Walk from an empty folder to half past six: who steps in, cover accepted, paper printed, every file opened."""
    runs = plan_runs(sitting, children, seconds=seconds)
    sitting.open("/transport")
    sitting.press("Make the cover plan")
    sitting.wait_for_plan(seconds=seconds)
    adopt(sitting, "Everybody is at work")

    sitting.open("/transport")
    sitting.type_in("absent", ", ".join(away))
    sitting.press("Who steps in?")
    sitting.page.wait_for_selector(".app-why", timeout=240_000)
    sitting.look()
    assert "runs touched are covered" in sitting.words() or "No run is touched" in sitting.words()
    sitting.press("Accept this: make the cover plan")
    sitting.wait_for_plan(seconds=seconds)
    cover = plan_path(sitting)
    adopt(sitting, "The best cover at half past six")
    riding = {row["Guide"] for row in table_of(sitting, f"{cover}/tables/guides-roster.csv") if row["Run"]}
    assert riding and not riding & set(away), "nobody who is away rides"

    sitting.open("/transport/sheets")
    sitting.press("Open the sheets to print")
    planned = table_of(sitting, f"{runs}/tables/runs.csv")
    assert len(sitting.page.query_selector_all("section")) == len(planned) > 10
    assert not [each for each in away if f">{each}<" in sitting.page.content()]
    one = planned[0]["Run"]
    paper = fetched(sitting, f"/transport/sheets/sheets.pdf?run={one}")
    assert paper.startswith(b"%PDF-")
    shapes = json.loads(fetched(sitting, f"{runs}/files/routes.runs.geojson"))
    drawn = {each["properties"]["run"] for each in shapes["features"] if each["geometry"]["type"] == "LineString"}
    assert drawn == {row["Run"] for row in planned}
    with zipfile.ZipFile(io.BytesIO(fetched(sitting, f"{runs}/files/routes.gpx.zip"))) as packed:
        assert len(packed.namelist()) == len(planned)
    book = openpyxl.load_workbook(io.BytesIO(fetched(sitting, f"{runs}/tables/runs.xlsx")))
    assert book.active.max_row > len(planned)
    assert b"<title id=" in fetched(sitting, f"{runs}/charts/routes.lengths.svg")
    sitting.open(f"/transport/runs/{one}")
    sitting.page.wait_for_selector(".app-why", timeout=240_000)
    sitting.open(f"{runs}/tables/rides")


def table_of(sitting: Sitting, path: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file by heading."""
    rows = list(csv.reader(io.StringIO(fetched(sitting, path).decode("utf-8-sig"))))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if len(row) == len(rows[0])]


def test_meetings_makes_a_term_hears_replies_and_sends_invitations_again(tmp_path: Path):
    with a_service(tmp_path) as address, a_sitting(address) as sitting:
        sitting.open("/meetings")
        sitting.press("Make a term’s roster")
        sitting.wait_for_plan()
        first = plan_path(sitting)
        assert "32 of 32" in sitting.words()
        adopt(sitting, "Every school is seen before Easter")
        before = fetched(sitting, f"{first}/files/meetings.calendars.zip")
        asked = [row["Meeting"] for row in table_of(sitting, f"{first}/tables/roster.csv")][:3]
        for reply in asked:
            sitting.open(f"/meetings/move?meeting={reply}&day=&time=")
            sitting.press("Show what it would take")
            sitting.page.wait_for_selector(".app-why", timeout=240_000)
            sitting.look()
            assert "other meeting" in sitting.words()
            sitting.press("Make this roster")
            sitting.wait_for_plan()
            adopt(sitting, f"{reply} asked for another time")
        replied = plan_path(sitting)
        after = fetched(sitting, f"{replied}/files/meetings.calendars.zip")
        assert uids(before) == uids(after)

        person, days = somebody(after)
        send_with_leave(sitting, tmp_path / "sick.xlsx", person, days)
        sitting.open(replied)
        sitting.press("Plan again from the newest facts, moving as little as possible")
        sitting.wait_for_plan()
        adopt(sitting, f"{person} is ill")
        mended = plan_path(sitting)
        again = fetched(sitting, f"{mended}/files/meetings.calendars.zip")
        assert not [day for day in diary(again, person) if day in days], "nobody who is ill is asked to come"
        assert diary(again, person), "a day outside the week off is left to them"
        moved = [uid for uid, at in when(again).items() if when(after).get(uid) not in (at, None)]
        assert all(sequences(again)[uid] > sequences(after)[uid] for uid in moved), (
            "a moved invitation replaces the old"
        )
        assert b"<section" in fetched(sitting, f"{mended}/files/meetings.invitations.html")
        assert fetched(sitting, f"{mended}/files/meetings.leaflet.html.pdf").startswith(b"%PDF-")

        sitting.open("/meetings/change")
        day = next(str(each) for each in diary(again, person) if each not in days)
        sitting.open(f"/meetings/change?what=away&who={person}&first={day}")
        sitting.page.wait_for_selector(".app-why", timeout=240_000)
        sitting.look()
        assert "cannot stay" in sitting.words() and f"{person} is away on" in sitting.words()
        sitting.press("Make this roster")
        sitting.wait_for_plan()
        assert "What changes" in sitting.words()
        sitting.open("/meetings/options")

        sitting.open("/meetings/feeds")
        sitting.press("Make the address")
        feed = sitting.page.inner_text("main code")
        calendar = icalendar.Calendar.from_ical(fetched(sitting, feed.removeprefix(address)))
        assert calendar.walk("VEVENT")
        for path in ("/meetings", "/meetings/schools", "/meetings/people", "/meetings/reserves", "/meetings/papers"):
            sitting.open(path)
        at_ease(sitting)


def events(packed: bytes, folder: str) -> list[tuple[str, icalendar.Event]]:
    """Return (file name, event) for every event of a folder of packed calendars."""
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        return [
            (name, event)
            for name in found.namelist()
            if name.startswith(f"{folder}/")
            for event in icalendar.Calendar.from_ical(found.read(name)).walk("VEVENT")
        ]


def uids(packed: bytes) -> set[str]:
    return {str(event["uid"]) for _, event in events(packed, "schools")}


def when(packed: bytes) -> dict[str, str]:
    """Return when each meeting is, by its reference."""
    return {str(event["uid"]).split("@")[0]: str(event["dtstart"].dt) for _, event in events(packed, "schools")}


def sequences(packed: bytes) -> dict[str, int]:
    return {str(event["uid"]).split("@")[0]: int(event.get("sequence", 0)) for _, event in events(packed, "schools")}


def diary(packed: bytes, person: str) -> list[date]:
    """Return the days on which a person is asked to come; a meeting called off is in the file as cancelled."""
    return [
        event["dtstart"].dt.date()
        for name, event in events(packed, "people")
        if name == f"people/{person}.ics" and event.get("status") != "CANCELLED"
    ]


def somebody(packed: bytes) -> tuple[str, set[date]]:
    """Return a therapist and the days of the week in which they have most to do."""
    people = {name.split("/")[1].removesuffix(".ics") for name, _ in events(packed, "people")}
    therapist = sorted(each for each in people if "SLT" in each)[0]
    first = min(diary(packed, therapist))
    monday = first - timedelta(days=first.weekday())
    return therapist, {monday + timedelta(days=day) for day in range(5)}


def send_with_leave(sitting: Sitting, path: Path, person: str, days: set[date]) -> None:
    """Send the same workbook again with a week of leave for one person."""
    book = openpyxl.load_workbook(io.BytesIO(fetched(sitting, "/data/example.xlsx")))
    sheet = book["Leave"]
    headings = [cell.value for cell in sheet[1]]
    row = {"Staff reference": person, "First day": min(days), "Last day": max(days)}
    sheet.append([row.get(each) for each in headings])
    book.save(path)
    sitting.open("/data")
    sitting.page.set_input_files("#workbook", str(path))
    sitting.press("Check this file")
    sitting.page.wait_for_selector("text=plans will be made from", timeout=240_000)


def test_places_chooses_a_closure_compares_it_and_previews_the_report(tmp_path: Path):
    with a_service(tmp_path) as address, a_sitting(address) as sitting:
        for path in ("/", "/data", "/help", "/accessibility", "/api/v1/docs", "/decisions", "/nowhere"):
            sitting.open(path)
        sitting.complaints = [each for each in sitting.complaints if "404" not in each]
        sitting.open("/places")
        sitting.press("Plan who goes where")
        sitting.wait_for_plan()
        adopt(sitting, "Everybody has a base within reach")
        sitting.open("/places/scenario")
        sitting.type_in("choose", "1")
        sitting.press("Try this scenario")
        sitting.wait_for_plan()
        scenario = plan_path(sitting)
        assert "base that closes" in sitting.words()
        book = openpyxl.load_workbook(io.BytesIO(fetched(sitting, f"{scenario}/files/closure.xlsx")))
        assert "Who is affected" in book.sheetnames
        sitting.open("/places/consultation")
        assert "withheld" in sitting.words()
        report = fetched(sitting, "/places/consultation/file").decode("utf-8")
        assert "<h1" in report and "withheld" in report and not re.search(r"\bP\d{5}\b", report)
        assert fetched(sitting, "/places/consultation/file?kind=pdf").startswith(b"%PDF-")
        for path in ("/places/scenarios", "/places/equity", "/places/allocation", "/plans", "/audit", "/decisions"):
            sitting.open(path)
        sitting.open(f"{scenario}/why?about=B-W08")
        at_ease(sitting)
