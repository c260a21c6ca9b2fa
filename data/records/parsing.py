"""Reads what people type in cells: forgiving of spelling, strict about meaning."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic_core import PydanticCustomError

BLANKS = {
    "",
    "-",
    "--",
    "?",
    "??",
    "n/a",
    "na",
    "none",
    "nil",
    "null",
    "tbc",
    "tba",
    "tbd",
    "to be confirmed",
    "unknown",
    "not known",
}
"""What people write for "nothing here" or "not known yet"."""

YES = {"y", "yes", "true", "t", "1", "x", "✓", "✔", "yes please"}
NO = {"n", "no", "false", "f", "0"}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_POSTCODE = re.compile(r"^([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})$")
_MONEY = re.compile(
    r"^£?\s*(-?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(k?)\s*"
    r"(p|pd|/d|/day|per day|a day|day|pa|p\.a\.|a year|per year|each|gbp)?\.?$"
)
_CLOCK = re.compile(r"^([0-9]{1,2})\s*[:.h]?\s*([0-9]{2})?(?:[:.][0-9]{2})?\s*(am|pm)?$")
_EPOCH = datetime(1899, 12, 30)


def bad(rule: str, wrong: str, remedy: str) -> PydanticCustomError:
    """Return the error that becomes an issue: what is wrong and what to do."""
    return PydanticCustomError("cell", "{wrong}", {"rule": rule, "wrong": wrong, "remedy": remedy})


def is_blank(value: object) -> bool:
    """Return whether a cell is empty or says that nothing is known."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in BLANKS)


def text(value: Any) -> str:
    """Return the cell as tidy text; a whole number typed as 12.0 reads 12."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (date, datetime)):
        return value.strftime("%Y-%m-%d")
    return " ".join(str(value).split())


def code(value: Any) -> str:
    """Return an opaque reference: letters, digits, ``-``, ``/``, ``_`` or ``.``, never a person."""
    found = text(value).upper().replace(" ", "")
    plain = text(value)
    digits = re.sub(r"[\s-]", "", plain)
    if re.fullmatch(r"[0-9]{10}", digits) and looks_like_nhs_number(digits):
        raise bad("nhs-number", "this looks like an NHS number", "Use your own reference instead, such as P0001")
    if re.fullmatch(r"[A-Z][a-z'’-]+,?\s+[A-Z][a-z'’-]+(\s+[A-Z][a-z'’-]+)?", plain):
        raise bad(
            "name-as-reference", "this looks like a person's name", "Use your own reference instead, such as P0001"
        )
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9_./-]{0,39}", found):
        raise bad(
            "not-a-reference",
            f"“{shown(value)}” is not a reference",
            "Use letters, digits and dashes only, such as P0001",
        )
    return found


def looks_like_nhs_number(digits: str) -> bool:
    """Return whether ten digits carry a right NHS check digit (modulus 11)."""
    total = sum((10 - place) * int(digit) for place, digit in enumerate(digits[:9]))
    check = (11 - total % 11) % 11
    return check != 10 and check == int(digits[9])


def postcode(value: Any) -> str:
    """Return a postcode as ``B20 3DE``, whatever its spacing and case."""
    found = re.sub(r"[^A-Z0-9]", "", text(value).upper())
    match = _POSTCODE.match(found)
    if not match:
        raise bad("not-a-postcode", f"“{shown(value)}” is not a postcode", "Type the whole postcode, such as B20 3DE")
    return f"{match[1]} {match[2]}"


def yes_no(value: Any) -> bool:
    """Return yes or no from Y, Yes, TRUE, 1 and the like."""
    if isinstance(value, bool):
        return value
    found = text(value).casefold()
    if found in YES:
        return True
    if found in NO:
        return False
    raise bad("not-yes-or-no", f"“{shown(value)}” is neither yes nor no", "Type Yes or No")


def number(value: Any) -> float:
    """Return a number; commas and a trailing unit such as "mins" or "miles" are ignored."""
    if isinstance(value, (bool, date, datetime, time)):
        raise bad("not-a-number", f"“{shown(value)}” is not a number", "Type a number")
    if isinstance(value, (int, float)):
        return float(value)
    found = re.sub(
        r"\s*(minutes?|mins?|m|miles?|mi|places?|pupils?|days?|%|years?|yrs?)\.?$", "", text(value).casefold()
    ).replace(",", "")
    try:
        return float(found)
    except ValueError:
        raise bad("not-a-number", f"“{shown(value)}” is not a number", "Type a number, in digits") from None


def whole(value: Any) -> int:
    """Return a whole number."""
    found = number(value)
    if not found.is_integer():
        raise bad("not-a-whole-number", f"{shown(value)} is not a whole number", "Type a whole number")
    return int(found)


def pence(value: Any) -> int:
    """Return an amount of money in whole pence from 85, "£85.00pd", "1,250" or "£85 per day"."""
    if isinstance(value, (bool, date, datetime, time)):
        raise bad("not-money", f"“{shown(value)}” is not an amount of money", "Type pounds, such as 85.00")
    if isinstance(value, (int, float)):
        amount = float(value)
    else:
        match = _MONEY.match(text(value).casefold())
        if not match:
            raise bad("not-money", f"“{shown(value)}” is not an amount of money", "Type pounds, such as 85.00")
        amount = float(match[1].replace(",", "")) * (1000 if match[2] else 1)
        if match[3] == "p":
            amount /= 100
    if amount < 0:
        raise bad("negative-money", f"{shown(value)} is below nought", "Type an amount of nought or more")
    return round(amount * 100)


def clock(value: Any) -> int:
    """Return a clock time as seconds after midnight from 08:45, 8.45, 0845, "8.45am" or a spreadsheet time."""
    if isinstance(value, datetime):
        value = value.time()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 0 < value < 1:
            return round(value * 1440) * 60
        value = f"{value:.2f}" if isinstance(value, float) and not value.is_integer() else str(int(value))
    found = re.sub(r"^(12 ?)?(noon|midday)$", "12:00", text(value).casefold())
    match = _CLOCK.match(found)
    if match and not match[2] and len(match[1]) == 1 and not match[3]:
        match = None
    if match:
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3] == "pm" and hour < 12:
            hour += 12
        if match[3] == "am" and hour == 12:
            hour = 0
        if hour < 24 and minute < 60:
            return hour * 3600 + minute * 60
    raise bad("not-a-time", f"“{shown(value)}” is not a time of day", "Type a 24-hour time, such as 08:45")


def day(value: Any) -> date:
    """Return a date from a spreadsheet date, 27/01/2020, 27.1.20, 27 Jan 2020 or 2020-01-27; day before month."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 30000 < value < 60000:
        return (_EPOCH + timedelta(days=int(value))).date()
    found = re.sub(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", "", text(value).casefold())
    found = re.sub(r"(?<=[0-9])(st|nd|rd|th)\b", "", found)
    made = _from_iso(found) or _from_digits(found) or _from_words(found)
    if made is None:
        raise bad("not-a-date", f"“{shown(value)}” is not a date", "Type day, month and year, such as 27/01/2020")
    return made


def _from_iso(found: str) -> date | None:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[t ].*)?", found)
    return _date(match[1], match[2], match[3]) if match else None


