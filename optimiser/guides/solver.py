"""Finds a day's duties, then names the backups, and hands back only what the verifier accepts."""

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result, Status
from optimiser.core.units import Pence
from optimiser.guides import costing, reaching, verifier
from optimiser.guides.model import backups, duties
from optimiser.guides.model.eligibility import Frame, frame
from optimiser.guides.model.shifts import Shifts, enumerate_shifts
from optimiser.guides.problem import GuidesProblem, Run
from optimiser.guides.solution import Assignment, GuidesSolution, Uncovered


def solve(
    problem: GuidesProblem,
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    progress: Progress = ignore,
    start: GuidesSolution | None = None,
) -> Result[GuidesSolution]:
    """Return the cheapest duties with named backups, verified; the cost and bound are pence a day of the duties.

    Backups are a second decision, made to proved least cost with the duties fixed (``model.backups`` has their own
    bound). INFEASIBLE only when the pins contradict the rules. ``start`` is improved upon, never worsened.
    """
    arrays = frame(problem)
    shifts = enumerate_shifts(arrays)
    told = _Told(problem, shifts, progress)
    answer = duties.assign(
        shifts, limits=limits, seed=seed, tell=told.tell, start=_columns(shifts, start) if start else ()
    )
    if answer.status in (Status.INFEASIBLE, Status.NOT_FOUND):
        return Result(answer.status, None, None, answer.bound, (), seed, answer.rounds)
    bare = plan(problem, shifts, answer.columns)
    if start is not None and _better(problem, start, bare):
        bare = GuidesSolution(start.assignments, (), explain_gaps(problem, arrays, start.assignments))
    cost = costing.cost(problem, bare)
    bound = None if answer.bound is None else answer.bound + costing.standing_pay(problem)
    go_on = progress(Step(0.85, "naming backups", cost, None if bound is None else Pence(bound), best=bare))
    named = backups.name(problem, bare, seed=seed).backups if go_on else ()
    whole = GuidesSolution(bare.assignments, named, bare.uncovered)
    if bound is not None and bound == cost:
        status = Status.OPTIMAL
    else:
        status = Status.STOPPED if answer.status is Status.STOPPED or not go_on else Status.FEASIBLE
    progress(Step(1.0, "done", cost, None if bound is None else Pence(bound), best=whole))
    return Result(status, whole, cost, bound, verifier.verify(problem, whole), seed, answer.rounds)


class _Told:
    """Tells the best duties so far as a plan with its cost, so that a run ended by force keeps it."""

    def __init__(self, problem: GuidesProblem, shifts: Shifts, progress: Progress) -> None:
        self.problem, self.shifts, self.progress = problem, shifts, progress
        self.columns: tuple[duties.Column, ...] | None = None
        self.best: GuidesSolution | None = None
        self.cost: Pence | None = None

    def tell(self, share: float, doing: str, columns: tuple[duties.Column, ...] | None, bound: int | None) -> bool:
        """Tell where the search stands, and answer whether to go on."""
        if columns is not None and columns != self.columns:
            self.columns = columns
            found = plan(self.problem, self.shifts, columns)
            cost = costing.cost(self.problem, found)
            if self.cost is None or cost < self.cost:
                self.best, self.cost = found, cost
        proved = None if bound is None else Pence(bound + costing.standing_pay(self.problem))
        return self.progress(Step(share, doing, self.cost, proved, best=self.best))


def plan(problem: GuidesProblem, shifts: Shifts, columns: tuple[duties.Column, ...]) -> GuidesSolution:
    """Return the plan that the chosen columns stand for, with a reason for each run left out."""
    arrays = shifts.frame
    found: list[Assignment] = []
    for g, s in columns:
        guide = arrays.guides[g]
        for half in shifts.halves(shifts.shifts[s]):
            before: Run | None = None
            for at in half:
                run = arrays.runs[at]
                way = (
                    reaching.best_way(problem, guide, run)
                    if before is None
                    else reaching.way_after(problem, guide, before, run)
                )
                if way is not None:
                    found.append(Assignment(run.id, guide.id, way.mode, way.seconds, way.detour))
                before = run
    found.sort(key=lambda each: each.run)
    return GuidesSolution(tuple(found), (), explain_gaps(problem, arrays, tuple(found)))


def explain_gaps(problem: GuidesProblem, arrays: Frame, found: tuple[Assignment, ...]) -> tuple[Uncovered, ...]:
    """Return every guided run without a guide, with the rule that keeps most people off it or who is busy."""
    covered = {each.run for each in found}
    return tuple(_gap(problem, arrays, run) for run in problem.guided if run.id not in covered)


def _gap(problem: GuidesProblem, arrays: Frame, run: Run) -> Uncovered:
    at = arrays.run_column[run.id]
    lawful = [g for g in range(len(arrays.guides)) if arrays.lawful[g, at]]
    able = [g for g in lawful if arrays.able[g, at]]
    if able:
        sentence = f"All {len(able)} guides who could ride run {run.id} are worth more elsewhere or would cost more."
        return Uncovered(run.id, "one-run-at-a-time", sentence)
    if lawful:
        sentence = f"{len(lawful)} guides may ride run {run.id}, but none can be at its first stop in time."
        return Uncovered(run.id, "reach-first-stop", sentence)
    if not arrays.guides:
        return Uncovered(run.id, "guide-at-work", "There are no guides.")
    return _nobody(problem, arrays, run)


def _nobody(problem: GuidesProblem, arrays: Frame, run: Run) -> Uncovered:
    nearest = min(
        (reaching.lawful(problem, guide, run) for guide in arrays.guides), key=lambda broken: (len(broken), broken)
    )
    rule = nearest[0]
    if rule == "competence-valid":
        what = ", ".join(sorted(run.competences))
        return Uncovered(run.id, rule, f"Nobody at work today holds all that run {run.id} needs: {what}.")
    return Uncovered(run.id, rule, f"Nobody may ride run {run.id} today; for the nearest guide the rule is {rule}.")


def _better(problem: GuidesProblem, start: GuidesSolution, found: GuidesSolution) -> bool:
    bare = GuidesSolution(start.assignments, (), start.uncovered)
    sound = not any(each.hard for each in verifier.verify(problem, bare))
    return sound and costing.cost(problem, bare) < costing.cost(problem, found)


def _columns(shifts: Shifts, start: GuidesSolution) -> tuple[duties.Column, ...]:
    """Return the columns that a plan holds, as far as this problem still has them."""
    rows, places = shifts.frame.guide_row, shifts.frame.run_column
    position = {shift.runs: s for s, shift in enumerate(shifts.shifts)}
    found = []
    for guide, runs in start.held.items():
        held = sorted((places[run] for run in runs if run in places), key=lambda at: shifts.frame.runs[at].need_from)
        if guide in rows and tuple(held) in position:
            found.append((rows[guide], position[tuple(held)]))
    return tuple(found)
