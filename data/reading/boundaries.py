"""Reads wards, localities and outlines from a GeoJSON file, to lie under maps."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.travel import osgb

KINDS = ("localities", "wards", "outline")
MOST_BYTES = 50_000_000
THIN_METRES = 12.0
"""Points of a boundary nearer than this to the one before are left out: no map shows them."""
_NAMES = {
    "wards": re.compile(r"^(ward_?name|wd\d\dnm|ward|name)$", re.IGNORECASE),
    "localities": re.compile(r"^(\w*locality(_?name)?|area|district|name)$", re.IGNORECASE),
    "outline": re.compile(r"^(lad\d\dnm|council|name)$", re.IGNORECASE),
}


class BoundariesWrong(ValueError):
    """A boundary file cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Boundaries:
    """What was read: its kind, its names in order and the collection to draw, in latitude and longitude."""

    kind: str
    names: tuple[str, ...]
    collection: dict[str, Any]

    def save(self, folder: Path) -> Path:
        """Write the collection where maps look for it, and return the file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.kind}.geojson"
        path.write_text(json.dumps(self.collection, separators=(",", ":")), encoding="utf-8")
        return path


def read_boundaries(path: Path, *, kind: str = "", name: str = "", attribution: str = "") -> Boundaries:
    """Return the areas of a GeoJSON file with only the name of each kept; raises BoundariesWrong.

    ``kind`` is localities, wards or outline, guessed from the file's name and properties when empty; ``name`` is the
    property that holds each area's name. Coordinates must be latitude and longitude (WGS 84).
    """
    features = _features(path)
    held = dict(features[0].get("properties") or {})
    kind = kind or _guessed(path, held)
    if kind not in KINDS:
        raise BoundariesWrong(f"say what {path.name} holds with --kind {', --kind '.join(KINDS)}")
    key = name or next((each for each in held if _NAMES[kind].match(each)), "")
    if key not in held and (name or kind != "outline"):
        raise BoundariesWrong(
            f"say with --name which of {', '.join(held) or 'no properties'} holds the name of each area"
        )
    kept, names = [], []
    for feature in features:
        words = str((feature.get("properties") or {}).get(key, ""))
        geometry = feature["geometry"]
        shape = {"type": geometry["type"], "coordinates": _thinned(geometry["coordinates"])}
        kept.append({"type": "Feature", "properties": {"name": words}, "geometry": shape})
        names.append(words)
    said = attribution or f"Boundaries from {path.name}"
    return Boundaries(kind, tuple(names), {"type": "FeatureCollection", "attribution": said, "features": kept})


def _features(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise BoundariesWrong(f"{path.name} is not there: give the path of a GeoJSON file")
    if path.stat().st_size > MOST_BYTES:
        raise BoundariesWrong(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB: save a simplified copy")
    try:
        features = json.loads(path.read_text("utf-8"))["features"]
        areas = [each for each in features if each["geometry"]["type"] in ("Polygon", "MultiPolygon")]
        places = [place for each in areas for place in _places(each["geometry"]["coordinates"])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BoundariesWrong(f"{path.name} is not GeoJSON with features: save it as GeoJSON") from error
    if not areas:
        raise BoundariesWrong(f"{path.name} holds no areas: choose the file of boundaries, not of points or lines")
    if not all(osgb.in_britain(lat, lon) for lon, lat in places):
        raise BoundariesWrong(f"{path.name} is not in latitude and longitude: save it as WGS 84 (EPSG:4326)")
    return areas


def _places(coordinates: Any) -> Iterator[tuple[float, float]]:
    """Yield every (longitude, latitude) of nested coordinates."""
    if coordinates and isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _places(part)


def _guessed(path: Path, held: dict[str, Any]) -> str:
    words = path.stem.casefold()
    for kind, sign in (("wards", "ward"), ("localities", "localit"), ("outline", "outline")):
        if sign in words:
            return kind
    told = [
        kind for kind in ("wards", "localities") if any(_NAMES[kind].match(each) for each in held if each != "name")
    ]
    return told[0] if len(told) == 1 else ""


def _thinned(coordinates: Any) -> Any:
    """Return rings without points too near the one before, to five decimals, still closed and never under four."""
    if not isinstance(coordinates[0][0], int | float):
        return [_thinned(part) for part in coordinates]
    kept = [coordinates[0]]
    for place in coordinates[1:-1]:
        down, over = (place[1] - kept[-1][1]) * 111_320, (place[0] - kept[-1][0]) * 67_800
        if math.hypot(down, over) >= THIN_METRES:
            kept.append(place)
    ring = [*kept, coordinates[-1]]
    return [[round(x, 5), round(y, 5)] for x, y, *_ in (ring if len(ring) >= 4 else coordinates)]
