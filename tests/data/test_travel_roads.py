"""Road extracts: read whole or refused by name, with the rules of the road kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.travel import streets, tags
from data.travel.crow import Estimate
from data.travel.graph import RoadGraph
from data.travel.network import RoadTravel
from data.travel.roads import ExtractWrong, import_extract
from data.travel.searching import RoutingKit, SciPy
from data.travel.source import Band, Basis, TravelFailed
from data.travel.ways import run_way, run_ways
from tests.builders import maps as plans
from tests.builders.roads import SIDE, a_town, town_points

OSM = Path(__file__).parents[2].parent / "shared" / "data" / "osm"
real = pytest.mark.skipif(not OSM.is_dir(), reason="skipped: no ../shared")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    about = import_extract(a_town(folder / "town.osm.pbf"), folder / "town.npz")
    return about, RoadGraph.load(folder / "town.npz")


def test_an_import_says_what_it_kept_and_left_out(town):
    about, graph = town
    assert about.nodes == len(graph) == SIDE * SIDE
    assert about.dropped_nodes == 2
    assert "junctions off the main network left out" in about.sentence
    assert about.kilometres == pytest.approx(2 * SIDE * 2.0, rel=0.2)


def test_one_ways_private_roads_ferries_and_driveways_are_kept_to(town):
    _, graph = town
    pairs = set(zip(graph.tail.tolist(), graph.head.tolist(), strict=True))
    one_way = [(one, other) for one, other in pairs if (other, one) not in pairs]
    assert len(one_way) == SIDE - 1
    corner = int(np.argmin(graph.lat + graph.lon))
    assert len([pair for pair in pairs if pair[0] == corner]) == 2


@pytest.mark.parametrize(
    ("held", "road"),
    [
        ({"highway": "residential"}, tags.Road.RESIDENTIAL),
        ({"highway": "residential", "access": "private"}, None),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, tags.Road.RESIDENTIAL),
        ({"highway": "primary", "motorcar": "no"}, None),
        ({"highway": "track"}, None),
        ({"highway": "cycleway"}, None),
        ({"highway": "service", "service": "parking_aisle"}, None),
        ({"highway": "pedestrian"}, None),
        ({"highway": "residential", "access": "destination"}, tags.Road.RESIDENTIAL),
        ({"route": "ferry"}, None),
    ],
)
def test_access_decides_who_may_drive(held, road):
    assert tags.drivable(held) == road


@pytest.mark.parametrize(
    ("held", "both"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
    ],
)
def test_one_ways_are_read(held, both):
    assert tags.directions(held) == both


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("30 mph", 48.28),
        ("50", 50),
        ("40 km/h", 40),
        ("GB:nsl_single", 96.6),
        ("30mph;20 mph", 48.28),
        ("fast", None),
        ("", None),
        ("0", None),
    ],
)
def test_limits_are_read_in_miles_and_kilometres(text, kmh):
    found = tags.limit_of(text)
    assert (found is None) if kmh is None else found == pytest.approx(kmh, abs=0.01)


def test_a_faster_road_is_taken_when_it_is_quicker(town):
    _, graph = town
    assert graph.road.max() <= tags.Road.LINK
    primary = graph.road == tags.Road.PRIMARY
    speeds = graph.decimetres / graph.centiseconds
    assert speeds[primary].mean() > speeds[graph.road == tags.Road.RESIDENTIAL].mean() * 1.5


def test_a_missing_broken_cut_or_empty_extract_is_named_and_leaves_nothing(tmp_path):
    whole = a_town(tmp_path / "whole.osm.pbf").read_bytes()
    out = tmp_path / "out.npz"
    cases = {
        "missing.osm.pbf": None,
        "cut.osm.pbf": whole[: len(whole) * 2 // 3],
        "broken.osm.pbf": whole[:200] + bytes(len(whole) - 300) + whole[-100:],
        "words.osm.pbf": b"this is a letter, not a map",
        "empty.osm.pbf": b"",
    }
    for name, held in cases.items():
        if held is not None:
            (tmp_path / name).write_bytes(held)
        with pytest.raises(ExtractWrong, match=name.replace(".", r"\.")):
            import_extract(tmp_path / name, out)
        assert not out.exists() and not list(tmp_path.glob("*.part"))


@real
def test_a_real_extract_cut_short_is_refused(tmp_path):
    held = (OSM / "london_core_2020-07-20.osm.pbf").read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(held[: len(held) // 2])
    with pytest.raises(ExtractWrong, match="cut short or broken"):
        import_extract(tmp_path / "half.osm.pbf", tmp_path / "out.npz")


@real
def test_a_real_piece_of_london_is_one_network_on_the_left_of_the_road(tmp_path):
    about = import_extract(OSM / "london_core_2020-07-20.osm.pbf", tmp_path / "london.npz")
    assert about.nodes > 1_000 and about.kept_share > 0.9 and about.data_date == "2020-07-20"


def test_an_extract_of_another_city_is_refused_before_a_figure_is_used(town):
    _, graph = town
    elsewhere = town_points(20, lat=51.5, lon=-0.1)
    with pytest.raises(TravelFailed, match=r"only 0% of the places .* town\.osm\.pbf"):
        RoadTravel(graph, engine=SciPy(graph)).matrix(elsewhere, Band.MORNING)


def test_a_graph_file_that_is_cut_or_of_another_kind_is_refused(tmp_path, town):
    _, graph = town
    graph.save(tmp_path / "g.npz")
    held = (tmp_path / "g.npz").read_bytes()
    (tmp_path / "g.npz").write_bytes(held[: len(held) // 2])
    for name in ("g.npz", "none.npz"):
        with pytest.raises(TravelFailed, match="import the extract again"):
            RoadGraph.load(tmp_path / name)


def test_a_way_follows_the_streets(town):
    _, graph = town
    source = RoadTravel(graph, engine=SciPy(graph))
    stops = town_points(2, seed=9)
    path = source.path(stops, Band.MORNING)
    assert path.basis == (Basis.ROAD,)
    leg = np.array(path.legs[0])
    steps = np.hypot(np.diff(leg[:, 0]) * 111_320, np.diff(leg[:, 1]) * 67_900)
    assert len(leg) > 3 and steps.sum() == pytest.approx(path.metres[0], rel=0.05)


def test_streets_come_as_a_background_and_as_a_network_to_look_at(town):
    _, graph = town
    lines = streets.background(graph)
    assert set(lines) == {"motorway", "main", "minor"} and len(lines["minor"]) > 100
    assert streets.background(graph, most=30) == {"motorway": [], "main": lines["main"]}
    middle = graph.grid.mean(axis=0)
    part = streets.around(graph, easting=middle[0], northing=middle[1], metres=400)
    assert 4 <= part.number_of_nodes() < len(graph)
    assert streets.only_ways_in(part, part.nodes) == [] or all(
        part.has_node(one) for one, _ in streets.only_ways_in(part, part.nodes)
    )


@pytest.mark.full
@real
def test_porto_gives_the_same_answers_by_both_engines(tmp_path):
    kit = pytest.importorskip("data.travel.searching").RoutingKit
    pytest.importorskip("pyroutingkit", reason="skipped: pyroutingkit is not installed")
    about = import_extract(OSM / "porto_portugal_2015-06-06.osm.pbf", tmp_path / "porto.npz")
    assert about.nodes > 50_000 and about.kept_share > 0.98
    graph = RoadGraph.load(tmp_path / "porto.npz")
    rng = np.random.default_rng(0)
    start, end = rng.integers(0, len(graph), 300), rng.integers(0, len(graph), 60)
    one, other = (engine(graph).metric(1.9).sums(start, end) for engine in (kit, SciPy))
    assert np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])


def test_every_leg_of_a_run_has_its_line_its_seconds_and_its_metres(town):
    _, graph = town
    roads = RoadTravel(graph)
    _, solution, points = plans.a_routes_plan(8, 2)
    spots = dict(zip(points, plans.degrees(town_points(len(points))), strict=True))
    for source, basis in ((roads, Basis.ROAD), (Estimate(), Basis.ESTIMATE)):
        ways = run_ways(source, solution.runs, spots)
        assert set(ways) == {run.id for run in solution.runs}
        for run in solution.runs:
            way = ways[run.id]
            assert len(way.legs) == len(way.seconds) == len(way.metres) == len(run.stops) - 1
            for turn, leg in enumerate(way.legs):
                here, there = (spots[run.stops[at].place] for at in (turn, turn + 1))
                assert leg[0] == pytest.approx(here, abs=2e-5) and leg[-1] == pytest.approx(there, abs=2e-5)
            assert set(way.basis) == {basis} and way.along_roads == (basis is Basis.ROAD)
            assert len(way.line) == sum(map(len, way.legs)) - len(way.legs) + 1
    run = solution.runs[0]
    assert run_way(roads, run, {run.stops[0].place: (52.5, -1.9)}) is None


def test_what_an_import_prepared_is_taken_up_unless_it_is_another_graphs(town):
    kit = pytest.importorskip("pyroutingkit")
    _, graph = town
    assert set(graph.prepared) == {"head", "node_count", "order", "rank", "tail"}
    places = np.arange(len(graph))
    plain = RoutingKit(replace(graph, prepared={})).metric(1.0).sums(places, places)
    wrong = {"node_count": np.frombuffer(b"\x05\0\0\0", np.uint8)}
    for prepared in (graph.prepared, wrong, {"head": np.zeros(3, np.uint8)}):
        found = RoutingKit(replace(graph, prepared=prepared)).metric(1.0).sums(places, places)
        assert all(np.array_equal(one, other) for one, other in zip(plain, found, strict=True))
    assert kit.CCHTopology is not None


def test_a_second_band_asks_the_graph_nothing_new(town):
    _, graph = town
    roads = RoadTravel(graph)
    points = town_points(120)
    morning = roads.matrix(points, Band.MORNING)
    roads.__dict__["_search"] = None
    midday = roads.matrix(points, Band.MIDDAY)
    ratio = roads.multipliers.midday / roads.multipliers.morning
    assert (midday.seconds <= morning.seconds).all() and np.array_equal(midday.metres, morning.metres)
    assert np.abs(midday.seconds - morning.seconds * ratio).max() < 60
