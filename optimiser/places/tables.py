"""A plan as tables: the bill, the bases, the children's moves, who has no base, and what was allowed at a price."""

from collections.abc import Iterable

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.places import costing
from optimiser.places.costing import MONEY, Costs
from optimiser.places.problem import BaseStatus, Problem, Pupil
from optimiser.places.rules import attended
from optimiser.places.solution import Solution
from optimiser.places.verifier import verify

KINDS: dict[str, str] = {
    "places": "Commissioned places",
    "extra_places": "Extra places",
    "fixed": "Running the bases",
    "opening": "Opening bases, spread over their life",
    "closing": "Closing bases",
    "top_up": "Top-up",
    "core": "Core funding",
    "transport": "Transport",
    "outside": "Places elsewhere",
    "moves": "Moves before the end of a phase",
    "preferences": "Families' choices met",
    "siblings": "Siblings together",
    "out_of_area": "Out of area",
    "quality": "Quality",
    "minutes": "Minutes travelled",
    "named": "Named base not given",
    "over_places": "Pupils above the places bought",
    "viability": "Bases below their viable number",
    "unplaced": "Without a base",
}
"""What each kind of cost is called; the first nine are money, the rest are prices put on what matters."""


def report(problem: Problem, solution: Solution) -> tuple[Table, ...]:
    """Return the whole plan as tables."""
    return (
        bill(problem, solution),
        empty(problem, solution),
        bases(problem, solution),
        provision(problem, solution),
        placements(problem, solution),
        unplaced(problem, solution),
        breaches(problem, solution),
    )


def bill(problem: Problem, solution: Solution) -> Table:
    """Return the cost by kind and year, money first, with the basis in the note."""
    years = costing.yearly(problem, solution)
    columns = [Column("kind", "Cost"), Column("money", "Paid in money", Kind.YES_NO)]
    columns += [Column(f"year_{row}", name, Kind.PENCE) for row, name in enumerate(problem.year_names)]
    columns.append(Column("total", "All years", Kind.PENCE))
    rows = [_kind_row(kind, years) for kind in KINDS if any(getattr(each, kind) for each in years)]
    spent = [each.money for each in years]
    rows.append(("Money in all", True, *spent, sum(spent)))
    every = [each.total for each in years]
    rows.append(("Money and prices in all", False, *every, sum(every)))
    note = f"Place rates {problem.prices.label}. Transport: {problem.travel.source}."
    return Table("bill", "What it costs", tuple(columns), tuple(rows), note)


