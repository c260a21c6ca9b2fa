"""Quick questions of the places desk: the Tuesday quote, and a decision opened again."""

import importlib
from datetime import date
from typing import Any

from optimiser.core import codec
from optimiser.core.table import Column, Kind, Table
from service.answers import Answer
from service.shown import day


def quote(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say which bases could take a pupil, ranked, with the place and the transport priced together.

    ``routes`` among the arguments holds the live routes' problem and solution as text; ``decision`` an earlier decision
    as plain data, which is set beside what would be said now.
    """
    case = importlib.import_module("scenarios.case")
    tables = importlib.import_module("scenarios.tables")
    found = case.quote(
        problem, solution, str(arguments["pupil"]), on=date.fromisoformat(str(arguments["on"])),
        routes=_routes(arguments.get("routes")),
    )  # fmt: skip
    words = f"{len(found.lines)} bases could be considered."
    more = (f"Costs: {found.basis}.", f"Transport: {found.routes}.")
    save = {"quote": codec.encode(found)}
    if arguments.get("decision") is None:
        return Answer(words, more, (tables.lines(found),), save)
    decision = codec.decode(case.Decision, arguments["decision"])
    changed = case.reopened(decision, found) or ("It would be seen just as it was then.",)
    then = tables.lines(decision.quote)
    seen = Table("then", f"As it was seen on {day(decision.quote.on)}", then.columns, then.rows, then.note)
    return Answer(words, (*more, *changed), (seen, tables.lines(found)), save)


def decide(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Keep what was decided for a pupil, with every line and reason shown at the time."""
    case = importlib.import_module("scenarios.case")
    heard = codec.decode(case.Quote, arguments["quote"])
    chosen = str(arguments.get("chosen") or "") or None
    made = case.decide(heard, chosen, reasons=tuple(str(each) for each in arguments.get("reasons", ())))
    columns = (Column("base", "Base"), Column("seen", "What was said against it"))
    table = Table("seen", "Shown at the time", columns, made.seen)
    return Answer("The decision is kept.", (), (table,), {"decision": codec.encode(made)})


def city(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say what a closure costs the live routes, what is saved net of it, and whom the locality team should meet."""
    runner = importlib.import_module("scenarios.runner")
    module = importlib.import_module("scenarios.city")
    places = importlib.import_module("optimiser.places")
    scenario = importlib.import_module("scenarios.scenario").Scenario("The closure")
    solution_type = importlib.import_module("optimiser.places.solution").Solution
    problem_type = importlib.import_module("optimiser.places.problem").Problem
    one = _problem(problem_type, arguments["baseline"][0])
    plan = codec.from_json(solution_type, arguments["baseline"][1])
    routes = _routes(arguments["routes"])
    before = runner.Outcome(runner.BASELINE, one, _judged(places, one, plan))
    found = module.carry(before, runner.Outcome(scenario, problem, _judged(places, problem, solution)), routes)
    rows = tuple(
        (name, int(places_saving), int(places_saving - net), int(net))
        for name, places_saving, net in zip(
            one.year_names, found.saving_before_transport, found.net_saving, strict=True
        )
    )
    money = Table(
        "net", "Saved each year, net of transport on the live routes",
        (Column("year", "Year"), Column("places", "Saved before transport", Kind.PENCE),
         Column("transport", "Transport costs more by", Kind.PENCE), Column("net", "Net", Kind.PENCE)),
        rows, "A minus means dearer.",
    )  # fmt: skip
    return Answer(
        f"{found.comparison.worse_off} children would be worse off by more than 15 minutes each way.",
        (
            f"{len(found.comparison.moved)} children are displaced. {len(found.not_in_routes)} do not ride today and "
            f"are priced by distance; {len(found.not_carried)} could not be carried by any run or new vehicle. "
            f"{len(found.without_base)} are left without a base: their transport is not counted as saved.",
        ),
        (money, _meetings(found), _longer(found)),
    )


def _meetings(found: Any) -> Table:
    columns = (
        Column("child", "Pupil"), Column("area", "Home area"), Column("need", "Need"), Column("leaves", "Leaves"),
        Column("joins", "Joins"),
    )  # fmt: skip
    rows = tuple((m.child, m.area, m.need, m.leaves, m.joins or "no base") for m in found.meetings)
    return Table("meetings", "For the locality team's meetings", columns, rows, "One row for each displaced child.")


def _longer(found: Any) -> Table:
    columns = (Column("child", "Child"), Column("longer", "Rides longer by", Kind.SECONDS))
    return Table("longer", "Children whose ride grows", columns, tuple((c, int(s)) for c, s in found.rides_longer))


def _judged(places: Any, problem: Any, solution: Any) -> Any:
    from optimiser.core.result import Result, Status

    costing = importlib.import_module("optimiser.places.costing")
    cost = int(costing.cost(problem, solution))
    return Result(Status.FEASIBLE, solution, cost, None, places.verify(problem, solution), 0)


def _routes(told: Any) -> Any:
    if not told:
        return None
    problem_type = importlib.import_module("optimiser.routes.problem").RoutesProblem
    solution_type = importlib.import_module("optimiser.routes.solution").RoutesSolution
    return _problem(problem_type, told[0]), codec.from_json(solution_type, told[1])


def _problem(kind: Any, text: str) -> Any:
    """Return a problem that a plan left, its travel worked out again where only the recipe was kept."""
    return importlib.import_module("data.travel.recipes").from_text(kind, text)


VERBS = {"quote": quote, "decide": decide, "city": city}
