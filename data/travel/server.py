"""OSRM and Valhalla, run by the council, as sources of travel times. One server finishes a matrix or nobody does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data.travel import osgb
from data.travel.calling import Caller, Manners
from data.travel.crow import Estimate
from data.travel.graph import ATTRIBUTION, SNAP_METRES
from data.travel.source import Band, Basis, Cells, Floats, Multipliers, Points, TravelFailed, Way, digest, square
from optimiser.core.travel import TravelMatrix

Block = tuple[Floats, Floats]
"""Seconds and metres on an empty road, not a number where the server found no way or the place is off its roads."""


@dataclass
class _Server:
    """What both servers share. ``data`` names the server's data (such as its date) and goes into the fingerprint."""

    url: str
    data: str = ""
    multipliers: Multipliers = field(default_factory=Multipliers)
    manners: Manners = field(default_factory=Manners)
    block: int = 100

    name = ""

    def __post_init__(self) -> None:
        self._caller = Caller(self.url, self.manners)
        self._estimate = Estimate(self.multipliers)

    @property
    def fingerprint(self) -> str:
        """Engine, address, data and multipliers in short."""
        return f"{self.name.lower()}-" + digest(1, self.url, self.data, self.multipliers)

    @property
    def attribution(self) -> str:
        """The licence of the roads that both servers are built from."""
        return ATTRIBUTION

    def label(self, band: Band) -> str:
        """Return what to print beside every figure of this band."""
        data = f" ({self.data})" if self.data else ""
        return f"{self.name}{data}, {self.multipliers.label(band)}"

    def cells(self, origins: Points, destinations: Points, band: Band) -> Cells:
        """Return travel from every origin to every destination; raises TravelFailed, and then nothing is kept."""
        start, end = _degrees(origins), _degrees(destinations)
        seconds, metres = (np.full((len(start), len(end)), np.nan) for _ in range(2))
        for rows in _blocks(len(start), self.block):
            for columns in _blocks(len(end), self.block):
                found = self._block(start[rows], end[columns])
                for whole, part in zip((seconds, metres), found, strict=True):
                    whole[rows, columns] = part
        cells = self._estimate.cells(origins, destinations, band)
        known = np.isfinite(seconds) & np.isfinite(metres) & (cells.basis != Basis.SAME_PLACE)
        cells.seconds[known] = np.rint(seconds[known] * self.multipliers.of(band))
        cells.metres[known] = np.rint(metres[known])
        cells.basis[known] = Basis.ROAD
        return cells

    def matrix(self, points: Points, band: Band) -> TravelMatrix:
        """Return travel between every pair of points in a band."""
        return square(self, points, band)

    def path(self, stops: Points, band: Band) -> Way:
        """Return the way along the roads through the stops; each leg takes what the matrix says."""
        places = _degrees(stops)
        legs, seconds, metres, basis = [], [], [], []
        for row in range(len(stops) - 1):
            cell = self.cells(stops.take([row]), stops.take([row + 1]), band)
            here, there = (tuple(map(float, places[at])) for at in (row, row + 1))
            middle = self._way(here, there) if cell.basis[0, 0] == Basis.ROAD else []
            legs.append((here, *middle, there))
            seconds.append(int(cell.seconds[0, 0]))
            metres.append(int(cell.metres[0, 0]))
            basis.append(Basis(int(cell.basis[0, 0])))
        return Way(tuple(legs), tuple(seconds), tuple(metres), tuple(basis))  # type: ignore[arg-type]

    def _block(self, start: Floats, end: Floats) -> Block:
        raise TravelFailed("a server has to be OSRM or Valhalla")

    def _way(self, here: tuple[float, ...], there: tuple[float, ...]) -> list[tuple[float, float]]:
        raise TravelFailed("a server has to be OSRM or Valhalla")


class OsrmTravel(_Server):
    """An ``osrm-routed`` server. ``block`` times two must not exceed its ``--max-table-size``."""

    name = "OSRM"

    def _block(self, start: Floats, end: Floats) -> Block:
        places = np.concatenate((start, end))
        where = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in places)
        n, m = len(start), len(end)
        answer = self._caller.get(
            f"/table/v1/driving/{where}",
            {
                "sources": ";".join(map(str, range(n))),
                "destinations": ";".join(map(str, range(n, n + m))),
                "annotations": "duration,distance",
            },
        )
        if not isinstance(answer, dict) or answer.get("code") != "Ok":
            raise TravelFailed("OSRM did not finish a table: nothing of it was used")
        seconds = _numbers(answer.get("durations"), (n, m), self.name)
        metres = _numbers(answer.get("distances"), (n, m), self.name)
        far_rows = _far(answer.get("sources"), n, self.name)
        far_columns = _far(answer.get("destinations"), m, self.name)
        seconds[far_rows] = np.nan
        seconds[:, far_columns] = np.nan
        return seconds, metres

    def _way(self, here: tuple[float, ...], there: tuple[float, ...]) -> list[tuple[float, float]]:
        where = f"{here[1]:.6f},{here[0]:.6f};{there[1]:.6f},{there[0]:.6f}"
        answer = self._caller.get(f"/route/v1/driving/{where}", {"overview": "full", "geometries": "geojson"})
        try:
            return [(float(lat), float(lon)) for lon, lat in answer["routes"][0]["geometry"]["coordinates"]]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise TravelFailed("OSRM gave no way between two stops that its own table joins") from error


