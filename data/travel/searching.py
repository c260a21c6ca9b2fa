"""Quickest ways through a road graph: customizable contraction hierarchies, and SciPy's search as their equal.

Each engine gets two whole-number weights an arc on one topology: time in centiseconds, and ``MIX`` times that plus
decimetres. The difference of the two least sums is the length of the quickest way, the shortest of those that tie.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from data.travel.graph import RoadGraph

MIX = 1000
UNREACHED = -1
Longs = npt.NDArray[np.int64]


class Search(Protocol):
    """Least sums over a graph, for the weights of one band."""

    def sums(self, sources: Longs, targets: Longs) -> tuple[Longs, Longs]:
        """Return centiseconds and decimetres from each source (row) to each target, -1 where there is no way."""
        ...

    def way(self, source: int, target: int) -> list[int]:
        """Return the arcs of the quickest way; empty where there is none or nowhere to go."""
        ...


def weights(graph: RoadGraph, factor: float) -> tuple[Longs, Longs]:
    """Return the two weights of every arc for a band's multiplier."""
    time = np.maximum(1, np.rint(graph.centiseconds * factor)).astype(np.int64)
    return time, time * MIX + graph.decimetres


class RoutingKit:
    """Searches by pyroutingkit; one topology for all bands, a tenth of a second a metric.

    The topology is given every arc both ways, so that the same one serves searches from the other end, which is five
    times as quick when there are many homes and few schools. A way that may not be driven weighs infinity.
    """

    name = "RoutingKit"

    def __init__(self, graph: RoadGraph) -> None:
        import pyroutingkit

        self._kit: Any = pyroutingkit
        self._graph = graph
        n = len(graph)
        key = graph.tail.astype(np.int64) * n + graph.head
        turned = graph.head.astype(np.int64) * n + graph.tail
        order = np.argsort(key)
        at = np.minimum(np.searchsorted(key, turned, sorter=order), len(key) - 1)
        alone = key[order[at]] != turned
        self._partner = np.where(alone, 0, order[at])
        self._partner[alone] = len(key) + np.arange(alone.sum())
        tail = np.concatenate((graph.tail, graph.head[alone]))
        head = np.concatenate((graph.head, graph.tail[alone]))
        self._arcs = len(tail)
        self._topology = pyroutingkit.CCHTopology()
        if graph.prepared and self._loaded(graph.prepared):
            return
        self._topology.build(
            tail.astype(np.uint32),
            head.astype(np.uint32),
            graph.lat.astype(np.float32),
            graph.lon.astype(np.float32),
            n,
        )

    def _loaded(self, prepared: Mapping[str, npt.NDArray[np.uint8]]) -> bool:
        """Take the topology that an import worked out; False where it is another version's or another graph's."""
        with tempfile.TemporaryDirectory() as folder:
            for name, raw in prepared.items():
                (Path(folder) / Path(name).name).write_bytes(raw.tobytes())
            try:
                self._topology.load(folder)
            except Exception:
                self._topology = self._kit.CCHTopology()
                return False
        fits = self._topology.node_count == len(self._graph) and self._topology.arc_count == self._arcs
        if not fits:
            self._topology = self._kit.CCHTopology()
        return bool(fits)

    def prepared(self) -> dict[str, npt.NDArray[np.uint8]]:
        """Return the topology as files by name, to keep with the graph: loading is fifty times as quick as building."""
        with tempfile.TemporaryDirectory() as folder:
            self._topology.save(folder)
            return {path.name: np.frombuffer(path.read_bytes(), np.uint8) for path in sorted(Path(folder).iterdir())}

    def metric(self, factor: float) -> "_KitMetric":
        """Return the search for a band's multiplier."""
        ahead, back = [], []
        every = np.arange(len(self._graph.tail))
        for weight in weights(self._graph, factor):
            ahead.append(self._customized(every, weight))
            back.append(self._customized(self._partner, weight))
        return _KitMetric((ahead[0], ahead[1]), (back[0], back[1]), int(self._kit.INF_WEIGHT))

    def _customized(self, arcs: Longs, weight: Longs) -> Any:
        every = np.full(self._arcs, self._kit.INF_WEIGHT, np.uint32)
        every[arcs] = weight
        metric = self._kit.CCHMetric(self._topology)
        metric.customize(every)
        return metric


