"""Whether time goes to the schools in greater need: what each level of concern was given, and who is missed twice."""

from collections.abc import Mapping
from statistics import median_low

from optimiser.core.table import Column, Kind, Table
from optimiser.meetings.problem import Problem
from optimiser.meetings.solution import Solution


def by_need(problem: Problem, solution: Solution, concerns: Mapping[str, int] | None = None) -> Table:
    """Return for each level of concern, the greatest first, how many schools are met, for how long and how soon.

    ``concerns`` are the schools' scores as they were sent, by id; without them, the need signals of the problem.
    """
    rows = []
    signal_of = concerns or {school.id: school.need_signal for school in problem.schools}
    for signal in sorted({signal_of.get(each.school, 0) for each in problem.meetings}, reverse=True):
        mine = [each for each in problem.meetings if signal_of.get(each.school, 0) == signal]
        days = sorted(solution.booking[each.id].day for each in mine if each.id in solution.booking)
        seconds = sum(problem.seconds_of(each.id) for each in mine if each.id in solution.booking)
        half = median_low(days).isoformat() if days else None
        rows.append((signal, len(mine), len(days), seconds, half, len(mine) - len(days)))
    before = [each for each in problem.meetings if problem.school[each.school].missed_last_round]
    again = [each for each in before if each.id not in solution.booking]
    return Table(
        "by_need",
        "Schools by concern",
        (
            Column("signal", "Concern score", Kind.COUNT),
            Column("schools", "Schools", Kind.COUNT),
            Column("met", "Met", Kind.COUNT),
            Column("time", "Time given", Kind.SECONDS),
            Column("half", "Half of them met by", Kind.DATE),
            Column("out", "Left out", Kind.COUNT),
        ),
        tuple(rows),
        f"Of {len(before)} schools missed in the last round, {len(again)} would be missed again.",
    )
