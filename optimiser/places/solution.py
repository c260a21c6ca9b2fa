"""What was chosen: each pupil's base year by year, who has none and why, and each base's plan."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property


class Why(Enum):
    """Why a pupil is without a base in some years; the explainer gives the cheapest change that places them."""

    NO_DESIGNATION = "no base is designated for this need, phase and year group"
    TOO_FAR = "every suitable base is beyond the longest journey allowed"
    CLOSED = "every suitable base within reach is closed in those years, or takes no new pupils"
    FULL = "every suitable base within reach is full"
    DEARER = "a place elsewhere costs less than any base that could take the pupil"
    CHOSEN = "taking this pupil would cost more elsewhere in the plan"


@dataclass(frozen=True, slots=True)
class Placement:
    """A pupil at a base from year ``first`` to year ``last`` of the plan, both included."""

    pupil: str
    base: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A pupil without a base from year ``first`` to year ``last``, and why."""

    pupil: str
    first: int
    last: int
    reason: Why


@dataclass(frozen=True, slots=True)
class BasePlan:
    """A base's plan: for each year, whether it is open and how many places are bought beyond those commissioned."""

    base: str
    open: tuple[bool, ...]
    extra: tuple[int, ...]


@dataclass(frozen=True)
class Solution:
    """Placements and unplaced pupils covering every pupil and year once, and a plan for every base."""

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    bases: tuple[BasePlan, ...]

    @cached_property
    def base(self) -> dict[str, BasePlan]:
        """Each base's plan by base id."""
        return {each.base: each for each in self.bases}

    @cached_property
    def at(self) -> dict[tuple[str, int], str]:
        """The base of each pupil in each year, for those placed."""
        return {(each.pupil, year): each.base for each in self.placements for year in range(each.first, each.last + 1)}

    def roll(self, base: str, year: int) -> int:
        """Return how many pupils a base has in a year."""
        return sum(1 for each in self.placements if each.base == base and each.first <= year <= each.last)

    def open_in(self, base: str, year: int) -> bool:
        """Return whether a base is open in a year."""
        return self.base[base].open[year]

    def closed_from(self, base: str) -> int | None:
        """Return the first year in which a base is closed, or None when it is open throughout."""
        states = self.base[base].open
        return states.index(False) if False in states else None
