"""The statutory and funding steps of closing a base, from a start date, around school holidays and elections."""

from dataclasses import dataclass
from datetime import date, timedelta

from optimiser.core.calendar import SchoolCalendar
from optimiser.places.problem import Track


@dataclass(frozen=True)
class Step:
    """One step, first and last day, on what footing, and what to look out for."""

    name: str
    begins: date
    ends: date
    basis: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """The steps in order, the earliest lawful closing day, and the first academic year without the base."""

    track: Track
    steps: tuple[Step, ...]
    closes: date

    @property
    def first_year_without(self) -> str:
        """The academic year that begins after the closing day, such as "2027/28"."""
        return academic_year(self.closes + timedelta(days=1))


def academic_year(day: date) -> str:
    """Return the academic year (September to August) that holds a day, such as "2026/27"."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def timeline(
    track: Track,
    start: date,
    calendar: SchoolCalendar,
    *,
    consultation_weeks: int = 4,
    representation_weeks: int = 4,
    decision_days: int = 61,
    agreement_weeks: int = 12,
    return_month_day: tuple[int, int] = (11, 13),
    election_days: tuple[date, ...] = (),
) -> Timeline:
    """Return the steps for a maintained school's base or an academy's, from the day consultation could begin.

    Weeks of consultation and representations count only school weeks, since families must be able to answer. The
    place-change return of an autumn takes effect the next September. A base closes on 31 August.
    """
    steps = [_school_weeks("Consult families, staff and neighbours", start, consultation_weeks, calendar,
                           "good practice; four weeks of term")]  # fmt: skip
    after = steps[-1].ends + timedelta(days=1)
    if track is Track.MAINTAINED:
        steps.append(Step("Decide to publish; publish the statutory notice", after, after + timedelta(days=13),
                          "prescribed alteration of a maintained school"))  # fmt: skip
        steps.append(_school_weeks("Representations", after + timedelta(days=14), representation_weeks, calendar,
                                   "statutory: four weeks from the notice"))  # fmt: skip
        after = steps[-1].ends + timedelta(days=1)
        steps.append(Step("Decide, or it goes to the adjudicator", after, after + timedelta(days=decision_days - 1),
                          "statutory: within two months of the representations"))  # fmt: skip
    else:
        steps.append(Step("Ask the department for a significant change and a new funding agreement", after,
                          after + timedelta(weeks=agreement_weeks) - timedelta(days=1),
                          "academy: agreed with the department; the weeks are an assumption"))  # fmt: skip
    decided = steps[-1].ends
    due = _next_return(decided, return_month_day)
    steps.append(Step("Place-change return", due, due, "yearly return; places change the next September"))
    closes = date(due.year + 1, 8, 31)
    steps.append(Step("Plan each child's move with the family", decided, closes, "annual review before any move"))
    steps.append(Step("The base closes", closes, closes, "end of the academic year; place funding ends with it"))
    return Timeline(track, tuple(_flagged(step, calendar, election_days) for step in steps), closes)


def _school_weeks(name: str, start: date, weeks: int, calendar: SchoolCalendar, basis: str) -> Step:
    """Return a step that lasts so many school weeks of five days when schools are open."""
    day, left = start, weeks * 5
    first: date | None = None
    last_known = calendar.days[-1] if calendar.days else start
    while left:
        is_school_day = calendar.is_open(day) if day <= last_known else day.weekday() < 5 and day.month != 8
        if is_school_day:
            first = first or day
            left -= 1
        day += timedelta(days=1)
    return Step(name, first or start, day - timedelta(days=1), basis)


def _next_return(day: date, month_day: tuple[int, int]) -> date:
    due = date(day.year, *month_day)
    return due if day <= due else date(day.year + 1, *month_day)


def _flagged(step: Step, calendar: SchoolCalendar, election_days: tuple[date, ...]) -> Step:
    flags: list[str] = []
    for election in election_days:
        if step.begins <= election and step.ends >= election - timedelta(days=45):
            flags.append(f"Runs into the pre-election period before {election:%a} {election.day} {election:%b %Y}.")
    known = bool(calendar.days) and step.ends <= calendar.days[-1]
    length = (step.ends - step.begins).days + 1
    school = sum(1 for n in range(length) if calendar.is_open(step.begins + timedelta(days=n)))
    if known and length > 1 and school < length * 5 // 7 - 2:
        flags.append("Part of it falls in school holidays.")
    if not known:
        flags.append("Term dates for part of it are not published yet, so it is an estimate.")
    return Step(step.name, step.begins, step.ends, step.basis, tuple(flags))


def earliest_year(closes: date, year_names: tuple[str, ...]) -> int:
    """Return the first year of a plan in which a base that closes on a day may be closed; past the end when none."""
    first = academic_year(closes + timedelta(days=1))
    return next((number for number, name in enumerate(year_names) if name >= first), len(year_names))
