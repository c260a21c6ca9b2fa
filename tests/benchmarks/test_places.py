"""Public allocation instances: read as published, proved equal to the published value, checked from the answer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.benchmarks.allocation import read_locations, read_send
from optimiser import places
from optimiser.core.errors import BadProblem
from optimiser.core.limits import Limits
from optimiser.places import siting
from optimiser.places.model.location import Location, Siting, cost_of, faults
from service.bench.places import run

SETS = Path(__file__).parents[2].parent / "shared" / "benchmarks" / "allocation"
needs_shared = pytest.mark.skipif(not SETS.exists(), reason="skipped: no ../shared")

QUICK = [
    ("orlib-cap", "orlib-cap/cap41.txt", 1040444.375), ("orlib-cap", "orlib-cap/cap134.txt", 928941.750),
    ("holmberg", "holmberg-sscflp/p1.txt", 8848), ("holmberg", "holmberg-sscflp/p19.txt", 8886),
    ("pmedcap", "pmedcap/pmedcap05.txt", 664), ("pmed", "pmed/pmed1.txt", 5819),
]  # fmt: skip
LONG = [
    ("send-alloc", "send-alloc/alloc-1200p60b1y-s1.json", 40400009),
    ("send-alloc", "send-alloc/alloc-1000p60b5y-s1.json", 167674031),
    ("holmberg", "holmberg-sscflp/p31.txt", 13331), ("pmedcap", "pmedcap/pmedcap11.txt", 1006),
]  # fmt: skip


def proved(name: str, file: str, value: float) -> dict[str, Any]:
    found = run(name, SETS / file, seconds=240)
    assert found["objective"] == pytest.approx(value, abs=1e-3)
    assert found["bound"] == pytest.approx(value, abs=1e-2)
    return found


@needs_shared
@pytest.mark.parametrize("name, file, value", QUICK)
def test_a_small_instance_is_proved_equal_to_the_published_value(name: str, file: str, value: float) -> None:
    found = proved(name, file, value)
    problem = read_locations(name, SETS / file)[0]
    share = np.zeros(problem.cost.shape)
    for customer, sites in enumerate(found["assignment"]):
        for site, part in sites if isinstance(sites, list) else [(sites, 1.0)]:
            share[site, customer] = part
    opened = np.isin(np.arange(problem.sites), found["open"])
    assert not faults(problem, Siting(opened, share))
    assert cost_of(problem, Siting(opened, share)) == pytest.approx(value, abs=1e-3)


@needs_shared
@pytest.mark.full
@pytest.mark.parametrize("name, file, value", LONG)
def test_a_larger_instance_is_proved_equal_to_the_published_value(name: str, file: str, value: float) -> None:
    proved(name, file, value)


@needs_shared
def test_the_large_library_files_hold_four_instances_or_the_one_asked_for() -> None:
    file = SETS / "orlib-cap" / "capa.txt"
    assert [p.name for p in read_locations("orlib-cap", file)] == [
        "capa-8000",
        "capa-10000",
        "capa-12000",
        "capa-14000",
    ]
    assert [p.name for p in read_locations("orlib-cap", file, capacity=9000)] == ["capa-9000"]


@needs_shared
def test_a_file_of_another_set_is_refused_by_name() -> None:
    with pytest.raises(BadProblem, match=r"pmed1\.txt is not"):
        read_locations("yang", SETS / "pmed" / "pmed1.txt")
    with pytest.raises(BadProblem, match="no location set called tea"):
        read_locations("tea", SETS / "pmed" / "pmed1.txt")
    with pytest.raises(BadProblem):
        read_send(SETS / "pmed" / "pmed1.txt")


@needs_shared
@pytest.mark.full
def test_the_best_five_sets_of_four_closures_and_the_front_are_proved() -> None:
    from dataclasses import replace

    problem = read_send(SETS / "send-alloc" / "alloc-1200p60b1y-s1.json")
    policy = replace(problem.policy, max_closures=4, min_closures=4)
    found = places.best_sets(replace(problem, policy=policy), 5)
    assert len(found) == 5 and all(each.result.cost == each.result.bound for each in found)
    front = places.front(problem, 15, limits=Limits(gap=1e-4))
    assert len(front) == 15 and front[-1].result.cost == 4_040_000_900
    surface = places.surface(problem, 15, limits=Limits(gap=1e-4))
    assert len(surface) == 15 and {each.cap for each in surface} == {None, 92, 50}
    assert min(each.result.cost or 0 for each in surface) == 4_040_000_900
    assert all((each.result.cost or 0) - (each.result.bound or 0) <= 1e-4 * (each.result.cost or 0) for each in surface)


def every_siting(problem: Location) -> float:
    """Return the least cost of a tiny single-source instance, by trying every site for every customer."""
    import itertools

    best = np.inf
    for sites in itertools.product(range(problem.sites), repeat=problem.customers):
        share = np.zeros(problem.cost.shape)
        share[list(sites), range(problem.customers)] = 1.0
        used = np.isin(np.arange(problem.sites), sites)
        if problem.choose is None:
            options = [used]
        else:
            spare = [i for i in range(problem.sites) if not used[i]]
            more = problem.choose - int(used.sum())
            added = itertools.combinations(spare, more) if more >= 0 else ()
            options = [used | np.isin(np.arange(problem.sites), extra) for extra in added]
        for opened in options:
            if not faults(problem, Siting(opened, share)):
                best = min(best, cost_of(problem, Siting(opened, share)))
    return float(best)


@pytest.mark.parametrize("seed", range(25))
def test_tiny_instances_agree_with_trying_everything(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sites, customers = int(rng.integers(2, 5)), int(rng.integers(2, 6))
    demand = rng.integers(1, 6, customers).astype(float)
    capacity = rng.integers(6, 14, sites).astype(float) if seed % 3 else None
    if capacity is not None and capacity.sum() < demand.sum():
        capacity[:] = demand.sum()
    choose = int(rng.integers(1, sites + 1)) if seed % 2 else None
    cost = rng.integers(1, 40, (sites, customers)).astype(float)
    problem = Location("tiny", rng.integers(0, 30, sites).astype(float), demand, cost, capacity, choose=choose)
    best, found = every_siting(problem), siting.solve(problem, iterations=120)
    if np.isinf(best):
        assert found.siting is None
    else:
        assert found.cost == best and found.proved
