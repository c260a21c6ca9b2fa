"""Turns schools, staff, venues, the calendar and the kinds of meeting into one locality's round of meetings."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import ceil, hypot

from data.errors import CannotBuild
from data.issues import Issue, Level
from data.problems.atlas import Atlas, atlas
from data.problems.built import Built
from data.records import City
from data.records import meetings as rows
from data.records.parsing import written
from data.records.schools import School
from data.travel.crow import Estimate
from data.travel.source import Band, TravelSource
from optimiser.core.calendar import SchoolCalendar, Term
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import MINUTE, Seconds, clock
from optimiser.meetings import problem as meetings
from optimiser.meetings.catchup import PILOT_NO_SHOW, slots_needed

STARTS = tuple(clock(hour, minute) for hour, minute in ((9, 0), (10, 0), (11, 0), (12, 30), (13, 30), (14, 30)))
"""Three meetings of an hour to each half-day, as in the pilot; a setting."""

LUNCH = (clock(12), clock(12, 30))
"""Nobody meets then, however long a meeting lasts."""

NOTICE = 10
"""Working days of notice where a meeting type does not say."""

NEED_WAITS, CALM = 1, 3
"""Points for each week that a school waits, for each point of its concern score above the calm ones: 4 and 5 come
first. Were every point priced, half a minute would prove a locality's roster within 24 % rather than within 8 %."""

SURE = 0.95
"""Catch-up slots are enough in so many rounds of 100: seven for 32 schools of which one in eight does not come."""

SEATS = 8
"""A venue for catch-up slots seats the team and two from the school."""


def school_calendar(city: City) -> SchoolCalendar:
    """Return the council's school days: its terms less half-terms, holidays and training days."""
    terms = tuple(Term(row.title, row.first, row.last or row.first) for row in city.calendar if row.kind == "term")
    closing = {"half-term", "holiday", "bank holiday", "INSET", "closure"}
    closed = frozenset(day for row in city.calendar if row.kind in closing for day in _days(row.first, row.last))
    at = {school.id: frozenset(school.inset) for school in city.schools if school.inset}
    return SchoolCalendar(terms, closed, at)


def build(
    city: City,
    travel: TravelSource | None = None,
    *,
    locality: str | None = None,
    kind: str = "ISM",
    first: date | None = None,
    last: date | None = None,
    catch_up: bool = True,
    no_show: float = PILOT_NO_SHOW,
    days_after: int = 0,
    number: int = 1,
    told: date | None = None,
    missed: frozenset[str] = frozenset(),
) -> Built[meetings.Problem]:
    """Return one round of individual school meetings for a locality team (every locality when None is given).

    The window is that of the meeting type unless ``first`` and ``last`` are given, and that of a later round of the
    year follows from it (``round_days``); ``number`` is 1 for the first. ``no_show`` is the share of schools that did
    not come last time, from which the catch-up slots are sized. ``days_after`` keeps so many school days after the
    window open for catch-up slots alone. ``told`` is the day on which invitations go out, that of the meeting type
    unless given: no school is met before its notice is over. ``missed`` are schools not seen in the round before,
    besides those that say so themselves. Raises CannotBuild for an unknown meeting type or round.
    """
    source = travel or Estimate()
    where = atlas(city)
    left: list[Issue] = []
    row = next((each for each in city.meeting_types if each.id == kind), None)
    if row is None:
        raise CannotBuild(f"there is no meeting type {kind} on the Meeting types sheet: add a row for it")
    opens, closes = first or row.window_first, last or row.window_last
    calendar = school_calendar(city)
    window = round_days(calendar, (opens, closes), number, rounds_of(city, row))
    sent = told or row.told
    told_from = calendar.working_days_after(sent, row.notice_days or NOTICE) if sent is not None else None
    later = tuple(day for day in calendar.days if window and day > window[-1])[: max(0, days_after)]
    days = (*window, *later)
    schools = [s for s in city.schools if (locality in (None, s.area)) and s.type in ("mainstream", "academy")]
    met = tuple(
        replace(each, told_from=told_from, missed_last_round=each.missed_last_round or each.id in missed)
        for s in schools
        if (each := _school(s, row, where, city, left)) is not None
    )
    people = tuple(_person(s, city, days) for s in city.staff if _serves(s, locality))
    held = _kind(row, people)
    people = _with_shares(people, held, met)
    venues = tuple(v for each in city.venues if (v := _venue(each, days, where)) is not None)
    problem = meetings.Problem(
        schools=met,
        staff=people,
        venues=venues,
        kinds=(held,),
        meetings=tuple(
            meetings.Meeting(f"{s.id}:{number}", s.id, row.id, window[0], window[-1], round=number)
            for s in met
            if window
        ),
        days=days,
        starts=STARTS,
        events=tuple(_events(city, days, people, locality)),
        catch_up=_reserves(row, met, days, city, no_show) if catch_up and days else (),
        prices=meetings.Prices(need_waits=NEED_WAITS),
        travel=_matrix(where, source, met, venues, people),
        lunch=LUNCH,
        title=f"{row.title}: {locality or 'all localities'}",
    )
    provenance = {each.id: each.cell for found in (schools, city.staff, city.venues, city.meetings) for each in found}
    return Built(problem, provenance, tuple(left), (problem.travel.source,) if problem.travel else (), where.lat_lon())


