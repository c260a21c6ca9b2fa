import openpyxl
import pytest

from data.records import SHEETS
from data.records.row import columns, spellings
from data.synthetic import make
from data.writing import csv
from data.writing.workbook import write_city, write_tables, write_template
from optimiser.core.table import Column, Kind, Table

HOSTILE = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "=HYPERLINK('x')"]
NOTICE = "Fictional example"


def a_table(rows):
    kinds = (Column("who", "Who"), Column("cost", "Cost", Kind.PENCE), Column("day", "Day", Kind.DATE))
    return Table("t", "A table: of [things]", kinds, tuple(rows), "per child carried")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_in_a_workbook(tmp_path, text):
    write_tables([a_table([(text, 100, "2020-01-28")])], tmp_path / "t.xlsx", notice=NOTICE)
    page = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_in_csv(text):
    told = csv.table_text(a_table([(text, -100, "2020-01-28")]))
    line = told.splitlines()[1] if "\t" not in text else told
    assert f"'{text}" in line.replace('""', '"')
    assert "-1.0" in told


def test_csv_opens_rightly_in_excel(tmp_path):
    csv.write_table(a_table([("Tŷ", 5, "2020-01-28")]), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_notice_and_the_note_stand_on_the_sheet(tmp_path):
    write_tables([a_table([("a", 2000, "2020-01-28")])], tmp_path / "t.xlsx", notice=NOTICE)
    page = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    held = [cell.value for row in page.iter_rows() for cell in row]
    assert NOTICE in held
    assert "per child carried" in held
    assert 20 in held


def test_two_tables_of_one_title_get_two_sheets(tmp_path):
    write_tables([a_table([]), a_table([])], tmp_path / "t.xlsx")
    assert len(openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames) == 2


@pytest.mark.parametrize("desk", ["transport", "meetings", "places", None])
def test_a_template_holds_the_sheets_of_its_desk(tmp_path, desk):
    write_template(tmp_path / "t.xlsx", desk=desk)
    tabs = set(openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames)
    assert tabs == {"About", "Lists", *(sheet.name for sheet in SHEETS if desk is None or desk in sheet.desks)}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_two_columns_of_a_sheet_share_a_heading(sheet):
    headings = [column.heading for column in columns(sheet.row)]
    assert len(set(headings)) == len(headings)
    assert {spellings(sheet.row)[key].field for key in spellings(sheet.row)} == {c.field for c in columns(sheet.row)}


def test_a_city_says_on_its_first_page_that_it_is_fiction(tmp_path):
    write_city(make("small", 1), tmp_path / "city.xlsx")
    page = openpyxl.load_workbook(tmp_path / "city.xlsx")["About"]
    assert any("No real child" in str(cell.value) for row in page.iter_rows() for cell in row)
