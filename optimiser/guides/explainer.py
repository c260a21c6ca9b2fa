"""Why a run has the guide it has, or none, and the cheapest change that would help, tried by solving again."""

from dataclasses import replace

from optimiser.core.errors import UnknownSubject
from optimiser.core.explanation import Explanation, Reason, Remedy
from optimiser.core.units import Seconds
from optimiser.guides import costing, reaching
from optimiser.guides.problem import Guide, GuidesProblem, Held, Need, Run
from optimiser.guides.rules import RULES
from optimiser.guides.solution import GuidesSolution
from optimiser.guides.solver import solve

_SHOWN = 8
_TRIED = 3


def explain(problem: GuidesProblem, solution: GuidesSolution, *, about: str) -> Explanation:
    """Return why a run or a guide is as it is; raises UnknownSubject for any other id."""
    if about in problem.run:
        return _about_run(problem, solution, problem.run[about])
    if about in problem.guide:
        return _about_guide(problem, solution, problem.guide[about])
    raise UnknownSubject(f"there is no run or guide {about}")


def _about_run(problem: GuidesProblem, solution: GuidesSolution, run: Run) -> Explanation:
    if run.need is Need.NONE:
        return Explanation(run.id, f"Run {run.id} wants no guide.")
    ranked = sorted(problem.guides, key=lambda guide: (len(_barriers(problem, solution, guide, run)), guide.id))
    reasons: list[Reason] = []
    for guide in ranked:
        if guide.id == solution.holder.get(run.id) or len(reasons) >= _SHOWN:
            continue
        reasons.extend(
            Reason(rule, guide.id, f"Guide {guide.id}: {_plain(problem, guide, run, rule)}")
            for rule in _barriers(problem, solution, guide, run)
        )
    holder = solution.holder.get(run.id)
    if holder is not None:
        known = len(set(run.children) & problem.guide[holder].knows)
        how = next(each for each in solution.assignments if each.run == run.id)
        sentence = (
            f"Guide {holder} rides run {run.id}: knows {known} of {len(run.stops)} children and gets there in "
            f"{-(-how.reach // 60)} minutes ({how.mode.value})."
        )
        return Explanation(run.id, sentence, tuple(reasons))
    gap = next((each.sentence for each in solution.uncovered if each.run == run.id), "Nobody is on it.")
    return Explanation(run.id, f"Run {run.id} has no guide. {gap}", tuple(reasons), _remedies(problem, solution, run))


def _about_guide(problem: GuidesProblem, solution: GuidesSolution, guide: Guide) -> Explanation:
    held = solution.held.get(guide.id, ())
    named = sorted({each.run for each in solution.backups if each.guide == guide.id})
    stops = [run for run in problem.guided if run.id not in held]
    counts: dict[str, int] = {}
    for run in stops:
        for rule in _barriers(problem, solution, guide, run):
            counts[rule] = counts.get(rule, 0) + 1
    reasons = tuple(
        Reason(rule, f"{count} runs", f"Keeps guide {guide.id} off {count} runs: {RULES[rule].sentence}")
        for rule, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    rides = f"rides {', '.join(held)}" if held else "has no run"
    return Explanation(guide.id, f"Guide {guide.id} {rides} and is a named backup for {len(named)} runs.", reasons)


def _barriers(problem: GuidesProblem, solution: GuidesSolution, guide: Guide, run: Run) -> tuple[str, ...]:
    found = list(reaching.lawful(problem, guide, run))
    if reaching.best_way(problem, guide, run) is None:
        fits = reaching.detour_to_fetch(problem, guide, run) <= run.collect_slack
        found.append("reach-first-stop" if fits or not guide.may_be_collected else "collect-detour")
    theirs = [problem.run[each] for each in solution.held.get(guide.id, ()) if each != run.id]
    if any(each.direction is run.direction for each in theirs):
        found.append("one-run-at-a-time")
    return tuple(found)


def _plain(problem: GuidesProblem, guide: Guide, run: Run, rule: str) -> str:
    if rule == "competence-valid":
        return "lacks " + ", ".join(sorted(run.competences - guide.skills_on(problem.day))) + "."
    if rule == "checks-valid":
        return "no valid " + ", ".join(sorted(problem.required_checks - guide.checks_on(problem.day))) + "."
    if rule == "reach-first-stop":
        minutes = -(-reaching.own_seconds(problem, guide, guide.home, run.first_place) // 60)
        return f"{minutes} minutes from the first stop on their own, too far or too late."
    if rule == "one-run-at-a-time":
        return "is on another run at that time."
    return RULES[rule].sentence


def _remedies(problem: GuidesProblem, solution: GuidesSolution, run: Run) -> tuple[Remedy, ...]:
    """Return training or a ride for those who are one step away, each proved by solving the day again."""
    tried: list[Remedy] = []
    for guide in problem.guides:
        barriers = _barriers(problem, solution, guide, run)
        if guide.id in solution.held or len(tried) >= _TRIED:
            continue
        if barriers == ("competence-valid",):
            lacking = sorted(run.competences - guide.skills_on(problem.day))
            trained = replace(guide, competences=(*guide.competences, *(Held(skill) for skill in lacking)))
            sentence = f"Train guide {guide.id} in {', '.join(lacking)}."
            change = (("guide", guide.id), ("train", ", ".join(lacking)))
        elif barriers in (("reach-first-stop",), ("collect-detour",)):
            wanted = reaching.detour_to_fetch(problem, guide, run)
            trained = replace(guide, may_be_collected=True)
            sentence = f"Let run {run.id} spend {-(-wanted // 60)} minutes fetching guide {guide.id}."
            change = (("run", run.id), ("collect_slack", str(wanted)))
        else:
            continue
        tried.append(_try(problem, solution, run, trained, sentence, change))
    return tuple(sorted(tried, key=lambda each: (not each.proved, each.cost or 0)))


def _try(
    problem: GuidesProblem,
    solution: GuidesSolution,
    run: Run,
    guide: Guide,
    sentence: str,
    change: tuple[tuple[str, str], ...],
) -> Remedy:
    slack = next((Seconds(int(value)) for key, value in change if key == "collect_slack"), run.collect_slack)
    changed = replace(
        problem,
        guides=tuple(guide if each.id == guide.id else each for each in problem.guides),
        runs=tuple(replace(each, collect_slack=slack) if each.id == run.id else each for each in problem.runs),
    )
    answer = solve(changed)
    works = answer.solution is not None and run.id in answer.solution.holder
    cost = None if not works or answer.cost is None else answer.cost - costing.cost(problem, solution)
    return Remedy(sentence, change, cost, works)
