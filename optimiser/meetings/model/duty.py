"""The aggregated roster model: when each school meets, and how many of each role are on duty for which need.

People of one role who fit the same schools are interchangeable at one time, so the model decides only that a person
serves *some* meeting of a group (role, locality, need, length) then. Naming the meeting comes afterwards.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.mip import Floats, Improved, LinearModel, MipAnswer, Watch
from optimiser.core.units import Seconds
from optimiser.meetings import costing
from optimiser.meetings.openings import Opening, Openings
from optimiser.meetings.problem import Meeting, Problem, RoleNeed, Staff

Group = tuple[str, str, str, int, str]
"""Role, locality, need (empty when any will do), length in seconds, and the place when journeys have to be kept."""

RESERVE = "catch-up"
"""The need of groups of catch-up slots: anybody will do, and they are no part of a fair share."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A decided timetable: where each booked meeting stands, the reserve slots, and who is on duty for each group."""

    placed: dict[str, Opening]
    reserves: tuple[tuple[int, date, Seconds], ...]
    duty: dict[tuple[Group, date, int], tuple[str, ...]]


@dataclass
class Duty:
    """The model of one problem, kept so that cuts can be added and it can be solved again."""

    problem: Problem
    openings: Openings
    model: LinearModel = field(default_factory=LinearModel)
    place: dict[tuple[str, Opening], int] = field(default_factory=dict)
    leave_out: dict[str, int] = field(default_factory=dict)
    serve: dict[tuple[str, Group, date, int], int] = field(default_factory=dict)
    reserve: dict[tuple[int, date, int], int] = field(default_factory=dict)
    moves: dict[str, int] = field(default_factory=dict)
    staff_days: dict[tuple[str, date], int] = field(default_factory=dict)
    there: dict[tuple[str, date, str], int] = field(default_factory=dict)
    supply: dict[tuple[Group, date, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    optional: dict[Group, RoleNeed] = field(default_factory=dict)
    locality_columns: list[tuple[int, int, list[int]]] = field(default_factory=list)
    _places: dict[tuple[str, date], list[tuple[int, int, int, str]]] = field(default_factory=lambda: defaultdict(list))
    over_columns: list[tuple[int, int, list[int]]] = field(default_factory=list)
    by_place: bool = True
    roads: dict[str, int] = field(default_factory=dict)
    _busy: dict[tuple[str, date], list[tuple[int, int, int, str]]] = field(default_factory=lambda: defaultdict(list))

    def place_of(self, place: str) -> str:
        """Return the place by which people are grouped: everywhere alike when journeys are only bounded."""
        return place if self.by_place else ""

    def solve(
        self,
        limits: Limits | None = None,
        *,
        seed: int = 0,
        watch: Watch | None = None,
        improved: Improved | None = None,
        start: Floats | None = None,
        relax: bool = False,
    ) -> MipAnswer:
        """Return HiGHS's answer on the model as it stands."""
        return self.model.solve(limits, seed=seed, watch=watch, improved=improved, start=start, relax=relax)

    def read(self, values: Floats) -> Plan:
        """Return the timetable that a vector of values stands for."""
        on = values > 0.5
        placed = {meeting: opening for (meeting, opening), column in self.place.items() if on[column]}
        duty: dict[tuple[Group, date, int], list[str]] = defaultdict(list)
        for (person, group, day, start), column in self.serve.items():
            if on[column]:
                duty[group, day, start].append(person)
        reserves = tuple(
            (wish, day, Seconds(start))
            for (wish, day, start), column in sorted(self.reserve.items())
            for _ in range(round(float(values[column])))
        )
        return Plan(placed, reserves, {key: tuple(people) for key, people in duty.items()})

    def forbid_together(self, chosen: tuple[tuple[str, Opening], ...]) -> None:
        """Add the cut that these placements cannot all be made together."""
        columns = [self.place[each] for each in chosen]
        self.model.row(columns, upper=len(columns) - 1)


def build(
    problem: Problem,
    openings: Openings | None = None,
    *,
    frozen: dict[str, Opening] | None = None,
    extra_staff_days: bool = True,
    by_place: bool = True,
) -> Duty:
    """Return the model of a problem; ``frozen`` meetings stay where they are given, which makes a narrow model.

    ``extra_staff_days`` False leaves out prices on staff-days other than those of attached people, the first stage
    of a staged solve: the bound of that model is a bound of the whole, since prices are never negative.
    """
    duty = Duty(problem, openings or Openings(problem), by_place=by_place)
    if not by_place:
        duty.roads.update(shortest_roads(problem))
    rooms: dict[tuple[str, date], list[tuple[int, int, int, frozenset[str]]]] = defaultdict(list)
    for meeting in problem.meetings:
        _add_meeting(duty, meeting, rooms, (frozen or {}).get(meeting.id))
    _add_reserves(duty, rooms)
    _add_service(duty)
    _add_people_rows(duty, extra_staff_days=extra_staff_days)
    if by_place:
        _add_journeys(duty)
    _add_rooms(duty, rooms)
    _add_repair(duty)
    return duty


def shortest_roads(problem: Problem) -> dict[str, int]:
    """Return for each place the fewest seconds to another meeting or slot; nothing when meetings may share a place."""
    if problem.travel is None:
        return {}
    places: list[str] = []
    for meeting in problem.meetings:
        places += {problem.place_of(meeting.id, venue) for venue in problem.school[meeting.school].venues}
    held = {problem.venue[wish.venue].place for wish in problem.catch_up}
    if len(set(places)) < len(places) or len(places) < 2 or held & set(places):
        return {}
    rows = problem.travel.rows([*places, *sorted(held)])
    seconds = problem.travel.seconds[np.ix_(rows[: len(places)], rows)].astype(np.int64)
    seconds[np.arange(len(places)), np.arange(len(places))] = 10**7
    return dict(zip(places, map(int, seconds.min(axis=1)), strict=True))


def group_of(problem: Problem, need: RoleNeed, locality: str, school_need: str, seconds: int, place: str) -> Group:
    """Return the group of meetings among which a person on duty for a role may be given any."""
    fits = school_need if need.fit or school_need == RESERVE else ""
    return need.role, locality, fits, seconds, place if problem.travel is not None else ""


def _add_meeting(
    duty: Duty,
    meeting: Meeting,
    rooms: dict[tuple[str, date], list[tuple[int, int, int, frozenset[str]]]],
    frozen: Opening | None,
) -> None:
    problem, model = duty.problem, duty.model
    school, kind = problem.school[meeting.school], problem.kind[meeting.kind]
    left_out = sum(charge.points for charge in costing.unbooked_charges(problem, meeting))
    columns = [model.variable(cost=left_out)]
    duty.leave_out[meeting.id] = columns[0]
    for opening in options(problem, duty.openings, meeting, frozen):
        end = opening.start + kind.seconds
        points = sum(each.points for each in costing.time_charges(problem, meeting, opening.day, opening.start))
        points += sum(each.points for each in costing.venue_charges(problem, meeting, opening.venue))
        column = model.variable()
        place = duty.place_of(problem.place_of(meeting.id, opening.venue))
        busy_until = end + duty.roads.get(problem.place_of(meeting.id, opening.venue), 0)
        for need in kind.roles:
            if need.attached and school.psychologist is not None:
                person = problem.person.get(school.psychologist)
                if person is None or duty.openings.person_block(person, opening.day, opening.start, end) is not None:
                    points += 0 if need.required else need.missing_price
                    continue
                away = person.locality != school.locality
                points += problem.prices.away_from_home if away else 0
                duty._busy[person.id, opening.day].append((opening.start, busy_until, column, school.locality))
                duty._places[person.id, opening.day].append((opening.start, end, column, place))
            else:
                group = group_of(problem, need, school.locality, school.need, kind.seconds, place)
                duty.supply[group, opening.day, opening.start].append(column)
                if not need.required:
                    duty.optional[group] = need
                    points += need.missing_price
        if opening.venue in problem.venue:
            names = frozenset(room.id for room in duty.openings.rooms(meeting, opening.venue))
            rooms[opening.venue, opening.day].append((opening.start, end, column, names))
        model.cost[column] = points
        duty.place[meeting.id, opening] = column
        columns.append(column)
    model.row(columns, lower=1, upper=1)


def options(problem: Problem, openings: Openings, meeting: Meeting, frozen: Opening | None = None) -> list[Opening]:
    """Return the openings at which pins and the last roster let a meeting be held."""
    stays = frozen or _locked(problem, meeting)
    if stays is not None:
        found = [stays] if frozen is not None or openings.allows(meeting, stays) else []
    else:
        found = list(openings.of(meeting))
    pin = problem.pinned.get(meeting.id)
    if pin is not None:
        found = [
            each for each in found if (each.day, each.start) == (pin.day, pin.start) and pin.venue in (None, each.venue)
        ]
    repair = problem.repair
    if repair is not None and meeting.id in repair.asked:
        old = next((each for each in repair.reference if each.meeting == meeting.id), None)
        if old is not None:
            found = [each for each in found if each != Opening(old.day, old.start, old.venue)]
    return found


def _locked(problem: Problem, meeting: Meeting) -> Opening | None:
    """Return where a repair leaves a meeting, or None when it may move."""
    repair = problem.repair
    if repair is None or meeting.id in repair.asked:
        return None
    if meeting.id not in repair.locked and (repair.may_move_notified or meeting.id not in repair.notified):
        return None
    old = next((each for each in repair.reference if each.meeting == meeting.id), None)
    return Opening(old.day, old.start, old.venue) if old is not None else None


def _add_reserves(
    duty: Duty,
    rooms: dict[tuple[str, date], list[tuple[int, int, int, frozenset[str]]]],
) -> None:
    problem, model = duty.problem, duty.model
    for index, wish in enumerate(problem.catch_up):
        kind, columns = problem.kind[wish.kind], []
        for day in problem.days:
            if not wish.first <= day <= wish.last:
                continue
            for start in problem.starts:
                end = start + kind.seconds
                shut = duty.openings.common_block(day, start, end) or duty.openings.venue_shut(
                    wish.venue, day, start, end
                )
                if shut is not None:
                    continue
                points = costing.reserve_points(problem, wish, day) - problem.prices.reserve_missing
                column = model.variable(cost=points, upper=wish.wanted)
                for need in kind.roles:
                    if need.required:
                        place = duty.place_of(problem.venue[wish.venue].place)
                        group = group_of(problem, need, wish.locality, RESERVE, kind.seconds, place)
                        duty.supply[group, day, start].append(column)
                names = frozenset(
                    room.id for room in problem.venue[wish.venue].rooms if room.seats >= len(kind.roles) + 2
                )
                rooms[wish.venue, day].append((start, end, column, names))
                duty.reserve[index, day, start] = column
                columns.append(column)
        if columns:
            model.row(columns, upper=wish.wanted)
        model.offset += wish.wanted * problem.prices.reserve_missing


def _add_service(duty: Duty) -> None:
    problem, model, optional = duty.problem, duty.model, duty.optional
    shortest, slots = min(duty.roads.values(), default=0), set(duty.reserve.values())
    for (group, day, start), columns in duty.supply.items():
        # From one catch-up slot to the next at the same venue there is no road.
        road = 0 if slots.intersection(columns) else shortest
        role, locality, school_need, seconds, place = group
        servers = []
        for person in duty.openings.by_role.get(role, ()):
            if person.localities and locality not in person.localities:
                continue
            if school_need not in ("", RESERVE) and school_need not in person.specialisms:
                continue
            if duty.openings.person_block(person, day, start, start + seconds) is not None:
                continue
            away = problem.prices.away_from_home if person.locality != locality else 0
            gain = optional[group].missing_price if group in optional else 0
            column = model.variable(cost=away - gain)
            duty.serve[person.id, group, day, start] = column
            duty._busy[person.id, day].append((start, start + seconds + road, column, locality))
            duty._places[person.id, day].append((start, start + seconds, column, place))
            servers.append(column)
        signs = [1.0] * len(columns) + [-1.0] * len(servers)
        model.row([*columns, *servers], signs, lower=0, upper=math.inf if group in optional else 0)


def _add_people_rows(duty: Duty, *, extra_staff_days: bool) -> None:
    problem, model = duty.problem, duty.model
    loads: dict[str, list[int]] = defaultdict(list)
    slots = {column for (_, group, _, _), column in duty.serve.items() if group[2] == RESERVE}
    attached = {school.psychologist for school in problem.schools}
    for (name, day), items in duty._busy.items():
        person = problem.person[name]
        loads[name].extend(column for *_, column, _ in items if column not in slots)
        price = problem.prices.staff_day.get(person.role, 0)
        used = None
        if price and (extra_staff_days or name in attached):
            used = model.variable(cost=price)
            duty.staff_days[name, day] = used
        localities = sorted({locality for *_, locality in items}) if person.one_locality_a_day else []
        if len(localities) > 1:
            there = {locality: model.variable() for locality in localities}
            duty.there.update({(name, day, locality): column for locality, column in there.items()})
            _add_one_locality(duty, items, there, used)
        else:
            for columns in _clashes([(start, end, column) for start, end, column, _ in items]):
                _limit(model, columns, used)
        if len(items) > person.most_a_day:
            model.row([column for *_, column, _ in items], upper=person.most_a_day)
    for name, columns in loads.items():
        _add_share(duty, problem.person[name], columns)


def _add_one_locality(
    duty: Duty, items: list[tuple[int, int, int, str]], there: dict[str, int], used: int | None
) -> None:
    model = duty.model
    for locality, column in there.items():
        mine = [(start, end, each) for start, end, each, where in items if where == locality]
        duty.locality_columns.append((column, 1, [each for *_, each in mine]))
        for columns in _clashes(mine):
            _limit(model, columns, column)
    _limit(model, list(there.values()), used)


def _limit(model: LinearModel, columns: list[int], switch: int | None) -> None:
    """Allow one of the columns, and only when the switch (if any) is on."""
    if switch is None:
        if len(columns) > 1:
            model.row(columns, upper=1)
    else:
        model.row([*columns, switch], [1.0] * len(columns) + [-1.0], upper=0)


def _clashes(items: list[tuple[int, int, int]]) -> list[list[int]]:
    """Return the maximal sets of columns that are all under way at one moment."""
    found: list[frozenset[int]] = []
    for moment in sorted({start for start, _, _ in items}):
        now = frozenset(column for start, end, column in items if start <= moment < end)
        found.append(now)
    return [sorted(each) for each in found if not any(each < other for other in found)]


def _add_share(duty: Duty, person: Staff, columns: list[int]) -> None:
    if person.share is None or len(columns) <= person.share or not duty.problem.prices.over_share:
        return
    over = duty.model.variable(cost=duty.problem.prices.over_share, upper=len(columns), whole=False)
    duty.model.row([*columns, over], [1.0] * len(columns) + [-1.0], upper=person.share)
    duty.over_columns.append((over, person.share, columns))


def _add_journeys(duty: Duty) -> None:
    """Keep a person from a place and time together with every later place out of reach, one row for each later time."""
    travel = duty.problem.travel
    if travel is None:
        return
    for items in duty._places.values():
        here: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for start, end, column, place in items:
            here[start, end, place].append(column)
        for (_, end, place), columns in here.items():
            late: dict[int, list[int]] = defaultdict(list)
            for (start, _, other), theirs in here.items():
                if start >= end and travel.seconds_between(place, other) > start - end:
                    late[start] += theirs
            for theirs in late.values():
                duty.model.row([*columns, *theirs], upper=1)


def _add_rooms(duty: Duty, rooms: dict[tuple[str, date], list[tuple[int, int, int, frozenset[str]]]]) -> None:
    """Add, at each moment and for each set of rooms, that no more meetings need one of them than there are (Hall)."""
    for items in rooms.values():
        sets = _unions({names for *_, names in items})
        for moment in sorted({start for start, *_ in items}):
            now = [(column, names) for start, end, column, names in items if start <= moment < end]
            for allowed in sets:
                columns = [column for column, names in now if names <= allowed]
                if len(columns) > len(allowed) or any(duty.model.upper[column] > 1 for column in columns):
                    duty.model.row(columns, upper=len(allowed))


def _unions(sets: set[frozenset[str]]) -> list[frozenset[str]]:
    found = set(sets)
    for one in sorted(sets, key=sorted):
        found |= {one | other for other in found}
        if len(found) > 64:
            break
    return sorted(found, key=sorted)


def _add_repair(duty: Duty) -> None:
    problem, model = duty.problem, duty.model
    if problem.repair is None:
        return
    for old in problem.repair.reference:
        if old.meeting not in problem.meeting:
            continue
        column = model.variable(cost=problem.prices.move)
        duty.moves[old.meeting] = column
        kept = duty.place.get((old.meeting, Opening(old.day, old.start, old.venue)))
        model.row([column, *([kept] if kept is not None else [])], lower=1, upper=1)
    cap = problem.repair.most_moves
    others = [meeting for meeting in duty.moves if meeting not in problem.repair.asked]
    if cap is not None and others:
        # Moved and left out is listed as unbooked, not counted as a move.
        columns = [duty.moves[each] for each in others] + [duty.leave_out[each] for each in others]
        model.row(columns, [1.0] * len(others) + [-1.0] * len(others), upper=cap)
