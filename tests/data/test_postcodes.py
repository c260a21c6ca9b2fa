"""Postcodes: spelt, found, imported and doubted."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest

from data.postcodes import Geocoder, Located, NotLocated, shipped, spell
from data.postcodes.districts import districts
from data.postcodes.importers import NotAPostcodeFile, import_postcodes
from data.postcodes.table import LIVE, NOT_SAID, TERMINATED, PostcodeRow, PostcodeTable


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("b20 3de", "B20 3DE"),
        ("B203DE", "B20 3DE"),
        (" b-20.3DE ", "B20 3DE"),
        ("b2O 3de", "B20 3DE"),
        ("B2l 9NT", "B21 9NT"),
        ("BI 1AA", "B1 1AA"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("W1A 0AX", "W1A 0AX"),
        ("nowhere", None),
        ("", None),
        ("B20", None),
        ("=1+1", None),
    ],
)
def test_a_postcode_is_read_however_it_is_typed(typed, meant):
    assert spell(typed) == meant


def test_the_shipped_table_holds_the_b_area_with_points_in_the_midlands():
    table = shipped()
    assert len(table) == 62_763
    assert table.eastings.min() > 380_000 and table.eastings.max() < 430_000
    assert table.northings.min() > 240_000 and table.northings.max() < 320_000
    assert "Crown copyright" in table.attribution


def test_a_coordinate_in_the_file_comes_before_its_postcode():
    found = Geocoder().locate(postcode="B20 3DE", easting=406_000, northing=290_000)
    assert isinstance(found, Located)
    assert (found.easting, found.northing, found.step) == (406_000, 290_000, "coordinate in the file")


def test_a_postcode_says_which_table_answered_and_how_precisely():
    found = Geocoder().locate(postcode="b203de")
    assert isinstance(found, Located)
    assert found.postcode == "B20 3DE"
    assert found.sentence.endswith("about 75 m")


def test_an_imported_table_answers_before_the_shipped_one():
    newer = PostcodeTable.of([PostcodeRow("B20 3DE", 1, 2, live=LIVE)], source="ONSPD")
    found = Geocoder((newer,)).postcode("B20 3DE")
    assert isinstance(found, Located) and (found.easting, found.step) == (1, "ONSPD")


def test_a_withdrawn_postcode_is_taken_with_a_warning():
    old = PostcodeTable.of([PostcodeRow("B99 9ZZ", 400_000, 280_000, live=TERMINATED)], source="ONSPD")
    found = Geocoder((old,)).postcode("B99 9ZZ")
    assert isinstance(found, Located) and "withdrawn" in found.warning


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"postcode": "hello"}, "not a postcode"),
        ({"postcode": "B99 9ZZ"}, "not in the list"),
        ({}, "no postcode"),
        ({"lat": -1.9, "lon": 52.5}, "swapped"),
        ({"easting": 4.0e9, "northing": 3.0}, "not in Great Britain"),
    ],
)
def test_what_cannot_be_placed_says_why_and_what_to_do(row, said):
    missing = Geocoder().locate(**row)
    assert isinstance(missing, NotLocated)
    assert said in missing.reason and missing.remedy


def test_a_provider_is_asked_only_when_one_is_given():
    asked = []

    def provider(postcode):
        asked.append(postcode)
        return 530_000.0, 180_000.0

    assert isinstance(Geocoder().postcode("SW1A 1AA"), NotLocated)
    found = Geocoder(provider=provider).postcode("SW1A 1AA")
    assert isinstance(found, Located) and "administrator" in found.step
    assert asked == ["SW1A 1AA"]


def test_onspd_is_imported_with_withdrawn_postcodes_marked(tmp_path: Path):
    file = tmp_path / "ONSPD_NOV_2025_UK.csv"
    file.write_text(
        "pcd,pcd2,pcds,dointr,doterm,oslaua,osward,oseast1m,osnrth1m\n"
        "B1 1AA,B1  1AA,B1 1AA,198001,202001,E08000025,E05011151,406649,286530\n"
        "B20 3DE,B20  3DE,B20 3DE,198001,,E08000025,E05011120,406906,290534\n"
        "GY1 1AA,GY1  1AA,GY1 1AA,198001,,L99999999,L99999999,,\n",
        encoding="utf-8",
    )
    table = import_postcodes(file)
    assert len(table) == 2
    assert table.find("B1 1AA").live == TERMINATED
    assert table.find("B20 3DE").live == LIVE
    assert table.source.startswith("ONSPD")


def test_nspl_is_imported_from_its_zip_and_by_area(tmp_path: Path):
    archive = tmp_path / "NSPL_AUG_2025_UK.zip"
    with zipfile.ZipFile(archive, "w") as held:
        head = "pcd,pcds,doterm,oseast1m,osnrth1m,laua\n"
        held.writestr(
            "Data/NSPL_AUG_2025_UK.csv", head + "B11AA,B1 1AA,,406649,286530,E08000025\nAB1,AB1 0AA,,1,2,S1\n"
        )
        held.writestr("Data/multi_csv/NSPL_AUG_2025_UK_B.csv", head + "B11AA,B1 1AA,,1,1,E08000025\n")
        held.writestr("Documents/readme.csv", "nothing\n")
    table = import_postcodes(archive, areas=("B",))
    assert len(table) == 1 and table.find("B1 1AA").easting == 406_649
    assert table.source.startswith("NSPL")


def test_code_point_open_is_imported_without_a_heading(tmp_path: Path):
    archive = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(archive, "w") as held:
        held.writestr(
            "Data/CSV/b.csv", '"B1 1AD",10,406649,286530,"E92000001","","E18000005","","E08000025","E05011151"\n'
        )
    table = import_postcodes(archive)
    assert table.find("B1 1AD").live == LIVE and table.source.startswith("Code-Point Open")


def test_a_file_that_is_no_directory_is_refused_by_name(tmp_path: Path):
    wrong = tmp_path / "pupils.csv"
    wrong.write_text("name,age\nx,3\n", encoding="utf-8")
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(b"postcode,easting,northing\nB1 1AA,1,2\n" * 900)[:60])
    for file in (wrong, cut, tmp_path / "missing.csv"):
        with pytest.raises(NotAPostcodeFile, match=file.name):
            import_postcodes(file)


def test_a_table_survives_being_saved(tmp_path: Path):
    table = PostcodeTable.of([PostcodeRow("B1 1AA", 1, 2, "E1", "Ward", "West", LIVE)], source="here")
    table.save(tmp_path / "t.npz")
    back = PostcodeTable.load(tmp_path / "t.npz")
    assert back.row(0) == table.row(0) and back.source == "here"
    assert shipped().row(0).live == NOT_SAID


def test_the_nearest_postcode_is_found():
    table = shipped()
    row = table.find("B20 3DE")
    near = table.nearest(row.easting + 0.4, row.northing)
    assert np.hypot(near.easting - row.easting, near.northing - row.northing) <= 1


def test_districts_lie_in_the_middle_of_their_postcodes():
    found = districts()
    assert {"B1", "B20", "B21", "B74"} <= set(found) and "B99" not in found
    assert found["B20"][0] == pytest.approx(52.51, abs=0.02) and found["B20"][1] == pytest.approx(-1.92, abs=0.03)
