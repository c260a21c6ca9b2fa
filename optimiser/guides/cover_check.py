"""Every rule of a same-morning cover checked from scratch, knowing nothing of how it was chosen."""

from collections import Counter
from collections.abc import Iterator

from optimiser.core.violation import Violation
from optimiser.guides import reaching
from optimiser.guides.desk import Cover, CoverPlan, Desk, Step
from optimiser.guides.problem import Direction, GuidesProblem, Need, Run
from optimiser.guides.solution import GuidesSolution

_ON_FOOT = (Step.BACKUP, Step.STANDBY, Step.FREE, Step.PREFERRED, Step.HAND_OVER)
_AFTER = (Step.CHAIN, Step.LATE)

SENTENCES = {
    "every-run-answered": "Every run that lost its guide or vehicle has one answer: cover, cancelled or without.",
    "cover-present": "Nobody covers while absent.",
    "cover-lawful": "Whoever covers holds the checks and competences, works that day and is not kept apart.",
    "cover-in-time": "Whoever covers can be at the first child in time, or as late as stated and allowed.",
    "cover-once": "Nobody covers two runs in one half of the day, and whoever leaves a run has it covered.",
    "cover-hours": "Nobody's time aboard in a day goes beyond their hours.",
    "combine-fits": "A combination is one that the routes allow, with seats and a lawful guide.",
    "crew-fits": "A second crew belongs to the run's school or operator, holds its competences, and has runs left.",
    "spare-fits": "A spare vehicle holds the children and is sent once in a half.",
    "parents-agreed": "Parents are asked only where every family aboard has agreed.",
}


def check(problem: GuidesProblem, solution: GuidesSolution, desk: Desk, plan: CoverPlan) -> tuple[Violation, ...]:
    """Return every rule that a cover plan breaks; all are hard."""
    away = {(each.guide, half) for each in desk.absences for half in Direction if each.direction in (None, half)}
    broken = {
        run.id
        for run in problem.runs
        for failure in desk.failures
        if run.vehicle == failure.vehicle and failure.direction in (None, run.direction)
    }
    found = [*_answers(problem, solution, plan, away, broken)]
    for cover in plan.covers:
        if cover.step in (*_ON_FOOT, *_AFTER):
            found.extend(_person(problem, solution, desk, cover, away, broken))
        else:
            found.extend(_thing(problem, solution, desk, cover, away, broken))
    found.extend(_once(problem, solution, plan, broken))
    found.extend(_capacities(problem, plan))
    return tuple(found)


def _broken(rule: str, *subjects: str) -> Violation:
    return Violation(rule, subjects, f"{SENTENCES[rule]} ({', '.join(subjects)})")


def _answers(
    problem: GuidesProblem,
    solution: GuidesSolution,
    plan: CoverPlan,
    away: set[tuple[str, Direction]],
    broken: set[str],
) -> Iterator[Violation]:
    answers = Counter([c.run for c in plan.covers] + [g.run for g in plan.cancelled])
    lost = set(broken)
    for run in problem.guided:
        if run.id in solution.holder and (solution.holder[run.id], run.direction) in away:
            lost.add(run.id)
    for id in lost:
        count = answers[id] + (id in plan.without and id not in answers)
        if count != 1:
            yield _broken("every-run-answered", id)
    for id, count in answers.items():
        if count > 1 or id not in problem.run:
            yield _broken("every-run-answered", id)


def _person(
    problem: GuidesProblem,
    solution: GuidesSolution,
    desk: Desk,
    cover: Cover,
    away: set[tuple[str, Direction]],
    broken: set[str],
) -> Iterator[Violation]:
    guide, run = problem.guide[cover.who], problem.run[cover.run]
    if (guide.id, run.direction) in away:
        yield _broken("cover-present", guide.id, run.id)
    if reaching.lawful(problem, guide, run):
        yield _broken("cover-lawful", guide.id, run.id)
    if cover.step in _ON_FOOT:
        if reaching.best_way(problem, guide, run) is None or cover.late:
            yield _broken("cover-in-time", guide.id, run.id)
        return
    before = [problem.run[r] for r in solution.held.get(guide.id, ()) if r != run.id]
    before = [r for r in before if r.direction is run.direction and r.id not in broken]
    if not before:
        yield _broken("cover-in-time", guide.id, run.id)
        return
    seconds = reaching.own_seconds(problem, guide, before[0].last_place, run.first_place)
    late = max(0, before[0].need_until + seconds - run.need_from)
    allowed = int(desk.longest_late) if cover.step is Step.LATE else 0
    if late > cover.late or cover.late > allowed or run.need_until + cover.late > guide.latest:
        yield _broken("cover-in-time", guide.id, run.id)


