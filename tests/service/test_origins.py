"""From a plan back to the workbook: whoever is left out, and whatever could not be planned, with its row."""

from data.issues import Issue
from data.reading import read
from data.records import City
from data.sample import HANDSWORTH
from optimiser.core.table import Column, Table
from service.optimisers.origins import not_planned, with_rows


def a_table(key="unserved"):
    return Table(key, "Left", (Column("child", "Child"), Column("why", "Why")), (("P1", "full"), ("P2", "far")))


def test_everyone_left_out_has_the_row_of_the_workbook_beside_them():
    (table,) = with_rows([a_table()], {"P1": "Pupils row 7"})
    assert [column.key for column in table.columns] == ["child", "why", "cell"]
    assert [row[-1] for row in table.rows] == ["Pupils row 7", ""]
    assert with_rows([a_table("runs")], {"P1": "Pupils row 7"}) == (a_table("runs"),)
    assert with_rows([a_table()], {}) == (a_table(),)


def test_rows_that_no_plan_could_use_are_a_table_with_what_to_do():
    (table,) = not_planned([Issue("no-school", "P1 is not planned", "Give the code", "Pupils", 7)])
    assert table.rows == (("Pupils row 7", 7, "P1 is not planned", "Give the code"),)
    assert not_planned([]) == ()


def test_a_city_kept_as_json_still_knows_the_row_of_every_record():
    city = read(HANDSWORTH).city
    again = City.model_validate_json(city.model_dump_json())
    assert again.pupils[0].cell == city.pupils[0].cell == "Pupils row 2"
    assert [row.cell for row in again.runs] == [row.cell for row in city.runs]
