import zipfile
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from data.issues import Level
from data.reading import read
from data.records import SHEETS
from data.sample import HANDSWORTH
from data.synthetic import make
from data.writing.workbook import write_city, write_marked, write_template
from tests.builders.city import SCHOOLS, Fault, a_workbook, plant


@pytest.fixture(scope="module")
def city():
    return make("small", 1)


@pytest.fixture(scope="module")
def sample():
    return read(HANDSWORTH)


def _faults(city) -> list[Fault]:
    walkers = [at for at, row in enumerate(city.pupils, start=2) if row.transport == "no"]
    riders = [at for at, row in enumerate(city.pupils, start=2) if row.transport == "vehicle" and row.start]
    first_run = city.runs[0].pupils[0]
    second = "; ".join((*city.runs[1].pupils, first_run))
    long_absence = next(at for at, row in enumerate(city.absences, start=2) if row.last)
    return [
        Fault("settings", 2, "value", "long", "bad-setting"),
        Fault("schools", 2, "postcode", "B20 3D", "not-a-postcode"),
        Fault("schools", 3, "area", "Middle", "unknown-area"),
        Fault("schools", 4, "bell", "quarter to nine", "not-a-time"),
        Fault("schools", 5, "finish", "07:00", "wrong-order"),
        Fault("schools", 6, "phase", "middle", "unknown-phase"),
        Fault("schools", 7, "bays", "=1+1", "formula-cell"),
        Fault("schools", 8, "inset", "32/01/2020", "not-a-date"),
        Fault("schools", 9, "psychologist", "EP-Z9", "unknown-member-of-staff"),
        Fault("schools", 12, "name", None, "missing"),
        Fault("schools", 13, "name", "A" * 300, "too-long"),
        Fault("bases", 2, "places", -5, "negative"),
        Fault("bases", 3, "rate", "lots", "not-money"),
        Fault("bases", 4, "need", "XYZ", "unknown-need"),
        Fault("bases", 5, "school", "330-0000", "unknown-school"),
        Fault("pupils", walkers[0], "id", "Jane Smith", "name-as-reference"),
        Fault("pupils", walkers[1], "id", "943 476 5919", "nhs-number"),
        Fault("pupils", walkers[2], "year", "Year 99", "out-of-range"),
        Fault("pupils", walkers[3], "year", 3.5, "not-a-whole-number"),
        Fault("pupils", walkers[4], "easting", 12, "out-of-range"),
        Fault("pupils", riders[0], "postcode", None, "missing"),
        Fault("pupils", riders[1], "postcode", "B99 9ZZ", "no-such-postcode"),
        Fault("pupils", riders[2], "school", "HW99", "unknown-school"),
        Fault("pupils", riders[3], "wheelchair", "sometimes", "unknown-kind-of-wheelchair"),
        Fault("pupils", riders[4], "guide", "maybe", "unknown-guide-need"),
        Fault("pupils", riders[5], "max_minutes", 999, "out-of-range"),
        Fault("pupils", riders[6], "transport", "helicopter", "unknown-kind-of-transport"),
        Fault("pupils", riders[7], "end", date(2019, 1, 1), "wrong-order"),
        Fault("pupils", riders[8], "apart", "P99999", "unknown-pupil"),
        Fault("pupils", riders[9], "point", None, "no-point"),
        Fault("pupils", riders[10], "school", None, "no-school"),
        Fault("pupils", riders[11], "sole", "perhaps", "not-yes-or-no"),
        Fault("pupils", riders[12], "days", "Xday", "not-weekdays"),
        Fault("vehicles", 2, "layouts", "sixteen", "not-a-layout"),
        Fault("vehicles", 3, "operator", "OP-Z", "unknown-operator"),
        Fault("vehicles", 4, "day_rate", "TBC", "still-to-be-confirmed"),
        Fault("runs", 3, "pupils", second, "two-routes"),
        Fault("runs", 4, "vehicle", "OP-Q-TAXI", "unknown-vehicle-class"),
        Fault("guides", 2, "mode", "helicopter", "unknown-way-of-getting-to-work"),
        Fault("guides", 3, "pay", -5, "negative-money"),
        Fault("training", 2, "expires", date(2001, 1, 1), "wrong-order"),
        Fault("absences", 2, "guide", "G999", "unknown-guide"),
        Fault("absences", long_absence + 1, "last", date(2001, 1, 1), "wrong-order"),
        Fault("staff", 2, "fte", 3, "out-of-range"),
        Fault("venues", 2, "seats", "#N/A", "error-cell"),
        Fault("meeting_types", 2, "window_last", date(2020, 8, 30), "out-of-term"),
        Fault("panels", 2, "cadence", "sometimes", "unknown-cadence"),
        Fault("panel_cases", 3, "id", city.panel_cases[0].id, "id-twice"),
    ]


