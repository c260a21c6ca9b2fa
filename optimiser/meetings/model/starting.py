"""Bookings as values of the aggregated model, so that a solve can start from a roster that is there already."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import numpy as np

from optimiser.core.mip import Floats
from optimiser.meetings.model.duty import Duty, Group, Plan, group_of
from optimiser.meetings.openings import Opening
from optimiser.meetings.problem import Booking, Problem


def plan_of(problem: Problem, placed: Mapping[str, Booking]) -> Plan:
    """Return bookings as a timetable with the duties that their people take up."""
    on_duty: dict[tuple[Group, date, int], list[str]] = defaultdict(list)
    for name, booking in placed.items():
        meeting = problem.meeting[name]
        school, kind = problem.school[meeting.school], problem.kind[meeting.kind]
        people = {problem.person[each].role: each for each in booking.people}
        for need in kind.roles:
            if need.role in people and not (need.attached and school.psychologist is not None):
                place = problem.place_of(name, booking.venue)
                group = group_of(problem, need, school.locality, school.need, kind.seconds, place)
                on_duty[group, booking.day, booking.start].append(people[need.role])
    openings = {name: Opening(each.day, each.start, each.venue) for name, each in placed.items()}
    return Plan(openings, (), {key: tuple(people) for key, people in on_duty.items()})


def complete(duty: Duty, plan: Plan) -> Floats:
    """Return a full vector of values for a timetable and its duties, so that a solve can start from it."""
    values = np.zeros(len(duty.model.cost))
    for meeting, column in duty.leave_out.items():
        values[column] = float(meeting not in plan.placed)
    for meeting, opening in plan.placed.items():
        values[duty.place[meeting, opening]] = 1.0
    for (group, day, start), people in plan.duty.items():
        for person in people:
            values[duty.serve[person, group, day, start]] = 1.0
    for wish, day, start in plan.reserves:
        values[duty.reserve[wish, day, start]] += 1.0
    for (person, day), column in duty.staff_days.items():
        values[column] = max(values[each] for *_, each, _ in duty._busy[person, day])
    for meeting, column in duty.moves.items():
        kept = next(each for each in duty.problem.repair.reference if each.meeting == meeting)  # type: ignore[union-attr]
        values[column] = float(plan.placed.get(meeting) != Opening(kept.day, kept.start, kept.venue))
    for column, _, terms in duty.locality_columns:
        values[column] = max((values[each] for each in terms), default=0.0)
    for column, share, terms in duty.over_columns:
        values[column] = max(0.0, sum(values[each] for each in terms) - share)
    return values
