"""Small rounds of meetings for tests."""

from dataclasses import replace
from datetime import date, timedelta

from optimiser.core.units import clock
from optimiser.meetings.problem import (
    EP,
    CatchUp,
    FixedEvent,
    Meeting,
    MeetingType,
    Problem,
    RoleNeed,
    Room,
    School,
    Staff,
    Venue,
    Window,
)
from optimiser.meetings.solution import Booking

MONDAY = date(2020, 1, 27)
DAYS = tuple(MONDAY + timedelta(days=shift) for shift in (0, 1, 2, 3, 4, 7))
STARTS = tuple(clock(hour) for hour in (9, 10, 11, 13, 14, 15))
HUB = "hub"
TEAM = ("ep1", "at1", "slt1", "ot1")
HERE = Booking("s1", MONDAY, STARTS[0], HUB, "r0", TEAM)


def a_school(name="s1", **changes):
    return replace(
        School(name, name, "North", need="ASC", psychologist="ep1", venues=(HUB,), open_until=clock(16)), **changes
    )


def a_person(name="ep1", role=EP, **changes):
    return replace(Staff(name, role, "North", specialisms=frozenset({"ASC"})), **changes)


def a_team():
    return (a_person(), a_person("at1", "AT"), a_person("slt1", "SLT"), a_person("ot1", "OT"))


def a_kind(**changes):
    roles = (RoleNeed(EP, attached=True), RoleNeed("AT", fit=True), RoleNeed("SLT"), RoleNeed("OT"))
    return replace(MeetingType("meeting", "Individual school meeting", clock(1), roles), **changes)


def a_venue(rooms=1, **changes):
    return replace(Venue(HUB, "B20 3DE", "North", tuple(Room(f"r{i}") for i in range(rooms))), **changes)


def a_meeting(school="s1", **changes):
    return replace(Meeting(school, school, "meeting", DAYS[0], DAYS[-1]), **changes)


def a_round(schools=None, **changes):
    schools = (a_school(),) if schools is None else tuple(schools)
    fields = {
        "schools": schools,
        "staff": a_team(),
        "venues": (a_venue(),),
        "kinds": (a_kind(),),
        "meetings": tuple(a_meeting(each.id) for each in schools),
        "days": DAYS,
        "starts": STARTS,
    }
    return Problem(**{**fields, **changes})


def the_pilot(wanted=6):
    """The Handsworth pilot as printed: 32 schools, Mon 27 Jan to Mon 3 Feb 2020, one venue, one Tuesday panel."""
    schools = [a_school(f"s{number:02d}") for number in range(1, 33)]
    panel = FixedEvent("panel", "Locality panels", Window(DAYS[1], clock(9), clock(12)), everyone=True)
    return a_round(
        schools,
        events=(panel,),
        catch_up=(CatchUp("meeting", wanted, "North", HUB, DAYS[0], DAYS[-1]),),
        title="Handsworth pilot",
    )
