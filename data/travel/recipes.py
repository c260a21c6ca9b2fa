"""Keeps a problem small: a matrix of estimates is stored as the points and multipliers that it is worked out from.

Only what is worked out again to the last second and metre is stored so, which is tried before anything is written;
matrices of roads and servers stay whole, because a plan must still be judged when the roads have changed.
"""

import dataclasses
import json
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from data.travel import osgb
from data.travel.crow import Estimate
from data.travel.source import Band, Multipliers, Points, TravelSource
from optimiser.core import codec
from optimiser.core.travel import TravelMatrix

P = TypeVar("P")
_MARK = "estimate of"


def to_text(problem: Any, points: Mapping[str, tuple[float, float]], source: TravelSource) -> str:
    """Return a problem as JSON; ``points`` are (latitude, longitude) by place id, ``source`` what it was built on."""
    held = {}
    for each in dataclasses.fields(problem):
        if each.init:
            value = getattr(problem, each.name)
            made = _recipe(value, points, source) if isinstance(value, TravelMatrix) else None
            held[each.name] = made or codec.encode(value)
    return json.dumps(held, sort_keys=True, separators=(",", ":"))


def from_text(kind: type[P], text: str) -> P:
    """Return a problem written by ``to_text`` or by the codec; raises TypeError, KeyError or ValueError for others."""
    held = json.loads(text)
    matrices = {name: _matrix(item) for name, item in held.items() if isinstance(item, dict) and _MARK in item}
    if not matrices:
        return typing.cast(P, codec.decode(kind, held))
    hints = typing.get_type_hints(kind)
    rest = {name: codec.decode(hints[name], item) for name, item in held.items() if name not in matrices}
    return kind(**rest, **matrices)


def _recipe(
    matrix: TravelMatrix, points: Mapping[str, tuple[float, float]], source: TravelSource
) -> dict[str, Any] | None:
    """Return what a matrix is worked out from, or None when working it out again would not give the same."""
    name, _, band = matrix.fingerprint.rpartition("/")
    if not isinstance(source, Estimate) or name != source.fingerprint or any(p not in points for p in matrix.places):
        return None
    if not matrix.places:
        return None
    lats, lons = zip(*(points[place] for place in matrix.places), strict=True)
    spots = np.rint(np.column_stack(osgb.from_wgs84(lats, lons))).astype(int)
    made = {
        _MARK: spots.tolist(),
        "places": list(matrix.places),
        "band": band,
        "multipliers": codec.encode(source.multipliers),
        "fingerprint": matrix.fingerprint,
        "source": matrix.source,
    }
    again = _matrix(made)
    return made if again == matrix and again.estimated == matrix.estimated else None


def _matrix(made: Mapping[str, Any]) -> TravelMatrix:
    spots = np.array(made[_MARK], float).reshape(len(made["places"]), 2)
    points = Points(tuple(made["places"]), spots[:, 0].copy(), spots[:, 1].copy())
    source = Estimate(codec.decode(Multipliers, made["multipliers"]))
    found = source.matrix(points, Band(made["band"]))
    if found.fingerprint != made["fingerprint"]:
        raise ValueError("this problem was written by another version of the estimate: plan again to judge the plan")
    return dataclasses.replace(found, source=made["source"])
