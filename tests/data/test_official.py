"""Published files: the real ones where they are, small ones in their likeness elsewhere."""

from pathlib import Path

import numpy as np
import pytest

from data.reading import official

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="skipped: no ../shared")

GIAS = (
    "URN,LA (code),EstablishmentNumber,EstablishmentName,EstablishmentStatus (name),PhaseOfEducation (name),"
    "TypeOfEstablishment (name),Postcode,Easting,Northing,AdministrativeWard (name),AdministrativeWard (code),"
    "SchoolCapacity,NumberOfPupils,StatutoryLowAge,StatutoryHighAge,TypeOfResourcedProvision (name),"
    "ResourcedProvisionCapacity,SenUnitCapacity,SEN1 (name),SEN2 (name),HeadTitle (name),HeadFirstName,HeadLastName,"
    "HeadPreferredJobTitle,TelephoneNum\n"
)


def a_gias_row(urn="103001", la="330", number="2040", name="A School", status="Open", **more):
    row = {"head": "CANARY", "ward": "Aston", "code": "E1"} | more
    return (
        f"{urn},{la},{number},{name},{status},Primary,Community school,B20 3DE,406906,290534,{row['ward']},"
        f'{row["code"]},420,411,4,11,Resourced provision,16,,"ASD - Autistic Spectrum Disorder",,Ms,'
        f"{row['head']},{row['head']},Head,"
        "01210000000\n"
    )


@real
def test_all_published_schools_and_postcodes_are_read():
    schools = official.schools(SHARED)
    table = official.postcodes(SHARED)
    assert len(schools) == 467
    assert int(np.count_nonzero(table.live == 1)) == 41_929
    away = [
        np.hypot(row.easting - school.easting, row.northing - school.northing)
        for school in schools
        if (row := table.find(school.postcode)) is not None
    ]
    assert len(away) == 467
    assert np.percentile(away, 99) < 250


@real
def test_every_school_of_the_handsworth_directory_is_found_in_the_list():
    known = {school.laestab: school for school in official.schools(SHARED)}
    directory = official.handsworth(SHARED)
    assert len(directory) == 34
    assert all(known[entry.laestab].locality == "West" for entry in directory)


@real
def test_places_of_a_base_are_never_guessed():
    bases = official.bases(SHARED)
    assert len(bases) == 27
    assert sum(base.places is not None for base in bases) == 2


@real
def test_boundaries_come_as_geojson():
    found = official.boundaries(SHARED)
    assert {name: len(layer["features"]) for name, layer in found.items()} == {
        "localities": 5,
        "wards": 69,
        "outline": 1,
    }


def test_a_gias_extract_gives_open_schools_of_the_authority_and_nothing_of_persons(tmp_path: Path):
    file = tmp_path / "edubasealldata.csv"
    rows = (
        a_gias_row(name="Caf\xe9 School"),
        a_gias_row(urn="2", number="1", status="Closed"),
        a_gias_row(urn="3", la="334", number="7", name="Over the border"),
    )
    file.write_bytes((GIAS + "".join(rows)).encode("cp1252"))
    (school,) = official.gias(file, localities={"Aston": "West"})
    assert (school.laestab, school.name, school.locality) == ("330-2040", "Café School", "West")
    assert school.resourced_places == 16 and school.needs == ("ASD - Autistic Spectrum Disorder",)
    assert "CANARY" not in repr(school)
    out_of_city = official.gias(file, also=("3",))
    assert {each.laestab for each in out_of_city} == {"330-2040", "334-0007"}


def test_a_school_that_was_taken_over_is_followed_to_its_successor(tmp_path: Path):
    links = tmp_path / "links.csv"
    links.write_text(
        "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"
        "1,2,B,Successor,01-01-2018\n2,3,C,Successor - merged,01-01-2020\n3,1,A,Predecessor,01-01-2020\n",
        encoding="cp1252",
    )
    assert official.successors(links) == {"1": "3", "2": "3"}


def test_a_file_that_is_not_the_one_meant_is_refused_by_name(tmp_path: Path):
    wrong = tmp_path / "birmingham_schools.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(official.OfficialFileWrong, match=r"birmingham_schools\.csv has no column laestab"):
        official.schools(tmp_path)
    with pytest.raises(official.OfficialFileWrong, match="is not in"):
        official.postcodes(tmp_path)


def test_the_councils_own_table_says_which_locality_a_ward_is_in(tmp_path: Path):
    file = tmp_path / "wards.csv"
    file.write_text("ward,locality\nAston,West\nSheldon,East\n", encoding="utf-8")
    assert official.ward_localities(file) == {"Aston": "West", "Sheldon": "East"}