def test_every_planted_fault_is_an_issue_at_its_cell_and_the_repaired_workbook_imports(city, tmp_path):
    sent, marked, mended = tmp_path / "sent.xlsx", tmp_path / "marked.xlsx", tmp_path / "mended.xlsx"
    faults = _faults(city)
    door = next(fault for fault in faults if fault.rule == "no-point")
    undo = plant(HANDSWORTH, [*faults, Fault("pupils", door.row, "door", "point", "")], sent)
    reading = read(sent)
    found = {(issue.sheet, issue.cell, issue.rule) for issue in reading.issues if issue.level is Level.STOP}
    assert len(faults) >= 40
    assert found == {(fault.tab, fault.cell, fault.rule) for fault in faults}
    assert sum(issue.level is Level.STOP for issue in reading.issues) == len(faults)
    assert reading.city is None
    assert all(issue.remedy and issue.wrong for issue in reading.issues)

    write_marked(sent, reading.issues, marked)
    page = openpyxl.load_workbook(marked)
    assert all(page[fault.tab][fault.cell].comment is not None for fault in faults)
    assert all(page[fault.tab][fault.cell].fill.fgColor.rgb.endswith("FFDD00") for fault in faults)

    plant(sent, undo, mended)
    assert read(mended).city is not None


def test_rows_in_are_rows_out(city, sample, tmp_path):
    sent = tmp_path / "sent.xlsx"
    plant(HANDSWORTH, _faults(city), sent)
    whole = {tally.sheet: tally for tally in sample.tallies}
    for tally in read(sent).tallies:
        assert tally.found == tally.kept + tally.refused == whole[tally.sheet].found


def test_the_sample_is_the_small_city_as_a_workbook(city, sample):
    reading = sample
    assert reading.city is not None
    assert reading.city.fictional
    for name, rows in city:
        if isinstance(rows, tuple):
            held = getattr(reading.city, name)
            assert tuple(row.model_copy(update={"sheet": "", "row": 0}) for row in held) == rows, name
        else:
            assert getattr(reading.city, name) == rows


def test_every_row_knows_its_cell(sample):
    assert sample.city.schools[0].cell == "Schools row 2"


def test_an_old_workbook_with_the_desks_own_words_is_understood(tmp_path):
    pupils = [
        ["Pupil Ref", "Postcode", "NCY", "Need", "School", "Transport Type", "Escort", "Sole Y/N", "Notes"],
        ["p 1", "b20 2lb", "Y4", "ASD", "330-2040", "Taxi", "Y", "N", "likes trains"],
    ]
    reading = read(a_workbook(tmp_path / "old.xlsx", Schools=SCHOOLS, Children=pupils))
    assert reading.city is not None, [issue.sentence for issue in reading.issues]
    child = reading.city.pupils[0]
    assert (child.id, child.postcode, child.year, child.need, child.guide) == ("P1", "B20 2LB", 4, "ASC", "required")
    assert reading.city.schools[0].finish == 54900
    assert [issue.rule for issue in reading.issues] == ["column-not-kept"]


@pytest.mark.parametrize("heading", ["Surname", "Forename", "DOB", "NHS number", "Parent phone 1", "Child name"])
def test_a_column_of_personal_details_stops_the_import(tmp_path, heading):
    rows = [[*SCHOOLS[0], heading], [*SCHOOLS[1], "x"]]
    reading = read(a_workbook(tmp_path / "names.xlsx", Schools=rows))
    assert reading.city is None
    assert [(issue.rule, issue.cell) for issue in reading.issues] == [("personal-column", "I1")]


