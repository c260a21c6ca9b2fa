"""Which bases to close, how, and what it does: the best several sets, why others lost, phases, and who bears it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from statistics import mean

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, ignore
from optimiser.core.units import METRES_PER_MILE, MINUTE, Pence, Seconds
from optimiser.places import best_sets, costing
from optimiser.places.alternatives import Alternative, in_turn
from optimiser.places.problem import BaseStatus, Phase, Policy, Problem
from optimiser.places.solution import Solution
from optimiser.places.solver import solve
from optimiser.places.verifier import closed_by_choice
from scenarios.comparison import ChildChange, Comparison, Fate, as_read, compare, savings
from scenarios.library import windings
from scenarios.runner import BASELINE, Outcome, Pool, run
from scenarios.scenario import Scenario

SMALL_GROUP = 4
"""A base left with this many pupils or fewer in a year is a stranded small group."""


@dataclass(frozen=True)
class NearMiss:
    """A set of closures that would have been better but for one limit, and by how much, pence."""

    closed: tuple[str, ...]
    limit: str
    sentence: str
    better_by: Pence


@dataclass(frozen=True)
class Choice:
    """The baseline, the best sets of closures with their comparisons, the near misses, and the saving asked for."""

    baseline: Outcome
    sets: tuple[Alternative, ...]
    comparisons: tuple[Comparison, ...]
    near_misses: tuple[NearMiss, ...]
    target: Pence

    @property
    def reaches(self) -> tuple[bool, ...]:
        """Whether each set saves at least the target in money over the plan."""
        return tuple(sum(each.yearly_saving) >= self.target for each in self.comparisons)


def choose(
    problem: Problem,
    *,
    count: int = 5,
    exactly: int | None = None,
    target: Pence = Pence(0),
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
) -> Choice:
    """Return the best ``count`` sets of closures within the problem's policy, and why better ones are ruled out.

    ``exactly`` fixes how many close. The baseline closes nothing by choice. The limits' seconds are for everything.
    """
    turns = in_turn(limits)
    still = replace(problem, policy=replace(problem.policy, max_closures=0, min_closures=0, remove_places=0))
    baseline = Outcome(BASELINE, still, solve(still, limits=next(turns, limits), seed=seed))
    policy = problem.policy
    if exactly is not None:
        policy = replace(policy, max_closures=exactly, min_closures=exactly)
    open_to_it = replace(problem, policy=policy)
    sets = best_sets(open_to_it, count, limits=next(turns, limits), seed=seed, progress=progress)
    compared = tuple(
        compare(baseline, Outcome(Scenario(f"Close {', '.join(each.closed) or 'nothing'}"), open_to_it, each.result))
        for each in sets
    )
    rest = next(turns, None)
    misses = near_misses(open_to_it, sets[0], limits=rest, seed=seed) if sets and rest is not None else ()
    return Choice(baseline, sets, compared, misses, target)


def near_misses(
    problem: Problem, best: Alternative, *, limits: Limits = Limits(), seed: int = 0
) -> tuple[NearMiss, ...]:
    """Return, for each limit of the policy in turn, the better set that lifting it alone would allow.

    Each is solved again and compared with the best set's proved cost; limits that change nothing are left out, and so
    are those that the limits' seconds, which are for all of them, do not reach.
    """
    found: list[NearMiss] = []
    for (name, sentence, lifted), part in zip(_lifted(problem), in_turn(limits), strict=False):
        result = solve(lifted, limits=part, seed=seed)
        if result.solution is None or result.cost is None or best.result.cost is None:
            continue
        better = best.result.cost - result.cost
        closed = closed_by_choice(lifted, result.solution)
        if better > 0 and set(closed) != set(best.closed):
            found.append(NearMiss(closed, name, sentence, Pence(better)))
    return tuple(sorted(found, key=lambda miss: -miss.better_by))


def _lifted(problem: Problem) -> Iterable[tuple[str, str, Problem]]:
    """Yield each limit, a sentence for when it is what stands in the way, and the problem without it."""
    policy = problem.policy

    def having(changed: Policy) -> Problem:
        return replace(problem, policy=changed)

    for cell in policy.never_to_zero:
        kept = tuple(each for each in policy.never_to_zero if each != cell)
        phase = f", {cell.phase.value}" if cell.phase else ""
        yield (
            "never-to-zero",
            f"Lost because {cell.area} must keep {cell.least} places for {cell.need}{phase}.",
            having(replace(policy, never_to_zero=kept)),
        )
    if policy.protect_sole_providers:
        without = replace(policy, protect_sole_providers=False)
        yield "sole-provider", "Lost because a base is the only one of its kind in its area.", having(without)
    if policy.max_moves is not None:
        yield (
            "move-limit",
            f"Lost because more than {policy.max_moves} pupils would move.",
            having(replace(policy, max_moves=None)),
        )
    longer = Seconds(policy.travel_limit + 15 * MINUTE)
    minutes = policy.travel_limit // MINUTE
    yield (
        "travel-limit",
        f"Lost because some journeys would pass {minutes} minutes.",
        having(replace(policy, travel_limit=longer)),
    )
    held = [base.id for base in problem.bases if base.status is BaseStatus.OPEN and not base.may_close]
    for base_id in held:
        bases = tuple(replace(each, may_close=True) if each.id == base_id else each for each in problem.bases)
        yield "fixed-status", f"Lost because base {base_id} is protected.", replace(problem, bases=bases)


@dataclass(frozen=True)
class PhaseYear:
    """One year of one way of closing: money against the baseline, children moved then, and bases left very small."""

    year: str
    saving: Pence
    moves: int
    stranded: tuple[tuple[str, int], ...]
    empty_places: int


@dataclass(frozen=True)
class Phasing:
    """A way of winding bases down, year by year, or why it cannot be done."""

    name: str
    years: tuple[PhaseYear, ...]
    refused: str = ""

    @property
    def saving(self) -> Pence:
        """Money saved over all the years, pence."""
        return Pence(sum(each.saving for each in self.years))


def phasings(
    problem: Problem,
    bases: Iterable[str],
    *,
    year: int = 0,
    limits: Limits = Limits(),
    seed: int = 0,
    pool: Pool | None = None,
    within: float | None = None,
) -> tuple[Phasing, ...]:
    """Return each way of winding the same bases down: together, over two summers, or run down by leavers."""
    chosen = tuple(bases)
    outcomes = run(problem, windings(chosen, year=year), limits=limits, seed=seed, pool=pool, within=within)
    return tuple(_phasing(outcomes[0], each, chosen) for each in outcomes[1:])


def _phasing(baseline: Outcome, variant: Outcome, bases: tuple[str, ...]) -> Phasing:
    name = variant.scenario.name
    if baseline.result is None or variant.result is None:
        return Phasing(name, (), variant.refused or baseline.refused)
    old, new = baseline.result.solution, variant.result.solution
    if old is None or new is None:
        return Phasing(name, (), "no plan was found")
    saved = savings((baseline.problem, old), (variant.problem, new))
    years = tuple(
        PhaseYear(
            label,
            saved[year],
            _moves_in(variant.problem, new, year),
            stranded(variant.problem, new, year, among=bases),
            empty_places(variant.problem, new, year),
        )
        for year, label in enumerate(variant.problem.year_names)
    )
    return Phasing(name, years)


def _moves_in(problem: Problem, solution: Solution, year: int) -> int:
    return sum(
        costing.moved(problem, solution, stay, previous)
        for stay, previous in costing.paired(problem)
        if stay.first == year
    )


def stranded(
    problem: Problem, solution: Solution, year: int, *, among: Iterable[str] | None = None
) -> tuple[tuple[str, int], ...]:
    """Return open bases with very few pupils in a year, as (base, pupils)."""
    rolls = costing.rolls_in(solution, year)
    names = [base.id for base in problem.bases] if among is None else list(among)
    return tuple(
        (base, rolls.get(base, 0)) for base in names
        if solution.open_in(base, year) and 0 < rolls.get(base, 0) <= SMALL_GROUP
    )  # fmt: skip


def empty_places(problem: Problem, solution: Solution, year: int) -> int:
    """Return places bought and not filled in a year."""
    rolls = costing.rolls_in(solution, year)
    return sum(
        max(0, base.commissioned[year] + solution.base[base.id].extra[year] - rolls.get(base.id, 0))
        for base in problem.bases
        if solution.open_in(base.id, year)
    )


@dataclass(frozen=True)
class Band:
    """A group of children before and after; journeys are mean seconds, None for nobody."""

    kind: str
    band: str
    pupils: int
    placed_before: int
    placed_after: int
    in_area_before: int
    in_area_after: int
    mean_before: int | None
    mean_after: int | None
    worse_off: int
    moved: int


def equity(
    comparison: Comparison, before: tuple[Problem, Solution], after: tuple[Problem, Solution]
) -> tuple[Band, ...]:
    """Return the ledger by area, need, phase and every held characteristic, in the comparison's last year."""
    problem = before[0]
    groups: dict[tuple[str, str], list[ChildChange]] = {}
    for child in comparison.children:
        pupil = problem.pupil.get(child.child) or after[0].pupil[child.child]
        kinds = [("area", pupil.area), ("need", pupil.need), ("phase", pupil.phase.value), *pupil.groups]
        for kind in kinds:
            groups.setdefault(kind, []).append(child)
    order = sorted(groups, key=lambda group: (group[0], as_read(group[1])))
    return tuple(_band(kind, band, groups[kind, band], before[0], after[0]) for kind, band in order)


