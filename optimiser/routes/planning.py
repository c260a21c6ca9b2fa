"""A whole city of single-school runs: each school by itself over a pool, then fleet, chains, clocks and ids."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from multiprocessing import get_context

from optimiser.core.limits import Limits
from optimiser.core.processes import end_with_parent
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.units import Pence
from optimiser.routes import costing, splitting
from optimiser.routes.assembling import plan_runs
from optimiser.routes.problem import Child, RoutesProblem
from optimiser.routes.riding import since_school
from optimiser.routes.screening import impossible
from optimiser.routes.search.single import Round, Task, make_task
from optimiser.routes.search.starts import calls_of, improve
from optimiser.routes.solution import Direction, RoutesSolution, Run, Unserved
from optimiser.routes.verifier import verify

PER_CHILD = 300
"""Iterations of the search for each child and direction when no work is given."""

FIRST_PASS = 6
"""Iterations for each child and direction of the first pass when only the clock limits: a plan soon, then better."""

PATIENCE = 30
"""Passes in a row that may find nothing better before a search by the clock ends early."""

WORTH_A_POOL = 30_000
"""Iterations below which starting other processes takes longer than it saves."""

SEARCHING = 0.8
"""The share of the time allowed that is searched; the rest is for vehicles, clocks and checking."""

Begin = Mapping[tuple[str, Direction], Sequence[Sequence[tuple[str, str]]]]


@dataclass(frozen=True)
class Job:
    """One school's tasks, morning first, with the work allowed for each and where to begin."""

    school: str
    tasks: tuple[Task, ...]
    iterations: tuple[int, ...]
    seed: int
    begin: tuple[Sequence[Sequence[tuple[str, str]]] | None, ...]


def plan_city(
    problem: RoutesProblem,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
    start: RoutesSolution | None = None,
) -> tuple[RoutesSolution, bool, int]:
    """Return a plan of single-school runs, whether somebody asked to stop, and the iterations allowed."""
    began = time.monotonic()
    unserved, carried = screened(problem)
    kept = pinned_among(problem)
    jobs = make_jobs(problem, carried, kept, limits=limits, seed=seed, start=start)
    if limits.seconds is not None and limits.work is None:
        plan, stopped, work = _by_the_clock(
            problem, jobs, lambda rounds: finish(problem, rounds, kept, unserved), limits, progress, began
        )
    else:
        deadline = None if limits.seconds is None else began + SEARCHING * limits.seconds
        rounds, stopped = _search(jobs, limits, progress, deadline)
        plan, work = finish(problem, rounds, kept, unserved), sum(sum(job.iterations) for job in jobs)
    if start is not None and better(problem, start, plan):
        plan = start
    return plan, stopped, work


def pinned_among(problem: RoutesProblem) -> tuple[Run, ...]:
    """Return last term's runs that are pinned."""
    return tuple(run for run in problem.last if run.id in problem.pinned_runs)


def better(problem: RoutesProblem, one: RoutesSolution, other: RoutesSolution) -> bool:
    """Return whether a plan breaks no hard rule and costs less than another."""
    if costing.cost(problem, one) >= costing.cost(problem, other):
        return False
    return not any(violation.hard for violation in verify(problem, one))


def screened(
    problem: RoutesProblem, *, schools: Collection[str] | None = None
) -> tuple[list[Unserved], dict[tuple[str, Direction], list[Child]]]:
    """Split the schools' children into those whom a run could carry and those whom no run could, with the reason."""
    unserved: list[Unserved] = []
    carried: dict[tuple[str, Direction], list[Child]] = {}
    for child in problem.children:
        for direction in Direction:
            if not problem.travels(child, direction) or (schools is not None and child.school not in schools):
                continue
            fault = impossible(problem, child, direction)
            if fault is None:
                carried.setdefault((child.school, direction), []).append(child)
            else:
                unserved.append(Unserved(child.id, direction, fault.rule, f"{fault.sentence} {fault.remedy}"))
    return unserved, carried


