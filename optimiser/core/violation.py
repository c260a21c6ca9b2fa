"""What a verifier finds: a broken rule, whom it concerns and by how much."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken once.

    ``rule`` is a kebab-case claim that should hold, such as ``seat-capacity``; ``subjects`` are ids, never names;
    ``amount`` is by how much, in ``unit``; a soft violation is a recorded breach that is allowed at a price.
    """

    rule: str
    subjects: tuple[str, ...]
    sentence: str
    hard: bool = True
    amount: int = 1
    unit: str = ""


def hard_ones(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Return the violations that no plan may have."""
    return tuple(violation for violation in violations if violation.hard)
