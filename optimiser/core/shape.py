"""The one shape: the verbs that every optimiser answers to, with the same keywords."""

from typing import Any, Protocol

from optimiser.core.explanation import Explanation
from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, ignore
from optimiser.core.result import Result
from optimiser.core.table import Table
from optimiser.core.violation import Violation


class Optimiser(Protocol):
    """A package that decides one kind of thing; the package itself satisfies this, so a type check finds a slip."""

    @staticmethod
    def solve(
        problem: Any,
        *,
        limits: Limits = Limits(),
        seed: int = 0,
        progress: Progress = ignore,
        start: Any = None,
    ) -> Result[Any]:
        """Return a verified answer, never worse than ``start`` when that is allowed."""
        ...

    @staticmethod
    def verify(problem: Any, solution: Any) -> tuple[Violation, ...]:
        """Return every rule the solution breaks, hard and soft."""
        ...

    @staticmethod
    def report(problem: Any, solution: Any) -> tuple[Table, ...]:
        """Return the solution as tables."""
        ...

    @staticmethod
    def explain(problem: Any, solution: Any, *, about: str) -> Explanation:
        """Return why one thing is as it is, and the cheapest change."""
        ...
