"""How values are said to people: money, times, dates and how good a plan is. Nothing is formatted earlier."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from optimiser.core.table import Cell, Kind, Table
from optimiser.core.units import METRES_PER_MILE

LONDON = ZoneInfo("Europe/London")
NUMERIC = frozenset({Kind.COUNT, Kind.PENCE, Kind.SECONDS, Kind.CLOCK, Kind.METRES, Kind.SHARE})


def cell(value: Cell, kind: Kind, whole: bool = False) -> str:
    """Return a table's cell as people read it; nothing is shown as an en dash, ``whole`` pounds without pence."""
    if value is None or value == "":
        return "–"
    if kind is Kind.YES_NO:
        return "yes" if value else "no"
    if kind is Kind.DATE and isinstance(value, str):
        return day(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if whole and kind is Kind.PENCE:
        return pounds(value, whole=True)
    formats = {
        Kind.PENCE: pounds,
        Kind.SECONDS: minutes,
        Kind.CLOCK: clock,
        Kind.METRES: miles,
        Kind.SHARE: share,
        Kind.COUNT: count,
    }
    return formats[kind](value) if kind in formats else str(value)


def count(value: float) -> str:
    """Return a number with thousands set off: 4,250."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def pounds(pence: float, whole: bool = False) -> str:
    """Return pence as pounds: £20.00, and £1,234,567 without pence from ten thousand pounds up or when ``whole``."""
    whole = whole or large([pence])
    pence, sign = abs(pence), "−" if pence < 0 else ""
    said = f"{pence / 100:,.0f}" if whole else f"{pence / 100:,.2f}"
    return f"£{said}" if said == "0" else f"{sign}£{said}"


def large(pence: Iterable[Cell]) -> bool:
    """Return whether sums that are read side by side hold one large enough to leave the pence off all of them."""
    return any(isinstance(each, (int, float)) and abs(each) >= 1_000_000 for each in pence)


def in_whole_pounds(table: Table) -> set[str]:
    """Return the keys of a table's columns of money that are read without pence, so that a column looks alike."""
    return {
        column.key
        for at, column in enumerate(table.columns)
        if column.kind is Kind.PENCE and large(row[at] for row in table.rows)
    }


def noun(number: int, one: str, many: str) -> str:
    """Return what so many of a thing are called: one base that closes, two bases that close."""
    return one if number == 1 else many


def minutes(seconds: float) -> str:
    """Return seconds as minutes: 42 min, or 30 s under two minutes when they are not whole."""
    if abs(seconds) < 120 and seconds % 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:,.0f} min"


def clock(seconds: float) -> str:
    """Return seconds after midnight as a 24-hour time: 07:45."""
    whole = round(seconds / 60)
    return f"{whole // 60 % 24:02d}:{whole % 60:02d}"


def miles(metres: float) -> str:
    """Return metres as miles: 3.2 miles."""
    return f"{metres / METRES_PER_MILE:,.1f} miles"


def share(part: float) -> str:
    """Return a share as a percentage: 12.5 %."""
    return f"{part * 100:.1f} %".replace(".0 %", " %")


def day(value: str | date) -> str:
    """Return a date as Tue 28 Jan 2020; text that is not a date comes back as it is."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return f"{found:%a} {found.day} {found:%b %Y}"


def moment(seconds: float | None) -> str:
    """Return a stored time as Tue 28 Jan 2020 at 07:45, London time."""
    if seconds is None:
        return "–"
    at = datetime.fromtimestamp(seconds, UTC).astimezone(LONDON)
    return f"{day(at.date())} at {at:%H:%M}"


def took(seconds: float) -> str:
    """Return how long something took: 42 seconds, or 3 minutes 5 seconds."""
    whole = max(0, round(seconds))
    if whole < 90:
        return f"{whole} second{'' if whole == 1 else 's'}"
    minutes = f"{whole // 60} minute{'' if whole < 120 else 's'}"
    return f"{minutes} {whole % 60} second{'' if whole % 60 == 1 else 's'}" if whole % 60 else minutes


def how_good(cost: int | None, bound: int | None) -> str:
    """Return how near the best possible a plan is, in plain words that claim no more than is proved."""
    if cost is None:
        return "There is no plan yet."
    if bound is None:
        return "Nobody has proved how near the best possible this is."
    if cost == bound:
        return "Proved to be the best possible."
    if bound <= 0:
        return "A bound is proved, too weak to say how near the best possible this is."
    over = (cost - bound) / bound
    if over > 1:
        return "A bound is proved, too weak to say how near the best possible this is."
    percent = over * 100
    shown = f"{percent:.1f}" if percent < 10 else f"{percent:.0f}"
    return f"At most {shown} % more than the best possible."
