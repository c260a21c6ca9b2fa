"""Travel matrices and calendars keep their promises."""

from datetime import date

import numpy as np
import pytest

from optimiser.core.calendar import SchoolCalendar, Term
from optimiser.core.errors import BadProblem
from optimiser.core.limits import Limits
from optimiser.core.table import Column, Table
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import clock, pounds


def a_matrix(cells=((0, 5, 9), (6, 0, 2), (9, 2, 0)), places=("a", "b", "c")):
    seconds = np.array(cells, dtype=np.int32)
    return TravelMatrix(places, seconds, seconds * 10, "test", "f1")


def test_a_journey_is_read_by_the_names_of_its_ends():
    assert (a_matrix().seconds_between("a", "b"), a_matrix().metres_between("b", "a")) == (5, 60)


def test_a_part_of_a_matrix_keeps_its_order_and_its_source():
    part = a_matrix().among(["c", "a"])
    assert part.places == ("c", "a") and part.seconds_between("c", "a") == 9 and part.source == "test"


@pytest.mark.parametrize(
    "change", [{"places": ("a", "a", "c")}, {"cells": ((0, -1, 0), (0, 0, 0), (0, 0, 0))}, {"cells": ((1, 0), (0, 0))}]
)
def test_a_matrix_that_cannot_be_right_is_refused(change):
    with pytest.raises(BadProblem):
        a_matrix(**change)


def test_a_place_to_itself_takes_no_time():
    with pytest.raises(BadProblem):
        a_matrix(cells=((1, 0, 0), (0, 0, 0), (0, 0, 0)))


def test_school_days_leave_out_weekends_closures_and_one_school_s_own_exceptions():
    calendar = SchoolCalendar(
        (Term("Spring", date(2020, 2, 13), date(2020, 2, 25)),),
        frozenset(date(2020, 2, day) for day in range(17, 22)),
        {"s1": frozenset({date(2020, 2, 14)})},
    )
    assert [day.day for day in calendar.days] == [13, 14, 24, 25]
    assert calendar.is_open(date(2020, 2, 14)) and not calendar.is_open(date(2020, 2, 14), school="s1")
    assert calendar.working_days_after(date(2020, 2, 14), 2) == date(2020, 2, 25)


def test_a_term_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="before it starts"):
        Term("Spring", date(2020, 2, 2), date(2020, 2, 1))


@pytest.mark.parametrize("change", [{"seconds": 0}, {"work": 0}, {"gap": -0.1}, {"processes": 0}])
def test_limits_that_allow_nothing_are_refused(change):
    with pytest.raises(ValueError):
        Limits(**change)


def test_a_table_refuses_a_row_of_another_length():
    with pytest.raises(ValueError, match="2 cells for 1"):
        Table("t", "T", (Column("a", "A"),), ((1, 2),))


def test_clock_times_and_pounds_are_whole():
    assert clock(7, 45) == 27900 and pounds(85.004) == 8500
