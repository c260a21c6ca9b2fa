"""Readers of the public transport benchmarks: one record for windows, pairs and fleets, one for school buses.

The meaning of every set is that of its publishers: unrounded Euclidean distance equal to travel time (Park: Manhattan
feet at 20 miles an hour). Nothing is solved here.
"""

import math
from dataclasses import dataclass
from pathlib import Path

SETS = {
    "sbrp_park2012": ("park", "sbrp", "sbrp_park"),
    "darp_cordeau2006": ("cordeau", "darp", "cordeau2006", "darp_cordeau"),
    "darp_cordeau_laporte2003": ("cordeau_laporte", "cordeau2003", "darp_r"),
    "mdhdarp_malheiros2021": ("mdhdarp", "malheiros"),
    "vrptw_solomon": ("solomon",),
    "vrptw_homberger": ("homberger",),
    "hfvrp_pessoa2018": ("hfvrp", "pessoa"),
    "pdptw_lilim": ("lilim", "li-lim", "pdptw"),
}
"""Folder name of each set, and the short names also understood."""

MDHDARP_DEPOTS = ((-5.0, -5.0), (5.0, 5.0), (-5.0, 5.0), (5.0, -5.0))
"""Vehicle k (from 1) starts and ends at depot (k - 1) mod 4 (Braekers et al. 2014, section 6.1)."""

PARK_YARD = (105600.0, 105600.0)
PARK_FEET_A_SECOND = 20 * 5280 / 3600
PARK_SEATS = 66


@dataclass(frozen=True, slots=True)
class Place:
    """A node of an instance, with the id it has in the file."""

    id: int
    x: float
    y: float
    early: float = 0.0
    late: float = math.inf
    service: float = 0.0
    demand: tuple[float, ...] = (0.0,)


@dataclass(frozen=True, slots=True)
class Ride:
    """A request: the rows of its pickup and delivery in ``places`` (delivery None for a single visit)."""

    pickup: int
    delivery: int | None = None
    longest: float = math.inf
    """Most time from leaving the pickup (service done) to the start of service at the delivery."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle of the file: the depot it starts from and ends at, capacities, cost and longest day."""

    depot: tuple[float, float]
    capacity: tuple[float, ...]
    fixed: float = 0.0
    unit: float = 1.0
    duration: float = math.inf
    early: float = 0.0
    late: float = math.inf


@dataclass(frozen=True, slots=True)
class Instance:
    """Rides and vehicles of one file; ``fleet_first`` when fewer vehicles matter more than distance."""

    name: str
    places: tuple[Place, ...]
    rides: tuple[Ride, ...]
    vehicles: tuple[Vehicle, ...]
    fleet_first: bool = False


@dataclass(frozen=True, slots=True)
class School:
    """A school and the seconds after midnight between which a bus may arrive."""

    id: int
    x: float
    y: float
    early: float
    late: float


@dataclass(frozen=True, slots=True)
class BusStop:
    """A stop, where so many pupils of one school wait."""

    id: int
    x: float
    y: float
    school: int
    pupils: int


@dataclass(frozen=True, slots=True)
class SchoolBuses:
    """One instance of the mixed-load school bus set."""

    name: str
    schools: tuple[School, ...]
    stops: tuple[BusStop, ...]


def set_name(name: str) -> str:
    """Return the folder name of a set from its own or a short name; raises ValueError when there is no such set."""
    asked = name.strip().lower().rstrip("/").split("/")[-1]
    for folder, short in SETS.items():
        if asked == folder or asked.replace("-", "_") in {each.replace("-", "_") for each in short}:
            return folder
    known = ", ".join(f"{folder} ({', '.join(short)})" for folder, short in SETS.items())
    raise ValueError(f"there is no transport benchmark set called {name!r}; the sets are {known}")


def read(folder: str, path: Path) -> Instance | SchoolBuses:
    """Return the instance in ``path`` (a folder for the school bus set); raises ValueError when it cannot."""
    kind = set_name(folder)
    reader = {
        "sbrp_park2012": _park,
        "darp_cordeau2006": _cordeau,
        "darp_cordeau_laporte2003": _cordeau,
        "mdhdarp_malheiros2021": _mdhdarp,
        "vrptw_solomon": _solomon,
        "vrptw_homberger": _solomon,
        "hfvrp_pessoa2018": _hfvrp,
        "pdptw_lilim": _lilim,
    }[kind]
    path = Path(path)
    try:
        return reader(path)
    except (IndexError, KeyError, ValueError) as fault:
        raise ValueError(f"{path.name} is not an instance of {kind}: {fault}") from fault


def _numbers(path: Path) -> list[list[float]]:
    lines = (line.split() for line in path.read_text().splitlines())
    return [[float(each) for each in line] for line in lines if line]


