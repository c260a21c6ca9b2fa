"""What a coordinator should look at before planning: roles nobody holds, windows without days, leave twice over."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from data.issues import Issue, Level
from data.reading.rows import Typed
from data.records.parsing import written

Sheets = Mapping[str, Typed]
PARTY = 2
"""The head teacher and the SENCo."""


def meeting_checks(sheets: Sheets) -> Iterator[Issue]:
    """Yield every such fault of the meetings' sheets; whatever else can be placed is planned."""
    types = sheets.get("meeting_types")
    for row in types.rows if types else ():
        yield from _roles(sheets, row)
        yield from _window(sheets, row)
        yield from _room(sheets, row)
    yield from _leave(sheets)
    yield from _never(sheets)


def _roles(sheets: Sheets, row: Any) -> Iterator[Issue]:
    staff = sheets.get("staff")
    if not staff or not staff.rows:
        return
    held = {person.role for person in staff.rows}
    for role in row.required:
        if role not in held:
            wrong = f"nobody on the Staff sheet holds the role {role}, without which no {row.title} is held"
            remedy = f"Add somebody in that role, or move {role} to the roles wanted"
            yield _look(sheets["meeting_types"], "role-nobody-holds", wrong, remedy, row, "required", role)


def _window(sheets: Sheets, row: Any) -> Iterator[Issue]:
    calendar = sheets.get("calendar")
    if calendar is None or row.window_first is None or row.window_last is None:
        return
    terms = [(each.first, each.last or each.first) for each in calendar.rows if each.kind == "term"]
    closed = [
        (each.first, each.last or each.first)
        for each in calendar.rows
        if each.kind in ("half-term", "holiday", "bank holiday", "INSET", "closure")
    ]
    if not terms or row.window_last < row.window_first:
        return
    if any(_within(day, terms) and not _within(day, closed) and day.weekday() < 5
           for day in _days(row.window_first, row.window_last)):  # fmt: skip
        return
    wrong = f"there is no school day from {written(row.window_first)} to {written(row.window_last)}"
    remedy = f"Change the window of {row.title}, or the terms on the Calendar sheet"
    yield _look(sheets["meeting_types"], "empty-window", wrong, remedy, row, "window_last", row.window_last)


def _room(sheets: Sheets, row: Any) -> Iterator[Issue]:
    venues = sheets.get("venues")
    venue = next((each for each in venues.rows if each.id == row.venue), None) if venues else None
    come = len(row.required) + len(row.optional) + PARTY
    if venue is not None and venue.seats is not None and venue.seats < come:
        wrong = f"a room of {venue.id} seats {venue.seats}, and {come} come to {row.title} with two from the school"
        remedy = "Name a venue with larger rooms, or correct its seats on the Venues sheet"
        yield _look(sheets["meeting_types"], "room-too-small", wrong, remedy, row, "venue", row.venue)


def _leave(sheets: Sheets) -> Iterator[Issue]:
    leave = sheets.get("leave")
    rows = leave.rows if leave else []
    for at, row in enumerate(rows):
        for before in rows[:at]:
            until = min(row.last or row.first, before.last or before.first)
            if row.staff == before.staff and max(row.first, before.first) <= until:
                wrong = f"{row.staff} is away up to {written(until)} by row {before.row} as well"
                yield _look(leave, "leave-twice", wrong, "Make one row of the two", row, "first", row.first)
                break


def _never(sheets: Sheets) -> Iterator[Issue]:
    """Yield each school whose SENCo only works on days on which its head cannot come."""
    schools = sheets.get("schools")
    for row in schools.rows if schools else ():
        days = set(row.senco_days) or set(range(5))
        if row.head_away and days <= set(row.head_away):
            wrong = f"on every day that the SENCo of {row.id} works, its head cannot come, so it is never met"
            remedy = "Correct one of the two, or leave the head’s days empty to meet without the head"
            yield _look(schools, "never-together", wrong, remedy, row, "head_away", None)


def _look(typed: Any, rule: str, wrong: str, remedy: str, row: Any, field: str, held: Any) -> Issue:
    found: Issue = typed.layout.issue(rule, wrong, remedy, row.row, field, held, level=Level.LOOK)
    return found


def _within(day: date, stretches: list[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in stretches)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
