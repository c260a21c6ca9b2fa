"""Small fictional plans for maps: drawn from shipped postcodes, the same every time."""

import random
from datetime import date, timedelta

import numpy as np

from data.postcodes import shipped
from data.travel import osgb
from data.travel.crow import Estimate
from data.travel.source import Band, Points
from optimiser.core.units import Pence, Seconds, clock
from optimiser.guides import problem as gp
from optimiser.guides import solution as gs
from optimiser.meetings import problem as mp
from optimiser.meetings import solution as ms
from optimiser.places import problem as pp
from optimiser.places import solution as ps
from optimiser.routes import problem as rp
from optimiser.routes import solution as rs


def some_places(number, *, seed=0, centre=(406_500, 290_000), reach=4_000):
    """Place ids with (easting, northing), and (latitude, longitude), near a centre."""
    table = shipped()
    near = np.flatnonzero(np.hypot(table.eastings - centre[0], table.northings - centre[1]) < reach)
    rows = random.Random(seed).sample(list(near), number)
    grid = {table.row(row).postcode: (float(table.eastings[row]), float(table.northings[row])) for row in rows}
    lats, lons = osgb.to_wgs84([e for e, _ in grid.values()], [n for _, n in grid.values()])
    return grid, {place: (float(lat), float(lon)) for place, lat, lon in zip(grid, lats, lons, strict=True)}


def degrees(points):
    """(latitude, longitude) of points, in order."""
    lats, lons = osgb.to_wgs84(points.eastings, points.northings)
    return [(float(lat), float(lon)) for lat, lon in zip(lats, lons, strict=True)]


def a_matrix(grid, band=Band.MORNING):
    return Estimate().matrix(Points.of(grid), band)


