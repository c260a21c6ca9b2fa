"""Independent checkers of the transport benchmarks: they read the files themselves and share no code with the search.

Each takes the path of an instance and the ``vehicles`` of an answer (ids in visiting order) and returns a list of what
is wrong and the objective recomputed. Whether an order of visits can be driven is decided by longest paths in a graph
of difference constraints (Bellman-Ford), written as plainly as possible.
"""

import math
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

TOLERANCE = 1e-6


def _can_be_timed(count, edges):
    """Whether times exist with t[b] - t[a] >= w for every edge (a, b, w): no positive cycle. Node 0 is the clock."""
    time = [0.0] * count
    for _ in range(count + 1):
        moved = False
        for a, b, w in edges:
            if time[a] + w > time[b] + TOLERANCE * 1e-3:
                time[b] = time[a] + w
                moved = True
        if not moved:
            return True
        if time[0] > TOLERANCE:
            return False
    return False


def check_pairs(nodes, pairs, vehicles, fleet, *, longest_ride, max_duration):
    """Check rides: ``nodes`` id -> (x, y, service, demands, early, late), ``fleet`` (depot, caps, window, costs)."""
    wrong, total = [], 0.0
    seen = Counter(each for route in vehicles for each in route)
    needed = set(pairs) | set(pairs.values())
    wrong += [f"{each} is visited {seen[each]} times" for each in sorted(needed) if seen[each] != 1]
    wrong += [f"{each} is no stop of this file" for each in sorted(set(seen) - needed)]
    if len(vehicles) > len(fleet):
        wrong.append(f"{len(vehicles)} vehicles, the file has {len(fleet)}")
    if wrong:
        return wrong, None
    back = {delivery: pickup for pickup, delivery in pairs.items()}
    for k, route in enumerate(vehicles):
        if not route:
            continue
        depot, caps, window, fixed, unit = fleet[k]
        where = {each: p for p, each in enumerate(route)}
        aboard = [0.0] * len(caps)
        for each in route:
            aboard = [a + q for a, q in zip(aboard, nodes[each][3], strict=True)]
            if any(a > c + TOLERANCE for a, c in zip(aboard, caps, strict=True)):
                wrong.append(f"vehicle {k + 1} is over its capacity at {each}")
            if each in back and where.get(back[each], len(route)) > where[each]:
                wrong.append(f"vehicle {k + 1} delivers {each} without having picked up {back[each]}")
        points = [depot] + [nodes[each][:2] for each in route] + [depot]
        legs = [math.hypot(a[0] - b[0], a[1] - b[1]) for a, b in pairwise(points)]
        total += fixed + unit * sum(legs)
        m = len(route)
        edges = [(0, 1, window[0]), (m + 2, 0, -window[1]), (1, 2, legs[0])]
        for p, each in enumerate(route):
            _, _, service, _, early, late = nodes[each]
            at = p + 2
            edges += [(0, at, early), (at, 0, -late), (at, at + 1, service + legs[p + 1])]
            if each in pairs and pairs[each] in where and longest_ride is not None:
                edges.append((where[pairs[each]] + 2, at, -(longest_ride[each] + service)))
        if max_duration is not None:
            edges.append((m + 2, 1, -max_duration[k]))
        edges = [edge for edge in edges if math.isfinite(edge[2])]
        if not _can_be_timed(m + 3, edges):
            wrong.append(f"vehicle {k + 1} has no schedule within its windows and limits")
    return wrong, total


def _rows(path):
    return [[float(each) for each in line.split()] for line in Path(path).read_text().splitlines() if line.split()]


def check_cordeau(path, vehicles):
    """Cordeau's sets: one depot, seats, ride limit, longest day."""
    rows = _rows(path)
    fleet_size, _, duration, capacity, ride = rows[0]
    n = (len(rows) - 2) // 2
    nodes = {int(r[0]): (r[1], r[2], r[3], (r[4],), r[5], r[6]) for r in rows[1 : 2 * n + 2]}
    depot = nodes.pop(0)
    fleet = [(depot[:2], (capacity,), depot[4:6], 0.0, 1.0)] * int(fleet_size)
    pairs = {i: i + n for i in range(1, n + 1)}
    limits = dict.fromkeys(pairs, ride)
    return check_pairs(nodes, pairs, vehicles, fleet, longest_ride=limits, max_duration=[duration] * len(fleet))


