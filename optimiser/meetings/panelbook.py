"""Panels as tables: who sits, which weeks fall short and what would help, agendas, discussions before, and backlogs."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.core.units import clock
from optimiser.meetings import agenda, panels, season
from optimiser.meetings.agenda import Agenda, Backlog
from optimiser.meetings.openings import Openings
from optimiser.meetings.panels import Seat, Shortage
from optimiser.meetings.problem import Problem
from optimiser.meetings.season import Panel, Season
from optimiser.meetings.solution import Solution

DISCUSSION = 20 * 60
"""Seconds of a discussion of a case between its lead and the team before the panel."""
CLOSES = 3
"""An agenda closes on the Thursday before: discussions are held by then."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
TARGET_WEEKS = 4
"""Twenty working days."""


def report(asked: Season, problem: Problem, solution: Solution) -> tuple[Table, ...]:
    """Return every table about panels; none when no panel is staffed."""
    if not asked.staffed:
        return ()
    seats, short = staffed(asked)
    agendas = plans(asked)
    return (
        panel_year(asked),
        panel_seats(seats),
        panel_short(short),
        panel_ways(asked),
        agenda_table(asked, agendas),
        rolled_over(asked, agendas),
        cancelled(asked),
        discussions(asked, agendas, problem, solution),
        backlog(asked),
    )


def staffed(
    asked: Season, *, weekday: int | None = None, staggered: bool = False
) -> tuple[tuple[Seat, ...], tuple[Shortage, ...]]:
    """Return who sits at each sitting and each proved shortage, as now or on another day or in two waves."""
    services = tuple(dict.fromkeys(each for panel in asked.staffed for each in panel.services))
    planned = season.sittings(asked, weekday=weekday, staggered=staggered)
    return panels.staff(asked.members, planned, services=services)


def panel_year(asked: Season) -> Table:
    """Return every day of panels in the school year with the request types heard on it."""
    days = sorted({day for panel in asked.staffed for day in season.sitting_days(panel, asked.calendar)})
    heard = season.hears(asked, days)
    paced = {kind for panel in asked.panels if panel.cadence != season.WEEKLY for kind in panel.hears}
    rows = tuple(
        (
            day.isoformat(),
            ", ".join(p.area for p in asked.staffed if day in season.sitting_days(p, asked.calendar)),
            ", ".join(sorted(heard[day] - paced)),
            ", ".join(sorted(heard[day] & paced)),
        )
        for day in days
    )
    return Table(
        "panel_year",
        "Panel days of the year",
        (
            Column("day", "Day", Kind.DATE),
            Column("areas", "Areas that sit"),
            Column("weekly", "Heard every time"),
            Column("paced", "Heard at this one by cadence"),
        ),
        rows,
        "Monthly, half-termly and termly business rides inside the first sitting of its period.",
    )


def panel_seats(seats: Sequence[Seat]) -> Table:
    """Return who sits for each service at each sitting."""
    rows = tuple(
        (each.sitting.day.isoformat(), each.sitting.area, each.service, each.member or "nobody: see the shortages")
        for each in seats
    )
    return Table(
        "panel_seats",
        "Who sits on each panel",
        (Column("day", "Day", Kind.DATE), Column("area", "Area"), Column("service", "Service"), Column("who", "Who")),
        rows,
        "Regular members first, then alternates; turns are shared evenly.",
    )


def panel_short(short: Sequence[Shortage]) -> Table:
    """Return each shortage with its proof."""
    rows = tuple((each.day.isoformat(), each.service, len(each.areas) - len(each.members), each.sentence)
                 for each in short)  # fmt: skip
    return Table(
        "panel_short",
        "Panels that cannot be staffed",
        (
            Column("day", "Day", Kind.DATE),
            Column("service", "Service"),
            Column("short", "Short by", Kind.COUNT),
            Column("why", "Proof"),
        ),
        rows,
    )


def panel_ways(asked: Season) -> Table:
    """Return how many seats stay empty on each weekday, at one time and in two waves; each one worked out afresh."""
    rows: list[tuple[Cell, ...]] = []
    for weekday in range(5):
        for staggered in (False, True):
            seats, short = staffed(asked, weekday=weekday, staggered=staggered)
            days = {each.day for each in short}
            rows.append((WEEKDAYS[weekday], "two at 09:00 and two at 11:00" if staggered else "all at once",
                         len({seat.sitting.day for seat in seats}), len(days),
                         sum(seat.member is None for seat in seats)))  # fmt: skip
    return Table(
        "panel_ways",
        "What another day or a stagger frees",
        (
            Column("weekday", "Day"),
            Column("when", "Times"),
            Column("days", "Panel days", Kind.COUNT),
            Column("short_days", "Days short of somebody", Kind.COUNT),
            Column("empty", "Empty seats", Kind.COUNT),
        ),
        tuple(rows),
    )