def make_jobs(
    problem: RoutesProblem,
    carried: Mapping[tuple[str, Direction], Sequence[Child]],
    kept: Sequence[Run],
    *,
    limits: Limits,
    seed: int,
    start: RoutesSolution | None,
    surcharge: Mapping[str, int] | None = None,
    forced: frozenset[str] = frozenset(),
) -> tuple[Job, ...]:
    """Return a job for each school with someone to carry, the largest first, so that a pool ends evenly."""
    riding = {(child, run.direction) for run in kept for child in run.children}
    begin = _begin(problem, start)
    total = sum(len(children) for children in carried.values()) or 1
    jobs = []
    for number, school in enumerate(problem.schools):
        tasks, work, first = [], [], []
        for direction in Direction:
            listed = carried.get((school.id, direction), ())
            children = [child for child in listed if (child.id, direction) not in riding]
            task = make_task(problem, school.id, direction, children, surcharge=surcharge, forced=forced)
            if task is not None:
                tasks.append(task)
                each = PER_CHILD if limits.work is None else limits.work / total
                work.append(max(50, round(each * len(children))))
                first.append(begin.get((school.id, direction)))
        if tasks:
            jobs.append(Job(school.id, tuple(tasks), tuple(work), seed * 7919 + number, tuple(first)))
    return tuple(sorted(jobs, key=lambda job: (-sum(len(task.children) ** 2 for task in job.tasks), job.school)))


def _begin(problem: RoutesProblem, start: RoutesSolution | None) -> Begin:
    runs = start.runs if start is not None else problem.last if problem.change != type(problem.change)() else ()
    found: dict[tuple[str, Direction], list[tuple[tuple[str, str], ...]]] = {}
    for run in runs:
        schools = {problem.child[child].school for child in run.children if child in problem.child}
        if len(schools) == 1:
            found.setdefault((schools.pop(), run.direction), []).append(calls_of(run))
    return found


def work_on(job: Job) -> tuple[Round, ...]:
    """Return one school's rounds in both directions; the afternoon begins from the morning's where it can."""
    found: tuple[Round, ...] = ()
    for task, iterations, begin, number in zip(job.tasks, job.iterations, job.begin, range(2), strict=False):
        first = begin or [route.calls for route in found] or None
        rounds, _ = improve(task, iterations=iterations, seed=job.seed * 2 + number, begin=first)
        found = (*found, *rounds)
    return found


def _search(
    jobs: Sequence[Job], limits: Limits, progress: Progress, deadline: float | None
) -> tuple[list[Round], bool]:
    """Return every school's rounds in the order of the schools, and whether somebody asked to stop."""
    total = sum(sum(job.iterations) for job in jobs) or 1
    found: dict[str, tuple[Round, ...]] = {}
    done, stopped = 0, False
    pooled = limits.processes > 1 and total >= WORTH_A_POOL
    results = _pooled(jobs, limits.processes, deadline) if pooled else _one_by_one(jobs, deadline)
    for job, rounds, go_on in results:
        found[job.school] = rounds
        done += sum(job.iterations)
        if not stopped and not progress(Step(0.9 * done / total, f"{len(found)} of {len(jobs)} schools planned")):
            stopped = True
        go_on[0] = not stopped
    return [route for school in sorted(found) for route in found[school]], stopped


