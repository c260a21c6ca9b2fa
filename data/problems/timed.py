"""Turns journeys that were timed, and mornings in the run log, into what a calibration is fitted to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from data.postcodes.geocode import Geocoder, Located
from data.problems.atlas import Atlas, atlas
from data.records import City
from data.records.journeys import Journey
from data.records.pupils import Pupil
from data.records.transport import Run
from data.travel.calibration import Timed
from data.travel.source import Band, Points, TravelSource
from optimiser.core.units import HOUR, MINUTE

_BANDS = ((7 * HOUR, 33_300, Band.MORNING), (34_200, 52_200, Band.MIDDAY), (52_200, 58_500, Band.AFTERNOON))
"""From and until when, in seconds after midnight, a journey that leaves is one of each band."""


@dataclass(frozen=True)
class Gathered:
    """The journeys that can be used, and how many cannot, by reason in words."""

    journeys: tuple[Timed, ...]
    left_out: Counter[str]


def from_journeys(rows: Iterable[Journey], source: TravelSource, *, geocoder: Geocoder | None = None) -> Gathered:
    """Return each timed drive with its free-flow time: the source's own at night."""
    find = geocoder or Geocoder()
    left: Counter[str] = Counter()
    kept: list[tuple[Journey, Band, Located, Located]] = []
    for row in rows:
        band = _band(row.left)
        ends = [find.locate(postcode=place) for place in (row.start, row.end)]
        if band is None:
            left["leaves outside the bands 07:00 to 09:15, 09:30 to 14:30 and 14:30 to 16:15"] += 1
        elif not (isinstance(ends[0], Located) and isinstance(ends[1], Located)):
            left["a postcode that cannot be placed"] += 1
        elif row.arrived <= row.left:
            left["arrives before it leaves"] += 1
        else:
            kept.append((row, band, ends[0], ends[1]))
    found = []
    for row, band, one, other in kept:
        free = _seconds(source, [(one.easting, one.northing), (other.easting, other.northing)])
        took = row.arrived - row.left - MINUTE * (row.standing or 0)
        found.append(Timed(free, took, band, row.day))
    return Gathered(tuple(found), left)


def from_log(city: City, source: TravelSource) -> Gathered:
    """Return each logged morning of a route whose AM start is known: from its first home to the arrival at school.

    Boarding by the city's settings is taken off. Afternoons are not used: the log says when a vehicle came to the
    school, not when the last child was home.
    """
    where = atlas(city)
    pupils = {pupil.id: pupil for pupil in city.pupils}
    runs = {run.id: run for run in city.runs}
    known = {run.id: _morning(run, pupils, where, city, source) for run in city.runs}
    left: Counter[str] = Counter()
    found = []
    for row in city.run_log:
        run, drive = runs.get(row.run), known.get(row.run)
        if row.trip != "morning":
            left["an afternoon"] += 1
        elif row.status != "ran" or row.actual is None:
            left["did not run, or no actual arrival"] += 1
        elif row.cause not in (None, "traffic", "weather"):
            left["late for another reason than the road"] += 1
        elif run is None or run.am_start is None or drive is None:
            left["a route without AM start, or whose children or school cannot be placed"] += 1
        else:
            free, boarding, legs = drive
            took = row.actual - run.am_start - boarding
            found.append(Timed(free, took, Band.MORNING, row.day, legs))
    return Gathered(tuple(found), left)


def _morning(
    run: Run, pupils: dict[str, Pupil], where: Atlas, city: City, source: TravelSource
) -> tuple[int, int, int] | None:
    """Return a route's driving seconds at night, its boarding seconds, and its legs; None where a place is unknown."""
    places: list[str] = []
    boarding = 0.0
    for ref in run.pupils:
        pupil = pupils.get(ref)
        place = where.place("point" if pupil is not None and pupil.door == "point" else "pupil", ref)
        if pupil is None or place is None:
            return None
        chair = pupil.wheelchair in ("manual", "powered")
        boarding += MINUTE * (city.settings.board_wheelchair if chair else city.settings.board_walking)
        if not places or places[-1] != place:
            places.append(place)
    school = where.place("school", run.school)
    if school is None or not places:
        return None
    return _seconds(source, [where.points[place] for place in (*places, school)]), round(boarding), len(places)


def _seconds(source: TravelSource, spots: list[tuple[float, float]]) -> int:
    """Return seconds at night along some points in order."""
    pairs = np.array(spots, float)
    points = Points(tuple(map(str, range(len(spots)))), pairs[:, 0].copy(), pairs[:, 1].copy())
    return sum(source.path(points, Band.NIGHT).seconds)


def _band(left: int) -> Band | None:
    return next((band for start, end, band in _BANDS if start <= left <= end), None)
