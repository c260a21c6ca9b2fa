"""Decides when a locality team meets each school, where and with whom."""

from optimiser.meetings.explainer import explain
from optimiser.meetings.solver import solve
from optimiser.meetings.tables import report
from optimiser.meetings.verifier import verify

__all__ = ["explain", "report", "solve", "verify", "warm"]


def warm() -> None:
    """Compile the search's kernels on a tiny input, so that the first real run does not wait for them."""
    import numpy as np

    from optimiser.core.limits import Limits
    from optimiser.meetings.search.annealer import anneal
    from optimiser.meetings.search.grains import GrainProblem

    two = np.array([1, 2], dtype=np.int32)
    people = np.eye(2, dtype=np.int8)
    anneal(
        GrainProblem(two, two, people, people[::-1].copy(), two, np.array([0, 0, 0, 0], dtype=np.int32)),
        limits=Limits(work=100),
        restarts=1,
    )
