"""Home-to-school runs, morning and afternoon, and the vehicles that drive them."""

from optimiser.routes.explainer import explain
from optimiser.routes.solver import solve, warm
from optimiser.routes.tables import report
from optimiser.routes.verifier import verify

__all__ = ["explain", "report", "solve", "verify", "warm"]
