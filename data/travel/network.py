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
    Band,
    Basis,
    Cells,
    Floats,
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
_ROWS_AT_ONCE = 1500


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
        self._searches: dict[Band, Search] = {}

    @classmethod
    def load(cls, path: Path, *, multipliers: Multipliers | None = None) -> "RoadTravel":
        """Return the source for a graph that ``sendopt roads import`` wrote; raises TravelFailed."""
        return cls(RoadGraph.load(path), multipliers=multipliers)

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
        factor = self.multipliers.of(band)
        day = f" of {self.graph.about.data_date}" if self.graph.about.data_date else ""
        return f"roads from OpenStreetMap{day}, {band.value} x {factor:.2f}, {self.multipliers.basis}"

    def _search(self, band: Band) -> Search:
        if band not in self._searches:
            self._searches[band] = self._engine.metric(self.multipliers.of(band))
        return self._searches[band]

    def cells(self, origins: Points, destinations: Points, band: Band) -> Cells:
        """Return travel from every origin to every destination; raises TravelFailed for a graph of elsewhere."""
        start, start_off = self.graph.snap(origins)
        end, end_off = self.graph.snap(destinations)
        self._refuse_elsewhere(np.concatenate((start, end)))
        cells = self._estimate.cells(origins, destinations, band)
        rows, columns = np.flatnonzero(start >= 0), np.flatnonzero(end >= 0)
        if not len(rows) or not len(columns):
            return cells
        for top in range(0, len(rows), _ROWS_AT_ONCE):
            strip = rows[top : top + _ROWS_AT_ONCE]
            self._fill(
                cells, (strip, columns), (start[strip], end[columns]), (start_off[strip], end_off[columns]), band
            )
        return cells

    def _fill(
        self,
        cells: Cells,
        at: tuple[Rows, Rows],
        nodes: tuple[Longs, Longs],
        off: tuple[Floats, Floats],
        band: Band,
    ) -> None:
        """Write the road's answers over the estimate in a block of rows and columns."""
        one, back_one = np.unique(nodes[0], return_inverse=True)
        other, back_other = np.unique(nodes[1], return_inverse=True)
        time, length = self._search(band).sums(one, other)
        seconds_a_metre = 3.6 / ACCESS_KMH
        for place, row in enumerate(at[0]):
            line_time, line_length = time[back_one[place]][back_other], length[back_one[place]][back_other]
            access = off[0][place] + off[1]
            road = (line_time != UNREACHED) & (cells.basis[row, at[1]] != Basis.SAME_PLACE)
            here = at[1][road]
            cells.seconds[row, here] = np.rint(line_time[road] / 100 + access[road] * seconds_a_metre)
            cells.metres[row, here] = np.rint(line_length[road] / 10 + access[road])
            cells.basis[row, here] = Basis.ROAD

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
        legs, seconds, metres, basis = [], [], [], []
        for row in range(len(stops) - 1):
            cell = self.cells(stops.take([row]), stops.take([row + 1]), band)
            here, there = ((float(lats[at]), float(lons[at])) for at in (row, row + 1))
            middle: list[tuple[float, float]] = []
            if cell.basis[0, 0] == Basis.ROAD:
                for arc in self._search(band).way(int(nodes[row]), int(nodes[row + 1])):
                    middle += self.graph.shape(arc)[1 if middle else 0 :]
            legs.append((here, *middle, there))
            seconds.append(int(cell.seconds[0, 0]))
            metres.append(int(cell.metres[0, 0]))
            basis.append(Basis(int(cell.basis[0, 0])))
        return Way(tuple(legs), tuple(seconds), tuple(metres), tuple(basis))
