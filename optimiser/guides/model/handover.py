"""Which guides might move between required runs this morning: one exact assignment a half over everybody at work."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from optimiser.guides.costing import left_out
from optimiser.guides.desk import Step
from optimiser.guides.model.cover import CANCELLED, RUNG
from optimiser.guides.model.ladder import Scene
from optimiser.guides.problem import Direction, Need, Run

_NEVER = 1e12


def worth_moving(scene: Scene) -> dict[str, Run]:
    """Return required runs that lost their guide, and those whose guide a best re-assignment of everybody would move.

    Each half is solved by itself, the afternoon leaning towards the morning's moves; the desk's exact model then
    decides among these runs with both halves together. No re-assignment leaves fewer runs of a half without a guide.
    """
    found: dict[str, Run] = {run.id: run for run in scene.orphans}
    morning: dict[str, str] = {}
    for half in (Direction.AM, Direction.PM):
        for run, guide in _half(scene, half, morning).items():
            found[run.id] = run
            if guide is not None:
                morning[run.route] = guide
    for run in list(found.values()):
        for other in scene.problem.partners(run):
            if scene.solution.holder.get(other.id) == scene.solution.holder.get(run.id) and _movable(scene, other):
                found[other.id] = other
    return found


def _movable(scene: Scene, run: Run) -> bool:
    """Return whether a required run goes today and its guide has no other run to stay with in that half."""
    guide = scene.solution.holder.get(run.id)
    if guide is None or run.id in scene.broken or run.need is not Need.REQUIRED:
        return False
    return (guide, run.direction) in scene.away or len(scene.holds(guide, run.direction)) == 1


def _half(scene: Scene, half: Direction, leaning: dict[str, str]) -> dict[Run, str | None]:
    """Return the runs of one half whose guide changes in a best re-assignment, and to whom."""
    runs = [run for run in scene.problem.guided if run.direction is half and _movable(scene, run)]
    if not runs:
        return {}
    staying = {
        guide.id
        for guide in scene.arrays.guides
        if len([run for run in scene.holds(guide.id, half) if run.need is Need.REQUIRED]) > 0
        and not any(_movable(scene, run) for run in scene.holds(guide.id, half))
    }
    rows = [
        g for g, guide in enumerate(scene.arrays.guides)
        if (guide.id, half) not in scene.away and guide.id not in staying
    ]  # fmt: skip
    price = _prices(scene, runs, rows, half, leaning)
    picked_runs, picked = linear_sum_assignment(price)
    changed: dict[Run, str | None] = {}
    for r, column in zip(picked_runs.tolist(), picked.tolist(), strict=True):
        guide = scene.arrays.guides[rows[column]].id if column < len(rows) else None
        if guide != scene.solution.holder.get(runs[r].id):
            changed[runs[r]] = guide
    return changed


def _prices(
    scene: Scene, runs: list[Run], rows: list[int], half: Direction, leaning: dict[str, str]
) -> npt.NDArray[np.float64]:
    """Return pence for each run (rows) with each guide, then with nobody (one column a run)."""
    arrays = scene.arrays
    columns = [arrays.run_column[run.id] for run in runs]
    block = np.ix_(rows, columns)
    price = (arrays.getting[block] + scene.problem.prices.new_face * arrays.strangers[block]).astype(np.float64)
    for at, g in enumerate(rows):
        guide = arrays.guides[g].id
        held = scene.holds(guide, half)
        required = any(run.need is Need.REQUIRED for run in held)
        step = Step.HAND_OVER if required else Step.PREFERRED if held else Step.FREE
        price[at] += RUNG * (scene.rung(step) if step in scene.desk.ladder else len(scene.desk.ladder))
        price[at] += sum(left_out(scene.problem, run) for run in held if run.need is Need.PREFERRED)
    price[~arrays.able[block]] = _NEVER
    place = {arrays.guides[g].id: at for at, g in enumerate(rows)}
    for r, run in enumerate(runs):
        own = scene.solution.holder.get(run.id)
        if own in place:
            price[place[own], r] = 0.0
        leant = leaning.get(run.route)
        if leant in place and price[place[leant], r] < _NEVER and leant != own:
            price[place[leant], r] *= 0.5
    nobody = np.full((len(runs), len(runs)), _NEVER)
    np.fill_diagonal(nobody, [CANCELLED + left_out(scene.problem, run) for run in runs])
    return np.hstack([price.T, nobody])
