"""Single points of failure, and the training that removes most of them: chosen together, not one by one."""

from dataclasses import dataclass

from optimiser.core.limits import Limits
from optimiser.core.mip import LinearModel
from optimiser.core.result import Status
from optimiser.guides import reaching
from optimiser.guides.model.backups import free_for
from optimiser.guides.model.eligibility import Frame, frame
from optimiser.guides.problem import GuidesProblem, Need
from optimiser.guides.solution import GuidesSolution


@dataclass(frozen=True, slots=True)
class WeakRun:
    """A required run with fewer than two people who could step in: who they are, and which skill is scarce."""

    run: str
    guide: str | None
    could: tuple[str, ...]
    scarce: str
    children: int


@dataclass(frozen=True, slots=True)
class Course:
    """One guide trained in one competence."""

    guide: str
    competence: str


@dataclass(frozen=True)
class TrainingPlan:
    """Courses chosen, the weak runs they mend, how many children those carry, and a proved bound on that worth."""

    courses: tuple[Course, ...]
    mended: tuple[str, ...]
    children: int
    status: Status
    bound: int | None


def weak_runs(problem: GuidesProblem, solution: GuidesSolution) -> tuple[WeakRun, ...]:
    """Return every required run that fewer than two free guides could take, most children first."""
    arrays = frame(problem)
    found = []
    for run in problem.guided:
        if run.need is not Need.REQUIRED:
            continue
        could = free_for(arrays, solution, arrays.run_column[run.id])
        if len(could) < 2:
            names = tuple(arrays.guides[g].id for g in could)
            holders = {c: sum(c in g.skills_on(problem.day) for g in problem.guides) for c in run.competences}
            scarce = min(sorted(holders), key=lambda c: holders[c]) if holders else ""
            found.append(WeakRun(run.id, solution.holder.get(run.id), names, scarce, len(run.stops)))
    return tuple(sorted(found, key=lambda each: (-each.children, each.run)))


def best_training(
    problem: GuidesProblem, solution: GuidesSolution, *, courses: int, seed: int = 0, limits: Limits | None = None
) -> TrainingPlan:
    """Return at most ``courses`` courses that give most weak runs a second person, weighed by 1 + children aboard.

    A whole variable per course and per run mended; a guide counts for a run only with every competence it lacks taught.
    Unlike counting run by run, one guide's two courses, or one course that serves many runs, are weighed together.
    """
    arrays = frame(problem)
    weak = weak_runs(problem, solution)
    model = LinearModel()
    course: dict[Course, int] = {}
    mend: dict[str, int] = {}
    for each in weak:
        run = problem.run[each.run]
        mend[each.run] = model.variable(cost=-float(1 + each.children))
        ready = []
        for guide, lacking in _one_step_away(arrays, solution, each):
            able = model.variable(whole=False)
            for competence in lacking:
                key = Course(guide, competence)
                if key not in course:
                    course[key] = model.variable(cost=0.001)
                model.row([able, course[key]], [1.0, -1.0], upper=0.0)
            ready.append(able)
        wanting = float(2 - len(each.could))
        model.row([mend[run.id], *ready], [wanting] + [-1.0] * len(ready), upper=0.0)
    if not course:
        return TrainingPlan((), (), 0, Status.OPTIMAL, 0)
    model.row(list(course.values()), upper=float(courses))
    answer = model.solve(limits, seed=seed)
    if answer.values is None:
        return TrainingPlan((), (), 0, answer.status, None)
    chosen = tuple(
        sorted((c for c, at in course.items() if answer.values[at] > 0.5), key=lambda c: (c.guide, c.competence))
    )
    mended = tuple(sorted(run for run, at in mend.items() if answer.values[at] > 0.5))
    children = sum(len(problem.run[run].stops) for run in mended)
    bound = None if answer.bound is None else int(-answer.bound + 1)
    return TrainingPlan(chosen, mended, children, answer.status, bound)


def _one_step_away(arrays: Frame, solution: GuidesSolution, weak: WeakRun) -> list[tuple[str, tuple[str, ...]]]:
    """Return guides whom only missing competences keep from stepping in on a run, with what they lack."""
    problem, run = arrays.problem, arrays.problem.run[weak.run]
    found = []
    for guide in arrays.guides:
        if guide.id in weak.could or solution.holder.get(run.id) == guide.id:
            continue
        if (
            reaching.lawful(problem, guide, run) != ("competence-valid",)
            or reaching.best_way(problem, guide, run) is None
        ):
            continue
        theirs = [problem.run[each] for each in solution.held.get(guide.id, ())]
        if not any(each.direction is run.direction and each.need is Need.REQUIRED for each in theirs):
            found.append((guide.id, tuple(sorted(run.competences - guide.skills_on(problem.day)))))
    return found
