"""Travel along real roads: a road graph as a source of travel times, with the estimate where the graph ends."""

from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.travel import osgb
from data.travel.crow import Estimate
from data.travel.graph import ATTRIBUTION, RoadGraph
from data.travel.searching import UNREACHED, Longs, RoutingKit, SciPy, Search, best_engine
from data.travel.source import (
    SAME_PLACE_METRES,
    Band,
    Basis,
    Cells,
    Ints,
    Multipliers,
    Points,
    TravelFailed,
    Way,
    digest,
    square,
)
from optimiser.core.travel import TravelMatrix

ACCESS_KMH = 15.0
"""How fast the last metres between a place and its nearest junction are driven, on a drive or in a side street."""
LEAST_COVERED = 0.5
"""When fewer than this share of places lie on the graph, it is a graph of somewhere else."""


Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
_ROWS_AT_ONCE = 256
_SOURCES_AT_ONCE = 1500
_WORTH_KEEPING = 2_500


class RoadTravel:
    """Travel times along the roads of an imported extract.

    A place beyond 300 m of any road, and a pair with no way between, are estimated and counted. A graph that covers
    fewer than half of the places is refused as one of another city.
    """

    def __init__(
        self,
        graph: RoadGraph,
        *,
        multipliers: Multipliers | None = None,
        engine: RoutingKit | SciPy | None = None,
    ) -> None:
        self.graph = graph
        self.multipliers = multipliers or Multipliers()
        self._engine = engine or best_engine(graph)
        self._estimate = Estimate(self.multipliers)
        self._last: tuple[str, Ints, Ints] | None = None

    @classmethod
    def load(cls, path: Path, *, multipliers: Multipliers | None = None) -> "RoadTravel":
        """Return the source for a graph that ``sendopt roads import`` wrote; raises TravelFailed."""
        return cls(RoadGraph.load(path), multipliers=multipliers)

    def calibrated(self, multipliers: Multipliers) -> "RoadTravel":
        """Return the same roads with other multipliers."""
        return RoadTravel(self.graph, multipliers=multipliers, engine=self._engine)

    @cached_property
    def fingerprint(self) -> str:
        """The extract and the multipliers in short; the same for either engine, because their answers are."""
        return "roads-" + digest(1, self.graph.about.sha256, self.multipliers, ACCESS_KMH)

    @property
    def attribution(self) -> str:
        """The licence of the roads."""
        return ATTRIBUTION

    def label(self, band: Band) -> str:
        """Return what to print beside every figure of this band."""
        day = f" of {self.graph.about.data_date}" if self.graph.about.data_date else ""
        return f"roads from OpenStreetMap{day}, {self.multipliers.label(band)}"

    @cached_property
    def _search(self) -> Search:
        """Ways on an empty road: one multiplier on every road makes the quickest way the same in every band."""
        return self._engine.metric(1.0)

    def cells(self, origins: Points, destinations: Points, band: Band) -> Cells:
        """Return travel from every origin to every destination; raises TravelFailed for a graph of elsewhere."""
        ends = (self.graph.snap(origins), self.graph.snap(destinations))
        self._refuse_elsewhere(np.concatenate((ends[0][0], ends[1][0])))
        shape = (len(origins), len(destinations))
        cells = Cells(np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.full(shape, Basis.ROAD, np.uint8))
        if not all(shape):
            return cells
        free, back = self._free_flow(ends[0][0], ends[1][0])
        for top in range(0, shape[0], _ROWS_AT_ONCE):
            strip = slice(top, top + _ROWS_AT_ONCE)
            at = np.ix_(back[0][strip], back[1])
            time, length = free[0][at], free[1][at]
            access = ends[0][1][strip, None] + ends[1][1][None, :]
            cells.seconds[strip] = np.rint(time * (self.multipliers.of(band) / 100) + access * (3.6 / ACCESS_KMH))
            cells.metres[strip] = np.rint(length / 10 + access)
            self._amend(cells, strip, time == UNREACHED, origins, destinations, band)
        return cells

    def _amend(
        self, cells: Cells, strip: slice, missing: Mask, origins: Points, destinations: Points, band: Band
    ) -> None:
        """Estimate the pairs that the graph does not join, and stand still between points of one place."""
        east = origins.eastings[strip, None] - destinations.eastings[None, :]
        north = origins.northings[strip, None] - destinations.northings[None, :]
        same = east * east + north * north <= SAME_PLACE_METRES**2
        for block in (cells.seconds, cells.metres):
            block[strip][same] = 0
        cells.basis[strip][same] = Basis.SAME_PLACE
        missing &= ~same
        if missing.any():
            rows = np.arange(len(origins))[strip]
            guess = self._estimate.cells(origins.take(rows), destinations, band)
            cells.seconds[strip][missing] = guess.seconds[missing]
            cells.metres[strip][missing] = guess.metres[missing]
            cells.basis[strip][missing] = Basis.ESTIMATE

    def _free_flow(self, start: Longs, end: Longs) -> tuple[tuple[Ints, Ints], tuple[Rows, Rows]]:
        """Return centiseconds and decimetres between the distinct junctions, -1 where there is no way, and each
        point's row or column among them. The last answer is kept, because the next band asks about the same places.
        """
        one, back_one = np.unique(start, return_inverse=True)
        other, back_other = np.unique(end, return_inverse=True)
        key = digest(one.tolist(), other.tolist())
        if self._last is not None and self._last[0] == key:
            _, time, length = self._last
        else:
            time, length = (np.full((len(one), len(other)), UNREACHED, np.int32) for _ in range(2))
            row, column = int(one[0] < 0), int(other[0] < 0)
            for top in range(row, len(one), _SOURCES_AT_ONCE):
                strip = slice(top, top + _SOURCES_AT_ONCE)
                if column < len(other):
                    time[strip, column:], length[strip, column:] = self._search.sums(one[strip], other[column:])
            if time.size >= _WORTH_KEEPING:
                self._last = (key, time, length)
        return (time, length), (back_one, back_other)

    def _refuse_elsewhere(self, nodes: np.ndarray) -> None:
        covered = float(np.mean(nodes >= 0)) if len(nodes) else 1.0
        if covered < LEAST_COVERED:
            about = self.graph.about
            raise TravelFailed(
                f"only {covered:.0%} of the places lie within 300 m of a road of {about.file}, which covers latitude "
                f"{about.south:.2f} to {about.north:.2f} and longitude {about.west:.2f} to {about.east:.2f}: import "
                "an extract of this area, or plan on the estimate"
            )

    def matrix(self, points: Points, band: Band) -> TravelMatrix:
        """Return travel between every pair of points in a band."""
        return square(self, points, band)

    def path(self, stops: Points, band: Band) -> Way:
        """Return the way along the roads through the stops; each leg takes what the matrix says."""
        nodes, _ = self.graph.snap(stops)
        lats, lons = osgb.to_wgs84(stops.eastings, stops.northings)
        cells = self.cells(stops, stops, band)
        legs = []
        for row in range(len(stops) - 1):
            here, there = ((float(lats[at]), float(lons[at])) for at in (row, row + 1))
            middle: list[tuple[float, float]] = []
            if cells.basis[row, row + 1] == Basis.ROAD:
                for arc in self._search.way(int(nodes[row]), int(nodes[row + 1])):
                    middle += self.graph.shape(arc)[1 if middle else 0 :]
            legs.append((here, *middle, there))
        seconds, metres = (tuple(np.diagonal(block, 1).tolist()) for block in (cells.seconds, cells.metres))
        return Way(tuple(legs), seconds, metres, tuple(map(Basis, np.diagonal(cells.basis, 1).tolist())))
