"""The places desk's plans: who goes to which base, and what happens when bases close or change."""

import importlib
from dataclasses import replace
from typing import Any

from optimiser.core import codec
from optimiser.core.limits import Limits
from optimiser.core.table import Column, Kind, Table
from service import shown
from service.optimisers.jobs import SVG, Asked, CannotPlan, Headline, Job
from service.optimisers.transport import built, drawn
from service.runs import Made

YEARS = ("2020/21", "2021/22")
"""The years that a plan of places covers when nobody says otherwise."""


def ask_places(job: Job) -> Asked:
    """Return the places problem of a city, ready to solve; raises CannotPlan."""
    from data.problems import places as facts

    optimiser = importlib.import_module("optimiser.places")
    made = built(facts.build, job.city, year_names=tuple(job.options.get("years", YEARS)))
    earlier = job.earlier("places", optimiser.Solution)
    if earlier is not None and job.pins:
        module = importlib.import_module("optimiser.places.problem")
        kept = tuple(module.Pin(each.pupil, each.base) for each in earlier.placements if each.pupil in job.pins)
        made = replace(made, problem=replace(made.problem, pins=kept))
    if not made.problem.pupils or not made.problem.bases:
        raise CannotPlan("There are no bases, or nobody who needs one. Fill in the Bases sheet and the pupils' needs.")
    return Asked(
        optimiser=optimiser,
        problem=made.problem,
        solution_type=optimiser.Solution,
        unit="pence over the years of the plan: money, and prices of moves and of places elsewhere",
        points=made.points,
        draw=lambda problem, solution: drawn("places", problem, solution, made.points, job),
        headlines=_headlines,
        left_out=left_out,
        left_out_words="pupils without a base in some year",
        source=made.notes[0] if made.notes else made.problem.travel.source,
        provenance=made.provenance,
        files=_chart,
    )


def _chart(problem: Any, solution: Any) -> list[Made]:
    """Return the picture of places filled, drawn once when the plan ends."""
    charts = importlib.import_module("maps.charts")
    bars = [
        (base.id, solution.roll(base.id, 0), base.commissioned[0] + solution.base[base.id].extra[0])
        for base in problem.bases
        if solution.base[base.id].open[0]
    ]
    title = f"Places filled, {problem.year_names[0]}"
    return [Made("places.fill.svg", title, SVG, charts.fill(bars, title=title).encode("utf-8"))]


def _tone(count: int) -> str:
    return "warn" if count else "good"


def left_out(problem: Any, solution: Any) -> int:
    """Return how many pupils have no base in some year."""
    return len({each.pupil for each in solution.unplaced})


