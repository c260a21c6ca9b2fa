"""OSRM and Valhalla themselves, from their Python wheels, on the small town: started here, asked and stopped.

The wheels need CPython 3.12, so they live in an environment of their own; say where with SENDOPT_ENGINES, or make it:
``python3.12 -m venv var/engines && var/engines/bin/pip install osrm-bindings pyvalhalla``.
"""

import contextlib
import os
import socket
import subprocess
import time
from pathlib import Path

import httpx
import numpy as np
import pytest

from data.travel.calling import Manners
from data.travel.graph import RoadGraph
from data.travel.network import RoadTravel
from data.travel.roads import import_extract
from data.travel.searching import SciPy
from data.travel.server import OsrmTravel, ValhallaTravel
from data.travel.source import Band, Basis, Points, TravelFailed
from tests.builders.roads import a_town, town_points

ROOT = Path(__file__).parents[2]
ENGINES = Path(os.environ.get("SENDOPT_ENGINES", ROOT / "var" / "engines"))
PACKAGES = next(ENGINES.glob("lib/python3*/site-packages"), ENGINES)
OSRM, VALHALLA = PACKAGES / "osrm", PACKAGES / "valhalla"

pytestmark = pytest.mark.full


def _free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def _run(*command, folder):
    done = subprocess.run([str(each) for each in command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@contextlib.contextmanager
def _running(url, *command, folder):
    """A server that has been started and answers; killed at the end."""
    with (folder / "server.log").open("wb") as log:
        started = subprocess.Popen([str(each) for each in command], cwd=folder, stdout=log, stderr=log)
        try:
            for _ in range(300):
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(url, timeout=1, trust_env=False)
                    break
                assert started.poll() is None, (folder / "server.log").read_text(errors="replace")[-2000:]
                time.sleep(0.1)
            yield started
        finally:
            started.kill()
            started.wait()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines")
    a_town(folder / "town.osm.pbf")
    import_extract(folder / "town.osm.pbf", folder / "town.npz")
    return folder


@pytest.fixture(scope="module")
def osrm(town):
    if not OSRM.is_dir():
        pytest.skip("skipped: no osrm-bindings in var/engines or SENDOPT_ENGINES")
    _run(OSRM / "bin/osrm-extract", "-t", 1, "-p", OSRM / "share/profiles/car.lua", "town.osm.pbf", folder=town)
    _run(OSRM / "bin/osrm-contract", "-t", 1, "town.osrm", folder=town)
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = (OSRM / "bin/osrm-routed", "-t", 1, "-i", "127.0.0.1", "-p", port, "--max-table-size", 200, "town.osrm")
    with _running(url, *command, folder=town) as process:
        yield url, process


@pytest.fixture(scope="module")
def valhalla(town):
    if not VALHALLA.is_dir():
        pytest.skip("skipped: no pyvalhalla in var/engines or SENDOPT_ENGINES")
    port = _free_port()
    (town / "tiles").mkdir()
    script = (
        "import json, valhalla\n"
        "config = valhalla.get_config(tile_extract='', tile_dir='tiles', verbose=False)\n"
        f"config['httpd']['service']['listen'] = 'tcp://127.0.0.1:{port}'\n"
        "for name in ('loopback', 'interrupt'):\n"
        "    config['httpd']['service'][name] = f'ipc://{name}'\n"
        "for name in ('loki', 'thor', 'odin'):\n"
        "    config[name]['service']['proxy'] = f'ipc://{name}'\n"
        "config['service_limits']['auto']['max_matrix_location_pairs'] = 100000\n"
        "config['mjolnir'].pop('tile_extract', None)\n"
        "json.dump(config, open('valhalla.json', 'w'))\n"
    )
    _run(ENGINES / "bin/python", "-c", script, folder=town)
    _run(VALHALLA / "bin/valhalla_build_tiles", "-c", "valhalla.json", "-j", 1, "town.osm.pbf", folder=town)
    url = f"http://127.0.0.1:{port}"
    with _running(url + "/status", VALHALLA / "bin/valhalla_service", "valhalla.json", 1, folder=town) as process:
        yield url, process


def asked(make, server):
    return make(server[0], manners=Manners(seconds=20, tries=1), block=25)


@pytest.fixture(params=["osrm", "valhalla"])
def source(request):
    server = request.getfixturevalue(request.param)
    return asked(OsrmTravel if request.param == "osrm" else ValhallaTravel, server)


def test_a_real_server_keeps_the_contract(source):
    points = town_points(30)
    cells = source.cells(points, points, Band.MORNING)
    assert cells.seconds.min() >= 0 and not np.diagonal(cells.seconds).any()
    assert (cells.basis == Basis.ROAD).mean() > 0.9
    strip = source.cells(points.take([3]), points, Band.MORNING)
    assert np.array_equal(strip.seconds[0], cells.seconds[3])
    path = source.path(points.take([0, 5, 9]), Band.MORNING)
    assert path.seconds == (int(cells.seconds[0, 5]), int(cells.seconds[5, 9]))
    assert len(path.legs[0]) > 3


def test_a_real_server_says_when_a_place_is_off_its_roads(source):
    points = town_points(4)
    far = Points((*points.ids, "far"), np.append(points.eastings, 420_000.0), np.append(points.northings, 300_000.0))
    cells = source.cells(far, far, Band.MORNING)
    assert (cells.basis[-1, :-1] == Basis.ESTIMATE).all() and (cells.basis[:-1, -1] == Basis.ESTIMATE).all()
    assert (cells.basis[:4, :4] != Basis.ESTIMATE).all()


def test_a_real_server_and_the_road_graph_are_of_one_mind(source, town):
    graph = RoadGraph.load(town / "town.npz")
    points = town_points(30, seed=4)
    ours = RoadTravel(graph, engine=SciPy(graph)).cells(points, points, Band.NIGHT)
    theirs = source.cells(points, points, Band.NIGHT)
    both = (ours.basis == Basis.ROAD) & (theirs.basis == Basis.ROAD) & (ours.metres > 500)
    ratio = theirs.metres[both] / ours.metres[both]
    assert 0.85 < np.median(ratio) < 1.15


def test_a_real_server_that_is_killed_gives_no_matrix(osrm):
    source = asked(OsrmTravel, osrm)
    source.matrix(town_points(4), Band.MORNING)
    osrm[1].kill()
    osrm[1].wait()
    with pytest.raises(TravelFailed, match="nothing of it was used"):
        source.matrix(town_points(4), Band.MORNING)
