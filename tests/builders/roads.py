"""A small town of roads written as a real extract, and servers that misbehave on purpose."""

import contextlib
import http.server
import json
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import osmium

from data.travel import osgb
from data.travel.source import Points

SOUTH, WEST, STEP = 52.50, -1.90, 0.002
SIDE = 10


def a_town(path: Path, *, lat=SOUTH, lon=WEST) -> Path:
    """Ten streets by ten, some 200 m apart, with a one-way street, a private road, an island and a fast road."""
    with osmium.SimpleWriter(str(path)) as writer:
        for row in range(SIDE):
            for column in range(SIDE):
                place = (lon + column * STEP * 1.5, lat + row * STEP)
                writer.add_node(osmium.osm.mutable.Node(id=1 + row * SIDE + column, location=place))
        for number in (900, 901):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon + 0.05 + number / 1e5, lat + 0.05)))
        way = 1
        for line in range(SIDE):
            along = [1 + line * SIDE + column for column in range(SIDE)]
            up = [1 + row * SIDE + line for row in range(SIDE)]
            tags = {"highway": "residential"}
            if line == 4:
                tags = {"highway": "primary", "maxspeed": "40 mph", "name": "{{ 7*6 }}"}
            if line == 7:
                tags = {"highway": "residential", "oneway": "yes"}
            for nodes, held in (
                (along, tags),
                (up, {"highway": "tertiary"} if line == 2 else {"highway": "residential"}),
            ):
                writer.add_way(osmium.osm.mutable.Way(id=way, nodes=nodes, tags=held))
                way += 1
        extra = (
            ([1, 12], {"highway": "primary", "access": "private"}),
            ([1, 100], {"route": "ferry"}),
            ([1, 23], {"highway": "footway"}),
            ([1, 34], {"highway": "service", "service": "driveway"}),
            ([900, 901], {"highway": "residential"}),
        )
        for nodes, held in extra:
            writer.add_way(osmium.osm.mutable.Way(id=way, nodes=nodes, tags=held))
            way += 1
    return path


def town_points(number=12, *, seed=0, lat=SOUTH, lon=WEST, prefix="p") -> Points:
    """Points within the town."""
    rng = np.random.default_rng(seed)
    lats = lat + rng.uniform(0, STEP * (SIDE - 1), number)
    lons = lon + rng.uniform(0, STEP * 1.5 * (SIDE - 1), number)
    east, north = osgb.from_wgs84(lats, lons)
    return Points(tuple(f"{prefix}{n}" for n in range(number)), east, north)


def _crow(one, other):
    down, over = (one[0] - other[0]) * 111_320, (one[1] - other[1]) * 67_800
    return (down**2 + over**2) ** 0.5


class _Osrm(http.server.BaseHTTPRequestHandler):
    """Answers as OSRM does, by straight lines at 36 km/h, until told to misbehave."""

    fault = ""
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        parts = urlsplit(self.path)
        places = [tuple(map(float, reversed(pair.split(",")))) for pair in parts.path.rsplit("/", 1)[1].split(";")]
        query = parse_qs(parts.query)
        if parts.path.startswith("/route"):
            line = [[lon, lat] for lat, lon in places]
            return self._say({"code": "Ok", "routes": [{"geometry": {"coordinates": line}}]})
        rows = [int(n) for n in query["sources"][0].split(";")]
        columns = [int(n) for n in query["destinations"][0].split(";")]
        metres = [[_crow(places[row], places[column]) * 1.2 for column in columns] for row in rows]
        seconds = [[each / 10 for each in row] for row in metres]
        answer = {"code": "Ok", "durations": seconds, "distances": metres}
        answer |= {"sources": [{"distance": 3.0}] * len(rows), "destinations": [{"distance": 3.0}] * len(columns)}
        return self._misbehave(answer)

    def _misbehave(self, answer):
        fault = self.fault
        if fault == "later" and self.asked > 2:
            return self._say({"code": "TooBig", "message": "out of memory"}, status=400)
        if fault == "slow":
            time.sleep(1.0)
        if fault == "half":
            answer["durations"] = answer["durations"][: len(answer["durations"]) // 2]
        if fault == "ragged":
            answer["durations"][0] = answer["durations"][0][:-1]
        if fault == "negative":
            answer["durations"][0][0] = -4
        if fault == "nowhere":
            answer["sources"] = [{"distance": 3.0}] * (len(answer["sources"]) - 1) + [{"distance": 900.0}]
            answer["durations"][0] = [None] * len(answer["durations"][0])
        if fault == "words":
            return self._say("<html>a proxy</html>")
        if fault == "huge":
            return self._say({"code": "Ok", "padding": "x" * 400_000})
        if fault == "flaky" and self.asked % 2:
            return self._say({}, status=503)
        if fault == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "9000")
            self.end_headers()
            self.wfile.write(b'{"code": "Ok", "durations": [[1, 2')
            return None
        if fault == "redirect":
            self.send_response(302)
            self.send_header("Location", "http://example.invalid/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        return self._say(answer)

    def _say(self, answer, status=200):
        body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


class _Valhalla(_Osrm):
    """Answers as Valhalla does."""

    def do_POST(self):
        type(self).asked += 1
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def places(name):
            return [(each["lat"], each["lon"]) for each in body[name]]

        if self.path == "/locate":
            here = [{"edges": [{"correlated_lat": lat, "correlated_lon": lon}]} for lat, lon in places("locations")]
            return self._say(here[:-1] if self.fault == "lost" else here)
        if self.path == "/route":
            return self._say({"trip": {"legs": [{"shape": ""}]}})
        km = [[_crow(one, other) * 0.0012 for other in places("targets")] for one in places("sources")]
        seconds = [[each * 100 for each in row] for row in km]
        if self.fault == "half":
            seconds = seconds[:1]
        return self._say({"sources_to_targets": {"durations": seconds, "distances": km}})


@contextlib.contextmanager
def a_server(kind="osrm", *, fault=""):
    """A server on this machine only; gives its address, and its handler to look at."""
    base = {"osrm": _Osrm, "valhalla": _Valhalla}[kind]
    handler = type("Handler", (base,), {"fault": fault, "asked": 0})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", handler
    finally:
        server.shutdown()
        server.server_close()
