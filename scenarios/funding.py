"""Place funding by academic and by financial year, before and after: savings begin when the funding year turns."""

from dataclasses import dataclass

from optimiser.core.units import Pence
from optimiser.places import costing
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution

MONTHS_BEFORE_APRIL = 7
"""September to March: the months of an academic year that fall in the financial year in which it begins."""


@dataclass(frozen=True)
class FundingYear:
    """Place money of one year, pence; ``whole`` says that the plan covers all of the year."""

    kind: str
    year: str
    before: Pence
    after: Pence
    whole: bool = True

    @property
    def saving(self) -> Pence:
        """What is saved in the year."""
        return Pence(self.before - self.after)


def funding(one: tuple[Problem, Solution], other: tuple[Problem, Solution]) -> tuple[FundingYear, ...]:
    """Return place money before and after, by academic year and then by financial year (April to March).

    Seven twelfths of an academic year's money falls in the financial year in which it begins and the rest in the next,
    so both lists add up to the same; the first and last financial years are covered in part.
    """
    before, after = _place_money(*one), _place_money(*other)
    names = one[0].year_names
    found = [
        FundingYear("academic", name, Pence(old), Pence(new))
        for name, old, new in zip(names, before, after, strict=True)
    ]
    old_split, new_split = _by_financial(before), _by_financial(after)
    last = len(names)
    for number, (old, new) in enumerate(zip(old_split, new_split, strict=True)):
        year = _financial_name(names, number)
        found.append(FundingYear("financial", year, Pence(old), Pence(new), whole=0 < number < last))
    return tuple(found)


def _place_money(problem: Problem, solution: Solution) -> list[int]:
    """Return what places cost in each academic year, extra and filled ones with them, without running or top-ups."""
    return [year.places + year.extra_places for year in costing.yearly(problem, solution)]


def _by_financial(academic: list[int]) -> list[int]:
    found = [0] * (len(academic) + 1)
    for number, money in enumerate(academic):
        first = money * MONTHS_BEFORE_APRIL // 12
        found[number] += first
        found[number + 1] += money - first
    return found


def _financial_name(names: tuple[str, ...], number: int) -> str:
    """Return the financial year that the academic year of this number begins in, or the one after the last."""
    begins = int(names[min(number, len(names) - 1)][:4]) + (number >= len(names))
    return f"{begins}-{(begins + 1) % 100:02d}"
