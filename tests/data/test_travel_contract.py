"""What every engine of travel times promises, asked of each of them."""

import numpy as np
import pytest

from data.travel.cache import Cached
from data.travel.crow import Estimate
from data.travel.graph import RoadGraph
from data.travel.network import RoadTravel
from data.travel.roads import import_extract
from data.travel.searching import RoutingKit, SciPy
from data.travel.server import OsrmTravel, ValhallaTravel
from data.travel.source import Band, Basis, Multipliers, Points
from tests.builders.roads import a_server, a_town, town_points

ENGINES = ("estimate", "roads by RoutingKit", "roads by SciPy", "OSRM", "Valhalla", "remembered estimate")


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roads")
    import_extract(a_town(folder / "town.osm.pbf"), folder / "town.npz")
    return RoadGraph.load(folder / "town.npz")


@pytest.fixture(params=ENGINES)
def source(request, graph, tmp_path):
    if request.param == "estimate":
        yield Estimate()
    elif request.param == "remembered estimate":
        yield Cached(Estimate(), tmp_path)
    elif request.param.startswith("roads"):
        if "RoutingKit" in request.param:
            pytest.importorskip("pyroutingkit", reason="skipped: pyroutingkit is not installed")
        engine = RoutingKit if "RoutingKit" in request.param else SciPy
        yield RoadTravel(graph, engine=engine(graph))
    else:
        kind = request.param.lower()
        with a_server(kind) as (url, _):
            make = OsrmTravel if kind == "osrm" else ValhallaTravel
            yield make(url, block=5)


def test_nothing_takes_time_from_a_place_to_itself(source):
    points = town_points()
    matrix = source.matrix(points, Band.MORNING)
    assert not np.diagonal(matrix.seconds).any() and not np.diagonal(matrix.metres).any()
    twice = Points(("a", "b"), np.repeat(points.eastings[:1], 2), np.repeat(points.northings[:1], 2))
    assert source.cells(twice, twice, Band.MORNING).basis.max() == Basis.SAME_PLACE


def test_travel_is_never_negative_and_grows_with_the_band(source):
    points = town_points()
    night, morning = (source.cells(points, points, band) for band in (Band.NIGHT, Band.MORNING))
    assert night.seconds.min() >= 0 and night.metres.min() >= 0
    assert (morning.seconds >= night.seconds).all() and morning.seconds.sum() > night.seconds.sum() * 1.3


def test_the_same_question_has_the_same_answer_whatever_the_block(source):
    points = town_points()
    whole = source.cells(points, points, Band.MORNING)
    again = source.cells(points, points, Band.MORNING)
    assert np.array_equal(whole.seconds, again.seconds)
    for row in (0, 7):
        strip = source.cells(points.take([row]), points, Band.MORNING)
        assert np.array_equal(strip.seconds[0], whole.seconds[row])
        assert np.array_equal(strip.metres[0], whole.metres[row])
        column = source.cells(points, points.take([row]), Band.MORNING)
        assert np.array_equal(column.seconds[:, 0], whole.seconds[:, row])


def test_a_path_adds_up_to_its_cells_and_goes_where_it_should(source):
    stops = town_points(4, seed=3)
    path = source.path(stops, Band.AFTERNOON)
    cells = source.cells(stops, stops, Band.AFTERNOON)
    assert path.seconds == tuple(int(cells.seconds[n, n + 1]) for n in range(3))
    assert path.metres == tuple(int(cells.metres[n, n + 1]) for n in range(3))
    assert len(path.legs) == 3 and path.legs[0][-1] == path.legs[1][0]


def test_a_place_off_the_roads_is_estimated_and_counted(source):
    points = town_points(6)
    far = Points((*points.ids, "far"), np.append(points.eastings, 420_000.0), np.append(points.northings, 300_000.0))
    matrix = source.matrix(far, Band.MORNING)
    estimate = Estimate().matrix(far, Band.MORNING)
    if isinstance(source, RoadTravel):
        assert matrix.estimated == 12
        assert np.array_equal(matrix.seconds[-1], estimate.seconds[-1])
    elif isinstance(source, Estimate | Cached):
        assert matrix.estimated == estimate.estimated > 0


def test_children_who_share_a_home_share_its_row(source):
    points = town_points(5)
    shared = points.take([0, 1, 1, 2])
    shared = Points(("a", "b", "c", "d"), shared.eastings, shared.northings)
    matrix = source.matrix(shared, Band.MORNING)
    assert np.array_equal(matrix.seconds[1], matrix.seconds[2])
    assert matrix.seconds[1, 2] == 0


def test_every_figure_says_where_it_is_from_and_changes_its_fingerprint_with_the_settings(source):
    matrix = source.matrix(town_points(3), Band.MORNING)
    assert "not calibrated" in matrix.source and "x 1.90" in matrix.source
    assert matrix.fingerprint.endswith("/morning")
    assert Estimate(Multipliers(morning=2.0)).fingerprint != Estimate().fingerprint


def test_both_engines_of_the_road_graph_agree_to_the_second(graph):
    pytest.importorskip("pyroutingkit", reason="skipped: pyroutingkit is not installed")
    points, schools = town_points(40, seed=5), town_points(6, seed=6)
    for band in Band:
        one, other = (
            RoadTravel(graph, engine=engine(graph)).cells(points, schools, band) for engine in (RoutingKit, SciPy)
        )
        assert np.array_equal(one.seconds, other.seconds) and np.array_equal(one.metres, other.metres)
    assert RoadTravel(graph, engine=RoutingKit(graph)).fingerprint == RoadTravel(graph, engine=SciPy(graph)).fingerprint