def check_mdhdarp(path, vehicles):
    """Four depots, four resources with upgrading written as nested sums, ride limit of each rider."""
    rows = _rows(path)
    k, n = int(rows[0][0]), int(rows[0][1])
    corners = [(-5.0, -5.0), (5.0, 5.0), (-5.0, 5.0), (5.0, -5.0)]

    def nested(q):
        return (q[0] + q[1] + q[2], q[1] + q[2], q[2], q[3])

    fleet = [(corners[v % 4], nested(rows[1 + v][1:5]), (0.0, 1440.0), 0.0, 1.0) for v in range(k)]
    body = {int(r[0]): r for r in rows[1 + k :]}
    nodes = {i: (body[i][1], body[i][2], body[i][3], nested(body[i][5:9]), *body[i][9:11]) for i in range(1, 2 * n + 1)}
    pairs = {i: i + n for i in range(1, n + 1)}
    return check_pairs(
        nodes,
        pairs,
        vehicles,
        fleet,
        longest_ride={i: body[i][4] for i in pairs},
        max_duration=[rows[1 + v][0] for v in range(k)],
    )


def check_lilim(path, vehicles):
    """Pickups and deliveries with windows; the objective is (vehicles, distance)."""
    rows = _rows(path)
    nodes = {int(r[0]): (r[1], r[2], r[6], (r[3],), r[4], r[5]) for r in rows[1:]}
    pairs = {int(r[0]): int(r[8]) for r in rows[1:] if int(r[8]) > 0}
    depot = nodes.pop(0)
    fleet = [(depot[:2], (rows[0][1],), depot[4:6], 0.0, 1.0)] * int(rows[0][0])
    return check_pairs(nodes, pairs, vehicles, fleet, longest_ride=None, max_duration=None)


def check_visits(nodes, vehicles, fleet):
    """Single visits whose loads add up over the route."""
    wrong, total = [], 0.0
    seen = Counter(each for route in vehicles for each in route)
    wrong += [f"{each} is visited {seen[each]} times" for each in nodes if seen[each] != 1]
    wrong += [f"{each} is no customer" for each in set(seen) - set(nodes)]
    if len(vehicles) > len(fleet):
        wrong.append(f"{len(vehicles)} vehicles, the file has {len(fleet)}")
    if wrong:
        return wrong, None
    for k, route in enumerate(vehicles):
        if not route:
            continue
        depot, capacity, window, fixed, unit = fleet[k]
        if sum(nodes[each][3] for each in route) > capacity + TOLERANCE:
            wrong.append(f"vehicle {k + 1} is over its capacity")
        now, here, far = window[0], depot, 0.0
        for each in route:
            x, y, service, _, early, late = nodes[each]
            leg = math.hypot(x - here[0], y - here[1])
            now, here, far = max(now + leg, early), (x, y), far + leg
            if now > late + TOLERANCE:
                wrong.append(f"vehicle {k + 1} reaches {each} late")
            now += service
        leg = math.hypot(depot[0] - here[0], depot[1] - here[1])
        if now + leg > window[1] + TOLERANCE:
            wrong.append(f"vehicle {k + 1} comes home late")
        total += fixed + unit * (far + leg)
    return wrong, total


def check_solomon(path, vehicles):
    """Solomon's and Gehring and Homberger's windows."""
    rows = []
    for line in Path(path).read_text().splitlines():
        words = line.split()
        if words and all(word.replace(".", "", 1).lstrip("-").isdigit() for word in words):
            rows.append([float(word) for word in words])
    nodes = {int(r[0]): (r[1], r[2], r[6], r[3], r[4], r[5]) for r in rows[1:]}
    depot = nodes.pop(0)
    return check_visits(nodes, vehicles, [(depot[:2], rows[0][1], depot[4:6], 0.0, 1.0)] * int(rows[0][0]))


