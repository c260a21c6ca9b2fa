"""Why a child has no run or a long ride, and the cheapest change that works; why a run costs what it does."""

from collections.abc import Iterator
from dataclasses import replace

from optimiser.core.errors import UnknownSubject
from optimiser.core.explanation import Explanation, Reason, Remedy
from optimiser.core.limits import Limits
from optimiser.core.units import Seconds
from optimiser.routes import costing
from optimiser.routes.insertion import blocks_for
from optimiser.routes.problem import Child, RoutesProblem
from optimiser.routes.repairs import Repair, repairs
from optimiser.routes.replanning import replan
from optimiser.routes.riding import direct_seconds, ride_limit, ride_seconds
from optimiser.routes.screening import blockers
from optimiser.routes.solution import Direction, RoutesSolution, Run
from optimiser.routes.tables import run_metres
from optimiser.routes.verifier import verify

WORK = 4000
"""Search iterations for each change that is tried."""


def explain(problem: RoutesProblem, solution: RoutesSolution, *, about: str) -> Explanation:
    """Return why a child or a run is as it is. Raises UnknownSubject for an id that is neither."""
    if about in problem.child:
        return _child(problem, solution, problem.child[about])
    if about in solution.run:
        return _run(problem, solution, solution.run[about])
    raise UnknownSubject(f"there is no child or run called {about}")


def _child(problem: RoutesProblem, solution: RoutesSolution, child: Child) -> Explanation:
    sentences: list[str] = []
    reasons: list[Reason] = []
    remedies: list[Remedy] = []
    blocks = blocks_for(problem, solution, child.id)
    for direction in Direction:
        if not problem.travels(child, direction):
            continue
        run = solution.run_of.get((child.id, direction))
        if run is None:
            left = solution.reason.get((child.id, direction))
            why = left.sentence if left is not None else "no reason was recorded."
            sentences.append(f"Child {child.id} has no run in the {direction.value}: {why}")
            for fault in blockers(problem, child, direction):
                reasons.append(Reason(fault.rule, f"a vehicle of their own, {direction.value}", fault.sentence))
            if left is not None and all(reason.rule != left.rule for reason in reasons):
                reasons.append(Reason(left.rule, f"a vehicle of their own, {direction.value}", left.sentence))
        else:
            sentences.append(_ride(problem, run, child))
        named = {run.id: run for run in solution.runs}
        for block in blocks:
            if named.get(block.run) is not None and named[block.run].direction is direction:
                reasons.append(Reason(block.rule, f"run {block.run}", block.sentence))
    if any(each.child == child.id for each in solution.unserved):
        remedies = list(_remedies(problem, solution, child))
    else:
        remedies = list(_shorter(problem, solution, child))
    return Explanation(child.id, " ".join(sentences), tuple(reasons), tuple(remedies))


def _ride(problem: RoutesProblem, run: Run, child: Child) -> str:
    ride = ride_seconds(problem, run, child)
    limit = ride_limit(problem, child, run.direction)
    after = len(run.children) - run.children.index(child.id) - 1
    before = run.children.index(child.id)
    others = after if run.direction is Direction.MORNING else before
    share = "no other call is made while they ride" if others == 0 else f"{others} others are met while they ride"
    return (
        f"Child {child.id} rides {ride // 60} minutes on run {run.id} in the {run.direction.value}; the limit is "
        f"{limit.seconds // 60} ({limit.source}); {share}."
    )


def _remedies(problem: RoutesProblem, solution: RoutesSolution, child: Child) -> Iterator[Remedy]:
    """Give the changes that let the child be carried, proved by planning the school again with the child forced."""
    before = costing.costs(problem, solution).money
    proved = []
    for repair in _candidates(problem, solution, child):
        plan = proves(repair, solution, child)
        if plan is not None:
            proved.append((costing.costs(repair.problem, plan).money - before, repair))
    for cost, repair in sorted(proved, key=lambda pair: (pair[0], pair[1].sentence)):
        yield Remedy(repair.sentence, repair.change, cost, True)


