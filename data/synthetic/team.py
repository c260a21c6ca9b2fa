"""Invented locality teams, real and invented venues, and the diary as the papers print it."""

from datetime import date, timedelta

import numpy as np

from data.records.meetings import CalendarEntry, Leave, Meeting, MeetingType, Panel, PanelCase, Staff, Venue
from data.synthetic import handsworth, papers
from data.synthetic.homes import Homes
from data.synthetic.size import FICTION, Size, chances
from data.terms import bank_holidays

TEAM = (("EP", 8), ("AT", 12), ("SLT", 4), ("NURSE", 2), ("PMHW", 2), ("PLO", 3), ("FSW", 2))
"""People of each role in a locality team; roles from the papers, numbers assumed. OTs are shared."""

PILOT_TEAM = (("EP", 1), ("AT", 2), ("SLT", 1), ("OT", 1), ("PLO", 1))
"""Who saw Handsworth's schools in the pilot, by role; the second advisory teacher covers the other specialisms."""

SPECIALISMS = (("ASC", "SLCN"), ("CL", "SEMH"), ("HI", "VI"), ("ASC", "SEMH"), ("SLCN", "CL"))
PATTERNS = ((0, 1, 2), (2, 3, 4), (0, 1, 3), (0, 2, 4), (1, 2, 3, 4), (0, 1, 2, 3))
NINE, NOON = 9 * 3600, 12 * 3600


def make_staff(size: Size, seed: int) -> tuple[tuple[Staff, ...], tuple[Leave, ...]]:
    """Return every team's people, by reference, and their leave."""
    rng = chances(seed, "team")
    people: list[Staff] = []
    for area in size.areas:
        for role, count in PILOT_TEAM if size.name == "small" else TEAM:
            for number in range(1, count + 1):
                people.append(_person(area, role, number, rng, pilot=size.name == "small"))
    if size.name != "small":
        for number in range(1, 2 + len(size.areas) + 1):
            each = _person("City", "OT", number, rng, pilot=False)
            people.append(each)
        for role in papers.SERVICES[2:]:
            people += [_service(role, number, rng) for number in range(1, 2 + len(size.areas))]
    leave = [
        Leave(staff=person.id, first=day, last=day + timedelta(days=int(rng.integers(0, 3))))
        for person in people
        if size.name != "small" and rng.random() < 0.35
        for day in [date(2020, 1, 27) + timedelta(days=7 * int(rng.integers(0, 9)) + int(rng.integers(0, 3)))]
    ]
    return tuple(people), tuple(leave)


def _person(area: str, role: str, number: int, rng: np.random.Generator, *, pilot: bool) -> Staff:
    part_time = not pilot and rng.random() < 0.55
    days = PATTERNS[int(rng.integers(len(PATTERNS)))] if part_time else (0, 1, 2, 3, 4)
    health = role in ("SLT", "OT", "NURSE", "PMHW")
    specialisms: tuple[str, ...] = ()
    if role == "AT":
        specialisms = SPECIALISMS[(number - 1) % len(SPECIALISMS)] if not pilot else ("ASC", "SLCN", "CL", "SEMH")
    return Staff(
        id=f"{role}-{area[0]}{number}",
        role=role,
        employer="health" if health else "council",
        area=area,
        fte=round(len(days) / 5, 2),
        days=days,
        specialisms=specialisms,
        most_a_day=6,
        clinic=(days[-1],) if health and not pilot else (),
        panel=role in ("EP", "AT") and number == 1,
        base=f"V-HUB-{area[0]}",
        drives=bool(rng.random() < 0.85),
        fictional=FICTION,
    )


def _service(role: str, number: int, rng: np.random.Generator) -> Staff:
    return Staff(
        id=f"{role}-C{number}",
        role=role,
        employer="health" if role == "HEALTH" else "council",
        area="City",
        fte=1.0 if rng.random() < 0.6 else 0.6,
        days=(0, 1, 2, 3, 4) if number % 2 else (1, 2, 3),
        panel=True,
        drives=True,
        fictional=FICTION,
    )


def make_venues(size: Size, seed: int, homes: Homes) -> tuple[Venue, ...]:
    """Return the venues that the papers name and one invented hub for each area."""
    rng = chances(seed, "venues")
    found = [
        Venue(
            id=code,
            name=name,
            area=area,
            postcode=postcode,
            rooms=rooms,
            seats=seats,
            price=4500,
            opens=NINE,
            closes=19 * 3600 if code == "V-FIRE" else 17 * 3600,
            fictional="Rooms, seats and price are invented",
        )
        for code, name, area, postcode, rooms, seats in handsworth.VENUES
    ]
    for area in (*size.areas, "City") if size.name != "small" else size.areas:
        rows = np.flatnonzero(homes.areas == area) if area != "City" else np.arange(len(homes.postcodes))
        row = int(rows[rng.integers(len(rows))])
        hub = f"{area} hub (fictional)"
        spot = {"postcode": homes.postcodes[row], "rooms": 3, "seats": 12, "opens": NINE, "closes": 17 * 3600}
        found.append(
            Venue(id=f"V-HUB-{area[0]}", name=hub, area=area, price=0, hearing_loop=True, fictional=FICTION, **spot)
        )
    return tuple(found)