def plans(asked: Season, without: date | None = None) -> dict[str, Agenda]:
    """Return the agendas of each staffed panel over the season, with one sitting fewer when a day is given."""
    found = {}
    for panel in asked.staffed:
        days = [d for d in _days(asked, panel) if d != without]
        mine = [case for case in asked.cases if case.area == panel.area]
        found[panel.id] = agenda.plan(
            mine, days, minutes=asked.minutes(panel), hears=season.hears(asked, days), away=_away(asked)
        )
    return found


def _days(asked: Season, panel: Panel) -> list[date]:
    return [day for day in season.sitting_days(panel, asked.calendar) if asked.first <= day <= asked.last]


def _away(asked: Season) -> dict[str, frozenset[date]]:
    return {member.id: member.away for member in asked.members}


def agenda_table(asked: Season, agendas: dict[str, Agenda]) -> Table:
    """Return each sitting's cases in order, with the lead and whether the law's date has passed."""
    case, panel = {each.id: each for each in asked.cases}, {each.id: each for each in asked.staffed}
    rows: list[tuple[Cell, ...]] = []
    for name, made in agendas.items():
        minutes: Counter[date] = Counter()
        for each in made.listed:
            about = case[each.case]
            rows.append((panel[name].area, each.day.isoformat(), int(panel[name].start + minutes[each.day] * 60),
                         each.case, about.type, about.due.isoformat(), about.minutes, each.lead,
                         about.lead is not None and each.lead != about.lead, each.late))  # fmt: skip
            minutes[each.day] += about.minutes
    return Table(
        "agenda",
        "Agendas",
        (
            Column("area", "Area"),
            Column("day", "Day", Kind.DATE),
            Column("start", "At", Kind.CLOCK),
            Column("case", "Case"),
            Column("type", "Request"),
            Column("due", "Due by law", Kind.DATE),
            Column("minutes", "Minutes", Kind.COUNT),
            Column("lead", "Lead"),
            Column("stand_in", "Stand-in", Kind.YES_NO),
            Column("late", "Late", Kind.YES_NO),
        ),
        tuple(sorted(rows, key=lambda row: (str(row[1]), str(row[0]), f"{row[2]:>6}"))),
        "Complete cases, the soonest due first, within the minutes of a sitting.",
    )


def rolled_over(asked: Season, agendas: dict[str, Agenda]) -> Table:
    """Return the cases that no sitting of the season hears, why, and when each breaches."""
    case = {each.id: each for each in asked.cases}
    rows = []
    for made in agendas.values():
        for each in made.rolled_over:
            about = case[each.case]
            next_up = f"{each.due:%a} {each.due.day} {each.due:%b %Y}"
            told = f"was due on {next_up}" if each.due < asked.first else f"breaches on {next_up}"
            rows.append((about.area, each.case, about.type, each.due.isoformat(), each.why, told))
    return Table(
        "rolled_over",
        "Cases that roll over",
        (
            Column("area", "Area"),
            Column("case", "Case"),
            Column("type", "Request"),
            Column("due", "Due by law", Kind.DATE),
            Column("why", "Why"),
            Column("breach", "Breach"),
        ),
        tuple(sorted(rows, key=lambda row: (row[3], row[1]))),
    )


def cancelled(asked: Season) -> Table:
    """Return for each panel day which cases would be late, that now are not, if nobody sat on it."""
    before = _late(plans(asked))
    days = sorted({day for panel in asked.staffed for day in _days(asked, panel)})
    rows = []
    for day in days:
        more = sorted(_late(plans(asked, without=day)) - before)
        rows.append((day.isoformat(), len(more), ", ".join(more) or "none"))
    return Table(
        "cancelled",
        "If a panel day is cancelled",
        (
            Column("day", "Day", Kind.DATE),
            Column("count", "Cases made late", Kind.COUNT),
            Column("cases", "Which"),
        ),
        tuple(rows),
    )


def _late(agendas: dict[str, Agenda]) -> set[str]:
    return {each.case for made in agendas.values() for each in made.listed if each.late} | {
        each.case for made in agendas.values() for each in made.rolled_over
    }


