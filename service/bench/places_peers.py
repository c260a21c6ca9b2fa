"""The same location instances by other means, for comparison: plain HiGHS, CP-SAT, and spopt where it is installed."""

import importlib.util
from collections.abc import Callable

import numpy as np
from ortools.sat.python import cp_model

from optimiser.core import cpsat
from optimiser.core.limits import Limits
from optimiser.places.model import siting
from optimiser.places.model.location import Location, Siting, cost_of


def solve(peer: str, problem: Location, *, seconds: float, seed: int) -> tuple[Siting | None, float | None, str]:
    """Return a peer's siting and bound, and why it could not be asked; raises ValueError for an unknown peer."""
    if peer not in PEERS:
        raise ValueError(f"there is no peer {peer}: use {', '.join(PEERS)}")
    return PEERS[peer](problem, seconds, seed)


def _highs(problem: Location, seconds: float, seed: int) -> tuple[Siting | None, float | None, str]:
    everything = np.ones(problem.cost.shape, dtype=np.bool_)
    built = siting.build(problem, everything, np.zeros(problem.sites, dtype=np.int64))
    _, found, bound = siting.solve(built, Limits(seconds=seconds), seed=seed)
    return found, bound, ""


def _cpsat(problem: Location, seconds: float, seed: int) -> tuple[Siting | None, float | None, str]:
    if not problem.single or problem.step != 1.0:
        return None, None, "skipped: CP-SAT needs whole customers and whole costs"
    model = cp_model.CpModel()
    opened = [model.new_bool_var(f"open{i}") for i in range(problem.sites)]
    at = [[model.new_bool_var(f"at{i},{j}") for j in range(problem.customers)] for i in range(problem.sites)]
    for j in range(problem.customers):
        model.add_exactly_one(at[i][j] for i in range(problem.sites))
    for i in range(problem.sites):
        for j in range(problem.customers):
            model.add_implication(at[i][j], opened[i])
        if problem.capacity is not None:
            demand = [int(each) for each in problem.demand]
            load = sum(demand[j] * at[i][j] for j in range(problem.customers))
            model.add(load <= int(problem.capacity[i]) * opened[i])
    if problem.choose is not None:
        model.add(sum(opened) == problem.choose)
    pairs = [(i, j) for i in range(problem.sites) for j in range(problem.customers)]
    fixed = sum(int(problem.fixed[i]) * opened[i] for i in range(problem.sites))
    model.minimize(fixed + sum(int(problem.cost[i, j]) * at[i][j] for i, j in pairs))
    answer = cpsat.solve(model, Limits(seconds=seconds), seed=seed)
    if not answer.found:
        return None, None, ""
    share = np.array([[float(answer.value(each)) for each in row] for row in at])
    return Siting(np.array([answer.value(each) == 1 for each in opened]), share), answer.bound, ""


def _spopt(problem: Location, seconds: float, seed: int) -> tuple[Siting | None, float | None, str]:
    if importlib.util.find_spec("spopt") is None or importlib.util.find_spec("pulp") is None:
        return None, None, "skipped: spopt is not installed (pip install send-optimiser[peers])"
    if problem.capacity is not None or problem.choose is None:
        return None, None, "skipped: spopt has no capacities with opening costs"
    import pulp
    from spopt.locate import PMedian

    model = PMedian.from_cost_matrix(problem.cost.T, np.ones(problem.customers), p_facilities=problem.choose)
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds))
    share = np.zeros(problem.cost.shape)
    for j, sites in enumerate(model.cli2fac):
        share[sites[0], j] = 1.0
    return Siting(share.any(axis=1), share), None, ""


PEERS: dict[str, Callable[[Location, float, int], tuple[Siting | None, float | None, str]]] = {
    "highs": _highs,
    "cp-sat": _cpsat,
    "spopt": _spopt,
}


def cost(problem: Location, found: Siting | None) -> float | None:
    """Return what a peer's siting costs, recomputed."""
    return None if found is None else cost_of(problem, found)
