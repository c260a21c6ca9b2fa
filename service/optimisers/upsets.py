"""What has happened to a roster since it was made, and the question of the repair that moves as little as possible."""

import importlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from service.optimisers.jobs import CannotPlan

SENT = "invitations sent"
"""What is locked in a roster whose schools have all been told: a repair leaves them, unless that is allowed."""
MOST_OTHERS = 3
"""So many meetings besides those hit may move, unless a person says otherwise."""
MOST_DAYS = 400


def asked(problem: Any, earlier: Any, options: Any, locks: frozenset[str]) -> Any:
    """Return a round as the repair of an earlier roster; raises CannotPlan for what cannot be read or is unknown.

    Of the options, ``move`` is a meeting that asks for another time, ``others`` how many meetings besides may move
    (None for any number), and ``may_move_told`` whether schools that were told may. What has happened (``after``) is in
    the round already.
    """
    moved = options.get("move")
    wants = str(moved["meeting"]) if moved else ""
    if wants and wants not in problem.meeting:
        raise CannotPlan(f"There is no meeting {wants}. Choose one from the list.")
    module = importlib.import_module("optimiser.meetings.problem")
    pins = [
        _kept(module, problem, each) for each in earlier.bookings if each.meeting in locks and each.meeting != wants
    ]
    repair = module.Repair(
        reference=earlier.bookings,
        locked=frozenset(pin.meeting for pin in pins),
        notified=frozenset(each.meeting for each in earlier.bookings) if SENT in locks else frozenset(),
        may_move_notified=bool(options.get("may_move_told")),
        asked=frozenset({wants} if wants else ()),
        most_moves=_others(options),
    )
    if moved and moved.get("day"):
        pins.append(_pin_of(module, moved))
    problem = replace(problem, pins=tuple(pins), repair=repair)
    hit = importlib.import_module("optimiser.meetings.repair").hit_by(problem)
    return replace(problem, repair=replace(repair, asked=repair.asked | frozenset(hit)))


def after(problem: Any, upsets: Any, *, strict: bool = True) -> Any:
    """Return a round in which some things have happened; raises CannotPlan for one that cannot be read or is unknown.

    Each has a ``what`` (away, pattern, lost, cancelled or panels), ``who`` it is about, and the ``first`` and ``last``
    day; ``pattern`` has the weekdays worked instead. Unless ``strict``, what newer facts no longer know is passed over:
    there is nothing left of it to change.
    """
    changes = importlib.import_module("scenarios.changes.meetings")
    unknown = importlib.import_module("scenarios.changes").UnknownThing
    for told in upsets:
        try:
            problem = _change(changes, problem, told).apply(problem)
        except (unknown, CannotPlan) as wrong:
            if strict:
                text = str(wrong).rstrip(".")
                raise CannotPlan(f"{text[:1].upper()}{text[1:]}.") from wrong
        except (KeyError, TypeError, ValueError) as wrong:
            raise CannotPlan("Write each day as 2020-01-28, the last one not before the first.") from wrong
    return problem


def sentence(problem: Any, told: Any) -> str:
    """Return what has happened in plain words; raises CannotPlan as ``after`` does."""
    after(problem, (told,))
    changes = importlib.import_module("scenarios.changes.meetings")
    return str(_change(changes, problem, told).sentence)


def _change(changes: Any, problem: Any, told: Any) -> Any:
    what, who = str(told["what"]), str(told.get("who", ""))
    if what == "pattern":
        days = sorted({int(each) for each in told["days"]})
        return changes.WorkOnly(who, frozenset((day, half) for day in days for half in (0, 1)))
    if what == "cancelled":
        return changes.CancelEvent(who)
    days = _days(problem, told)
    if what == "away":
        return changes.FallIll(who, days)
    if what == "panels":
        return changes.CancelPanels(days)
    if what == "lost":
        return changes.LoseVenue(who, days)
    raise ValueError(what)


def _days(problem: Any, told: Any) -> tuple[date, ...]:
    first = date.fromisoformat(str(told["first"]))
    last = date.fromisoformat(str(told.get("last") or told["first"]))
    if last < first or (last - first).days > MOST_DAYS:
        raise ValueError("days")
    found = (first + timedelta(days=count) for count in range((last - first).days + 1))
    days = tuple(day for day in found if day in problem.day_index)
    if not days:
        raise CannotPlan("None of those days is in this round, so nothing would change. Check the days.")
    return days


def _kept(module: Any, problem: Any, booking: Any) -> Any:
    """Return a locked meeting as a pin: with its people, unless one of them is away that day."""
    people = booking.people
    if any(who not in problem.person or booking.day in problem.person[who].leave for who in people):
        people = ()
    return module.Pin(booking.meeting, booking.day, booking.start, booking.venue, people)


def _pin_of(module: Any, moved: Any) -> Any:
    try:
        return module.Pin(str(moved["meeting"]), date.fromisoformat(str(moved["day"])), int(moved["start"]))
    except (KeyError, TypeError, ValueError) as wrong:
        raise CannotPlan("Write the day as 2020-01-28 and the time as 13:30.") from wrong


def _others(options: Any) -> int | None:
    given = options.get("others", MOST_OTHERS)
    return None if given is None else max(0, int(given))
