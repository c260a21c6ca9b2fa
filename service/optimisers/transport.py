"""The transport desk's plans: runs for every child, and a guide with named backups for every run that needs one."""

import importlib
from dataclasses import replace
from datetime import date
from typing import Any

from optimiser.core import codec
from optimiser.core.table import Table
from service import shown
from service.optimisers import journeys, readiness, variants
from service.optimisers.jobs import Asked, CannotPlan, Headline, Job


def ask_routes(job: Job) -> Asked:
    """Return the routes problem of a city (or of one school), ready to solve; raises CannotPlan."""
    from data.problems import routes as facts

    optimiser = importlib.import_module("optimiser.routes")
    solution_module = importlib.import_module("optimiser.routes.solution")
    only = job.options.get("schools")
    made = built(facts.build, job.city, schools=frozenset(only) if only else None)
    if not made.problem.children:
        raise CannotPlan("Nobody on the Pupils sheet travels on a vehicle. Check the column Transport.")
    earlier = job.earlier("routes", solution_module.RoutesSolution)
    asked = variants.variant(job, _with_locks(made.problem, earlier, job.pins), earlier)
    return Asked(
        optimiser=optimiser,
        problem=asked.problem,
        solve=asked.solve,
        solution_type=solution_module.RoutesSolution,
        unit="pence a day, with the prices of whoever is left out",
        draw=lambda problem, solution: drawn("routes", problem, solution, made.points, job),
        headlines=_routes_headlines,
        left_out=lambda problem, solution: len({each.child for each in solution.unserved}) + _unplanned(made),
        left_out_words=("child without a run", "children without a run"),
        source=made.notes[0] if made.notes else made.problem.morning.source,
        provenance=made.provenance,
        not_planned=made.left_out,
        points=made.points,
        further=lambda problem, solution: (*journeys.further(problem, solution), *asked.further()),
        files=lambda problem, solution: journeys.files(problem, solution, made.points, job),
        charts=journeys.charts,
    )


def _with_locks(problem: Any, earlier: Any, pins: tuple[str, ...]) -> Any:
    """Return the problem with what people locked: whole runs by their id, and children to their vehicle."""
    if earlier is None or not pins:
        return problem
    children = {child.id for child in problem.children}
    return replace(
        problem,
        last=earlier.runs,
        pinned_runs=frozenset(pins) & frozenset(earlier.run),
        pinned_children=frozenset(pins) & children,
    )


def _unplanned(made: Any) -> int:
    """Return how many rows could not be planned at all; each is listed among the faults."""
    return len([issue for issue in made.left_out if issue.rule not in ("transport-ended", "not-yet")])


