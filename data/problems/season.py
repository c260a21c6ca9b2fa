"""Turns the Panels, Panel cases, Meetings, Staff and Calendar sheets into a season of panels, events and agendas."""

from collections.abc import Iterator
from datetime import date, timedelta

from data.problems.meetings import school_calendar
from data.records import City
from data.records import meetings as rows
from optimiser.core.units import Seconds, clock
from optimiser.meetings.agenda import Case
from optimiser.meetings.forum import Wish
from optimiser.meetings.panels import Member
from optimiser.meetings.season import Forum, Panel, Season
from optimiser.meetings.year import Occasion

WEEKS = 12
"""Sittings are staffed and agendas drawn up so many weeks ahead; about a term."""
CITY = "City"
SENCOS, FAMILIES, YOUNG = "SENCos", "families", "young people"
KINDS_OF_BUSINESS = {
    "EHC assessment": ("ehc",),
    "enhanced support": ("enhanced", "top-up"),
    "resource base": ("resource base",),
    "special school": ("special school",),
    "sensory": ("sensory", "physical", "equipment"),
    "transport": ("transport", "appeal"),
}
"""Words in a panel's name or business that show which requests it is about."""


def build_season(city: City, *, first: date, locality: str | None = None, weeks: int = WEEKS) -> Season:
    """Return the season from a first day: every panel and dated event, and the cases waiting in one locality or all.

    Panels sit at the same time and share people, so they are staffed together whatever the locality. One with services
    named is staffed; one without is a cadence of its own business inside the others.
    """
    areas = _areas(city)
    panels = tuple(_panel(row) for row in city.panels)
    calendar = school_calendar(city)
    last = first + timedelta(weeks=weeks)
    types = {row.id: row for row in city.meeting_types}
    return Season(
        calendar=calendar,
        first=first,
        last=last,
        panels=panels,
        members=tuple(_members(city, panels, (first, last))),
        cases=tuple(
            _case(row, city) for row in city.panel_cases if row.outcome is None and locality in (None, row.area)
        ),
        occasions=tuple(_occasion(row, city, areas) for row in city.meetings),
        forums=tuple(_forums(city, locality)),
        faith=tuple((row.first, row.title) for row in city.calendar if row.kind == "faith day"),
        notice=tuple(
            (row.id, kind.notice_days)
            for row in city.meetings
            if (kind := types.get(row.type or "")) is not None and kind.notice_days
        ),
    )


def _areas(city: City) -> frozenset[str]:
    return frozenset({school.area for school in city.schools} | {row.area for row in city.panels}) - {CITY}


def _panel(row: rows.Panel) -> Panel:
    words = f"{row.title} {row.business or ''}".lower()
    staffed = bool(row.services)
    kinds = {kind for kind, said in KINDS_OF_BUSINESS.items() if any(word in words for word in said)}
    return Panel(
        id=row.id,
        title=row.title,
        area=row.area,
        cadence=row.cadence,
        weekdays=frozenset(row.weekday) or frozenset({1}),
        start=Seconds(row.start if row.start is not None else clock(9)),
        end=Seconds(row.end if row.end is not None else clock(12)),
        services=tuple(row.services),
        hears=frozenset() if staffed else frozenset(kinds),
    )


def _members(city: City, panels: tuple[Panel, ...], between: tuple[date, date]) -> Iterator[Member]:
    """Yield everybody whose role sits on a panel; those without panel duty are alternates."""
    services = {service for panel in panels for service in panel.services}
    away: dict[str, set[date]] = {}
    for row in city.leave:
        day = row.first
        while day <= (row.last or row.first):
            away.setdefault(row.staff, set()).add(day)
            day += timedelta(days=1)
    for person in city.staff:
        if person.role not in services:
            continue
        works = (set(person.days) | set(person.mornings)) - set(person.clinic)
        days = (between[0] + timedelta(days=count) for count in range((between[1] - between[0]).days + 1))
        off = {day for day in days if day.weekday() not in works}
        everywhere = CITY in (person.area, *person.areas)
        yield Member(
            person.id,
            person.role,
            frozenset() if everywhere else frozenset({person.area, *person.areas}),
            frozenset(off | away.get(person.id, set())),
            alternate=not person.panel,
        )


