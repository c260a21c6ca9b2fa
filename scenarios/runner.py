"""Solves a baseline and its variants alike, one after another or in a pool that is passed in."""

import importlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step, ignore
from optimiser.core.result import Result
from scenarios.scenario import Clash, Scenario, apply

BASELINE = Scenario("As things are")


class Pool(Protocol):
    """Something that runs a function over items at the same time and yields each as it finishes, in any order."""

    def run(
        self, fn: Callable[[Any], Any], items: Iterable[Any], deadline: float | None = None
    ) -> Iterator[tuple[Any, Any, BaseException | None]]:
        """Yield (item, value, error) for every item; error is None when there is a value."""
        ...


class InTurn:
    """A pool of one: each item in turn, in this process."""

    def run(
        self, fn: Callable[[Any], Any], items: Iterable[Any], deadline: float | None = None
    ) -> Iterator[tuple[Any, Any, BaseException | None]]:
        """Yield (item, value, error) for every item, in order; those not begun by the deadline time out."""
        began = time.monotonic()
        for item in items:
            if deadline is not None and time.monotonic() - began > deadline:
                yield item, None, TimeoutError()
                continue
            try:
                yield item, fn(item), None
            except Exception as error:
                yield item, None, error


def failure(error: BaseException) -> str:
    """Return in words why an item of a pool has no value."""
    if isinstance(error, TimeoutError):
        return "The time was over before it was solved: allow more minutes."
    return f"It could not be solved: {error}"


@dataclass(frozen=True)
class Task:
    """One scenario to be solved: all that a worker needs, and nothing that differs from its fellows but the changes."""

    number: int
    problem: Any
    scenario: Scenario
    limits: Limits
    seed: int


@dataclass(frozen=True)
class Outcome:
    """A scenario with the problem it made and its result, or why it could not be run."""

    scenario: Scenario
    problem: Any
    result: Result[Any] | None
    refused: str = ""


def solve_task(task: Task) -> Outcome:
    """Return the outcome of one task; a clash is an outcome with the reason, not an error."""
    try:
        problem = apply(task.problem, task.scenario)
    except Clash as clash:
        return Outcome(task.scenario, task.problem, None, str(clash))
    optimiser = importlib.import_module(type(problem).__module__.rpartition(".")[0])
    return Outcome(task.scenario, problem, optimiser.solve(problem, limits=task.limits, seed=task.seed))


def run(
    problem: Any,
    scenarios: Sequence[Scenario],
    *,
    limits: Limits = Limits(),
    seed: int = 0,
    pool: Pool | None = None,
    progress: Progress = ignore,
    within: float | None = None,
) -> tuple[Outcome, ...]:
    """Return the baseline's outcome and then each scenario's, in order, all solved with the same limits and seed.

    The answer does not depend on the pool. A scenario whose worker failed is refused, with the reason, and so is one
    that is not solved ``within`` so many seconds for all of them; the limits are for each.
    """
    wanted = (BASELINE, *scenarios)
    tasks = [Task(number, problem, scenario, limits, seed) for number, scenario in enumerate(wanted)]
    found: dict[int, Outcome] = {}
    for item, value, error in (pool or InTurn()).run(solve_task, tasks, within):
        if error is not None:
            value = Outcome(item.scenario, problem, None, failure(error))
        found[item.number] = value
        step = Step(len(found) / len(tasks), f"{len(found)} of {len(tasks)} scenarios")
        if not progress(step):
            break
    missing = "It was stopped before it was solved."
    return tuple(found.get(number, Outcome(scenario, problem, None, missing)) for number, scenario in enumerate(wanted))
