"""Which guide rides which run, who is named to step in, how many stand by, and what to do at 06:30."""

from optimiser.guides.explainer import explain
from optimiser.guides.solver import solve
from optimiser.guides.tables import report
from optimiser.guides.verifier import verify

__all__ = ["explain", "report", "solve", "verify", "warm"]


def warm() -> None:
    """Compile the kernels that choosing standby guides uses, on a tiny input."""
    from optimiser.guides.standby import warm as compile_kernels

    compile_kernels()