def _band(kind: str, band: str, children: list[ChildChange], one: Problem, other: Problem) -> Band:
    def inside(problem: Problem, where: Callable[[ChildChange], str | None]) -> int:
        return sum(1 for c in children if c.area == _area_of(problem, where(c)))

    old = [c.seconds_before for c in children if c.seconds_before is not None]
    new = [c.seconds_after for c in children if c.seconds_after is not None]
    return Band(
        kind, band, len(children), len(old), len(new),
        inside(one, lambda c: c.before), inside(other, lambda c: c.after),
        round(mean(old)) if old else None, round(mean(new)) if new else None,
        sum(c.worse_off for c in children), sum(c.fate in (Fate.MOVED, Fate.UNPLACED) for c in children),
    )  # fmt: skip


def _area_of(problem: Problem, base: str | None) -> str | None:
    return None if base is None else problem.base[base].area


def gaps(problem: Problem, solution: Solution, *, year: int = -1) -> tuple[tuple[str, str, Phase], ...]:
    """Return every area, need and phase that children live in or bases serve somewhere, with no place in a year."""
    at = range(problem.years)[year]
    areas = sorted({each.area for each in problem.pupils if each.area} | {base.area for base in problem.bases})
    cells = {(need, phase) for base in problem.bases for need in base.needs for phase in base.phases}
    held = {
        (base.area, need, phase)
        for base in problem.bases
        if solution.open_in(base.id, at) and base.commissioned[at] + solution.base[base.id].extra[at] > 0
        for need in base.needs
        for phase in base.phases
    }
    wanted = {(area, need, phase) for area in areas for need, phase in cells}
    return tuple(sorted(wanted - held, key=lambda cell: (cell[0], cell[1], cell[2].value)))


