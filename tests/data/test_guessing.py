"""Headings and tabs in a council's own words: guessed, asked about, chosen once and then remembered."""

import openpyxl
import pytest

from data.issues import Level
from data.reading import Choices, read
from data.records import SHEET
from data.records.row import columns
from data.sample import HANDSWORTH
from tests.builders.city import SCHOOLS, a_workbook

OWN = [["Sch code", "Name of school", "Stage of school", "Kind", "Locality", "Post code", "Morning bell"]]
OWN += [["330-2040", "Cherry Orchard", "Primary", "Community", "West", "B20 2LB", "08:45"]]


def rules(reading) -> set[str]:
    return {issue.rule for issue in reading.issues}


def test_every_heading_of_ours_is_guessed_to_be_itself():
    from data.reading.guessing import ask_about_headings

    for sheet in SHEET.values():
        told = ask_about_headings("tab", sheet, [each.heading for each in columns(sheet.row)], columns(sheet.row))
        assert [each.guess for each in told] == [each.field for each in columns(sheet.row)]


def test_unknown_headings_become_questions_with_a_guess_each_at_most_once(tmp_path):
    reading = read(a_workbook(tmp_path / "own.xlsx", Schools=OWN))
    guesses = {each.heading: each.guess for each in reading.questions}
    assert reading.city is None
    assert guesses["Sch code"] == "id" and guesses["Name of school"] == "name"
    guessed = [guess for guess in guesses.values() if guess]
    assert len(guessed) == len(set(guessed))


def test_what_was_chosen_is_read_as_chosen_and_told(tmp_path):
    asked = read(a_workbook(tmp_path / "own.xlsx", Schools=OWN)).questions
    means = {"schcode": "id", "nameofschool": "name", "stageofschool": "phase", "morningbell": "bell"}
    reading = read(tmp_path / "own.xlsx", choices=Choices(headings={"schools": means}))
    assert asked and reading.city is not None, [issue.sentence for issue in reading.issues]
    assert reading.city.schools[0].id == "330-2040" and reading.city.schools[0].name == "Cherry Orchard"
    assert {"Sch code", "Name of school"} <= {each.heading for each in reading.remembered}
    assert not {"Sch code", "Name of school"} & {each.heading for each in reading.questions}


def test_a_heading_chosen_to_be_left_out_is_not_asked_about_again(tmp_path):
    rows = [[*SCHOOLS[0], "Colour of door"], [*SCHOOLS[1], "red"]]
    path = a_workbook(tmp_path / "own.xlsx", Schools=rows)
    assert [each.heading for each in read(path).questions] == ["Colour of door"]
    reading = read(path, choices=Choices(headings={"schools": {"colourofdoor": ""}}))
    assert reading.questions == () and "column-not-kept" not in rules(reading)


def test_an_unknown_tab_is_guessed_from_its_headings_and_read_as_chosen(tmp_path):
    path = a_workbook(tmp_path / "own.xlsx", Our_list_2026=SCHOOLS)
    (asked,) = read(path).questions
    assert (asked.tab, asked.heading, asked.guess) == ("Our list 2026", "", "schools")
    reading = read(path, choices=Choices(tabs={"ourlist2026": "schools"}))
    assert reading.city is not None and reading.counts == {"Our list 2026": 1}
    assert [each.read_as for each in reading.remembered] == ["Schools"]


@pytest.mark.parametrize("heading", ["Child name", "NHS number", "Date of birth"])
def test_personal_columns_are_refused_even_when_somebody_chose_a_meaning_for_them(tmp_path, heading):
    from data.records.parsing import tidy

    rows = [[*SCHOOLS[0], heading], [*SCHOOLS[1], "x"]]
    path = a_workbook(tmp_path / "own.xlsx", Schools=rows)
    for choices in (Choices(), Choices(headings={"schools": {tidy(heading): "psychologist"}})):
        reading = read(path, choices=choices)
        assert "personal-column" in rules(reading) and reading.city is None and reading.questions == ()


def test_a_choice_of_a_field_that_is_no_more_is_asked_about_again(tmp_path):
    rows = [[*SCHOOLS[0], "Colour of door"], [*SCHOOLS[1], "red"]]
    path = a_workbook(tmp_path / "own.xlsx", Schools=rows)
    reading = read(path, choices=Choices(headings={"schools": {"colourofdoor": "gone"}}))
    assert [each.heading for each in reading.questions] == ["Colour of door"]


def test_a_heading_of_their_own_over_the_references_is_one_fault_and_not_a_hundred(tmp_path):
    book = openpyxl.load_workbook(HANDSWORTH)
    book["Pupils"].cell(row=1, column=1).value = "Our pupil ref"
    book.save(tmp_path / "own.xlsx")
    stops = [issue.rule for issue in read(tmp_path / "own.xlsx").issues if issue.level is Level.STOP]
    assert stops == ["missing-column"]