def _by_the_clock(
    problem: RoutesProblem,
    jobs: Sequence[Job],
    put_together: Callable[[list[Round]], RoutesSolution],
    limits: Limits,
    progress: Progress,
    began: float,
) -> tuple[RoutesSolution, bool, int]:
    """Return the best plan of passes over every school, a short one first so that there is a plan soon.

    Each pass begins from what was found, with other seeds, and its length is judged from how fast the last one went.
    """
    assert limits.seconds is not None
    deadline = began + SEARCHING * limits.seconds
    each, number, done, idle = float(FIRST_PASS), 0, 0, 0
    best: tuple[Pence, RoutesSolution] | None = None
    rounds: list[Round] = []
    while True:
        at = time.monotonic()
        going = _pass(jobs, rounds, each, number)
        rounds, stopped = _search(going, limits, _late(progress, began, limits.seconds, number, best), deadline)
        searched, number = time.monotonic(), number + 1
        done += sum(sum(job.iterations) for job in going)
        plan = put_together(rounds)
        worth = costing.cost(problem, plan)
        idle = 0 if best is None or worth < best[0] else idle + 1
        if best is None or worth < best[0]:
            best = worth, plan
        if not stopped:
            share = min(0.99, (time.monotonic() - began) / limits.seconds)
            stopped = not progress(Step(share, f"pass {number} put together", best[0], best=best[1]))
        # The next pass has to be put together as well, so its time is kept back, as is a margin for a busy machine.
        left = deadline - time.monotonic() - (time.monotonic() - searched)
        each = min(PER_CHILD, each / (searched - at) * left * (0.45 if number == 1 else 0.9))
        if stopped or left <= 0 or each < 1 or idle >= PATIENCE:
            return best[1], stopped, done


def _pass(jobs: Sequence[Job], rounds: Sequence[Round], each: float, number: int) -> list[Job]:
    """Return the jobs with so many iterations for each child, beginning from the rounds found so far."""
    by_task: dict[tuple[str, Direction], list[tuple[tuple[str, str], ...]]] = {}
    for route in rounds:
        by_task.setdefault((route.school, route.direction), []).append(route.calls)
    return [
        replace(
            job,
            seed=job.seed + 104_729 * number,
            iterations=tuple(max(50, round(each * len(task.children))) for task in job.tasks),
            begin=tuple(by_task.get((task.school, task.direction)) for task in job.tasks) if rounds else job.begin,
        )
        for job in jobs
    ]


def _late(
    progress: Progress, began: float, seconds: float, number: int, best: tuple[Pence, RoutesSolution] | None
) -> Progress:
    """Return a progress that counts the clock, since the share done of a search by the clock is the time used."""

    def tell(step: Step, /) -> bool:
        share = min(0.99, (time.monotonic() - began) / seconds)
        return progress(Step(share, f"pass {number + 1}: {step.doing}", best[0] if best else None))

    return tell


def _short(job: Job, deadline: float | None, hurry: bool) -> Job:
    """Return the job, cut to the least work when time is up or somebody asked to stop."""
    if hurry or (deadline is not None and time.monotonic() > deadline):
        least = (
            min(most, max(50, 2 * len(task.children)) if begin is None else 1)
            for task, most, begin in zip(job.tasks, job.iterations, job.begin, strict=True)
        )
        return replace(job, iterations=tuple(least))
    return job


def _one_by_one(jobs: Sequence[Job], deadline: float | None) -> Iterator[tuple[Job, tuple[Round, ...], list[bool]]]:
    go_on = [True]
    for job in jobs:
        yield job, work_on(_short(job, deadline, not go_on[0])), go_on