def rounds_of(city: City, row: rows.MeetingType) -> int:
    """Return how many rounds of a kind of meeting there are in a year: as its row says, else as the settings do."""
    return row.rounds or round(city.settings.rounds_a_year)


def round_days(
    calendar: SchoolCalendar, window: tuple[date | None, date | None], number: int, rounds: int
) -> tuple[date, ...]:
    """Return the school days of a round: those of the window for the first, as many again later for the next.

    The school year from the window's first day on is parted evenly among the rounds, and each begins with its part, or
    when the round before it is over if that is later. Raises CannotBuild for a round that the year does not have.
    """
    if not 1 <= number <= rounds:
        raise CannotBuild(f"there is no round {number}: the year has {rounds}. Change “Rounds a year” on Meeting types")
    opens, closes = window
    first = tuple(day for day in calendar.days if (not opens or day >= opens) and (not closes or day <= closes))
    if number == 1 or not first:
        return first
    ends = date(first[0].year + (first[0].month > 8), 8, 31)
    year = [day for day in calendar.days if first[0] <= day <= ends]
    begins = max((number - 1) * len(year) // rounds, (number - 1) * len(first))
    return tuple(year[begins : begins + len(first)])


def _with_shares(
    people: tuple[meetings.Staff, ...], kind: meetings.MeetingType, met: tuple[meetings.School, ...]
) -> tuple[meetings.Staff, ...]:
    """Return the people with a fair share each: the meetings of the localities they serve, parted by contract.

    Whoever serves several localities counts for an equal part in each. A psychologist attached to schools, and the only
    one of a role, have no choice to share.
    """
    asked = Counter(school.locality for school in met)
    weight: dict[tuple[str, str], float] = defaultdict(float)
    many: Counter[tuple[str, str]] = Counter()
    serves = {each.id: sorted(each.localities & set(asked) or (() if each.localities else asked)) for each in people}
    linked = {school.psychologist for school in met}
    for each in people:
        for locality in serves[each.id]:
            weight[each.role, locality] += each.fte / len(serves[each.id])
            many[each.role, locality] += 1
    wanted = {need.role for need in kind.roles}
    found = []
    for each in people:
        part = sum(
            asked[locality] * each.fte / len(serves[each.id]) / weight[each.role, locality]
            for locality in serves[each.id]
        )
        chosen = any(many[each.role, locality] > 1 for locality in serves[each.id])
        shared = each.role in wanted and chosen and each.id not in linked
        found.append(replace(each, share=ceil(part - 1e-9)) if shared else each)
    return tuple(found)


def leave_faults(city: City) -> tuple[tuple[str, str, str], ...]:
    """Return each pair of leave rows of one person that overlap; their days are away once, whatever was meant."""
    found = []
    for number, one in enumerate(city.leave):
        for other in city.leave[number + 1 :]:
            last = min(one.last or one.first, other.last or other.first)
            if one.staff == other.staff and max(one.first, other.first) <= last:
                rows_at = " and ".join(each.cell or "a row" for each in (one, other))
                wrong = f"two rows of leave overlap up to {written(last)} ({rows_at})"
                found.append((one.staff, wrong, "make one row of them on the Leave sheet"))
    return tuple(found)


def _days(first: date, last: date | None) -> Iterator[date]:
    day = first
    while day <= (last or first):
        yield day
        day += timedelta(days=1)


def _both(weekdays: tuple[int, ...]) -> frozenset[meetings.HalfDay]:
    return frozenset((weekday, half) for weekday in weekdays for half in (0, 1))


def _school(row: School, kind: rows.MeetingType, where: Atlas, city: City, left: list[Issue]) -> meetings.School | None:
    place = where.place("school", row.id)
    if place is None:
        wrong = f"{row.id} is not planned: the school cannot be placed"
        left.append(Issue("no-such-place", wrong, "Correct the postcode", row.sheet, row.row, level=Level.LOOK))
        return None
    known = {person.id for person in city.staff}
    return meetings.School(
        id=row.id,
        place=place,
        locality=row.area,
        consortium=row.consortium or "",
        phase=row.phase,
        need=row.need_of_note or "",
        psychologist=row.psychologist if row.psychologist in known else None,
        senco=_both(row.senco_days) if row.senco_days else meetings.EVERY_HALF_DAY,
        head_away=_both(row.head_away),
        head_prefers=_both(row.head_prefers),
        preferred=_preferred(row),
        short_notice=row.short_notice,
        no_go=frozenset(row.inset),
        need_signal=max(0, (row.concerns or 0) - CALM),
        last_seen=row.last_seen,
        missed_last_round=row.missed_last,
        venues=(kind.venue,) if kind.venue and where.place("venue", kind.venue) else (meetings.AT_SCHOOL,),
    )


def _preferred(row: School) -> frozenset[meetings.HalfDay]:
    """Return the half-days that a school prefers; a preferred half alone stands for that half of every day."""
    if row.preferred_half is None:
        return _both(row.preferred)
    half = int(row.preferred_half == "afternoon")
    return frozenset((day, half) for day in row.preferred or range(5))


def _serves(row: rows.Staff, locality: str | None) -> bool:
    return locality is None or row.area in (locality, "City") or locality in row.areas or "City" in row.areas


def _person(row: rows.Staff, city: City, days: tuple[date, ...]) -> meetings.Staff:
    away = frozenset(day for each in city.leave if each.staff == row.id for day in _days(each.first, each.last))
    works = _both(tuple(day for day in row.days if day not in row.clinic))
    works |= {(day, 0) for day in row.mornings}
    works -= {(day, 1) for day in row.mornings}
    shared = row.area == "City" or bool(row.areas)
    everywhere = row.area == "City" or "City" in row.areas
    sittings = [each for each in city.panels if row.panel and each.area in (row.area, *row.areas)]
    return meetings.Staff(
        id=row.id,
        role=row.role,
        locality=row.area,
        localities=frozenset() if everywhere else frozenset({row.area, *row.areas}),
        employer=row.employer,
        fte=round(row.fte * 100),
        specialisms=frozenset(row.specialisms),
        works=works,
        leave=away & frozenset(days),
        busy=tuple(window for sitting in sittings for window in _sittings(sitting, days)),
        base=row.base,
        drives=row.drives,
        most_a_day=row.most_a_day or 6,
        one_locality_a_day=shared,
        panel_duty=row.panel,
    )


def _sittings(row: rows.Panel, days: tuple[date, ...]) -> Iterator[meetings.Window]:
    """Yield the weekly sittings of a panel; rarer panels stand in the diary as dated meetings instead."""
    if row.cadence != "weekly":
        return
    start = Seconds(row.start if row.start is not None else clock(9, 0))
    end = Seconds(row.end if row.end is not None else clock(12, 0))
    for day in days:
        if day.weekday() in row.weekday:
            yield meetings.Window(day, start, end)


def _venue(row: rows.Venue, days: tuple[date, ...], where: Atlas) -> meetings.Venue | None:
    place = where.place("venue", row.id)
    if place is None:
        return None
    opens = Seconds(row.opens if row.opens is not None else clock(9, 0))
    closes = Seconds(row.closes if row.closes is not None else clock(17, 0))
    rooms = tuple(
        meetings.Room(f"{row.id}-{number}", row.seats or 12, row.step_free, row.hearing_loop)
        for number in range(1, row.rooms + 1)
    )
    bookable = tuple(meetings.Window(day, opens, closes) for day in days if day.weekday() in row.days)
    return meetings.Venue(row.id, place, row.area, rooms, bookable, row.price or 0)


def _kind(row: rows.MeetingType, people: tuple[meetings.Staff, ...]) -> meetings.MeetingType:
    skilled = any(person.specialisms for person in people if person.role == meetings.AT)
    needs = [(role, True) for role in row.required] + [(role, False) for role in row.optional]
    roles = tuple(
        meetings.RoleNeed(role, must, attached=role == meetings.EP, fit=skilled and role == meetings.AT)
        for role, must in needs
    )
    return meetings.MeetingType(row.id, row.title, Seconds(row.minutes * MINUTE), roles, row.notice_days or NOTICE)


def _events(
    city: City, days: tuple[date, ...], people: tuple[meetings.Staff, ...], locality: str | None
) -> Iterator[meetings.FixedEvent]:
    open_days, known = frozenset(days), {person.id for person in people}
    for row in city.meetings:
        if row.day not in open_days or (row.area not in (None, "City", locality) and locality is not None):
            continue
        start = Seconds(row.start if row.start is not None else clock(9, 0))
        end = Seconds(row.end if row.end is not None else clock(12, 0))
        yield meetings.FixedEvent(
            id=row.id,
            title=row.title,
            window=meetings.Window(row.day, start, end),
            staff=frozenset(row.staff) & known,
            roles=frozenset(row.roles),
            schools=frozenset({row.school}) if row.school else frozenset(),
        )


def _reserves(
    row: rows.MeetingType, met: tuple[meetings.School, ...], days: tuple[date, ...], city: City, no_show: float
) -> tuple[meetings.CatchUp, ...]:
    """Return the catch-up slots wanted in each locality: enough for those who do not come, in 95 rounds of 100."""
    found = []
    for locality in sorted({school.locality for school in met}):
        mine = [school for school in met if school.locality == locality]
        venue = row.venue or _near_those_who_miss(mine, city)
        if venue is not None:
            wanted = slots_needed(len(mine), no_show=no_show, confidence=SURE)
            found.append(meetings.CatchUp(row.id, wanted, locality, venue, days[0], days[-1]))
    return tuple(found)


def _near_those_who_miss(mine: list[meetings.School], city: City) -> str | None:
    """Return the venue of the locality nearest to the schools that missed the last round, or to all; None without one.

    Nearness is the sum of straight lines in metres; a school without a point counts for nothing.
    """
    away = {school.id for school in mine if school.missed_last_round} or {school.id for school in mine}
    points = [(row.easting, row.northing) for row in city.schools if row.id in away and row.easting and row.northing]
    held = [
        row
        for row in city.venues
        if row.area == mine[0].locality and row.easting and row.northing and (row.seats or 12) >= SEATS
    ] or [row for row in city.venues if row.area == mine[0].locality and (row.seats or 12) >= SEATS]
    if not held:
        return None
    return min(held, key=lambda row: (
        sum(hypot((row.easting or 0) - x, (row.northing or 0) - y) for x, y in points), row.id
    )).id  # fmt: skip


def _matrix(
    where: Atlas,
    source: TravelSource,
    schools: tuple[meetings.School, ...],
    venues: tuple[meetings.Venue, ...],
    people: tuple[meetings.Staff, ...],
) -> TravelMatrix | None:
    places = {school.place for school in schools} | {venue.place for venue in venues}
    places |= {person.base for person in people if person.base in where.points}
    return where.matrix(source, places, Band.MIDDAY) if places else None
