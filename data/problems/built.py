"""What building a problem gives: the problem, the row each id came from, and what could not be used, with a remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from data.issues import Issue

P = TypeVar("P")


@dataclass(frozen=True)
class Built(Generic[P]):
    """A problem with its provenance (id to cell), the rows left out and why, and notes to print beside figures."""

    problem: P
    provenance: Mapping[str, str]
    left_out: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()
    points: Mapping[str, tuple[float, float]] = field(default_factory=dict)