def _cordeau(path: Path) -> Instance:
    rows = _numbers(path)
    vehicles, size, duration, capacity, longest = rows[0][:5]
    nodes = rows[1:]
    n = int(size) // 2 if len(nodes) < 2 * int(size) else int(size)
    nodes = nodes[: 2 * n + 1]
    if len(nodes) != 2 * n + 1:
        raise ValueError(f"{len(nodes)} nodes where {2 * n + 1} were expected")
    places = tuple(Place(int(r[0]), r[1], r[2], r[5], r[6], r[3], (r[4],)) for r in nodes)
    depot = places[0]
    vehicle = Vehicle((depot.x, depot.y), (capacity,), 0.0, 1.0, duration, depot.early, depot.late)
    rides = tuple(Ride(i, i + n, longest) for i in range(1, n + 1))
    return Instance(path.stem, places, rides, (vehicle,) * int(vehicles))


def _mdhdarp(path: Path) -> Instance:
    rows = _numbers(path)
    fleet, n = int(rows[0][0]), int(rows[0][1])
    nodes = rows[1 + fleet :]
    if len(nodes) < 2 * n + 1:
        raise ValueError(f"{len(nodes)} nodes where at least {2 * n + 1} were expected")
    vehicles = []
    for k, row in enumerate(rows[1 : 1 + fleet]):
        c = row[1:5]
        vehicles.append(
            Vehicle(
                MDHDARP_DEPOTS[k % 4],
                (c[0] + c[1] + c[2], c[1] + c[2], c[2], c[3]),
                0.0,
                1.0,
                row[0],
                nodes[0][9],
                nodes[0][10],
            )
        )
    places = [Place(0, 0.0, 0.0)]
    for row in nodes[1 : 2 * n + 1]:
        q = row[5:9]
        nested = (q[0] + q[1] + q[2], q[1] + q[2], q[2], q[3])
        places.append(Place(int(row[0]), row[1], row[2], row[9], row[10], row[3], nested))
    rides = tuple(Ride(i, i + n, nodes[i][4]) for i in range(1, n + 1))
    return Instance(path.stem, tuple(places), rides, tuple(vehicles))


def _solomon(path: Path) -> Instance:
    rows = []
    for line in path.read_text().splitlines():
        try:
            row = [float(each) for each in line.split()]
        except ValueError:
            continue
        if row:
            rows.append(row)
    fleet, capacity = rows[0][:2]
    places = tuple(Place(int(r[0]), r[1], r[2], r[4], r[5], r[6], (r[3],)) for r in rows[1:])
    depot = places[0]
    vehicle = Vehicle((depot.x, depot.y), (capacity,), 0.0, 1.0, math.inf, depot.early, depot.late)
    return Instance(
        path.stem, places, tuple(Ride(i) for i in range(1, len(places))), (vehicle,) * int(fleet), fleet_first=True
    )


def _lilim(path: Path) -> Instance:
    rows = _numbers(path)
    fleet, capacity = int(rows[0][0]), rows[0][1]
    places = tuple(Place(int(r[0]), r[1], r[2], r[4], r[5], r[6], (r[3],)) for r in rows[1:])
    depot = places[0]
    vehicle = Vehicle((depot.x, depot.y), (capacity,), 0.0, 1.0, math.inf, depot.early, depot.late)
    rides = tuple(Ride(i, int(r[8])) for i, r in enumerate(rows[1:]) if i and int(r[8]) > 0)
    return Instance(path.stem, places, rides, (vehicle,) * fleet, fleet_first=True)


def _hfvrp(path: Path) -> Instance:
    sections: dict[str, list[list[float]]] = {}
    current = ""
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0] == "EOF":
            continue
        if words[0].endswith("_SECTION"):
            current = words[0]
            sections[current] = []
        elif current and ":" not in line:
            sections[current].append([float(each) for each in words])
    demand = {int(r[0]): r[1] for r in sections["DEMAND_SECTION"]}
    places = tuple(
        Place(int(r[0]) - 1, r[1], r[2], demand=(demand[int(r[0])],)) for r in sections["NODE_COORD_SECTION"]
    )
    fixed = {int(r[0]): r[1] for r in sections.get("VEHICLES_FIXED_COST_SECTION", [])}
    unit = {int(r[0]): r[1] for r in sections.get("VEHICLES_UNIT_DISTANCE_COST_SECTION", [])}
    depot = (places[0].x, places[0].y)
    vehicles = tuple(
        Vehicle(depot, (r[1],), fixed.get(int(r[0]), 0.0) / 100, unit.get(int(r[0]), 100.0) / 100)
        for r in sections["CAPACITY_SECTION"]
    )
    return Instance(path.stem, places, tuple(Ride(i) for i in range(1, len(places))), vehicles)


def _park(path: Path) -> SchoolBuses:
    folder = path if path.is_dir() else path.parent
    schools = []
    for row in _table(folder / "Schools.txt"):
        early, late = (int(each) // 100 * 3600 + int(each) % 100 * 60 for each in row[3:5])
        schools.append(School(int(row[0]), float(row[1]), float(row[2]), early, late))
    stops = tuple(
        BusStop(int(row[0]), float(row[1]), float(row[2]), int(row[3]), int(row[4]))
        for row in _table(folder / "Stops.txt")
    )
    unknown = {stop.school for stop in stops} - {school.id for school in schools}
    if unknown:
        raise ValueError(f"stops name schools that are not listed: {sorted(unknown)}")
    return SchoolBuses(folder.resolve().name, tuple(schools), stops)


def _table(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines()[1:] if line.strip()]
