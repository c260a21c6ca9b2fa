"""What lies under a map without asking anybody for tiles: boundaries, imported streets, or a plain grid."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maps.geojson import Feature, Place, areas, line, point
from maps.layers import Layer
from maps.style import Look

_AREA = Look("#C3CCD2", 1.0, fill=0.0, opacity=1.0)
_LOCALITY = Look("#8C99A3", 1.8, "", fill=0.35, opacity=1.0)
_OUTLINE = Look("#5F6B74", 2.2, opacity=1.0)
_GRID = Look("#DDE2E6", 0.8, opacity=1.0)
_STREETS = {
    "motorway": Look("#C9A86A", 2.6, opacity=0.9),
    "main": Look("#C2BBA9", 1.9, opacity=0.9),
    "minor": Look("#D3CFC6", 0.9, opacity=0.9),
}
STEPS_KM = (0.5, 1, 2, 5, 10, 20)
_BEYOND = 16


@dataclass(frozen=True)
class Background:
    """GeoJSON collections to draw under a map, any of them left out, and the licence lines they ask for.

    ``streets`` maps a class of road ("motorway", "main", "minor") to lines of (latitude, longitude); ``names`` are
    written at their (latitude, longitude), such as postcode districts.
    """

    localities: Mapping[str, Any] | None = None
    wards: Mapping[str, Any] | None = None
    outline: Mapping[str, Any] | None = None
    streets: Mapping[str, Sequence[Sequence[Place]]] = field(default_factory=dict)
    names: Mapping[str, Place] = field(default_factory=dict)
    attribution: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.localities or self.wards or self.outline or self.streets)


def layers(background: Background | None, places: Iterable[Place]) -> list[Layer]:
    """Return the background's layers, lowest first; a kilometre grid where there is no background."""
    names = (
        [Layer("Postcode districts", _names(background.names), below=True)] if background and background.names else []
    )
    if background is None or background.empty:
        return [_grid(list(places)), *names]
    found = []
    if background.localities:
        name = _name_of(background.localities, ("locality", "sen_locality", "icb_locality", "name"))
        found.append(Layer("Localities", areas(background.localities, _LOCALITY, name=name), below=True))
    if background.streets:
        found.append(Layer("Streets", _streets(background.streets), below=True))
    if background.wards:
        name = _name_of(background.wards, ("ward_name", "name", "ward"))
        found.append(Layer("Wards", areas(background.wards, _AREA, name=name), below=True))
    if background.outline:
        found.append(Layer("City boundary", areas(background.outline, _OUTLINE, name="name"), below=True))
    return found + names


def _names(names: Mapping[str, Place]) -> list[Feature]:
    return [point(place, _AREA, tip=name) for name, place in names.items()]


def _name_of(collection: Mapping[str, Any], names: tuple[str, ...]) -> str:
    features = collection.get("features") or [{}]
    held = features[0].get("properties") or {}
    return next((name for name in names if name in held), names[0])


def _streets(streets: Mapping[str, Sequence[Sequence[Place]]]) -> list[Feature]:
    return [
        {
            "type": "Feature",
            "geometry": {
                "type": "MultiLineString",
                "coordinates": [[[round(lon, 5), round(lat, 5)] for lat, lon in way] for way in streets[kind]],
            },
            "properties": {"look": look.as_json(), "tip": ""},
        }
        for kind, look in reversed(_STREETS.items())
        if streets.get(kind)
    ]


def _grid(places: list[Place]) -> Layer:
    """Return a neutral grid over the places, with a step that gives some ten squares."""
    if not places:
        places = [(52.48, -1.9)]
    south, north = min(lat for lat, _ in places), max(lat for lat, _ in places)
    west, east = min(lon for _, lon in places), max(lon for _, lon in places)
    across = math.cos(math.radians((south + north) / 2)) * 111.32
    widest = max((north - south) * 111.32, (east - west) * across, 1.0)
    step = next((each for each in STEPS_KM if widest / each <= 16), 20)
    down, over = step / 111.32, step / across
    bottom, left = math.floor(south / down) - _BEYOND, math.floor(west / over) - _BEYOND
    top, right = math.ceil(north / down) + _BEYOND, math.ceil(east / over) + _BEYOND
    features = [
        line([(row * down, left * over), (row * down, right * over)], _GRID, tip="") for row in range(bottom, top + 1)
    ]
    features += [
        line([(bottom * down, column * over), (top * down, column * over)], _GRID, tip="")
        for column in range(left, right + 1)
    ]
    return Layer(f"Grid of {step:g} km", features, below=True)
