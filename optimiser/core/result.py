"""The answer of a solve, which refuses to exist when it contradicts itself."""

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from optimiser.core.errors import UnverifiedResult
from optimiser.core.violation import Violation, hard_ones

S = TypeVar("S")


class Status(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    """The cost equals a proved bound."""
    FEASIBLE = "feasible"
    """A verified answer; nothing better was found in the work allowed."""
    INFEASIBLE = "infeasible"
    """Proved that no answer exists."""
    NOT_FOUND = "not found"
    """No answer was found, and nothing is proved."""
    STOPPED = "stopped"
    """A person stopped it; the best so far is kept when there is one."""


@dataclass(frozen=True, slots=True)
class Result(Generic[S]):
    """A solve's answer: the solution, its cost from costing, a bound only from a proof, and what the verifier said.

    ``cost`` and ``bound`` share a unit, which the optimiser's README names (pence unless it says otherwise).
    ``work`` is the search's own count of steps, so that a run can be repeated.

    Raises :class:`UnverifiedResult` for a hard violation, a cost without a solution, a solution without a cost, a
    cost better than its bound, or OPTIMAL with a cost that differs from the bound.
    """

    status: Status
    solution: S | None
    cost: int | None
    bound: int | None
    violations: tuple[Violation, ...]
    seed: int
    work: int = 0

    def __post_init__(self) -> None:
        broken = hard_ones(self.violations)
        if broken:
            raise UnverifiedResult(f"{len(broken)} hard rules broken, first {broken[0].rule}: {broken[0].sentence}")
        if (self.solution is None) != (self.cost is None):
            raise UnverifiedResult("a cost and a solution come together or not at all")
        if self.cost is not None and self.bound is not None and self.cost < self.bound:
            raise UnverifiedResult(f"the cost {self.cost} is better than its bound {self.bound}: one has to be wrong")
        if self.status is Status.OPTIMAL and (self.cost is None or self.cost != self.bound):
            raise UnverifiedResult(f"optimal, yet cost {self.cost} is not the bound {self.bound}")
        if self.status in (Status.INFEASIBLE, Status.NOT_FOUND) and self.solution is not None:
            raise UnverifiedResult(f"{self.status.value}, yet there is a solution")
        if self.status is Status.FEASIBLE and self.solution is None:
            raise UnverifiedResult("feasible, yet there is no solution")

    @property
    def gap(self) -> float | None:
        """How far above the bound the cost may be, as a share of the cost; None when no bound is proved."""
        if self.cost is None or self.bound is None:
            return None
        if self.cost == self.bound:
            return 0.0
        return (self.cost - self.bound) / abs(self.cost) if self.cost else None
