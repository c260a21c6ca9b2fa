"""The readers of the transport benchmarks on small files written here, and on the real ones where they are."""

from pathlib import Path

import pytest

from data.benchmarks.transport import MDHDARP_DEPOTS, SETS, read, set_name

SHARED = Path(__file__).parents[2] / ".." / "shared" / "benchmarks" / "transport"
shared = pytest.mark.skipif(not SHARED.exists(), reason="skipped: no ../shared")


def a_file(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("short", "folder"),
    [("park", "sbrp_park2012"), ("Cordeau", "darp_cordeau2006"), ("li-lim", "pdptw_lilim"), ("hfvrp_pessoa2018",) * 2],
)
def test_a_set_answers_to_its_folder_and_to_short_names(short, folder):
    assert set_name(short) == folder


def test_an_unknown_set_is_refused_by_name_with_the_sets_there_are():
    with pytest.raises(ValueError, match=r"no transport benchmark set called 'tsplib'.*solomon"):
        set_name("tsplib")


def test_cordeau_pairs_each_pickup_with_the_node_n_further_on(tmp_path):
    text = "2 4 480 3 30\n0 0 0 0 0 0 1440\n1 1 0 3 1 0 1440\n2 2 0 3 1 0 1440\n3 3 0 3 -1 10 20\n4 4 0 3 -1 10 20\n"
    instance = read("cordeau", a_file(tmp_path, "x.txt", text))
    assert [(ride.pickup, ride.delivery, ride.longest) for ride in instance.rides] == [(1, 3, 30.0), (2, 4, 30.0)]
    assert len(instance.vehicles) == 2
    assert instance.vehicles[0].duration == 480


def test_mdhdarp_depots_go_round_and_upgrading_becomes_nested_sums(tmp_path):
    node = "{} 1.0 2.0 3 30 {} 0 1440\n"
    text = "2 1\n480 1 6 0 1\n480 2 3 1 0\n" + node.format(0, "0 0 0 0") + node.format(1, "1 1 0 0")
    text += node.format(2, "-1 -1 0 0") + node.format(3, "0 0 0 0")
    instance = read("mdhdarp", a_file(tmp_path, "x.txt", text))
    assert [vehicle.depot for vehicle in instance.vehicles] == list(MDHDARP_DEPOTS[:2])
    assert instance.vehicles[0].capacity == (7, 6, 0, 1)
    assert instance.places[1].demand == (2, 1, 0, 0)


def test_solomon_reads_past_its_headings(tmp_path):
    text = "T\n\nVEHICLE\nNUMBER CAPACITY\n 3 50\n\nCUSTOMER\nCUST NO. X\n\n0 0 0 0 0 100 0\n1 3 4 7 5 50 10\n"
    instance = read("solomon", a_file(tmp_path, "x.txt", text))
    assert instance.fleet_first
    assert (instance.places[1].demand, instance.places[1].service) == ((7.0,), 10.0)
    assert instance.rides[0].delivery is None


def test_lilim_finds_the_delivery_of_each_pickup(tmp_path):
    text = "2 50 1\n0 0 0 0 0 100 0 0 0\n1 1 1 -5 0 90 10 2 0\n2 2 2 5 0 90 10 0 1\n"
    instance = read("lilim", a_file(tmp_path, "x.txt", text))
    assert [(ride.pickup, ride.delivery) for ride in instance.rides] == [(2, 1)]


def test_hfvrp_costs_are_in_hundredths_and_ids_one_less(tmp_path):
    text = (
        "NAME: x\nVEHICLES: 1\nNODE_COORD_SECTION\n1 0 0\n2 3 4\nDEMAND_SECTION\n1 0\n2 9\nCAPACITY_SECTION\n1 10\n"
        "VEHICLES_FIXED_COST_SECTION\n1 500\nVEHICLES_UNIT_DISTANCE_COST_SECTION\n1 150\nDEPOT_SECTION\n1\n-1\nEOF\n"
    )
    instance = read("hfvrp", a_file(tmp_path, "x.vrp", text))
    assert (instance.vehicles[0].fixed, instance.vehicles[0].unit) == (5.0, 1.5)
    assert instance.places[1].id == 1


def test_park_reads_clock_times_without_a_leading_zero(tmp_path):
    a_file(tmp_path, "Schools.txt", "ID X Y AMEARLY AMLATE\n7 1 2 710 735\n")
    a_file(tmp_path, "Stops.txt", "ID X Y EP COUNT\n1 5 6 7 12\n")
    instance = read("park", tmp_path)
    assert (instance.schools[0].early, instance.schools[0].late) == (25800, 27300)
    assert instance.stops[0].pupils == 12


def test_a_stop_of_an_unknown_school_is_refused(tmp_path):
    a_file(tmp_path, "Schools.txt", "ID X Y AMEARLY AMLATE\n7 1 2 710 735\n")
    a_file(tmp_path, "Stops.txt", "ID X Y EP COUNT\n1 5 6 8 12\n")
    with pytest.raises(ValueError, match="schools that are not listed"):
        read("park", tmp_path)


@pytest.mark.parametrize("name", [name for name in SETS if name != "sbrp_park2012"])
def test_a_file_of_another_kind_is_refused_with_its_name(tmp_path, name):
    with pytest.raises(ValueError, match=r"notes\.txt is not an instance"):
        read(name, a_file(tmp_path, "notes.txt", "nothing here\n"))


@shared
@pytest.mark.parametrize("name", list(SETS))
def test_every_shared_instance_reads(name):
    folder = SHARED / name
    paths = [p for p in sorted(folder.iterdir()) if p.suffix in (".txt", ".vrp") or p.is_dir()]
    assert paths
    for path in paths:
        instance = read(name, path)
        assert len(getattr(instance, "rides", None) or instance.stops) > 10