def a_routes_plan(children=60, schools=6, *, seed=1, words="", reach=4_000):
    """A routes problem, a solution and its points; ``words`` is put into every text that a map might show."""
    grid, points = some_places(children + schools, seed=seed, reach=reach)
    places = list(grid)
    travel = a_matrix(grid)
    made = tuple(
        rp.School(f"S{n}{words}", places[n], rp.Window(clock(8, 30), clock(8, 50)), rp.Window(clock(15), clock(15, 20)))
        for n in range(schools)
    )
    kids = tuple(
        rp.Child(f"P{n:03d}{words}", made[n % schools].id, places[schools + n], guide=rp.GuideNeed.REQUIRED)
        for n in range(children)
    )
    kind = rp.VehicleClass(
        f"mini{words}", f"op{words}", f"minibus{words}", (rp.Layout(f"L8{words}", 8),), Pence(15_000)
    )
    problem = rp.RoutesProblem(kids, made, (kind,), (rp.Operator(f"op{words}"),), travel, travel)
    runs = []
    for school in made:
        mine = sorted(
            problem.children_of[school.id], key=lambda child: (grid[child.home][0] // 2500, grid[child.home][1])
        )
        for part in range(0, len(mine) - 1, 5):
            runs.append(_a_run(f"R{len(runs):03d}{words}", mine[part : part + 5], school, travel, kind))
    carried = {child for run in runs for child in run.children}
    unserved = tuple(
        rs.Unserved(child.id, rs.Direction.MORNING, "seat-capacity", f"No run has a seat left{words}.")
        for child in kids
        if child.id not in carried
    )
    return problem, rs.RoutesSolution(tuple(runs), unserved), points


def _a_run(name, children, school, travel, kind):
    order = sorted(children, key=lambda child: -travel.seconds_between(child.home, school.place))
    at, stops = clock(7, 20), []
    for child, after in zip(order, [*[c.home for c in order[1:]], school.place], strict=True):
        stops.append(rs.Stop(child.home, Seconds(at), Seconds(at + 90), on=(child.id,)))
        at += 90 + travel.seconds_between(child.home, after)
    stops.append(rs.Stop(school.place, Seconds(at), Seconds(at + 360), off=tuple(child.id for child in order)))
    return rs.Run(name, rs.Direction.MORNING, f"V{name}", kind.id, kind.layouts[0].id, tuple(stops))


def a_guides_plan(runs=24, *, seed=2, words=""):
    """A guides problem, a solution with backups and gaps, and its points."""
    grid, points = some_places(runs * 6, seed=seed)
    places = list(grid)
    travel = a_matrix(grid)
    made, guides, given, backups, bare = [], [], [], [], []
    for n in range(runs):
        homes = places[n * 6 : n * 6 + 4]
        stops = tuple(gp.Stop(f"P{n}{i}{words}", home, clock(7, 30 + 5 * i)) for i, home in enumerate(homes))
        times = (clock(7, 25), clock(8, 45))
        made.append(
            gp.Run(
                f"R{n:03d}{words}",
                f"{n}",
                gp.Direction.AM,
                homes[0],
                places[n * 6 + 4],
                *times,
                *times,
                f"S{n}{words}",
                stops,
            )
        )
        guides.append(gp.Guide(f"G{n:03d}{words}", places[n * 6 + 5], relief=n % 6 == 5))
    for n, run in enumerate(made):
        if n % 6 == 5:
            bare.append(gs.Uncovered(run.id, "guide-present", f"Nobody free lives near enough{words}."))
            continue
        given.append(gs.Assignment(run.id, guides[n].id, gp.Mode.BUS, Seconds(900)))
        for rank in range(1, 1 + n % 3):
            backups.append(gs.Backup(run.id, guides[(n + rank) % runs].id, rank))
    problem = gp.GuidesProblem(date(2026, 11, 23), tuple(guides), tuple(made), travel)
    return problem, gs.GuidesSolution(tuple(given), tuple(backups), tuple(bare)), points


def a_meetings_plan(schools=32, *, seed=3, words=""):
    """A round of meetings, its roster and its points."""
    grid, points = some_places(schools + 2, seed=seed)
    places = list(grid)
    first = date(2026, 11, 23)
    made = tuple(mp.School(f"S{n:02d}{words}", places[n], "West", need_signal=n % 6) for n in range(schools))
    people = tuple(mp.Staff(f"EP{n}{words}", mp.EP, "West", base="V0" + words) for n in range(4))
    venues = tuple(mp.Venue(f"V{n}{words}", places[schools + n], "West", (mp.Room(f"r{words}"),)) for n in range(2))
    kind = mp.MeetingType("pilot", f"Planning meeting{words}", Seconds(3600), (mp.RoleNeed(mp.EP),))
    meetings = tuple(
        mp.Meeting(f"M{n:02d}{words}", school.id, "pilot", first, first + timedelta(40))
        for n, school in enumerate(made)
    )
    days = tuple(first + timedelta(n) for n in range(14) if (first + timedelta(n)).weekday() < 5)
    problem = mp.Problem(
        made, people, venues, (kind,), meetings, days, (clock(9), clock(10, 30), clock(13)), travel=a_matrix(grid)
    )
    bookings, left = [], []
    for n, meeting in enumerate(meetings):
        if n % 9 == 8:
            left.append(ms.Unbooked(meeting.id, "school-available", f"The head is away every morning{words}."))
            continue
        venue = mp.AT_SCHOOL if n % 3 else venues[n % 2].id
        room = None if venue == mp.AT_SCHOOL else "r" + words
        when = (days[n // 8 % len(days)], problem.starts[n // 4 % 2])
        bookings.append(mp.Booking(meeting.id, *when, venue, room, (people[n % 4].id,)))
    return problem, ms.Solution(tuple(bookings), tuple(left)), points


def a_places_plan(pupils=90, bases=9, *, seed=4, words="", closed=0):
    """A two-year places problem, its plan with ``closed`` bases closing in the second year, and its points."""
    grid, points = some_places(pupils + bases, seed=seed, reach=7_000)
    places = list(grid)
    years = ("2026/27", "2027/28")
    made = tuple(
        pp.Base(
            f"B{n:02d}{words}",
            f"S{n}{words}",
            places[n],
            f"West{words}",
            (f"ASC{words}",),
            (pp.Phase.PRIMARY,),
            (12, 12),
            Pence(1_760_847),
        )
        for n in range(bases)
    )
    travel = a_matrix(grid)
    homes = places[bases:]
    nearest = [sorted(made, key=lambda base, home=home: travel.seconds_between(home, base.place)) for home in homes]
    kids = tuple(
        pp.Pupil(
            f"P{n:03d}{words}",
            f"ASC{words}",
            home,
            "West",
            pp.Phase.PRIMARY,
            Pence(6_000_000),
            years_left=2,
            current=nearest[n][0].id,
        )
        for n, home in enumerate(homes)
    )
    problem = pp.Problem(kids, made, travel, years)
    shut = {base.id for base in made[:closed]}
    placed, left = [], []
    for n, kid in enumerate(kids):
        if n % 15 == 14:
            left.append(ps.Unplaced(kid.id, 0, 1, ps.Why.FULL))
            continue
        placed.append(ps.Placement(kid.id, nearest[n][0].id, 0, 0))
        placed.append(ps.Placement(kid.id, next(base.id for base in nearest[n] if base.id not in shut), 1, 1))
    plans = tuple(ps.BasePlan(base.id, (True, base.id not in shut), (0, 0)) for base in made)
    return problem, ps.Solution(tuple(placed), tuple(left), plans), points
