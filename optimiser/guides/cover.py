"""The 06:30 desk: absences and failures in, ranked and checked cover out, keeping what has been accepted."""

from collections.abc import Iterable

from optimiser.core.errors import UnverifiedResult
from optimiser.core.limits import Limits
from optimiser.core.units import Seconds
from optimiser.guides import calls, cover_check
from optimiser.guides.desk import Accepted, Cover, CoverPlan, Desk, Note, Step
from optimiser.guides.model import handover, ladder
from optimiser.guides.model.cover import Chosen, Option, choose
from optimiser.guides.model.ladder import Scene
from optimiser.guides.problem import Direction, GuidesProblem, Need
from optimiser.guides.solution import GuidesSolution, Uncovered

_OTHERS = 3


def cover(
    problem: GuidesProblem, solution: GuidesSolution, desk: Desk, *, seed: int = 0, limits: Limits | None = None
) -> CoverPlan:
    """Return what to do about this morning, checked against every rule; the same desk gives the same answer.

    First the cheap rungs are offered to an exact model; where it leaves a run waiting on parents, lateness or
    cancellation, guides who hold other runs are offered too (hand-overs), and guides who finish early. Least
    disturbance follows the ladder's order. Raises UnverifiedResult should the answer break a rule, which is ours.
    """
    scene, notes = look(problem, solution, desk)
    lost = (*scene.orphans, *scene.stranded)
    options = _first_options(scene)
    fixed, kept = _accepted(scene, options, desk.accepted)
    capacity = _capacity(problem)
    runs = tuple(run.id for run in lost)
    chosen = choose(problem, runs, options, capacity, fixed, seed=seed, limits=limits)
    if _unhappy(scene, chosen):
        runs, options = _wider(scene)
        fixed, kept = _accepted(scene, options, desk.accepted)
        chosen = choose(problem, runs, options, capacity, fixed, seed=seed, limits=limits)
    plan = _plan(scene, options, chosen, (*notes, *kept))
    broken = cover_check.check(problem, solution, desk, plan)
    if broken:
        raise UnverifiedResult(f"the cover breaks {broken[0].rule}: {broken[0].sentence}")
    return plan


def look(problem: GuidesProblem, solution: GuidesSolution, desk: Desk) -> tuple[Scene, tuple[Note, ...]]:
    """Return the morning laid out, with a note for everything odd in what the desk was told."""
    away: set[tuple[str, Direction]] = set()
    notes: list[Note] = []
    for each in desk.absences:
        halves = {(each.guide, half) for half in Direction if each.direction in (None, half)}
        if each.guide not in problem.guide:
            notes.append(Note(each.guide, f"There is no guide {each.guide}: check the reference. The rest is covered."))
            continue
        if halves <= away:
            notes.append(Note(each.guide, f"Guide {each.guide} was entered as absent twice; once is enough."))
        away |= halves
    notes.extend(_missing_backups(solution, {guide for guide, _ in away}))
    for guide in desk.standby:
        if guide not in problem.guide:
            notes.append(Note(guide, f"Standby guide {guide} is not known, so not used."))
        elif (guide, Direction.AM) in away:
            notes.append(Note(guide, f"Standby guide {guide} is absent too, so not used."))
    vehicles = {run.vehicle for run in problem.runs}
    for failure in desk.failures:
        if failure.vehicle not in vehicles:
            notes.append(Note(failure.vehicle, f"No run today uses vehicle {failure.vehicle}: check the reference."))
    broken = frozenset(
        run.id
        for run in problem.runs
        for failure in desk.failures
        if run.vehicle == failure.vehicle and failure.direction in (None, run.direction)
    )
    return Scene(problem, solution, desk, frozenset(away), broken), tuple(notes)


def _missing_backups(solution: GuidesSolution, absent: set[str]) -> Iterable[Note]:
    for run, guides in solution.named.items():
        if solution.holder.get(run) in absent:
            for guide in guides:
                if guide in absent:
                    yield Note(guide, f"Guide {guide}, named backup for run {run}, is absent too, so not used.")


def _first_options(scene: Scene) -> list[Option]:
    options = list(ladder.guide_options(scene, scene.orphans))
    options += ladder.other_options(scene, (*scene.orphans, *scene.stranded))
    options += ladder.vehicle_options(scene, scene.stranded)
    early = {Step.CHAIN, Step.LATE} & set(scene.desk.ladder[:4])
    if early or scene.desk.accepted:
        options += ladder.after_another(scene, scene.orphans)
    return options


def _capacity(problem: GuidesProblem) -> dict[str, int]:
    found = {f"crew {crew.id}": crew.runs for crew in problem.second_crews}
    found |= {f"seats {run.id}": run.spare_seats for run in problem.runs}
    found |= {f"wheelchairs {run.id}": run.spare_wheelchairs for run in problem.runs}
    return found


