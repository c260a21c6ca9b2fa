"""What a plan costs, recomputed from the plan alone: money by kind and year, and the prices put on other things."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import add, attrgetter

from optimiser.core.units import MINUTE, Pence
from optimiser.places.problem import Base, CostBasis, Problem, Pupil, Stay
from optimiser.places.rules import attended, has_claim, serves
from optimiser.places.solution import Solution

MONEY = ("places", "extra_places", "fixed", "opening", "closing", "top_up", "core", "transport", "outside")


@dataclass(frozen=True, slots=True)
class Costs:
    """Pence by kind. The first nine are money the council pays; the rest are prices put on things that matter."""

    places: int = 0
    extra_places: int = 0
    fixed: int = 0
    opening: int = 0
    closing: int = 0
    top_up: int = 0
    core: int = 0
    transport: int = 0
    outside: int = 0
    moves: int = 0
    preferences: int = 0
    siblings: int = 0
    out_of_area: int = 0
    quality: int = 0
    minutes: int = 0
    named: int = 0
    over_places: int = 0
    viability: int = 0
    unplaced: int = 0

    @property
    def total(self) -> Pence:
        """Everything, which is what the solver minimises."""
        return Pence(sum(_every(self)))

    @property
    def money(self) -> Pence:
        """What the council pays."""
        return Pence(sum(getattr(self, name) for name in MONEY))

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(*map(add, _every(self), _every(other)))


_every: Callable[[Costs], tuple[int, ...]] = attrgetter(*(each.name for each in fields(Costs)))


def filled_rate(base: Base) -> Pence:
    """Return what filling a place adds to the yearly cost of an empty one, pence; negative on some census rates."""
    if base.rate_basis is CostBasis.COMMISSIONED:
        return Pence(0)
    if base.rate_basis is CostBasis.FILLED:
        return base.place_rate
    return Pence(base.place_rate - (base.empty_rate or 0))


def standing_rate(base: Base) -> Pence:
    """Return the yearly cost of a commissioned place before anyone fills it, pence."""
    if base.rate_basis is CostBasis.COMMISSIONED:
        return base.place_rate
    if base.rate_basis is CostBasis.FILLED:
        return Pence(0)
    return Pence(base.empty_rate or 0)


def yearly_at(problem: Problem, stay: Stay, base: Base) -> Costs:
    """Return the cost of one year of a stay at a base."""
    pupil, prices = problem.pupil[stay.pupil], problem.prices
    return Costs(
        places=filled_rate(base),
        top_up=base.top_up,
        core=prices.core if prices.with_core else 0,
        transport=problem.yearly_transport(pupil, base, stay.phase) if prices.with_transport else 0,
        out_of_area=prices.out_of_area if pupil.area != base.area else 0,
        quality=prices.quality_point * (100 - base.quality),
        minutes=round(prices.minute * problem.seconds(pupil, base) / MINUTE),
    )


def once_at(problem: Problem, stay: Stay, base: Base) -> Costs:
    """Return what is charged once for a stay at a base: a move from the base attended now, choice, siblings, a name."""
    pupil, prices = problem.pupil[stay.pupil], problem.prices
    now = attended(problem, pupil, stay)
    rank = pupil.preferences.index(base.id) if base.id in pupil.preferences else len(prices.preference)
    return Costs(
        moves=move_price(problem, pupil) if now is not None and now != base.id else 0,
        preferences=-prices.preference[rank] if rank < len(prices.preference) else 0,
        siblings=-prices.sibling if pupil.sibling_base == base.id else 0,
        named=refusal(problem, pupil, stay, base.id),
    )


def move_price(problem: Problem, pupil: Pupil) -> Pence:
    """Return the price, once, of moving a pupil before the end of a phase, pence."""
    return Pence(problem.prices.move + (problem.prices.sensitive_move if pupil.sensitive else 0))


def refusal(problem: Problem, pupil: Pupil, stay: Stay, base: str | None) -> Pence:
    """Return the price, once, of not giving the base named for the pupil in a stay that it could serve, pence."""
    if pupil.named_base is None or pupil.named_base == base:
        return Pence(0)
    return problem.prices.named_refused if serves(problem.base[pupil.named_base], pupil, stay) else Pence(0)


def without(problem: Problem, stay: Stay) -> tuple[Costs, Costs]:
    """Return the yearly and the once-only cost of a stay without a base."""
    pupil = problem.pupil[stay.pupil]
    yearly = Costs(outside=pupil.outside, unplaced=problem.prices.unplaced)
    return yearly, Costs(named=refusal(problem, pupil, stay, None))


def base_year(base: Base, year: int, *, extra: int) -> Costs:
    """Return the cost of a base being open for a year with some extra places, before its pupils."""
    return Costs(
        places=standing_rate(base) * base.commissioned[year],
        extra_places=base.extra_rate * extra,
        fixed=base.fixed,
        opening=base.opening if base.candidate else 0,
    )


def moved(problem: Problem, solution: Solution, stay: Stay, previous: Stay | None) -> bool:
    """Return whether a stay begins with leaving a base before the end of a phase, for another base or for none."""
    here = solution.at.get((stay.pupil, stay.first))
    if previous is not None:
        before = solution.at.get((stay.pupil, previous.last))
        return stay.moves and before is not None and before != here
    now = attended(problem, problem.pupil[stay.pupil], stay)
    return now is not None and now != here


def moves_made(problem: Problem, solution: Solution) -> int:
    """Return how many times a pupil leaves a base before the end of a phase, over all years."""
    return sum(moved(problem, solution, stay, previous) for stay, previous in paired(problem))


def paired(problem: Problem) -> tuple[tuple[Stay, Stay | None], ...]:
    """Return every stay with the same pupil's stay before it, if any."""
    found: list[tuple[Stay, Stay | None]] = []
    last: Stay | None = None
    for stay in problem.stays:
        found.append((stay, last if last is not None and last.pupil == stay.pupil else None))
        last = stay
    return tuple(found)


