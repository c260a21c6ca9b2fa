"""The Tuesday quote: for one child, every suitable base with its place and its transport on the live routes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from optimiser.core.errors import UnknownSubject
from optimiser.core.units import MINUTE, Pence, Seconds
from optimiser.places import costing
from optimiser.places.problem import Base, Problem, Pupil, Stay
from optimiser.places.rules import designated, never_open, new_there, serves
from optimiser.places.solution import BasePlan, Solution
from optimiser.routes.insertion import Option, options_for
from optimiser.routes.problem import Child, RoutesProblem
from optimiser.routes.solution import RoutesSolution


class Fit(Enum):
    """How well a designation fits the child, best first."""

    FULL = "designated for the need and every second need"
    NEED = "designated for the need"
    SECOND = "designated for a second need only"
    NONE = "not designated for any of the child's needs"


RANK = {fit: number for number, fit in enumerate(Fit)}


@dataclass(frozen=True)
class Carriage:
    """How the child would travel: yearly pence, the ride, and what it asks of the guide, the vehicle and the others.

    ``live`` says that the price is the change in the live routes, not the model's estimate. ``longer`` names each child
    who would ride longer, with the seconds.
    """

    yearly: Pence
    live: bool
    sentence: str
    ride: Seconds | None = None
    guide: str = ""
    equipment: str = ""
    larger_vehicle: bool = False
    new_vehicle: bool = False
    longer: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Line:
    """One candidate. ``place`` is what this child adds a year, pence (nothing where an empty place is paid for now),
    ``rate`` what a place there is priced at; ``concerns`` are sentences against it, none for a clean one.
    """

    base: str
    school: str
    area: str
    special_school: bool
    fit: Fit
    vacant: int
    journey: Seconds
    place: Pence
    rate: Pence
    carriage: Carriage
    concerns: tuple[str, ...] = ()

    @property
    def yearly(self) -> Pence:
        """Place and transport together, pence a year."""
        return Pence(self.place + self.carriage.yearly)


@dataclass(frozen=True)
class Quote:
    """What was known when a case was heard: the lines in order, the basis of cost, and the sources of the figures."""

    child: str
    need: str
    on: date
    year: str
    lines: tuple[Line, ...]
    basis: str
    travel: str
    routes: str


@dataclass(frozen=True)
class Decision:
    """A quote with what was decided and why, kept so that it can be opened again as it was seen then."""

    quote: Quote
    chosen: str | None
    reasons: tuple[str, ...] = ()
    seen: tuple[tuple[str, str], ...] = field(default=())


def quote(
    problem: Problem,
    solution: Solution,
    pupil: Pupil | str,
    *,
    on: date,
    routes: tuple[RoutesProblem, RoutesSolution] | None = None,
    rider: Child | None = None,
    year: int = 0,
    most: int = 30,
    schools: Mapping[str, str] | None = None,
    also: Sequence[Base] = (),
) -> Quote:
    """Return every base that could be considered for a child, ranked; at most ``most`` are priced on the routes.

    ``routes`` are the live routes; without them, or for a school they do not serve, transport is the model's estimate
    and says so. ``rider`` is the child as the routes see it (taken from the routes when it is there). ``schools`` maps
    a base's school to its id in the routes where they differ. ``also`` are candidates outside the plan, such as special
    schools, with their places taken as vacant. Raises UnknownSubject for a pupil who is not in the plan.
    """
    if isinstance(pupil, str):
        if pupil not in problem.pupil:
            raise UnknownSubject(f"there is no pupil {pupil} in this plan")
        pupil = problem.pupil[pupil]
    stay = Stay(pupil.id, 0, year, year, pupil.phase_in(year), True)
    problem, solution = _with_others(problem, solution, pupil, also)
    able = [base for base in problem.bases if _considered(base, pupil, stay)]
    able.sort(key=lambda base: (RANK[fit_of(base, pupil)], problem.seconds(pupil, base), base.id))
    rolls = costing.rolls_in(solution, year)
    lines = []
    for base in able[:most]:
        carriage = _carriage(problem, pupil, base, stay, routes, rider, schools or {})
        lines.append(_line(problem, solution, pupil, base, stay, rolls.get(base.id, 0), carriage))
    lines.sort(key=lambda line: (len(line.concerns) > 0, RANK[line.fit], line.yearly, line.journey, line.base))
    source = "live routes" if routes is not None else "no routes given: transport is an estimate"
    prices = replace(problem.prices, with_transport=True)
    return Quote(
        pupil.id, pupil.need, on, problem.year_names[year], tuple(lines), prices.label, problem.travel.source, source
    )


def _with_others(problem: Problem, solution: Solution, pupil: Pupil, also: Sequence[Base]) -> tuple[Problem, Solution]:
    """Return the plan with the child (who may be new) and the candidates from outside it."""
    known = problem.pupil.get(pupil.id) == pupil
    pupils = problem.pupils if known else (*(p for p in problem.pupils if p.id != pupil.id), pupil)
    fresh = tuple(base for base in also if base.id not in problem.base)
    if known and not fresh:
        return problem, solution
    years = problem.years
    plans = tuple(BasePlan(base.id, (True,) * years, (0,) * years) for base in fresh)
    whole = replace(problem, pupils=pupils, bases=(*problem.bases, *fresh))
    return whole, replace(solution, bases=(*solution.bases, *plans))


def fit_of(base: Base, pupil: Pupil) -> Fit:
    """Return how well a base's designation fits a pupil."""
    if pupil.need in base.needs:
        return Fit.FULL if all(need in base.needs for need in pupil.second_needs) else Fit.NEED
    return Fit.SECOND if any(need in base.needs for need in pupil.second_needs) else Fit.NONE


