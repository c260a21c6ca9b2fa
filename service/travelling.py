"""Which travel times a plan is made on, and what lies under its map: set by an administrator, never by a request.

SENDOPT_ROADS names a road graph that ``sendopt roads import`` wrote, SENDOPT_CALIBRATION what ``sendopt roads
calibrate`` wrote, SENDOPT_BOUNDARIES a folder of boundaries; without them, what those commands left in the data folder
is used. SENDOPT_OSRM or SENDOPT_VALHALLA names a server in the council's own network. With nothing, travel is
estimated.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from data.postcodes.districts import districts
from data.postcodes.table import ATTRIBUTION
from data.travel import streets
from data.travel import ways as data_ways
from data.travel.cache import Cached
from data.travel.calibration import Calibration
from data.travel.choosing import Choice, choose
from data.travel.crow import Estimate
from data.travel.graph import RoadGraph
from data.travel.network import RoadTravel
from data.travel.source import Band, TravelFailed, TravelSource, Way
from maps.background import Background
from maps.sketch import sketch
from optimiser.routes.run import Run
from scenarios.lateness import Uncertainty

NAMES = (
    "SENDOPT_ROADS",
    "SENDOPT_OSRM",
    "SENDOPT_VALHALLA",
    "SENDOPT_TRAVEL_DATA",
    "SENDOPT_TRAVEL_CACHE",
    "SENDOPT_CALIBRATION",
    "SENDOPT_BOUNDARIES",
    "SENDOPT_DATA",
)
"""The settings that a plan's own process is handed."""
KEPT = {"roads": "roads.npz", "calibration": "calibration.json", "boundaries": "boundaries"}
"""What imports leave in the data folder, by name."""
LatLon = tuple[float, float]


def kept(what: str) -> Path:
    """Return where an import leaves the roads, the calibration or the boundaries: as set, or in the data folder."""
    told = os.environ.get(f"SENDOPT_{what.upper()}", "")
    return Path(told) if told else Path(os.environ.get("SENDOPT_DATA", "var")) / KEPT[what]


def _found(what: str) -> Path | None:
    """Return the file that is set, whether it is there or not, or the one in the data folder if it is there."""
    path = kept(what)
    return path if os.environ.get(f"SENDOPT_{what.upper()}") or path.exists() else None


def _choice() -> tuple[Choice, tuple[float, ...]]:
    """Return what is set, and when the files of it were written, so that a new import is taken up."""
    cache = os.environ.get("SENDOPT_TRAVEL_CACHE", "")
    choice = Choice(
        roads=_found("roads"),
        osrm=os.environ.get("SENDOPT_OSRM", ""),
        valhalla=os.environ.get("SENDOPT_VALHALLA", ""),
        server_data=os.environ.get("SENDOPT_TRAVEL_DATA", ""),
        cache=Path(cache) if cache else None,
        calibration=_found("calibration"),
    )
    files = (path for path in (choice.roads, choice.calibration) if path is not None and path.exists())
    return choice, tuple(path.stat().st_mtime for path in files)


def source() -> TravelSource:
    """Return the source of travel times that is set; raises TravelFailed for a broken file or a public address."""
    return _source(*_choice())


def uncalibrated() -> TravelSource:
    """Return the source that is set without its calibration: what a new calibration is made on."""
    choice, written = _choice()
    return _source(replace(choice, calibration=None, cache=None), written)


@lru_cache(maxsize=3)
def _source(choice: Choice, _written: tuple[float, ...]) -> TravelSource:
    return choose(choice)


def uncertainty(days: int = 1000) -> Uncertainty:
    """Return how much ordinary days differ for the model of lateness: as calibrated on mornings, else as assumed."""
    choice, _ = _choice()
    measured = None
    if choice.calibration is not None:
        held = Calibration.load(choice.calibration)
        measured = held.spread(Band.MORNING) or held.spread(Band.AFTERNOON)
    return Uncertainty(days=days) if measured is None else Uncertainty(days=days, traffic=measured[0], leg=measured[1])


