"""A result refuses to contradict itself."""

import pytest

from optimiser.core.errors import UnverifiedResult
from optimiser.core.result import Result, Status
from optimiser.core.violation import Violation


def a_result(**changes):
    values = {"status": Status.FEASIBLE, "solution": "s", "cost": 10, "bound": 8, "violations": (), "seed": 0}
    return Result(**{**values, **changes})


def test_a_sound_result_states_its_gap():
    assert a_result().gap == pytest.approx(0.2)
    assert a_result(bound=None).gap is None


@pytest.mark.parametrize(
    "changes",
    [
        {"violations": (Violation("seat-capacity", ("r1",), "too many"),)},
        {"cost": None},
        {"solution": None},
        {"bound": 11},
        {"status": Status.OPTIMAL},
        {"status": Status.OPTIMAL, "bound": None},
        {"status": Status.INFEASIBLE},
        {"status": Status.NOT_FOUND},
        {"solution": None, "cost": None},
    ],
)
def test_a_result_that_contradicts_itself_is_refused(changes):
    with pytest.raises(UnverifiedResult):
        a_result(**changes)


def test_a_soft_breach_is_carried_not_refused():
    breach = Violation("ride-time", ("c1",), "82 minutes", hard=False, amount=420, unit="seconds")
    assert a_result(violations=(breach,)).violations == (breach,)
