"""School days: terms, half-terms, bank holidays and exceptions."""

import socket
from datetime import date
from pathlib import Path

import pytest

from data import terms

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
HEAD = ",".join(
    [
        "academic_year",
        *(f"{t}_{p}" for t in ("autumn", "spring", "summer") for p in ("start", "half_start", "half_end", "end")),
        "source",
    ]
)
YEAR = (
    "2025/26,2025-09-01,2025-10-27,2025-10-31,2025-12-19,2026-01-05,2026-02-16,2026-02-20,2026-03-27,2026-04-13,"
    "2026-05-25,2026-05-29,2026-07-20,council"
)


def a_terms_file(folder: Path, row: str = YEAR) -> Path:
    file = folder / "terms.csv"
    file.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    return file


def test_bank_holidays_come_from_the_package_without_a_request(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    days = terms.bank_holidays()
    assert date(2025, 12, 25) in days and date(2028, 12, 26) in days and date(2022, 9, 19) in days


@pytest.mark.skipif(not SHARED.is_dir(), reason="skipped: no ../shared")
def test_every_published_year_has_the_councils_195_days():
    for year in terms.read_terms(SHARED / "birmingham_term_dates.csv"):
        expected = 193 if year.name == "2022/23" else 195
        assert len(terms.calendar([year]).days) == expected, year.name
        assert year.verified == (year.name != "2019/20")


def test_half_terms_bank_holidays_and_a_schools_own_days_are_closed(tmp_path):
    year = terms.read_terms(a_terms_file(tmp_path))
    found = terms.calendar(year, exceptions={"330-2040": [date(2025, 9, 2)]})
    assert not found.is_open(date(2025, 10, 28))
    assert not found.is_open(date(2026, 5, 4))
    assert found.is_open(date(2025, 9, 2)) and not found.is_open(date(2025, 9, 2), school="330-2040")


@pytest.mark.parametrize("row", [YEAR.replace("2025-09-01", "1 Sept"), YEAR.replace("2025-09-01", "2025-12-01"), "x"])
def test_a_wrong_date_names_the_year(tmp_path, row):
    with pytest.raises(terms.TermsWrong, match="school year"):
        terms.read_terms(a_terms_file(tmp_path, row))
