"""A season of panels, events and cases: what repeats, what is dated, who may sit, and which cases wait."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from optimiser.core.calendar import SchoolCalendar
from optimiser.core.units import Seconds, clock
from optimiser.meetings.agenda import Case
from optimiser.meetings.forum import Wish
from optimiser.meetings.panels import Member, Sitting
from optimiser.meetings.year import Occasion

WEEKLY, FORTNIGHTLY, MONTHLY, HALF_TERMLY, TERMLY = "weekly", "fortnightly", "monthly", "half-termly", "termly"
CADENCES = (WEEKLY, FORTNIGHTLY, MONTHLY, HALF_TERMLY, TERMLY)
HALF_TERM_GAP = 7
"""So many days without school part two half-terms; a bank-holiday weekend is shorter."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel that repeats. One with ``services`` needs a member of each; one with ``hears`` has those request types
    ride inside the sittings of the first kind, at its own cadence. ``weekdays`` empty means Tuesday.
    """

    id: str
    title: str
    area: str
    cadence: str = WEEKLY
    weekdays: frozenset[int] = frozenset({1})
    start: Seconds = clock(9)
    end: Seconds = clock(12)
    services: tuple[str, ...] = ()
    hears: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Forum:
    """A dated event with short appointments: from, to, the professionals as (id, role), and walk-in slots of each."""

    id: str
    title: str
    day: date
    start: Seconds
    end: Seconds
    professionals: tuple[tuple[str, str], ...]
    slot: Seconds = Seconds(15 * 60)
    walk_ins: int = 1
    wishes: tuple[Wish, ...] = ()
    interpreters: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Season:
    """Everything that the year's calendar, the panels and their agendas are worked out from.

    ``first`` and ``last`` bound the sittings that are staffed; ``occasions`` are the dated events of the whole year;
    ``faith`` are days to avoid, with their names; ``fill`` is the share of a sitting's minutes spent on cases.
    """

    calendar: SchoolCalendar
    first: date
    last: date
    panels: tuple[Panel, ...] = ()
    members: tuple[Member, ...] = ()
    cases: tuple[Case, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    forums: tuple[Forum, ...] = ()
    faith: tuple[tuple[date, str], ...] = ()
    notice: tuple[tuple[str, int], ...] = ()
    fill: int = 80
    received: tuple[tuple[str, date], ...] = field(default=(), repr=False)

    @cached_property
    def staffed(self) -> tuple[Panel, ...]:
        """The panels that need somebody from each service."""
        return tuple(panel for panel in self.panels if panel.services)

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """The areas with a staffed panel, in order."""
        return tuple(sorted({panel.area for panel in self.staffed}))

    def minutes(self, panel: Panel) -> int:
        """Return the minutes of one sitting that go to cases."""
        return (panel.end - panel.start) // 60 * self.fill // 100


def sitting_days(panel: Panel, calendar: SchoolCalendar, *, weekday: int | None = None) -> tuple[date, ...]:
    """Return the days of a panel over the calendar: each fitting school day, or the first of each period.

    ``weekday`` moves the panel to another day of the week.
    """
    weekdays = panel.weekdays if weekday is None else frozenset({weekday})
    fitting = [day for day in calendar.days if day.weekday() in weekdays]
    if panel.cadence == WEEKLY:
        return tuple(fitting)
    if panel.cadence == FORTNIGHTLY:
        return tuple(day for day in fitting if day.isocalendar().week % 2 == 0)
    period = {
        MONTHLY: lambda day: day.year * 12 + day.month,
        HALF_TERMLY: lambda day: _half_terms(calendar).get(day, 0),
        TERMLY: lambda day: next((i for i, t in enumerate(calendar.terms) if t.start <= day <= t.end), -1),
    }[panel.cadence]
    found: dict[int, date] = {}
    for day in fitting:
        found.setdefault(period(day), day)
    return tuple(sorted(found.values()))


def _half_terms(calendar: SchoolCalendar) -> dict[date, int]:
    number, found, before = 0, {}, None
    for day in calendar.days:
        if before is not None and day - before > timedelta(days=HALF_TERM_GAP):
            number += 1
        found[day] = number
        before = day
    return found


def sittings(season: Season, *, weekday: int | None = None, staggered: bool = False) -> tuple[Sitting, ...]:
    """Return every staffed sitting of the season, at one time or in two waves when ``staggered``."""
    found = []
    for panel in season.staffed:
        wave = season.areas.index(panel.area) // 2 if staggered else 0
        for day in sitting_days(panel, season.calendar, weekday=weekday):
            if season.first <= day <= season.last:
                found.append(Sitting(panel.area, day, wave))
    return tuple(sorted(found, key=lambda each: (each.day, each.wave, each.area)))


def hears(season: Season, days: Sequence[date]) -> dict[date, frozenset[str]]:
    """Return the request types heard on each day: those with a cadence on its days, all the others on every one.

    A cadence that falls on another day is heard at the next sitting after it.
    """
    paced = {kind: panel for panel in season.panels for kind in panel.hears}
    kinds = frozenset(case.type for case in season.cases) | frozenset(paced)
    found = {day: set(kinds - frozenset(paced)) for day in days}
    for kind, panel in paced.items():
        for due in sitting_days(panel, season.calendar):
            heard = next((day for day in sorted(days) if day >= due), None)
            if heard is not None and (heard - due).days < HALF_TERM_GAP:
                found[heard].add(kind)
    return {day: frozenset(each) for day, each in found.items()}


def panel_occasions(season: Season) -> tuple[Occasion, ...]:
    """Return one occasion for each day of staffed panels, taking every service of every area that sits."""
    by_day: dict[date, list[Panel]] = {}
    for panel in season.staffed:
        for day in sitting_days(panel, season.calendar):
            by_day.setdefault(day, []).append(panel)
    return tuple(
        Occasion(
            f"panels-{day.isoformat()}",
            "Locality panels" if len(sitting) > 1 else sitting[0].title,
            day,
            frozenset(f"{service} of {panel.area}" for panel in sitting for service in panel.services),
            frozenset({day.weekday()}),
            min(panel.start for panel in sitting),
            max(panel.end for panel in sitting),
        )
        for day, sitting in sorted(by_day.items())
    )