@dataclass(frozen=True)
class Break:
    """The price a vehicle mile, pence, at which closing stops saving money; None when no price changes the answer."""

    price: int | None
    today: int
    sentence: str


def break_even(problem: Problem, baseline: Solution, variant_problem: Problem, variant: Solution) -> Break:
    """Return the price per mile at which two plans cost the same money, both kept as they are.

    Transport is the model's: a fixed part, and pence a mile times trips, days and share; quotes are left out. A child
    left without a base is taken to travel as far as before, so no miles are saved by it.
    """
    miles = _priced_miles(variant_problem, variant, problem, baseline) - _priced_miles(problem, baseline)
    today = problem.transport.per_mile
    saving = sum(savings((problem, baseline), (variant_problem, variant)))
    if miles <= 0:
        return Break(None, today, "Closing adds no paid miles, so no price per mile changes the answer.")
    flip = round(today + saving / miles)
    if flip <= 0:
        return Break(None, today, "Closing costs more even if miles were free.")
    return Break(flip, today, f"The answer flips at £{flip / 100:.2f} a mile; today it is £{today / 100:.2f}.")


def _priced_miles(
    problem: Problem, solution: Solution, old: Problem | None = None, before: Solution | None = None
) -> float:
    """Return the miles a plan pays for, over all years, already multiplied by trips, days and share.

    A pupil without a base travels as in the plan before, where one is given.
    """
    model, total = problem.transport, 0.0
    for stay in problem.stays:
        for year in range(stay.first, stay.last + 1):
            place, held = solution.at.get((stay.pupil, year)), problem
            if place is None and old is not None and before is not None and stay.pupil in old.pupil:
                place, held = before.at.get((stay.pupil, year)), old
            if place is None:
                continue
            metres = held.travel.metres_between(held.pupil[stay.pupil].home, held.base[place].place)
            if model.yearly(metres, stay.phase):
                total += model.trips * model.days * model.share * metres / METRES_PER_MILE
    return total


