"""How big a made-up city is: three sizes, and the parameters that are the same in all of them."""

from dataclasses import dataclass

import numpy as np

from data.errors import DataError


@dataclass(frozen=True)
class Size:
    """The counts of one size. ``areas`` are the localities it covers; ``schools`` counts every kind of school."""

    name: str
    title: str
    areas: tuple[str, ...]
    schools: int
    special: int
    independent_special: int
    alternative: int
    riders: int
    runs: int
    guides: int
    operators: int
    referrals: int
    appeals: tuple[int, int]
    log_days: int


SIZES = {
    "small": Size("small", "Handsworth", ("West",), 34, 2, 0, 0, 60, 10, 11, 2, 4, (3, 1), 5),
    "medium": Size("medium", "West locality", ("West",), 110, 7, 3, 2, 1000, 180, 150, 4, 8, (9, 3), 1),
    "full": Size(
        "full", "Birmingham", ("East", "North", "South", "West"), 450, 27, 12, 6, 4250, 757, 600, 6, 19, (34, 10), 1
    ),
}
"""Published or assumed: 4,250 children carried, 757 runs, 600 guides, 450 schools; 19 referrals, 34 and 10 appeals.

The operators' fleets are as large as that number of runs takes. Last term's own runs keep the ride limits, and come to
more (`last_term`).
"""

NEED_MIX = {"ASC": 42, "SEMH": 13, "SLD": 12, "MLD": 10, "SLCN": 8, "PMLD": 6, "PD": 5, "HI": 2, "VI": 2}
"""Per cent of children carried, by need; assumed."""

SCHOOL_MIX = {"special": 60, "independent special": 15, "mainstream": 20, "alternative provision": 5}
"""Per cent of children carried, by kind of school; national figures for children with special needs under 16."""

RUN_MIX = (("taxi", 1, 4, 45), ("MPV", 5, 7, 21), ("minibus", 8, 14, 34))
"""Kind of vehicle, fewest and most children, and per cent of the operators' vehicles; assumed."""

FICTION = "Invented for the example; no real person"


def size_named(name: str) -> Size:
    """Return a size by its name; raises DataError for any other word."""
    if name not in SIZES:
        raise DataError(f"there is no size called {name}: choose {', '.join(SIZES)}")
    return SIZES[name]


def chances(seed: int, part: str) -> np.random.Generator:
    """Return the generator of one part, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([seed, *part.encode("utf-8")])
