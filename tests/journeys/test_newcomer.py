"""A newcomer follows the guide's tutorial, from the empty data folder to their own upload and an adopted plan."""

import io
import re
from pathlib import Path

import openpyxl
import pytest

from tests.builders.album import Album
from tests.builders.house import CHROMIUM, Sitting, a_service, a_sitting

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="skipped: Chromium is not installed"),
]


def fetched(sitting: Sitting, path: str) -> bytes:
    answer = sitting.page.request.get(sitting.address + path)
    assert answer.status == 200, path
    return answer.body()


def send(sitting: Sitting, path: Path) -> None:
    sitting.open("/data")
    sitting.page.set_input_files("#workbook", str(path))
    sitting.press("Check this file")
    sitting.page.wait_for_selector("text=Check what we read", timeout=120_000)
    sitting.look()


def change(book: openpyxl.Workbook, sheet: str, heading: str, row: int, value: str) -> None:
    page = book[sheet]
    column = [cell.value for cell in page[1]].index(heading) + 1
    page.cell(row=row, column=column).value = value


def adopt(sitting: Sitting, reason: str) -> None:
    sitting.type_in("adopt-reason", reason)
    sitting.press("Adopt this plan")
    sitting.page.wait_for_selector(f"text=“{reason}”", timeout=60_000)


def test_a_newcomer_sends_a_workbook_of_their_own_and_plans_from_it(tmp_path: Path):
    with a_service(tmp_path) as address, a_sitting(address) as sitting:
        album = Album(sitting)
        sitting.open("/")
        album.take("home")
        sitting.press("Data")
        album.take("data")

        book = openpyxl.load_workbook(io.BytesIO(fetched(sitting, "/data/example.xlsx")))
        good = tmp_path / "our city.xlsx"
        change(book, "Pupils", "Pupil reference", 1, "Our pupil ref")
        book.save(good)
        faulty = tmp_path / "our city, first try.xlsx"
        change(book, "Schools", "Bell", 4, "quarter to nine")
        book.save(faulty)

        send(sitting, faulty)
        assert "Nothing was imported" in sitting.words() and "quarter to nine" in sitting.words()
        album.take("faults")
        album.take("own-headings", at="#columns", height=420)
        sitting.press("Read the file again")
        sitting.page.wait_for_selector("text=Read as you said before", timeout=120_000)
        sitting.look()
        marked = re.search(r'href="(/data/\w+/marked.xlsx)"', sitting.page.content())
        assert marked and openpyxl.load_workbook(io.BytesIO(fetched(sitting, marked[1])))["Schools"].max_row > 3

        send(sitting, good)
        assert "plans will be made from" in sitting.words() and "Read as you said before" in sitting.words()
        album.take("read")

        sitting.press("Transport")
        album.take("transport-empty", height=620)
        sitting.press("Plan every run")
        album.take("progress", height=700)
        sitting.wait_for_plan(seconds=300)
        assert "children carried" in sitting.words()
        album.take("plan", height=980)
        made = sitting.page.url
        adopt(sitting, "Every child is carried within the guideline")
        album.take("adopted", at="#decide", height=420)
        sitting.open("/transport/runs")
        album.take("transport-runs")
        taken = sitting.page.request.get(made.split("?")[0].split("#")[0] + "/tables/runs.csv")
        assert taken.status == 200 and len(taken.text().splitlines()) > 10
        assert not sitting.complaints, "\n".join(sitting.complaints)
        assert sitting.outside == []


@pytest.mark.full
def test_the_guides_other_pictures_show_each_desk_at_work(tmp_path: Path):
    with a_service(tmp_path) as address, a_sitting(address) as sitting:
        album = Album(sitting)
        plan(sitting, "/transport", "Plan every run")
        adopt(sitting, "Every child is carried within the guideline")
        sitting.page.goto(address + "/transport")
        sitting.type_in("away", "G001, G002")
        sitting.press("Make the cover plan")
        sitting.wait_for_plan(seconds=600)
        adopt(sitting, "The best cover at half past six")
        for path, name in (("/transport", "transport-morning"), ("/transport/sheets", "run-sheet")):
            sitting.page.goto(address + path)
            album.take(name)
        plan(sitting, "/meetings", "Make a term’s roster")
        sitting.page.goto(address + "/meetings")
        album.take("meetings-term")
        plan(sitting, "/places", "Plan who goes where")
        sitting.page.goto(address + "/places")
        album.take("places-estate")
        sitting.page.goto(address + "/places/scenario")
        album.take("places-scenario")


def plan(sitting: Sitting, desk: str, words: str) -> None:
    sitting.page.goto(sitting.address + desk)
    sitting.press(words)
    sitting.wait_for_plan(seconds=600)
