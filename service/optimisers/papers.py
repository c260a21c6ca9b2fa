"""What a roster hands on besides its calendars: paper for schools, and the tables of the year, panels and forums."""

import importlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from optimiser.core.limits import Limits
from optimiser.core.table import Cell, Column, Kind, Table
from service.optimisers import upsets
from service.optimisers.jobs import HTML, SVG, CannotPlan, Job
from service.optimisers.transport import built
from service.runs import Made

MOST_DAYS, SMALL = 10, 60
"""Days tried one by one after the window, and the most meetings of a round that is solved again for it."""
MOST_ACROSS = 50
"""Days of a heat map by day and time; more would not be legible, and the table has them all."""


def papers(problem: Any, solution: Any, *, job: Job) -> list[Made]:
    """Return the leaflet, the invitations, what to expect and the attendance sheets, each a page to print."""
    leaflets = importlib.import_module("data.writing.leaflets")
    names = {each.id: each.name for each in (*job.city.schools, *job.city.venues)}
    told = {"names": names, "notice": job.notice}
    return [
        Made("meetings.leaflet.html", "Leaflet, a page for each consortium", HTML,
             leaflets.leaflet(problem, solution, **told).encode("utf-8")),
        Made("meetings.invitations.html", "Invitations, a page for each school", HTML,
             leaflets.invitations(problem, solution, **told).encode("utf-8")),
        Made("meetings.what-to-expect.html", "What to expect at a meeting", HTML,
             leaflets.what_to_expect(problem, notice=job.notice).encode("utf-8")),
        Made("meetings.attendance.html", "Attendance sheets, a page for each day and place", HTML,
             leaflets.attendance_sheets(problem, solution, **told).encode("utf-8")),
    ]  # fmt: skip


def year_tables(problem: Any, solution: Any, *, job: Job, locality: str | None) -> tuple[Table, ...]:
    """Return the year's calendar and clashes, the panels and their agendas, appointments, and who is idle."""
    season_module = importlib.import_module("data.problems.season")
    yearbook = importlib.import_module("optimiser.meetings.yearbook")
    panelbook = importlib.import_module("optimiser.meetings.panelbook")
    alternatives = importlib.import_module("optimiser.meetings.alternatives")
    facts = importlib.import_module("data.problems.meetings")
    season = season_module.build_season(job.city, first=problem.days[0], locality=locality)
    faults = importlib.import_module("optimiser.meetings.faults")
    concerns = {each.id: each.concerns or 0 for each in job.city.schools}
    return (
        faults.table(problem, facts.leave_faults(job.city)),
        *yearbook.report(season, problem, solution),
        *panelbook.report(season, problem, solution),
        alternatives.idle(problem, solution),
        importlib.import_module("optimiser.meetings.fairness").by_need(problem, solution, concerns),
        importlib.import_module("optimiser.meetings.capacity").capacity(problem, solution),
        *finish(problem, solution, job=job, locality=locality),
        *catch_up_tables(problem, solution, job=job, locality=locality),
    )


def catch_up_tables(problem: Any, solution: Any, *, job: Job, locality: str | None) -> tuple[Table, ...]:
    """Return why catch-up slots are short and how many more school days would hold them, each number solved again.

    Nothing when enough are held; only the reasons when the round is too large to solve again in a moment.
    """
    catchup = importlib.import_module("optimiser.meetings.catchup")
    facts = importlib.import_module("data.problems.meetings")
    optimiser = importlib.import_module("optimiser.meetings")
    short = catchup.shortfall(problem, solution)
    wanted = sum(wish.wanted for wish in problem.catch_up)
    if not short.rows:
        return ()
    rows = []
    now = int(job.options.get("catch_up_days", 0))
    for more in range(1, MOST_DAYS + 1 if len(problem.meetings) <= SMALL else 1):
        made = built(facts.build, job.city, locality=locality, **{**sizes(job), "days_after": now + more})
        changed = replace(_since(made.problem, job), pins=problem.pins)
        found = optimiser.solve(changed, limits=Limits(seconds=5.0), seed=job.seed).solution
        if found is None:
            break
        rows.append((more, changed.days[-1].isoformat(), len(found.bookings), len(found.reserves), wanted))
        if len(found.reserves) >= wanted:
            break
    days = Table(
        "reserves_more",
        "What more days would hold",
        (
            Column("days", "School days after the window", Kind.COUNT),
            Column("last", "Up to", Kind.DATE),
            Column("met", "Schools met", Kind.COUNT),
            Column("held", "Catch-up slots", Kind.COUNT),
            Column("wanted", "Wanted", Kind.COUNT),
        ),
        tuple(rows),
        "Each was solved again. Give the number of days as the option catch_up_days to plan with them.",
    )
    return (short, days) if rows else (short,)


