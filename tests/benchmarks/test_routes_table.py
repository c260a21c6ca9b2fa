"""The table of a whole set: every instance has a best known value, each row is checked, and nothing is run twice."""

import argparse
from dataclasses import replace

import pytest

from data.benchmarks.transport import SETS
from optimiser.core.units import Seconds
from optimiser.routes.problem import PickUpPoint
from service.bench import routes
from tests.benchmarks import routes_table
from tests.builders.routes import a_random_city
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


def a_school_under_every_rule():
    """Fourteen children: two kept apart, one alone, one three days a week, two together, one at a pick-up point."""
    problem = a_random_city(children=14, schools=1, seed=9)
    free = [c for c in problem.children if not (c.sole or c.apart or any(c.id in o.apart for o in problem.children))]
    one, other, walker = free[:3]
    changed = {
        one.id: replace(one, together=frozenset({other.id})),
        other.id: replace(other, together=frozenset({one.id})),
        walker.id: replace(walker, points=(PickUpPoint(free[3].home, Seconds(300)),)),
    }
    return replace(problem, children=tuple(changed.get(c.id, c) for c in problem.children))


@pytest.mark.parametrize("way", ["morning", "afternoon"])
def test_a_school_under_every_rule_is_certified_both_ways(monkeypatch, way):
    monkeypatch.setattr(routes, "STEPS", 3000)
    figures = routes.certify(a_school_under_every_rule(), way, seconds=20)
    assert 0.9 * figures["plan"] <= figures["floor"] <= figures["plan"]


def test_a_school_that_nobody_can_be_carried_to_is_refused():
    problem = make.make(5, children=12)
    nobody = replace(problem, children=())
    with pytest.raises(ValueError, match="nobody to carry"):
        routes.certify(nobody, "morning")
