"""What could change about a round of meetings; each change is a plain function from a problem to a new one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from optimiser.core.units import Seconds
from optimiser.meetings.problem import FixedEvent, HalfDay, Problem, Repair, School, Staff, Window
from optimiser.meetings.solution import Solution


def ask_to_move(problem: Problem, roster: Solution, *, meetings: Iterable[str], most_others: int | None = 3) -> Problem:
    """A school asks to move: its meetings leave their time, and at most so many others with them."""
    return replace(problem, repair=Repair(roster.bookings, asked=frozenset(meetings), most_moves=most_others))


def keep_close_to(problem: Problem, roster: Solution, *, notified: Iterable[str] = ()) -> Problem:
    """Repair from a roster: every move is priced, and meetings already notified stay."""
    return replace(problem, repair=Repair(roster.bookings, notified=frozenset(notified)))


def fall_ill(problem: Problem, *, person: str, days: Iterable[date]) -> Problem:
    """A member of staff is away on some days."""
    return _staff(problem, person, lambda each: replace(each, leave=each.leave | frozenset(days)))


def work_only(problem: Problem, *, person: str, halves: Iterable[HalfDay]) -> Problem:
    """A member of staff works only these half-days."""
    return _staff(problem, person, lambda each: replace(each, works=frozenset(halves)))


def add_person(problem: Problem, *, person: Staff) -> Problem:
    """Somebody joins the team."""
    return replace(problem, staff=(*problem.staff, person))


def lose_venue(problem: Problem, *, venue: str, days: Iterable[date] | None = None) -> Problem:
    """A venue is lost, on some days or altogether."""
    gone = None if days is None else frozenset(days)
    venues = []
    for each in problem.venues:
        if each.id == venue:
            open_then = each.bookable
            if open_then is None:
                open_then = tuple(Window(day, Seconds(0), Seconds(86_400)) for day in problem.days)
            kept = () if gone is None else tuple(window for window in open_then if window.day not in gone)
            each = replace(each, bookable=kept)
        venues.append(each)
    return replace(problem, venues=tuple(venues))


def add_event(problem: Problem, *, event: FixedEvent) -> Problem:
    """Something new stands in the calendar."""
    return replace(problem, events=(*problem.events, event))


def move_panels(problem: Problem, *, title: str, weekday: int) -> Problem:
    """Panels move to another weekday of the same week; those whose new day is closed are cancelled."""
    events = []
    for event in problem.events:
        if event.title == title:
            day = date.fromordinal(event.window.day.toordinal() - event.window.day.weekday() + weekday)
            if day not in problem.day_index:
                continue
            event = replace(event, window=replace(event.window, day=day))
        events.append(event)
    return replace(problem, events=tuple(events))


def cancel_event(problem: Problem, *, event: str) -> Problem:
    """A panel or other fixed event is cancelled."""
    return replace(problem, events=tuple(each for each in problem.events if each.id != event))


def change_school(problem: Problem, *, school: str, **fields: object) -> Problem:
    """A school's own rules change: any fields of :class:`School`, such as ``senco`` or ``no_go``."""

    def changed(each: School) -> School:
        return replace(each, **fields) if each.id == school else each  # type: ignore[arg-type]

    return replace(problem, schools=tuple(changed(each) for each in problem.schools))


def finish_by(problem: Problem, *, last: date) -> Problem:
    """Every meeting is held by a day; a window that would be empty keeps its first day."""
    meetings = tuple(replace(each, last=max(each.first, min(each.last, last))) for each in problem.meetings)
    return replace(problem, meetings=meetings)


def _staff(problem: Problem, person: str, change) -> Problem:  # type: ignore[no-untyped-def]
    return replace(problem, staff=tuple(change(each) if each.id == person else each for each in problem.staff))
