"""Checks a plan against every rule from the plan alone, without any solver."""

from collections import Counter
from collections.abc import Iterator

from optimiser.core.violation import Violation
from optimiser.places.costing import claims_in, journey_seconds, moved, moves_made, paired, rolls_in
from optimiser.places.problem import Base, BaseStatus, Problem, Stay
from optimiser.places.rules import attended, designated, group_limit, new_there, serves, sole_providers
from optimiser.places.solution import BasePlan, Solution


def verify(problem: Problem, solution: Solution) -> tuple[Violation, ...]:
    """Return every rule the plan breaks, hard and soft; soft ones are recorded breaches allowed at a price."""
    unknown = tuple(_unknown(problem, solution))
    if unknown:
        return unknown
    missing = tuple(_coverage(problem, solution))
    if missing:
        return missing
    return (
        *_placements(problem, solution),
        *_stays(problem, solution),
        *_bases(problem, solution),
        *_rolls(problem, solution),
        *_limits(problem, solution),
    )


def _unknown(problem: Problem, solution: Solution) -> Iterator[Violation]:
    for placement in solution.placements:
        if placement.pupil not in problem.pupil or placement.base not in problem.base:
            sentence = f"Pupil {placement.pupil} at base {placement.base}: one of them is not in the problem."
            yield Violation("known-ids", (placement.pupil, placement.base), sentence)
    planned = [each.base for each in solution.bases]
    for base in problem.bases:
        if planned.count(base.id) != 1:
            yield Violation("known-ids", (base.id,), f"Base {base.id} has {planned.count(base.id)} plans, not one.")
        elif len(solution.base[base.id].open) != problem.years or len(solution.base[base.id].extra) != problem.years:
            yield Violation("known-ids", (base.id,), f"Base {base.id} is not planned for each of the years.")


def _coverage(problem: Problem, solution: Solution) -> Iterator[Violation]:
    counts: dict[tuple[str, int], int] = {}
    spans = [(each.pupil, each.first, each.last) for each in solution.placements]
    spans += [(each.pupil, each.first, each.last) for each in solution.unplaced]
    for pupil, first, last in spans:
        for year in range(first, last + 1):
            counts[pupil, year] = counts.get((pupil, year), 0) + 1
    needed = {(stay.pupil, year) for stay in problem.stays for year in range(stay.first, stay.last + 1)}
    for pupil, year in sorted(needed | set(counts)):
        found, wanted = counts.get((pupil, year), 0), int((pupil, year) in needed)
        if found != wanted:
            sentence = f"Pupil {pupil} is answered {found} times in year {year}, not {wanted}."
            yield Violation("every-year-once", (pupil,), sentence, amount=abs(found - wanted))


def _placements(problem: Problem, solution: Solution) -> Iterator[Violation]:
    for stay in problem.stays:
        where = [solution.at.get((stay.pupil, year)) for year in range(stay.first, stay.last + 1)]
        if len(set(where)) > 1:
            yield Violation("keep-base", (stay.pupil,), f"Pupil {stay.pupil} changes base within one stay.")
        for base_id in sorted({each for each in where if each is not None}):
            yield from _one_placement(problem, stay, problem.base[base_id])
        if None in where:
            sentence = f"Pupil {stay.pupil} has no base from year {stay.first} to {stay.last}."
            yield Violation("placed", (stay.pupil,), sentence, hard=False, amount=stay.years, unit="years")


def _one_placement(problem: Problem, stay: Stay, base: Base) -> Iterator[Violation]:
    pupil, who = problem.pupil[stay.pupil], (stay.pupil, base.id)
    if not designated(base, pupil):
        yield Violation("designation", who, f"Base {base.id} is not designated for {pupil.need}.")
    if not serves(base, pupil, stay):
        yield Violation(
            "phase-and-year", who, f"Base {base.id} does not serve {stay.phase.value} in every year needed."
        )
    over = problem.seconds(pupil, base) - problem.limit_of(pupil)
    if over > 0 and pupil.current != base.id:
        sentence = f"Pupil {pupil.id} would travel {over} seconds beyond the limit to base {base.id}."
        yield Violation("travel-limit", who, sentence, amount=over, unit="seconds")
    if base.id in pupil.refuses:
        yield Violation("refused-base", who, f"Base {base.id} is ruled out for pupil {pupil.id}.")


