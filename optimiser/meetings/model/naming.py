"""Who goes to which meeting, once it is settled when each meeting is and who is on duty."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import linear_sum_assignment

from optimiser.core import cpsat
from optimiser.core.limits import Limits
from optimiser.core.units import Seconds
from optimiser.meetings.model.duty import RESERVE, Group, Plan, group_of
from optimiser.meetings.openings import Opening, Openings
from optimiser.meetings.problem import Problem, RoleNeed, School, Staff


@dataclass(frozen=True, slots=True)
class Task:
    """A meeting or reserve slot that needs people: its id, day, start, venue, place, and school (None for reserves)."""

    id: str
    kind: str
    day: date
    start: Seconds
    venue: str
    place: str
    locality: str
    school: School | None


@dataclass(frozen=True, slots=True)
class Named:
    """The people of each task, and the sets of placements that travel makes impossible together."""

    people: dict[str, tuple[str, ...]]
    impossible: tuple[tuple[tuple[str, Opening], ...], ...]


def tasks(problem: Problem, plan: Plan) -> tuple[Task, ...]:
    """Return everything in a timetable that needs people, in order of time."""
    found = []
    for meeting, opening in plan.placed.items():
        school = problem.school[problem.meeting[meeting].school]
        place = problem.place_of(meeting, opening.venue)
        kind = problem.meeting[meeting].kind
        found.append(Task(meeting, kind, opening.day, opening.start, opening.venue, place, school.locality, school))
    counts: dict[int, int] = defaultdict(int)
    for wish, day, start in plan.reserves:
        ask = problem.catch_up[wish]
        counts[wish] += 1
        name = f"catch-up-{wish + 1}-{counts[wish]}"
        place = problem.venue[ask.venue].place
        found.append(Task(name, ask.kind, day, start, ask.venue, place, ask.locality, None))
    return tuple(sorted(found, key=lambda task: (task.day, task.start, task.id)))


def name_people(problem: Problem, openings: Openings, plan: Plan) -> Named:
    """Return who goes to each task: people already known to the school first, then those with the shortest journey.

    Without travel between places any matching of the people on duty will do; with it, each day is decided exactly.
    """
    old = _old_people(problem)
    everything = tasks(problem, plan)
    if problem.travel is None:
        return Named(_match(problem, everything, plan, old), ())
    people: dict[str, tuple[str, ...]] = {}
    impossible = []
    by_day: dict[date, list[Task]] = defaultdict(list)
    for task in everything:
        by_day[task.day].append(task)
    for today in by_day.values():
        named = _name_day(problem, openings, today, plan, old)
        if named is not None:
            people.update(named)
            continue
        smaller = _smallest_impossible(problem, openings, today, plan)
        impossible.append(tuple((t.id, Opening(t.day, t.start, t.venue)) for t in smaller if t.school is not None))
    return Named(people, tuple(impossible))


def _old_people(problem: Problem) -> dict[str, frozenset[str]]:
    old = {pin.meeting: frozenset(pin.people) for pin in problem.pins}
    if problem.repair is not None:
        for booking in problem.repair.reference:
            old.setdefault(booking.meeting, frozenset(booking.people))
    return old


def _dislike(problem: Problem, person: str, task: Task, old: Mapping[str, frozenset[str]]) -> int:
    """Return how little a person suits a task: unknown people and long journeys from base count, whole minutes."""
    staff = problem.person[person]
    points = 0 if person in old.get(task.id, ()) else 1000
    points += 0 if task.school is not None and task.school.id in staff.knows else 300
    if problem.travel is not None and staff.base in problem.travel.index and task.place in problem.travel.index:
        points += problem.travel.seconds_between(staff.base, task.place) // 60
    return points


def _match(
    problem: Problem, everything: tuple[Task, ...], plan: Plan, old: Mapping[str, frozenset[str]]
) -> dict[str, tuple[str, ...]]:
    people: dict[str, list[str]] = {task.id: [] for task in everything}
    wanting: dict[tuple[Group, date, int], list[Task]] = defaultdict(list)
    for task in everything:
        for need in problem.kind[task.kind].roles:
            if need.attached and task.school is not None and task.school.psychologist is not None:
                people[task.id].append(task.school.psychologist)
            elif need.required or task.school is not None:
                wanting[_group(problem, need, task), task.day, task.start].append(task)
    for key, waiting in wanting.items():
        on_duty = plan.duty.get(key, ())
        if not on_duty:
            continue
        dislike = np.array([[_dislike(problem, person, task, old) for task in waiting] for person in on_duty])
        for row, column in zip(*linear_sum_assignment(dislike), strict=True):
            people[waiting[column].id].append(on_duty[row])
    return {task: tuple(sorted(names)) for task, names in people.items()}


def _group(problem: Problem, need: RoleNeed, task: Task) -> Group:
    school_need = task.school.need if task.school is not None else RESERVE
    return group_of(problem, need, task.locality, school_need, problem.kind[task.kind].seconds, task.place)


def _name_day(
    problem: Problem, openings: Openings, today: list[Task], plan: Plan, old: Mapping[str, frozenset[str]]
) -> dict[str, tuple[str, ...]] | None:
    """Return the people of one day's tasks with travel between them, or None when proved impossible."""
    model = cp_model.CpModel()
    goes: dict[tuple[str, str], cp_model.IntVar] = {}
    dislikes = []
    on_duty = {(person, key[1], key[2]) for key, people in plan.duty.items() for person in people}
    for task in today:
        end = task.start + problem.kind[task.kind].seconds
        for need in problem.kind[task.kind].roles:
            if task.school is None and not need.required:
                continue
            pool = [
                person
                for person in openings.candidates(need, task.school, task.locality)
                if openings.person_block(person, task.day, task.start, end) is None
            ]
            for person in pool:
                goes[person.id, task.id] = model.new_bool_var("")
                extra = 0 if (person.id, task.day, task.start) in on_duty else 200
                away = problem.prices.away_from_home if person.locality != task.locality else 0
                dislike = _dislike(problem, person.id, task, old) + extra + 1000 * away
                gain = 0 if need.required else 1000 * need.missing_price
                dislikes.append((dislike - gain) * goes[person.id, task.id])
            chosen = [goes[person.id, task.id] for person in pool]
            if need.required:
                model.add_exactly_one(chosen)
            else:
                model.add_at_most_one(chosen)
    _add_day_rules(problem, model, today, goes)
    model.minimize(sum(dislikes))
    answer = cpsat.solve(model, Limits(work=20), workers=8)
    if not answer.found:
        return None
    return {
        task.id: tuple(
            sorted(person for (person, at), column in goes.items() if at == task.id and answer.value(column))
        )
        for task in today
    }