def _pooled(
    jobs: Sequence[Job], processes: int, deadline: float | None
) -> Iterator[tuple[Job, tuple[Round, ...], list[bool]]]:
    """Work on jobs in child processes, a few ahead at a time so that a stop is heard soon."""
    go_on, queue = [True], list(jobs)
    running: dict[Future[tuple[Round, ...]], Job] = {}
    workers = min(processes, len(jobs) or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        while queue or running:
            while queue and len(running) < 2 * processes:
                job = queue.pop(0)
                running[pool.submit(work_on, _short(job, deadline, not go_on[0]))] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result(), go_on


def finish(
    problem: RoutesProblem, rounds: Sequence[Round], kept: Sequence[Run], unserved: Sequence[Unserved]
) -> RoutesSolution:
    """Return the plan of these rounds, leaving out what the fleet cannot carry, and listing whoever has no run."""
    runs = plan_runs(problem, rounds, kept=kept)
    within, short = _within_caps(problem, runs, frozenset(run.id for run in kept))
    if short:
        within = plan_runs(problem, _smaller(problem, set(runs) - set(within)), kept=within, settled=True)
    runs = within
    listed = list(unserved)
    named = {(each.child, each.direction) for each in listed}
    riding = {(child, run.direction) for run in runs for child in run.children}
    for child in problem.children:
        for direction in Direction:
            key = (child.id, direction)
            if not problem.travels(child, direction) or key in riding or key in named:
                continue
            listed.append(_left_out(problem, child, direction, short.get(key)))
    return RoutesSolution(runs, tuple(sorted(listed, key=lambda each: (each.child, each.direction.value))))


def _smaller(problem: RoutesProblem, dropped: Collection[Run]) -> list[Round]:
    """Return rounds of vehicles without a cap for whoever they can carry of the runs dropped."""
    small = splitting.uncapped_classes(problem)
    found: list[Round] = []
    for run in sorted(dropped, key=lambda each: each.id):
        schools = {problem.child[child].school for child in run.children}
        if len(schools) == 1 and run.id not in problem.pinned_runs:
            school, calls = schools.pop(), calls_of(run)
            since = since_school(problem, school, run.direction, calls)
            whole = Round(school, run.direction, calls, since, run.vehicle_class, run.layout)
            found += splitting.split(problem, whole, small).rounds
    return found


def _left_out(problem: RoutesProblem, child: Child, direction: Direction, short: str | None) -> Unserved:
    if short is not None:
        said = f"There are too few vehicles for the run that would carry child {child.id}. Find or hire another."
        return Unserved(child.id, direction, short, said)
    price = problem.unserved_price(child)
    said = f"Carrying child {child.id} would cost more than the {price // 100} pounds a day put on leaving them out."
    return Unserved(child.id, direction, "served-once", said)


def _within_caps(
    problem: RoutesProblem, runs: Sequence[Run], kept: frozenset[str]
) -> tuple[tuple[Run, ...], dict[tuple[str, Direction], str]]:
    """Drop the vehicles that the fleet does not have, those cheapest to leave out first; name each child's rule.

    A vehicle with a run that is kept comes last of all.
    """
    plan = RoutesSolution(tuple(runs))
    short: dict[tuple[str, Direction], str] = {}
    dropped: set[str] = set()
    for rule, group, cap in _caps(problem):
        mine = [v for v, own in plan.vehicles.items() if own[0].vehicle_class in group and v not in dropped]
        mine.sort(key=lambda v: (any(run.id in kept for run in plan.vehicles[v]), _worth(problem, plan, v)))
        for vehicle in mine[: max(0, len(mine) - cap)]:
            dropped.add(vehicle)
            short |= {(child, run.direction): rule for run in plan.vehicles[vehicle] for child in run.children}
    return tuple(run for run in runs if run.vehicle not in dropped), short


def _caps(problem: RoutesProblem) -> Iterator[tuple[str, frozenset[str], int]]:
    for kind in problem.vehicle_classes:
        if kind.available is not None:
            yield "fleet-count", frozenset({kind.id}), kind.available
    for operator in problem.operators:
        if operator.cap is not None:
            mine = frozenset(kind.id for kind in problem.vehicle_classes if kind.operator == operator.id)
            yield "operator-cap", mine, operator.cap


def _worth(problem: RoutesProblem, plan: RoutesSolution, vehicle: str) -> tuple[bool, Pence, str]:
    runs = plan.vehicles[vehicle]
    pinned = any(run.id in problem.pinned_runs for run in runs)
    return pinned, Pence(sum(problem.unserved_price(problem.child[c]) for run in runs for c in run.children)), vehicle
