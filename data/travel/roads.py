"""Makes a road graph from an OpenStreetMap extract, reading it once as a stream."""

import hashlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from data.travel import tags
from data.travel.graph import About, RoadGraph
from data.travel.searching import RoutingKit, best_engine
from data.travel.source import TravelFailed

PIECE_METRES = 250.0
"""Long roads are cut about this often, so that a home part-way along one is near a junction."""

Watch = Callable[[str, int], None]
"""Called now and then with what is being done and how many roads have been read."""


class ExtractWrong(TravelFailed):
    """The extract cannot be read or holds no roads; nothing was written. The message says what to do."""


def _quiet(doing: str, done: int) -> None:
    """Say nothing."""


def import_extract(path: Path, out: Path, progress: Watch = _quiet) -> About:
    """Read an extract (.osm.pbf) and write its road graph to ``out``; return what was found.

    Kept are roads that a vehicle may use, in the directions it may; ferries, tracks, private roads, driveways and car
    parks are not. Turn restrictions are not modelled. Raises ExtractWrong for a file that is missing, cut short,
    broken, or without roads, and then writes nothing.
    """
    if not path.is_file():
        raise ExtractWrong(f"{path.name} is not there: give the path of an .osm.pbf extract")
    ways, date = _read(path, progress)
    if not ways.road:
        raise ExtractWrong(f"{path.name} holds no roads: take an extract of the whole area with a margin around it")
    progress("joining roads at junctions", len(ways.road))
    graph = _graph(ways, path, date)
    progress("preparing the search", len(ways.road))
    engine = best_engine(graph)
    if isinstance(engine, RoutingKit):
        graph = replace(graph, prepared=engine.prepared())
    progress("writing", len(ways.road))
    graph.save(out)
    return graph.about


@dataclass
class _Ways:
    """The drivable ways as read: node ids and points end to end, and where each way starts."""

    refs: "array[int]" = field(default_factory=lambda: array("q"))
    lat: "array[float]" = field(default_factory=lambda: array("d"))
    lon: "array[float]" = field(default_factory=lambda: array("d"))
    start: "array[int]" = field(default_factory=lambda: array("q", [0]))
    road: "array[int]" = field(default_factory=lambda: array("B"))
    speed: "array[float]" = field(default_factory=lambda: array("d"))
    ahead: "array[int]" = field(default_factory=lambda: array("B"))
    back: "array[int]" = field(default_factory=lambda: array("B"))


def _read(path: Path, progress: Watch) -> tuple[_Ways, str]:
    import osmium

    ways = _Ways()
    try:
        date = _date(osmium, path)
        stream = osmium.FileProcessor(str(path)).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
        for item in stream:
            if item.is_way():
                _keep(ways, item)
                if len(ways.road) % 20_000 == 19_999:
                    progress("reading roads", len(ways.road))
    except (RuntimeError, ValueError, OSError, UnicodeDecodeError) as error:
        raise ExtractWrong(
            f"{path.name} cannot be read to its end ({error}): it is cut short or broken; download it again"
        ) from error
    return ways, date


def _date(osmium: Any, path: Path) -> str:
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        return str(reader.header().get("osmosis_replication_timestamp", ""))[:10]


def _keep(ways: _Ways, way: Any) -> None:
    held = {tag.k: tag.v for tag in way.tags}
    road = tags.drivable(held)
    if road is None:
        return
    places = [(node.ref, node.lat, node.lon) for node in way.nodes if node.location.valid()]
    if len(places) < 2:
        return
    refs, lats, lons = zip(*places, strict=True)
    ways.refs.extend(refs)
    ways.lat.extend(lats)
    ways.lon.extend(lons)
    ways.start.append(len(ways.refs))
    ways.road.append(road)
    ways.speed.append(tags.speed(held, road))
    ahead, back = tags.directions(held)
    ways.ahead.append(ahead)
    ways.back.append(back)


