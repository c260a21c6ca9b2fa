"""One journey for each desk, from an empty data folder, by keyboard alone, each page put to axe on the way."""

import csv
import io
import zipfile
from pathlib import Path

import icalendar
import openpyxl
import pytest

from tests.builders.house import CHROMIUM, Sitting, a_service, a_sitting

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="skipped: Chromium is not installed"),
]


def fetched(sitting: Sitting, path: str) -> bytes:
    answer = sitting.page.request.get(sitting.address + path)
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
        sitting.open("/")
        sitting.press("Transport")
        sitting.press("Plan every run")
        sitting.wait_for_plan()
        runs = plan_path(sitting)
        assert "60 of 60" in sitting.words() and "every hard rule kept" in sitting.words()
        adopt(sitting, "Keeps every child under the limit")

        sitting.open("/transport")
        sitting.type_in("away", "G001, G002")
        sitting.press("Make the cover plan")
        sitting.wait_for_plan()
        adopt(sitting, "The best cover at half past six")
        sitting.open("/transport")
        assert "runs that must have a guide have one" in sitting.words()

        sitting.type_in("absent", "G001")
        sitting.press("Who steps in?")
        sitting.page.wait_for_selector(".app-why", timeout=60_000)
        sitting.look()

        sitting.press("Run sheets to print")
        assert "Getting on" in sitting.words()
        book = openpyxl.load_workbook(io.BytesIO(fetched(sitting, f"{runs}/tables/runs.xlsx")))
        rows = list(csv.reader(io.StringIO(fetched(sitting, f"{runs}/tables/runs.csv").decode("utf-8-sig"))))
        assert book.active.max_row > 10 and len(rows) > 10
        for path in ("/transport/runs", "/transport/runs/am0001", "/transport/review", "/transport/figures"):
            sitting.open(path)
        for path in ("/transport/backups", "/transport/referrals", "/transport/school", "/transport/children"):
            sitting.open(path)
        sitting.open(f"{runs}/tables/rides")
        at_ease(sitting)


def test_meetings_makes_a_term_moves_a_school_and_sends_invitations(tmp_path: Path):
    with a_service(tmp_path) as address, a_sitting(address) as sitting:
        sitting.open("/meetings")
        sitting.press("Make a term’s roster")
        sitting.wait_for_plan()
        first = plan_path(sitting)
        assert "32 of 32" in sitting.words()
        adopt(sitting, "Every school is seen before Easter")
        before = fetched(sitting, f"{first}/files/meetings.calendars.zip")

        sitting.open("/meetings/move")
        sitting.press("Show what it would take")
        assert "other meeting" in sitting.words()
        sitting.press("Make this roster")
        sitting.wait_for_plan()
        second = plan_path(sitting)
        assert second != first
        adopt(sitting, "The school asked for another day")
        after = fetched(sitting, f"{second}/files/meetings.calendars.zip")
        assert uids(before) == uids(after)

        sitting.open("/meetings/feeds")
        sitting.press("Make the address")
        feed = sitting.page.inner_text("main code")
        calendar = icalendar.Calendar.from_ical(fetched(sitting, feed.removeprefix(address)))
        assert calendar.walk("VEVENT")
        for path in ("/meetings", "/meetings/schools", "/meetings/people", "/meetings/reserves"):
            sitting.open(path)
        at_ease(sitting)


def uids(packed: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        return {
            str(event["uid"])
            for name in found.namelist()
            if name.startswith("schools/")
            for event in icalendar.Calendar.from_ical(found.read(name)).walk("VEVENT")
        }


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
        assert "bases that close" in sitting.words()
        book = openpyxl.load_workbook(io.BytesIO(fetched(sitting, f"{scenario}/files/closure.xlsx")))
        assert "Who is affected" in book.sheetnames
        sitting.open("/places/consultation")
        assert "withheld" in sitting.words()
        for path in ("/places/scenarios", "/places/equity", "/places/allocation", "/plans", "/audit", "/decisions"):
            sitting.open(path)
        sitting.open(f"{scenario}/why?about=B-W08")
        at_ease(sitting)