def _case(row: rows.PanelCase, city: City) -> Case:
    known = {person.id for person in city.staff}
    return Case(
        id=row.id,
        type=row.type,
        area=row.area,
        due=row.due or row.received + timedelta(weeks=6),
        minutes=row.minutes or 12,
        complete_from=row.complete,
        locality_leads=frozenset(_experts(row, city)),
        lead=row.lead if row.lead in known else None,
        received=row.received,
    )


def _experts(row: rows.PanelCase, city: City) -> Iterator[str]:
    """Yield who could lead a case: teachers whose specialism fits the pupil's need, and the area's psychologists."""
    need = next((pupil.need for pupil in city.pupils if pupil.id == row.pupil), None) if row.pupil else None
    for person in city.staff:
        if row.area not in (person.area, *person.areas):
            continue
        if person.role == "EP" or (person.role == "AT" and (need is None or need in person.specialisms)):
            yield person.id


def _occasion(row: rows.Meeting, city: City, areas: frozenset[str]) -> Occasion:
    """Return a dated event with what it takes: roles of areas, people, rooms of one, and its audience."""
    where = areas if row.area in (None, CITY) else frozenset({row.area})
    takes = {f"{role} of {area}" for role in row.roles for area in where if area}
    takes |= {f"{city_role.role} of {area}" for city_role in city.staff if city_role.id in row.staff for area in where}
    venue = next((each for each in city.venues if each.id == row.venue), None)
    if venue is not None and venue.rooms == 1:
        takes.add(f"the room at {venue.id}")
    takes |= {f"{who} of {area}" for who in _audience(row) for area in where if area}
    alike = [each for each in city.meetings if (each.type or each.title) == (row.type or row.title)]
    weekdays = frozenset(each.day.weekday() for each in alike if each.day.weekday() < 5)
    return Occasion(
        row.id,
        row.title,
        row.day,
        frozenset(takes),
        weekdays if len(alike) > 2 else frozenset(range(5)),
        row.start if row.start is not None else 0,
        row.end if row.end is not None else 86_400,
    )


def _audience(row: rows.Meeting) -> set[str]:
    words = f"{row.title} {row.type or ''}".lower()
    found = {SENCOS} if "senco" in words or row.type in ("NETWORK", "FORUM") else set()
    found |= {FAMILIES} if "famil" in words or "parent" in words else set()
    return found | ({YOUNG} if "youth" in words else set())


def _forums(city: City, locality: str | None, wishes: tuple[Wish, ...] = ()) -> Iterator[Forum]:
    """Yield each timed event for families, with everybody whose role is taken up and who works that day."""
    types = {row.id: row for row in city.meeting_types}
    family = next((row for row in city.meeting_types if "famil" in row.title.lower()), None)
    for row in city.meetings:
        if FAMILIES not in _audience(row) or row.start is None or row.end is None:
            continue
        if locality is not None and row.area not in (None, CITY, locality):
            continue
        kind = types.get(row.type or "") or family
        roles = set(row.roles) | (set(kind.required) | set(kind.optional) if kind else set())
        people = []
        for person in city.staff:
            if person.role not in roles and person.id not in row.staff:
                continue
            if row.area not in (None, CITY, person.area, *person.areas) and person.area != CITY:
                continue
            off = any(each.staff == person.id and each.first <= row.day <= (each.last or each.first)
                      for each in city.leave)  # fmt: skip
            if row.day.weekday() in person.days and row.day.weekday() not in person.clinic and not off:
                people.append((person.id, person.role))
        yield Forum(row.id, row.title, row.day, Seconds(row.start), Seconds(row.end), tuple(people), wishes=wishes)
