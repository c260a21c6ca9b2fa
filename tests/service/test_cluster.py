"""A sweep gives the same answers in turn, on local processes and on a Dask cluster, and survives a worker killed."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from scenarios import library
from scenarios.runner import run
from service.cluster import check_address, open_pool
from tests.scenarios.test_engine import a_small_city


def square(number: int) -> int:
    return number * number


def die_once(told: tuple[int, str]) -> int:
    """Kill the process the first time that item 2 is tried."""
    number, mark = told
    if number == 2 and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def stumble(number: int) -> int:
    if number == 1:
        raise ValueError("one is odd")
    return number


def sleep_long(number: int) -> int:
    time.sleep(30 * number)
    return number


def test_local_processes_do_everything_once_and_errors_are_told() -> None:
    with open_pool(workers=2) as pool:
        assert sorted((item, value) for item, value, _ in pool.run(square, range(5))) == [(n, n * n) for n in range(5)]
        errors = [(item, str(error)) for item, _, error in pool.run(stumble, range(3)) if error is not None]
        assert errors == [(1, "one is odd")]


def test_a_killed_process_gives_its_item_to_another(tmp_path: Path) -> None:
    items = [(n, str(tmp_path / "mark")) for n in range(4)]
    with open_pool(workers=2) as pool:
        found = list(pool.run(die_once, items))
    assert sorted(value for _, value, _ in found) == [0, 1, 2, 3] and all(error is None for _, _, error in found)


@pytest.mark.full
def test_what_is_not_finished_by_the_deadline_times_out() -> None:
    with open_pool(workers=2) as pool:
        found = {item: error for item, _, error in pool.run(sleep_long, [0, 1], deadline=8.0)}
    assert found[0] is None and isinstance(found[1], TimeoutError)


def test_a_sweep_is_the_same_in_turn_and_on_local_processes() -> None:
    problem = a_small_city(1)
    wanted = library.close_each(problem)
    with open_pool(workers=2) as pool:
        assert run(problem, wanted, pool=pool) == run(problem, wanted)


@pytest.mark.parametrize("address", ["http://here:1", "tcp://elsewhere:8786", "tls://", "8786", "tls://host:notaport"])
def test_an_address_that_is_unsafe_or_wrong_is_refused_with_the_remedy(address: str) -> None:
    with pytest.raises(ValueError, match="tls://"):
        check_address(address)


def test_a_protected_address_and_this_computer_are_allowed() -> None:
    check_address("tls://cluster.example:8786")
    check_address("tcp://127.0.0.1:8786")


@pytest.fixture
def cluster() -> Any:
    distributed = pytest.importorskip("distributed", reason="skipped: Dask is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as made:
        yield made


@pytest.mark.full
def test_a_cluster_gives_the_same_answers_and_survives_a_killed_worker(cluster: Any, tmp_path: Path) -> None:
    problem = a_small_city(1)
    wanted = library.close_each(problem)
    with open_pool(cluster.scheduler_address) as pool:
        assert run(problem, wanted, pool=pool) == run(problem, wanted)
        found = list(pool.run(die_once, [(n, str(tmp_path / "mark")) for n in range(4)]))
    assert sorted(value for _, value, _ in found) == [0, 1, 2, 3]
