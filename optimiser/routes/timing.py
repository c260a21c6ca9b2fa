"""When each run is at school: inside the window, away from full bays, and near last term's times where it can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimiser.routes.costing import bay_time
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.run import Direction, Run


@dataclass(frozen=True, slots=True)
class Call:
    """A run's call at school: the clock times allowed, in seconds, and the time wished for."""

    school: str
    direction: Direction
    earliest: int
    latest: int
    wish: int


def spread(problem: RoutesProblem, calls: Sequence[Call], fixed: Sequence[tuple[str, Run]] = ()) -> tuple[int, ...]:
    """Return a time for each call, giving way where a bay is not free, those with least room first.

    ``fixed`` are runs already timed at schools. Where no time is free, the time with fewest others there is used: a
    breach of ``unloading-bays``, which is soft.
    """
    taken: dict[tuple[str, Direction], list[tuple[int, int]]] = {}
    for school_id, run in fixed:
        for stop in run.stops:
            if stop.place == problem.school[school_id].place:
                unload = problem.school[school_id].unload
                taken.setdefault((school_id, run.direction), []).append(bay_time(unload, run, stop.arrive, stop.leave))
    times = [call.wish for call in calls]
    for at in sorted(range(len(calls)), key=lambda each: (calls[each].latest - calls[each].earliest, each)):
        call = calls[at]
        school = problem.school[call.school]
        mine = taken.setdefault((call.school, call.direction), [])
        if school.bays is not None:
            times[at] = _least_crowded(call, mine, school.unload, school.bays)
        mine.append(_standing(call.direction, times[at], school.unload))
    return tuple(times)


def _standing(direction: Direction, time: int, unload: int) -> tuple[int, int]:
    return (time, time + unload) if direction is Direction.MORNING else (time - unload, time)


def _least_crowded(call: Call, taken: Sequence[tuple[int, int]], unload: int, bays: int) -> int:
    """Return the allowed time nearest the wish at which a bay is free, or else the least crowded."""
    ends = {end for _, end in taken} | {begin - unload for begin, _ in taken}
    shift = 0 if call.direction is Direction.MORNING else unload
    moments = {call.wish, call.earliest, call.latest} | {each + shift for each in ends}
    best, key = call.wish, None
    for time in sorted(moment for moment in moments if call.earliest <= moment <= call.latest):
        begin, end = _standing(call.direction, time, unload)
        together = sum(b < end and e > begin for b, e in taken)
        rank = (max(0, together + 1 - bays), abs(time - call.wish), time)
        if key is None or rank < key:
            best, key = time, rank
    return best


def wish_from_last(before: Mapping[str, int], now: Mapping[str, int], latest: int) -> int:
    """Return the school time that keeps most children's times: the median shift from now to last term's.

    ``before`` and ``now`` give children's clock times at the home end, the second for a school time of ``latest``.
    """
    shifts = sorted(before[child] - now[child] for child in now if child in before)
    return latest + (shifts[len(shifts) // 2] if shifts else 0)
