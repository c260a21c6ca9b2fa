"""What a closure does, beyond who moves: money by year, who bears it, gaps, dates, and the consultation report."""

import importlib
import re
from dataclasses import replace
from datetime import date
from typing import Any

from optimiser.core import codec
from optimiser.core.table import Column, Kind, Table
from service import shown
from service.optimisers.jobs import JSON, Job
from service.optimisers.studies import Looked
from service.runs import Made


def compared(job: Job, one: Any, baseline: Any, problem: Any, solution: Any) -> Any:
    """Return the comparison of things as they are with a scenario's plan."""
    runner = importlib.import_module("scenarios.runner")
    comparison = importlib.import_module("scenarios.comparison")
    scenario = importlib.import_module("scenarios.scenario").Scenario(job.title)
    return comparison.compare(
        runner.Outcome(runner.BASELINE, one, _as_result(one, baseline)),
        runner.Outcome(scenario, problem, _as_result(problem, solution)),
    )


def _as_result(problem: Any, solution: Any) -> Any:
    from optimiser.core.result import Result, Status

    optimiser = importlib.import_module("optimiser.places")
    costing = importlib.import_module("optimiser.places.costing")
    found = optimiser.verify(problem, solution)
    return Result(Status.FEASIBLE, solution, int(costing.cost(problem, solution)), None, found, 0)


def tables(job: Job, one: Any, baseline: Any, problem: Any, solution: Any) -> tuple[Table, ...]:
    """Return the officers' tables: years, funding, equity, improvement, gaps, Year 6, the price a mile and dates."""
    told = importlib.import_module("scenarios.tables")
    work = importlib.import_module("scenarios.decommissioning")
    found = compared(job, one, baseline, problem, solution)
    before, after = (one, baseline), (problem, solution)
    flip = work.break_even(one, baseline, problem, solution)
    price = Table(
        "flip", "The price a mile at which the answer flips",
        (Column("today", "Today", Kind.PENCE), Column("flip", "Flips at", Kind.PENCE), Column("words", "In words")),
        ((flip.today, flip.price, flip.sentence),), "Both plans kept as they are; transport by the price model.",
    )  # fmt: skip
    return (
        *too_early(job, baseline, problem, solution),
        told.years(found, one.year_names),
        told.funding(importlib.import_module("scenarios.funding").funding(before, after)),
        told.ledger(work.equity(found, before, after)),
        told.improvement(work.improvement_test(found, before, after)),
        told.gaps(work.gaps(*before), work.gaps(*after)),
        told.transfers(work.transfers(one)),
        price,
        *(told.steps(each) for _, each in dates(job, baseline, problem, solution)[:1]),
    )


def dates(job: Job, baseline: Any, problem: Any, solution: Any) -> list[tuple[str, Any]]:
    """Return the statutory steps for each base that closes, from the day that the run names or from today."""
    calendar = importlib.import_module("data.problems.meetings").school_calendar(job.city)
    module = importlib.import_module("scenarios.timeline")
    start = begins(str(job.options.get("on") or ""), problem.year_names)
    return [
        (base.id, module.timeline(base.track, start, calendar))
        for base in problem.bases
        if not solution.base[base.id].open[-1] and base.id in baseline.base and baseline.base[base.id].open[-1]
    ]


def begins(told: str, year_names: tuple[str, ...]) -> date:
    """Return the day on which consultation could begin: the one that was told, or today.

    For a plan whose first year has begun already it is the September before that year, as it would have been.
    """
    if told:
        return date.fromisoformat(told)
    first, today = int(year_names[0][:4]), date.today()
    return today if today < date(first, 9, 1) else date(first - 1, 9, 1)


def too_early(job: Job, baseline: Any, problem: Any, solution: Any) -> tuple[Table, ...]:
    """Return the closures that the scenario has before the earliest lawful year, with what to do; nothing without."""
    module = importlib.import_module("scenarios.timeline")
    rows = []
    for base, found in dates(job, baseline, problem, solution):
        year, names = solution.closed_from(base), problem.year_names
        if year is not None and year < module.earliest_year(found.closes, names):
            first, begun = found.first_year_without, shown.day(found.steps[0].begins)
            remedy = f"Close it from {first}: consultation that begins on {begun} leads to no earlier year."
            rows.append((base, names[year], first, remedy))
    columns = (
        Column("base", "Base"), Column("planned", "Planned to be closed from"), Column("earliest", "Earliest lawful"),
        Column("remedy", "What to do"),
    )  # fmt: skip
    note = "The steps of the law and of funding take longer than the scenario gives them; see the timetable."
    return (Table("too_early", "Closures earlier than the law allows", columns, tuple(rows), note),) if rows else ()


def proposed(job: Job, problem: Any, baseline: Any, solution: Any, sentences: tuple[str, ...]) -> list[str]:
    """Return what a scenario changes, for a reader: bases and years by name, and the closures that were chosen."""
    names, years = _names(job), problem.year_names
    found = []
    for text in sentences:
        for number in reversed(range(len(years))):
            text = text.replace(f"year {number + 1} of the plan", years[number])
        found.append(_named(text, names))
    told = " ".join(sentences)
    for each in solution.bases:
        first = solution.closed_from(each.base)
        was = each.base in baseline.base and baseline.base[each.base].open[-1]
        if first is not None and was and not re.search(rf"{re.escape(each.base)}\b", told):
            found.append(
                f"Close {names.get(each.base, each.base)} from {years[first]}: chosen as the set that costs least."
            )
    return found


def _names(job: Job) -> dict[str, str]:
    return {base.id: f"{base.name} ({base.id})" for base in job.city.bases}


def _named(text: str, names: dict[str, str]) -> str:
    """Return a text with the name before each base's reference."""
    return re.sub(r"(?:\b[Bb]ase )?([\w-]+)", lambda found: names.get(found[1], found[0]), text)


def consultation(
    job: Job, one: Any, baseline: Any, problem: Any, solution: Any, sentences: tuple[str, ...], looked: Looked
) -> Made:
    """Return the consultation report as a file: the public part, and the annex for officers, apart."""
    module = importlib.import_module("scenarios.report")
    options, names = looked.options, _names(job)
    if options is not None:
        at = [column.key for column in options.columns].index("closed")
        rows = tuple((*row[:at], _named(str(row[at]), names), *row[at + 1 :]) for row in options.rows)
        options = replace(options, rows=rows)
    words = proposed(job, problem, baseline, solution, sentences)
    made = module.report(
        job.title, words, compared(job, one, baseline, problem, solution), (one, baseline), (problem, solution),
        options=options, doubts=looked.doubts, dates=dates(job, baseline, problem, solution),
    )  # fmt: skip
    body = codec.to_json(made).encode("utf-8")
    return Made("closure.report.json", "Consultation report and officers\u2019 annex, as data", JSON, body)
