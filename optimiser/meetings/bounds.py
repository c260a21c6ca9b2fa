"""What no roster can beat, from counting alone: meetings without any opening are left out by every roster."""

from optimiser.meetings import costing
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import Meeting, Problem


def without_opening(problem: Problem, openings: Openings | None = None) -> tuple[str, ...]:
    """Return the meetings that can never be held, whatever else is booked."""
    asked = openings or Openings(problem)
    return tuple(meeting.id for meeting in problem.meetings if next(asked.of(meeting), None) is None)


def counting_bound(problem: Problem, openings: Openings | None = None) -> int:
    """Return points that every roster pays: each school alone at its best time with its best people, or left out."""
    asked, total = openings or Openings(problem), 0
    for meeting in problem.meetings:
        left_out = sum(charge.points for charge in costing.unbooked_charges(problem, meeting))
        best = min(
            (
                sum(charge.points for charge in costing.time_charges(problem, meeting, each.day, each.start))
                for each in asked.of(meeting)
            ),
            default=left_out,
        )
        total += min(best + people_at_least(problem, asked, meeting), left_out)
    return total


def people_at_least(problem: Problem, openings: Openings, meeting: Meeting) -> int:
    """Return what a meeting's people cost at least: somebody for each role from nearest home, or nobody if optional."""
    school, points = problem.school[meeting.school], 0
    for need in problem.kind[meeting.kind].roles:
        pool = openings.candidates(need, school, school.locality)
        at_home = any(person.locality == school.locality for person in pool)
        away = 0 if at_home or not pool else problem.prices.away_from_home
        points += away if need.required else min(need.missing_price, away if pool else need.missing_price)
    return points
