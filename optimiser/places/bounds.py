"""What is proved about the least cost: a solver's bound, made whole in the steps in which a cost can change."""

import math
from collections.abc import Iterable
from functools import reduce

from optimiser.core.units import Pence

SLACK = 2e-10
"""How far, as a share of the objective, a floating-point bound is trusted to be out; tiny beside one step."""


def step_of(costs: Iterable[float]) -> int:
    """Return the largest whole number of pence that divides every cost, at least 1."""
    return max(1, reduce(math.gcd, {abs(int(cost)) for cost in costs}, 0))


def proved(bound: float | None, *, step: int, offset: int) -> Pence | None:
    """Return a proved lower bound in pence from one in steps: an objective that moves in steps is at least the next.

    The float is first lowered by its trust (1e-4 of a step, and SLACK of its size), so rounding up proves nothing new.
    """
    if bound is None or not math.isfinite(bound):
        return None
    return Pence(math.ceil(bound - 1e-4 - SLACK * abs(bound)) * step + offset)
