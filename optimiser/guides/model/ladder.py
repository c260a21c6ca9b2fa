"""Every option the desk has this morning, rung by rung, with its price: what the exact model chooses from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from optimiser.core.units import Seconds
from optimiser.guides import reaching
from optimiser.guides.costing import left_out
from optimiser.guides.desk import Desk, Step
from optimiser.guides.model.cover import RUNG, Option
from optimiser.guides.model.eligibility import Frame, frame
from optimiser.guides.problem import Direction, GuidesProblem, Mode, Need, Run
from optimiser.guides.solution import GuidesSolution


@dataclass(frozen=True, eq=False)
class Scene:
    """The morning laid out: who is away in which half, which runs lost a guide or a vehicle, who is free."""

    problem: GuidesProblem
    solution: GuidesSolution
    desk: Desk
    away: frozenset[tuple[str, Direction]]
    broken: frozenset[str]
    """Runs whose vehicle or driver has failed."""

    @cached_property
    def arrays(self) -> Frame:
        """Who may ride what today, before this morning's absences."""
        return frame(self.problem)

    @cached_property
    def orphans(self) -> tuple[Run, ...]:
        """Guided runs whose guide is away."""
        held = self.solution.holder
        return tuple(
            run
            for run in self.problem.guided
            if run.id in held and (held[run.id], run.direction) in self.away and run.id not in self.broken
        )

    @cached_property
    def stranded(self) -> tuple[Run, ...]:
        """Runs, guided or not, whose vehicle or driver has failed."""
        return tuple(run for run in self.problem.runs if run.id in self.broken)

    @cached_property
    def _held(self) -> dict[tuple[str, Direction], list[Run]]:
        found: dict[tuple[str, Direction], list[Run]] = {}
        for each in self.solution.assignments:
            if each.run not in self.broken:
                run = self.problem.run[each.run]
                found.setdefault((each.guide, run.direction), []).append(run)
        return found

    def holds(self, guide: str, direction: Direction) -> list[Run]:
        """Return the runs that a guide has in a half, failed ones left out since those do not go."""
        return self._held.get((guide, direction), [])

    def bound_to(self, direction: Direction, wanted: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Return which guides are away, or hold a required run that is not among those wanted, in a half."""
        asked = set(wanted)
        return np.array(
            [
                (guide.id, direction) in self.away
                or any(r.need is Need.REQUIRED and r.id not in asked for r in self.holds(guide.id, direction))
                for guide in self.arrays.guides
            ],
            dtype=bool,
        )

    def rung(self, step: Step) -> int:
        """Return how far down the ladder a step is; a step left off the ladder is not used."""
        return self.desk.ladder.index(step)

    def guide_away(self, run: Run) -> bool:
        """Return whether a run's own guide is away, or it never had one though one is required."""
        held = self.solution.holder.get(run.id)
        return (held is None and run.need is Need.REQUIRED) or (held, run.direction) in self.away


def guide_options(scene: Scene, runs: Iterable[Run], *, hand_over: bool = False) -> Iterator[Option]:
    """Yield every guide who could take a run, both runs of a route together where possible.

    Guides on no run, named backups, standby and guides of preferred runs always; guides who hold a required run only
    with ``hand_over``, when their own run is among ``runs``.
    """
    wanted = {run.id: run for run in runs}
    columns = scene.arrays.run_column
    routes: dict[str, list[Run]] = {}
    for run in wanted.values():
        routes.setdefault(run.route or run.id, []).append(run)
    groups: list[tuple[Run, ...]] = [(run,) for run in wanted.values()]
    groups += [
        tuple(sorted(g, key=lambda r: r.need_from))
        for g in routes.values()
        if len({r.direction for r in g}) == len(g) == 2
    ]
    bound = {half: scene.bound_to(half, wanted if hand_over else ()) for half in Direction}
    for group in groups:
        able = np.all(scene.arrays.able[:, [columns[run.id] for run in group]], axis=1)
        for run in group:
            able &= ~bound[run.direction]
        for g in np.flatnonzero(able).tolist():
            option = _guide_option(scene, g, group, wanted, hand_over)
            if option is not None:
                yield option


def _guide_option(
    scene: Scene, g: int, group: tuple[Run, ...], wanted: dict[str, Run], hand_over: bool
) -> Option | None:
    guide = scene.arrays.guides[g]
    if any((guide.id, run.direction) in scene.away for run in group):
        return None
    own = {run.id: run for each in group for run in scene.holds(guide.id, each.direction)}
    keeps = set(own) >= {run.id for run in group}
    if keeps and not hand_over:
        return None
    required = [run for run in own.values() if run.need is Need.REQUIRED]
    if required and not keeps and (not hand_over or any(run.id not in wanted for run in required)):
        return None
    if sum(run.work for run in group) + _other_half(scene, guide.id, group) > guide.most_work:
        return None
    if keeps:
        uses = tuple((f"keep {run.id}", 1) for run in group)
        return Option(Step.HAND_OVER, guide.id, tuple(run.id for run in group), 0, uses, keeps=True)
    uses = tuple((f"{word}{guide.id} {run.direction.value}", 1) for run in group for word in ("", "stay "))
    uses += tuple((f"keep {run}", 1) for run in own)
    step = _guide_step(scene, guide.id, group, bool(required), any(run.need is Need.PREFERRED for run in own.values()))
    if step is None:
        return None
    given_up = tuple(sorted(run for run in own if own[run].need is Need.PREFERRED and run not in wanted))
    columns = [scene.arrays.run_column[run.id] for run in group]
    price = RUNG * scene.rung(step) * len(group) + int(
        scene.arrays.getting[g, columns].sum()
        + scene.problem.prices.new_face * scene.arrays.strangers[g, columns].sum()
    )
    price += sum(left_out(scene.problem, own[run]) for run in given_up)
    if len(group) == 1 and scene.problem.partners(group[0]):
        price += scene.problem.prices.split * len(group[0].stops) + RUNG // 10
    reach, mode = _reach(scene, g, columns)
    known = min(len(run.stops) - int(scene.arrays.strangers[g, at]) for run, at in zip(group, columns, strict=True))
    gone = f" Run {', '.join(given_up)} goes without." if given_up else ""
    sentence = (
        f"{step.value.capitalize()}: {guide.id} knows {known} of {len(group[0].stops)} children and gets there in "
        f"{-(-reach[0] // 60)} minutes ({mode.value}).{gone}"
    )
    return Option(step, guide.id, tuple(r.id for r in group), price, uses, mode, reach, Seconds(0), given_up, sentence)


def _reach(scene: Scene, g: int, columns: list[int]) -> tuple[tuple[Seconds, ...], Mode]:
    """Return how long a guide takes to each run, and by what means to the first."""
    arrays = scene.arrays
    alone = [bool(arrays.alone[g, at]) for at in columns]
    reach = tuple(
        Seconds(int(arrays.own[g, at] if own else arrays.aboard[g, at])) for at, own in zip(columns, alone, strict=True)
    )
    return reach, arrays.guides[g].mode if alone[0] else Mode.COLLECTED


def _other_half(scene: Scene, guide: str, group: tuple[Run, ...]) -> int:
    directions = {run.direction for run in group}
    theirs = [scene.problem.run[each] for each in scene.solution.held.get(guide, ())]
    return sum(run.work for run in theirs if run.direction not in directions)


def _guide_step(scene: Scene, guide: str, group: tuple[Run, ...], required: bool, preferred: bool) -> Step | None:
    if required:
        step = Step.HAND_OVER
    elif preferred:
        step = Step.PREFERRED
    elif all(guide in scene.solution.named.get(run.id, ()) for run in group):
        step = Step.BACKUP
    elif guide in scene.desk.standby or scene.problem.guide[guide].standby:
        step = Step.STANDBY
    else:
        step = Step.FREE
    return step if step in scene.desk.ladder else None


def other_options(scene: Scene, runs: Iterable[Run]) -> Iterator[Option]:
    """Yield the rungs that need no free guide: combine, second crew, parents."""
    for run in runs:
        yield from _combined(scene, run)
        yield from _crewed(scene, run)
        yield from _by_parents(scene, run)


def _combined(scene: Scene, run: Run) -> Iterator[Option]:
    if Step.COMBINE not in scene.desk.ladder:
        return
    for each in scene.problem.combinations:
        if each.run != run.id or each.into not in scene.problem.run:
            continue
        into = scene.problem.run[each.into]
        if into.id in scene.broken or into.school != run.school or into.direction is not run.direction:
            continue
        fits = run.seated <= into.spare_seats and run.wheelchairs <= into.spare_wheelchairs
        if not fits or not _guided_well(scene, run, into, each.extra):
            continue
        price = RUNG * scene.rung(Step.COMBINE) + each.extra * len(run.stops + into.stops) // 6
        sentence = f"Combine: run {into.id} takes the {len(run.stops)} children, {-(-each.extra // 60)} minutes longer."
        held = scene.solution.holder.get(into.id, "")
        stays = f"stay {held} {into.direction.value}" if held else into.id
        uses = ((f"seats {into.id}", run.seated), (f"wheelchairs {into.id}", run.wheelchairs), (stays, 1))
        yield Option(Step.COMBINE, into.id, (run.id,), price, uses, late=each.extra, sentence=sentence)


def _guided_well(scene: Scene, run: Run, into: Run, extra: Seconds) -> bool:
    """Return whether the run that takes the children has a guide, at work so long, who may ride, or needs none."""
    held = scene.solution.holder.get(into.id)
    if held is not None and (held, into.direction) in scene.away:
        return False
    if held is None:
        return run.need is not Need.REQUIRED and into.need is not Need.REQUIRED
    if into.need_until + extra > scene.problem.guide[held].latest:
        return False
    broken = reaching.lawful(scene.problem, scene.problem.guide[held], run)
    return not {"competence-valid", "not-barred", "checks-valid"} & set(broken)


def _crewed(scene: Scene, run: Run) -> Iterator[Option]:
    if Step.SECOND_CREW not in scene.desk.ladder or run.id in scene.broken:
        return
    for crew in scene.problem.second_crews:
        theirs = (crew.school and crew.school == run.school) or (crew.operator and crew.operator == run.operator)
        if theirs and run.competences <= crew.competences:
            price = RUNG * scene.rung(Step.SECOND_CREW) + scene.problem.prices.new_face * len(run.stops)
            whose = f"school {crew.school}" if crew.school else f"operator {crew.operator}"
            sentence = f"Second crew {crew.id} of {whose}, checked, rides."
            yield Option(Step.SECOND_CREW, crew.id, (run.id,), price, ((f"crew {crew.id}", 1),), sentence=sentence)


def _by_parents(scene: Scene, run: Run) -> Iterator[Option]:
    if Step.PARENT in scene.desk.ladder and run.stops and set(run.children) <= scene.problem.willing_parents:
        price = RUNG * scene.rung(Step.PARENT) + scene.problem.prices.new_face * len(run.stops)
        yield Option(Step.PARENT, "parents", (run.id,), price, (), sentence="Every family aboard has agreed to drive.")


def after_another(scene: Scene, runs: Iterable[Run]) -> Iterator[Option]:
    """Yield guides who finish another run first: in time (chain), or late by no more than the desk's limit."""
    if not {Step.CHAIN, Step.LATE} & set(scene.desk.ladder):
        return
    for run in runs:
        if run.id in scene.broken:
            continue
        lawful = scene.arrays.lawful[:, scene.arrays.run_column[run.id]]
        for g in np.flatnonzero(lawful).tolist():
            guide = scene.arrays.guides[g]
            before = scene.holds(guide.id, run.direction)
            if len(before) != 1 or (guide.id, run.direction) in scene.away or before[0].id == run.id:
                continue
            if before[0].need_from > run.need_from or before[0].need_until > run.need_from + scene.desk.longest_late:
                continue
            option = _after(scene, run, guide.id, before[0])
            if option is not None:
                yield option


def _after(scene: Scene, run: Run, guide_id: str, before: Run) -> Option | None:
    problem, guide = scene.problem, scene.problem.guide[guide_id]
    seconds = reaching.own_seconds(problem, guide, before.last_place, run.first_place)
    late = Seconds(max(0, before.need_until + seconds - run.need_from))
    step = Step.LATE if late else Step.CHAIN
    work = run.work + sum(problem.run[each].work for each in scene.solution.held.get(guide_id, ()))
    if step not in scene.desk.ladder or late > scene.desk.longest_late or work > guide.most_work:
        return None
    if run.need_until + late > guide.latest:
        return None
    price = RUNG * scene.rung(step) + seconds * problem.prices.own_travel // 60 + late * len(run.stops)
    strangers = len(set(run.children) - guide.knows)
    price += problem.prices.new_face * strangers
    when = f"{-(-late // 60)} minutes late" if late else "in time"
    sentence = f"{step.value.capitalize()}: {guide_id} finishes run {before.id} and takes this one {when}."
    uses = ((f"stay {guide_id} {run.direction.value}", 1),)
    mode = Mode.BUS if guide.mode is Mode.COLLECTED else guide.mode
    return Option(step, guide_id, (run.id,), price, uses, mode, (seconds,), late, (), sentence)


def vehicle_options(scene: Scene, runs: Iterable[Run]) -> Iterator[Option]:
    """Yield what can be done for runs whose vehicle or driver failed and whose own guide is there: send another one."""
    for run in runs:
        if scene.guide_away(run):
            continue
        for spare in scene.problem.spare_vehicles:
            option = _spare(scene, run, spare.id)
            if option is not None:
                yield option


def _spare(scene: Scene, run: Run, id: str) -> Option | None:
    spare = next(each for each in scene.problem.spare_vehicles if each.id == id)
    fits = spare.seats >= len(run.stops) and spare.wheelchairs >= run.wheelchairs
    if Step.SPARE_VEHICLE not in scene.desk.ladder or not fits or spare.place not in scene.problem.travel.index:
        return None
    there = spare.free_from + scene.problem.travel.seconds_between(spare.place, run.first_place)
    late = Seconds(max(0, there - run.start))
    if late > scene.desk.longest_late:
        return None
    price = RUNG * scene.rung(Step.SPARE_VEHICLE) + late * len(run.stops)
    when = f"{-(-late // 60)} minutes late" if late else "on time"
    uses = ((f"vehicle {id} {run.direction.value}", 1),)
    sentence = f"Spare vehicle {id} can be at the first stop {when}."
    return Option(Step.SPARE_VEHICLE, id, (run.id,), price, uses, late=late, sentence=sentence)
