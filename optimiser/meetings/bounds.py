"""What no roster can beat, from counting alone: meetings without any opening are left out by every roster."""

from optimiser.meetings import costing
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import Problem


def without_opening(problem: Problem, openings: Openings | None = None) -> tuple[str, ...]:
    """Return the meetings that can never be held, whatever else is booked."""
    asked = openings or Openings(problem)
    return tuple(meeting.id for meeting in problem.meetings if next(asked.of(meeting), None) is None)


def counting_bound(problem: Problem, openings: Openings | None = None) -> int:
    """Return points that every roster pays: the best time of each school alone, or its place among the unbooked."""
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
        total += min(best, left_out)
    return total