def _stays(problem: Problem, solution: Solution) -> Iterator[Violation]:
    pins = {pin.pupil: pin.base for pin in problem.pins}
    for stay, previous in paired(problem):
        pupil, here = problem.pupil[stay.pupil], solution.at.get((stay.pupil, stay.first))
        if here is not None and _admitted(problem, solution, stay, previous, here):
            sentence = f"Base {here} takes no new pupils in year {stay.first}, and pupil {pupil.id} is new there."
            yield Violation("no-new-admissions", (pupil.id, here), sentence)
        pin = pins.get(pupil.id)
        if pin is not None and here != pin and _could_stay(problem, solution, stay, pin):
            yield Violation("pinned", (pupil.id, pin), f"Pupil {pupil.id} is pinned to base {pin} and is not there.")
        now = attended(problem, pupil, stay)
        if moved(problem, solution, stay, previous):
            yield Violation("current-kept", (pupil.id,), f"Pupil {pupil.id} leaves the base attended.", hard=False)
            if not problem.policy.moving_allowed and now is not None and _could_stay(problem, solution, stay, now):
                yield Violation(
                    "moving-allowed", (pupil.id, now), f"Pupil {pupil.id} leaves base {now}, which is open."
                )
        named = pupil.named_base
        if named is not None and here != named and serves(problem.base[named], pupil, stay):
            sentence = f"Pupil {pupil.id} is not at base {named}, which the plan for the child names."
            yield Violation("named-base", (pupil.id, named), sentence, hard=False)


def _admitted(problem: Problem, solution: Solution, stay: Stay, previous: Stay | None, here: str) -> bool:
    base = problem.base[here]
    if previous is None:
        return new_there(base, problem.pupil[stay.pupil], stay)
    if base.admits_until is None or stay.first < base.admits_until:
        return False
    return solution.at.get((stay.pupil, previous.last)) != here


def _could_stay(problem: Problem, solution: Solution, stay: Stay, base_id: str) -> bool:
    """Return whether a pupil could have had this base for the whole stay, as the plan stands."""
    base, pupil = problem.base[base_id], problem.pupil[stay.pupil]
    if not designated(base, pupil) or not serves(base, pupil, stay) or base.id in pupil.refuses:
        return False
    if base.id != pupil.current and problem.seconds(pupil, base) > problem.limit_of(pupil):
        return False
    if stay.number == 0 and new_there(base, pupil, stay):
        return False
    return all(solution.open_in(base_id, year) for year in range(stay.first, stay.last + 1))


def _bases(problem: Problem, solution: Solution) -> Iterator[Violation]:
    for base in problem.bases:
        plan = solution.base[base.id]
        steps = list(zip(plan.open, plan.open[1:], strict=False))
        wrong = (True, False) if base.candidate else (False, True)
        if wrong in steps:
            yield Violation("once-closed", (base.id,), f"Base {base.id} opens and closes more than once.")
        if any(plan.open[year] != wanted for year, wanted in _fixed(base, problem.years)):
            yield Violation("fixed-status", (base.id,), f"Base {base.id} is not open in just the years the plan fixes.")
        yield from _extra(problem, base, plan)


def _fixed(base: Base, years: int) -> Iterator[tuple[int, bool]]:
    """Yield each year in which the plan fixes whether a base is open, with the state it must have."""
    for year in range(years):
        if base.status is BaseStatus.CLOSED:
            yield year, False
        elif base.candidate:
            if year < base.open_from or (base.opens is not None and year < base.opens):
                yield year, False
            elif base.opens is not None:
                yield year, True
        elif base.closes is not None:
            yield year, year < base.closes
        elif not base.may_close or year < base.close_from:
            yield year, True


def _extra(problem: Problem, base: Base, plan: BasePlan) -> Iterator[Violation]:
    for year in range(problem.years):
        extra, limit = plan.extra[year], base.extra_max if plan.open[year] else 0
        if not 0 <= extra <= limit:
            sentence = f"Base {base.id} buys {extra} extra places in year {year} and can add {limit}."
            yield Violation("extra-places", (base.id,), sentence, amount=abs(extra - limit))


def _rolls(problem: Problem, solution: Solution) -> Iterator[Violation]:
    for year in range(problem.years):
        rolls = rolls_in(solution, year)
        for base in problem.bases:
            yield from _roll(problem, solution, base, year, rolls.get(base.id, 0))


def _roll(problem: Problem, solution: Solution, base: Base, year: int, roll: int) -> Iterator[Violation]:
    plan = solution.base[base.id]
    if roll and not plan.open[year]:
        yield Violation("open-base", (base.id,), f"Base {base.id} is closed in year {year} and has {roll} pupils.")
        return
    over = roll - base.commissioned[year] - plan.extra[year]
    if over > 0:
        claims = claims_in(problem, solution, base.id, year) if problem.prices.over_place is not None else 0
        sentence = f"Base {base.id} has {roll} pupils in year {year}, {over} more than its places."
        if over > claims:
            yield Violation("capacity", (base.id,), sentence, amount=over - claims, unit="pupils")
        else:
            yield Violation("over-places", (base.id,), sentence, hard=False, amount=over, unit="pupils")
    if base.physical_max is not None and roll > base.physical_max:
        sentence = f"Base {base.id} has {roll} pupils in year {year} and its rooms hold {base.physical_max}."
        yield Violation("physical-limit", (base.id,), sentence, amount=roll - base.physical_max, unit="pupils")
    yield from _groups(problem, solution, base, year)
    if plan.open[year] and roll < base.min_viable:
        sentence = f"Base {base.id} has {roll} pupils in year {year}, fewer than the {base.min_viable} it needs."
        hard = problem.prices.viability is None
        yield Violation("viability", (base.id,), sentence, hard=hard, amount=base.min_viable - roll, unit="pupils")


