"""Facility location as a mixed-integer model on what is still possible, in strong form with a surrogate cover row."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimiser.core.limits import Limits
from optimiser.core.mip import Floats, LinearModel, Watch
from optimiser.core.result import Status
from optimiser.places.model.location import Location, Siting


@dataclass
class SitingModel:
    """The model with its columns: ``open`` by site and ``at[i, j]`` by pair, -1 where ruled out."""

    problem: Location
    model: LinearModel
    open: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]


def build(
    problem: Location,
    possible: npt.NDArray[np.bool_],
    must: npt.NDArray[np.int64],
    *,
    strong: bool = True,
) -> SitingModel:
    """Return the model on the pairs that are possible; ``strong`` adds a row for every pair, not just every site."""
    model = LinearModel()
    opened = np.full(problem.sites, -1, dtype=np.int64)
    at = np.full(problem.cost.shape, -1, dtype=np.int64)
    for i in range(problem.sites):
        if must[i] >= 0:
            opened[i] = model.variable(cost=float(problem.fixed[i]), lower=float(must[i] == 1))
    whole = problem.single and problem.capacity is not None
    for i, j in np.argwhere(possible & (opened >= 0)[:, None]):
        at[i, j] = model.variable(cost=float(problem.cost[i, j]), whole=whole)
    for j in range(problem.customers):
        model.row([int(c) for c in at[:, j] if c >= 0], lower=1, upper=1)
    for i in range(problem.sites):
        if opened[i] >= 0:
            _site_rows(problem, model, i, int(opened[i]), at[i], strong)
    kept = [int(c) for c in opened if c >= 0]
    if problem.capacity is not None:
        sizes = [float(problem.capacity[i]) for i in range(problem.sites) if opened[i] >= 0]
        model.row(kept, sizes, lower=float(problem.demand.sum()))
    if problem.choose is not None:
        model.row(kept, lower=problem.choose, upper=problem.choose)
    return SitingModel(problem, model, opened, at)


def _site_rows(
    problem: Location, model: LinearModel, site: int, opened: int, pairs: npt.NDArray[np.int64], strong: bool
) -> None:
    here = [int(j) for j in np.flatnonzero(pairs >= 0)]
    if problem.capacity is not None:
        weights = [float(problem.demand[j]) for j in here]
        model.row([*(int(pairs[j]) for j in here), opened], [*weights, -float(problem.capacity[site])], upper=0)
    if strong and model.lower[opened] < 1:
        for j in here:
            model.row([int(pairs[j]), opened], [1, -1], upper=0)


def start_of(built: SitingModel, siting: Siting) -> Floats | None:
    """Return an answer as values to start from, or None when the model has ruled part of it out."""
    values = np.zeros(len(built.model.cost))
    for i in np.flatnonzero(siting.open):
        if built.open[i] < 0:
            return None
        values[built.open[i]] = 1.0
    for i, j in np.argwhere(siting.share > 1e-9):
        if built.at[i, j] < 0:
            return None
        values[built.at[i, j]] = siting.share[i, j]
    return values


def solve(
    built: SitingModel, limits: Limits, *, seed: int = 0, start: Siting | None = None, watch: Watch | None = None
) -> tuple[Status, Siting | None, float | None]:
    """Return how the solve ended, the siting found, and the bound proved on the model as built."""
    first = None if start is None else start_of(built, start)
    found = built.model.solve(limits, seed=seed, start=first, watch=watch)
    if found.status is Status.INFEASIBLE:
        return found.status, None, math.inf
    siting = None if found.values is None else read(built, found.values)
    return found.status, siting, found.bound


def read(built: SitingModel, values: Floats) -> Siting:
    """Return the siting that a vector of values describes, whole customers made exactly whole."""
    problem = built.problem
    opened = np.zeros(problem.sites, dtype=np.bool_)
    for i in np.flatnonzero(built.open >= 0):
        opened[i] = values[built.open[i]] > 0.5
    share = np.zeros(problem.cost.shape)
    held = built.at >= 0
    share[held] = values[built.at[held]]
    share[~opened] = 0.0
    if problem.single:
        site = share.argmax(axis=0)
        share = np.zeros(problem.cost.shape)
        share[site, np.arange(problem.customers)] = 1.0
    else:
        share = np.where(share < 1e-9, 0.0, share)
        share /= share.sum(axis=0, keepdims=True)
    return Siting(opened, share)
