"""How much work a solve may do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most work that a solve may do; whichever limit is met first ends it.

    ``work`` counts the search's own steps (iterations, or a solver's deterministic ticks) and repeats exactly;
    ``seconds`` is wall time and does not. ``gap`` is the relative gap at which a proof may stop. ``processes`` is
    the most child processes; the answer does not depend on it.
    """

    seconds: float | None = None
    work: int | None = None
    gap: float = 0.0
    processes: int = 1

    def __post_init__(self) -> None:
        if self.seconds is not None and self.seconds <= 0:
            raise ValueError(f"seconds must be above zero, not {self.seconds}")
        if self.work is not None and self.work <= 0:
            raise ValueError(f"work must be above zero, not {self.work}")
        if self.gap < 0:
            raise ValueError(f"gap must not be negative, not {self.gap}")
        if self.processes < 1:
            raise ValueError(f"processes must be at least one, not {self.processes}")
