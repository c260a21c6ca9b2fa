"""Reads the public meeting benchmarks: OptaPlanner meeting scheduling, and rosters of the send-roster family."""

import json
import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from optimiser.core.units import Seconds, clock
from optimiser.meetings.problem import (
    AT_SCHOOL,
    EP,
    FixedEvent,
    Meeting,
    MeetingType,
    Prices,
    Problem,
    RoleNeed,
    Room,
    School,
    Staff,
    Venue,
    Window,
)
from optimiser.meetings.search.grains import GrainProblem

MONDAY = date(2026, 1, 5)
GRAIN = 1800
OPENING = clock(9)


@dataclass(frozen=True)
class Roster:
    """A send-roster instance as a problem, with what is needed to write its answer in the file's own terms."""

    problem: Problem
    schools: tuple[str, ...]
    staff: tuple[str, ...]

    def grain(self, day: date, start: int) -> list[int]:
        """Return a day and clock time as the file's day index and grain."""
        week, weekday = divmod((day - MONDAY).days, 7)
        return [week * 5 + weekday, (start - OPENING) // GRAIN]


def read_grains(path: Path) -> GrainProblem:
    """Return an OptaPlanner meeting-scheduling instance; raises ValueError when the file is not one."""
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
        meetings = raw["meetings"]
        people = len(raw["persons"])
        required = np.zeros((len(meetings), people), dtype=np.int8)
        preferred = np.zeros((len(meetings), people), dtype=np.int8)
        for row, meeting in enumerate(meetings):
            required[row, meeting["required"]] = 1
            preferred[row, meeting["preferred"]] = 1
        return GrainProblem(
            length=np.array([meeting["grains"] for meeting in meetings], dtype=np.int32),
            needed=np.array([len(m["required"]) + len(m["preferred"]) for m in meetings], dtype=np.int32),
            required=required,
            preferred=preferred,
            capacity=np.array([room["capacity"] for room in raw["rooms"]], dtype=np.int32),
            grain_day=np.array(raw["grain_day"], dtype=np.int32),
        )
    except (KeyError, IndexError, TypeError, json.JSONDecodeError) as wrong:
        raise ValueError(f"{path} is not a meeting-scheduling instance: {wrong}") from wrong


def read_roster(path: Path, *, combined: bool = False) -> Roster:
    """Return a send-roster instance; ``combined`` prices staff-days of every role, not only psychologists'.

    Raises ValueError when the file is not one.
    """
    try:
        return _roster(json.loads(Path(path).read_text(encoding="utf-8")), combined=combined)
    except (KeyError, IndexError, TypeError, json.JSONDecodeError) as wrong:
        raise ValueError(f"{path} is not a send-roster instance: {wrong}") from wrong


def _day(index: int) -> date:
    return MONDAY + timedelta(days=7 * (index // 5) + index % 5)


def _roster(raw: dict[str, Any], *, combined: bool) -> Roster:
    days = tuple(_day(index) for index in range(raw["days"]))
    kind = MeetingType(
        "meeting",
        "Individual school meeting",
        Seconds(raw["meeting_grains"] * GRAIN),
        (
            RoleNeed(EP, attached=True),
            RoleNeed("AT", fit=True),
            RoleNeed("SALT"),
            RoleNeed("OT"),
            RoleNeed("PLO", required=False, missing_price=10),
        ),
    )
    schools = tuple(_school(each, raw) for each in raw["schools"])
    problem = Problem(
        schools=schools,
        staff=_staff(raw),
        venues=tuple(
            Venue(f"hub-{hub['locality']}", f"hub-{hub['locality']}", str(hub["locality"]),
                  tuple(Room(f"room-{index + 1}", seats=20) for index in range(hub["rooms"])))
            for hub in raw["hubs"]
        ),
        kinds=(kind,),
        meetings=tuple(_meeting(each, raw) for each in raw["schools"]),
        days=days,
        starts=tuple(Seconds(OPENING + grain * GRAIN) for grain in raw["blocks"]),
        events=_panels(raw, days),
        prices=Prices(
            head_not_preferred=0,
            missed_twice=0,
            staff_day=dict.fromkeys(("EP", "AT", "SALT", "OT", "PLO"), 3) if combined else {EP: 3},
        ),
        title=raw["name"],
    )  # fmt: skip
    return Roster(problem, tuple(school.id for school in schools), tuple(person.id for person in problem.staff))


def _halves(pairs: list[list[int]]) -> frozenset[tuple[int, int]]:
    return frozenset((weekday, half) for weekday, half in pairs)


def _school(each: dict[str, Any], raw: dict[str, Any]) -> School:
    return School(
        id=each["id"],
        place=each["id"],
        locality=str(each["locality"]),
        phase=each["phase"],
        need=each["need"],
        psychologist=raw["staff"][each["ep"]]["id"],
        senco=_halves(each["senco"]),
        head_away=_halves(each["ht_not"]),
        preferred=_halves(each["pref"]),
        no_go=frozenset(_day(index) for index in each["blocked"]),
        gate_duty=each["gate_duty"],
        venues=(f"hub-{each['locality']}",) if each["needs_hub"] else (AT_SCHOOL,),
    )


def _meeting(each: dict[str, Any], raw: dict[str, Any]) -> Meeting:
    target, window = each["target_week"], each["window"]
    first, last = max(0, target - window), min(raw["weeks"] - 1, target + window)
    return Meeting(
        id=each["id"],
        school=each["id"],
        kind="meeting",
        first=_day(first * 5),
        last=_day(last * 5 + 4),
        target=_day(target * 5),
    )


def _staff(raw: dict[str, Any]) -> tuple[Staff, ...]:
    totals: dict[str, float] = {}
    for each in raw["staff"]:
        totals[each["role"]] = totals.get(each["role"], 0.0) + each["fte"]
    found = []
    for each in raw["staff"]:
        role, shared = each["role"], each["role"] in ("SALT", "OT")
        share = None
        if role in ("AT", "SALT", "OT"):
            share = math.ceil(1.2 * len(raw["schools"]) * each["fte"] / totals[role] - 1e-9)
        found.append(
            Staff(
                id=each["id"],
                role=role,
                locality=str(each["locality"]),
                localities=frozenset() if shared else frozenset({str(each["locality"])}),
                fte=round(each["fte"] * 100),
                specialisms=frozenset(each["spec"] or ()),
                works=_halves(each["pattern"]),
                leave=frozenset(_day(index) for index in each["leave"]),
                share=share,
                one_locality_a_day=shared,
            )
        )
    return tuple(found)


def _panels(raw: dict[str, Any], days: tuple[date, ...]) -> tuple[FixedEvent, ...]:
    panel = raw["panel"]
    start, end = (clock(9), clock(12)) if panel["half"] == 0 else (clock(12), clock(17))
    return tuple(
        FixedEvent(f"panel-{day.isoformat()}", "Locality panels", Window(day, start, end), everyone=True)
        for day in days
        if day.weekday() == panel["weekday"]
    )


def without_staff(roster: Roster, away: dict[str, frozenset[date]]) -> Roster:
    """Return the instance with more days of leave for some people, for repair benchmarks."""
    staff = tuple(
        replace(person, leave=person.leave | away.get(person.id, frozenset())) for person in roster.problem.staff
    )
    return replace(roster, problem=replace(roster.problem, staff=staff))
