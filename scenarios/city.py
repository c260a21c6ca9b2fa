"""One city: children whom a closure moves are carried by the routes, so that the saving is net of real transport."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from optimiser.core.units import Pence
from optimiser.places import costing
from optimiser.routes import costing as routes_costing
from optimiser.routes.insertion import accept, options_for, without
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.solution import Direction, RoutesSolution, Unserved
from scenarios.comparison import Comparison, compare
from scenarios.runner import Outcome


@dataclass(frozen=True)
class Meeting:
    """A displaced child for the locality team's list: where from, where to, and the need to talk about."""

    child: str
    area: str
    need: str
    leaves: str
    joins: str | None


@dataclass(frozen=True)
class CityPlan:
    """A closure with its transport: the comparison, the routes before and after, and money by year, pence.

    ``saving_before_transport`` is place, running and outside money; ``routes_a_year`` what the routes cost more.
    ``not_carried`` are displaced children whom no run and no new vehicle could take; ``not_in_routes`` travel otherwise
    today and are priced by the model in ``walkers_a_year``. ``without_base`` are left without one: they will travel to
    a place elsewhere, so their seats and their transport stay as they are and nothing is saved by them.
    """

    comparison: Comparison
    problem: RoutesProblem
    routes: RoutesSolution
    saving_before_transport: tuple[Pence, ...]
    routes_a_year: Pence
    walkers_a_year: Pence
    not_carried: tuple[str, ...]
    not_in_routes: tuple[str, ...]
    rides_longer: tuple[tuple[str, int], ...]
    meetings: tuple[Meeting, ...]
    without_base: tuple[str, ...] = ()

    @property
    def net_saving(self) -> tuple[Pence, ...]:
        """Each year's saving less transport, which is charged only in years in which the bases' money changes."""
        more = self.routes_a_year + self.walkers_a_year
        return tuple(Pence(saved - (more if saved else 0)) for saved in self.saving_before_transport)


def carry(
    baseline: Outcome,
    variant: Outcome,
    routes: tuple[RoutesProblem, RoutesSolution],
    *,
    schools: Mapping[str, str] | None = None,
) -> CityPlan:
    """Return the closure with its displaced children moved in the live routes, one after another at least cost.

    Other children's runs stay, save for the stops added and taken off. Raises ValueError without two plans.
    """
    compared = compare(baseline, variant)
    names = schools or {}
    plan, runs = routes
    start = runs
    missing: list[str] = []
    lost: list[str] = []
    longer: dict[str, int] = {}
    walkers = 0
    for moved in compared.moved:
        if moved.after is None:
            continue
        known = plan.child.get(moved.child)
        school = variant.problem.base[moved.after].school
        school = names.get(school, school)
        if known is None or school not in plan.school:
            missing.append(moved.child)
            walkers += moved.transport_after - moved.transport_before
            continue
        runs = without(plan, runs, known)
        there = replace(known, school=school)
        plan = replace(plan, children=tuple(there if each.id == there.id else each for each in plan.children))
        found = options_for(plan, runs, there, most=1)
        if not found:
            lost.append(moved.child)
            runs = _unserved(runs, moved.child)
            continue
        for seating in found[0].seatings:
            for child, seconds in seating.added:
                longer[child] = longer.get(child, 0) + seconds
        runs = accept(plan, runs, there, found[0])
    before, after = routes_costing.costs(routes[0], start), routes_costing.costs(plan, runs)
    return CityPlan(
        compared, plan, runs, _before_transport(baseline, variant),
        Pence((after.money - before.money) * plan.school_days), Pence(walkers), tuple(lost), tuple(missing),
        tuple(sorted((child, seconds) for child, seconds in longer.items() if seconds > 0)),
        tuple(Meeting(c.child, c.area, c.need, c.before or "", c.after) for c in compared.moved),
        tuple(c.child for c in compared.moved if c.after is None),
    )  # fmt: skip


def _unserved(runs: RoutesSolution, child: str) -> RoutesSolution:
    left = tuple(Unserved(child, direction, "no-run", "No run and no vehicle could carry the child to the new school.")
                 for direction in Direction)  # fmt: skip
    return RoutesSolution(runs.runs, (*runs.unserved, *left))


def _before_transport(baseline: Outcome, variant: Outcome) -> tuple[Pence, ...]:
    assert baseline.result is not None and variant.result is not None
    assert baseline.result.solution is not None and variant.result.solution is not None
    old = costing.yearly(baseline.problem, baseline.result.solution)
    new = costing.yearly(variant.problem, variant.result.solution)
    return tuple(
        Pence((one.money - one.transport) - (other.money - other.transport))
        for one, other in zip(old, new, strict=True)
    )
