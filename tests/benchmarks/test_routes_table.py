"""The table of a whole set: every instance has a best known value, each row is checked, and nothing is run twice."""

import argparse

import pytest

from data.benchmarks.transport import SETS
from service.bench import routes
from tests.benchmarks import routes_table
from tests.instances.routes import make

shared = pytest.mark.skipif(not routes_table.SHARED.exists(), reason="skipped: no ../shared")


def asked(**fields):
    return argparse.Namespace(**{"set": "cordeau", "seconds": 0.5, "seeds": 1, "only": "", "way": "morning", **fields})


@shared
@pytest.mark.parametrize("folder", SETS)
def test_every_instance_of_a_set_has_a_best_known_value(folder):
    best = routes_table.best_known(folder)
    listed = list(routes_table.problems(folder))
    assert listed
    for path, ride in listed:
        value, _ = best[path.stem.split("het")[0].lower(), ride]
        assert value > 0


@shared
def test_a_row_is_checked_and_set_beside_the_best_known_value():
    (row,) = routes_table.rows(asked(only="a2-16"), set())
    assert row["checker"] == "accepted"
    assert row["best"] == 294.25
    assert float(row["objective"]) >= 294.24


@shared
def test_a_row_that_is_already_there_is_not_run_again():
    assert list(routes_table.rows(asked(only="a2-16"), {("a2-16", "", "1")})) == []


@pytest.mark.parametrize("way", ["morning", "afternoon"])
def test_a_school_is_planned_and_certified(monkeypatch, way):
    monkeypatch.setattr(routes, "STEPS", 2000)
    figures = routes.certify(make.make(5, children=12), way, seconds=20)
    assert figures["children"] == 12
    assert figures["floor"] <= figures["plan"] <= figures["floor"] * 1.02
    assert figures["cpu_seconds"] >= figures["search_seconds"]


def test_a_school_that_nobody_can_be_carried_to_is_refused():
    problem = make.make(5, children=12)
    nobody = problem.__class__(
        children=(), schools=problem.schools, vehicle_classes=problem.vehicle_classes, operators=problem.operators,
        morning=problem.morning, afternoon=problem.afternoon,
    )  # fmt: skip
    with pytest.raises(ValueError, match="nobody to carry"):
        routes.certify(nobody, "morning")
