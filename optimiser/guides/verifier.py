"""Every rule checked from scratch against a plan, knowing nothing of how the plan was found."""

from collections import Counter
from collections.abc import Iterator

from optimiser.core.violation import Violation
from optimiser.guides import reaching
from optimiser.guides.costing import is_split
from optimiser.guides.problem import Direction, Guide, GuidesProblem, Mode, Need, Run
from optimiser.guides.rules import RULES
from optimiser.guides.solution import Assignment, Backup, GuidesSolution


def verify(problem: GuidesProblem, solution: GuidesSolution) -> tuple[Violation, ...]:
    """Return every rule that a plan breaks, hard and soft."""
    strange = tuple(_strangers(problem, solution))
    if strange:
        return strange
    found: list[Violation] = []
    for check in (_counts, _lawful, _hours, _getting_there, _shapes, _pins, _soft_duties, _backups, _soft_backups):
        found.extend(check(problem, solution))
    return tuple(found)


def _break(rule: str, *subjects: str, why: str = "", amount: int = 1, unit: str = "") -> Violation:
    return Violation(rule, subjects, why or RULES[rule].sentence, RULES[rule].hard, amount, unit)


def _strangers(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    wanting = {run.id for run in problem.guided}
    named = [(a.run, a.guide) for a in solution.assignments] + [(b.run, b.guide) for b in solution.backups]
    for run, guide in named:
        if run not in wanting or guide not in problem.guide:
            yield _break("known-ids", run, guide)
    for each in solution.uncovered:
        if each.run not in wanting:
            yield _break("known-ids", each.run)


def _counts(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    riding = Counter(each.run for each in solution.assignments)
    listed = Counter(each.run for each in solution.uncovered)
    for run in problem.guided:
        if riding[run.id] > 1:
            yield _break("one-guide-per-run", run.id, amount=riding[run.id] - 1)
        if (riding[run.id] > 0) == (listed[run.id] > 0) or listed[run.id] > 1:
            yield _break("nobody-dropped", run.id)


def _lawful(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    for each in solution.assignments:
        guide, run = problem.guide[each.guide], problem.run[each.run]
        for rule in ("guide-at-work", "checks-valid", "competence-valid", "not-barred"):
            if rule in reaching.lawful(problem, guide, run):
                yield _break(rule, guide.id, run.id, why=_why(problem, guide, run, rule))


def _why(problem: GuidesProblem, guide: Guide, run: Run, rule: str) -> str:
    if rule == "competence-valid":
        lacking = ", ".join(sorted(run.competences - guide.skills_on(problem.day)))
        return f"Guide {guide.id} lacks {lacking} on the day, which run {run.id} needs."
    if rule == "checks-valid":
        lacking = ", ".join(sorted(problem.required_checks - guide.checks_on(problem.day)))
        return f"Guide {guide.id} has no valid {lacking} on the day."
    return RULES[rule].sentence


def _hours(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    for guide_id, runs in solution.held.items():
        guide = problem.guide[guide_id]
        work = sum(problem.run[run].work for run in runs)
        if work > guide.most_work:
            yield _break("guide-hours", guide_id, *runs, amount=work - guide.most_work, unit="seconds")
        for run in runs:
            late = problem.run[run].need_until - guide.latest
            if late > 0:
                yield _break("guide-hours", guide_id, run, amount=late, unit="seconds")


def _getting_there(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    """Walk through each guide's day in order: the first run of a half from home, the rest from the run before."""
    by_guide: dict[str, list[Assignment]] = {}
    for each in solution.assignments:
        by_guide.setdefault(each.guide, []).append(each)
    for guide_id, theirs in by_guide.items():
        theirs.sort(key=lambda each: (problem.run[each.run].need_from, each.run))
        before: Run | None = None
        for each in theirs:
            run = problem.run[each.run]
            if before is not None and before.need_until > run.need_from:
                yield _break("one-run-at-a-time", guide_id, before.id, run.id)
            elif before is not None and before.direction is run.direction:
                yield from _after(problem, each, before)
            else:
                yield from _from_home(problem, each)
            before = run


def _after(problem: GuidesProblem, each: Assignment, before: Run) -> Iterator[Violation]:
    way = reaching.way_after(problem, problem.guide[each.guide], before, problem.run[each.run])
    if way is None:
        yield _break("one-run-at-a-time", each.guide, before.id, each.run)
    elif each.reach < way.seconds:
        yield _break("reach-first-stop", each.guide, each.run, amount=way.seconds - each.reach, unit="seconds")


def _from_home(problem: GuidesProblem, each: Assignment) -> Iterator[Violation]:
    guide, run = problem.guide[each.guide], problem.run[each.run]
    if each.mode is Mode.COLLECTED:
        detour = reaching.detour_to_fetch(problem, guide, run)
        if detour > run.collect_slack or each.detour < detour:
            yield _break("collect-detour", guide.id, run.id, amount=detour, unit="seconds")
            return
        if reaching.fetched_way(problem, guide, run) is None:
            yield _break("reach-first-stop", guide.id, run.id)
        return
    way = reaching.own_way(problem, guide, run)
    if way is None or each.mode is not guide.mode or each.reach < way.seconds:
        yield _break("reach-first-stop", guide.id, run.id)


def _shapes(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    for guide_id, held in solution.held.items():
        for direction in Direction:
            runs = [problem.run[each] for each in held if problem.run[each].direction is direction]
            one_vehicle = len({run.vehicle for run in runs}) == 1 and all(run.vehicle for run in runs)
            if len(runs) > 2 or (len(runs) == 2 and not one_vehicle):
                yield _break("duty-shape", guide_id, *(run.id for run in runs))


def _pins(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    for run, guide in problem.pins.items():
        if solution.holder.get(run) != guide:
            yield _break("pin-kept", run, guide)


def _soft_duties(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    for run in problem.guided:
        if run.id not in solution.holder:
            rule = "guide-present" if run.need is Need.REQUIRED else "preferred-guide"
            yield _break(rule, run.id, amount=len(run.stops), unit="children")
    for each in solution.assignments:
        run, guide = problem.run[each.run], problem.guide[each.guide]
        strangers = set(run.children) - guide.knows
        if strangers:
            yield _break("known-face", each.run, each.guide, amount=len(strangers), unit="children")
        if is_split(problem, solution, each):
            yield _break("same-guide-both-ways", each.run, each.guide, amount=len(run.stops), unit="children")
        if each.run in problem.current and problem.current[each.run] != each.guide:
            yield _break("kept-guide", each.run, each.guide, amount=len(run.stops), unit="children")
    work: Counter[tuple[str, Direction]] = Counter()
    for each in solution.assignments:
        work[each.guide, problem.run[each.run].direction] += problem.run[each.run].work
    for (guide_id, _), seconds in work.items():
        over = seconds - problem.guide[guide_id].contract
        if over > 0:
            yield _break("long-half", guide_id, amount=over, unit="seconds")


def _backups(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    for each in solution.backups:
        guide, run = problem.guide[each.guide], problem.run[each.run]
        if reaching.lawful(problem, guide, run) or reaching.best_way(problem, guide, run) is None:
            yield _break("backup-fit", each.run, each.guide)
        if not _is_free(problem, solution, each):
            yield _break("backup-free", each.run, each.guide)
    for run_id, guides in solution.named.items():
        ranks = sorted(each.rank for each in solution.backups if each.run == run_id)
        if len(set(guides)) < len(guides) or solution.holder.get(run_id) in guides or ranks not in ([1], [1, 2], [2]):
            yield _break("backup-distinct", run_id, *guides)


def _is_free(problem: GuidesProblem, solution: GuidesSolution, backup: Backup) -> bool:
    run = problem.run[backup.run]
    others = [problem.run[each] for each in solution.held.get(backup.guide, ())]
    return not any(o.direction is run.direction and o.need is Need.REQUIRED for o in others)


def _soft_backups(problem: GuidesProblem, solution: GuidesSolution) -> Iterator[Violation]:
    first: dict[str, set[str]] = {}
    for run in problem.guided:
        if run.need is not Need.REQUIRED:
            continue
        ranked = {each.rank: each.guide for each in solution.backups if each.run == run.id}
        if len(ranked) < 2:
            yield _break("two-backups", run.id, amount=2 - len(ranked), unit="names")
        if 1 in ranked:
            first.setdefault(ranked[1], set()).add(run.route or run.id)
    for guide, routes in sorted(first.items()):
        if len(routes) > 1:
            yield _break("backups-spread", guide, *sorted(routes), amount=len(routes) - 1, unit="routes")
