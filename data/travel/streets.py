"""The streets of a road graph as a background for maps, and as a small network for people to look at."""

from collections.abc import Iterable

import networkx as nx
import numpy as np

from data.travel.graph import RoadGraph
from data.travel.tags import Road

_KINDS = {
    "motorway": frozenset({Road.MOTORWAY, Road.TRUNK}),
    "main": frozenset({Road.PRIMARY, Road.SECONDARY, Road.TERTIARY}),
    "minor": frozenset({Road.UNCLASSIFIED, Road.RESIDENTIAL, Road.LIVING_STREET}),
}
Lines = dict[str, list[list[tuple[float, float]]]]


def background(graph: RoadGraph, *, box: tuple[float, float, float, float] | None = None, most: int = 30_000) -> Lines:
    """Return lines of (latitude, longitude) by kind of road within a box (south, west, north, east in degrees).

    Minor streets are left out when there are more than ``most`` stretches, so that a map of a city stays small.
    """
    inside = np.ones(len(graph.tail), bool)
    if box is not None:
        south, west, north, east = box
        lat, lon = graph.lat[graph.tail], graph.lon[graph.tail]
        inside = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
    _, first = np.unique(graph.stretch, return_index=True)
    arcs = first[inside[first]]
    found: Lines = {}
    room = most
    for kind, roads in _KINDS.items():
        chosen = arcs[np.isin(graph.road[arcs], [int(road) for road in roads])]
        if len(chosen) > room:
            break
        room -= len(chosen)
        found[kind] = [graph.shape(int(arc)) for arc in chosen]
    return found


def around(graph: RoadGraph, *, easting: float, northing: float, metres: float) -> "nx.DiGraph[int]":
    """Return the part of a graph within some metres of a point, with seconds and metres on each link."""
    near = np.hypot(graph.grid[:, 0] - easting, graph.grid[:, 1] - northing) <= metres
    part: nx.DiGraph[int] = nx.DiGraph()
    for node in np.flatnonzero(near):
        part.add_node(int(node), lat=float(graph.lat[node]), lon=float(graph.lon[node]))
    for arc in np.flatnonzero(near[graph.tail] & near[graph.head]):
        part.add_edge(
            int(graph.tail[arc]),
            int(graph.head[arc]),
            seconds=float(graph.centiseconds[arc]) / 100,
            metres=float(graph.decimetres[arc]) / 10,
            road=Road(int(graph.road[arc])).name.lower(),
        )
    return part


def only_ways_in(part: "nx.DiGraph[int]", places: Iterable[int]) -> list[tuple[int, int]]:
    """Return the links whose closing would cut one of the places off from most of this part of the network."""
    both_ways = part.to_undirected(as_view=False)
    wanted = set(places)
    found = []
    for one, other in list(nx.bridges(both_ways)):
        both_ways.remove_edge(one, other)
        side = min(nx.node_connected_component(both_ways, one), nx.node_connected_component(both_ways, other), key=len)
        if side & wanted:
            found.append((one, other))
        both_ways.add_edge(one, other)
    return found