def finish(problem: Any, solution: Any, *, job: Job, locality: str | None) -> tuple[Table, ...]:
    """Return on which day the round would end, with each number of more days solved again; nothing when all are met.

    Nothing either for a round that is too large to solve again in a moment, or that mends another roster.
    """
    facts = importlib.import_module("data.problems.meetings")
    optimiser = importlib.import_module("optimiser.meetings")
    if not solution.unbooked or len(problem.meetings) > SMALL or problem.repair is not None or not problem.meetings:
        return ()
    window = problem.meetings[0]
    later = [day for day in facts.school_calendar(job.city).days if day > window.last][:MOST_DAYS]
    rows = []
    for more, last in enumerate(later, start=1):
        made = built(facts.build, job.city, locality=locality, first=window.first, last=last, catch_up=False,
                     **{**sizes(job), "number": 1, "days_after": 0})  # fmt: skip
        found = optimiser.solve(_since(made.problem, job), limits=Limits(seconds=5.0), seed=job.seed).solution
        if found is None:
            break
        rows.append((more, last.isoformat(), len(found.bookings), len(found.unbooked)))
        if not found.unbooked:
            break
    return (Table(
        "finish",
        "When the round could end",
        (
            Column("days", "School days after the window", Kind.COUNT),
            Column("last", "Up to", Kind.DATE),
            Column("met", "Schools met", Kind.COUNT),
            Column("out", "Left out", Kind.COUNT),
        ),
        tuple(rows),
        "Each was solved again, without catch-up slots.",
    ),)  # fmt: skip


def _since(problem: Any, job: Job) -> Any:
    """Return a round built again with what has happened since, as the roster itself was planned."""
    return upsets.after(problem, job.options.get("upsets") or (), strict=False)


def sizes(job: Job) -> dict[str, Any]:
    """Return what the job says of its round; raises CannotPlan for a day or a number that cannot be read.

    ``no_show`` is the share that did not come and ``catch_up_days`` are kept open after the window; ``round`` is which
    of the year it is, ``told`` the day on which invitations go out, ``missed`` the schools not seen in the one before.
    """
    found: dict[str, Any] = {}
    try:
        if job.options.get("told"):
            found["told"] = date.fromisoformat(str(job.options["told"]))
        found["number"] = int(job.options.get("round") or 1)
    except (TypeError, ValueError) as wrong:
        raise CannotPlan("Write the day on which invitations go out as 2020-01-10, the round as a number.") from wrong
    if job.options.get("missed"):
        found["missed"] = frozenset(str(each) for each in job.options["missed"])
    if job.options.get("no_show") is not None:
        found["no_show"] = min(0.9, max(0.0, float(job.options["no_show"])))
    if job.options.get("catch_up_days"):
        found["days_after"] = min(60, max(0, int(job.options["catch_up_days"])))
    return found


def charts(tables: Mapping[str, Table]) -> list[Made]:
    """Return two heat maps: meetings by day and time, and each person's meetings by week."""
    drawn = importlib.import_module("maps.charts")
    heat, diaries = tables["heat"], tables["diaries"]
    by_time = {(_clock(row[1]), _day(row[0])): int(row[2] or 0) for row in heat.rows}
    days = sorted({date.fromisoformat(str(row[2])) for row in diaries.rows})
    if not days:
        return []
    weeks = list(dict.fromkeys(_week(day) for day in days))
    people = sorted({str(row[0]) for row in diaries.rows})
    by_week = {(person, week): 0 for week in weeks for person in people}
    for row in diaries.rows:
        by_week[str(row[0]), _week(date.fromisoformat(str(row[2])))] += 1
    busiest = max(by_week, key=lambda each: by_week[each])
    says = f"The fullest week is {busiest[0]}'s, week of {busiest[1]}, with {by_week[busiest]} meetings."
    found = [
        (
            "meetings.load.svg",
            "Meetings of each person by week",
            drawn.loads(by_week, title="Meetings of each person by week", down="Person", across="Week of", says=says),
        )
    ]
    if len({day for _, day in by_time}) <= MOST_ACROSS:
        found.append(
            (
                "meetings.heat.svg",
                "Meetings by day and time",
                drawn.loads(
                    by_time,
                    title="Meetings by day and time",
                    down="From",
                    across="Day",
                    says=f"{sum(by_time.values())} meetings on {len(days)} days.",
                ),
            )
        )
    return [Made(name, title, SVG, drawing.encode("utf-8")) for name, title, drawing in found]


def _clock(seconds: Cell) -> str:
    return f"{int(seconds or 0) // 3600:02d}:{int(seconds or 0) % 3600 // 60:02d}"


def _day(text: Cell) -> str:
    day = date.fromisoformat(str(text))
    return f"{day:%a} {day.day} {day:%b}"


def _week(day: date) -> str:
    monday = date.fromordinal(day.toordinal() - day.weekday())
    return f"{monday.day} {monday:%b}"
