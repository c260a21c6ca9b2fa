"""The meetings desk's plan: a round of school meetings for a locality team, with its calendar files."""

import importlib
from dataclasses import replace
from datetime import date
from typing import Any

from optimiser.core.table import Table
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
    earlier = job.earlier("meetings", solution_module.Solution)
    made = _with_locks(made, earlier, job)
    if not made.problem.days:
        raise CannotPlan("The window has no school day. Change it on the Meeting types sheet, or the Calendar sheet.")
    if not made.problem.meetings:
        raise CannotPlan("There is no school to meet. Fill in the Meetings sheet, or choose another locality.")
    return Asked(
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


def _with_locks(made: Any, earlier: Any, job: Job) -> Any:
    """Return the round with what people locked, moved as little as possible when it follows a roster."""
    if earlier is None:
        return made
    module = importlib.import_module("optimiser.meetings.problem")
    pins = tuple(
        module.Pin(each.meeting, each.day, each.start, each.venue, each.people)
        for each in earlier.bookings
        if each.meeting in job.pins
    )
    moved = job.options.get("move")
    repair = None
    if moved:
        meeting = str(moved["meeting"])
        pins = (*(pin for pin in pins if pin.meeting != meeting), *_pin_of(module, moved))
        repair = module.Repair(
            reference=earlier.bookings,
            locked=frozenset(pin.meeting for pin in pins if pin.meeting != meeting),
            asked=frozenset({meeting}),
            may_move_notified=True,
        )
    elif job.options.get("repair"):
        repair = module.Repair(reference=earlier.bookings, locked=frozenset(pin.meeting for pin in pins))
    return replace(made, problem=replace(made.problem, pins=pins, repair=repair))


def _pin_of(module: Any, moved: Any) -> tuple[Any, ...]:
    if not moved.get("day"):
        return ()
    try:
        return (module.Pin(str(moved["meeting"]), date.fromisoformat(str(moved["day"])), int(moved["start"])),)
    except ValueError as wrong:
        raise CannotPlan("Write the day as 2020-01-28 and the time as 13:30.") from wrong


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
