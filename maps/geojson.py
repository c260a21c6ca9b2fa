"""Points, lines and areas as GeoJSON features whose words have all been through the escaper."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maps.popup import rows, safe
from maps.style import Look

Place = tuple[float, float]
"""Latitude and longitude in degrees."""

Feature = dict[str, Any]
_DIGITS = 5


def point(
    place: Place,
    look: Look,
    *,
    tip: str,
    lines: Iterable[tuple[str, object]] = (),
    group: str = "",
    number: int = 0,
) -> Feature:
    """Return a dot; ``group`` ties together what is picked together, such as one run, and ``number`` is its turn."""
    made = _feature({"type": "Point", "coordinates": _pair(place)}, look, tip, lines, group)
    if number:
        made["properties"]["number"] = int(number)
    return made


def line(
    places: Sequence[Place], look: Look, *, tip: str, lines: Iterable[tuple[str, object]] = (), group: str = ""
) -> Feature:
    """Return a line through places."""
    geometry = {"type": "LineString", "coordinates": [_pair(place) for place in places]}
    return _feature(geometry, look, tip, lines, group)


def legs(
    lines_of: Sequence[Sequence[Place]],
    look: Look,
    *,
    tip: str,
    lines: Iterable[tuple[str, object]] = (),
    group: str = "",
) -> Feature:
    """Return a way made of one line a leg, drawn and picked as one."""
    geometry = {"type": "MultiLineString", "coordinates": [[_pair(place) for place in leg] for leg in lines_of]}
    return _feature(geometry, look, tip, lines, group)


def areas(collection: Mapping[str, Any], look: Look, *, name: str) -> list[Feature]:
    """Return a boundary file's shapes, keeping only the property that names each and rounding to about a metre."""
    found = []
    for feature in collection.get("features", []):
        geometry = feature.get("geometry") or {}
        if geometry.get("type") not in ("Polygon", "MultiPolygon", "LineString", "MultiLineString"):
            continue
        shape = {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}
        found.append(_feature(shape, look, str((feature.get("properties") or {}).get(name, "")), (), ""))
    return found


def _feature(
    geometry: dict[str, Any], look: Look, tip: str, lines: Iterable[tuple[str, object]], group: str
) -> Feature:
    properties: dict[str, Any] = {"look": look.as_json(), "tip": safe(tip)}
    said = rows(lines)
    if said:
        properties["rows"] = said
    if group:
        properties["group"] = safe(group)
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _pair(place: Place) -> list[float]:
    lat, lon = place
    return [round(float(lon), _DIGITS), round(float(lat), _DIGITS)]


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, (int, float)):
        return round(float(coordinates), _DIGITS)
    return [_rounded(part) for part in coordinates]