def _headlines(problem: Any, solution: Any, tables: tuple[Table, ...]) -> list[Headline]:
    costing = importlib.import_module("optimiser.places.costing")
    last = problem.years - 1
    first_year = costing.yearly(problem, solution)[0]
    pupils = len(problem.pupils)
    without = left_out(problem, solution)
    places = sum(
        base.commissioned[0] + solution.base[base.id].extra[0]
        for base in problem.bases
        if solution.base[base.id].open[0]
    )
    roll = sum(solution.roll(base.id, 0) for base in problem.bases)
    journeys = sorted(
        int(problem.seconds(problem.pupil[each.pupil], problem.base[each.base])) for each in solution.placements
    )
    return [
        Headline("pupils with a base", f"{pupils - without:,} of {pupils:,}", "every year", _tone(without)),
        Headline("places filled", f"{roll:,} of {places:,}", f"{problem.year_names[0]}; empty places cost money"),
        Headline("a year", shown.pounds(first_year.money), f"{problem.year_names[0]}, {problem.prices.label}"),
        Headline("bases open", f"{sum(1 for b in solution.bases if b.open[last]):,}", f"in {problem.year_names[last]}"),
        Headline(
            "middle journey", shown.minutes(journeys[len(journeys) // 2] if journeys else 0),
            f"longest {shown.minutes(journeys[-1] if journeys else 0)}, one way",
        ),
    ]  # fmt: skip


def changes_of(options: Any) -> tuple[Any, ...]:
    """Return the scenario's changes from plain options; raises CannotPlan for one that cannot be read."""
    module = importlib.import_module("scenarios.changes.places")
    found = []
    for told in options.get("changes", []):
        try:
            found.append(_change(module, dict(told)))
        except (KeyError, TypeError, ValueError) as wrong:
            raise CannotPlan("One of the changes could not be read. Choose it again on the scenario page.") from wrong
    return tuple(found)


def _change(module: Any, told: dict[str, Any]) -> Any:
    if told["do"] == "close":
        winding = module.Winding[told.get("winding", "TOGETHER")]
        return module.CloseBase(str(told["base"]), int(told.get("year", 0)), winding)
    if told["do"] == "resize":
        return module.ResizeBase(str(told["base"]), int(told["places"]), int(told.get("year", 0)))
    if told["do"] == "stop":
        return module.StopAdmitting(str(told["base"]), int(told.get("year", 0)))
    raise ValueError(told["do"])


def ask_closure(job: Job) -> Asked:
    """Return a scenario's problem, compared with things as they are; raises CannotPlan when the changes clash.

    Options: ``changes``, a list of {"do": "close", "base": …, "year": …, "winding": …}; or ``choose``, how many bases
    the optimiser is to choose for closing.
    """
    scenarios = importlib.import_module("scenarios.scenario")
    now = ask_places(job)
    scenario = scenarios.Scenario(job.title, changes_of(job.options))
    try:
        variant = scenarios.apply(now.problem, scenario)
    except scenarios.Clash as clash:
        raise CannotPlan(str(clash)) from clash
    choose = int(job.options.get("choose", 0))
    if choose:
        policy = replace(variant.policy, max_closures=choose, min_closures=choose)
        variant = replace(variant, policy=policy)
    baseline = _baseline(now, job)
    words = list(scenario.sentences)
    if choose:
        words.append(f"Let the optimiser choose {choose} base{'s' if choose > 1 else ''} to close.")
    return replace(
        now,
        problem=variant,
        draw=lambda problem, solution: _map(job, now.problem, baseline, problem, solution, now.points),
        headlines=lambda problem, solution, tables: _scenario_headlines(now.problem, baseline, problem, solution),
        more_tables=lambda problem, solution: _comparison(job, now.problem, baseline, problem, solution, words),
    )


def _baseline(now: Asked, job: Job) -> Any:
    """Return the plan of things as they are: the one that this scenario follows, else one solved here and now."""
    if "places.solution.json" in job.before:
        found = codec.from_json(now.solution_type, job.before["places.solution.json"])
        if not any(each.hard for each in now.optimiser.verify(now.problem, found)):
            return found
    result = now.optimiser.solve(now.problem, limits=Limits(seconds=max(5.0, job.seconds / 2)), seed=job.seed)
    if result.solution is None:
        raise CannotPlan("No plan was found for things as they are, so there is nothing to compare with.")
    return result.solution


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


def _map(job: Job, one: Any, baseline: Any, problem: Any, solution: Any, points: Any) -> str:
    drawer = importlib.import_module("maps.comparison")
    return str(drawer.draw((one, baseline), (problem, solution), points=points, title=job.title, notice=job.notice))


def _scenario_headlines(one: Any, baseline: Any, problem: Any, solution: Any) -> list[Headline]:
    found = compared(Job("closure", "", b""), one, baseline, problem, solution)
    closed = [each.base for each in solution.bases if not each.open[-1] and baseline.base[each.base].open[-1]]
    saving = sum(found.yearly_saving)
    return [
        Headline("bases that close", f"{len(closed):,}", ", ".join(closed[:4])),
        Headline("pupils whose base changes", f"{len(found.moved):,}", f"of {len(found.children):,} at the end"),
        Headline(
            "worse off by over 15 minutes", f"{found.worse_off:,}", "each way",
            "good" if not found.worse_off else "bad",
        ),
        Headline(
            "saved over the plan" if saving >= 0 else "dearer over the plan", shown.pounds(abs(saving)),
            f"{len(problem.year_names)} years, transport counted", "good" if saving >= 0 else "bad",
        ),
        Headline("pupils without a base", f"{left_out(problem, solution):,}", f"{left_out(one, baseline):,} now"),
    ]  # fmt: skip


def _comparison(job: Job, one: Any, baseline: Any, problem: Any, solution: Any, words: list[str]) -> tuple[Table, ...]:
    found = compared(job, one, baseline, problem, solution)
    kinds = {"pence": Kind.PENCE, "seconds": Kind.SECONDS}
    columns = (
        Column("measure", "Figure"),
        Column("before", "As things are"),
        Column("after", "In this scenario"),
        Column("change", "Change"),
    )
    rows = tuple(
        (
            each.name,
            *(shown.cell(value, kinds.get(each.unit, Kind.COUNT)) for value in (each.before, each.after, each.change)),
        )
        for each in found.measures
    )
    what = Table(
        "changes", "What this scenario changes", (Column("change", "Change"),), tuple((text,) for text in words)
    )
    measures = Table(
        "measures", "Compared with things as they are", columns, rows, "Money over every year of the plan."
    )
    return (what, measures, _affected(found))


def _affected(found: Any) -> Table:
    columns = (
        Column("pupil", "Pupil"), Column("need", "Need"), Column("area", "Home area"), Column("fate", "Outcome"),
        Column("before", "Base now"), Column("after", "Base then"), Column("seconds_before", "Ride now", Kind.SECONDS),
        Column("seconds_after", "Ride then", Kind.SECONDS), Column("longer", "Longer by", Kind.SECONDS),
        Column("worse", "Over 15 minutes longer", Kind.YES_NO),
    )  # fmt: skip
    rows = tuple(
        (each.child, each.need, each.area, each.fate.value, each.before, each.after, each.seconds_before,
         each.seconds_after, each.longer, each.worse_off)
        for each in sorted(found.children, key=lambda each: (-each.longer, each.child))
        if each.fate.name not in ("SAME", "STILL_OUT")
    )  # fmt: skip
    return Table(
        "affected", "Who is affected", columns, rows, "Children whose base differs, the longest added journey first."
    )