def built(build: Any, city: Any, **more: Any) -> Any:
    """Return what a builder makes of a city; raises CannotPlan with words for a person when it cannot."""
    from data.errors import CannotBuild
    from data.travel.source import TravelFailed
    from optimiser.core.errors import BadProblem
    from service import travelling

    try:
        return build(city, travelling.source(), **more)
    except (CannotBuild, BadProblem, TravelFailed) as wrong:
        text = str(wrong)
        raise CannotPlan(text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")) from wrong


def drawn(kind: str, problem: Any, solution: Any, points: Any, job: Job) -> str:
    """Return the map of a kind of plan as a complete page."""
    from service import travelling

    drawer = importlib.import_module(f"maps.{kind}")
    more: dict[str, Any] = {"background": travelling.background(points)}
    if kind == "routes":
        more["paths"] = travelling.ways(solution.runs, points)
    return str(drawer.draw(problem, solution, points=points, title=job.title, notice=job.notice, **more))


def _routes_headlines(problem: Any, solution: Any, tables: tuple[Table, ...]) -> list[Headline]:
    children = len(problem.children)
    served = children - len({each.child for each in solution.unserved})
    vehicles = len(solution.vehicles)
    riding = importlib.import_module("optimiser.routes.riding")
    costing = importlib.import_module("optimiser.routes.costing")
    rides = [
        (problem.child[child], int(riding.ride_seconds(problem, run, problem.child[child])))
        for run in solution.runs
        for child in run.children
    ]
    over = sum(1 for child, seconds in rides if seconds > problem.rides.guideline(child.phase))
    lengths = sorted(seconds for _, seconds in rides)
    longest, middle = (lengths[-1], lengths[len(lengths) // 2]) if lengths else (0, 0)
    day = int(costing.costs(problem, solution).money)
    year = f"{shown.pounds(day * problem.school_days)} a year of {problem.school_days} days"
    return [
        Headline(
            "children carried", f"{served:,} of {children:,}", "both ways", "good" if served == children else "warn"
        ),
        Headline(
            shown.noun(vehicles, "vehicle", "vehicles"),
            f"{vehicles:,}",
            f"{len(solution.runs):,} runs, morning and afternoon",
        ),
        Headline("a school day", shown.pounds(day), year),
        Headline("longest ride", shown.minutes(longest), f"middle ride {shown.minutes(middle)}"),
        Headline(
            "rides over 45 or 75 minutes",
            f"{over:,} of {len(rides):,}",
            "one ride a child and direction",
            "warn" if over else "good",
        ),
    ]


def ask_guides(job: Job) -> Asked:
    """Return the guides problem of a city with a routes plan's runs, or the workbook's own; raises CannotPlan."""
    from data.problems import guides as facts
    from data.travel import recipes

    optimiser = importlib.import_module("optimiser.guides")
    solution_module = importlib.import_module("optimiser.guides.solution")
    more: dict[str, Any] = {"day": the_day(job)}
    if "routes.solution.json" in job.before:
        routes = importlib.import_module("optimiser.routes.solution")
        problem_module = importlib.import_module("optimiser.routes.problem")
        more["runs"] = codec.from_json(routes.RoutesSolution, job.before["routes.solution.json"])
        more["routes_problem"] = recipes.from_text(problem_module.RoutesProblem, job.before["routes.problem.json"])
    else:
        more["routes_problem"] = built(importlib.import_module("data.problems.routes").build, job.city).problem
    if job.options.get("absent"):
        more["absent"] = frozenset(str(each) for each in job.options["absent"])
    made = built(facts.build, job.city, **more)
    held = job.earlier("guides", solution_module.GuidesSolution)
    if held is not None and job.pins:
        kept = {run: guide for run, guide in held.holder.items() if run in job.pins}
        made = replace(made, problem=replace(made.problem, pins={**made.problem.pins, **kept}))
    if not made.problem.runs:
        raise CannotPlan("There are no runs to put guides on. Plan the runs first, or fill in the Runs sheet.")
    return Asked(
        optimiser=optimiser,
        problem=made.problem,
        solution_type=solution_module.GuidesSolution,
        unit="points in pence: prices of what is wanted, not money paid",
        draw=lambda problem, solution: drawn("guides", problem, solution, made.points, job),
        headlines=_guides_headlines,
        left_out=lambda problem, solution: sum(
            1 for each in solution.uncovered if problem.run[each.run].need.value == "required"
        ),
        left_out_words=("run without the guide it must have", "runs without the guide they must have"),
        source=made.notes[0] if made.notes else made.problem.travel.source,
        provenance=made.provenance,
        not_planned=made.left_out,
        points=made.points,
        further=lambda problem, solution: readiness.further(problem, solution, seed=job.seed),
        files=lambda problem, solution: readiness.files(problem, solution, made.points, job),
        charts=readiness.charts,
    )


def the_day(job: Job) -> date:
    """Return the day that is planned: the one asked for, else the first school day after the last one on record."""
    if job.options.get("day"):
        try:
            return date.fromisoformat(str(job.options["day"]))
        except ValueError as wrong:
            raise CannotPlan("Write the day as 2020-01-28.") from wrong
    from data.problems.meetings import school_calendar

    open_days = school_calendar(job.city).days
    if not open_days:
        raise CannotPlan("The Calendar sheet has no term, so no school day can be planned.")
    known = [row.day for row in job.city.run_log] + [row.first for row in job.city.absences]
    last = max(known, default=open_days[0])
    return next((day for day in open_days if day > last), open_days[-1])


def _guides_headlines(problem: Any, solution: Any, tables: tuple[Table, ...]) -> list[Headline]:
    required = [run for run in problem.guided if run.need.value == "required"]
    covered = sum(1 for run in required if run.id in solution.holder)
    first = sum(1 for run in required if len(solution.named.get(run.id, ())) >= 1)
    second = sum(1 for run in required if len(solution.named.get(run.id, ())) >= 2)
    known = total = 0
    for run in problem.guided:
        guide = problem.guide.get(solution.holder.get(run.id, ""))
        total += len(run.children)
        known += len(guide.knows & set(run.children)) if guide else 0
    good = "good" if covered == len(required) else "bad"
    return [
        Headline(
            "runs that must have a guide have one",
            f"{covered:,} of {len(required):,}",
            f"{len(problem.guided):,} runs want one",
            good,
        ),
        Headline(
            "guides at work", f"{len(solution.held):,} of {len(problem.guides):,}", f"{len(problem.absent):,} away"
        ),
        Headline("with a first named backup", f"{first:,} of {len(required):,}", f"{second:,} with a second"),
        Headline("children who know their guide", f"{known:,} of {total:,}", "on guided runs, counted each way"),
    ]
