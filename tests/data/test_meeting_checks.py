"""What a coordinator mistypes is named at its cell with the remedy, and the rest can still be planned."""

from datetime import date

import openpyxl
import pytest

from data.issues import Level
from data.reading import read
from data.sample import HANDSWORTH

MISTAKES = {
    "role-nobody-holds": (
        "Meeting types",
        {"Roles that must come": "EP; AT; PMHW"},
        "nobody on the Staff sheet holds the role PMHW, without which no Individual school meeting is held."
        " Add somebody in that role, or move PMHW to the roles wanted.",
    ),
    "empty-window": (
        "Meeting types",
        {"Window opens": date(2020, 2, 17), "Window closes": date(2020, 2, 21)},
        "there is no school day from Mon 17 Feb 2020 to Fri 21 Feb 2020."
        " Change the window of Individual school meeting, or the terms on the Calendar sheet.",
    ),
    "room-too-small": (
        "Venues",
        {"Seats a room": 4},
        "a room of V-THORN seats 4, and 7 come to Individual school meeting with two from the school."
        " Name a venue with larger rooms, or correct its seats on the Venues sheet.",
    ),
    "never-together": (
        "Schools",
        {"SENCo days": "Tue", "Days the head cannot come": "Mon, Tue"},
        "on every day that the SENCo of 330-2435 works, its head cannot come, so it is never met."
        " Correct one of the two, or leave the head’s days empty to meet without the head.",
    ),
}


def planted(path, sheet, changes, row=2):
    """Write the sample with some cells of one row changed, and return where it was written."""
    book = openpyxl.load_workbook(HANDSWORTH)
    page = book[sheet]
    at = {str(cell.value).strip().rstrip("*").strip(): cell.column for cell in page[1]}
    for heading, value in changes.items():
        page.cell(row, at[heading], value)
    book.save(path)
    return path


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_mistake_is_named_at_its_cell_and_the_rest_is_read(tmp_path, rule):
    sheet, changes, said = MISTAKES[rule]
    book = openpyxl.load_workbook(HANDSWORTH, read_only=True)
    row = next(at for at, line in enumerate(book[sheet].iter_rows(values_only=True), start=1)
               if str(line[0]) in ("ISM", "V-THORN", "330-2435"))  # fmt: skip
    reading = read(planted(tmp_path / "sent.xlsx", sheet, changes, row))
    found = [issue for issue in reading.issues if issue.rule == rule]
    assert [issue.wrong[0].lower() + issue.sentence.split(": ", 1)[1][1:] for issue in found] == [said]
    assert found[0].cell and found[0].level is Level.LOOK and reading.city is not None


def test_leave_on_two_rows_is_named_with_the_other_row(tmp_path):
    book = openpyxl.load_workbook(HANDSWORTH)
    for row, days in ((2, ("27/01/2020", "29/01/2020")), (3, ("28/01/2020", "30/01/2020"))):
        for column, value in enumerate(("AT-W1", *days), start=1):
            book["Leave"].cell(row, column, value)
    book.save(tmp_path / "sent.xlsx")
    reading = read(tmp_path / "sent.xlsx")
    said = [issue.sentence for issue in reading.issues if issue.rule == "leave-twice"]
    assert said == ["Leave B3: AT-W1 is away up to Wed 29 Jan 2020 by row 2 as well. Make one row of the two."]
    assert len(reading.city.leave) == 2


def test_the_sample_has_none_of_these():
    assert not {issue.rule for issue in read(HANDSWORTH).issues} & {*MISTAKES, "leave-twice"}