@dataclass(frozen=True)
class Improvement:
    """Evidence for the improvement test about one displaced group: those who attended one base, by need."""

    base: str
    need: str
    pupils: int
    placed: int
    within_designation: int
    quality_before: int
    quality_after: int | None
    longer: int
    likely_better: bool


def improvement_test(
    comparison: Comparison, before: tuple[Problem, Solution], after: tuple[Problem, Solution]
) -> tuple[Improvement, ...]:
    """Return for each displaced group whether the alternative is likely to be better in standard, quality or range.

    Likely better means that everyone has a base, and that quality is no lower; it is evidence, not the decision.
    """
    groups: dict[tuple[str, str], list[ChildChange]] = {}
    for child in comparison.moved:
        assert child.before is not None
        groups.setdefault((child.before, child.need), []).append(child)
    found = []
    for (base, need), children in sorted(groups.items()):
        placed = [c for c in children if c.after is not None]
        quality = [after[0].base[c.after].quality for c in placed if c.after is not None]
        fit = sum(1 for c in placed if c.after is not None and need in after[0].base[c.after].needs)
        was, now = before[0].base[base].quality, round(mean(quality)) if quality else None
        longer = round(mean(c.longer for c in children))
        better = len(placed) == len(children) and now is not None and now >= was
        found.append(Improvement(base, need, len(children), len(placed), fit, was, now, longer, better))
    return tuple(found)


def transfers(problem: Problem) -> tuple[tuple[str, str, str, int, int], ...]:
    """Return Key Stage 3 demand and supply: year, area, need, pupils moving up from Year 6, and secondary places.

    Pupils without a year group are left out, since nobody can say when they move up.
    """
    found = []
    cells = sorted({(p.area, p.need) for p in problem.pupils})
    for year, name in enumerate(problem.year_names):
        for area, need in cells:
            up = sum(1 for p in problem.pupils if (p.area, p.need) == (area, need) and p.group_in(year) == 6)
            places = sum(
                base.commissioned[year] for base in problem.bases
                if base.area == area and need in base.needs and Phase.SECONDARY in base.phases
                and base.status is BaseStatus.OPEN
            )  # fmt: skip
            if up or places:
                found.append((name, area, need, up, places))
    return tuple(found)
