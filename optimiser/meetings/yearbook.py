"""The year as tables: every dated event, what clashes with what and where it could go, and appointment grids."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from scipy.optimize import linear_sum_assignment

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.meetings import forum, season, year
from optimiser.meetings.problem import Problem
from optimiser.meetings.season import Forum, Season
from optimiser.meetings.solution import Solution
from optimiser.meetings.year import Clash, Occasion

LONG_NOTICE = 20
"""Working days of notice for an event whose kind names none."""


def report(asked: Season, problem: Problem, solution: Solution) -> tuple[Table, ...]:
    """Return the tables of the year's calendar and of the appointments at forums and drop-ins."""
    return calendar(asked), clashes(asked), appointments(asked, problem, solution)


def open_calendar(asked: Season) -> Sequence[Occasion]:
    """Return faith days as occasions that take everybody, so that no new date is proposed on one."""
    audience = frozenset(each for occasion in asked.occasions for each in occasion.takes)
    return tuple(Occasion(f"faith-{day.isoformat()}", name, day, audience) for day, name in asked.faith)


def calendar(asked: Season) -> Table:
    """Return every dated event with what stands against its day, and the day by which people must be told."""
    faith, notice = dict(asked.faith), dict(asked.notice)
    against = _by_occasion(found_clashes(asked))
    rows: list[tuple[Cell, ...]] = []
    for each in sorted(asked.occasions, key=lambda occasion: (occasion.day, occasion.start, occasion.id)):
        days = notice.get(each.id, LONG_NOTICE)
        remarks = []
        if not asked.calendar.is_open(each.day):
            remarks.append("a weekend" if each.day.weekday() > 4 else "schools are closed")
        if each.day in faith:
            remarks.append(faith[each.day])
        remarks += [f"clashes with {name}" for name in against.get(each.id, ())]
        timed = each.end - each.start < 86_400
        rows.append((each.id, each.title, each.day.isoformat(), f"{each.day:%a}", each.start if timed else None,
                     each.end if timed else None, _days_before(asked, each.day, days).isoformat(),
                     "; ".join(remarks)))  # fmt: skip
    return Table(
        "calendar",
        "The year’s dated events",
        (
            Column("event", "Event"),
            Column("title", "What"),
            Column("day", "Day", Kind.DATE),
            Column("weekday", "Weekday"),
            Column("start", "From", Kind.CLOCK),
            Column("end", "To", Kind.CLOCK),
            Column("tell", "Tell people by", Kind.DATE),
            Column("remarks", "Look at"),
        ),
        tuple(rows),
        "An event without times is taken to last the whole day.",
    )


def _days_before(asked: Season, day: date, count: int) -> date:
    while count > 0:
        day -= timedelta(days=1)
        if day.weekday() < 5 and day not in asked.calendar.closed:
            count -= 1
    return day


def found_clashes(asked: Season) -> tuple[Clash, ...]:
    """Return each clash among the dated events and between them and the panels."""
    return year.clashes(asked.occasions, season.panel_occasions(asked), asked.calendar, dates=0)


def _by_occasion(found: Sequence[Clash]) -> dict[str, list[str]]:
    against: dict[str, list[str]] = {}
    for clash in found:
        against.setdefault(clash.one, []).append(clash.other)
    return against


def clashes(asked: Season) -> Table:
    """Return every clash with the people shared, the nearest free days, and one free day each that do not collide."""
    found = found_clashes(asked)
    everything = [*asked.occasions, *season.panel_occasions(asked), *open_calendar(asked)]
    by_id = {each.id: each for each in everything}
    movable = [by_id[name] for name in dict.fromkeys(clash.one for clash in found)]
    near = {each.id: year.nearest_free(each, everything, asked.calendar, dates=2) for each in movable}
    together = propose(movable, everything, asked)
    rows: list[tuple[Cell, ...]] = []
    for clash in found:
        one, other, days = by_id[clash.one], by_id[clash.other], near[clash.one]
        chosen = together.get(clash.one)
        rows.append((one.id, one.title, clash.day.isoformat(), f"{clash.day:%a}", other.title,
                     ", ".join(_short(clash.shared)), *_dates(days, 2),
                     chosen.isoformat() if chosen is not None else None))  # fmt: skip
    return Table(
        "clashes",
        "Dates that clash",
        (
            Column("event", "Event"),
            Column("title", "What"),
            Column("day", "Day", Kind.DATE),
            Column("weekday", "Weekday"),
            Column("with", "Clashes with"),
            Column("shared", "Needs the same people"),
            Column("near", "Nearest free day", Kind.DATE),
            Column("next", "Next nearest", Kind.DATE),
            Column("together", "If all are moved at once", Kind.DATE),
        ),
        tuple(rows),
        "Free days are school days on the event’s usual weekdays that clash with nothing and are no faith day.",
    )


