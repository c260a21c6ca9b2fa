"""Rehearsals of bad weeks: September, September 2020, an operator's collapse, January flu, with what to fix first."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.core.table import Column, Kind, Table
from optimiser.guides.absence import AbsenceModel
from optimiser.guides.cover import cover
from optimiser.guides.desk import Absence, CoverPlan, Desk, Failure
from optimiser.guides.problem import GuidesProblem, Need, Run
from optimiser.guides.solution import GuidesSolution

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

CHILDREN_IN_AUGUST_2021 = 848
"""Children of the operator dropped two weeks before term, as reported in August 2021."""
CITY = 4_250
"""Children on vehicles in the city, 2018/19."""
CANCELLED_IN_2020 = 0.04
"""Share of 757 routes cancelled a day by the main operator, as the council wrote in September 2020."""


@dataclass(frozen=True)
class Week:
    """What a bad week is made of, a day each: shares of guides away, vehicles failed, addresses wrong, rolls late."""

    name: str
    away: tuple[float, ...]
    vehicles: float = 0.0
    wrong_addresses: float = 0.0
    late_rolls: float = 0.0
    flu: float = 0.0
    """Coefficient of variation of the shared day factor."""


SEPTEMBER = Week("Rehearse September", (0.09,) * 5, wrong_addresses=0.04, late_rolls=0.03)
SEPTEMBER_2020 = Week(
    "September 2020: the opening week", (0.09,) * 5, vehicles=CANCELLED_IN_2020, wrong_addresses=0.04, late_rolls=0.05
)
JANUARY_FLU = Week("January flu: guide absence doubles for a week", (0.14, 0.14, 0.14, 0.14, 0.14), flu=0.35)
READY = (SEPTEMBER, SEPTEMBER_2020, JANUARY_FLU)
AUGUST_2021 = "august-2021"
SCENARIOS = {
    "september": SEPTEMBER.name,
    "september-2020": SEPTEMBER_2020.name,
    AUGUST_2021: "August 2021: the operator of a fifth of the children stops two weeks before term",
    "january-flu": JANUARY_FLU.name,
}
"""Ready scenarios by the word that asks for one, with what each is called."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Something to put right, with the children it touched in the week."""

    what: str
    children: int


@dataclass(frozen=True)
class Rehearsal:
    """A week played through: the desk's answer a day, children with a wrong address or a late roll, what to fix."""

    name: str
    plans: tuple[CoverPlan, ...]
    away: tuple[int, ...]
    cancelled_children: tuple[int, ...]
    wrong_addresses: tuple[str, ...]
    late_rolls: tuple[str, ...]
    fixes: tuple[Fix, ...]


def rehearse(problem: GuidesProblem, solution: GuidesSolution, week: Week, *, seed: int = 0) -> Rehearsal:
    """Return a week played through day by day with drawn absences and failures; the same seed, the same week."""
    rng = np.random.default_rng(seed)
    guides = [guide.id for guide in problem.guides]
    children = sorted({child for run in problem.runs for child in run.children})
    wrong = _some(rng, children, week.wrong_addresses)
    late = _some(rng, [child for child in children if child not in wrong], week.late_rolls)
    vehicles = sorted({run.vehicle for run in problem.runs if run.vehicle})
    plans, away_counts, lost = [], [], []
    for share in week.away:
        model = AbsenceModel({}, share, flu=week.flu)
        gone = model.draw(guides, days=1, seed=int(rng.integers(2**31)))[0]
        away = [guide for guide, is_gone in zip(guides, gone, strict=True) if is_gone]
        failed = _some(rng, vehicles, week.vehicles)
        desk = Desk(tuple(Absence(each) for each in away), tuple(Failure(each, "driver") for each in failed))
        plan = cover(problem, solution, desk, seed=seed)
        plans.append(plan)
        away_counts.append(len(away))
        lost.append(sum(len(problem.run[gap.run].stops) for gap in plan.cancelled))
    fixes = _fixes(problem, plans, wrong, late)
    return Rehearsal(week.name, tuple(plans), tuple(away_counts), tuple(lost), tuple(wrong), tuple(late), fixes)


def play(problem: GuidesProblem, solution: GuidesSolution, what: str, *, seed: int = 0) -> tuple[Table, ...]:
    """Return a ready scenario played through as tables.

    Raises ValueError for a word that names none, with those that do, and where nobody's operator is known.
    """
    if what not in SCENARIOS:
        raise ValueError(f"there is no scenario {what}: choose {', '.join(SCENARIOS)}")
    if what == AUGUST_2021:
        operators = august_2021(problem)
        if not operators:
            raise ValueError("no run says who operates it: fill in the Operators and Vehicles sheets")
        return collapse_tables(collapse(problem, solution, operators, seed=seed))
    week = next(each for each in READY if each.name == SCENARIOS[what])
    return rehearsal_tables(problem, rehearse(problem, solution, week, seed=seed))


