"""When schools are open: the council's terms, GOV.UK's bank holidays and each school's own exceptions, all offline."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from govuk_bank_holidays.bank_holidays import BankHolidays

from optimiser.core.calendar import SchoolCalendar, Term


class TermsWrong(ValueError):
    """A file of term dates cannot be read; the message names the year and what to put right."""


@dataclass(frozen=True)
class SchoolYear:
    """A school year's three terms, its half-term breaks and where the dates come from."""

    name: str
    terms: tuple[Term, ...]
    breaks: tuple[tuple[date, date], ...]
    source: str

    @property
    def verified(self) -> bool:
        """Whether the dates were seen in print; an unverified year has to be confirmed by the council."""
        return not self.source.upper().startswith("UNVERIFIED")


def bank_holidays() -> frozenset[date]:
    """Return the bank holidays of England and Wales, 2012 to 2028, from the copy inside the package: no request."""
    held = BankHolidays(use_cached_holidays=True)
    return frozenset(day["date"] for day in held.get_holidays(division=BankHolidays.ENGLAND_AND_WALES))


def read_terms(path: Path) -> tuple[SchoolYear, ...]:
    """Return the school years of a CSV with the columns of birmingham_term_dates.csv; raises TermsWrong."""
    if not path.is_file():
        raise TermsWrong(f"{path.name} is not there: give the CSV file of term dates")
    with path.open(encoding="utf-8-sig", newline="") as text:
        return tuple(_year(row) for row in csv.DictReader(text))


def _year(row: Mapping[str, str]) -> SchoolYear:
    name = row.get("academic_year", "")
    try:
        terms, breaks = [], []
        for season in ("autumn", "spring", "summer"):
            day = {
                part: date.fromisoformat(row[f"{season}_{part}"]) for part in ("start", "half_start", "half_end", "end")
            }
            if not day["start"] < day["half_start"] <= day["half_end"] < day["end"]:
                raise ValueError(f"the {season} term's dates are out of order")
            terms.append(Term(f"{season} {name}", day["start"], day["end"]))
            breaks.append((day["half_start"], day["half_end"]))
    except (KeyError, TypeError, ValueError) as error:
        raise TermsWrong(f"school year {name or 'with no name'}: {error}; give dates like 2025-09-01") from error
    return SchoolYear(name, tuple(terms), tuple(breaks), row.get("source", ""))


def calendar(
    years: Iterable[SchoolYear],
    *,
    exceptions: Mapping[str, Iterable[date]] | None = None,
    holidays: frozenset[date] | None = None,
) -> SchoolCalendar:
    """Return the days schools are open: the terms less half-terms and bank holidays, plus each school's own closures.

    ``exceptions`` are training days and the like by school id: the council's dates bind only its own schools.
    """
    found = tuple(years)
    closed = set(bank_holidays() if holidays is None else holidays)
    for year in found:
        for first, last in year.breaks:
            closed.update(first + timedelta(days=step) for step in range((last - first).days + 1))
    closed_at = {school: frozenset(days) for school, days in (exceptions or {}).items()}
    return SchoolCalendar(tuple(term for year in found for term in year.terms), frozenset(closed), closed_at)
