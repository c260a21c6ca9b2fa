"""A search within so much work, made a few times: the same figures on any machine, fast or starved."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step
from optimiser.core.result import Result, Status
from optimiser.core.units import Pence

MOST = 100
"""The most times that a search begins anew."""


def best_of(
    solve: Callable[..., Result[Any]],
    problem: Any,
    *,
    attempts: int,
    onward: bool = False,
    limits: Limits,
    seed: int,
    progress: Progress,
    start: Any = None,
) -> Result[Any]:
    """Return the cheapest answer of searches with different seeds, each within ``limits.work``.

    Each begins anew from ``start``, or, when ``onward``, from the best so far, which suits a large city: anew, a search
    of a small one finds other plans; onward, a search of a large one goes where one attempt had no work left to go.
    ``limits.seconds`` is for all of them: none begins after it, what was found by then stands, and without any limit of
    work each has its share of what is left. A proved answer, or one that somebody stopped, ends the attempts. Of equal
    costs the earliest is kept. The result's work is of all, its bound the highest proved and its seed the one asked
    with, so that it tells how to get the same again.
    """
    began, best, bound, work, stopped = time.monotonic(), None, None, 0, False
    whole = max(1, min(MOST, attempts))
    for number in range(whole):
        left = None if limits.seconds is None else limits.seconds - (time.monotonic() - began)
        if best is not None and left is not None and left <= 0:
            break
        share = left if left is None or limits.work is not None else left / (whole - number)
        within = limits if share is None else replace(limits, seconds=max(0.1, share))
        first = best.solution if onward and best is not None and best.solution is not None else start
        told = _as_part(progress, number, whole, best)
        found = solve(problem, limits=within, seed=seed + 1000 * number, progress=told, start=first)
        work += found.work
        bound = max((each for each in (bound, found.bound) if each is not None), default=None)
        if best is None or (found.cost is not None and (best.cost is None or found.cost < best.cost)):
            best = found
        stopped = found.status is Status.STOPPED
        if stopped or best.status in (Status.OPTIMAL, Status.INFEASIBLE):
            break
    assert best is not None
    if stopped and best.solution is not None:
        best = replace(best, status=Status.STOPPED)
    return replace(best, bound=bound, seed=seed, work=work)


def _as_part(progress: Progress, number: int, whole: int, best: Result[Any] | None) -> Progress:
    """Return a progress that tells one attempt as its share of all, with the best of those before it."""
    if whole == 1:
        return progress

    def tell(step: Step, /) -> bool:
        share = (number + step.share) / whole
        if best is None or best.cost is None or (step.cost is not None and step.cost < best.cost):
            return progress(replace(step, share=share))
        return progress(replace(step, share=share, cost=Pence(best.cost), best=None))

    return tell
