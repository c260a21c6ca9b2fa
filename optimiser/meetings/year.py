"""The year's calendar: which printed dates clash, and the nearest dates that do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from optimiser.core.calendar import SchoolCalendar

PRINTED_NETWORKS: tuple[date, ...] = tuple(
    date(year, month, day)
    for year, month, days in (
        (2020, 6, (16, 17, 18, 23, 24, 25)),
        (2020, 10, (13, 14, 15, 20, 21, 22)),
        (2021, 3, (9, 10, 11, 16, 17, 18)),
    )
    for day in days
)
"""The 18 dates of the city's SENCo networks as the council printed them; one of the 2021 dates lost its last digit."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something in the year: who and what it takes (people, roles, rooms, audiences), and where it may move to."""

    id: str
    title: str
    day: date
    takes: frozenset[str]
    weekdays: frozenset[int] = frozenset(range(5))
    start: int = 0
    end: int = 86_400


@dataclass(frozen=True, slots=True)
class Clash:
    """Two occasions on one day that take the same people, room or audience, and dates free for the first."""

    one: str
    other: str
    day: date
    shared: tuple[str, ...]
    instead: tuple[date, ...] = ()


def networks() -> tuple[Occasion, ...]:
    """Return the printed SENCo networks; advisory teams and psychologists speak at them, SENCos come."""
    takes = frozenset({"SENCo", "educational psychology", "advisory services"})
    days = frozenset({1, 2, 3})
    return tuple(
        Occasion(f"N{index + 1:02d}", "City SENCo network", day, takes, days)
        for index, day in enumerate(PRINTED_NETWORKS)
    )


def panels(calendar: SchoolCalendar, *, weekday: int = 1) -> tuple[Occasion, ...]:
    """Return the weekly panels, Tuesday mornings unless another weekday is given, on every school day."""
    takes = frozenset({"educational psychology", "advisory services", "SEN administration", "health"})
    return tuple(
        Occasion(f"panel-{day.isoformat()}", "Locality panels", day, takes, frozenset({weekday}), 9 * 3600, 43_200)
        for day in calendar.days
        if day.weekday() == weekday
    )


def clashes(
    occasions: Sequence[Occasion], against: Sequence[Occasion], calendar: SchoolCalendar, *, dates: int = 2
) -> tuple[Clash, ...]:
    """Return every clash of one list with another or within itself, with the nearest dates free for it."""
    found = []
    everything = [*occasions, *against]
    for index, one in enumerate(occasions):
        for other in everything[index + 1 :]:
            if _clash(one, other, one.day):
                instead = nearest_free(one, everything, calendar, dates=dates)
                found.append(Clash(one.id, other.id, one.day, tuple(sorted(one.takes & other.takes)), instead))
    return tuple(found)


def _clash(one: Occasion, other: Occasion, day: date) -> bool:
    return (
        one.id != other.id
        and other.day == day
        and bool(one.takes & other.takes)
        and one.start < other.end
        and other.start < one.end
    )


def nearest_free(
    one: Occasion, others: Sequence[Occasion], calendar: SchoolCalendar, *, dates: int = 2, within_days: int = 28
) -> tuple[date, ...]:
    """Return the open days nearest to an occasion's own, on its weekdays, on which it clashes with nothing."""
    near = sorted(
        (one.day + timedelta(days=shift) for shift in range(-within_days, within_days + 1) if shift),
        key=lambda day: (abs((day - one.day).days), day),
    )
    free = (
        day
        for day in near
        if day.weekday() in one.weekdays
        and calendar.is_open(day)
        and not any(_clash(one, other, day) for other in others)
    )
    return tuple(day for day, _ in zip(free, range(dates), strict=False))


def on_closed_days(occasions: Sequence[Occasion], calendar: SchoolCalendar) -> tuple[str, ...]:
    """Return the occasions that fall in a holiday, at a weekend or on a day closed, by id."""
    return tuple(each.id for each in occasions if not calendar.is_open(each.day))
