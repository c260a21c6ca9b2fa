"""Problems kept small: estimates as a recipe, anything else whole, and the same problem either way."""

import json

import numpy as np
import pytest

from data.problems import atlas
from data.problems.routes import build
from data.synthetic import make
from data.travel.crow import Estimate
from data.travel.recipes import from_text, to_text
from data.travel.source import Multipliers
from optimiser.core import codec
from optimiser.routes.problem import RoutesProblem


@pytest.fixture(scope="module")
def built():
    return build(make("small", 1))


def test_a_problem_of_estimates_is_kept_as_a_recipe_and_comes_back_the_same(built):
    text = to_text(built.problem, built.points, Estimate())
    assert from_text(RoutesProblem, text) == built.problem
    whole = codec.to_json(built.problem)
    assert '"zlib"' in whole and '"zlib"' not in text and from_text(RoutesProblem, whole) == built.problem


def test_calibrated_multipliers_travel_with_the_recipe():
    source = Estimate(Multipliers(morning=2.0, fitted=("morning",), basis="calibrated"))
    built = build(make("small", 1), source)
    text = to_text(built.problem, built.points, source)
    assert '"zlib"' not in text and from_text(RoutesProblem, text) == built.problem


def test_a_matrix_that_a_recipe_would_not_repeat_stays_whole(built):
    moved = {place: (lat + 0.01, lon) for place, (lat, lon) in built.points.items()}
    moved |= dict(list(built.points.items())[:1])
    for points, source in ((moved, Estimate()), ({}, Estimate()), (built.points, Estimate(Multipliers(morning=3.0)))):
        text = to_text(built.problem, points, source)
        assert '"zlib"' in text and from_text(RoutesProblem, text) == built.problem


def test_a_recipe_of_another_version_is_refused(built):
    held = json.loads(to_text(built.problem, built.points, Estimate()))
    held["morning"]["fingerprint"] = "estimate-000000000000/morning"
    with pytest.raises(ValueError, match="another version"):
        from_text(RoutesProblem, json.dumps(held))
    assert np.array_equal(built.problem.morning.seconds.diagonal(), np.zeros(len(built.problem.morning.places)))


def test_the_atlas_of_a_city_is_drawn_once_for_all_its_problems():
    city = make("small", 1)
    assert atlas(city) is atlas(city)
    moved = city.model_copy(update={"pupils": city.pupils[:1]})
    assert len(atlas(moved).points) < len(atlas(city).points)
