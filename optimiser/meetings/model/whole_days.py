"""Rows that whole rosters keep and fractions of one break: whoever meets a school on a day gives that day.

For a meeting m, a day d and a role whose people P could meet m then, with ``x[m, d, t]`` that it starts at t and
``on[p, d]`` that p gives the day (to m's locality, where one is served a day):

    sum over t of x[m, d, t] <= sum over p in P of on[p, d] + the meetings of that day that do without the role

A meeting starts once, so the left side is at most one, and then somebody in P is there, or the meeting does without
an optional role. The rows of single times alone let a third of a day pay for a school spread over three times of it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import sparse

from optimiser.core.mip import Relaxation
from optimiser.meetings.model.duty import Duty, Group, group_of
from optimiser.meetings.openings import Opening
from optimiser.meetings.problem import Meeting, RoleNeed
from optimiser.meetings.search.deadline import Deadline

BROKEN = 1e-4
"""By how much a relaxed answer must break a row before it is added."""

GAIN = 1e-5
"""Rounds end when one lifts the bound by less than this part of it."""

Spare = tuple[frozenset[Group], date]
"""Groups of an optional role on a day, whose meetings may do without."""


@dataclass(frozen=True, slots=True)
class Row:
    """One such row: the starts of a meeting on a day, the columns of who gives the day, and who may do without."""

    starts: tuple[int, ...]
    given: tuple[int, ...]
    spare: Spare | None


def tighten(duty: Duty, deadline: Deadline, *, until: float = 1.0, seed: int = 0) -> float | None:
    """Add to a model the rows that its relaxation breaks, round by round, and return the bound that this proves.

    Rounds end when no row is broken, when one gains next to nothing, or when that share of the limits is used. None
    is returned when there are no such rows, or not even one relaxation could be solved.
    """
    rows = list(rows_of(duty))
    if not rows:
        return None
    matrix, spares, spare_of = matrices(duty, rows)
    relaxation, bound = Relaxation(duty.model, seed=seed), None
    while True:
        answer = relaxation.solve(seconds=deadline.until(until).seconds)
        if answer.values is None or answer.objective is None:
            return bound
        small = bound is not None and answer.objective - bound < GAIN * max(1.0, abs(bound))
        bound = answer.objective
        excess = matrix @ answer.values - (spares @ answer.values)[spare_of]
        broken = np.flatnonzero(excess > BROKEN)
        if small or not len(broken) or deadline.done >= until:
            return bound
        for at in broken:
            terms = matrix[at] - spares[spare_of[at]]
            kept = np.flatnonzero(terms.data)
            relaxation.row(terms.indices[kept].tolist(), terms.data[kept].tolist(), upper=0.0)


def rows_of(duty: Duty) -> Iterator[Row]:
    """Give every such row of a model; people whose staff-days cost nothing make none."""
    servers: dict[tuple[Group, date], set[str]] = defaultdict(set)
    for person, group, day, _ in duty.serve:
        servers[group, day].add(person)
    openings: dict[tuple[str, date], list[tuple[Opening, int]]] = defaultdict(list)
    for (name, opening), column in duty.place.items():
        openings[name, opening.day].append((opening, column))
    for (name, day), starts in openings.items():
        meeting = duty.problem.meeting[name]
        for need in duty.problem.kind[meeting.kind].roles:
            row = _row(duty, meeting, need, day, starts, servers)
            if row is not None:
                yield row


def _row(
    duty: Duty, meeting: Meeting, need: RoleNeed, day: date, starts: Sequence[tuple[Opening, int]],
    servers: dict[tuple[Group, date], set[str]],
) -> Row | None:  # fmt: skip
    problem = duty.problem
    school = problem.school[meeting.school]
    if need.attached and school.psychologist is not None:
        given = duty.staff_days.get((school.psychologist, day))
        held = {column for *_, column, _ in duty._busy[school.psychologist, day]} if given is not None else set()
        columns = tuple(column for _, column in starts if column in held)
        return Row(columns, (given,), None) if given is not None and len(columns) > 1 else None
    seconds = problem.kind[meeting.kind].seconds
    groups = frozenset(
        group_of(problem, need, school.locality, school.need, seconds,
                 duty.place_of(problem.place_of(meeting.id, opening.venue)))
        for opening, _ in starts
    )  # fmt: skip
    able = sorted({person for group in groups for person in servers[group, day]})
    if not able or len(starts) < 2 or not all((person, day) in duty.staff_days for person in able):
        return None
    given_by = [duty.there.get((person, day, school.locality), duty.staff_days[person, day]) for person in able]
    spare = (groups, day) if groups & set(duty.optional) else None
    return Row(tuple(column for _, column in starts), tuple(given_by), spare)


def matrices(duty: Duty, rows: Sequence[Row]) -> tuple[sparse.csr_array, sparse.csr_array, np.ndarray]:
    """Return rows as a matrix, sums of meetings that do without, and which of them each row allows (the last: none)."""
    many = len(duty.model.cost)
    number: dict[Spare, int] = {}
    for row in rows:
        if row.spare is not None:
            number.setdefault(row.spare, len(number))
    without: dict[tuple[Group, date], list[tuple[int, float]]] = defaultdict(list)
    for (group, day, _), columns in duty.supply.items():
        without[group, day] += [(column, 1.0) for column in columns]
    for (_, group, day, _), column in duty.serve.items():
        without[group, day].append((column, -1.0))
    terms = [(at, column, 1.0) for at, row in enumerate(rows) for column in row.starts]
    terms += [(at, column, -1.0) for at, row in enumerate(rows) for column in row.given]
    spared = [
        (at, column, value) for (groups, day), at in number.items() for g in groups for column, value in without[g, day]
    ]
    spare_of = np.array([len(number) if row.spare is None else number[row.spare] for row in rows], np.int64)
    return _sparse(terms, (len(rows), many)), _sparse(spared, (len(number) + 1, many)), spare_of


def _sparse(terms: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> sparse.csr_array:
    at, column, value = zip(*terms, strict=True) if terms else ((), (), ())
    return sparse.coo_array((value, (at, column)), shape=shape).tocsr()