def _graph(ways: _Ways, path: Path, date: str) -> RoadGraph:
    lat, lon = np.array(ways.lat), np.array(ways.lon)
    start = np.array(ways.start)
    refs, place_of = np.unique(np.array(ways.refs), return_inverse=True)
    way_of = np.repeat(np.arange(len(ways.road)), np.diff(start))
    step = _steps(lat, lon, way_of)
    cut = _cuts(place_of, start, step, way_of, len(refs))
    left, right, metres = _stretches(cut, step, way_of)
    way = way_of[left]
    seconds = metres / (np.array(ways.speed)[way] / 3.6)
    ahead, back = np.array(ways.ahead, bool)[way], np.array(ways.back, bool)[way]
    tail = np.concatenate((place_of[left][ahead], place_of[right][back]))
    head = np.concatenate((place_of[right][ahead], place_of[left][back]))
    stretch = np.concatenate((np.flatnonzero(ahead), np.flatnonzero(back)))
    backward = np.concatenate((np.zeros(ahead.sum(), bool), np.ones(back.sum(), bool)))
    keep = _quickest(tail, head, seconds[stretch], len(refs))
    tail, head, stretch, backward = tail[keep], head[keep], stretch[keep], backward[keep]
    inside = _main_part(tail, head, len(refs))
    used = np.unique(np.concatenate((tail, head)))
    both = inside[tail] & inside[head]
    tail, head, stretch, backward = tail[both], head[both], stretch[both], backward[both]
    if not len(tail):
        raise ExtractWrong(f"{path.name} holds no network of roads: take an extract with a margin around the area")
    node = np.unique(np.concatenate((tail, head)))
    number = np.full(len(refs), -1)
    number[node] = np.arange(len(node))
    node_lat, node_lon = np.empty(len(refs)), np.empty(len(refs))
    node_lat[place_of], node_lon[place_of] = lat, lon
    kept, stretch = np.unique(stretch, return_inverse=True)
    shape_start, shape_at = _spans(left[kept], right[kept])
    about = About(
        file=path.name,
        sha256=_digest(path),
        data_date=date,
        ways=len(ways.road),
        nodes=len(node),
        arcs=len(tail),
        dropped_nodes=len(used) - len(node),
        kilometres=round(float(metres[kept].sum()) / 1000, 1),
        south=round(float(node_lat[node].min()), 5),
        west=round(float(node_lon[node].min()), 5),
        north=round(float(node_lat[node].max()), 5),
        east=round(float(node_lon[node].max()), 5),
    )
    return RoadGraph(
        about,
        node_lat[node],
        node_lon[node],
        number[tail].astype(np.int32),
        number[head].astype(np.int32),
        np.maximum(1, np.rint(seconds[kept][stretch] * 100)).astype(np.int32),
        np.rint(metres[kept][stretch] * 10).astype(np.int32),
        np.array(ways.road, np.uint8)[way[kept]][stretch],
        stretch.astype(np.int32),
        backward,
        shape_start,
        lat[shape_at].astype(np.float32),
        lon[shape_at].astype(np.float32),
    )


def _steps(lat: npt.NDArray[Any], lon: npt.NDArray[Any], way_of: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return metres from each point to the next of its way, nought at a way's end (great circle, 6,371 km)."""
    a, b = np.radians(lat), np.radians(lon)
    half = np.sin(np.diff(a) / 2) ** 2 + np.cos(a[:-1]) * np.cos(a[1:]) * np.sin(np.diff(b) / 2) ** 2
    step = np.append(2 * 6_371_008.8 * np.arcsin(np.sqrt(half)), 0.0)
    step[:-1][way_of[1:] != way_of[:-1]] = 0.0
    return np.asarray(step)


def _cuts(
    place_of: npt.NDArray[Any], start: npt.NDArray[Any], step: npt.NDArray[Any], way_of: npt.NDArray[Any], places: int
) -> npt.NDArray[Any]:
    """Return which points end a stretch: ends of ways, points that ways share, and one every 200 m or so."""
    shared = np.bincount(place_of, minlength=places) > 1
    cut = shared[place_of]
    cut[start[:-1]] = True
    cut[start[1:] - 1] = True
    along = np.concatenate(([0.0], np.cumsum(step)[:-1]))
    along -= along[start[:-1]][way_of]
    piece = np.floor(along / PIECE_METRES)
    cut[1:] |= (piece[1:] != piece[:-1]) & (way_of[1:] == way_of[:-1])
    return cut


def _stretches(
    cut: npt.NDArray[Any], step: npt.NDArray[Any], way_of: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the first and last point of every stretch, and its metres."""
    at = np.flatnonzero(cut)
    left, right = at[:-1], at[1:]
    same = way_of[left] == way_of[right]
    left, right = left[same], right[same]
    along = np.concatenate(([0.0], np.cumsum(step)))
    return left, right, along[right] - along[left]


def _quickest(
    tail: npt.NDArray[Any], head: npt.NDArray[Any], seconds: npt.NDArray[Any], places: int
) -> npt.NDArray[Any]:
    """Return the arcs to keep: no loops, and the quickest of those between the same two junctions."""
    pair = tail.astype(np.int64) * places + head
    order = np.lexsort((seconds, pair))
    first = np.append(True, pair[order][1:] != pair[order][:-1])
    keep = np.sort(order[first])
    return keep[tail[keep] != head[keep]]


def _main_part(tail: npt.NDArray[Any], head: npt.NDArray[Any], places: int) -> npt.NDArray[Any]:
    """Return which junctions lie in the largest part where every one can be reached from every other."""
    links = coo_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(places, places))
    _, part = connected_components(links.tocsr(), connection="strong")
    return np.asarray(part == np.bincount(part).argmax())


def _spans(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int32], npt.NDArray[Any]]:
    size = right - left + 1
    start = np.concatenate(([0], np.cumsum(size)))
    at = np.arange(start[-1]) - np.repeat(start[:-1], size) + np.repeat(left, size)
    return start.astype(np.int32), at


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as raw:
        while block := raw.read(1 << 20):
            found.update(block)
    return found.hexdigest()
