"""How money and counts are said to people."""

import pytest

from optimiser.core.table import Column, Kind, Table
from service import shown


@pytest.mark.parametrize(
    ("pence", "words"), [(0, "£0.00"), (2000, "£20.00"), (-150, "−£1.50"), (123_456_700, "£1,234,567")]
)
def test_a_sum_alone_has_pence_below_ten_thousand_pounds(pence, words):
    assert shown.pounds(pence) == words


def test_a_column_of_money_with_a_large_sum_has_no_pence_anywhere():
    table = Table("t", "T", (Column("a", "A", Kind.PENCE), Column("b", "B", Kind.PENCE)), ((0, 0), (1_234_500_00, 150)))
    whole = shown.in_whole_pounds(table)
    assert whole == {"a"}
    assert [shown.cell(row[0], Kind.PENCE, True) for row in table.rows] == ["£0", "£1,234,500"]
    assert shown.cell(-20, Kind.PENCE, True) == "£0"
    assert shown.cell(None, Kind.PENCE, True) == "–"


def test_one_thing_is_called_by_its_singular():
    assert [shown.noun(n, "base that closes", "bases that close") for n in (0, 1, 2)][1] == "base that closes"
