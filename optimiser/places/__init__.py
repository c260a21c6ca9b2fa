"""Resource base places: who goes where, which bases close, open or grow, over one or more years."""

from optimiser.places.alternatives import Alternative, best_sets
from optimiser.places.explainer import explain
from optimiser.places.frontier import front
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution
from optimiser.places.solver import solve, warm
from optimiser.places.surface import surface
from optimiser.places.tables import report
from optimiser.places.verifier import verify

__all__ = [
    "Alternative",
    "Problem",
    "Solution",
    "best_sets",
    "explain",
    "front",
    "report",
    "solve",
    "surface",
    "verify",
    "warm",
]
