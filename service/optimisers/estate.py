"""The places desk's plans: who goes to which base, and what happens when bases close or change."""

import importlib
import time
from dataclasses import replace
from typing import Any

from optimiser.core import codec
from optimiser.core.limits import Limits
from optimiser.core.table import Cell, Column, Kind, Table
from service import shown
from service.optimisers import effects, studies
from service.optimisers.jobs import SVG, Asked, CannotPlan, Headline, Job
from service.optimisers.transport import built, drawn
from service.runs import Made

FIRST_YEAR, YEARS, MOST_YEARS = 2020, 2, 7
"""The first academic year of a plan of places, how many it covers when nobody says otherwise, and the most."""
MOST_REMEDIES, REMEDY_SECONDS = 5, 10.0
"""How many pupils without a base are told the change that would place them, and the time after which no more are."""


def plan_years(count: int = YEARS) -> tuple[str, ...]:
    """Return the names of the academic years of a plan, such as "2020/21"."""
    whole = max(1, min(MOST_YEARS, count))
    return tuple(f"{year}/{(year + 1) % 100:02d}" for year in range(FIRST_YEAR, FIRST_YEAR + whole))


def ask_places(job: Job) -> Asked:
    """Return the places problem of a city, ready to solve; raises CannotPlan.

    Options: ``years``, how many the plan covers; ``moving``, whether pupils may be moved from bases that stay open.
    """
    from data.problems import places as facts

    optimiser = importlib.import_module("optimiser.places")
    made = built(facts.build, job.city, year_names=plan_years(int(job.options.get("years", YEARS))))
    if job.options.get("moving"):
        policy = replace(made.problem.policy, moving_allowed=True)
        made = replace(made, problem=replace(made.problem, policy=policy))
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
        left_out_words=("pupil without a base in some year", "pupils without a base in some year"),
        source=made.notes[0] if made.notes else made.problem.travel.source,
        provenance=made.provenance,
        files=_chart,
        further=lambda problem, solution: (
            *_look_at(facts.look_at(job.city)),
            *_papers(job.city, made.problem),
            *_remedies(problem, solution),
        ),
    )


def _look_at(issues: Any) -> tuple[Table, ...]:
    """Return what a person should look at in the bases as they were sent; nothing without any."""
    columns = (Column("cell", "Row of the workbook"), Column("wrong", "Look at"), Column("remedy", "What to do"))
    rows = tuple((issue.where, issue.wrong, issue.remedy) for issue in issues)
    return (Table("look-at", "Bases to look at", columns, rows, "Planned as they stand."),) if rows else ()


def _papers(city: Any, problem: Any) -> tuple[Table, ...]:
    """Return the example's places and money beside the council's papers; nothing for any other city.

    The example is made up save for the papers' own totals, so it is known by having exactly as many places as they.
    """
    from data.synthetic import papers

    bought = sum(base.commissioned[0] for base in problem.bases if not base.candidate and not base.special_school)
    if not city.fictional or bought != sum(papers.PLACES.values()):
        return ()
    return (importlib.import_module("scenarios.tables").control_totals(problem, papers.PLACES, papers.COSTS),)


