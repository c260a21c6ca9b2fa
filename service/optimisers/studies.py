"""What a closure is looked into further: the best sets, doubts, ways of winding down, a front, a sweep."""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step
from optimiser.core.table import Column, Table
from optimiser.core.units import Pence
from service.optimisers.jobs import SVG, CannotPlan, Job
from service.runs import Made

POINTS, SETS, MOST_SWEPT = 15, 5, 500
"""Points on a front, sets of closures compared, and the most scenarios in one sweep."""


@dataclass
class Looked:
    """What the studies of one run found; the report takes the options and the doubts from here."""

    tables: list[Table] = field(default_factory=list)
    files: list[Made] = field(default_factory=list)
    options: Table | None = None
    doubts: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Question:
    """Things as they are, the scenario with its problem, and what it closes; ``left`` gives the limits still left."""

    job: Job
    now: Any
    variant: Any
    scenario: Any
    closed: tuple[str, ...]
    left: Callable[[], Limits]
    pool: Any
    progress: Progress


def look(
    job: Job, now: Any, variant: Any, scenario: Any, solution: Any, progress: Progress, *, ends: float | None = None
) -> Looked:
    """Make the studies that a run asks for, on the named cluster or on local processes.

    All are to be over by ``ends`` on the monotonic clock (the run's whole time from now when None): each has an even
    share of what is left, and those that the time did not reach are named with the remedy.
    """
    from service.cluster import open_pool

    wanted = [name for name in STUDIES if name in job.options.get("study", ())]
    looked = Looked()
    if not wanted:
        return looked
    ends = time.monotonic() + job.seconds if ends is None else ends
    closing = tuple(each.base for each in solution.bases if not each.open[-1] and not now.base[each.base].candidate)
    chosen = importlib.import_module("scenarios.changes.places")
    named = {change.base for change in scenario.changes if hasattr(change, "base")}
    changes = (*scenario.changes, *(chosen.CloseBase(base) for base in closing if base not in named))
    whole = replace(scenario, changes=changes)
    try:
        with open_pool(job.cluster, job.processes) as pool:
            for number, name in enumerate(wanted):
                if not progress(Step(number / len(wanted), STUDIES[name][0])):
                    looked.tables.append(_not_reached(wanted[number:]))
                    break
                left = partial(_share, ends, len(wanted) - number)
                asked = Question(job, now, variant, whole, closing, left, pool, progress)
                STUDIES[name][1](asked, looked)
    except (OSError, ValueError) as wrong:
        raise CannotPlan(f"The comparison could not be made: {wrong}") from wrong
    return looked


def _share(ends: float, parts: int) -> Limits:
    """Return an even share of the time until ``ends``, and a second where there is none left."""
    return Limits(seconds=max(1.0, (ends - time.monotonic()) / parts))


def _not_reached(names: list[str]) -> Table:
    """Return what was asked for and not looked into, with the remedy."""
    rows = tuple((STUDIES[name][0], "The time was over: ask for it again with more minutes.") for name in names)
    return Table("not_reached", "Not looked into", (Column("study", "Asked for"), Column("why", "Why")), rows)


def _sets(asked: Question, looked: Looked) -> None:
    decommissioning = importlib.import_module("scenarios.decommissioning")
    tables = importlib.import_module("scenarios.tables")
    target = Pence(int(asked.job.options.get("target", 0)))
    exactly = asked.variant.policy.min_closures or None
    found = decommissioning.choose(
        asked.variant, count=SETS, exactly=exactly, target=target, limits=asked.left(), seed=asked.job.seed,
        progress=asked.progress,
    )  # fmt: skip
    looked.options, lost = tables.choice(found)
    looked.tables += [looked.options, lost]


def _doubts(asked: Question, looked: Looked) -> None:
    library = importlib.import_module("scenarios.library")
    tables = importlib.import_module("scenarios.tables")
    looked.doubts = library.doubted(
        asked.now, asked.scenario, limits=asked.left(), seed=asked.job.seed, pool=asked.pool, progress=asked.progress,
        within=asked.left().seconds,
    )  # fmt: skip
    looked.tables.append(tables.doubts(looked.doubts))


def _phases(asked: Question, looked: Looked) -> None:
    decommissioning = importlib.import_module("scenarios.decommissioning")
    tables = importlib.import_module("scenarios.tables")
    if asked.closed:
        year = min((c.year for c in asked.scenario.changes if hasattr(c, "year")), default=0)
        found = decommissioning.phasings(
            asked.now, asked.closed, year=year, limits=asked.left(), seed=asked.job.seed, pool=asked.pool,
            within=asked.left().seconds,
        )  # fmt: skip
        looked.tables.append(tables.phases(found))


def _front(asked: Question, looked: Looked) -> None:
    places = importlib.import_module("optimiser.places")
    tables = importlib.import_module("scenarios.tables")
    charts = importlib.import_module("maps.charts")
    limits = replace(asked.left(), gap=1e-4, processes=asked.job.processes)
    found = places.surface(asked.variant, POINTS, limits=limits, seed=asked.job.seed, progress=asked.progress)
    looked.tables.append(tables.front(found))
    if found:
        lines = tables.front_lines(found)
        drawn = charts.lines(lines, across="travel", values=[column.key for column in lines.columns[1:]])
        looked.files.append(Made("closure.front.svg", lines.title, SVG, drawn.encode("utf-8")))


def _sweep(asked: Question, looked: Looked) -> None:
    sweeping = importlib.import_module("scenarios.sweep")
    most = min(MOST_SWEPT, int(asked.job.options.get("most", 200)))
    wanted = sweeping.closures(asked.now, most=most, together=int(asked.job.options.get("together", 3)))
    rows = sweeping.sweep(
        asked.now, wanted, limits=asked.left(), seed=asked.job.seed, pool=asked.pool, progress=asked.progress,
        within=asked.left().seconds,
    )  # fmt: skip
    looked.tables.append(sweeping.ranked(rows))


def _hubs(asked: Question, looked: Looked) -> None:
    sweeping = importlib.import_module("scenarios.sweep")
    told = str(asked.job.options.get("hub_needs") or "HI, VI")
    needs = tuple(each.strip() for each in told.split(",") if each.strip())
    rows = sweeping.sweep(
        asked.now, sweeping.hubs(asked.now, needs), limits=asked.left(), seed=asked.job.seed, pool=asked.pool,
        progress=asked.progress, within=asked.left().seconds,
    )  # fmt: skip
    looked.tables.append(sweeping.by_distance(rows))


STUDIES: dict[str, tuple[str, Callable[[Question, Looked], None]]] = {
    "sets": ("comparing the best sets of closures", _sets),
    "phases": ("comparing ways of winding down", _phases),
    "doubts": ("doubting every assumption", _doubts),
    "front": ("cost against travel and moves", _front),
    "sweep": ("trying every closure", _sweep),
    "hubs": ("trying a hub beside each base", _hubs),
}
"""Each study by the name that options give it, with what it is doing in words."""
