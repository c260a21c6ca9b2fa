"""Quick questions of the transport desk: a child to add, an operator who drops out, lots and bids, paper for crews."""

import importlib
import json
from typing import Any

from optimiser.core.table import Cell, Column, Kind, Table
from service.answers import Answer, NoAnswer
from service.optimisers.variants import MOST


def add(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say every way to carry a child who is not in the plan yet, the cheapest first; nothing is changed."""
    insertion = importlib.import_module("optimiser.routes.insertion")
    asked, child = _with_child(arguments["pupil"], records)
    options = insertion.options_for(asked, solution, child, most=MOST)
    blocks = insertion.blocks_for(asked, solution, child)
    rows = tuple(_option(asked, number, option) for number, option in enumerate(options, start=1))
    columns = (
        Column("rank", "Rank", Kind.COUNT), Column("how", "How"), Column("ride", "Rides (minutes)"),
        Column("aboard", "Children aboard already", Kind.COUNT),
        Column("added", "Longest added for one of them", Kind.SECONDS),
        Column("who", "Who rides longer"), Column("guide", "Guide"), Column("fit", "Equipment"),
        Column("day", "A day", Kind.PENCE), Column("year", "A year", Kind.PENCE),
    )  # fmt: skip
    ways = Table("ways", f"Ways to carry {child}, the cheapest first", columns, rows, "Nothing is changed by looking.")
    why = Table(
        "blocks",
        "Runs of the school that would not do, and why",
        (Column("run", "Run"), Column("rule", "Rule"), Column("sentence", "Why not")),
        tuple((each.run, each.rule, each.sentence) for each in blocks),
    )
    words = f"{len(options)} ways to carry {child}. The cheapest is {_pounds(options[0].day)} a day." if options else ""
    if not options:
        words = f"No run and no new vehicle would do for {child} in every direction. The rules in the way are below."
    tables = tuple(table for table in (ways, why) if table.rows)
    return Answer(words, (), tables, {"ways": [option.sentence for option in options]})


def _with_child(told: dict[str, Any], records: bytes) -> tuple[Any, str]:
    """Return the routes problem of the city with one more pupil, and the pupil's reference."""
    from data.problems import routes as facts
    from data.records import City
    from data.records.pupils import Pupil
    from service.optimisers.jobs import CannotPlan
    from service.optimisers.transport import built

    city = City.model_validate_json(records)
    pupil = Pupil.model_validate(told)
    others = tuple(each for each in city.pupils if each.id != pupil.id)
    try:
        made = built(facts.build, city.model_copy(update={"pupils": (*others, pupil)}))
    except CannotPlan as reason:
        raise NoAnswer(str(reason)) from reason
    if pupil.id not in made.problem.child:
        issue = next((each for each in made.left_out if each.wrong.startswith(f"{pupil.id} ")), None)
        raise NoAnswer(f"{issue.wrong}. {issue.remedy}." if issue else f"{pupil.id} cannot be planned.")
    return made.problem, pupil.id


def _option(problem: Any, number: int, option: Any) -> tuple[Cell, ...]:
    seats = option.seatings
    longer = {who: more for seat in seats for who, more in seat.added if more > 0}
    worst = max(longer.values(), default=0)
    told = ", ".join(f"{who} {more // 60 + (more % 60 > 0)} min" for who, more in sorted(longer.items()))
    aboard = len({who for seat in seats for who, _ in seat.added})
    rides = " and ".join(f"{round(seat.ride / 60)}" for seat in seats)
    guide = "; ".join(sorted({seat.guide for seat in seats}))
    fit = "; ".join(sorted({seat.equipment for seat in seats}))
    return (number, option.sentence, rides, aboard, worst, told or "nobody", guide, fit, option.day, option.year)


def _pounds(pence: int) -> str:
    from service.shown import pounds

    return pounds(pence)


def withdraw(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say whom an operator strands, who is covered by whom in order of need, and what must be bought."""
    module = importlib.import_module("optimiser.routes.withdrawal")
    operator = str(arguments["operator"])
    if operator not in problem.operator:
        raise NoAnswer(f"There is no operator {operator}. Choose one from the list.")
    found = module.withdraw(problem, solution, operator=operator)
    left = sorted({each.child for each in found.plan.unserved} - {each.child for each in solution.unserved})
    stranded = Table(
        "stranded",
        "Children whom nobody could carry until something is bought",
        (Column("child", "Child"), Column("school", "School"), Column("seat", "Travels in")),
        tuple((each, problem.child[each].school, problem.child[each].seat.value) for each in left),
    )
    buy = Table(
        "buy",
        "What must be bought or hired",
        (Column("what", "A vehicle with"), Column("count", "How many", Kind.COUNT)),
        tuple(found.to_buy),
    )
    carried = len(found.stranded) - len(left)
    words = (
        f"{len(found.stranded)} children lose their vehicle if {operator} withdraws; the other operators could carry "
        f"{carried} of them with what they have, {_pounds(found.more)} a day dearer, and {len(left)} would be without."
    )
    tables = (module.withdrawal_table(found), buy, stranded)
    return Answer(words, (), tuple(table for table in tables if table.rows), {"operator": operator})


def lots(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say which operator wins each lot at the least price, within each one's vehicles and the change allowed."""
    module = importlib.import_module("optimiser.routes.model.lots")
    found = module.lots_by_school(problem, solution, most=int(arguments.get("most", 15)))
    bids = tuple(_bid(module, line, {lot.id for lot in found}) for line in arguments["bids"])
    caps = {each.id: each.cap for each in problem.operators if each.cap is not None}
    most = arguments.get("changed")
    award = module.award(found, bids, caps, most_changed=None if most in (None, "") else int(most))
    words = f"{len(award.taken)} of {len(found)} lots are let for {_pounds(award.day)} a day."
    more = [f"No choice of these bids that lets as many lots costs less than {_pounds(award.bound)} a day."]
    if award.unlet:
        more.append(f"Nobody wins: {', '.join(award.unlet)}. Ask for more bids, or raise a cap.")
    return Answer(words, tuple(more), (module.award_table(found, bids, award),))


def _bid(module: Any, line: str, known: set[str]) -> Any:
    parts = [part.strip() for part in line.replace(";", ",").split(",")]
    try:
        operator, lot, price = parts
        pence = round(float(price.replace("£", "")) * 100)
    except ValueError as wrong:
        raise NoAnswer(f"The bid “{line[:60]}” could not be read. Write operator, lot, pounds a day.") from wrong
    if lot not in known:
        raise NoAnswer(f"There is no lot {lot[:40]}. Take the lots from the table above.")
    if pence < 0:
        raise NoAnswer(f"The bid “{line[:60]}” is below nought. Write pounds a day.")
    return module.Bid(operator, lot, pence)


def sheets(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Make run sheets, the guide roster or the call list as a print page or PDF, with this morning's cover applied."""
    paper = importlib.import_module("data.writing.runsheets")
    pdf = importlib.import_module("data.writing.pdf")
    plan = _cover(problem, solution, [str(each) for each in arguments.get("away", ())])
    notice = str(arguments["notice"])
    wanted = [run for run in arguments.get("runs", ()) if run in problem.run] or None
    what = arguments.get("what", "sheets")
    if what == "calls":
        if plan is None:
            raise NoAnswer("Say who is away first: the call list follows from the cover.")
        page = paper.call_list(plan, day=problem.day, notice=notice)
    elif what == "roster":
        page = paper.guide_roster(problem, solution, notice=notice)
    else:
        needs = _needs(paper, records)
        drawn = _sketches([problem.run[each] for each in wanted] if wanted else problem.runs, records)
        page = paper.run_sheets(problem, solution, needs=needs, runs=wanted, plan=plan, sketches=drawn, notice=notice)
    if arguments.get("form") != "pdf":
        return Answer("Ready to print.", paper=page.encode("utf-8"))
    try:
        return Answer("Ready to print.", paper=pdf.as_pdf(page))
    except pdf.NoPdf as reason:
        raise NoAnswer(str(reason)) from reason


def as_pdf(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Make a tagged PDF of a print page that a plan left."""
    pdf = importlib.import_module("data.writing.pdf")
    try:
        return Answer("Ready to print.", paper=pdf.as_pdf(str(arguments["page"])))
    except pdf.NoPdf as reason:
        raise NoAnswer(str(reason)) from reason


def _sketches(runs: Any, records: bytes) -> dict[str, str]:
    """Return a drawing of the way of each run, by run id."""
    from data.problems import points
    from data.records import City
    from service import travelling

    return travelling.sketches(runs, points(City.model_validate_json(records)))


def _cover(problem: Any, solution: Any, away: list[str]) -> Any:
    if not away:
        return None
    module = importlib.import_module("optimiser.guides.cover")
    desk = importlib.import_module("optimiser.guides.desk")
    known = tuple(desk.Absence(each) for each in away if each in problem.guide)
    return module.cover(problem, solution, desk.Desk(absences=known))


def _needs(paper: Any, records: bytes) -> dict[str, Any]:
    """Return what a crew may know of each child: reference, door, equipment and what the guide must be trained in."""
    found = {}
    for pupil in json.loads(records).get("pupils", []):
        chair = pupil.get("wheelchair") or "no"
        things = [*([f"wheelchair: {chair}"] if chair != "no" else []), *(pupil.get("equipment") or ())]
        know = [f"guide trained in {each}" for each in pupil.get("competences") or ()]
        know += ["travels alone"] if pupil.get("sole") else []
        know += [f"not with {each}" for each in pupil.get("apart") or ()]
        where = pupil.get("point") if pupil.get("door") == "point" and pupil.get("point") else pupil.get("postcode")
        found[pupil["id"]] = paper.CrewNeeds(pupil["id"], where or "", ", ".join(things), ", ".join(know))
    return found


VERBS = {"add": add, "withdraw": withdraw, "lots": lots, "sheets": sheets, "pdf": as_pdf}