def background(points: Mapping[str, LatLon]) -> Background:
    """Return what lies under a map: streets and boundaries where they were imported, and names of postcode districts.

    Streets that cannot be read are left out: a plan is not lost for its background.
    """
    areas, sources = _boundaries()
    lines: streets.Lines = {}
    graph = _streets() if points else None
    if graph is not None:
        lats, lons = zip(*points.values(), strict=True)
        box = (min(lats) - 0.02, min(lons) - 0.03, max(lats) + 0.02, max(lons) + 0.03)
        lines = streets.background(graph, box=box)
        if any(lines.values()):
            sources = (graph.attribution, *sources)
    return Background(**areas, streets=lines, names=districts(), attribution=(*sources, ATTRIBUTION))


def _streets() -> RoadGraph | None:
    """Return the imported roads, whether plans are made on them or on a server."""
    choice, written = _choice()
    try:
        found = _source(choice, written)
        engine = found.source if isinstance(found, Cached) else found
        if isinstance(engine, RoadTravel):
            return engine.graph
        return _graph(choice.roads, written) if choice.roads is not None else None
    except TravelFailed:
        return None


@lru_cache(maxsize=1)
def _graph(path: Path, _written: tuple[float, ...]) -> RoadGraph:
    return RoadGraph.load(path)


def _boundaries() -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the boundaries that were imported by kind, and the licence lines they ask for."""
    folder = _found("boundaries")
    areas: dict[str, Any] = {}
    sources: list[str] = []
    for kind in ("localities", "wards", "outline"):
        path = None if folder is None else folder / f"{kind}.geojson"
        if path is not None and path.is_file():
            areas[kind] = json.loads(path.read_text("utf-8"))
            sources.append(str(areas[kind].get("attribution", "")))
    return areas, tuple(dict.fromkeys(line for line in sources if line))


def run_ways(runs: Iterable[Run], points: Mapping[str, LatLon]) -> dict[str, Way]:
    """Return each run's way by run id, leg by leg with seconds, metres and basis; straight where nobody knows streets.

    ``points`` are (latitude, longitude) by place id. Raises TravelFailed when a server does not answer.
    """
    return data_ways.run_ways(source(), runs, points)


def ways(runs: Iterable[Run], points: Mapping[str, LatLon]) -> dict[str, tuple[tuple[LatLon, ...], ...]]:
    """Return each run's way for a map, as a line a leg, by run id; nothing where travel is estimated.

    A plan is not lost because its map cannot be drawn along streets: where a server fails, lines are straight.
    """
    if isinstance(source(), Estimate):
        return {}
    try:
        return {run: way.legs for run, way in run_ways(runs, points).items()}
    except TravelFailed:
        return {}


def sketches(runs: Iterable[Any], points: Mapping[str, LatLon], *, most: int = 200) -> dict[str, str]:
    """Return a drawing of each guided run's way for its sheet, by run id; none where a place stands nowhere.

    ``runs`` are runs of a guides problem; only the first ``most`` are drawn. Children's stops are numbered as on the
    sheet. Where a server fails, sheets go without.
    """
    found = {}
    graph = _streets()
    for run in list(runs)[:most]:
        morning = run.direction.value == "am"
        homes = [stop.place for stop in run.stops]
        places = [*homes, run.last_place] if morning else [run.first_place, *homes]
        marks = [str(turn) for turn in range(1, len(homes) + 1)]
        marks = [*marks, "School"] if morning else ["School", *marks]
        try:
            way = data_ways.way_through(source(), places, points, Band.MORNING if morning else Band.AFTERNOON)
        except TravelFailed:
            return {}
        if way is not None:
            notice = "" if way.along_roads else "Straight lines: the streets between are not known here."
            lines = {} if graph is None else streets.background(graph, box=_around(way), most=3_000)
            notice = " ".join(filter(None, (notice, source().attribution)))
            found[run.id] = sketch(
                way.legs, marks, seconds=way.seconds, metres=way.metres, streets=lines,
                title=f"The way of run {run.id}", notice=notice,
            )  # fmt: skip
    return found


def _around(way: Way) -> tuple[float, float, float, float]:
    """Return the box around a way: south, west, north and east in degrees."""
    lats, lons = zip(*way.line, strict=True)
    return min(lats) - 0.003, min(lons) - 0.005, max(lats) + 0.003, max(lons) + 0.005
