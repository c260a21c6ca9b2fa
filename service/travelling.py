"""Which travel times a plan is made on, and what lies under its map: set by an administrator, never by a request.

SENDOPT_ROADS names a road graph that ``sendopt roads import`` wrote; SENDOPT_OSRM or SENDOPT_VALHALLA a server in the
council's own network. With none of them, travel is estimated.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from data.postcodes.districts import districts
from data.postcodes.table import ATTRIBUTION
from data.travel import osgb, streets
from data.travel.choosing import Choice, choose
from data.travel.network import RoadTravel
from data.travel.source import Band, Points, TravelSource
from maps.background import Background

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


def ways(runs: Any, points: Mapping[str, LatLon]) -> dict[str, list[LatLon]]:
    """Return each run's way along the roads by run id; nothing where travel is estimated."""
    found = source()
    if not isinstance(found, RoadTravel):
        return {}
    drawn = {}
    for run in runs:
        places = [stop.place for stop in run.stops if stop.place in points]
        if len(places) < 2:
            continue
        lats, lons = zip(*(points[place] for place in places), strict=True)
        band = Band.MORNING if run.direction.value == "morning" else Band.AFTERNOON
        path = found.path(Points(tuple(places), *osgb.from_wgs84(lats, lons)), band)
        drawn[run.id] = [place for leg in path.legs for place in leg]
    return drawn