def _considered(base: Base, pupil: Pupil, stay: Stay) -> bool:
    return fit_of(base, pupil) is not Fit.NONE and serves(base, pupil, stay) and not never_open(base, stay)


def _line(
    problem: Problem, solution: Solution, pupil: Pupil, base: Base, stay: Stay, roll: int, carriage: Carriage
) -> Line:
    there = solution.at.get((pupil.id, stay.first)) == base.id
    bought = base.commissioned[stay.first] + solution.base[base.id].extra[stay.first]
    vacant = max(0, bought - roll + there)
    yearly = costing.yearly_at(problem, stay, base)
    journey = problem.seconds(pupil, base)
    concerns = _concerns(problem, solution, pupil, base, stay, vacant, carriage)
    return Line(
        base.id, base.school, base.area, base.special_school, fit_of(base, pupil), vacant, journey,
        Pence(yearly.places + yearly.top_up + yearly.core), base.place_rate, carriage, concerns,
    )  # fmt: skip


def _concerns(
    problem: Problem, solution: Solution, pupil: Pupil, base: Base, stay: Stay, vacant: int, carriage: Carriage
) -> tuple[str, ...]:
    found = []
    if not solution.open_in(base.id, stay.first):
        found.append("It is closed in the plan.")
    if vacant <= 0:
        room = base.physical_max is None or base.physical_max > base.commissioned[stay.first]
        found.append("Every place is filled; its rooms could hold more." if room else "Every place is filled.")
    if not designated(base, pupil):
        found.append("It is designated for a second need only.")
    over = problem.seconds(pupil, base) - problem.limit_of(pupil)
    if over > 0 and pupil.current != base.id:
        found.append(f"The journey is {-(-over // MINUTE)} minutes beyond the limit.")
    if base.id in pupil.refuses:
        found.append("It was ruled out for this child.")
    if new_there(base, pupil, stay):
        found.append("It no longer admits.")
    if carriage.live and carriage.ride is None:
        found.append(carriage.sentence)
    return tuple(found)


def _carriage(
    problem: Problem,
    pupil: Pupil,
    base: Base,
    stay: Stay,
    routes: tuple[RoutesProblem, RoutesSolution] | None,
    rider: Child | None,
    schools: Mapping[str, str],
) -> Carriage:
    free = problem.transport.free_primary if stay.phase.value in ("early years", "primary") else (
        problem.transport.free_secondary
    )  # fmt: skip
    metres = problem.travel.metres_between(pupil.home, base.place)
    estimate = problem.transport.yearly(metres, stay.phase)
    if routes is None:
        return Carriage(estimate, False, "Estimated from the distance; no routes were given.")
    plan, runs = routes
    school = schools.get(base.school, base.school)
    known = rider or plan.child.get(pupil.id)
    if known is None and metres < free:
        return Carriage(Pence(0), True, "Near enough to walk.", ride=Seconds(0))
    if known is None or school not in plan.school:
        why = "the routes do not hold this child" if known is None else "no route goes to this school"
        return Carriage(estimate, False, f"Estimated from the distance: {why}.")
    found = options_for(plan, runs, replace(known, school=school), most=1)
    if not found:
        return Carriage(estimate, True, "No run and no vehicle could carry the child there; the price is an estimate.")
    return _from_option(found[0])


def _from_option(option: Option) -> Carriage:
    longer: dict[str, int] = {}
    for seating in option.seatings:
        for child, seconds in seating.added:
            if seconds > 0:
                longer[child] = max(longer.get(child, 0), seconds)
    return Carriage(
        option.year, True, option.sentence,
        ride=Seconds(max(seating.ride for seating in option.seatings)),
        guide="; ".join(sorted({seating.guide for seating in option.seatings})),
        equipment="; ".join(sorted({seating.equipment for seating in option.seatings})),
        larger_vehicle=any(seating.upgraded for seating in option.seatings),
        new_vehicle=option.new_vehicle,
        longer=tuple(sorted(longer.items())),
    )  # fmt: skip


def decide(heard: Quote, chosen: str | None, *, reasons: tuple[str, ...] = ()) -> Decision:
    """Return the record of a decision; raises UnknownSubject when the base was not in the quote.

    A choice other than the first line keeps what was set aside, so that the reasons shown then can be read later.
    """
    known = {line.base for line in heard.lines}
    if chosen is not None and chosen not in known:
        raise UnknownSubject(f"base {chosen} was not in the quote")
    seen = tuple((line.base, " ".join(line.concerns) or "No concern.") for line in heard.lines)
    return Decision(heard, chosen, reasons, seen)


def reopened(decision: Decision, now: Quote) -> tuple[str, ...]:
    """Return in words what has changed since a decision; none when it would be seen alike."""
    before = {line.base: line for line in decision.quote.lines}
    after = {line.base: line for line in now.lines}
    found = [f"Base {base} is no longer suitable." for base in before if base not in after]
    found += [f"Base {base} was not suitable then." for base in after if base not in before]
    for base in before:
        if base in after:
            one, other = before[base], after[base]
            if (one.vacant > 0) != (other.vacant > 0):
                found.append(f"Base {base} {'now has a place' if other.vacant else 'is now full'}.")
            if abs(one.yearly - other.yearly) >= 10_000:
                found.append(f"Base {base} costs £{(other.yearly - one.yearly) / 100:+,.0f} a year against then.")
    first = now.lines[0].base if now.lines else None
    if decision.chosen is not None and first is not None and first != decision.chosen:
        found.append(f"Base {first} would now come first; {decision.chosen} was chosen.")
    return tuple(found)