def yearly(problem: Problem, solution: Solution) -> tuple[Costs, ...]:
    """Return the plan's cost in each year; what is charged once falls in the year it happens."""
    years = [Costs() for _ in range(problem.years)]
    for stay, previous in paired(problem):
        each, once = _stay_costs(problem, solution, stay, previous)
        for year in range(stay.first, stay.last + 1):
            years[year] += each
        years[stay.first] += once
    for year in range(problem.years):
        years[year] += _bases_in(problem, solution, year)
    return tuple(years)


def cost(problem: Problem, solution: Solution) -> Pence:
    """Return what the plan costs over all its years, pence: the figure that is minimised."""
    return breakdown(problem, solution).total


def breakdown(problem: Problem, solution: Solution) -> Costs:
    """Return the plan's cost by kind over all its years."""
    total = Costs()
    for each in yearly(problem, solution):
        total += each
    return total


def _stay_costs(problem: Problem, solution: Solution, stay: Stay, previous: Stay | None) -> tuple[Costs, Costs]:
    where = solution.at.get((stay.pupil, stay.first))
    if where is None:
        return without(problem, stay)
    base = problem.base[where]
    once = once_at(problem, stay, base)
    if previous is not None and moved(problem, solution, stay, previous):
        once += Costs(moves=move_price(problem, problem.pupil[stay.pupil]))
    return yearly_at(problem, stay, base), once


def _bases_in(problem: Problem, solution: Solution, year: int) -> Costs:
    total = Costs()
    rolls = rolls_in(solution, year)
    for base in problem.bases:
        plan, roll = solution.base[base.id], rolls.get(base.id, 0)
        if plan.open[year]:
            total += base_year(base, year, extra=plan.extra[year])
            over = max(0, roll - base.commissioned[year] - plan.extra[year])
            short = max(0, base.min_viable - roll)
            total += Costs(
                over_places=over * (problem.prices.over_place or 0), viability=short * (problem.prices.viability or 0)
            )
        elif not base.candidate and (plan.open[year - 1] if year else base.status.value == "open"):
            total += Costs(closing=base.closing)
    return total


def rolls_in(solution: Solution, year: int) -> dict[str, int]:
    """Return how many pupils each base has in a year; bases without any are left out."""
    rolls: dict[str, int] = {}
    for each in solution.placements:
        if each.first <= year <= each.last:
            rolls[each.base] = rolls.get(each.base, 0) + 1
    return rolls


def claims_in(problem: Problem, solution: Solution, base: str, year: int) -> int:
    """Return how many pupils at a base in a year may be there above the places bought."""
    return sum(
        1
        for stay in problem.stays
        if stay.first <= year <= stay.last
        and solution.at.get((stay.pupil, stay.first)) == base
        and has_claim(problem, problem.pupil[stay.pupil], stay, base)
    )


def journey_seconds(problem: Problem, solution: Solution) -> int:
    """Return the sum of single journeys over pupils and years, seconds, with the policy's charge for the unplaced."""
    total = 0
    for stay in problem.stays:
        where = solution.at.get((stay.pupil, stay.first))
        single = problem.policy.outside_seconds
        if where is not None:
            single = problem.seconds(problem.pupil[stay.pupil], problem.base[where])
        total += stay.years * single
    return total