def _short(shared: Sequence[str], most: int = 6) -> list[str]:
    told = list(shared[:most])
    return told if len(shared) <= most else [*told, f"and {len(shared) - most} more"]


def _dates(days: Sequence[date], count: int) -> list[str | None]:
    return [days[index].isoformat() if index < len(days) else None for index in range(count)]


def propose(movable: Sequence[Occasion], everything: Sequence[Occasion], asked: Season) -> dict[str, date]:
    """Return one free day for each clashing event, no two on a day when they share people, with the fewest days moved.

    The days come from a best assignment (Kuhn and Munkres); an event with no free day within eight weeks has none.
    """
    choices = {
        each.id: year.nearest_free(each, everything, asked.calendar, dates=len(movable) + 2, within_days=56)
        for each in movable
    }
    days = sorted({day for found in choices.values() for day in found})
    if not days:
        return {}
    points = np.full((len(movable), len(days)), 1e6)
    for row, each in enumerate(movable):
        for day in choices[each.id]:
            points[row, days.index(day)] = abs((day - each.day).days)
    rows, columns = linear_sum_assignment(points)
    return {movable[r].id: days[c] for r, c in zip(rows, columns, strict=True) if points[r, c] < 1e6}


def arranged(asked: Forum) -> forum.Grid:
    """Return a forum's grid with the wishes known so far."""
    slots = max(0, (asked.end - asked.start) // asked.slot)
    return forum.arrange(
        asked.wishes, asked.professionals, slots=slots, interpreters=dict(asked.interpreters), walk_ins=asked.walk_ins
    )


def appointments(asked: Season, problem: Problem, solution: Solution) -> Table:
    """Return a sign-up grid of each forum, and of each catch-up slot in case it becomes a drop-in."""
    rows: list[tuple[Cell, ...]] = []
    for each in [*asked.forums, *drop_in_forums(problem, solution)]:
        grid = arranged(each)
        taken = {(one.professional, one.slot): one.family for one in grid.appointments}
        slots = max(0, (each.end - each.start) // each.slot)
        for slot in range(slots):
            for person, role in each.professionals:
                kept = slot >= slots - each.walk_ins
                state = taken.get((person, slot)) or ("kept for walk-ins" if kept else "free to book")
                rows.append((each.id, each.title, each.day.isoformat(), int(each.start + slot * each.slot), person,
                             role, state))  # fmt: skip
    return Table(
        "appointments",
        "Appointments at forums and drop-ins",
        (
            Column("event", "Event"),
            Column("title", "What"),
            Column("day", "Day", Kind.DATE),
            Column("start", "At", Kind.CLOCK),
            Column("person", "Professional"),
            Column("role", "Role"),
            Column("state", "Who"),
        ),
        tuple(rows),
        "The last slot of each professional is kept for families who walk in.",
    )


def drop_in_forums(problem: Problem, solution: Solution) -> tuple[Forum, ...]:
    """Return each catch-up slot as the drop-in that it becomes when no school takes it."""
    return tuple(
        Forum(
            each.id,
            "Drop-in, if no school takes the slot",
            each.day,
            each.start,
            type(each.start)(each.start + problem.kind[each.kind].seconds),
            tuple((person, problem.person[person].role) for person in each.people),
        )
        for each in solution.reserves
    )