class ValhallaTravel(_Server):
    """A ``valhalla_service`` server."""

    name = "Valhalla"

    def _block(self, start: Floats, end: Floats) -> Block:
        n, m = len(start), len(end)
        seconds, metres = np.full((n, m), np.nan), np.full((n, m), np.nan)
        rows, columns = (np.flatnonzero(self._near(places)) for places in (start, end))
        if not len(rows) or not len(columns):
            return seconds, metres
        answer = self._caller.post(
            "/sources_to_targets",
            {
                "sources": [{"lat": float(lat), "lon": float(lon)} for lat, lon in start[rows]],
                "targets": [{"lat": float(lat), "lon": float(lon)} for lat, lon in end[columns]],
                "costing": "auto",
                "units": "kilometers",
                "verbose": False,
            },
        )
        table = answer.get("sources_to_targets") if isinstance(answer, dict) else None
        if not isinstance(table, dict):
            raise TravelFailed("Valhalla did not finish a table: nothing of it was used")
        shape = (len(rows), len(columns))
        block = np.ix_(rows, columns)
        seconds[block] = _numbers(table.get("durations"), shape, self.name)
        metres[block] = _numbers(table.get("distances"), shape, self.name) * 1000
        return seconds, metres

    def _near(self, places: Floats) -> np.ndarray:
        """Return which places lie within 300 m of a road, by Valhalla's own answer."""
        asked = [{"lat": float(lat), "lon": float(lon)} for lat, lon in places]
        answer = self._caller.post("/locate", {"locations": asked, "costing": "auto", "verbose": False})
        if not isinstance(answer, list) or len(answer) != len(places):
            raise TravelFailed("Valhalla did not say where all the places lie: nothing of it was used")
        near = np.zeros(len(places), bool)
        for row, found in enumerate(answer):
            for edge in (found or {}).get("edges") or []:
                away = _metres_apart(places[row], (edge["correlated_lat"], edge["correlated_lon"]))
                near[row] |= away <= SNAP_METRES
        return near

    def _way(self, here: tuple[float, ...], there: tuple[float, ...]) -> list[tuple[float, float]]:
        places = [{"lat": lat, "lon": lon} for lat, lon in (here, there)]
        answer = self._caller.post("/route", {"locations": places, "costing": "auto"})
        try:
            return _polyline(answer["trip"]["legs"][0]["shape"])
        except (KeyError, IndexError, TypeError) as error:
            raise TravelFailed("Valhalla gave no way between two stops that its own table joins") from error


def _degrees(points: Points) -> Floats:
    return np.column_stack(osgb.to_wgs84(points.eastings, points.northings)).reshape(len(points), 2)


def _blocks(size: int, block: int) -> Iterator[slice]:
    for top in range(0, size, block):
        yield slice(top, min(size, top + block))


def _numbers(rows: Any, shape: tuple[int, int], name: str) -> Floats:
    """Return a table of numbers, None as not a number; raises TravelFailed unless it is whole and not negative."""
    try:
        table = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TravelFailed(f"{name} answered with half a table: nothing of it was used") from error
    if table.shape != shape:
        raise TravelFailed(
            f"{name} answered with a table of shape {table.shape} for a question of {shape}: nothing of it was used"
        )
    if np.any(table < 0):
        raise TravelFailed(f"{name} answered with negative travel: nothing of it was used")
    return table


def _far(places: Any, size: int, name: str) -> np.ndarray:
    if not isinstance(places, list) or len(places) != size:
        raise TravelFailed(f"{name} did not say where all the places lie: nothing of it was used")
    return np.array([place is None or float(place.get("distance", 0.0)) > SNAP_METRES for place in places], bool)


def _metres_apart(one: Floats, other: tuple[float, float]) -> float:
    down = (float(one[0]) - other[0]) * 111_320
    over = (float(one[1]) - other[1]) * 111_320 * float(np.cos(np.radians(other[0])))
    return float(np.hypot(down, over))


def _polyline(text: str) -> list[tuple[float, float]]:
    """Return the points of an encoded polyline of six decimals."""
    values: list[int] = []
    at = shift = result = 0
    for at in range(len(text)):
        chunk = ord(text[at]) - 63
        result |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            values.append(~(result >> 1) if result & 1 else result >> 1)
            shift = result = 0
    lats, lons = np.cumsum(values[0::2]), np.cumsum(values[1::2])
    return [(float(lat) / 1e6, float(lon) / 1e6) for lat, lon in zip(lats, lons, strict=False)]