def check_hfvrp(path, vehicles):
    """Mixed fleets: fixed and unit costs of each vehicle, written in hundredths; ids are one less than in the file."""
    text = Path(path).read_text()

    def section(name):
        if name not in text:
            return {}
        body = text.split(name, 1)[1].split("\n", 1)[1]
        lines = body.split("SECTION")[0].splitlines()
        rows = [line.split() for line in lines if line.strip()[:1].isdigit()]
        return {int(r[0]): [float(x) for x in r[1:]] for r in rows}

    demand = section("DEMAND_SECTION")
    xy = section("NODE_COORD_SECTION")
    nodes = {k - 1: (*xy[k], 0.0, demand[k][0], 0.0, math.inf) for k in xy}
    depot = nodes.pop(0)
    fixed, unit = section("VEHICLES_FIXED_COST_SECTION"), section("VEHICLES_UNIT_DISTANCE_COST_SECTION")
    fleet = [
        (depot[:2], cap[0], (0.0, math.inf), fixed.get(k, [0.0])[0] / 100, unit.get(k, [100.0])[0] / 100)
        for k, cap in section("\nCAPACITY_SECTION").items()
    ]
    return check_visits(nodes, vehicles, fleet)


def check_park(folder, vehicles, max_ride):
    """School buses with mixed loads: ride counted from arriving at the stop, as strictly as the authors' own plans."""
    folder = Path(folder)

    def table(name):
        return [line.split() for line in (folder / name).read_text().splitlines()[1:] if line.split()]

    def clock(text):
        return int(text) // 100 * 3600 + int(text) % 100 * 60

    schools = {int(r[0]): (float(r[1]), float(r[2]), clock(r[3]), clock(r[4])) for r in table("Schools.txt")}
    stops = {int(r[0]): (float(r[1]), float(r[2]), int(r[3]), int(r[4])) for r in table("Stops.txt")}
    wrong = []
    seen = Counter(each for route in vehicles for each in route if each in stops)
    wrong += [f"stop {each} is served {seen[each]} times" for each in stops if seen[each] != 1]
    wrong += [f"{e} is unknown" for route in vehicles for e in route if e not in stops and e not in schools]
    if wrong:
        return wrong, None
    for k, route in enumerate(vehicles):
        if not route:
            wrong.append(f"bus {k + 1} goes nowhere")
        wrong += [f"bus {k + 1}: {each}" for each in _check_bus(route, stops, schools, max_ride)]
    return wrong, len(vehicles)


def _check_bus(route, stops, schools, max_ride):
    aboard, load, edges = defaultdict(list), 0, []
    points = [stops[each][:2] if each in stops else schools[each][:2] for each in route]
    for p, each in enumerate(route):
        at = p + 1
        if each in stops:
            pupils = stops[each][3]
            load += pupils
            aboard[stops[each][2]].append((at, pupils))
            service = 19 + 2.6 * pupils
            if load > 66:
                yield f"{load} pupils aboard at {each}"
        else:
            riders = aboard.pop(each, [])
            if not riders:
                yield f"nobody gets off at {each}"
            pupils = sum(count for _, count in riders)
            load -= pupils
            service = 29 + 1.9 * pupils
            edges += [(0, at, schools[each][2]), (at, 0, -schools[each][3])]
            edges += [(at, start, -max_ride) for start, _ in riders]
        if p + 1 < len(route):
            feet = abs(points[p][0] - points[p + 1][0]) + abs(points[p][1] - points[p + 1][1])
            edges.append((at, at + 1, service + feet / (20 * 5280 / 3600)))
    if aboard:
        yield f"pupils for {sorted(aboard)} never get off"
    if not _can_be_timed(len(route) + 1, edges):
        yield "no schedule within the arrival windows and the ride limit"


def check(set_name, path, vehicles, *, max_ride=None):
    """Check an answer of any set; return what is wrong and the objective."""
    if set_name == "sbrp_park2012":
        return check_park(path, vehicles, max_ride)
    return {
        "darp_cordeau2006": check_cordeau,
        "darp_cordeau_laporte2003": check_cordeau,
        "mdhdarp_malheiros2021": check_mdhdarp,
        "vrptw_solomon": check_solomon,
        "vrptw_homberger": check_solomon,
        "hfvrp_pessoa2018": check_hfvrp,
        "pdptw_lilim": check_lilim,
    }[set_name](path, vehicles)
