"""A roster as tables: the schools, those left out, diaries, rooms, the week at a glance, load and how good it is."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.meetings import costing
from optimiser.meetings.problem import AT_SCHOOL, Problem, half_day
from optimiser.meetings.rules import BY_ID
from optimiser.meetings.solution import Booking, Reserve, Solution

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def report(problem: Problem, solution: Solution) -> tuple[Table, ...]:
    """Return every table of a roster, the summary first."""
    return (
        summary(problem, solution),
        roster(problem, solution),
        left_out(problem, solution),
        diaries(problem, solution),
        rooms(problem, solution),
        week_view(problem, solution),
        load(problem, solution),
        heat(problem, solution),
        wishes(problem, solution),
        reserves(problem, solution),
    )


def _held(solution: Solution) -> list[Booking | Reserve]:
    return [*solution.bookings, *solution.reserves]


def summary(problem: Problem, solution: Solution) -> Table:
    """Return the headline figures, each with its denominator in the heading."""
    asked, booked = len(problem.meetings), len(solution.bookings)
    roles = [
        len(booking.people) == len(problem.kind[problem.meeting[booking.meeting].kind].roles)
        for booking in solution.bookings
    ]
    first_half = [
        half_day(b.day, b.start) in problem.school[problem.meeting[b.meeting].school].head_prefers
        for b in solution.bookings
        if problem.school[problem.meeting[b.meeting].school].head_prefers
    ]
    days = {(person, booking.day) for booking in solution.bookings for person in booking.people}
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Meetings asked for", asked),
        ("Meetings booked", booked),
        ("Meetings left out", len(solution.unbooked)),
        ("Meetings with every role, of those booked", sum(roles)),
        ("Meetings in a half-day the head prefers, of those with one", sum(first_half)),
        ("Catch-up slots held", len(solution.reserves)),
        ("Catch-up slots wanted", sum(wish.wanted for wish in problem.catch_up)),
        ("Staff-days used", len(days)),
        ("Points", costing.cost(problem, solution)),
    )
    return Table(
        "summary", "The round at a glance", (Column("measure", "Measure"), Column("count", "Count", Kind.COUNT)), rows
    )


def roster(problem: Problem, solution: Solution) -> Table:
    """Return every booked meeting in order of time."""
    rows = []
    for each in sorted(solution.bookings, key=lambda b: (b.day, b.start, b.meeting)):
        school = problem.school[problem.meeting[each.meeting].school]
        end = each.start + problem.seconds_of(each.meeting)
        venue = "At the school" if each.venue == AT_SCHOOL else each.venue
        rows.append(
            (each.meeting, school.id, school.consortium, school.locality, each.day.isoformat(), int(each.start), end,
             venue, each.room, ", ".join(each.people))
        )  # fmt: skip
    return Table(
        "roster",
        "Meetings",
        (
            Column("meeting", "Meeting"),
            Column("school", "School"),
            Column("consortium", "Consortium"),
            Column("locality", "Locality"),
            Column("day", "Day", Kind.DATE),
            Column("start", "From", Kind.CLOCK),
            Column("end", "To", Kind.CLOCK),
            Column("venue", "Venue"),
            Column("room", "Room"),
            Column("people", "People"),
        ),
        tuple(rows),
    )


def left_out(problem: Problem, solution: Solution) -> Table:
    """Return every meeting left out, with the reason."""
    rows = tuple(
        (item.meeting, problem.meeting[item.meeting].school, item.rule, item.sentence) for item in solution.unbooked
    )
    return Table(
        "unbooked",
        "Schools not met in this round",
        (Column("meeting", "Meeting"), Column("school", "School"), Column("rule", "Rule"), Column("why", "Why")),
        rows,
    )


def diaries(problem: Problem, solution: Solution) -> Table:
    """Return each person's meetings in order, catch-up slots included."""
    rows: list[tuple[Cell, ...]] = []
    for each in solution.bookings:
        end = each.start + problem.seconds_of(each.meeting)
        for person in each.people:
            rows.append((person, problem.person[person].role, each.day.isoformat(), int(each.start), end,
                         problem.meeting[each.meeting].school, each.venue))  # fmt: skip
    for reserve in solution.reserves:
        end = reserve.start + problem.kind[reserve.kind].seconds
        for person in reserve.people:
            rows.append((person, problem.person[person].role, reserve.day.isoformat(), int(reserve.start), end,
                         "Catch-up slot", reserve.venue))  # fmt: skip
    return Table(
        "diaries",
        "Diaries",
        (
            Column("person", "Person"),
            Column("role", "Role"),
            Column("day", "Day", Kind.DATE),
            Column("start", "From", Kind.CLOCK),
            Column("end", "To", Kind.CLOCK),
            Column("school", "School"),
            Column("venue", "Venue"),
        ),
        tuple(sorted(rows, key=lambda row: (str(row[0]), str(row[2]), f"{row[3]:>6}"))),
    )


def rooms(problem: Problem, solution: Solution) -> Table:
    """Return the room bookings to make, one row for each room and half-day used, with its cost."""
    used: Counter[tuple[str, str, date, int]] = Counter()
    for each in _held(solution):
        if each.venue != AT_SCHOOL:
            used[each.venue, each.room or "", each.day, half_day(each.day, each.start)[1]] += 1
    rows = tuple(
        (venue, room, day.isoformat(), "Afternoon" if half else "Morning", count,
         problem.venue[venue].pence_per_half_day)
        for (venue, room, day, half), count in sorted(used.items())
    )  # fmt: skip
    return Table(
        "rooms",
        "Rooms to book",
        (
            Column("venue", "Venue"),
            Column("room", "Room"),
            Column("day", "Day", Kind.DATE),
            Column("half", "Half-day"),
            Column("meetings", "Meetings", Kind.COUNT),
            Column("cost", "Cost", Kind.PENCE),
        ),
        rows,
    )


