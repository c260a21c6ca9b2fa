"""Where everything in a city is: one place id for each distinct point, to ten metres for homes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from weakref import ref

import numpy as np

from data.issues import Issue
from data.postcodes.geocode import Geocoder, Located, NotLocated
from data.records import City
from data.records.row import Row
from data.travel import osgb
from data.travel.source import Band, Points, TravelSource
from optimiser.core.travel import TravelMatrix

HOME_METRES = 10
"""Homes are rounded to this many metres: near enough to plan by, and not a door."""


@dataclass
class Atlas:
    """Place ids with their points, and the rows that could not be placed, each with what to do about it."""

    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    of_row: dict[tuple[str, str], str] = field(default_factory=dict)
    unplaced: list[Issue] = field(default_factory=list)

    def place(self, kind: str, ref: str) -> str | None:
        """Return the place id of a pupil, guide, school, venue, point, depot or spare; None where it has none."""
        return self.of_row.get((kind, ref))

    def matrix(self, source: TravelSource, places: Iterable[str], band: Band) -> TravelMatrix:
        """Return travel between these places, each once and in order of id."""
        wanted = sorted(set(places))
        return source.matrix(Points.of({place: self.points[place] for place in wanted}), band)

    def lat_lon(self) -> dict[str, tuple[float, float]]:
        """Return every place's latitude and longitude, for maps."""
        if not self.points:
            return {}
        pairs = np.array(list(self.points.values()), dtype=np.float64)
        lat, lon = osgb.to_wgs84(pairs[:, 0], pairs[:, 1])
        return {place: (float(a), float(b)) for place, a, b in zip(self.points, lat, lon, strict=True)}


_last: tuple["ref[City]", Atlas] | None = None


def atlas(city: City, *, geocoder: Geocoder | None = None) -> Atlas:
    """Return where every school, home, venue, point and depot of a city is; what cannot be placed is listed.

    The last city's atlas is kept, because each of the four problems of one city asks for it; nobody changes it.
    """
    global _last
    if geocoder is not None:
        return _drawn(city, geocoder)
    held = _last
    if held is None or held[0]() is not city:
        held = _last = (ref(city), _drawn(city, Geocoder()))
    return held[1]


def _drawn(city: City, find: Geocoder) -> Atlas:
    found = Atlas()
    for school in city.schools:
        _put(found, find, "school", school, school.postcode, school.easting, school.northing, exact=school.id)
    for venue in city.venues:
        _put(found, find, "venue", venue, venue.postcode, venue.easting, venue.northing, exact=venue.id)
    for pupil in city.pupils:
        _put(found, find, "pupil", pupil, pupil.postcode, pupil.easting, pupil.northing)
        if pupil.point:
            _put(found, find, "point", pupil, pupil.point, None, None)
    for guide in city.guides:
        _put(found, find, "guide", guide, guide.postcode, guide.easting, guide.northing)
    for vehicle in city.vehicles:
        if vehicle.depot:
            _put(found, find, "depot", vehicle, vehicle.depot, None, None)
        if vehicle.spares_at or vehicle.depot:
            _put(found, find, "spares", vehicle, vehicle.spares_at or vehicle.depot, None, None)
    return found


def points(city: City) -> Mapping[str, tuple[float, float]]:
    """Return the latitude and longitude of every place id of a city."""
    return atlas(city).lat_lon()


def _put(
    into: Atlas,
    find: Geocoder,
    kind: str,
    row: Row,
    postcode: str | None,
    easting: int | None,
    northing: int | None,
    *,
    exact: str | None = None,
) -> None:
    where = find.locate(postcode=postcode or "", easting=easting, northing=northing)
    ref = str(getattr(row, row.key))
    if isinstance(where, NotLocated):
        into.unplaced.append(
            Issue("no-such-place", f"{kind} {ref} cannot be placed: {where.reason}", where.remedy, row.sheet, row.row)
        )
        return
    place, point = _named(where, exact)
    into.points.setdefault(place, point)
    into.of_row[(kind, ref)] = place


def _named(where: Located, exact: str | None) -> tuple[str, tuple[float, float]]:
    if exact is not None:
        return exact, (where.easting, where.northing)
    east = round(where.easting / HOME_METRES) * HOME_METRES
    north = round(where.northing / HOME_METRES) * HOME_METRES
    return f"{east:.0f}/{north:.0f}", (float(east), float(north))