def _from_digits(found: str) -> date | None:
    match = re.fullmatch(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{2}|[0-9]{4})", found)
    return _date(match[3], match[2], match[1]) if match else None


def _from_words(found: str) -> date | None:
    match = re.fullmatch(r"([0-9]{1,2})[ -]([a-z]{3})[a-z]*\.?[ -]([0-9]{2}|[0-9]{4})", found)
    if not match or match[2] not in _MONTHS:
        return None
    return _date(match[3], str(_MONTHS[match[2]]), match[1])


def _date(year: str, month: str, of_month: str) -> date | None:
    full = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(full, int(month), int(of_month))
    except ValueError:
        return None


def several(value: Any) -> list[str]:
    """Return the parts of a list typed in one cell, split at ``;``, ``|``, new lines or commas."""
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    return [
        part
        for part in (" ".join(piece.split()) for piece in re.split(r"[;|,\n]+", text_lines(value)))
        if not is_blank(part)
    ]


def text_lines(value: Any) -> str:
    """Return the cell as text with its line breaks kept."""
    return value if isinstance(value, str) else text(value)


def weekdays(value: Any) -> tuple[int, ...]:
    """Return days of the week, Monday 0, from "Mon-Wed", "Mon, Thu", "MTWThF" or "all"."""
    found = (
        text(value)
        .casefold()
        .replace("weds", "wed")
        .replace("thurs", "thu")
        .replace("tues", "tue")
        .replace(" to ", "-")
        .replace("–", "-")
    )
    found = re.sub(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*", r"\1", found)
    if found in {"all", "every day", "daily", "mon-fri", "full time", "5"}:
        return (0, 1, 2, 3, 4)
    packed = re.fullmatch(r"(m)?(tu|t)?(w)?(th)?(f)?", found.replace(" ", ""))
    if packed and found:
        return tuple(at for at, letter in enumerate(packed.groups()) if letter)
    days: list[int] = []
    for part in re.split(r"[;,|/&+ ]+", re.sub(r"\s*-\s*", "-", found)):
        days += _day_range(part, value)
    return tuple(sorted(set(days)))


def _day_range(part: str, value: Any) -> list[int]:
    names = {name.casefold(): at for at, name in enumerate(DAYS)}
    first, _, last = part.partition("-")
    if first in names and (not last or last in names) and (not last or names[last] >= names[first]):
        return list(range(names[first], names[last or first] + 1))
    raise bad("not-weekdays", f"“{shown(value)}” is not a list of days", "Type days such as Mon-Wed or Mon, Thu")


def choice(words: Mapping[str, str], *, what: str) -> Callable[[Any], str]:
    """Return a reader of one of a few words, with synonyms; ``words`` maps tidy spellings to the word kept."""
    kept = {tidy(spelling): word for spelling, word in words.items()} | {tidy(word): word for word in words.values()}
    offered = ", ".join(dict.fromkeys(words.values()))

    def read(value: Any) -> str:
        found = kept.get(tidy(text(value)))
        if found is None:
            raise bad(
                f"unknown-{what.replace(' ', '-')}",
                f"“{shown(value)}” is not {'an' if what[0] in 'aeio' else 'a'} {what} that we know",
                f"Use one of: {offered}",
            )
        return found

    return read


def tidy(words: str) -> str:
    """Return only the letters, digits and ``+`` of some words, in lower case, for comparing headings and choices."""
    return re.sub(r"[^a-z0-9+]", "", words.casefold().replace("&", "and"))


def shown(value: object) -> str:
    """Return what a cell held as a person would write it, shortened so that a message stays readable."""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, (date, time)):
        return written(value)
    words = " ".join(str(value).split())
    return words if len(words) <= 40 else words[:37] + "..."


def written(value: date | time) -> str:
    """Return a date as Sun 30 Aug 2020, a time of day as 08:45, and both of a moment."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    day_of = f"{value:%a} {value.day} {value:%b %Y}"
    return f"{day_of} {value:%H:%M}" if isinstance(value, datetime) else day_of