class _KitMetric:
    def __init__(self, ahead: tuple[Any, Any], back: tuple[Any, Any], infinite: int) -> None:
        self._ahead, self._back, self._infinite = ahead, back, infinite

    def sums(self, sources: Longs, targets: Longs) -> tuple[Longs, Longs]:
        turned = len(sources) > len(targets)
        start, end = (targets, sources) if turned else (sources, targets)
        one, other = start.astype(np.uint32), end.astype(np.uint32)
        time, mixed = (
            metric.distances_many_to_many(one, other).astype(np.int64)
            for metric in (self._back if turned else self._ahead)
        )
        if turned:
            time, mixed = np.ascontiguousarray(time.T), np.ascontiguousarray(mixed.T)
        return _decoded(time, mixed, time >= self._infinite)

    def way(self, source: int, target: int) -> list[int]:
        if source == target:
            return []
        _, _, arcs = self._ahead[1].query(source, target)
        return [int(arc) for arc in arcs]


class SciPy:
    """Searches by SciPy: slower, always there, the same answers."""

    name = "SciPy"

    def __init__(self, graph: RoadGraph) -> None:
        self._graph = graph
        self._arc_of = {
            pair: arc for arc, pair in enumerate(zip(graph.tail.tolist(), graph.head.tolist(), strict=True))
        }

    def metric(self, factor: float) -> "_SciPyMetric":
        """Return the search for a band's multiplier."""
        n = len(self._graph)
        links = [
            csr_matrix((weight.astype(np.float64), (self._graph.tail, self._graph.head)), shape=(n, n))
            for weight in weights(self._graph, factor)
        ]
        return _SciPyMetric(links[0], links[1], self._arc_of)


class _SciPyMetric:
    def __init__(self, time: csr_matrix, mixed: csr_matrix, arc_of: dict[tuple[int, int], int]) -> None:
        self._time, self._mixed, self._arc_of = time, mixed, arc_of

    def sums(self, sources: Longs, targets: Longs) -> tuple[Longs, Longs]:
        turned = len(sources) > len(targets)
        start, end = (targets, sources) if turned else (sources, targets)
        found = []
        for links in (self._time, self._mixed):
            graph = links.T.tocsr() if turned else links
            block = np.empty((len(start), len(end)))
            for top in range(0, len(start), 64):
                strip = slice(top, top + 64)
                block[strip] = dijkstra(graph, indices=start[strip])[:, end]
            found.append(block.T if turned else block)
        missing = ~np.isfinite(found[0])
        time, mixed = (np.where(missing, 0, block).astype(np.int64) for block in found)
        return _decoded(time, mixed, missing)

    def way(self, source: int, target: int) -> list[int]:
        _, before = dijkstra(self._mixed, indices=source, return_predecessors=True)
        arcs: list[int] = []
        at = target
        while at != source:
            last = int(before[at])
            if last < 0:
                return []
            arcs.append(self._arc_of[last, at])
            at = last
        return arcs[::-1]


def _decoded(time: Longs, mixed: Longs, missing: npt.NDArray[np.bool_]) -> tuple[Longs, Longs]:
    length = mixed - MIX * time
    time[missing] = UNREACHED
    length[missing] = UNREACHED
    return time, length


def best_engine(graph: RoadGraph) -> RoutingKit | SciPy:
    """Return RoutingKit where it is installed, else SciPy."""
    try:
        return RoutingKit(graph)
    except ImportError:
        return SciPy(graph)