def discussions(asked: Season, agendas: dict[str, Agenda], problem: Problem, solution: Solution) -> Table:
    """Return a time before the agenda closes at which each listed case is talked through with its lead.

    The lead works then and is at no meeting, clinic or other discussion; the latest free time is taken.
    """
    openings, taken = Openings(problem), _busy(problem, solution)
    rows: list[tuple[Cell, ...]] = []
    for name, made in agendas.items():
        area = next(panel.area for panel in asked.staffed if panel.id == name)
        for each in made.listed:
            when = _talk(asked, each.lead, each.day, openings, taken) if each.lead is not None else None
            if when is not None:
                taken.setdefault((str(each.lead), when[0]), []).append((when[1], when[1] + DISCUSSION))
            rows.append((area, each.case, each.day.isoformat(), each.lead,
                         *((when[0].isoformat(), when[1]) if when is not None else (None, None)),
                         "" if when is not None else "the lead has no free time before the agenda closes"))  # fmt: skip
    return Table(
        "discussions",
        "Discussions before the panel",
        (
            Column("area", "Area"),
            Column("case", "Case"),
            Column("panel", "Panel", Kind.DATE),
            Column("lead", "Lead"),
            Column("day", "Discussed on", Kind.DATE),
            Column("start", "At", Kind.CLOCK),
            Column("remark", "Look at"),
        ),
        tuple(rows),
        "Twenty minutes each, by the Thursday before.",
    )


def _busy(problem: Problem, solution: Solution) -> dict[tuple[str, date], list[tuple[int, int]]]:
    found: dict[tuple[str, date], list[tuple[int, int]]] = {}
    for booking in solution.bookings:
        for person in booking.people:
            end = booking.start + problem.seconds_of(booking.meeting)
            found.setdefault((person, booking.day), []).append((int(booking.start), int(end)))
    for reserve in solution.reserves:
        for person in reserve.people:
            end = reserve.start + problem.kind[reserve.kind].seconds
            found.setdefault((person, reserve.day), []).append((int(reserve.start), int(end)))
    return found


def _talk(
    asked: Season, lead: str, panel: date, openings: Openings, taken: dict[tuple[str, date], list[tuple[int, int]]]
) -> tuple[date, int] | None:
    person = openings.problem.person.get(lead)
    if person is None:
        return None
    closes = panel - timedelta(days=(panel.weekday() - CLOSES) % 7 or 7)
    for back in range(14):
        day = closes - timedelta(days=back)
        held = taken.get((lead, day), [])
        for start in range(clock(16), clock(9) - 1, -DISCUSSION):
            end = start + DISCUSSION
            free = all(end <= one or other <= start for one, other in held)
            if asked.calendar.is_open(day) and free and openings.person_block(person, day, start, end) is None:
                return day, start
    return None


def backlog(asked: Season) -> Table:
    """Return how many cases wait in each area, and the sittings a week that would decide them in 20 working days."""
    rows: list[tuple[Cell, ...]] = []
    for panel in asked.staffed:
        mine = [case for case in asked.cases if case.area == panel.area]
        if not mine:
            continue
        waiting = [case for case in mine if case.received is None or case.received <= asked.first]
        recent = [c for c in mine if c.received and asked.first - timedelta(weeks=8) < c.received <= asked.first]
        minutes = round(sum(case.minutes for case in mine) / len(mine))
        each = max(1, asked.minutes(panel) // max(1, minutes))
        now = Backlog(len(waiting), round(len(recent) / 8), each)
        oldest = min((case.received for case in waiting if case.received), default=None)
        path = agenda.weeks(now, count=8)
        needed = agenda.sittings_needed(now, down_to=now.arriving * TARGET_WEEKS, in_weeks=TARGET_WEEKS)
        rows.append((panel.area, now.waiting, oldest.isoformat() if oldest else None, now.arriving, each,
                     agenda.within_target(now), needed, " → ".join(str(count) for count in path)))  # fmt: skip
    return Table(
        "backlog",
        "How long the queue is",
        (
            Column("area", "Area"),
            Column("waiting", "Waiting", Kind.COUNT),
            Column("oldest", "Oldest from", Kind.DATE),
            Column("arriving", "Arriving a week", Kind.COUNT),
            Column("each", "Decided at a sitting", Kind.COUNT),
            Column("in_time", "A new one decided in 20 working days", Kind.YES_NO),
            Column("needed", "Sittings a week to get there", Kind.COUNT),
            Column("path", "Waiting week by week at one sitting"),
        ),
        tuple(rows),
        "Arrivals are those of the last eight weeks that still wait.",
    )
