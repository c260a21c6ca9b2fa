"""School days: terms, half-terms, bank holidays and each school's own exceptions."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property


@dataclass(frozen=True)
class Term:
    """A run of days in which schools are open, weekdays only; half-term and bank holidays are in ``closed``."""

    name: str
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"term {self.name} ends on {self.end}, before it starts on {self.start}")


@dataclass(frozen=True)
class SchoolCalendar:
    """The days on which schools are open: the council's terms less the days closed, plus each school's exceptions."""

    terms: tuple[Term, ...]
    closed: frozenset[date] = frozenset()
    closed_at: dict[str, frozenset[date]] = field(default_factory=dict)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every day on which the council's schools are open, in order."""
        found: list[date] = []
        for term in self.terms:
            day = term.start
            while day <= term.end:
                if day.weekday() < 5 and day not in self.closed:
                    found.append(day)
                day += timedelta(days=1)
        return tuple(sorted(set(found)))

    @cached_property
    def _open(self) -> frozenset[date]:
        return frozenset(self.days)

    def is_open(self, day: date, *, school: str | None = None) -> bool:
        """Return whether schools, or one school, are open on a day."""
        return day in self._open and (school is None or day not in self.closed_at.get(school, frozenset()))

    def working_days_after(self, day: date, count: int) -> date:
        """Return the day that is ``count`` weekdays after ``day``, skipping days closed (term dates do not matter)."""
        while count > 0:
            day += timedelta(days=1)
            if day.weekday() < 5 and day not in self.closed:
                count -= 1
        return day
