"""A road graph: junctions and the stretches between them, in one compact file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from data.travel import osgb
from data.travel.source import Floats, Points, TravelFailed
from data.travel.whole import written_whole

FORMAT = 1
_PREPARED = "prepared."
ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
SNAP_METRES = 300.0
"""A place farther than this from any road is not on the graph, and its journeys are estimated."""


@dataclass(frozen=True)
class About:
    """What an import found: the file, the day of its data, how much was kept, and the box it covers in degrees."""

    file: str
    sha256: str
    data_date: str
    ways: int
    nodes: int
    arcs: int
    dropped_nodes: int
    kilometres: float
    south: float
    west: float
    north: float
    east: float

    @property
    def kept_share(self) -> float:
        """The share of junctions in the largest part from which every other can be reached and come back from."""
        total = self.nodes + self.dropped_nodes
        return self.nodes / total if total else 0.0

    @property
    def sentence(self) -> str:
        """The import in one line."""
        return (
            f"{self.file}: {self.ways:,} roads, {self.nodes:,} junctions, {self.arcs:,} one-way stretches, "
            f"{self.kilometres:,.0f} km; {self.dropped_nodes:,} junctions off the main network left out "
            f"({self.kept_share:.1%} kept); data of {self.data_date or 'unknown date'}; covers latitude "
            f"{self.south:.3f} to {self.north:.3f}, longitude {self.west:.3f} to {self.east:.3f}"
        )


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Junctions and one-way stretches (arcs), at most one arc from a junction to another.

    ``centiseconds`` and ``decimetres`` are whole numbers on an empty road. ``shape_start`` bounds each stretch's
    points in ``shape_lat`` and ``shape_lon``; an arc with ``backward`` reads them in reverse.
    """

    about: About
    lat: Floats = field(repr=False)
    lon: Floats = field(repr=False)
    tail: npt.NDArray[np.int32] = field(repr=False)
    head: npt.NDArray[np.int32] = field(repr=False)
    centiseconds: npt.NDArray[np.int32] = field(repr=False)
    decimetres: npt.NDArray[np.int32] = field(repr=False)
    road: npt.NDArray[np.uint8] = field(repr=False)
    stretch: npt.NDArray[np.int32] = field(repr=False)
    backward: npt.NDArray[np.bool_] = field(repr=False)
    shape_start: npt.NDArray[np.int32] = field(repr=False)
    shape_lat: npt.NDArray[np.float32] = field(repr=False)
    shape_lon: npt.NDArray[np.float32] = field(repr=False)
    prepared: Mapping[str, npt.NDArray[np.uint8]] = field(default_factory=dict, repr=False)
    """What a search engine worked out from the graph alone, as files by name, so that no later plan waits for it."""

    def __len__(self) -> int:
        return len(self.lat)

    @property
    def attribution(self) -> str:
        """The licence of the roads."""
        return ATTRIBUTION

    @cached_property
    def grid(self) -> Floats:
        """Eastings and northings of the junctions, shape (n, 2)."""
        return np.column_stack(osgb.from_wgs84(self.lat, self.lon))

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.grid)

    def snap(self, points: Points) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return each point's nearest junction (-1 beyond 300 m) and how far off it is in metres."""
        away, node = self._tree.query(np.column_stack((points.eastings, points.northings)))
        node = np.where(away <= SNAP_METRES, node, -1).astype(np.int64)
        return node, np.asarray(away, np.float64)

    def shape(self, arc: int) -> list[tuple[float, float]]:
        """Return the (latitude, longitude) points of an arc from its tail to its head."""
        stretch = int(self.stretch[arc])
        span = slice(int(self.shape_start[stretch]), int(self.shape_start[stretch + 1]))
        places = list(zip(self.shape_lat[span].tolist(), self.shape_lon[span].tolist(), strict=True))
        return places[::-1] if self.backward[arc] else places

    def save(self, path: Path) -> None:
        """Write the graph as one compressed file, whole or not at all."""
        columns = {
            name: value for name, value in vars(self).items() if isinstance(value, np.ndarray) and name != "grid"
        }
        columns |= {f"{_PREPARED}{name}": raw for name, raw in self.prepared.items()}
        about = np.array(json.dumps({"format": FORMAT, **asdict(self.about)}))
        with written_whole(path) as out:
            np.savez_compressed(out, about=about, **columns)

    @classmethod
    def load(cls, path: Path) -> "RoadGraph":
        """Return a graph that an import wrote; raises TravelFailed for any other file."""
        try:
            with np.load(path, allow_pickle=False) as held:
                about = json.loads(str(held["about"]))
                if about.pop("format") != FORMAT:
                    raise TravelFailed(f"{path.name} was made by another version: import the extract again")
                columns = {name: held[name] for name in held.files if name != "about"}
            names = [name for name in columns if name.startswith(_PREPARED)]
            prepared = {name.removeprefix(_PREPARED): columns.pop(name) for name in names}
            return cls(About(**about), **columns, prepared=prepared)
        except TravelFailed:
            raise
        except Exception as error:
            raise TravelFailed(f"{path.name} is not a road graph ({error}): import the extract again") from error