def _thing(
    problem: GuidesProblem,
    solution: GuidesSolution,
    desk: Desk,
    cover: Cover,
    away: set[tuple[str, Direction]],
    broken: set[str],
) -> Iterator[Violation]:
    run = problem.run[cover.run]
    if cover.step is Step.PARENT and not set(run.children) <= problem.willing_parents:
        yield _broken("parents-agreed", run.id)
    if cover.step is Step.SPARE_VEHICLE:
        spare = {each.id: each for each in problem.spare_vehicles}[cover.who]
        there = spare.free_from + problem.travel.seconds_between(spare.place, run.first_place)
        small = spare.seats < len(run.stops) or spare.wheelchairs < run.wheelchairs
        if small or there - run.start > cover.late or cover.late > desk.longest_late:
            yield _broken("spare-fits", run.id, spare.id)
        held = solution.holder.get(run.id)
        if run.need is Need.REQUIRED and (held is None or (held, run.direction) in away):
            yield _broken("cover-present", run.id)
    if cover.step is Step.SECOND_CREW:
        crew = {each.id: each for each in problem.second_crews}[cover.who]
        theirs = run.school == crew.school if crew.school else run.operator == crew.operator
        if not theirs or not run.competences <= crew.competences or run.id in broken:
            yield _broken("crew-fits", run.id, crew.id)
    if cover.step is Step.COMBINE and not _combines(problem, solution, cover, run, away, broken):
        yield _broken("combine-fits", run.id, cover.who)


def _combines(
    problem: GuidesProblem,
    solution: GuidesSolution,
    cover: Cover,
    run: Run,
    away: set[tuple[str, Direction]],
    broken: set[str],
) -> bool:
    into = problem.run.get(cover.who)
    listed = [each for each in problem.combinations if each.run == run.id and each.into == cover.who]
    if into is None or not listed or into.id in broken or into.school != run.school:
        return False
    held = solution.holder.get(into.id)
    if held is None:
        return run.need is not Need.REQUIRED
    if into.need_until + min(each.extra for each in listed) > problem.guide[held].latest:
        return False
    unfit = {"competence-valid", "not-barred", "checks-valid"} & set(reaching.lawful(problem, problem.guide[held], run))
    return (held, into.direction) not in away and not unfit


def _once(problem: GuidesProblem, solution: GuidesSolution, plan: CoverPlan, broken: set[str]) -> Iterator[Violation]:
    """Walk through who is where after the cover: one run a half each, and no required run quietly left."""
    people = [cover for cover in plan.covers if cover.step in (*_ON_FOOT, *_AFTER)]
    per_half = Counter((cover.who, problem.run[cover.run].direction) for cover in people)
    for (guide, direction), count in per_half.items():
        if count > 1:
            yield _broken("cover-once", guide, direction.value)
    answered = {c.run for c in plan.covers} | {g.run for g in plan.cancelled} | set(plan.without)
    combined = {cover.who for cover in plan.covers if cover.step is Step.COMBINE}
    for cover in people:
        half = problem.run[cover.run].direction
        own = [r for r in solution.held.get(cover.who, ()) if problem.run[r].direction is half and r not in broken]
        left = [] if cover.step in _AFTER else [r for r in own if r != cover.run]
        if any(r not in answered or r in combined for r in left):
            yield _broken("cover-once", cover.who, cover.run)
    for guide in {cover.who for cover in people}:
        moved = {problem.run[c.run].direction for c in people if c.who == guide and c.step in _ON_FOOT}
        work: int = sum(problem.run[c.run].work for c in people if c.who == guide)
        work += sum(problem.run[r].work for r in solution.held.get(guide, ()) if problem.run[r].direction not in moved)
        if work > problem.guide[guide].most_work:
            yield _broken("cover-hours", guide)


def _capacities(problem: GuidesProblem, plan: CoverPlan) -> Iterator[Violation]:
    seats: Counter[str] = Counter()
    chairs: Counter[str] = Counter()
    crews: Counter[str] = Counter()
    spares: Counter[tuple[str, Direction]] = Counter()
    for cover in plan.covers:
        run = problem.run[cover.run]
        if cover.step is Step.COMBINE:
            seats[cover.who] += run.seated
            chairs[cover.who] += run.wheelchairs
        elif cover.step is Step.SECOND_CREW:
            crews[cover.who] += 1
        elif cover.step is Step.SPARE_VEHICLE:
            spares[cover.who, run.direction] += 1
    for id, used in seats.items():
        if used > problem.run[id].spare_seats or chairs[id] > problem.run[id].spare_wheelchairs:
            yield _broken("combine-fits", id)
    for crew in problem.second_crews:
        if crews[crew.id] > crew.runs:
            yield _broken("crew-fits", crew.id)
    for (id, _), used in spares.items():
        if used > 1:
            yield _broken("spare-fits", id)
