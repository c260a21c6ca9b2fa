"""Referrals and appeals against their clocks: working days waited, what is overdue, what clearing them would take."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from optimiser.core.table import Column, Kind, Table

Rows = Iterable[Mapping[str, Any]]
CLOCK = {"referral": 20, "stage one appeal": 20, "stage two appeal": 40}
"""Working days for each queue: referrals by the council's own setting, appeals by the statutory guidance."""
BANDS = ((0, 10), (11, 20), (21, 40), (41, None))
WEEKS = 4
"""Weeks back over which the rate of decisions is counted."""


def closed_days(calendar: Rows) -> frozenset[date]:
    """Return the bank holidays of a calendar: days on which no officer's clock runs. School holidays do count."""
    found: set[date] = set()
    for row in calendar:
        if row["kind"] == "bank holiday":
            day, last = day_of(row["first"]), day_of(row.get("last") or row["first"])
            while day <= last:
                found.add(day)
                day += timedelta(days=1)
    return frozenset(found)


def day_of(value: Any) -> date:
    """Return a stored date."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def working_days(first: date, last: date, closed: frozenset[date]) -> int:
    """Return the working days after ``first`` up to and including ``last``; nought when ``last`` is not later."""
    days = (first + timedelta(days=each) for each in range(1, (last - first).days + 1))
    return sum(day.weekday() < 5 and day not in closed for day in days)


def due(received: date, days: int, closed: frozenset[date]) -> date:
    """Return the day by which a decision is due."""
    day = received
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in closed
    return day


def clocks(waiting: Rows, calendar: Rows, *, on: date, referral_days: int = 20) -> tuple[Table, Table]:
    """Return everybody who waits, the soonest due first, and each queue by age with what clearing it would take."""
    closed = closed_days(calendar)
    rows = [row for row in waiting if day_of(row["received"]) <= on]
    allowed = {**CLOCK, "referral": referral_days}
    open_rows = [row for row in rows if not row.get("decided") or day_of(row["decided"]) > on]
    told = []
    for row in open_rows:
        received, queue = day_of(row["received"]), str(row["queue"])
        by = due(received, allowed.get(queue, referral_days), closed)
        age = working_days(received, on, closed)
        left = working_days(on, by, closed) if by > on else -working_days(by, on, closed)
        told.append((row["id"], queue, row.get("pupil"), received.isoformat(), age, by.isoformat(), left, left < 0,
                     row.get("stuck")))  # fmt: skip
    told.sort(key=lambda each: (each[5], each[0]))
    columns = (
        Column("ref", "Reference"), Column("queue", "Queue"), Column("pupil", "Pupil"),
        Column("received", "Received", Kind.DATE), Column("age", "Working days waited", Kind.COUNT),
        Column("due", "Decide by", Kind.DATE), Column("left", "Working days left", Kind.COUNT),
        Column("overdue", "Overdue", Kind.YES_NO), Column("stuck", "Waiting for"),
    )  # fmt: skip
    note = f"Bank holidays and weekends do not count; school holidays do. Referrals: {referral_days} working days."
    return Table("clocks", "Referrals and appeals waiting", columns, tuple(told), note), _queues(rows, told, closed, on)


def _queues(rows: list[Mapping[str, Any]], told: list[tuple[Any, ...]], closed: frozenset[date], on: date) -> Table:
    since = on - timedelta(weeks=WEEKS)
    found = []
    for queue in sorted({str(row["queue"]) for row in rows}):
        mine = [each for each in told if each[1] == queue]
        ages = [each[4] for each in mine]
        bands = [sum(low <= age and (high is None or age <= high) for age in ages) for low, high in BANDS]
        decided = [row for row in rows if str(row["queue"]) == queue and row.get("decided")]
        recent = sum(since < day_of(row["decided"]) <= on for row in decided)
        late = sum(each[7] for each in mine)
        rate = recent / WEEKS
        found.append(
            (queue, len(mine), *bands, late, max(ages, default=None), rate, len(mine) / rate if rate else None)
        )
    names = [f"{low} to {high} days" if high is not None else f"over {low - 1} days" for low, high in BANDS]
    columns = (
        Column("queue", "Queue"), Column("waiting", "Waiting", Kind.COUNT),
        *(Column(f"band{at}", name, Kind.COUNT) for at, name in enumerate(names)),
        Column("late", "Overdue", Kind.COUNT), Column("oldest", "Oldest (working days)", Kind.COUNT),
        Column("rate", "Decided a week", Kind.COUNT), Column("weeks", "Weeks to clear at that rate", Kind.COUNT),
    )  # fmt: skip
    note = f"Decided a week is counted over the last {WEEKS} weeks; with none decided, nothing can be said of clearing."
    return Table("queues", "Each queue by age", columns, tuple(found), note)
