"""Which travel times a plan is made on, and what lies under its map: set by an administrator, never by a request.

SENDOPT_ROADS names a road graph that ``sendopt roads import`` wrote; SENDOPT_OSRM or SENDOPT_VALHALLA a server in the
council's own network. With none of them, travel is estimated.
"""

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from data.postcodes.districts import districts
from data.postcodes.table import ATTRIBUTION
from data.travel import streets
from data.travel import ways as data_ways
from data.travel.choosing import Choice, choose
from data.travel.crow import Estimate
from data.travel.network import RoadTravel
from data.travel.source import TravelFailed, TravelSource, Way
from maps.background import Background
from optimiser.routes.run import Run

NAMES = ("SENDOPT_ROADS", "SENDOPT_OSRM", "SENDOPT_VALHALLA", "SENDOPT_TRAVEL_DATA", "SENDOPT_TRAVEL_CACHE")
"""The settings that a plan's own process is handed."""
LatLon = tuple[float, float]


def source() -> TravelSource:
    """Return the source of travel times that is set; raises TravelFailed for a broken file or a public address."""
    return _source(tuple(os.environ.get(name, "") for name in NAMES))


@lru_cache(maxsize=2)
def _source(told: tuple[str, ...]) -> TravelSource:
    roads, osrm, valhalla, data, cache = told
    return choose(
        Choice(
            roads=Path(roads) if roads else None,
            osrm=osrm,
            valhalla=valhalla,
            server_data=data,
            cache=Path(cache) if cache else None,
        )
    )


def background(points: Mapping[str, LatLon]) -> Background:
    """Return what lies under a map: streets where a road graph is set, and the names of postcode districts."""
    found = source()
    if not isinstance(found, RoadTravel) or not points:
        return Background(names=districts(), attribution=(ATTRIBUTION,))
    lats, lons = zip(*points.values(), strict=True)
    box = (min(lats) - 0.02, min(lons) - 0.03, max(lats) + 0.02, max(lons) + 0.03)
    lines = streets.background(found.graph, box=box)
    return Background(streets=lines, names=districts(), attribution=(found.attribution, ATTRIBUTION))


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