def test_a_child_who_travels_alone_and_with_another_is_to_be_looked_at(tmp_path):
    pupils = [
        ["Pupil Ref", "Postcode", "NCY", "Need", "Sole transport", "School", "Transport Type", "Must travel with"],
        ["P1", "B20 2LB", "Y4", "ASD", "yes", "330-2040", "Taxi", "P2"],
        ["P2", "B20 2LB", "Y6", "ASD", "no", "330-2040", "Taxi", ""],
    ]
    reading = read(a_workbook(tmp_path / "sent.xlsx", Schools=SCHOOLS, Pupils=pupils))
    found = [(each.cell, each.sentence) for each in reading.issues if each.rule == "alone-and-together"]
    assert [cell for cell, _ in found] == ["E2"] and reading.city is not None
    assert found[0][1].endswith("no run can carry this child.")


def test_a_hundred_thousand_rows_are_refused_by_name(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "long.xlsx"), {"constant_memory": True})
    page = book.add_worksheet("Absence")
    page.write_row(0, 0, ["Guide reference", "First day"])
    for row in range(100_000):
        page.write_row(row + 1, 0, ["G001", 43862])
    book.close()
    reading = read(tmp_path / "long.xlsx")
    assert reading.city is None
    assert [(issue.rule, issue.sheet) for issue in reading.issues] == [("too-many-rows", "Absence")]


@pytest.mark.parametrize(
    ("held", "rule"),
    [
        (b"", "empty-file"),
        (b"hello", "not-a-workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 100, "password-or-old-format"),
    ],
)
def test_a_file_that_is_no_workbook_says_so(tmp_path, held, rule):
    path = tmp_path / "sent.xlsx"
    path.write_bytes(held)
    reading = read(path)
    assert reading.city is None
    assert [issue.rule for issue in reading.issues] == [rule]
    write_marked(path, reading.issues, tmp_path / "marked.xlsx")
    assert openpyxl.load_workbook(tmp_path / "marked.xlsx").sheetnames[0] == "Reasons"


def test_a_macro_workbook_is_refused(tmp_path):
    path = tmp_path / "macro.xlsx"
    path.write_bytes(HANDSWORTH.read_bytes())
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"x")
    assert [issue.rule for issue in read(path).issues] == ["macro-workbook"]


def test_a_damaged_workbook_is_refused(tmp_path):
    path = tmp_path / "half.xlsx"
    path.write_bytes(HANDSWORTH.read_bytes()[:30_000])
    assert read(path).city is None
    assert read(path).issues[0].rule in {"not-a-workbook", "damaged-file"}


def test_a_cell_far_away_costs_nothing(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Schools"
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "far.xlsx")
    assert read(tmp_path / "far.xlsx").city is None


def test_a_workbook_of_other_sheets_says_what_ours_are_called(tmp_path):
    reading = read(a_workbook(tmp_path / "other.xlsx", Budget=[["a", "b"], [1, 2]]))
    assert reading.city is None
    assert [issue.rule for issue in reading.issues] == ["unknown-sheet", "wrong-sheet"]


def test_a_folder_of_csv_files_reads_like_the_workbook(tmp_path):
    lines = [",".join(str(cell) for cell in row) for row in SCHOOLS]
    (tmp_path / "schools.csv").write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    reading = read(tmp_path)
    assert reading.city is not None
    assert reading.city.schools[0].postcode == "B20 2LB"


def test_example_rows_of_the_template_are_passed_over(tmp_path):
    write_template(tmp_path / "template.xlsx")
    reading = read(tmp_path / "template.xlsx")
    assert {tally.refused for tally in reading.tallies} == {0}
    assert sum(tally.examples for tally in reading.tallies) == len(SHEETS) - 1
    assert reading.city is None and [issue.rule for issue in reading.issues] == ["no-rows"]


@pytest.mark.full
def test_the_full_city_comes_back_as_it_went_out(tmp_path):
    full = make("full", 1)
    write_city(full, tmp_path / "city.xlsx")
    held = read(tmp_path / "city.xlsx").city
    assert tuple(row.model_copy(update={"sheet": "", "row": 0}) for row in held.pupils) == full.pupils
