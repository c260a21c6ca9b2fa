"""Which rules together stop a meeting, as the smallest set from which none can be spared, and what lifting one does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from optimiser.core.units import clock
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import (
    EVERY_HALF_DAY,
    Problem,
    Room,
    Staff,
    Venue,
)


@dataclass(frozen=True, slots=True, order=True)
class Obstacle:
    """A rule as it applies to one subject: a school, a person, a role, a venue or an event's title."""

    rule: str
    about: str


SAYINGS = {
    "meeting-window": "the window of {0}",
    "notice": "the notice owed to {0}",
    "senco-there": "the SENCo's working days at {0}",
    "head-there": "the head teacher's absences at {0}",
    "school-open": "the closed days and hours of {0}",
    "event": "the fixed dates of {0}",
    "lunch-kept": "the lunch break",
    "right-people": "the lack of anybody who fits the role {0}",
    "person-works": "the working pattern and leave of {0}",
    "person-free": "the clinics and other duties of {0}",
    "one-meeting-at-a-time": "the other meetings of {0}",
    "room-fits": "the size of the rooms at {0}",
    "room-free": "the number of rooms at {0}",
    "venue-allowed": "the bookable times of {0}",
}
LIFTING = {
    "meeting-window": "let {0} be met on any day of the round",
    "notice": "ask {0} to accept shorter notice",
    "senco-there": "let the SENCo of {0} come on another half-day, or send a substitute",
    "head-there": "hold the meeting at {0} without the head teacher",
    "school-open": "use a closed day of {0}, or an hour outside its own",
    "event": "move {0}",
    "lunch-kept": "meet over lunch",
    "right-people": "find somebody to hold the role {0}",
    "person-works": "change the working days or leave of {0}",
    "person-free": "free {0} from a clinic or other duty",
    "one-meeting-at-a-time": "bring one more {0} for the round",
    "room-fits": "find a larger or step-free room at {0}",
    "room-free": "hire one more room at {0}",
    "venue-allowed": "book {0} for more of the round",
}


def say(obstacle: Obstacle) -> str:
    """Return an obstacle as a phrase."""
    return SAYINGS[obstacle.rule].format(obstacle.about)


def lifted(obstacle: Obstacle) -> str:
    """Return what lifting an obstacle would take, as a phrase."""
    return LIFTING[obstacle.rule].format(obstacle.about)


def relax(problem: Problem, obstacles: Iterable[Obstacle], *, meeting: str) -> Problem:
    """Return the problem with some obstacles lifted as far as one meeting is concerned."""
    for obstacle in obstacles:
        problem = _LIFTERS[obstacle.rule](problem, obstacle.about, meeting)
    return problem


def obstacles_of(problem: Problem, meeting: str) -> tuple[Obstacle, ...]:
    """Return every obstacle that could stand before a meeting, the ones least worth naming first."""
    asked = problem.meeting[meeting]
    school, kind = problem.school[asked.school], problem.kind[asked.kind]
    found: list[Obstacle] = []
    if problem.lunch is not None:
        found.append(Obstacle("lunch-kept", "lunch"))
    titles = {event.title for event in problem.events if event.everyone or school.id in event.schools}
    titles |= {event.title for event in problem.events if event.roles & {need.role for need in kind.roles}}
    found += [Obstacle("event", title) for title in sorted(titles)]
    found += [Obstacle(rule, school.id) for rule in ("notice", "school-open")]
    asked_openings = Openings(problem)
    for venue in school.venues:
        if venue in problem.venue:
            found += [Obstacle("venue-allowed", venue), Obstacle("room-fits", venue), Obstacle("room-free", venue)]
    for need in kind.roles:
        if not need.required:
            continue
        pool = asked_openings.candidates(need, school, school.locality)
        if not pool:
            found.append(Obstacle("right-people", need.role))
            continue
        about = pool[0].id if len(pool) == 1 else need.role
        found += [Obstacle("person-free", about), Obstacle("person-works", about)]
        found.append(Obstacle("one-meeting-at-a-time", need.role))
    found += [Obstacle(rule, school.id) for rule in ("meeting-window", "head-there", "senco-there")]
    return tuple(found)


def has_opening(problem: Problem, meeting: str) -> bool:
    """Return whether a meeting could be held if it were the only one."""
    return next(Openings(problem).of(problem.meeting[meeting]), None) is not None