def _groups(problem: Problem, solution: Solution, base: Base, year: int) -> Iterator[Violation]:
    if base.year_group_max is None:
        return
    here = (each.id for each in problem.pupils if solution.at.get((each.id, year)) == base.id)
    counts = Counter(problem.pupil[pupil].group_in(year) for pupil in here)
    for group, count in counts.items():
        most = None if group is None else group_limit(problem, base, year, group)
        if most is not None and count > most:
            sentence = f"Base {base.id} has {count} pupils of year group {group} in year {year} and takes {most}."
            yield Violation("year-group", (base.id,), sentence, amount=count - most, unit="pupils")


def closed_by_choice(problem: Problem, solution: Solution) -> tuple[str, ...]:
    """Return the bases open today that the plan chose to close by its end, beyond those the problem fixes."""
    return tuple(
        base.id
        for base in problem.bases
        if base.status is BaseStatus.OPEN and base.closes is None and not solution.base[base.id].open[-1]
    )


def _limits(problem: Problem, solution: Solution) -> Iterator[Violation]:
    policy, closed = problem.policy, closed_by_choice(problem, solution)
    most = len(problem.bases) if policy.max_closures is None else policy.max_closures
    if not policy.min_closures <= len(closed) <= most:
        sentence = f"{len(closed)} bases are chosen to close, not {policy.min_closures} to {most}."
        yield Violation("closure-limit", closed, sentence)
    if any(set(closed) == set(each) for each in policy.forbidden_sets):
        yield Violation("forbidden-set", closed, "These closures together were ruled out.")
    yield from _openings(problem, solution)
    yield from _provision(problem, solution, closed)
    gone = sum(
        base.commissioned[-1]
        for base in problem.bases
        if base.status is BaseStatus.OPEN and not solution.base[base.id].open[-1]
    )
    if gone < policy.remove_places:
        sentence = f"{gone} places close, fewer than the {policy.remove_places} asked."
        yield Violation("remove-places", closed, sentence, amount=policy.remove_places - gone, unit="places")
    moves = moves_made(problem, solution) if policy.max_moves is not None else 0
    if policy.max_moves is not None and moves > policy.max_moves:
        sentence = f"{moves} pupils leave the base they attend, more than {policy.max_moves}."
        yield Violation("move-limit", (), sentence, amount=moves - policy.max_moves, unit="pupils")
    travel = journey_seconds(problem, solution) if policy.travel_budget is not None else 0
    if policy.travel_budget is not None and travel > policy.travel_budget:
        over = travel - policy.travel_budget
        sentence = f"Journeys add up to {travel} seconds, {over} beyond the budget."
        yield Violation("travel-budget", (), sentence, amount=over, unit="seconds")


def _openings(problem: Problem, solution: Solution) -> Iterator[Violation]:
    policy = problem.policy
    for year in range(problem.years):
        opened = [b.id for b in problem.bases if b.candidate and b.opens is None and solution.base[b.id].open[year]]
        caps = [policy.max_openings, policy.openings_by_year[year] if year < len(policy.openings_by_year) else None]
        most = min((cap for cap in caps if cap is not None), default=None)
        if most is not None and len(opened) > most:
            sentence = f"{len(opened)} bases are chosen to open by year {year}, more than {most}."
            yield Violation("opening-limit", tuple(opened), sentence, amount=len(opened) - most)


def _provision(problem: Problem, solution: Solution, closed: tuple[str, ...]) -> Iterator[Violation]:
    for cell in problem.policy.never_to_zero:
        for year in range(problem.years):
            places = sum(
                base.commissioned[year] + solution.base[base.id].extra[year]
                for base in problem.bases
                if solution.base[base.id].open[year]
                and base.area == cell.area
                and cell.need in base.needs
                and (cell.phase is None or cell.phase in base.phases)
            )
            if places < cell.least:
                sentence = f"{cell.area} would have {places} places for {cell.need} in year {year}, not {cell.least}."
                yield Violation("never-to-zero", (cell.area, cell.need), sentence, amount=cell.least - places)
    if problem.policy.protect_sole_providers:
        for base, (area, need, phase) in sole_providers(problem).items():
            if base in closed:
                sentence = f"Base {base} is the only one for {need}, {phase.value}, in {area}."
                yield Violation("sole-provider", (base,), sentence)
