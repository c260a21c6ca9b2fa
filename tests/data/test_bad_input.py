"""What people send by mistake: each is named at its cell or file, with what to do, and nothing is half imported.

The sentences are written out here so that somebody reads them.
"""

import signal
import zipfile
from datetime import date

import pytest
import xlsxwriter

from data.reading import read, workbook
from data.sample import HANDSWORTH
from data.synthetic import make
from tests.builders.city import Fault, a_workbook, plant


def the_cells(city):
    """A fault of each kind in a cell of its own, with what is said."""
    riders = [at for at, row in enumerate(city.pupils, start=2) if row.transport == "vehicle"]
    first = city.pupils[0].id
    return [
        (
            Fault("pupils", 5, "id", first, "id-twice"),
            "Pupils A5: P00001 is on row 2 as well. Keep one row for each reference.",
        ),
        (
            Fault("pupils", riders[4], "school", "999-0000", "unknown-school"),
            "there is no school 999-0000 on the Schools sheet."
            " Correct the reference, or add 999-0000 to the Schools sheet.",
        ),
        (
            Fault("pupils", riders[5], "postcode", "B99 9ZZ", "no-such-postcode"),
            "postcode B99 9ZZ is not in the list of postcodes that we hold."
            " Check it, import a newer postcode directory, or give an easting and northing.",
        ),
        (
            Fault("bases", 2, "places", -5, "negative"),
            "Bases K2: -5 is not a possible number of places. Type a number from 0 to 400.",
        ),
        (
            Fault("pupils", riders[6], "postcode", None, "missing"),
            "this cell is empty. Fill it in; the row cannot be used without it.",
        ),
        (
            Fault("meeting_types", 2, "window_last", date(2020, 8, 30), "out-of-term"),
            "Sun 30 Aug 2020 is not in any term, or schools are closed that day."
            " Correct the date, or the terms on the Calendar sheet.",
        ),
        (
            Fault("schools", 7, "bays", "=1+1", "formula-cell"),
            "Schools M7: this cell holds a formula. Copy the cell and paste it back as a value.",
        ),
    ]


def test_each_fault_of_a_cell_is_said_in_a_sentence_with_its_remedy(tmp_path):
    planted = the_cells(make("small", 1))
    plant(HANDSWORTH, [fault for fault, _ in planted], tmp_path / "sent.xlsx")
    reading = read(tmp_path / "sent.xlsx")
    assert reading.city is None
    told = {issue.cell + issue.sheet: issue for issue in reading.issues}
    for fault, said in planted:
        issue = told[fault.cell + fault.tab]
        assert (issue.rule, issue.cell) == (fault.rule, fault.cell) and issue.heading
        assert issue.sentence.startswith(f"{fault.tab} {fault.cell}: ") and issue.sentence.endswith(said)


def a_macro_workbook(folder):
    path = folder / "macro.xlsx"
    path.write_bytes(HANDSWORTH.read_bytes())
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"x")
    return path


def an_unreadable_file(folder):
    path = folder / "half.xlsx"
    path.write_bytes(HANDSWORTH.read_bytes()[:30_000])
    return path


def a_workbook_of_another_sheet(folder):
    return a_workbook(folder / "other.xlsx", Budget=[["a", "b"], [1, 2]])


def a_hundred_thousand_rows(folder):
    book = xlsxwriter.Workbook(str(folder / "long.xlsx"), {"constant_memory": True})
    page = book.add_worksheet("Absence")
    page.write_row(0, 0, ["Guide reference", "First day"])
    for row in range(100_000):
        page.write_row(row + 1, 0, ["G001", 43862])
    book.close()
    return folder / "long.xlsx"


FILES = {
    a_macro_workbook: "the file: this workbook holds macros, which we never open. "
    "Save it as .xlsx (Excel Workbook, no macros) and try again.",
    an_unreadable_file: "the file: the selected file is not an Excel workbook. "
    "Save it from Excel as .xlsx, or send the sheets as .csv.",
    a_workbook_of_another_sheet: "the file: no sheet of this file is one of ours. "
    "Name the sheets: Settings, Schools, Bases, Pupils,",
    a_hundred_thousand_rows: "Absence: this sheet has more than 20,000 rows, so none of it was read. "
    "Delete the empty or old rows below the data "
    "(select them, right-click, Delete), or split the file.",
}


@pytest.mark.parametrize("make_it", FILES, ids=lambda make_it: make_it.__name__)
def test_a_file_that_cannot_be_used_is_named_with_its_remedy(tmp_path, make_it):
    reading = read(make_it(tmp_path))
    assert reading.city is None
    assert reading.issues[-1].sentence.startswith(FILES[make_it])


def test_a_file_that_takes_too_long_is_given_up_by_the_clock_or_by_the_processor(tmp_path, monkeypatch):
    said = "the file: this file took so long to read that we stopped. Copy the data to a new workbook and save that."
    script = tmp_path / "child.py"
    for body, seconds in (
        ("import time; time.sleep(60)", 0.2),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGXCPU)})", 60),
    ):
        script.write_text(body)
        monkeypatch.setattr(workbook, "CHILD", script)
        monkeypatch.setattr(workbook, "MOST_SECONDS", seconds)
        assert [issue.sentence for issue in read(HANDSWORTH).issues] == [said]
