"""Codes of schools and bases get their names beside them, in every table that leaves the service."""

from optimiser.core.table import Column, Kind, Table
from service.naming import names_of, with_names, without_names
from tests.builders.service import a_city, a_finished_run

NAMES = names_of(
    {
        "schools": [{"id": "330-1", "name": "Grove School"}, {"id": "330-2", "name": "Elm Primary"}],
        "bases": [{"id": "B-1", "name": "Grove resource base"}],
    }
)


def test_a_code_and_a_list_of_codes_are_named_in_a_column_of_their_own():
    columns = (Column("run", "Run"), Column("schools", "Schools"), Column("n", "Children", Kind.COUNT))
    table = Table("runs", "Runs", columns, (("am1", "330-1, 330-2", 4), ("am2", "Catch-up slot", 1)))
    (named,) = with_names([table], NAMES)
    assert [column.heading for column in named.columns] == ["Run", "Schools", "Schools (name)", "Children"]
    assert named.rows == (("am1", "330-1, 330-2", "Grove School, Elm Primary", 4), ("am2", "Catch-up slot", "", 1))


def test_a_column_of_anything_else_is_left_as_it_is():
    other = Table("t", "T", (Column("before", "Before"), Column("base", "Base")), (("12 pupils", "nowhere"),))
    counted = Table("c", "C", (Column("bases", "Bases", Kind.COUNT),), ((3,),))
    assert with_names([other, counted], NAMES) == (other, counted)


def test_naming_twice_adds_nothing_and_names_can_be_taken_off_again():
    table = Table("bases", "Bases", (Column("base", "Base"), Column("school", "School")), (("B-1", "330-1"),))
    once = with_names([table], NAMES)
    assert with_names(once, NAMES) == once
    assert without_names(once[0]) == table
    assert once[0].rows == (("B-1", "Grove resource base", "330-1", "Grove School"),)


def test_the_sheets_of_a_plan_made_before_names_were_kept_can_still_be_chosen(client, db, settings):
    columns = (
        Column("run", "Run"), Column("direction", "Direction"), Column("schools", "Schools"),
        Column("begins", "First stop", Kind.CLOCK), Column("guide", "Guide", Kind.YES_NO),
    )  # fmt: skip
    runs = Table("runs", "Runs", columns, (("am1", "morning", "330-1", 28_800, False),))
    city = a_city(db)
    a_finished_run(db, settings, city=city, kind="routes", tables=(runs,))
    a_finished_run(db, settings, city=city, kind="guides", tables=())
    page = client.get("/transport/sheets")
    assert page.status_code == 200 and "330-1" in page.text