def _some(rng: np.random.Generator, things: Sequence[str], share: float) -> list[str]:
    count = round(len(things) * share)
    return sorted(str(each) for each in rng.choice(list(things), count, replace=False)) if count else []


def _fixes(problem: GuidesProblem, plans: Sequence[CoverPlan], wrong: list[str], late: list[str]) -> tuple[Fix, ...]:
    found: Counter[str] = Counter()
    words = {
        "competence-valid": "Train more guides in {what}",
        "reach-first-stop": "Place standby guides nearer area {area}",
        "one-run-at-a-time": "Have more standby guides",
        "guide-present": "Hold spare vehicles in area {area}",
    }
    for plan in plans:
        for gap in plan.cancelled:
            run = problem.run[gap.run]
            what = ", ".join(sorted(run.competences)) or "what the run needs"
            found[words[gap.rule].format(what=what, area=run.area or "unknown")] += len(run.stops)
        found["Tell families sooner who will ride"] += len(plan.calls)
    if wrong:
        found["Check addresses with families before term"] += len(wrong) * len(plans)
    if late:
        found["Get rolls from schools before the last week of August"] += len(late) * len(plans)
    return tuple(
        Fix(what, count) for what, count in sorted(found.items(), key=lambda each: (-each[1], each[0])) if count
    )


@dataclass(frozen=True, slots=True)
class Lot:
    """A run that lost its operator and nobody could take, with the vehicle to buy and why it goes first."""

    run: str
    children: int
    vehicle: str
    first: str


@dataclass(frozen=True)
class Collapse:
    """An operator gone: who is stranded, what the rest can take at once, and what to buy in order of urgency."""

    operators: tuple[str, ...]
    children: int
    runs: int
    plan: CoverPlan
    to_buy: tuple[Lot, ...]
    still_stranded: int


def operators_with(problem: GuidesProblem, *, children: int) -> tuple[str, ...]:
    """Return the fewest operators, largest first, that together carry at least so many children."""
    carried = {
        operator: {child for run in problem.runs if run.operator == operator for child in run.children}
        for operator in {run.operator for run in problem.runs if run.operator}
    }
    chosen: list[str] = []
    reached: set[str] = set()
    for operator in sorted(carried, key=lambda each: (-len(carried[each]), each)):
        if len(reached) >= children:
            break
        chosen.append(operator)
        reached |= carried[operator]
    return tuple(chosen)


def august_2021(problem: GuidesProblem) -> tuple[str, ...]:
    """Return the operators to remove so that as large a share as in August 2021 is stranded (848 of 4,250)."""
    everyone = {child for run in problem.runs for child in run.children}
    return operators_with(problem, children=math.ceil(len(everyone) * CHILDREN_IN_AUGUST_2021 / CITY))


def collapse(problem: GuidesProblem, solution: GuidesSolution, operators: Sequence[str], *, seed: int = 0) -> Collapse:
    """Return what happens when operators vanish: spare vehicles and seats of the others first, then what to buy.

    Raises ValueError for an operator that no run uses.
    """
    unknown = sorted(set(operators) - {run.operator for run in problem.runs})
    if unknown:
        raise ValueError(f"no run is operated by {', '.join(unknown)}: check the operators' names")
    gone = [run for run in problem.runs if run.operator in set(operators)]
    others = replace(
        problem,
        spare_vehicles=tuple(each for each in problem.spare_vehicles if each.operator not in set(operators)),
        second_crews=tuple(each for each in problem.second_crews if each.operator not in set(operators)),
    )
    failures = tuple(Failure(vehicle, "operator") for vehicle in sorted({run.vehicle for run in gone}))
    plan = cover(others, solution, Desk(failures=failures), seed=seed)
    left = [problem.run[gap.run] for gap in plan.cancelled]
    lots = sorted((_lot(run) for run in left), key=lambda lot: (_URGENCY.index(lot.first), -lot.children, lot.run))
    stranded = {child for run in gone for child in run.children}
    still = {child for run in left for child in run.children}
    return Collapse(tuple(operators), len(stranded), len(gone), plan, tuple(lots), len(still))


_URGENCY = ("medical plan aboard", "wheelchair", "sole transport", "guide required", "others")


