"""The meetings desk's plan: a round of school meetings for a locality team, with its calendar files."""

import importlib
from dataclasses import replace
from typing import Any

from optimiser.core.table import Table
from service import shown
from service.optimisers import upsets
from service.optimisers.calendars import calendar_files
from service.optimisers.jobs import Asked, CannotPlan, Headline, Job
from service.optimisers.papers import charts, papers, sizes, year_tables
from service.optimisers.transport import built, drawn


def ask_meetings(job: Job) -> Asked:
    """Return the round of a locality, ready to solve; raises CannotPlan."""
    from data.problems import meetings as facts

    optimiser = importlib.import_module("optimiser.meetings")
    solution_module = importlib.import_module("optimiser.meetings.solution")
    more: dict[str, Any] = {}
    if job.options.get("locality"):
        more["locality"] = job.options["locality"]
    elif job.area != "*":
        more["locality"] = job.area
    made = built(facts.build, job.city, **more, **sizes(job))
    made = replace(made, problem=upsets.after(made.problem, job.options.get("upsets") or (), strict=False))
    earlier = _same_round(job.earlier("meetings", solution_module.Solution), made.problem)
    if not made.problem.days:
        raise CannotPlan(_no_days(job, facts))
    if not made.problem.meetings:
        raise CannotPlan("There is no school to meet. Fill in the Meetings sheet, or choose another locality.")
    asked = Asked(
        optimiser=optimiser,
        problem=made.problem,
        solution_type=solution_module.Solution,
        unit="points: what each disappointment is worth",
        draw=lambda problem, solution: drawn("meetings", problem, solution, made.points, job),
        headlines=_headlines,
        left_out=lambda problem, solution: len(solution.unbooked),
        left_out_words=("school without a meeting", "schools without a meeting"),
        source=made.notes[0] if made.notes else (made.problem.travel.source if made.problem.travel else "none needed"),
        provenance=made.provenance,
        not_planned=made.left_out,
        files=lambda problem, solution: [
            *calendar_files(problem, solution, previous=earlier, job=job),
            *papers(problem, solution, job=job),
        ],
        further=lambda problem, solution: year_tables(problem, solution, job=job, locality=more.get("locality")),
        charts=charts,
    )
    return asked if earlier is None else _again(asked, earlier, job)


def _same_round(earlier: Any, problem: Any) -> Any:
    """Return the roster that this one follows, or None where that was another round: nothing of it is moved."""
    if earlier is None or not any(each.meeting in problem.meeting for each in earlier.bookings):
        return None
    return earlier


def _no_days(job: Job, facts: Any) -> str:
    row = next(each for each in job.city.meeting_types if each.id == "ISM")
    number = int(job.options.get("round") or 1)
    opens, closes = (
        shown.day(each) if each else "the first day of term" for each in (row.window_first, row.window_last)
    )
    if number > 1:
        return f"No school day of the year is left for round {number}. Shorten the window of {row.title}."
    return (
        f"There is no school day from {opens} to {closes}, the window of {row.title}. Change it on the Meeting types "
        "sheet, or the terms on the Calendar sheet."
    )


def _again(asked: Asked, earlier: Any, job: Job) -> Asked:
    """Return the round as one that follows a roster: a repair of it, or a new one that leaves what is locked alone."""
    locks = frozenset(job.pins)
    if not (job.options.get("move") or job.options.get("repair")):
        module = importlib.import_module("optimiser.meetings.problem")
        held = [each for each in earlier.bookings if each.meeting in locks]
        pins = tuple(module.Pin(each.meeting, each.day, each.start, each.venue, each.people) for each in held)
        return replace(asked, problem=replace(asked.problem, pins=pins))
    repairs = importlib.import_module("optimiser.meetings.repair")
    found: list[Any] = []

    def solve(problem: Any, *, limits: Any, seed: int, progress: Any, start: Any = None) -> Any:
        found.append(repairs.fewest_moves(problem, limits=limits, seed=seed))
        return found[-1].result

    return replace(
        asked,
        problem=upsets.asked(asked.problem, earlier, job.options, locks),
        solve=solve,
        more_tables=lambda problem, solution: tuple(repairs.before_and_after(problem, each) for each in found[-1:]),
    )


def _headlines(problem: Any, solution: Any, tables: tuple[Table, ...]) -> list[Headline]:
    booked, asked = len(solution.bookings), len(problem.meetings)
    days = sorted({booking.day for booking in solution.bookings})
    people = {person for booking in solution.bookings for person in booking.people}
    required = sum(1 for b in solution.bookings for need in _roles(problem, b) if need.required)
    came = sum(
        1
        for b in solution.bookings
        for need in _roles(problem, b)
        if need.required and any(problem.person[each].role == need.role for each in b.people)
    )
    wanted = sum(each.wanted for each in problem.catch_up)
    return [
        Headline("schools with a meeting", f"{booked:,} of {asked:,}", tone="good" if booked == asked else "warn"),
        Headline(
            "required roles present",
            f"{came:,} of {required:,}",
            "over every meeting",
            "good" if came == required else "bad",
        ),
        Headline("days used", f"{len(days):,} of {len(problem.days):,}", "open days of the round"),
        Headline("people who attend", f"{len(people):,} of {len(problem.staff):,}", "of the team"),
        Headline("catch-up slots", f"{len(solution.reserves):,} of {wanted:,}", "for schools that do not come"),
    ]


def _roles(problem: Any, booking: Any) -> Any:
    return problem.kind[problem.meeting[booking.meeting].kind].roles
