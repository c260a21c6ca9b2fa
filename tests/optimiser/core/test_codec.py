"""Every value survives JSON and back."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import numpy as np
import pytest

from optimiser.core import codec
from optimiser.core.result import Result, Status
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import Pence


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    name: str
    cost: Pence


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    tags: frozenset[str]
    by_name: dict[str, Inner]
    day: date | None
    colour: Colour
    pair: tuple[int, str]
    ratio: float = 0.5
    extra: tuple[tuple[str, int], ...] = field(default=())


def an_outer():
    inner = Inner("a", Pence(3))
    return Outer((inner,), frozenset({"x", "y"}), {"a": inner}, date(2020, 1, 28), Colour.RED, (1, "b"))


def test_a_nested_value_comes_back_equal_and_as_the_same_text():
    text = codec.to_json(an_outer())
    assert codec.from_json(Outer, text) == an_outer()
    assert codec.to_json(codec.from_json(Outer, text)) == text


def test_a_travel_matrix_comes_back_equal():
    seconds = np.array([[0, 5], [6, 0]], dtype=np.int32)
    matrix = TravelMatrix(("a", "b"), seconds, seconds, "test", "f")
    assert codec.from_json(TravelMatrix, codec.to_json(matrix)) == matrix


def test_a_result_of_a_known_solution_comes_back_equal():
    result = Result(Status.OPTIMAL, an_outer(), 3, 3, (), seed=1)
    assert codec.from_json(Result[Outer], codec.to_json(result)) == result


@pytest.mark.parametrize("text", ['{"name": 3, "cost": 1}', '{"name": "a", "cost": "1"}', '{"nom": "a"}'])
def test_text_of_another_shape_is_refused(text):
    with pytest.raises((TypeError, ValueError)):
        codec.from_json(Inner, text)