def make_calendar() -> tuple[CalendarEntry, ...]:
    """Return terms, half-terms, bank holidays and faith days of 2019/20 and 2020/21."""
    rows = []
    for kind, title, first, last in papers.TERMS:
        source = papers.UNVERIFIED_TERMS if title.endswith("2019/20") else papers.PRINTED_TERMS
        rows.append(CalendarEntry(kind=kind, title=title, first=_day(first), last=_day(last), source=source))
    for day in sorted(bank_holidays()):
        if date(2019, 9, 1) <= day <= date(2021, 7, 31):
            rows.append(CalendarEntry(kind="bank holiday", title="Bank holiday", first=day, source="GOV.UK"))
    for title, faith_day in papers.FAITH_DAYS:
        rows.append(
            CalendarEntry(kind="faith day", title=title, first=_day(faith_day), source="dates of moon sightings vary")
        )
    return tuple(rows)


def make_types(size: Size) -> tuple[MeetingType, ...]:
    """Return the kinds of meeting: in the small city with the pilot's window and venue, else a term at the schools."""
    small = size.name == "small"
    school = MeetingType(
        id="ISM",
        title="Individual school meeting",
        minutes=60,
        required=("EP", "AT", "SLT", "OT") if small else ("EP", "AT"),
        optional=("PLO",) if small else ("SLT", "OT", "PLO"),
        per="school",
        rounds=2,
        notice_days=10,
        told=papers.PILOT[0] - timedelta(days=17),
        window_first=papers.PILOT[0],
        window_last=papers.PILOT[1] if small else date(2020, 4, 3),
        venue="V-THORN" if small else None,
    )
    forum = MeetingType(
        id="FORUM", title="SENCo forum", minutes=150, required=("EP", "AT"), per="consortium", rounds=3, notice_days=20
    )
    family = MeetingType(
        id="FAMILY",
        title="Family forum",
        minutes=60,
        required=("PLO",),
        optional=("EP", "SLT"),
        per="locality",
        rounds=3,
        notice_days=20,
    )
    network = MeetingType(
        id="NETWORK",
        title="City SENCo network",
        minutes=150,
        required=("EP", "AT"),
        per="city",
        rounds=6,
        notice_days=30,
    )
    return school, forum, family, network


def make_meetings() -> tuple[Meeting, ...]:
    """Return the dated events and the eighteen network dates as the papers print them."""
    venues = {code for code, *_ in handsworth.VENUES}
    rows = []
    for ref, title, day, start, end, venue, area in papers.EVENTS:
        times = {"start": _seconds(start), "end": _seconds(end)}
        roles = ("PLO",) if "family" in title or "Parent" in title else ("EP", "AT") if "forum" in title else ()
        held = venue if venue in venues else None
        rows.append(
            Meeting(
                id=ref,
                title=title,
                day=day,
                venue=held,
                area=area,
                roles=roles,
                source="as printed; roles assumed",
                **times,
            )
        )
    for number, day in enumerate(papers.NETWORKS, start=1):
        note = (
            "as printed, no time given; roles assumed. See note I12"
            if day.weekday() == 1
            else "as printed; roles assumed"
        )
        rows.append(
            Meeting(
                id=f"N{number:02d}",
                type="NETWORK",
                title="City SENCo network",
                day=day,
                area="City",
                roles=("EP", "AT"),
                source=note,
            )
        )
    return tuple(rows)


def make_panels(size: Size) -> tuple[Panel, ...]:
    """Return the four Tuesday panels (those of the areas covered) and the panels by request type."""
    rows = [
        Panel(
            id=f"PL_{area.upper()}",
            title=f"Locality panel {area}",
            area=area,
            cadence="weekly",
            weekday=(1,),
            start=NINE,
            end=NOON,
            venue="V-LANC",
            services=papers.SERVICES,
            business="Extra funding, placements, EHC assessments, transport for new placements",
            source="printed as Tuesday mornings; the times are assumed",
        )
        for area in size.areas
    ]
    for ref, title, area, cadence, business in papers.REQUEST_PANELS:
        rows.append(
            Panel(id=ref, title=title, area=area, cadence=cadence, business=business, source="as printed; see note I09")
        )
    return tuple(rows)


def make_cases(size: Size, seed: int, pupils: list[str]) -> tuple[PanelCase, ...]:
    """Return invented cases waiting for a panel on the first day of the window."""
    rng = chances(seed, "cases")
    kinds = ("EHC assessment", "enhanced support", "resource base", "special school", "transport", "sensory")
    rows = []
    for area in size.areas:
        for number in range(1, (14 if size.name == "small" else 40) + 1):
            received = date(2019, 12, 2) + timedelta(days=int(rng.integers(0, 52)))
            complete = received + timedelta(days=int(rng.integers(2, 15))) if rng.random() < 0.8 else None
            rows.append(
                PanelCase(
                    id=f"C-{area[0]}{number:03d}",
                    type=kinds[int(rng.choice(6, p=[0.4, 0.2, 0.12, 0.13, 0.1, 0.05]))],
                    area=area,
                    received=received,
                    complete=complete,
                    due=received + timedelta(days=42),
                    lead=f"EP-{area[0]}1" if size.name == "small" else f"EP-{area[0]}{int(rng.integers(1, 9))}",
                    minutes=12,
                    pupil=pupils[int(rng.integers(len(pupils)))],
                )
            )
    return tuple(rows)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _seconds(text: str) -> int | None:
    if not text:
        return None
    hour, minute = text.split(":")
    return int(hour) * 3600 + int(minute) * 60