def _add_day_rules(
    problem: Problem, model: cp_model.CpModel, today: list[Task], goes: dict[tuple[str, str], cp_model.IntVar]
) -> None:
    at: dict[str, list[Task]] = defaultdict(list)
    for task in today:
        for person, name in goes:
            if name == task.id:
                at[person].append(task)
    for person, mine in at.items():
        staff = problem.person[person]
        for index, one in enumerate(mine):
            for other in mine[index + 1 :]:
                if not can_do_both(problem, staff, one, other):
                    model.add_bool_or([~goes[person, one.id], ~goes[person, other.id]])
        if len(mine) > staff.most_a_day:
            model.add(sum(goes[person, task.id] for task in mine) <= staff.most_a_day)


def can_do_both(problem: Problem, staff: Staff, one: Task, other: Task) -> bool:
    """Return whether one person can attend two tasks of a day, the road between them included."""
    if other.start < one.start:
        one, other = other, one
    gap = other.start - one.start - problem.kind[one.kind].seconds
    needed = 0 if problem.travel is None else problem.travel.seconds_between(one.place, other.place)
    if gap < needed:
        return False
    return not (staff.one_locality_a_day and one.locality != other.locality)


def _smallest_impossible(problem: Problem, openings: Openings, today: list[Task], plan: Plan) -> list[Task]:
    """Return a set of a day's tasks that cannot be staffed together and from which none can be spared."""
    kept = list(today)
    for task in today:
        if len(kept) <= 1:
            break
        fewer = [each for each in kept if each.id != task.id]
        if _name_day(problem, openings, fewer, plan, {}) is None:
            kept = fewer
    return kept