def week_view(problem: Problem, solution: Solution) -> Table:
    """Return a grid of weeks by weekday and half-day, each cell the schools met then."""
    cells: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    for each in sorted(solution.bookings, key=lambda b: (b.day, b.start, b.meeting)):
        monday = each.day.toordinal() - each.day.weekday()
        cells[monday, *half_day(each.day, each.start)].append(problem.meeting[each.meeting].school)
    mondays = sorted({monday for monday, _, _ in cells})
    columns = [Column("week", "Week of", Kind.DATE)]
    for weekday in range(5):
        for name in ("am", "pm"):
            columns.append(Column(f"{WEEKDAYS[weekday].lower()}_{name}", f"{WEEKDAYS[weekday]} {name}"))
    rows = tuple(
        (
            date.fromordinal(monday).isoformat(),
            *(", ".join(cells[monday, weekday, half]) for weekday in range(5) for half in (0, 1)),
        )
        for monday in mondays
    )
    return Table("weeks", "Week by week", tuple(columns), rows)


def load(problem: Problem, solution: Solution) -> Table:
    """Return each person's meetings, days and travel against a fair share."""
    held: Counter[str] = Counter()
    days: dict[str, set[date]] = defaultdict(set)
    for each in _held(solution):
        for person in each.people:
            held[person] += 1
            days[person].add(each.day)
    road = _travel(problem, solution)
    rows = tuple(
        (p.id, p.role, p.locality, p.fte / 100, held[p.id], p.share, len(days[p.id]), road.get(p.id))
        for p in problem.staff
    )
    note = "Travel is from base to each meeting and back by day" if problem.travel else "No travel times were given"
    source = f"; {problem.travel.source}." if problem.travel else "."
    return Table(
        "load",
        "Load and travel of each person",
        (
            Column("person", "Person"),
            Column("role", "Role"),
            Column("locality", "Locality"),
            Column("fte", "Share of full time", Kind.SHARE),
            Column("meetings", "Meetings", Kind.COUNT),
            Column("share", "Fair share", Kind.COUNT),
            Column("days", "Days", Kind.COUNT),
            Column("travel", "Travel", Kind.SECONDS),
        ),
        rows,
        note + source,
    )


def _travel(problem: Problem, solution: Solution) -> dict[str, int]:
    if problem.travel is None:
        return {}
    stops: dict[tuple[str, date], list[tuple[int, str]]] = defaultdict(list)
    for each in solution.bookings:
        for person in each.people:
            stops[person, each.day].append((each.start, problem.place_of(each.meeting, each.venue)))
    found: Counter[str] = Counter()
    for (person, _), places in stops.items():
        base = problem.person[person].base
        path = [place for _, place in sorted(places)]
        if base is not None:
            path = [base, *path, base]
        for one, other in pairwise(path):
            if one in problem.travel.index and other in problem.travel.index:
                found[person] += int(problem.travel.seconds_between(one, other))
    return dict(found)


def heat(problem: Problem, solution: Solution) -> Table:
    """Return how many meetings fall in each week and starting time, for a heat map."""
    counts: Counter[tuple[date, int]] = Counter((each.day, int(each.start)) for each in solution.bookings)
    rows = tuple(
        (day.isoformat(), int(start), counts[day, int(start)]) for day in problem.days for start in problem.starts
    )
    return Table(
        "heat",
        "Meetings by day and time",
        (
            Column("day", "Day", Kind.DATE),
            Column("start", "From", Kind.CLOCK),
            Column("meetings", "Meetings", Kind.COUNT),
        ),
        rows,
    )


def wishes(problem: Problem, solution: Solution) -> Table:
    """Return the points by rule: which wishes were not met, how often and at what price."""
    count: Counter[str] = Counter()
    points: Counter[str] = Counter()
    for charge in costing.charges(problem, solution):
        count[charge.rule] += 1
        points[charge.rule] += charge.points
    rows = tuple(
        (rule, BY_ID[rule].sentence if rule in BY_ID else "Days on which people are used.", count[rule], points[rule])
        for rule in sorted(points, key=lambda rule: (-points[rule], rule))
    )
    return Table(
        "wishes",
        "Wishes not met",
        (
            Column("rule", "Rule"),
            Column("sentence", "Wish"),
            Column("times", "Times", Kind.COUNT),
            Column("points", "Points", Kind.COUNT),
        ),
        rows,
    )


def reserves(problem: Problem, solution: Solution) -> Table:
    """Return the catch-up slots held."""
    rows = tuple(
        (each.id, each.day.isoformat(), int(each.start), each.venue, each.room, ", ".join(each.people))
        for each in solution.reserves
    )
    return Table(
        "reserves",
        "Catch-up slots",
        (
            Column("slot", "Slot"),
            Column("day", "Day", Kind.DATE),
            Column("start", "From", Kind.CLOCK),
            Column("venue", "Venue"),
            Column("room", "Room"),
            Column("people", "People"),
        ),
        rows,
        "Unused slots become drop-ins.",
    )