def minimal_conflict(
    problem: Problem, meeting: str, possible: Callable[[Problem], bool] | None = None
) -> tuple[Obstacle, ...]:
    """Return obstacles that together stop a meeting though all others are lifted, none of which can be spared.

    ``possible`` says whether the meeting can be held in a problem; alone when not given. Empty when the meeting can be
    held, or when lifting everything would not help. Source: deletion filtering.
    """
    test = possible or (lambda changed: has_opening(changed, meeting))
    crowding = ("one-meeting-at-a-time", "room-free")
    everything = tuple(
        each for each in obstacles_of(problem, meeting) if possible is not None or each.rule not in crowding
    )
    kept = list(everything)
    if test(problem) or not test(relax(problem, kept, meeting=meeting)):
        return ()
    for obstacle in tuple(kept):
        fewer = [each for each in kept if each != obstacle]
        if not test(relax(problem, [each for each in everything if each not in fewer], meeting=meeting)):
            kept = fewer
    return tuple(kept)


def _school(problem: Problem, school: str, **changes: object) -> Problem:
    schools = tuple(replace(each, **changes) if each.id == school else each for each in problem.schools)  # type: ignore[arg-type]
    return replace(problem, schools=schools)


def _lift_window(problem: Problem, school: str, meeting: str) -> Problem:
    if not problem.days:
        return problem
    meetings = tuple(
        replace(each, first=problem.days[0], last=problem.days[-1]) if each.id == meeting else each
        for each in problem.meetings
    )
    return replace(problem, meetings=meetings)


def _lift_event(problem: Problem, title: str, meeting: str) -> Problem:
    return replace(problem, events=tuple(event for event in problem.events if event.title != title))


def _people(problem: Problem, about: str, change: Callable[[Staff], Staff]) -> Problem:
    return replace(
        problem, staff=tuple(change(each) if about in (each.id, each.role) else each for each in problem.staff)
    )


def _lift_busy(problem: Problem, about: str, meeting: str) -> Problem:
    freed = _people(problem, about, lambda person: replace(person, busy=()))
    events = tuple(replace(event, staff=event.staff - {about}) for event in freed.events)
    return replace(freed, events=events)


def _add_person(problem: Problem, role: str, meeting: str) -> Problem:
    asked = problem.meeting[meeting]
    school = problem.school[asked.school]
    extra = Staff(f"one-more-{role}", role, school.locality, specialisms=frozenset({school.need}), most_a_day=99)
    if extra.id in problem.person:
        return problem
    attached = {need.role for need in problem.kind[asked.kind].roles if need.attached}
    changed = _school(problem, school.id, psychologist=None) if role in attached else problem
    return replace(changed, staff=(*changed.staff, extra))


def _venue(problem: Problem, venue: str, change: Callable[[Venue], Venue]) -> Problem:
    return replace(problem, venues=tuple(change(each) if each.id == venue else each for each in problem.venues))


def _add_room(problem: Problem, venue: str, meeting: str) -> Problem:
    def more(each: Venue) -> Venue:
        extra = Room(f"one-more-at-{each.id}", seats=999)
        return each if extra in each.rooms else replace(each, rooms=(*each.rooms, extra))

    return _venue(problem, venue, more)


def _lift_room_size(problem: Problem, venue: str, meeting: str) -> Problem:
    return _venue(
        problem,
        venue,
        lambda each: replace(each, rooms=tuple(replace(room, seats=999, step_free=True) for room in each.rooms)),
    )


def _lift_hours(problem: Problem, school: str, meeting: str) -> Problem:
    changed = _school(problem, school, no_go=frozenset(), open_from=clock(0), open_until=clock(23))
    events = tuple(replace(event, schools=event.schools - {school}) for event in changed.events)
    return replace(changed, events=events)


_LIFTERS: dict[str, Callable[[Problem, str, str], Problem]] = {
    "meeting-window": _lift_window,
    "notice": lambda problem, school, meeting: _school(problem, school, told_from=None),
    "senco-there": lambda problem, school, meeting: _school(problem, school, senco=EVERY_HALF_DAY),
    "head-there": lambda problem, school, meeting: _school(problem, school, head_away=frozenset()),
    "school-open": _lift_hours,
    "event": _lift_event,
    "lunch-kept": lambda problem, about, meeting: replace(problem, lunch=None),
    "right-people": _add_person,
    "person-works": lambda problem, about, meeting: _people(
        problem, about, lambda person: replace(person, works=EVERY_HALF_DAY, leave=frozenset())
    ),
    "person-free": _lift_busy,
    "one-meeting-at-a-time": _add_person,
    "room-fits": _lift_room_size,
    "room-free": _add_room,
    "venue-allowed": lambda problem, venue, meeting: _venue(problem, venue, lambda each: replace(each, bookable=None)),
}
