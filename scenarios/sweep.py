"""Hundreds of closures tried alike, in a pool that is passed in, with one short row told for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.table import Column, Kind, Table
from optimiser.core.units import Pence
from optimiser.places.problem import BaseStatus, Problem
from scenarios import library
from scenarios.changes.places import CloseBase
from scenarios.comparison import compare
from scenarios.runner import BASELINE, InTurn, Outcome, Pool, Task, failure, solve_task
from scenarios.scenario import Scenario

TOGETHER = 8
"""How many scenarios travel to a process at once: the problem is sent once for all of them."""


@dataclass(frozen=True, slots=True)
class Swept:
    """One scenario against things as they are: money saved over the plan, who is touched, or why it was refused.

    ``travel_cut`` is how many seconds of single journeys are saved over all pupils and years.
    """

    name: str
    saving: Pence | None = None
    moved: int = 0
    worse_off: int = 0
    unplaced: int = 0
    proved: bool = False
    refused: str = ""
    travel_cut: int = 0


@dataclass(frozen=True)
class Bundle:
    """Some scenarios to be tried against one baseline: all that a worker needs."""

    first: int
    baseline: Outcome
    scenarios: tuple[Scenario, ...]
    limits: Limits
    seed: int


def closures(problem: Problem, *, most: int = 200, together: int = 3, year: int = 0) -> tuple[Scenario, ...]:
    """Return up to ``most`` scenarios that close one base, then two, up to ``together`` at once, in order."""
    able = [b.id for b in problem.bases if b.status is BaseStatus.OPEN and b.may_close and b.close_from <= year]
    sets = (bases for size in range(1, together + 1) for bases in combinations(able, size))
    chosen = [bases for bases, _ in zip(sets, range(most), strict=False)]
    return tuple(
        Scenario(f"Close {', '.join(bases)}", tuple(CloseBase(base, year) for base in bases)) for bases in chosen
    )


def hubs(problem: Problem, needs: tuple[str, ...], *, places: int = 8, year: int = 0) -> tuple[Scenario, ...]:
    """Return a scenario for opening a hub for some needs beside each base open today, with that base's prices."""
    return tuple(
        Scenario(
            f"Hub for {', '.join(needs)} beside {base.id}, {base.area}",
            (
                library.hub(
                    f"{base.id}-hub", base, place=base.place, area=base.area, needs=needs, places=places, year=year
                ),
            ),
        )
        for base in problem.bases
        if base.status is BaseStatus.OPEN and not base.special_school
    )


def by_distance(rows: Sequence[Swept]) -> Table:
    """Return a sweep as a table, the most travel cut first, those refused last."""
    columns = (
        Column("name", "Scenario"), Column("cut", "Single journeys cut, all pupils and years", Kind.SECONDS),
        Column("saving", "Money saved", Kind.PENCE), Column("unplaced", "Stays without a base", Kind.COUNT),
        Column("proved", "Proved", Kind.YES_NO), Column("refused", "Could not be tried"),
    )  # fmt: skip
    order = sorted(rows, key=lambda row: (row.saving is None, -row.travel_cut, row.name))
    cells = tuple((r.name, r.travel_cut, r.saving, r.unplaced, r.proved, r.refused) for r in order)
    note = "A pupil without a base counts as the policy's journey to a place elsewhere. A minus means more, or dearer."
    return Table("hubs", "Where a hub would cut most distance", columns, cells, note)


def sweep(
    problem: Problem,
    scenarios: Sequence[Scenario],
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    pool: Pool | None = None,
    progress: Progress = ignore,
    within: float | None = None,
) -> tuple[Swept, ...]:
    """Return a row for each scenario, in their order, all solved with the same limits and seed.

    The baseline closes nothing by choice. The rows do not depend on the pool; a bundle whose worker failed is refused
    with the reason, and so is one not tried ``within`` so many seconds for all. Raises ValueError when things as they
    are have no plan.
    """
    still = replace(problem, policy=replace(problem.policy, max_closures=0, min_closures=0, remove_places=0))
    baseline = solve_task(Task(0, still, BASELINE, limits, seed))
    if baseline.result is None or baseline.result.solution is None:
        raise ValueError("no plan was found for things as they are, so there is nothing to compare with")
    bundles = list(_bundles(baseline, scenarios, limits, seed))
    found: dict[int, tuple[Swept, ...]] = {}
    done = 0
    for item, rows, error in (pool or InTurn()).run(try_bundle, bundles, within):
        if error is not None:
            rows = tuple(Swept(each.name, refused=failure(error)) for each in item.scenarios)
        found[item.first] = rows
        done += len(rows)
        if not progress(Step(done / max(1, len(scenarios)), f"{done} of {len(scenarios)} scenarios")):
            break
    missing = "It was stopped before it was solved."
    return tuple(
        row
        for each in bundles
        for row in found.get(each.first, tuple(Swept(s.name, refused=missing) for s in each.scenarios))
    )


def _bundles(baseline: Outcome, scenarios: Sequence[Scenario], limits: Limits, seed: int) -> Iterator[Bundle]:
    for first in range(0, len(scenarios), TOGETHER):
        yield Bundle(first, baseline, tuple(scenarios[first : first + TOGETHER]), limits, seed)


def try_bundle(bundle: Bundle) -> tuple[Swept, ...]:
    """Return a row for each scenario of a bundle."""
    return tuple(_try(bundle, scenario) for scenario in bundle.scenarios)


def _try(bundle: Bundle, scenario: Scenario) -> Swept:
    outcome = solve_task(Task(0, bundle.baseline.problem, scenario, bundle.limits, bundle.seed))
    if outcome.result is None or outcome.result.solution is None:
        return Swept(scenario.name, refused=outcome.refused or "No plan was found.")
    compared = compare(bundle.baseline, outcome)
    return Swept(
        scenario.name, Pence(sum(compared.yearly_saving)), len(compared.moved), compared.worse_off,
        len(outcome.result.solution.unplaced), outcome.result.cost == outcome.result.bound,
        travel_cut=-compared.measure("travel").change,
    )  # fmt: skip


def ranked(rows: Sequence[Swept]) -> Table:
    """Return a sweep as a table, the largest saving first, those refused last."""
    columns = (
        Column("name", "Scenario"), Column("saving", "Money saved", Kind.PENCE),
        Column("moved", "Base differs", Kind.COUNT), Column("worse", "Over 15 minutes longer", Kind.COUNT),
        Column("unplaced", "Stays without a base", Kind.COUNT), Column("proved", "Proved", Kind.YES_NO),
        Column("refused", "Could not be tried"),
    )  # fmt: skip
    order = sorted(rows, key=lambda row: (row.saving is None, -(row.saving or 0), row.name))
    cells = tuple((r.name, r.saving, r.moved, r.worse_off, r.unplaced, r.proved, r.refused) for r in order)
    saving = sum(1 for row in rows if (row.saving or 0) > 0)
    note = f"{saving} of {len(rows)} save money, over every year of the plan, transport counted."
    return Table("sweep", "Every closure tried", columns, cells, note)
