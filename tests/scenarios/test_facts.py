"""The example reproduces every total of the council's papers, with each contradiction flagged beside its figure."""

import pytest

from data.problems import places as builder
from data.synthetic import make
from data.synthetic.papers import COSTS, PLACES
from scenarios import tables


@pytest.fixture(scope="module")
def control() -> tables.Table:
    built = builder.build(make("full", 1))
    return tables.control_totals(built.problem, PLACES, COSTS)


def test_every_place_and_every_pound_of_the_papers_is_there(control: tables.Table) -> None:
    rows = {(row[0], row[1]): row for row in control.rows}
    assert {area: rows[area, "all"][2] for area in ("East", "North", "South", "West", "City")} == {
        "East": 291, "North": 107, "South": 174, "West": 87, "City": 659,
    }  # fmt: skip
    for key, row in rows.items():
        assert row[2] == row[3], f"{key}: {row[2]} places, printed {row[3]}"
        assert round(int(row[4] or 0) / 100) == int(row[5] or 0) // 100, f"{key}: {row[4]} pence, printed {row[5]}"
        assert "Differs" not in str(row[7])
    assert int(rows["City", "all"][5] or 0) == 1_099_099_500


def test_each_contradiction_is_beside_the_figure_it_concerns(control: tables.Table) -> None:
    flags = {(row[0], row[1]): str(row[7]) for row in control.rows if row[7]}
    assert set(flags) == set(tables.FLAGS)
    for issue in ("I01", "I02", "I03", "I04", "I05", "I06", "I19", "I21"):
        assert any(issue in flag for flag in flags.values()), issue
    assert "£16,678" in control.note and "£20,115" in control.note
