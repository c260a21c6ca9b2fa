"""Runs as files for maps and satellite navigation: GeoJSON for all, GPX one a run. Neither holds a child."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from data.travel.source import Way
from optimiser.routes.run import Run, Stop

LatLon = tuple[float, float]
ALONG, STRAIGHT = "along roads", "straight lines between stops, not streets"
_GPX = "http://www.topografix.com/GPX/1/1"
_PLACES = 5
"""Decimals of a degree: about a metre."""


def geojson(runs: Iterable[Run], ways: Mapping[str, Way], points: Mapping[str, LatLon], *, notice: str) -> str:
    """Return runs as one GeoJSON FeatureCollection (RFC 7946): a line for each run, and a point for each stop.

    ``ways`` is each run's way by run id; a run without one is drawn straight through its stops, and says so in
    ``basis``. ``points`` are (latitude, longitude) by place id. Times are clock times, lengths metres.
    """
    features: list[dict[str, Any]] = []
    for run in runs:
        line = _line(run, ways.get(run.id), points)
        if len(line) > 1:
            features.append(_feature("LineString", [_lon_lat(each) for each in line], _about(run, ways.get(run.id))))
        for number, stop in enumerate(run.stops, start=1):
            if stop.place in points:
                told = {"run": run.id, "stop": number, **_stop(stop)}
                features.append(_feature("Point", _lon_lat(points[stop.place]), told))
    return json.dumps({"type": "FeatureCollection", "notice": notice, "features": features})


def gpx_files(
    runs: Iterable[Run], ways: Mapping[str, Way], points: Mapping[str, LatLon], *, notice: str
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, GPX 1.1) for each run that can be drawn: its way as a track and its stops as waypoints."""
    for run in runs:
        if len(_line(run, ways.get(run.id), points)) > 1:
            yield f"{_safe(run.id)}.gpx", gpx(run, ways.get(run.id), points, notice=notice)


def gpx(run: Run, way: Way | None, points: Mapping[str, LatLon], *, notice: str) -> bytes:
    """Return one run as GPX 1.1; the description says whether the track follows streets."""
    ET.register_namespace("", _GPX)
    root = ET.Element(f"{{{_GPX}}}gpx", version="1.1", creator="send-optimiser")
    about = _about(run, way)
    _text(_under(root, "metadata"), "desc", f"{about['basis']}. {notice}")
    for number, stop in enumerate(run.stops, start=1):
        if stop.place in points:
            lat, lon = points[stop.place]
            mark = _under(root, "wpt", lat=f"{lat:.{_PLACES}f}", lon=f"{lon:.{_PLACES}f}")
            told = _stop(stop)
            _text(mark, "name", f"{number} at {told['arrive']}")
            _text(mark, "desc", f"{told['getting_on']} getting on, {told['getting_off']} getting off")
    track = _under(root, "trk")
    _text(track, "name", f"Run {run.id}")
    _text(track, "desc", about["basis"])
    segment = _under(track, "trkseg")
    for lat, lon in _line(run, way, points):
        _under(segment, "trkpt", lat=f"{lat:.{_PLACES}f}", lon=f"{lon:.{_PLACES}f}")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8")


def _line(run: Run, way: Way | None, points: Mapping[str, LatLon]) -> tuple[LatLon, ...]:
    if way is not None and len(way.legs) == len(run.stops) - 1:
        return way.line
    return tuple(points[stop.place] for stop in run.stops if stop.place in points)


def _about(run: Run, way: Way | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "run": run.id,
        "direction": run.direction.value,
        "vehicle": run.vehicle,
        "begins": _clock(run.begins),
        "ends": _clock(run.ends),
        "children": len(run.children),
        "basis": ALONG if way is not None and way.along_roads else STRAIGHT,
    }
    if way is not None:
        told |= {"metres": sum(way.metres), "driving_seconds": sum(way.seconds)}
    return told


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "arrive": _clock(stop.arrive),
        "leave": _clock(stop.leave),
        "getting_on": len(stop.on),
        "getting_off": len(stop.off),
    }


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def _lon_lat(place: LatLon) -> list[float]:
    return [round(place[1], _PLACES), round(place[0], _PLACES)]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _under(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_GPX}}}{tag}", attributes)


def _text(parent: ET.Element, tag: str, words: str) -> None:
    _under(parent, tag).text = words


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
