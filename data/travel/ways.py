"""The way that every run drives, leg by leg: what maps, run sheets and route files are drawn from."""

from collections.abc import Iterable, Mapping, Sequence

from data.travel import osgb
from data.travel.source import Band, Points, TravelSource, Way
from optimiser.routes.run import Direction, Run

LatLon = tuple[float, float]

BANDS = {Direction.MORNING: Band.MORNING, Direction.AFTERNOON: Band.AFTERNOON}
"""The time band that runs of each direction are planned on."""


def run_way(source: TravelSource, run: Run, points: Mapping[str, LatLon]) -> Way | None:
    """Return a run's way through its stops, or None when a stop stands nowhere or there are fewer than two.

    Leg ``k`` goes from stop ``k`` to stop ``k + 1``: a line of (latitude, longitude) in degrees that begins and ends
    at the two stops, with whole seconds and metres as the travel matrix has them. Its ``basis`` is ROAD where the line
    follows streets, and ESTIMATE where it is straight because nobody knows the streets. ``points`` are (latitude,
    longitude) by place id. Raises TravelFailed when a server does not answer.
    """
    return way_through(source, [stop.place for stop in run.stops], points, BANDS[run.direction])


def way_through(source: TravelSource, places: Sequence[str], points: Mapping[str, LatLon], band: Band) -> Way | None:
    """Return the way through places in order, as ``run_way`` does for a run's stops."""
    if len(places) < 2 or any(place not in points for place in places):
        return None
    lats, lons = zip(*(points[place] for place in places), strict=True)
    numbered = tuple(f"{turn} {place}" for turn, place in enumerate(places))
    return source.path(Points(numbered, *osgb.from_wgs84(lats, lons)), band)


def run_ways(source: TravelSource, runs: Iterable[Run], points: Mapping[str, LatLon]) -> dict[str, Way]:
    """Return each run's way by run id, leaving out runs that cannot be drawn; see ``run_way``."""
    found = ((run.id, run_way(source, run, points)) for run in runs)
    return {name: way for name, way in found if way is not None}
