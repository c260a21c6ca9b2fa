"""Faults that one row cannot show: two rows of one id, a school nobody knows, a postcode that does not exist."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from typing import Any

from data.issues import Issue, Level
from data.postcodes import Geocoder, NotLocated
from data.reading.meeting_checks import meeting_checks
from data.reading.rows import Typed
from data.records.parsing import written

Sheets = Mapping[str, Typed]

POINTS_TO: tuple[tuple[str, str, str, str], ...] = (
    ("bases", "school", "schools", "school"),
    ("pupils", "school", "schools", "school"),
    ("pupils", "base", "bases", "base"),
    ("pupils", "named_base", "bases", "base"),
    ("pupils", "sibling_base", "bases", "base"),
    ("pupils", "base_choices", "bases", "base"),
    ("pupils", "apart", "pupils", "pupil"),
    ("pupils", "together", "pupils", "pupil"),
    ("vehicles", "operator", "operators", "operator"),
    ("runs", "school", "schools", "school"),
    ("runs", "vehicle", "vehicles", "vehicle class"),
    ("runs", "guide", "guides", "guide"),
    ("runs", "pupils", "pupils", "pupil"),
    ("run_log", "run", "runs", "route"),
    ("training", "guide", "guides", "guide"),
    ("absences", "guide", "guides", "guide"),
    ("leave", "staff", "staff", "member of staff"),
    ("schools", "psychologist", "staff", "member of staff"),
    ("meeting_types", "venue", "venues", "venue"),
    ("meetings", "venue", "venues", "venue"),
    ("meetings", "school", "schools", "school"),
    ("panels", "venue", "venues", "venue"),
    ("panel_cases", "lead", "staff", "member of staff"),
)
"""Sheet and field that name a row of another sheet; checked only where that other sheet was sent."""

IN_ORDER: tuple[tuple[str, str, str, str], ...] = (
    ("pupils", "start", "end", "transport ends before it starts"),
    ("training", "issued", "expires", "this lapses before it was issued"),
    ("absences", "first", "last", "this absence ends before it begins"),
    ("leave", "first", "last", "this leave ends before it begins"),
    ("calendar", "first", "last", "this ends before it begins"),
    ("meeting_types", "window_first", "window_last", "the window closes before it opens"),
    ("vehicles", "valid_from", "valid_until", "the contract ends before it starts"),
    ("runs", "contract_start", "contract_end", "the contract ends before it starts"),
    ("bases", "sla_start", "sla_end", "the agreement ends before it starts"),
    ("bases", "lowest_year", "highest_year", "the years run backwards"),
    ("schools", "opens", "bell", "the bell rings before the gate opens"),
    ("schools", "bell", "finish", "the school finishes before it starts"),
    ("meetings", "start", "end", "this ends before it starts"),
    ("venues", "opens", "closes", "the venue closes before it opens"),
)


def cross_check(sheets: Sheets) -> list[Issue]:
    """Return every fault between rows, in the order of the sheets."""
    checks: tuple[Callable[[Sheets], Iterator[Issue]], ...] = (
        _twice,
        _unknown,
        _backwards,
        _homeless,
        _carried,
        _on_two_routes,
        _torn,
        _overfull,
        _out_of_term,
        meeting_checks,
    )
    return [issue for check in checks for issue in check(sheets)]


def _twice(sheets: Sheets) -> Iterator[Issue]:
    for typed in sheets.values():
        key = typed.layout.sheet.row.key
        first: dict[str, int] = {}
        for row in typed.rows if key else ():
            held = getattr(row, key)
            if held in first:
                wrong = f"{held} is on row {first[held]} as well"
                remedy = "Keep one row for each reference"
                yield typed.layout.issue("id-twice", wrong, remedy, row.row, key, held)
            else:
                first[held] = row.row


def _unknown(sheets: Sheets) -> Iterator[Issue]:
    for name, field, target, noun in POINTS_TO:
        typed, other = sheets.get(name), sheets.get(target)
        if typed is None or other is None:
            continue
        for row in typed.rows:
            held = getattr(row, field)
            for ref in held if isinstance(held, tuple) else (held,):
                if ref is not None and ref not in other.ids:
                    rule = f"unknown-{noun.replace(' ', '-')}"
                    wrong = f"there is no {noun} {ref} on the {other.layout.tab} sheet"
                    remedy = f"Correct the reference, or add {ref} to the {other.layout.tab} sheet"
                    yield typed.layout.issue(rule, wrong, remedy, row.row, field, ref)


def _backwards(sheets: Sheets) -> Iterator[Issue]:
    for name, before, after, wrong in IN_ORDER:
        typed = sheets.get(name)
        for row in typed.rows if typed else ():
            early, late = getattr(row, before), getattr(row, after)
            if early is not None and late is not None and late < early:
                remedy = f"Correct this, or {typed.layout.heading.get(before, before)} on the same row"
                yield typed.layout.issue("wrong-order", wrong, remedy, row.row, after, _as_time(after, late))


def _homeless(sheets: Sheets) -> Iterator[Issue]:
    find = Geocoder()
    tried: dict[str, NotLocated | None] = {}
    for name, fields in (
        ("schools", ("postcode",)),
        ("pupils", ("postcode", "point")),
        ("guides", ("postcode",)),
        ("venues", ("postcode",)),
        ("vehicles", ("depot", "spares_at")),
    ):
        typed = sheets.get(name)
        for row in typed.rows if typed else ():
            own = getattr(row, "easting", None) is not None and getattr(row, "northing", None) is not None
            for field in fields:
                held = getattr(row, field)
                if held is None:
                    if field == "postcode" and not own:
                        remedy = "Give the postcode, or an easting and northing"
                        yield typed.layout.issue(
                            "no-place", "there is no postcode, and no easting and northing", remedy, row.row, field
                        )
                    continue
                if held not in tried:
                    found = find.postcode(held)
                    tried[held] = found if isinstance(found, NotLocated) else None
                fault = tried[held]
                if fault is not None and not (own and field == "postcode"):
                    remedy = fault.remedy[:1].upper() + fault.remedy[1:]
                    yield typed.layout.issue("no-such-postcode", fault.reason, remedy, row.row, field, held)


def _carried(sheets: Sheets) -> Iterator[Issue]:
    typed = sheets.get("pupils")
    for row in typed.rows if typed else ():
        if row.transport == "vehicle" and row.school is None:
            remedy = "Give the school code, or change Transport to no"
            wrong = "this child is carried by a vehicle but has no school"
            yield typed.layout.issue("no-school", wrong, remedy, row.row, "school")
        if row.door == "point" and row.point is None:
            remedy = "Give the pick-up point's postcode, or change to door"
            wrong = "this child is collected at a point, but no point is given"
            yield typed.layout.issue("no-point", wrong, remedy, row.row, "point")


def _on_two_routes(sheets: Sheets) -> Iterator[Issue]:
    typed = sheets.get("runs")
    held: dict[str, str] = {}
    for row in typed.rows if typed else ():
        for pupil in row.pupils:
            if pupil in held and held[pupil] != row.id:
                wrong = f"{pupil} is on route {held[pupil]} as well"
                yield typed.layout.issue("two-routes", wrong, "Leave the child on one route", row.row, "pupils", pupil)
            held.setdefault(pupil, row.id)


def _torn(sheets: Sheets) -> Iterator[Issue]:
    typed = sheets.get("pupils")
    for row in typed.rows if typed else ():
        torn = sorted(set(row.apart) & set(row.together))
        if torn:
            wrong = f"{torn[0]} both must and must not travel with this child"
            yield typed.layout.issue(
                "must-and-must-not", wrong, "Take it out of one of the two lists", row.row, "apart", torn[0]
            )
        if row.sole and row.together:
            wrong = f"this child travels alone, and must travel with {row.together[0]} as well"
            remedy = "Change one of the two; until then no run can carry this child"
            yield typed.layout.issue(
                "alone-and-together", wrong, remedy, row.row, "sole", row.together[0], level=Level.LOOK
            )
        if row.id in row.apart or row.id in row.together:
            field = "apart" if row.id in row.apart else "together"
            wrong = "this child's own reference is in the list"
            yield typed.layout.issue("own-list", wrong, "Take it out", row.row, field, row.id)


def _overfull(sheets: Sheets) -> Iterator[Issue]:
    bases, pupils = sheets.get("bases"), sheets.get("pupils")
    roll = Counter(row.base for row in pupils.rows if row.base) if pupils else Counter()
    for row in bases.rows if bases else ():
        if row.physical_max is not None and row.physical_max < row.places:
            wrong = f"{row.places} places are commissioned, but the rooms hold {row.physical_max}"
            remedy = "Correct this, or the places commissioned"
            yield bases.layout.issue("places-above-rooms", wrong, remedy, row.row, "physical_max", row.physical_max)
        if roll[row.id] > row.places:
            wrong = f"{roll[row.id]} pupils are in this base, which has {row.places} commissioned places"
            remedy = "Check both; it is planned as it stands, and nobody is moved because of it"
            yield bases.layout.issue(
                "places-below-roll", wrong, remedy, row.row, "places", row.places, level=Level.LOOK
            )


def _out_of_term(sheets: Sheets) -> Iterator[Issue]:
    """Dates outside term are flagged on the diary, and stop a window or an end that no school day can meet."""
    calendar = sheets.get("calendar")
    terms = [(row.first, row.last or row.first) for row in calendar.rows if row.kind == "term"] if calendar else []
    breaks = (
        [(r.first, r.last or r.first) for r in calendar.rows if r.kind != "term" and r.kind != "deadline"]
        if calendar
        else []
    )
    if not terms:
        return
    for row, field, level in _dates(sheets):
        typed, held = sheets[row[0]], getattr(row[1], field)
        if not _within(held, terms) or (level is Level.LOOK and _within(held, breaks)):
            wrong = f"{written(held)} is not in any term, or schools are closed that day"
            remedy = "Correct the date, or the terms on the Calendar sheet"
            yield typed.layout.issue("out-of-term", wrong, remedy, row[1].row, field, held, level=level)


def _dates(sheets: Sheets) -> Iterator[tuple[tuple[str, Any], str, Level]]:
    for name, field, level in (
        ("meetings", "day", Level.LOOK),
        ("meeting_types", "window_first", Level.STOP),
        ("meeting_types", "window_last", Level.STOP),
        ("run_log", "day", Level.STOP),
    ):
        for row in sheets[name].rows if name in sheets else ():
            if getattr(row, field) is not None:
                yield (name, row), field, level


def _as_time(field: str, held: Any) -> Any:
    """Return a time of day from the seconds that its field holds, so that it is told as it was typed."""
    return (
        time(held // 3600, held // 60 % 60)
        if field in ("bell", "finish", "end", "closes") and type(held) is int
        else held
    )


def _within(day: date, spans: list[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in spans)
