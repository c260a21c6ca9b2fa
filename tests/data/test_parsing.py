from datetime import date, datetime, time

import pytest
from pydantic_core import PydanticCustomError

from data.records import parsing, words


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("08:45", 31500),
        (8.45, 31500),
        ("8.45am", 31500),
        ("0845", 31500),
        (845, 31500),
        (time(8, 45), 31500),
        (0.364583333, 31500),
        ("3.15pm", 54900),
        ("15:15", 54900),
        ("12 noon", 43200),
        ("25:00", None),
        ("soon", None),
        ("8", None),
    ],
)
def test_times_are_read_as_people_type_them(typed, seconds):
    assert _read(parsing.clock, typed) == seconds


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("27/01/2020", date(2020, 1, 27)),
        ("27.1.20", date(2020, 1, 27)),
        ("Mon 27 Jan 2020", date(2020, 1, 27)),
        ("27th January 2020", date(2020, 1, 27)),
        ("2020-01-27", date(2020, 1, 27)),
        (datetime(2020, 1, 27), date(2020, 1, 27)),
        (43857, date(2020, 1, 27)),
        ("01/27/2020", None),
        ("31/02/2020", None),
        ("spring", None),
    ],
)
def test_dates_put_the_day_first(typed, day):
    assert _read(parsing.day, typed) == day


@pytest.mark.parametrize(
    ("typed", "pence"),
    [
        ("£85.00pd", 8500),
        (85, 8500),
        ("£1,250", 125000),
        ("85 per day", 8500),
        ("50p", 50),
        ("£2k", 200000),
        ("lots", None),
    ],
)
def test_money_is_read_with_its_decorations(typed, pence):
    assert _read(parsing.pence, typed) == pence


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("Mon-Wed", (0, 1, 2)),
        ("MTWThF", (0, 1, 2, 3, 4)),
        ("Tues & Thurs", (1, 3)),
        ("all", (0, 1, 2, 3, 4)),
        ("Xday", None),
    ],
)
def test_days_of_the_week_are_read(typed, days):
    assert _read(parsing.weekdays, typed) == days


@pytest.mark.parametrize(
    ("typed", "code"),
    [("b203de", "B20 3DE"), (" B20  3DE ", "B20 3DE"), ("B20-3DE", "B20 3DE"), ("B20", None), ("Handsworth", None)],
)
def test_postcodes_are_spelt_one_way(typed, code):
    assert _read(parsing.postcode, typed) == code


@pytest.mark.parametrize("typed", ["Y", "Yes", "TRUE", "1", True, "✓"])
def test_yes_has_many_spellings(typed):
    assert parsing.yes_no(typed) is True


@pytest.mark.parametrize("typed", ["ASD", "asc", "Autism", "н", "C&L", "FAM, PD"])
def test_needs_have_synonyms(typed):
    assert parsing.choice(words.NEEDS, what="need")(typed) in {"ASC", "HI", "CL", "FAM"}


@pytest.mark.parametrize(
    ("typed", "rule"),
    [("Jane Smith", "name-as-reference"), ("943 476 5919", "nhs-number"), ("a b*", "not-a-reference")],
)
def test_a_reference_is_never_a_person(typed, rule):
    with pytest.raises(PydanticCustomError) as fault:
        parsing.code(typed)
    assert fault.value.context["rule"] == rule


def test_ten_digits_without_a_check_digit_are_only_a_number():
    assert parsing.code("1234567890") == "1234567890"


def _read(reader, typed):
    try:
        return reader(typed)
    except PydanticCustomError:
        return None
