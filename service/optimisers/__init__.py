"""Every kind of plan that the service can make: what it asks, how it is solved, and how its answer is told."""

import time

from optimiser.core.progress import Progress
from service.optimisers.jobs import CannotPlan, Finished, Job, Phase, finish, no_phase, quiet, solve

__all__ = ["CannotPlan", "Finished", "Job", "execute"]


def execute(job: Job, *, progress: Progress = quiet, phase: Phase = no_phase) -> Finished:
    """Work out a plan from start to end: build, solve, check, draw; raises CannotPlan with words for a person."""
    from service.optimisers.registry import ASK

    began = time.monotonic()
    phase(phase="building")
    asked = ASK[job.kind](job)
    phase(phase="solving")
    result = solve(asked, job, progress)
    phase(phase="drawing")
    return finish(asked, job, result, began)
