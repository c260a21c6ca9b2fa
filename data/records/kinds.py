"""The kinds of cell: what each accepts and what it keeps."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from data.records import parsing, words

CELLS = {"cells": True}
"""The validation context for cells as a person typed them; without it, values are taken as already read."""


def _from_cell(info: ValidationInfo) -> bool:
    return bool(info.context and info.context.get("cells"))


def needed(read: Callable[[Any], Any]) -> BeforeValidator:
    """Return the reader of a cell that must be filled in."""

    def check(value: Any, info: ValidationInfo) -> Any:
        if not _from_cell(info):
            return value
        if parsing.is_blank(value):
            empty = value is None or not str(value).strip()
            wrong = "this cell is empty" if empty else f"“{parsing.shown(value)}” leaves this cell undecided"
            raise parsing.bad(
                "missing" if empty else "still-to-be-confirmed", wrong, "Fill it in; the row cannot be used without it"
            )
        return read(value)

    return BeforeValidator(check)


def spare(read: Callable[[Any], Any], *, default: Any = None) -> BeforeValidator:
    """Return the reader of a cell that may be left empty, which then reads as ``default``."""

    def check(value: Any, info: ValidationInfo) -> Any:
        if not _from_cell(info):
            return value
        return default if parsing.is_blank(value) else read(value)

    return BeforeValidator(check)


def _list(read: Callable[[Any], Any]) -> BeforeValidator:
    def check(value: Any, info: ValidationInfo) -> Any:
        if not _from_cell(info):
            return value
        if parsing.is_blank(value):
            return ()
        return tuple(dict.fromkeys(read(part) for part in parsing.several(value)))

    return BeforeValidator(check)


def _word(vocabulary: Mapping[str, str], what: str) -> Callable[[Any], str]:
    return parsing.choice(vocabulary, what=what)


def between(least: float, most: float, what: str) -> AfterValidator:
    """Return a check that a number lies between two bounds, both allowed; None passes."""

    def check(value: Any) -> Any:
        if value is not None and not least <= value <= most:
            rule = "negative" if value < 0 <= least else "out-of-range"
            remedy = f"Type a number from {least:,.10g} to {most:,.10g}"
            raise parsing.bad(rule, f"{value:,.10g} is not a possible {what}", remedy)
        return value

    return AfterValidator(check)


def _plain(value: Any) -> str:
    found = parsing.text(value)
    if len(found) > 200:
        raise parsing.bad(
            "too-long", f"this cell holds {len(found)} characters", "Shorten it to 200 characters or fewer"
        )
    return found


def _leave_words(value: Any) -> str:
    return re.sub(r"\s+", " ", parsing.text(value))[:400]


def _layouts(value: Any) -> tuple[tuple[int, int], ...]:
    """Return (seats, wheelchair spaces) of each layout from "16; 14+1; 10+2w"."""
    found = []
    for part in parsing.several(parsing.text_lines(value).replace("/", ";")):
        match = re.fullmatch(
            r"([0-9]{1,2})(?:\s*\+\s*([0-9]{1,2})\s*(?:w|wc|w/c|wheelchairs?)?)?(?:\s*seats?)?", part.casefold()
        )
        if not match:
            raise parsing.bad(
                "not-a-layout",
                f"“{parsing.shown(part)}” is not a layout",
                "Type seats and wheelchair spaces such as 16; 14+1; 10+2",
            )
        found.append((int(match[1]), int(match[2] or 0)))
    return tuple(found)


Ref = Annotated[str, needed(parsing.code)]
SpareRef = Annotated[str | None, spare(parsing.code)]
Refs = Annotated[tuple[str, ...], _list(parsing.code)]
Words = Annotated[str, needed(_plain)]
SpareWords = Annotated[str | None, spare(_plain)]
Note = Annotated[str | None, spare(_leave_words)]
Texts = Annotated[tuple[str, ...], _list(_plain)]
Postcode = Annotated[str, needed(parsing.postcode)]
SparePostcode = Annotated[str | None, spare(parsing.postcode)]
Clock = Annotated[int, needed(parsing.clock)]
SpareClock = Annotated[int | None, spare(parsing.clock)]
Day = Annotated[date, needed(parsing.day)]
SpareDay = Annotated[date | None, spare(parsing.day)]
DayList = Annotated[tuple[date, ...], _list(parsing.day)]
Money = Annotated[int, needed(parsing.pence)]
SpareMoney = Annotated[int | None, spare(parsing.pence)]
YesNo = Annotated[bool, spare(parsing.yes_no, default=False)]
YesUnlessNo = Annotated[bool, spare(parsing.yes_no, default=True)]
Count = Annotated[int, needed(parsing.whole), between(0, 100_000, "count")]
SpareCount = Annotated[int | None, spare(parsing.whole), between(0, 100_000, "count")]
Places = Annotated[int, needed(parsing.whole), between(0, 400, "number of places")]
SparePlaces = Annotated[int | None, spare(parsing.whole), between(0, 400, "number of places")]
Minutes = Annotated[int | None, spare(parsing.whole), between(0, 240, "number of minutes")]
Share = Annotated[float | None, spare(parsing.number), between(0, 100, "percentage")]
Fte = Annotated[float, needed(parsing.number), between(0.05, 1.0, "full-time equivalent")]
Easting = Annotated[int | None, spare(parsing.whole), between(80_000, 660_000, "easting in metres")]
Northing = Annotated[int | None, spare(parsing.whole), between(5_000, 1_220_000, "northing in metres")]
YearGroup = Annotated[int | None, spare(lambda value: _year_group(value)), between(-2, 14, "year group")]
Weekdays = Annotated[tuple[int, ...], spare(parsing.weekdays, default=(0, 1, 2, 3, 4))]
SpareWeekdays = Annotated[tuple[int, ...], spare(parsing.weekdays, default=())]
Layouts = Annotated[tuple[tuple[int, int], ...], needed(_layouts)]


def _year_group(value: Any) -> int:
    found = parsing.text(value).casefold().replace("year", "").replace("yr", "").replace("y", "").strip()
    named = {"n1": -2, "n2": -1, "nurser": -1, "n": -1, "r": 0, "rec": 0, "reception": 0}
    return named[found] if found in named else parsing.whole(found)


def word(vocabulary: Mapping[str, str], what: str) -> BeforeValidator:
    """Return the reader of a required word from a vocabulary."""
    return needed(_word(vocabulary, what))


def spare_word(vocabulary: Mapping[str, str], what: str, *, default: str | None = None) -> BeforeValidator:
    """Return the reader of a word that may be left empty, which then reads as ``default``."""
    return spare(_word(vocabulary, what), default=default)


def word_list(vocabulary: Mapping[str, str], what: str) -> BeforeValidator:
    """Return the reader of several words in one cell."""
    return _list(_word(vocabulary, what))


Need = Annotated[str, word(words.NEEDS, "need")]
SpareNeed = Annotated[str | None, spare_word(words.NEEDS, "need")]
NeedList = Annotated[tuple[str, ...], word_list(words.NEEDS, "need")]
Area = Annotated[str, word(words.AREAS, "area")]
SpareArea = Annotated[str | None, spare_word(words.AREAS, "area")]
AreaList = Annotated[tuple[str, ...], word_list(words.AREAS, "area")]
Phase = Annotated[str, word(words.PHASES, "phase")]
Role = Annotated[str, word(words.ROLES, "role")]
RoleList = Annotated[tuple[str, ...], word_list(words.ROLES, "role")]
TrainingName = Annotated[str, word(words.TRAINING, "training")]
TrainingList = Annotated[tuple[str, ...], word_list(words.TRAINING, "training")]
EquipmentList = Annotated[tuple[str, ...], word_list(words.EQUIPMENT, "piece of equipment")]
