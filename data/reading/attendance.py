"""Reads what people type or paste about meetings held, and about families who want to see somebody at a forum."""

import csv
import io
from datetime import date

from optimiser.meetings.attendance import Action, Attendance
from optimiser.meetings.forum import Wish

YES, NO = {"yes", "y", "1", "true", "came"}, {"no", "n", "0", "false", "", "did not come"}
SHEET = "Attendance"
MOST_LINES = 2000


class NotUnderstood(ValueError):
    """Lines that could not be read, each with its number and what to do."""


def read_attendance(text: str, *, known: frozenset[str]) -> tuple[Attendance, ...]:
    """Return the notes of a pasted table: meeting, came, SENCo, head, rating, actions; raises NotUnderstood.

    Commas, semicolons or tabs part the columns; a first line of headings is skipped. Actions are parted by ``|`` and
    each is "what / who / yyyy-mm-dd", the last two as needed. Every fault is told at once.
    """
    found: dict[str, Attendance] = {}
    faults: list[str] = []
    for number, cells in _lines(text):
        if cells[0].strip().lower() in ("meeting", "time"):
            continue
        try:
            note = _note([cell.strip() for cell in (*cells, "", "", "", "", "")[:6]], known)
            if note.meeting in found:
                raise NotUnderstood(f"{note.meeting} stands twice: keep one line for each meeting")
            found[note.meeting] = note
        except NotUnderstood as wrong:
            faults.append(f"Line {number}: {wrong}.")
    if faults:
        raise NotUnderstood(" ".join(faults[:12]))
    return tuple(found.values())


def read_wishes(text: str) -> tuple[Wish, ...]:
    """Return the wishes of a pasted table: family reference, role, language when needed; raises NotUnderstood."""
    found, faults = [], []
    for number, cells in _lines(text):
        family, role, language = [cell.strip() for cell in (*cells, "", "")[:3]]
        if family.lower() == "family":
            continue
        if not family or not role:
            faults.append(f"Line {number}: write a family's reference and the role it wants to see, such as F01, EP.")
        else:
            found.append(Wish(family, role.upper(), language))
    if faults:
        raise NotUnderstood(" ".join(faults[:12]))
    return tuple(found)


def _lines(text: str) -> list[tuple[int, list[str]]]:
    parted = "\t" if "\t" in text else ";" if ";" in text else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=parted))
    if len(rows) > MOST_LINES:
        raise NotUnderstood(f"There are {len(rows):,} lines; paste at most {MOST_LINES:,}.")
    return [(number, cells) for number, cells in enumerate(rows, start=1) if any(cell.strip() for cell in cells)]


def _note(cells: list[str], known: frozenset[str]) -> Attendance:
    meeting, came, senco, head, rating, agreed = cells
    if meeting not in known:
        raise NotUnderstood(f"there is no meeting {meeting or 'without a reference'} in this roster")
    mark = None
    if rating:
        if rating not in ("1", "2", "3", "4", "5"):
            raise NotUnderstood(f"the rating {rating} is not a whole number from 1 to 5")
        mark = int(rating)
    return Attendance(
        meeting,
        _yes(came, "came"),
        _yes(senco, "the SENCo"),
        _yes(head, "the head"),
        mark,
        tuple(_action(each) for each in agreed.split("|") if each.strip()),
    )


def _yes(text: str, what: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise NotUnderstood(f"write yes or no for {what}, not {text}")


def _action(text: str) -> Action:
    what, who, by = [part.strip() for part in (*text.split("/"), "", "")[:3]]
    if not by:
        return Action(what, who)
    try:
        return Action(what, who, date.fromisoformat(by))
    except ValueError as wrong:
        raise NotUnderstood(f"write the day of an action as 2020-02-28, not {by}") from wrong
