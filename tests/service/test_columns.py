"""A council's own headings at the data desk: guessed, chosen by a person, remembered for the next file, forgotten."""

import csv
import io
import re

from service.store.tables import CityFile, ColumnChoice
from tests.builders.city import a_workbook
from tests.service.conftest import form_key

OWN = [["Sch code", "Name of school", "Phase", "Kind", "Area", "Post code", "Bell", "Colour of door"]]
OWN += [["330-2040", "Cherry Orchard", "Primary", "Community", "West", "B20 2LB", "08:45", "red"]]


def send(client, path, name="own.xlsx"):
    with path.open("rb") as file:
        return client.post("/data", data={"form_key": form_key(client)}, files={"workbook": (name, file)})


def answers(text: str) -> list[str]:
    """Return what the page's lists have chosen beforehand, "?" where nothing was guessed."""
    lists = re.findall(r'<select[^>]*name="meaning">(.*?)</select>', text, re.S)
    return [re.search(r'value="([^"]*)" selected', each)[1] for each in lists]


def test_own_headings_are_guessed_chosen_once_and_read_by_themselves_the_next_time(client, db, tmp_path):
    path = a_workbook(tmp_path / "own.xlsx", Schools=OWN)
    first = send(client, path)
    assert "Headings that we do not know" in first.text and "Nothing was imported" in first.text
    assert "There are 2 problems with your file" in first.text  # two columns that must be there; the rest is to look at
    assert answers(first.text) == ["id", "name", "?"]
    form = {"form_key": form_key(client), "meaning": ["id", "name", "-"]}
    second = client.post(f"{first.url.path}/columns", data=form)
    assert "plans will be made from" in second.text and "Read as you said before" in second.text
    third = send(client, path)
    assert "plans will be made from" in third.text and "do not know" not in third.text
    listed = client.get("/data/columns").text
    assert "Sch code" in listed and "School code" in listed and "Left out" in listed
    with db.reading() as session:
        number = session.query(ColumnChoice).filter(ColumnChoice.shown == "Sch code").one().id
    client.post(f"/data/columns/{number}/forget", data={"form_key": form_key(client)})
    assert answers(send(client, path).text) == ["id"]


def test_what_was_not_offered_is_not_remembered_and_a_stale_page_changes_nothing(client, db, tmp_path):
    first = send(client, a_workbook(tmp_path / "own.xlsx", Schools=OWN))
    key = form_key(client)
    client.post(f"{first.url.path}/columns", data={"form_key": key, "meaning": ["__class__", "nobody", "?"]})
    assert client.post(f"{first.url.path}/columns", data={"form_key": key, "meaning": ["id"]}).status_code == 404
    assert client.post("/data/columns/99/forget", data={"form_key": key}).status_code == 404
    with db.reading() as session:
        assert session.query(ColumnChoice).count() == 0
        assert session.query(CityFile).filter(CityFile.state == "ready").count() == 0


def test_a_tab_of_another_name_is_chosen_and_read(client, tmp_path):
    rows = [["School code", "School name", *OWN[0][2:7]], OWN[1][:7]]
    first = send(client, a_workbook(tmp_path / "own.xlsx", Our_list=rows))
    assert answers(first.text) == ["schools"]
    second = client.post(f"{first.url.path}/columns", data={"form_key": form_key(client), "meaning": ["schools"]})
    assert "plans will be made from" in second.text


def test_a_single_csv_file_is_read_as_the_sheet_that_it_is_named_after(client, tmp_path):
    path = tmp_path / "schools.csv"
    text = io.StringIO()
    csv.writer(text).writerows([["School code", "School name", *OWN[0][2:7]], OWN[1][:7]])
    path.write_text(text.getvalue())
    assert "plans will be made from" in send(client, path, "Schools.csv").text