def _lot(run: Run) -> Lot:
    size = len(run.stops)
    vehicle = "taxi, 1 to 4 seats" if size <= 4 else "MPV, 5 to 7 seats" if size <= 7 else "minibus, 8 to 16 seats"
    if run.wheelchairs:
        vehicle = f"tail-lift vehicle, {size} seats with {run.wheelchairs} wheelchair spaces"
    marks = (run.medical > 0, run.wheelchairs > 0, size == 1, run.need is Need.REQUIRED, True)
    return Lot(run.id, size, vehicle, next(word for word, mark in zip(_URGENCY, marks, strict=True) if mark))


def rehearsal_tables(problem: GuidesProblem, rehearsal: Rehearsal) -> tuple[Table, ...]:
    """Return the week day by day and the fixes ranked by children."""
    required = sum(run.need is Need.REQUIRED for run in problem.guided)
    rows = []
    for day, plan in enumerate(rehearsal.plans):
        rows.append(
            (
                day + 1,
                rehearsal.away[day],
                len(plan.covers),
                len(plan.cancelled),
                rehearsal.cancelled_children[day],
                len(plan.without),
                len(plan.calls),
            )
        )
    columns = (
        Column("day", "Day", Kind.COUNT),
        Column("away", "Guides away", Kind.COUNT),
        Column("covered", "Runs covered", Kind.COUNT),
        Column("cancelled", "Runs cancelled", Kind.COUNT),
        Column("children", "Child journeys lost", Kind.COUNT),
        Column("without", "Preferred runs without", Kind.COUNT),
        Column("calls", "Families called", Kind.COUNT),
    )
    note = f"Fiction: a rehearsal on drawn absences. {required} runs a day need a guide."
    fixes = Table(
        "rehearsal-fixes",
        "What to fix first",
        (Column("what", "Fix"), Column("children", "Child days touched", Kind.COUNT)),
        tuple((fix.what, fix.children) for fix in rehearsal.fixes),
    )
    return Table("rehearsal-days", rehearsal.name, columns, tuple(rows), note), fixes


def collapse_tables(collapsed: Collapse) -> tuple[Table, ...]:
    """Return the headline of an operator's collapse and what to buy, most urgent first."""
    taken = len(collapsed.plan.covers)
    headline = (
        ("Children stranded", collapsed.children),
        ("Runs without a vehicle", collapsed.runs),
        ("Runs that others take at once", taken),
        ("Runs to buy", len(collapsed.to_buy)),
        ("Children still stranded until then", collapsed.still_stranded),
    )
    lots = tuple((lot.run, lot.first, lot.children, lot.vehicle) for lot in collapsed.to_buy)
    return (
        Table(
            "collapse",
            f"If operator {', '.join(collapsed.operators)} stops",
            (Column("what", "What"), Column("count", "Count", Kind.COUNT)),
            headline,
        ),
        Table(
            "collapse-buy",
            "What to buy, most urgent first",
            (
                Column("run", "Run"),
                Column("first", "Why first"),
                Column("children", "Children", Kind.COUNT),
                Column("vehicle", "Vehicle"),
            ),
            lots,
        ),
    )


def _shares(model: AbsenceModel, problem: GuidesProblem) -> Iterator[tuple[str, str, float]]:
    """Yield the share of guides expected away, month by month and weekday by weekday."""
    usual = float(model.rates_on([guide.id for guide in problem.guides]).mean()) if problem.guides else model.usual
    for m, month in enumerate(_MONTHS):
        for d, day in enumerate(_DAYS):
            yield month, day, min(0.95, usual * model.month[m] * model.weekday[d])


def absence_calendar(model: AbsenceModel, problem: GuidesProblem) -> Table:
    """Return the share of guides expected away, a row a month."""
    held = {(month, day): share for month, day, share in _shares(model, problem)}
    rows = tuple((month, *(held[month, day] for day in _DAYS)) for month in _MONTHS)
    columns = (Column("month", "Month"), *(Column(day.lower(), day, Kind.SHARE) for day in _DAYS))
    note = " ".join((f"Fitted from {model.guide_days} guide days.", *model.notes))
    return Table("absence-calendar", "Share of guides away", columns, rows, note)


def absence_squares(model: AbsenceModel, problem: GuidesProblem) -> Table:
    """Return the same calendar with a row for each square, for a chart; August has no school."""
    columns = (Column("month", "Month"), Column("day", "Weekday"), Column("share", "Per cent away", Kind.SHARE))
    rows = tuple((month, day[:3], share) for month, day, share in _shares(model, problem) if month != "Aug")
    return Table("absence-squares", "Absence calendar: per cent of guides away", columns, rows)
