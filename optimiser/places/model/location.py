"""Facility location as the public benchmarks pose it: sites with capacity, customers served by one or split."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from optimiser.core.errors import BadProblem

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Location:
    """Open sites and give every customer a site, at least cost.

    ``cost[i, j]`` is the cost of serving all of customer j from site i; ``capacity`` is None where unlimited;
    ``single`` says that a customer has one site, else demand may be split; ``choose`` is exactly how many sites open,
    None for as many as pay. ``step`` is what every cost is a multiple of, for rounding bounds up, or None.
    """

    name: str
    fixed: Floats = field(repr=False)
    demand: Floats = field(repr=False)
    cost: Floats = field(repr=False)
    capacity: Floats | None = field(default=None, repr=False)
    single: bool = True
    choose: int | None = None
    step: float | None = 1.0

    def __post_init__(self) -> None:
        sites, customers = self.cost.shape
        if self.fixed.shape != (sites,) or self.demand.shape != (customers,):
            raise BadProblem(f"{self.name}: {sites} sites and {customers} customers do not match their lists")
        if self.capacity is not None and self.capacity.sum() < self.demand.sum() - 1e-9:
            raise BadProblem(f"{self.name}: demand is more than all the capacity")

    @property
    def sites(self) -> int:
        """How many sites there are."""
        return int(self.cost.shape[0])

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return int(self.cost.shape[1])

    @cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """For each customer (column), the sites from cheapest to dearest."""
        return np.argsort(self.cost, axis=0, kind="stable")


@dataclass(frozen=True, eq=False)
class Siting:
    """Which sites are open and what share of each customer every site serves, an array of sites by customers."""

    open: npt.NDArray[np.bool_]
    share: Floats


def cost_of(problem: Location, siting: Siting) -> float:
    """Return what a siting costs, recomputed."""
    return float(problem.fixed[siting.open].sum() + (problem.cost * siting.share).sum())


def faults(problem: Location, siting: Siting) -> tuple[str, ...]:
    """Return in words every rule that a siting breaks; none means it is a right answer."""
    found: list[str] = []
    if np.any(np.abs(siting.share.sum(axis=0) - 1) > 1e-6) or np.any(siting.share < -1e-9):
        found.append("a customer's shares do not add to one")
    if problem.single and np.any((siting.share > 1e-6) & (siting.share < 1 - 1e-6)):
        found.append("a customer is split between sites")
    if np.any(siting.share[~siting.open] > 1e-9):
        found.append("a closed site serves a customer")
    if problem.capacity is not None:
        load = siting.share @ problem.demand
        if np.any(load > problem.capacity * (1 + 1e-7) + 1e-6):
            found.append("a site serves more than its capacity")
    if problem.choose is not None and int(siting.open.sum()) != problem.choose:
        found.append(f"{int(siting.open.sum())} sites are open, not {problem.choose}")
    return tuple(found)
