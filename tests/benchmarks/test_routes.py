"""The benchmark runner answers in the agreed shape, and the independent checkers accept it and catch every breach."""

import copy
import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.benchmarks.transport import SETS
from service.bench.routes import run
from service.cli.commands import app
from tests.benchmarks import checkers_routes as checkers

SHARED = Path(__file__).parents[2] / ".." / "shared" / "benchmarks" / "transport"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="skipped: no ../shared")

SMALL = [
    ("darp_cordeau2006", "a2-16.txt", None),
    ("mdhdarp_malheiros2021", "a9-72hetIUY.txt", None),
    ("pdptw_lilim", "lc104.txt", None),
    ("darp_cordeau_laporte2003", "R1a.txt", None),
    ("vrptw_solomon", "C101.txt", None),
    ("vrptw_homberger", "r1_2_1.txt", None),
    ("hfvrp_pessoa2018", "X101-FSMFD.vrp", None),
    ("sbrp_park2012", "RSRB01", 2700),
]


@pytest.fixture(scope="module")
def answers():
    return {
        folder: run(folder, SHARED / folder / name, seconds=1.5, seed=1, max_ride=ride) for folder, name, ride in SMALL
    }


@pytest.mark.parametrize(("folder", "name", "ride"), SMALL)
def test_answers_pass_the_independent_checker_at_their_stated_objective(answers, folder, name, ride):
    answer = answers[folder]
    assert set(answer) == {"set", "instance", "objective", "vehicles", "cpu_seconds", "bound"}
    wrong, objective = checkers.check(folder, SHARED / folder / name, answer["vehicles"], max_ride=ride)
    assert wrong == []
    assert answer["objective"] == pytest.approx(objective, abs=1e-6)
    assert answer["bound"] is None


def test_the_smallest_dial_a_ride_instance_is_solved_to_its_optimum(answers):
    with (SHARED / "darp_cordeau2006" / "bks.csv").open() as file:
        best = {row["instance"]: float(row["bks_cost"]) for row in csv.DictReader(file)}
    assert answers["darp_cordeau2006"]["objective"] == pytest.approx(best["a2-16"], abs=0.005)


def test_park_takes_no_more_buses_than_the_authors(answers):
    with (SHARED / "sbrp_park2012" / "bks.csv").open() as file:
        best = {
            (row["instance"], row["max_ride_s"]): int(row["park2012_mixedload_buses"]) for row in csv.DictReader(file)
        }
    assert answers["sbrp_park2012"]["objective"] <= best["RSRB01", "2700"]


def broken(answers, folder, name, ride, spoil):
    vehicles = copy.deepcopy(answers[folder]["vehicles"])
    spoil(vehicles)
    return checkers.check(folder, SHARED / folder / name, vehicles, max_ride=ride)[0]


def _drop(vehicles):
    max(vehicles, key=len).pop(0)


def _repeat(vehicles):
    route = max(vehicles, key=len)
    route.append(route[0])


def _backwards(vehicles):
    max(vehicles, key=len).reverse()


def _all_in_one(vehicles):
    everything = [each for route in vehicles for each in route]
    for route in vehicles:
        route.clear()
    vehicles[-1].extend(everything)


@pytest.mark.parametrize(("folder", "name", "ride"), SMALL)
@pytest.mark.parametrize("spoil", [_drop, _repeat, _all_in_one])
def test_a_spoilt_answer_is_refused(answers, folder, name, ride, spoil):
    assert broken(answers, folder, name, ride, spoil)


@pytest.mark.parametrize(("folder", "name", "ride"), [s for s in SMALL if s[0] != "hfvrp_pessoa2018"])
def test_an_answer_driven_backwards_is_refused(answers, folder, name, ride):
    assert broken(answers, folder, name, ride, _backwards)


def test_a_tighter_ride_limit_refuses_the_school_bus_plan(answers):
    vehicles = answers["sbrp_park2012"]["vehicles"]
    assert checkers.check_park(SHARED / "sbrp_park2012" / "RSRB01", vehicles, 900)[0]


@pytest.mark.parametrize("ride", [2700, 5400])
@pytest.mark.parametrize("name", ["RSRB01", "CSCB01"])
def test_the_authors_own_school_bus_plans_pass_the_checker_but_for_the_minutes_they_print(name, ride):
    folder = SHARED / "sbrp_park2012" / name
    buses = {}
    stops = {line.split()[0] for line in (folder / "Stops.txt").read_text().splitlines()[1:]}
    for line in (folder / f"park_mixed_solution_{ride}.txt").read_text().splitlines()[1:]:
        bus, _, each, pupils, *_ = line.split()
        if each in stops or (each != "900001" and int(pupils) > 0):
            buses.setdefault(bus, []).append(int(each))
    wrong, objective = checkers.check_park(folder, list(buses.values()), ride + 60)
    assert [each for each in wrong if "no schedule" not in each] == []
    assert len(wrong) <= 0.1 * objective


def test_there_is_an_answer_of_every_set():
    assert {folder for folder, _, _ in SMALL} == set(SETS)


def test_the_command_writes_the_answer_in_the_agreed_shape(tmp_path):
    out = tmp_path / "answer.json"
    path = SHARED / "sbrp_park2012" / "RSRB01"
    asked = ["--set", "sbrp_park2012", "--max-ride", "5400", "--seconds", "1", "--seed", "1", "--out", str(out)]
    done = CliRunner().invoke(app, ["bench", "routes", str(path), *asked])
    assert done.exit_code == 0, done.output
    answer = json.loads(out.read_text())
    assert list(answer) == ["set", "instance", "objective", "vehicles", "cpu_seconds", "bound"]
    wrong, objective = checkers.check_park(path, answer["vehicles"], 5400)
    assert wrong == []
    assert answer["objective"] == objective
