"""Travel as an administrator sets it: the estimate by default, roads by a file, and nobody asked for anything."""

import json
import socket

import pytest
from typer.testing import CliRunner

from data.postcodes import Geocoder
from data.terms import bank_holidays
from data.travel.crow import Estimate
from data.travel.network import RoadTravel
from data.travel.roads import import_extract
from data.travel.source import Band, TravelFailed
from data.writing.runsheets import run_sheets
from maps import routes
from scenarios.lateness import Uncertainty
from service import travelling
from service.cli.commands import app
from tests.builders import maps as plans
from tests.builders.roads import a_town, town_points


@pytest.fixture(autouse=True)
def unset(monkeypatch, tmp_path):
    for name in travelling.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SENDOPT_DATA", str(tmp_path / "var"))


def command(*words):
    """Answer a command as JSON, with its exit code."""
    run = CliRunner().invoke(app, [*map(str, words), "--json"])
    return run.exit_code, json.loads(run.stdout)


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


def test_what_is_imported_is_used_by_later_plans_and_maps(tmp_path):
    assert isinstance(travelling.source(), Estimate) and travelling.background({"a": (52.5, -1.9)}).empty
    code, told = command("roads", "import", a_town(tmp_path / "town.osm.pbf"))
    assert (code, told["nodes"]) == (0, 100)
    assert isinstance(travelling.source(), RoadTravel)
    square = [[-1.9, 52.5], [-1.8, 52.5], [-1.8, 52.6], [-1.9, 52.5]]
    wards = tmp_path / "wards.geojson"
    shape = {"type": "Polygon", "coordinates": [square]}
    feature = {"type": "Feature", "properties": {"ward_name": "Aston <b>"}, "geometry": shape}
    wards.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert command("roads", "boundaries", wards, "--attribution", "OGL someone")[0] == 0
    problem, solution, points = plans.a_routes_plan(8, 2)
    spots = dict(zip(points, plans.degrees(town_points(len(points))), strict=True))
    page = routes.draw(problem, solution, points=spots, background=travelling.background(spots))
    assert '"title":"Streets"' in page and '"title":"Wards"' in page and "OGL someone" in page
    assert page.count("Aston") == 1 and "Aston <b>" not in page
    assert command("roads", "boundaries", tmp_path / "none.geojson")[0] == 1


def test_timed_journeys_calibrate_later_plans_and_the_model_of_lateness(tmp_path):
    assert travelling.uncertainty(50) == Uncertainty(days=50)
    lines = ["From,To,Date,Left,Arrived"]
    for day in range(6, 14):
        for turn in range(5):
            lines.append(f"B20 3DE,B15 2TT,{day:02d}/01/2020,08:{10 + turn},08:{36 + turn + day % 3}")
    file = tmp_path / "journeys.csv"
    file.write_text("\n".join(lines))
    code, told = command("roads", "calibrate", file)
    assert (code, told["used"]) == (0, 40) and told["bands"]["morning"]["multiplier"] > 1
    label = travelling.source().label(Band.MORNING)
    assert "calibrated on" in label and "not calibrated" not in label
    assert travelling.uncertainty(50).traffic == told["bands"]["morning"]["traffic"] != Uncertainty().traffic
    file.write_text("\n".join(lines[:9]))
    code, told = command("roads", "calibrate", file)
    assert (code, told["fault"]) == (1, "too few timed journeys")
    file.write_text("nothing")
    assert command("roads", "calibrate", file)[0] == 1


@pytest.mark.parametrize("on_roads", [True, False])
def test_a_run_sheet_carries_a_drawing_of_its_way(tmp_path, on_roads):
    if on_roads:
        import_extract(a_town(tmp_path / "town.osm.pbf"), travelling.kept("roads"))
    problem, solution, points = plans.a_guides_plan(6)
    spots = dict(zip(points, plans.degrees(town_points(len(points))), strict=True))
    drawn = travelling.sketches(problem.runs, spots)
    assert set(drawn) == {run.id for run in problem.runs}
    assert all(
        ("OpenStreetMap" in text, "Straight lines" in text) == (on_roads, not on_roads) for text in drawn.values()
    )
    page = run_sheets(problem, solution, runs=[problem.runs[0].id], sketches=drawn)
    assert page.count("<figure>") == 1 and drawn[problem.runs[0].id] in page
    assert travelling.sketches(problem.runs, {}) == {}
