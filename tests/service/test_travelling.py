"""Travel as an administrator sets it: the estimate by default, roads by a file, and nobody asked for anything."""

import socket

import pytest

from data.postcodes import Geocoder
from data.terms import bank_holidays
from data.travel.crow import Estimate
from data.travel.network import RoadTravel
from data.travel.roads import import_extract
from data.travel.source import Band, TravelFailed
from maps import routes
from service import travelling
from tests.builders import maps as plans
from tests.builders.roads import a_town, town_points


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    for name in travelling.NAMES:
        monkeypatch.delenv(name, raising=False)


def test_travel_is_estimated_when_nothing_is_set():
    assert isinstance(travelling.source(), Estimate)
    assert travelling.ways((), {}) == {}


def test_a_roads_file_gives_roads_streets_and_ways(monkeypatch, tmp_path):
    import_extract(a_town(tmp_path / "town.osm.pbf"), tmp_path / "roads.npz")
    monkeypatch.setenv("SENDOPT_ROADS", str(tmp_path / "roads.npz"))
    assert isinstance(travelling.source(), RoadTravel)
    problem, solution, points = plans.a_routes_plan(8, 2)
    spots = town_points(len(points))
    lats_lons = dict(zip(points, plans.degrees(spots), strict=True))
    ways = travelling.ways(solution.runs, lats_lons)
    for run in solution.runs:
        assert len(ways[run.id]) == len(run.stops) - 1 and sum(map(len, ways[run.id])) > 10
    under = travelling.background(lats_lons)
    page = routes.draw(problem, solution, points=lats_lons, background=under, paths=ways)
    assert "OpenStreetMap contributors" in page and '"title":"Streets"' in page


def test_a_public_server_or_a_broken_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "roads.npz").write_bytes(b"not a graph")
    for name, value in (("SENDOPT_OSRM", "http://8.8.8.8"), ("SENDOPT_ROADS", str(tmp_path / "roads.npz"))):
        with monkeypatch.context() as told:
            told.setenv(name, value)
            with pytest.raises(TravelFailed):
                travelling.source()


def test_nothing_is_asked_of_the_network_by_default(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    problem, solution, points = plans.a_routes_plan(8, 2)
    routes.draw(problem, solution, points=points, background=travelling.background(points))
    travelling.source().matrix(town_points(5), Band.MORNING)
    Geocoder().locate(postcode="B20 3DE")
    Geocoder().locate(postcode="SW1A 1AA")
    assert bank_holidays()
