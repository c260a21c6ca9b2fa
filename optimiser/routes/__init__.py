"""Home-to-school runs, morning and afternoon, and the vehicles that drive them."""

from optimiser.routes.solver import solve
from optimiser.routes.verifier import verify

__all__ = ["solve", "verify"]
