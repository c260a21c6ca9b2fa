"""Frozen instances keep their known optimum."""

import json
from pathlib import Path

import pytest

from optimiser import places
from optimiser.core import codec
from optimiser.core.result import Status
from optimiser.places.problem import Problem

INSTANCES = sorted((Path(__file__).parents[2] / "instances" / "places").glob("*.json"))


@pytest.mark.parametrize("file", INSTANCES, ids=lambda file: file.stem)
def test_a_frozen_instance_keeps_its_optimum(file: Path) -> None:
    held = json.loads(file.read_text(encoding="utf-8"))
    result = places.solve(codec.decode(Problem, held["problem"]))
    assert (result.status, result.cost) == (Status.OPTIMAL, held["optimum"])


def test_there_are_frozen_instances() -> None:
    assert len(INSTANCES) >= 3
