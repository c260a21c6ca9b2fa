"""Every mistake that the desk and the record can hold: the sentence as a person reads it, the rest still covered."""

from dataclasses import replace
from datetime import date

import pytest

from optimiser.core.units import Seconds
from optimiser.guides import solve
from optimiser.guides.absence import fit
from optimiser.guides.compliance import blocked, odd_dates
from optimiser.guides.cover import cover
from optimiser.guides.desk import Absence, Accepted, Desk, Failure, Step
from optimiser.guides.problem import AbsenceDay, Direction, Held, Mode
from optimiser.guides.solution import Assignment, Backup, GuidesSolution
from tests.builders.guides import TUESDAY, a_guide, a_guides_problem, a_history, a_route


def a_morning():
    """G1 rides R1 both ways, G3 is the named backup, G2 is free."""
    problem = a_guides_problem((a_guide(), a_guide("G2"), a_guide("G3")))
    rides = tuple(Assignment(f"R1-{half}", "G1", Mode.CAR, Seconds(300)) for half in ("am", "pm"))
    return problem, GuidesSolution(rides, (Backup("R1-am", "G3", 1), Backup("R1-pm", "G3", 1)))


OFF = Absence("G1")
MISTAKES = {
    "a guide absent twice": (
        Desk((OFF, OFF)),
        "Guide G1 was entered as absent twice; once is enough.",
        "G3",
    ),
    "half a day of a day already entered": (
        Desk((OFF, Absence("G1", Direction.PM))),
        "Guide G1 was entered as absent twice; once is enough.",
        "G3",
    ),
    "a backup who is absent too": (
        Desk((OFF, Absence("G3"))),
        "Guide G3, named backup for run R1-am, is absent too, so not used.",
        "G2",
    ),
    "an absence for an unknown guide": (
        Desk((OFF, Absence("G77"))),
        "There is no guide G77: check the reference. The rest is covered.",
        "G3",
    ),
    "an unknown standby guide": (
        Desk((OFF,), standby=("G88",)),
        "Standby guide G88 is not known, so not used.",
        "G3",
    ),
    "a standby guide who is absent too": (
        Desk((OFF, Absence("G2")), standby=("G2",)),
        "Standby guide G2 is absent too, so not used.",
        "G3",
    ),
    "an unknown vehicle": (
        Desk((OFF,), failures=(Failure("V9"),)),
        "No run today uses vehicle V9: check the reference.",
        "G3",
    ),
}


@pytest.mark.parametrize(("desk", "sentence", "covers"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_at_the_desk_is_said_and_the_rest_still_covered(desk, sentence, covers):
    plan = cover(*a_morning(), desk)
    assert sentence in [note.sentence for note in plan.notes]
    assert {(each.run, each.who) for each in plan.covers} == {("R1-am", covers), ("R1-pm", covers)}
    assert not plan.cancelled


def test_a_check_typed_in_the_wrong_date_order_blocks_its_guide_and_asks_for_a_look():
    problem, _ = a_morning()
    typed = Held("DBS", date(2020, 1, 10))
    wrong = replace(problem, guides=(replace(problem.guides[0], checks=(typed,)), *problem.guides[1:]))
    assert [each.sentence for each in odd_dates(wrong)] == [
        "DBS of guide G1 ends on Fri 10 Jan 2020, so it is lapsed; with day and month the other way round it would be "
        "valid. Look at the certificate."
    ]
    assert {each.guide for each in blocked(wrong, a_morning()[1])} == {"G1"}
    assert set(solve(wrong).solution.holder) == {"R1-am", "R1-pm"}
    assert "G1" not in solve(wrong).solution.held


def test_a_history_with_gaps_is_fitted_and_said():
    whole = [a_guide(f"G{i}", history=a_history(0.08, seed=i)) for i in range(3)]
    model = fit([*whole, a_guide("G7", history=a_history(0.0, days=20))])
    assert model.notes == ("1 guide has gaps in their history and leans on the usual rate: G7.",)
    assert 0.0 < model.rate["G7"] < 0.2


def test_a_day_written_twice_counts_once_and_is_said():
    record = a_history(0.0, days=40)
    model = fit([a_guide("G1", history=(*record, AbsenceDay(record[0].day, True)))])
    assert model.notes == ("1 guide has a day written twice, counted once: G1.",)
    assert model.guide_days == 40


def test_an_accepted_cover_whose_guide_rings_in_too_is_decided_again_and_said():
    problem, solution = a_morning()
    kept = tuple(Accepted(f"R1-{half}", Step.BACKUP, "G3") for half in ("am", "pm"))
    plan = cover(problem, solution, Desk((OFF, Absence("G3")), accepted=kept))
    said = "The accepted cover of run R1-am by G3 no longer works, so it was decided again."
    assert said in [note.sentence for note in plan.notes]
    assert {each.who for each in plan.covers} == {"G2"}


def test_a_run_that_nobody_may_ride_says_which_skill_is_wanting_and_the_other_is_planned():
    runs = (*a_route(competences=frozenset({"epilepsy"})), *a_route("R2", "P2"))
    solution = solve(a_guides_problem(runs=runs, day=TUESDAY)).solution
    assert {each.run for each in solution.uncovered} == {"R1-am", "R1-pm"}
    assert all("epilepsy" in each.sentence for each in solution.uncovered)