def _accepted(
    scene: Scene, options: list[Option], accepted: tuple[Accepted, ...]
) -> tuple[frozenset[int], tuple[Note, ...]]:
    """Return the options that people have accepted, and a note for each that can no longer be kept."""
    wanted = {each.run: each for each in accepted}
    fixed: set[int] = set()
    for position, option in enumerate(options):
        if option.keeps or not all(
            run in wanted and (wanted[run].who, wanted[run].step) == (option.who, option.step) for run in option.runs
        ):
            continue
        overlapping = {at for at in fixed if set(options[at].runs) & set(option.runs)}
        if all(len(options[at].runs) < len(option.runs) for at in overlapping):
            fixed = (fixed - overlapping) | {position}
    held = {run for at in fixed for run in options[at].runs}
    touched = {run.id for run in (*scene.orphans, *scene.stranded)}
    notes = tuple(
        Note(each.run, f"The accepted cover of run {each.run} by {each.who} no longer works, so it was decided again.")
        for each in accepted
        if each.run not in held and each.run in touched and each.step is not Step.CANCEL
    )
    return frozenset(fixed), notes


def _unhappy(scene: Scene, chosen: Chosen) -> bool:
    """Return whether a required run ended on a rung below handing over."""
    if Step.HAND_OVER not in scene.desk.ladder:
        worst: frozenset[Step] = frozenset()
    else:
        worst = frozenset(scene.desk.ladder[scene.rung(Step.HAND_OVER) + 1 :])
    required = {run.id for run in (*scene.orphans, *scene.stranded) if run.need is Need.REQUIRED}
    return bool(required & set(chosen.left)) or any(
        option.step in worst for option in chosen.options if required & set(option.runs)
    )


def _wider(scene: Scene) -> tuple[tuple[str, ...], list[Option]]:
    """Return the runs and options once guides who hold other runs, or finish early, may be asked."""
    options = list(ladder.other_options(scene, (*scene.orphans, *scene.stranded)))
    options += ladder.vehicle_options(scene, scene.stranded)
    options += ladder.after_another(scene, scene.orphans)
    reached = {run.id: run for run in scene.orphans}
    if Step.HAND_OVER in scene.desk.ladder:
        reached = handover.worth_moving(scene)
    options += ladder.guide_options(scene, reached.values(), hand_over=True)
    return (*reached, *(run.id for run in scene.stranded)), options


def _plan(scene: Scene, options: list[Option], chosen: Chosen, notes: tuple[Note, ...]) -> CoverPlan:
    covers = []
    for option in chosen.options:
        if option.keeps:
            continue
        for at, run in enumerate(option.runs):
            reach = option.reach[at] if at < len(option.reach) else option.reach[0] if option.reach else Seconds(0)
            others = _ranked(options, run, option)
            displaced = tuple(
                r for r in option.displaced if scene.problem.run[r].direction is scene.problem.run[run].direction
            )
            covers.append(
                Cover(run, option.step, option.who, option.mode, reach, option.late, displaced, option.sentence, others)
            )
    covers.sort(key=lambda each: (scene.problem.run[each.run].need_from, each.run))
    gaps = [
        _gap(scene, options, run)
        for run in chosen.left
        if scene.problem.run[run].need is Need.REQUIRED or run in scene.broken
    ]
    gaps.sort(key=lambda each: (scene.problem.run[each.run].need_from, each.run))
    without = {r for r in chosen.left if scene.problem.run[r].need is Need.PREFERRED and r not in scene.broken}
    without |= {r for each in covers for r in each.displaced}
    bare = CoverPlan(tuple(covers), tuple(gaps), tuple(sorted(without)), notes, (), (), (), chosen.fewest)
    return calls.complete(scene.problem, scene.solution, bare)


def _ranked(options: list[Option], run: str, taken: Option) -> tuple[str, ...]:
    rest = sorted(
        (o for o in options if run in o.runs and not o.keeps and (o.who, o.step) != (taken.who, taken.step)),
        key=lambda o: (o.price // len(o.runs), o.who),
    )
    found: list[str] = []
    for option in rest:
        if option.sentence not in found and len(found) < _OTHERS:
            found.append(option.sentence)
    return tuple(found)


def _gap(scene: Scene, options: list[Option], run_id: str) -> Uncovered:
    run = scene.problem.run[run_id]
    could = sorted({option.who for option in options if run_id in option.runs})
    if run_id in scene.broken:
        why = "its vehicle cannot go and no spare, combination or agreed parent fits"
        return Uncovered(run_id, "guide-present", f"Run {run_id}: {why}.")
    if could:
        return Uncovered(run_id, "one-run-at-a-time", f"Run {run_id}: {len(could)} could, all needed on other runs.")
    lawful = int(scene.arrays.lawful[:, scene.arrays.run_column[run_id]].sum())
    if lawful:
        return Uncovered(run_id, "reach-first-stop", f"Run {run_id}: {lawful} may ride it, none free in reach in time.")
    wanted = ", ".join(sorted(run.competences)) or "valid checks"
    return Uncovered(run_id, "competence-valid", f"Run {run_id}: nobody at work holds {wanted}.")
