"""Which case is heard when and who leads it, what rolls over and when it breaches, and how soon a backlog clears."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Case:
    """A case for panel: when it is due by law, its minutes, and since when its papers are complete.

    ``lead`` is the professional already named, who leads it when free; ``locality_leads`` are those who could.
    """

    id: str
    type: str
    area: str
    due: date
    minutes: int = 12
    complete_from: date | None = None
    locality_leads: frozenset[str] = frozenset()
    lead: str | None = None
    received: date | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A case on an agenda with its lead; ``late`` when heard after it was due."""

    case: str
    day: date
    lead: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class RolledOver:
    """A case not heard by the last sitting: why, and whether it breaches before another could hear it."""

    case: str
    due: date
    why: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """The cases heard, in order of sitting, and those rolled over."""

    listed: tuple[Listed, ...]
    rolled_over: tuple[RolledOver, ...]


def plan(
    cases: Sequence[Case],
    days: Sequence[date],
    *,
    minutes: int = 144,
    hears: Mapping[date, frozenset[str]] | None = None,
    away: Mapping[str, frozenset[date]] | None = None,
) -> Agenda:
    """Return agendas of one panel: at each sitting the complete cases due soonest, within the minutes.

    ``hears`` limits a sitting to some request types (their cadence); ``away`` are leads' absences. Earliest due date
    first is best for lateness when every case takes as long. A lead already named is kept when free; otherwise leads
    are shared evenly among those who fit and are free.
    """
    waiting = sorted(cases, key=lambda case: (case.due, case.id))
    load: Counter[str] = Counter()
    listed: list[Listed] = []
    for day in sorted(days):
        left = minutes
        still = []
        for case in waiting:
            allowed = hears is None or case.type in hears.get(day, frozenset())
            ready = case.complete_from is not None and case.complete_from <= day
            if not (allowed and ready and case.minutes <= left):
                still.append(case)
                continue
            lead = _lead(case, day, load, away or {})
            if lead is None and (case.locality_leads or case.lead):
                still.append(case)
                continue
            left -= case.minutes
            listed.append(Listed(case.id, day, lead, day > case.due))
        waiting = still
    return Agenda(tuple(listed), tuple(_why(case) for case in waiting))


def _lead(case: Case, day: date, load: Counter[str], away: Mapping[str, frozenset[date]]) -> str | None:
    if case.lead is not None and day not in away.get(case.lead, frozenset()):
        load[case.lead] += 1
        return case.lead
    free = sorted(
        (each for each in case.locality_leads if day not in away.get(each, frozenset())),
        key=lambda each: (load[each], each),
    )
    if not free:
        return None
    load[free[0]] += 1
    return free[0]


def _why(case: Case) -> RolledOver:
    why = "its papers are not complete" if case.complete_from is None else "no sitting has room, its type or a lead"
    return RolledOver(case.id, case.due, f"Not listed: {why}.")


def cancel(cases: Sequence[Case], days: Sequence[date], cancelled: date, *, minutes: int = 144) -> tuple[str, ...]:
    """Return the cases that breach if one sitting is cancelled and that would not otherwise, by id."""
    before, after = (
        plan(cases, days, minutes=minutes),
        plan(cases, [d for d in days if d != cancelled], minutes=minutes),
    )
    return tuple(sorted(_breaches(after) - _breaches(before)))


def _breaches(agenda: Agenda) -> set[str]:
    return {each.case for each in agenda.listed if each.late} | {each.case for each in agenda.rolled_over}


@dataclass(frozen=True, slots=True)
class Backlog:
    """Requests waiting, new ones a week, and how many a sitting decides."""

    waiting: int
    arriving: int
    decided_per_sitting: int
    sittings_per_week: int = 1


def weeks(backlog: Backlog, *, count: int) -> tuple[int, ...]:
    """Return how many wait at the start and at the end of each week."""
    waiting = [backlog.waiting]
    for _ in range(count):
        decided = backlog.decided_per_sitting * backlog.sittings_per_week
        waiting.append(max(0, waiting[-1] + backlog.arriving - decided))
    return tuple(waiting)


def sittings_needed(backlog: Backlog, *, down_to: int, in_weeks: int) -> int:
    """Return the fewest sittings a week that bring the waiting down in time; raises ValueError if none decides any."""
    if backlog.decided_per_sitting < 1:
        raise ValueError("a sitting that decides nothing never clears a backlog")
    each = 0
    while weeks(replace(backlog, sittings_per_week=each), count=in_weeks)[-1] > down_to:
        each += 1
    return each


def within_target(backlog: Backlog, *, weeks_allowed: int = 4) -> bool:
    """Return whether a request arriving now is decided within the weeks allowed (20 working days are four)."""
    decided = backlog.decided_per_sitting * backlog.sittings_per_week
    return backlog.waiting + backlog.arriving <= decided * weeks_allowed