def _shorter(problem: RoutesProblem, solution: RoutesSolution, child: Child) -> Iterator[Remedy]:
    """Give what holding a child's ride near the direct journey would cost, proved by planning the school again."""
    riding = [(solution.run_of[child.id, d], d) for d in Direction if (child.id, d) in solution.run_of]
    index = {d: problem.travel(d).index for _, d in riding}
    direct = max(
        (min(direct_seconds(problem, child, d, p) for p in child.places if p.place in index[d]) for _, d in riding),
        default=0,
    )
    target = Seconds(-(-(direct + 300) // 300) * 300)
    if all(ride_seconds(problem, run, child) <= target for run, _ in riding):
        return
    said = f"Hold the ride of child {child.id} to {target // 60} minutes."
    held = replace(child, max_ride=target)
    changed = replace(problem, children=tuple(held if each == child else each for each in problem.children))
    repair = Repair("ride-time", said, (("child", child.id), ("max_ride", str(target))), changed)
    plan = proves(repair, solution, child)
    if plan is not None:
        more = costing.costs(changed, plan).money - costing.costs(problem, solution).money
        yield Remedy(said, repair.change, more, True)


def _candidates(problem: RoutesProblem, solution: RoutesSolution, child: Child, most: int = 6) -> list[Repair]:
    found: list[Repair] = []
    for left in solution.unserved:
        if left.child == child.id:
            found += [each for each in repairs(problem, child, left.direction, left.rule)[:most] if each not in found]
    return found


def proves(repair: Repair, solution: RoutesSolution, child: Child) -> RoutesSolution | None:
    """Return the plan in which a repair carries the child both ways with no hard rule broken, or None.

    The child's school alone is planned again. A repair for one direction that leaves the other unmended is mended there
    too when the same rule stands in the way.
    """
    problem = repair.problem
    for direction in Direction:
        for fault in (
            list(blockers(problem, problem.child[child.id], direction)) if problem.travels(child, direction) else ()
        ):
            again = repairs(problem, problem.child[child.id], direction, fault.rule)
            if fault.rule != repair.rule or not again:
                return None
            problem = again[0].problem
    schools = {child.school} | {problem.child[each].school for each in problem.partners.get(child.id, ())}
    forced = frozenset({child.id})
    plan = replan(problem, solution, schools=schools, limits=Limits(work=WORK), forced=forced, scratch=True)
    carried = all((child.id, d) in plan.run_of for d in Direction if problem.travels(child, d))
    broken = any(violation.hard for violation in verify(problem, plan))
    return plan if carried and not broken else None


def _run(problem: RoutesProblem, solution: RoutesSolution, run: Run) -> Explanation:
    kind = problem.vehicle_class[run.vehicle_class]
    chained = solution.vehicles[run.vehicle]
    rate, charge, _, _ = costing.vehicle_costs(problem, chained)
    metres = run_metres(problem, run)
    mileage = costing.mileage(kind.per_mile, metres)
    hire = costing.hire(kind.per_hour, run.ends - run.begins)
    guide = problem.prices.guide if costing.needs_guide(problem, run) else 0
    day = costing.a_day(rate + charge)
    reasons = [
        Reason(
            "day-rate",
            "vehicle",
            f"Vehicle {run.vehicle} ({kind.id}) costs {_pounds(day)} a day for {len(chained)} runs.",
        ),
        Reason("mileage", "miles", f"{metres / 1609.344:.1f} miles cost {_pounds(mileage)}."),
    ]
    if hire:
        reasons.append(Reason("hire", "hours", f"{(run.ends - run.begins) // 60} minutes cost {_pounds(hire)}."))
    if guide:
        reasons.append(Reason("guide", "guide", f"A guide is planned at {_pounds(guide)}."))
    reasons += _why_this_class(problem, run)
    share = day // len(chained) + mileage + hire + guide
    riders = len(run.children)
    said = f"Run {run.id} costs about {_pounds(share)} a day, the vehicle's day shared out; it carries {riders}."
    return Explanation(run.id, said, tuple(reasons))


def _why_this_class(problem: RoutesProblem, run: Run) -> Iterator[Reason]:
    """Say which rule keeps each cheaper class from driving the run."""
    kind = problem.vehicle_class[run.vehicle_class]
    for other in sorted(problem.vehicle_classes, key=lambda each: each.day_rate):
        if other.day_rate >= kind.day_rate or not other.layouts:
            continue
        broken: set[str] = set()
        for at, layout in enumerate(other.layouts):
            tried = replace(run, vehicle_class=other.id, layout=layout.id)
            part = replace(
                problem, children=tuple(problem.child[c] for c in run.children), last=(), pinned_runs=frozenset()
            )
            rules = {v.rule for v in verify(part, RoutesSolution((tried,))) if v.hard} - {
                "served-once",
                "kept-together",
            }
            broken = rules if at == 0 or len(rules) < len(broken) else broken
        if broken:
            said = f"{other.id} would be cheaper but breaks {', '.join(sorted(broken))}."
            yield Reason(sorted(broken)[0], other.id, said)


def _pounds(pence: int) -> str:
    return f"£{pence / 100:,.2f}"