def empty(problem: Problem, solution: Solution) -> Table:
    """Return, year by year, places bought and not filled, what they cost, and what they would at the national rates."""
    columns = (
        Column("year", "Year"), Column("bought", "Places", Kind.COUNT), Column("filled", "Filled", Kind.COUNT),
        Column("empty", "Empty", Kind.COUNT), Column("paid", "Paid for the empty", Kind.PENCE),
        Column("each", "An empty place, on average", Kind.PENCE),
        Column("national", "The empty at the national rate", Kind.PENCE),
        Column("less", "Less if they were filled", Kind.PENCE),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for year, name in enumerate(problem.year_names):
        rolls = costing.rolls_in(solution, year)
        bought = filled = paid = 0
        for base in problem.bases:
            if solution.open_in(base.id, year):
                places = base.commissioned[year] + solution.base[base.id].extra[year]
                taken = min(places, rolls.get(base.id, 0))
                bought, filled = bought + places, filled + taken
                paid += (places - taken) * costing.standing_rate(base)
        spare = bought - filled
        mean = round(paid / spare) if spare else None
        rows.append((name, bought, filled, spare, paid, mean, spare * NATIONAL_EMPTY, spare * NATIONAL_LESS))
    return Table("empty", "An empty place against a filled one", columns, tuple(rows), EMPTY_NOTE)


NATIONAL_EMPTY, NATIONAL_FILLED = 1_000_000, 600_000
NATIONAL_LESS = NATIONAL_EMPTY - NATIONAL_FILLED
"""National place funding of a base a year, pence: a place empty at the October census, and one that is filled."""
EMPTY_NOTE = (
    "On the plan's own basis. Nationally a base is paid £10,000 for a place empty at the October census and £6,000 for "
    "a filled one, whose pupil also draws core funding, so an empty place takes more place funding than a filled one."
)


def _kind_row(kind: str, years: tuple[Costs, ...]) -> tuple[Cell, ...]:
    amounts = [int(getattr(each, kind)) for each in years]
    return (KINDS[kind], kind in MONEY, *amounts, sum(amounts))


def bases(problem: Problem, solution: Solution) -> Table:
    """Return each base in each year: open or not, places, roll, vacancies and occupancy."""
    columns = (
        Column("base", "Base"), Column("school", "School"), Column("area", "Area"), Column("needs", "Needs"),
        Column("phases", "Phases"), Column("year", "Year"), Column("state", "State"),
        Column("places", "Places", Kind.COUNT), Column("extra", "Extra places", Kind.COUNT),
        Column("roll", "Pupils", Kind.COUNT), Column("vacant", "Vacant", Kind.COUNT),
        Column("occupancy", "Occupancy", Kind.SHARE), Column("small", "Below viable number", Kind.YES_NO),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for year, name in enumerate(problem.year_names):
        rolls = costing.rolls_in(solution, year)
        for base in problem.bases:
            plan, roll = solution.base[base.id], rolls.get(base.id, 0)
            places = base.commissioned[year] if plan.open[year] else 0
            bought = places + plan.extra[year]
            state = _state(base.status, plan.open[year])
            rows.append(
                (base.id, base.school, base.area, ", ".join(base.needs), ", ".join(p.value for p in base.phases),
                 name, state, places, plan.extra[year], roll, max(0, bought - roll),
                 roll / bought if bought else None, plan.open[year] and roll < base.min_viable)
            )  # fmt: skip
    return Table("bases", "Bases year by year", columns, tuple(rows), "Occupancy is pupils over places bought.")


def _state(status: BaseStatus, is_open: bool) -> str:
    if is_open:
        return "opened" if status is BaseStatus.CANDIDATE else "open"
    return "closed" if status is not BaseStatus.CANDIDATE else "not opened"


def provision(problem: Problem, solution: Solution) -> Table:
    """Return places and pupils by area and designation in the first and the last year."""
    columns = (
        Column("area", "Area"), Column("designation", "Designation"), Column("year", "Year"),
        Column("bases", "Bases", Kind.COUNT), Column("places", "Places", Kind.COUNT),
        Column("roll", "Pupils", Kind.COUNT), Column("vacant", "Vacant", Kind.COUNT),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    cells = sorted({(base.area, ", ".join(base.needs)) for base in problem.bases})
    for year in sorted({0, problem.years - 1}):
        rolls = costing.rolls_in(solution, year)
        for area, designation in cells:
            held = [b for b in problem.bases if (b.area, ", ".join(b.needs)) == (area, designation)]
            opened = [b for b in held if solution.open_in(b.id, year)]
            places = sum(b.commissioned[year] + solution.base[b.id].extra[year] for b in opened)
            roll = sum(rolls.get(b.id, 0) for b in held)
            rows.append((area, designation, problem.year_names[year], len(opened), places, roll, max(0, places - roll)))
    return Table("provision", "Places by area and designation", columns, tuple(rows))


def placements(problem: Problem, solution: Solution) -> Table:
    """Return every stay: the pupil, where from, where to, minutes before and after, and yearly transport."""
    columns = (
        Column("pupil", "Pupil"), Column("need", "Need"), Column("area", "Home area"), Column("from_year", "From"),
        Column("to_year", "To"), Column("current", "Base now"), Column("base", "Base"),
        Column("designation_match", "Within designation", Kind.YES_NO),
        Column("journey", "Single journey", Kind.SECONDS),
        Column("journey_now", "Journey now", Kind.SECONDS), Column("longer", "Longer by", Kind.SECONDS),
        Column("transport", "Transport a year", Kind.PENCE), Column("moves", "Leaves base", Kind.YES_NO),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for stay in problem.stays:
        where = solution.at.get((stay.pupil, stay.first))
        if where is None:
            continue
        pupil, base = problem.pupil[stay.pupil], problem.base[where]
        seconds, now = int(problem.seconds(pupil, base)), seconds_now(problem, pupil)
        rows.append(
            (pupil.id, pupil.need, pupil.area, problem.year_names[stay.first], problem.year_names[stay.last],
             pupil.current or "", base.id, pupil.need in base.needs, seconds, now,
             None if now is None else seconds - now, int(problem.yearly_transport(pupil, base, stay.phase)),
             attended(problem, pupil, stay) not in (None, base.id))
        )  # fmt: skip
    return Table("placements", "Who goes where", columns, tuple(rows), f"Journeys: {problem.travel.source}.")


def seconds_now(problem: Problem, pupil: Pupil) -> int | None:
    """Return the pupil's single journey to the base attended now, seconds, or None."""
    return None if pupil.current is None else int(problem.seconds(pupil, problem.base[pupil.current]))


def unplaced(problem: Problem, solution: Solution) -> Table:
    """Return everyone without a base, the years, the reason, and the yearly cost of a place elsewhere."""
    columns = (
        Column("pupil", "Pupil"), Column("need", "Need"), Column("phase", "Phase"), Column("area", "Home area"),
        Column("from_year", "From"), Column("to_year", "To"), Column("current", "Base now"), Column("reason", "Why"),
        Column("outside", "A place elsewhere, a year", Kind.PENCE),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for each in solution.unplaced:
        pupil = problem.pupil[each.pupil]
        first, last = problem.year_names[each.first], problem.year_names[each.last]
        rows.append(
            (pupil.id, pupil.need, pupil.phase_in(each.first).value, pupil.area, first, last, pupil.current or "",
             each.reason.value, int(pupil.outside))
        )  # fmt: skip
    note = "Ask “Why?” of one pupil to see the cheapest change that would place them."
    return Table("unplaced", "Pupils without a base", columns, tuple(rows), note)


def breaches(problem: Problem, solution: Solution) -> Table:
    """Return every soft rule broken, with whom it concerns and by how much."""
    columns = (
        Column("rule", "Rule"),
        Column("subjects", "Concerns"),
        Column("sentence", "What"),
        Column("amount", "By", Kind.COUNT),
    )
    found: Iterable[tuple[Cell, ...]] = (
        (each.rule, ", ".join(each.subjects), each.sentence, each.amount)
        for each in verify(problem, solution)
        if not each.hard
    )
    return Table("breaches", "Allowed at a price", columns, tuple(found))
