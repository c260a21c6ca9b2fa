"""The map of meetings: which schools are seen and where, which are left out, and how each person goes round."""

from collections import Counter
from collections.abc import Mapping

from maps import style
from maps.background import Background
from maps.geojson import Feature, Place, line, point
from maps.layers import Key, Layer
from maps.page import Pick, Sheet, page
from maps.placing import Placing
from maps.popup import clock, count
from optimiser.meetings.problem import AT_SCHOOL, Booking, Problem
from optimiser.meetings.solution import Solution

_BOOKED = style.dot(style.BLUE, 7.0)
_LEFT = style.ring(style.VERMILION, 8.0, weight=3.5)
_VENUE = style.square(style.GREEN, 8.0)
_TO_VENUE = style.Look(style.BLUE, 1.3, "2 5", opacity=0.7)
FICTION = "Fictional staff, dates and needs. Real schools and places."


def draw(
    problem: Problem,
    solution: Solution,
    *,
    points: Mapping[str, Place],
    title: str = "Meetings and travel",
    notice: str = FICTION,
    background: Background | None = None,
) -> str:
    """Return the map page. ``points`` are (latitude, longitude) by place id."""
    placing = Placing(points)
    rounds = _rounds(problem, solution, placing)
    layers = [
        Layer("School to venue", _to_venue(problem, solution, placing), (Key(_TO_VENUE, "school goes to the venue"),)),
        Layer("Days of staff", rounds, (Key(style.run_look(0), "a person's day, in turn"),), picked=False),
        Layer("Venues", _venues(problem, solution, placing), (Key(_VENUE, "venue, larger for more meetings"),)),
        Layer(
            "Schools",
            _schools(problem, solution, placing),
            (Key(_BOOKED, "meeting booked"), Key(_LEFT, "no meeting booked")),
        ),
    ]
    people = Counter(person for booking in solution.bookings for person in booking.people)
    picks = tuple((person, f"{person}, {count(number, 'meeting')}") for person, number in sorted(people.items()))
    source = f"Travel times: {problem.travel.source}." if problem.travel else ""
    sheet = Sheet(
        title,
        notice,
        layers,
        _figures(problem, solution),
        Pick("Show one person's days", picks),
        (source,),
        placing.lost,
        placing.used,
    )
    return page(sheet, background=background)


def _figures(problem: Problem, solution: Solution) -> tuple[tuple[str, str], ...]:
    days = {booking.day for booking in solution.bookings}
    at_school = sum(1 for booking in solution.bookings if booking.venue == AT_SCHOOL)
    return (
        ("Meetings booked", f"{len(solution.bookings):,}"),
        ("Left out", f"{len(solution.unbooked):,}"),
        ("Days used", f"{len(days):,}"),
        ("At the school", f"{at_school:,}"),
        ("Catch-up slots", f"{len(solution.reserves):,}"),
        ("Staff used", f"{len({person for booking in solution.bookings for person in booking.people}):,}"),
    )


def _when(booking: Booking) -> str:
    return f"{booking.day:%a %-d %b %Y} {clock(booking.start)}"


def _schools(problem: Problem, solution: Solution, placing: Placing) -> list[Feature]:
    why = {each.meeting: each.sentence for each in solution.unbooked}
    found = []
    for meeting in problem.meetings:
        school = problem.school[meeting.school]
        here = placing.at(school.place)
        if here is None:
            continue
        booking = solution.booking.get(meeting.id)
        lines = (
            ("Meeting", problem.kind[meeting.kind].title),
            ("When", _when(booking) if booking else "not booked"),
            ("Where", ("at the school" if booking.venue == AT_SCHOOL else booking.venue) if booking else ""),
            ("Room", booking.room if booking else ""),
            ("With", ", ".join(booking.people) if booking else ""),
            ("Concern, 0 to 5", school.need_signal or ""),
            ("Why not", why.get(meeting.id, "")),
        )
        group = booking.people[0] if booking and booking.people else ""
        tip = f"School {school.id}, {_when(booking) if booking else 'not booked'}"
        found.append(point(here, _BOOKED if booking else _LEFT, tip=tip, lines=lines, group=group))
    return found


def _venues(problem: Problem, solution: Solution, placing: Placing) -> list[Feature]:
    held = Counter(booking.venue for booking in solution.bookings)
    days = Counter(venue for venue, _ in {(booking.venue, booking.day) for booking in solution.bookings})
    found = []
    for venue in problem.venues:
        here = placing.at(venue.place)
        if here is not None:
            lines = (("Meetings", held[venue.id]), ("Days", days[venue.id]), ("Rooms", len(venue.rooms)))
            look = style.square(style.GREEN, style.sized(held[venue.id], least=6.0, most=14))
            found.append(point(here, look, tip=f"Venue {venue.id}", lines=lines))
    return found


def _to_venue(problem: Problem, solution: Solution, placing: Placing) -> list[Feature]:
    found = []
    for booking in solution.bookings:
        if booking.venue == AT_SCHOOL:
            continue
        school = problem.school[problem.meeting[booking.meeting].school]
        way = placing.through(((school.place, False), (problem.place_of(booking.meeting, booking.venue), False)))
        if len(way) == 2 and way[0] != way[1]:
            group = booking.people[0] if booking.people else ""
            found.append(line(way, _TO_VENUE, tip=f"School {school.id} to {booking.venue}", group=group))
    return found


def _rounds(problem: Problem, solution: Solution, placing: Placing) -> list[Feature]:
    """Return each person's way through a day: from their office to each meeting in turn and back."""
    days: dict[tuple[str, object], list[Booking]] = {}
    for booking in solution.bookings:
        for person in booking.people:
            days.setdefault((person, booking.day), []).append(booking)
    numbers = {person: number for number, person in enumerate(sorted({person for person, _ in days}))}
    found = []
    for (person, _), bookings in sorted(days.items(), key=lambda item: (item[0][0], str(item[0][1]))):
        bookings.sort(key=lambda booking: booking.start)
        places = [(problem.place_of(booking.meeting, booking.venue), False) for booking in bookings]
        office = problem.person[person].base if person in problem.person else None
        if office is not None and office in problem.venue:
            office = problem.venue[office].place
        if office is not None:
            places = [(office, False), *places, (office, False)]
        way = placing.through(places)
        way = [here for turn, here in enumerate(way) if turn == 0 or here != way[turn - 1]]
        if len(way) < 2:
            continue
        lines = (
            ("Day", f"{bookings[0].day:%a %-d %b %Y}"),
            ("Meetings", len(bookings)),
            ("First", clock(bookings[0].start)),
            ("Last", clock(bookings[-1].start)),
        )
        tip = f"{person}, {bookings[0].day:%a %-d %b}, {count(len(bookings), 'meeting')}"
        found.append(line(way, style.run_look(numbers[person], weight=1.8), tip=tip, lines=lines, group=person))
    return found