def _remedies(problem: Any, solution: Any) -> tuple[Table, ...]:
    """Return the cheapest change that places each pupil without a base, each proved by planning again.

    A plan of many years takes too long to make again for each change, so there only “Why?” works one out.
    """
    explain = importlib.import_module("optimiser.places").explain
    quick = problem.years <= YEARS
    out = list(dict.fromkeys(each.pupil for each in solution.unplaced)) if quick else []
    rows: list[tuple[Cell, ...]] = []
    began = time.monotonic()
    for pupil in out[:MOST_REMEDIES]:
        if rows and time.monotonic() - began > REMEDY_SECONDS:
            break
        found = explain(problem, solution, about=pupil).remedies
        best = found[0] if found else None
        if best is None:
            rows.append((pupil, "None found: no base that could take the pupil has room to grow", None, None))
        else:
            rows.append((pupil, best.sentence, best.cost, best.proved))
    columns = (
        Column("pupil", "Pupil"), Column("change", "The cheapest change that gives a base"),
        Column("cost", "The plan then costs more by", Kind.PENCE), Column("proved", "Proved", Kind.YES_NO),
    )  # fmt: skip
    note = f"{len(rows)} of {len(out)} worked out here; a minus means cheaper. “Why?” works out any other."
    return (Table("remedies", "What would place them", columns, tuple(rows), note),) if rows else ()


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
    still = sum(1 for each in solution.bases if each.open[last])
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
        Headline(shown.noun(still, "base open", "bases open"), f"{still:,}", f"in {problem.year_names[last]}"),
        Headline(
            "middle journey", shown.minutes(journeys[len(journeys) // 2] if journeys else 0),
            f"longest {shown.minutes(journeys[-1] if journeys else 0)}, one way",
        ),
    ]  # fmt: skip


def changes_of(options: Any, problem: Any) -> tuple[Any, ...]:
    """Return the scenario's changes from plain options; raises CannotPlan for one that cannot be read."""
    module = importlib.import_module("scenarios.changes.places")
    found = []
    for told in options.get("changes", []):
        try:
            found.append(_change(module, problem, dict(told)))
        except (KeyError, TypeError, ValueError) as wrong:
            raise CannotPlan("One of the changes could not be read. Choose it again on the scenario page.") from wrong
    return tuple(found)


def _change(module: Any, problem: Any, told: dict[str, Any]) -> Any:
    if told["do"] == "close":
        winding = module.Winding[told.get("winding", "TOGETHER")]
        return module.CloseBase(str(told["base"]), int(told.get("year", 0)), winding)
    if told["do"] == "resize":
        return module.ResizeBase(str(told["base"]), int(told["places"]), int(told.get("year", 0)))
    if told["do"] == "stop":
        return module.StopAdmitting(str(told["base"]), int(told.get("year", 0)))
    if told["do"] == "open":
        return module.OpenBase(str(told["base"]), int(told.get("year", 0)))
    if told["do"] == "designate":
        needs = tuple(each.strip() for each in str(told["needs"]).split(",") if each.strip())
        return module.Redesignate(str(told["base"]), needs, children_stay=bool(told.get("stay", True)))
    if told["do"] == "hub":
        return _hub(problem, told)
    raise ValueError(told["do"])


def _hub(problem: Any, told: dict[str, Any]) -> Any:
    """Return the opening of a hub at the school of a base, with that base's prices."""
    library = importlib.import_module("scenarios.library")
    host = problem.base[str(told["base"])]
    needs = tuple(each.strip() for each in str(told["needs"]).split(",") if each.strip())
    if not needs:
        raise ValueError("needs")
    return library.hub(
        f"{host.id}-hub", host, place=host.place, area=host.area, needs=needs, places=int(told["places"]),
        year=int(told.get("year", 0)),
    )  # fmt: skip


def ask_closure(job: Job) -> Asked:
    """Return a scenario's problem, compared with things as they are; raises CannotPlan when the changes clash.

    Options: ``changes``, a list of {"do": "close", "base": …, "year": …, "winding": …} and the like; ``choose``, how
    many bases the optimiser is to choose for closing, with ``limits`` on what it may choose; ``study``, what to look
    into further (see ``studies``); ``on``, the day from which the statutory steps run.
    """
    scenarios = importlib.import_module("scenarios.scenario")
    now = ask_places(_as_before(job))
    scenario = scenarios.Scenario(job.title, changes_of(job.options, now.problem))
    try:
        variant = scenarios.apply(now.problem, scenario)
    except scenarios.Clash as clash:
        raise CannotPlan(str(clash)) from clash
    variant = limited(variant, dict(job.options.get("limits", {})))
    choose = int(job.options.get("choose", 0))
    if choose:
        policy = replace(variant.policy, max_closures=choose, min_closures=choose)
        variant = replace(variant, policy=policy)
    baseline = _baseline(now, job)
    looked = studies.Looked()

    def solve(problem: Any, *, progress: Any, **more: Any) -> Any:
        nonlocal looked
        ends = time.monotonic() + job.seconds
        result = now.optimiser.solve(problem, progress=progress, **more)
        if result.solution is not None and not job.keep_only:
            looked = studies.look(job, now.problem, problem, scenario, result.solution, progress, ends=ends)
        return result

    return replace(
        now,
        problem=variant,
        draw=lambda problem, solution: _map(job, now.problem, baseline, problem, solution, now.points),
        headlines=lambda problem, solution, tables: _scenario_headlines(now.problem, baseline, problem, solution),
        more_tables=lambda problem, solution: (
            *_comparison(job, now.problem, baseline, problem, solution, scenario.sentences),
            *looked.tables,
            *effects.tables(job, now.problem, baseline, problem, solution),
        ),
        files=lambda problem, solution: [
            *looked.files,
            effects.consultation(job, now.problem, baseline, problem, solution, scenario.sentences, looked),
        ],
        solve=solve,
    )


def _as_before(job: Job) -> Job:
    """Return the job with the years of the plan that it follows, so that the two can be compared."""
    text = job.before.get("places.solution.json")
    if text is None:
        return job
    module = importlib.import_module("optimiser.places.solution")
    years = len(codec.from_json(module.Solution, text).bases[0].open)
    return replace(job, options={**job.options, "years": years})


def limited(problem: Any, told: dict[str, Any]) -> Any:
    """Return the problem with the limits on a choice of closures that a person set; raises CannotPlan.

    ``minutes`` is the longest journey, ``moves`` the most pupils who move, ``places`` the least places to close,
    ``sole`` protects sole providers, and ``cells`` are (area, need) that keep at least one place.
    """
    module = importlib.import_module("optimiser.places.problem")
    changes: dict[str, Any] = {}
    try:
        if told.get("minutes"):
            changes["travel_limit"] = int(told["minutes"]) * 60
        if told.get("moves") not in (None, ""):
            changes["max_moves"] = int(told["moves"])
        if told.get("places"):
            changes["remove_places"] = int(told["places"])
        if told.get("sole"):
            changes["protect_sole_providers"] = True
        if told.get("cells"):
            changes["never_to_zero"] = tuple(module.Cell(str(area), str(need)) for area, need in told["cells"])
    except (TypeError, ValueError) as wrong:
        raise CannotPlan("One of the limits could not be read. Set it again on the closures page.") from wrong
    return replace(problem, policy=replace(problem.policy, **changes)) if changes else problem


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


def _map(job: Job, one: Any, baseline: Any, problem: Any, solution: Any, points: Any) -> str:
    drawer = importlib.import_module("maps.comparison")
    return str(drawer.draw((one, baseline), (problem, solution), points=points, title=job.title, notice=job.notice))


def _scenario_headlines(one: Any, baseline: Any, problem: Any, solution: Any) -> list[Headline]:
    found = effects.compared(Job("closure", "", b""), one, baseline, problem, solution)
    closed = [each.base for each in solution.bases if not each.open[-1] and baseline.base[each.base].open[-1]]
    saving = sum(found.yearly_saving)
    without = left_out(problem, solution)
    return [
        Headline(
            shown.noun(len(closed), "base that closes", "bases that close"), f"{len(closed):,}", ", ".join(closed[:4])
        ),
        Headline(
            shown.noun(len(found.moved), "pupil whose base changes", "pupils whose base changes"),
            f"{len(found.moved):,}", f"of {len(found.children):,} at the end",
        ),
        Headline(
            "worse off by over 15 minutes", f"{found.worse_off:,}", "each way",
            "good" if not found.worse_off else "bad",
        ),
        Headline(
            "saved over the plan" if saving >= 0 else "dearer over the plan", shown.pounds(abs(saving)),
            f"{len(problem.year_names)} years, transport counted", "good" if saving >= 0 else "bad",
        ),
        Headline(
            shown.noun(without, "pupil without a base", "pupils without a base"), f"{without:,}",
            f"{left_out(one, baseline):,} now",
        ),
    ]  # fmt: skip


def _comparison(
    job: Job, one: Any, baseline: Any, problem: Any, solution: Any, sentences: tuple[str, ...]
) -> tuple[Table, ...]:
    found = effects.compared(job, one, baseline, problem, solution)
    kinds = {"pence": Kind.PENCE, "seconds": Kind.SECONDS}
    columns = (
        Column("measure", "Figure"),
        Column("before", "As things are"),
        Column("after", "In this scenario"),
        Column("change", "Change"),
    )
    rows = []
    for each in found.measures:
        values, kind = (each.before, each.after, each.change), kinds.get(each.unit, Kind.COUNT)
        rows.append((each.name, *(shown.cell(value, kind, shown.large(values)) for value in values)))
    what = Table(
        "changes", "What this scenario changes", (Column("change", "Change"),),
        tuple((text,) for text in effects.proposed(job, problem, baseline, solution, sentences)),
    )  # fmt: skip
    measures = Table(
        "measures", "Compared with things as they are", columns, tuple(rows), "Money over every year of the plan."
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
