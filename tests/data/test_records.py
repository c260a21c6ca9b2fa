import doctest
from datetime import date
from pathlib import Path

import data
from data.issues import Issue, Level, grouped, stops
from data.problems import guides, places, routes
from data.reading import read
from data.records import SHEETS, City
from data.sample import HANDSWORTH


def test_the_readmes_worked_example_runs():
    page = Path(data.__file__).with_name("README.md")
    done = doctest.testfile(str(page), module_relative=False)
    assert done.attempted > 0
    assert done.failed == 0


def test_every_sheet_fills_a_field_of_the_city():
    fields = set(City.model_fields) - {"title", "fictional"}
    assert {sheet.field for sheet in SHEETS} == fields


def test_a_problem_can_point_at_the_cell_that_a_child_came_from():
    city = read(HANDSWORTH).city
    built = routes.build(city)
    first = built.problem.children[0]
    row = next(at for at, pupil in enumerate(city.pupils, start=2) if pupil.id == first.id)
    assert built.provenance[first.id] == f"Pupils row {row}"
    crew = guides.build(city, routes_problem=built.problem, day=date(2020, 1, 28))
    assert crew.provenance["G001"] == "Guides row 2"
    estate = places.build(city)
    assert estate.provenance[city.bases[0].id] == "Bases row 2"


def test_an_issue_says_where_and_what_to_do():
    issue = Issue("missing", "this cell is empty", "Fill it in", "Pupils", 7, "B", "Home postcode")
    assert issue.sentence == "Pupils B7: this cell is empty. Fill it in."
    assert stops([issue])
    assert not stops([Issue("x", "y", "z", level=Level.LOOK)])
    assert grouped([issue, issue]) == ("Pupils column B Home postcode: missing, 2 times. Fill it in.",)


def test_the_guide_names_every_sheet():
    told = (Path(__file__).parents[2] / "docs/guide/user/data.md").read_text("utf-8").split("| --- | --- |")[1]
    named = {
        name.strip() for line in told.split("\n\n")[0].splitlines() if line for name in line.split("|")[1].split(",")
    }
    assert named == {sheet.name for sheet in SHEETS}
