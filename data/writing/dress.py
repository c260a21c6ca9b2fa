"""How a value looks in a file for people: pounds, minutes, miles, clock times and dates in words."""

from datetime import date
from typing import Any

from data.records.parsing import written
from optimiser.core.table import Cell, Kind
from optimiser.core.units import METRES_PER_MILE

FORMATS = {
    Kind.PENCE: "£#,##0.00;-£#,##0.00",
    Kind.SECONDS: '#,##0.0" min"',
    Kind.CLOCK: "hh:mm",
    Kind.METRES: '#,##0.0" miles"',
    Kind.SHARE: "0.0%",
    Kind.DATE: "ddd d mmm yyyy",
    Kind.COUNT: "#,##0",
}
"""Excel number formats by kind of column."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")
"""What a spreadsheet would take for the start of a formula."""


def for_excel(value: Cell, kind: Kind) -> Any:
    """Return the number, date or text that Excel should hold for a cell."""
    if value is None or isinstance(value, bool):
        return "" if value is None else "Yes" if value else "No"
    if kind is Kind.YES_NO:
        return "Yes" if value else "No"
    if isinstance(value, str):
        return _day(value) if kind is Kind.DATE else value
    return {
        Kind.PENCE: value / 100,
        Kind.SECONDS: value / 60,
        Kind.CLOCK: value / 86_400,
        Kind.METRES: value / METRES_PER_MILE,
    }.get(kind, value)


def _day(value: str) -> Any:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value


def in_words(value: Cell, kind: Kind) -> str:
    """Return a cell as plain text: £20.00, 12.5 min, 07:45, 3.2 miles, 45.0%, Tue 28 Jan 2020."""
    held = for_excel(value, kind)
    if isinstance(held, str):
        return held
    if isinstance(held, date):
        return written(held)
    if kind is Kind.CLOCK:
        minutes = round(float(held) * 1440)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if kind is Kind.PENCE:
        return f"-£{-held:,.2f}" if held < 0 else f"£{held:,.2f}"
    ends = {Kind.SECONDS: " min", Kind.METRES: " miles"}
    if kind in ends:
        return f"{held:,.1f}{ends[kind]}"
    if kind is Kind.SHARE:
        return f"{held:.1%}"
    return f"{held:,}" if kind is Kind.COUNT else str(held)


def safe_text(value: str) -> str:
    """Return text that no spreadsheet runs: a leading apostrophe where it would start a formula."""
    return f"'{value}" if value.startswith(DANGEROUS) else value
