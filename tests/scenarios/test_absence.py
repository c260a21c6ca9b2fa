"""Bad weeks played through, operators that vanish, and changes to guides."""

from dataclasses import replace

import pytest

from optimiser.core.units import clock
from optimiser.guides import solve, verify
from optimiser.guides.absence import fit
from optimiser.guides.problem import Combination, Need, SpareVehicle
from scenarios import absence
from scenarios.changes.guides import Away, Lapse, NeedGuide, TakeOn, Train
from scenarios.scenario import Clash, Scenario, apply
from tests.builders.guides import a_city, a_guide, a_guides_problem, a_history, a_route


@pytest.fixture(scope="module")
def city():
    problem = a_city(40, 40, seed=1, required=0.7, preferred=0.2)
    return problem, solve(problem).solution


@pytest.mark.parametrize("week", absence.READY, ids=[week.name for week in absence.READY])
def test_a_ready_week_plays_through_and_its_figures_add_up(city, week):
    problem, solution = city
    played = absence.rehearse(problem, solution, week, seed=3)
    days, fixes = absence.rehearsal_tables(problem, played)
    assert len(days.rows) == len(week.away)
    assert sum(row[4] for row in days.rows) == sum(played.cancelled_children)
    assert [row[1] for row in fixes.rows] == sorted((row[1] for row in fixes.rows), reverse=True)
    assert absence.rehearse(problem, solution, week, seed=3) == played


def test_september_has_wrong_addresses_and_january_does_not(city):
    september = absence.rehearse(*city, absence.SEPTEMBER, seed=1)
    january = absence.rehearse(*city, absence.JANUARY_FLU, seed=1)
    assert september.wrong_addresses
    assert any("addresses" in fix.what for fix in september.fixes)
    assert not january.wrong_addresses


def test_january_flu_has_about_twice_the_usual_absence():
    problem = a_city(200, 10, seed=2)
    played = absence.rehearse(problem, solve(problem).solution, replace(absence.JANUARY_FLU, flu=0.0), seed=2)
    assert sum(played.away) / (5 * 200) == pytest.approx(0.14, abs=0.03)


def test_when_an_operator_stops_others_take_what_fits_and_the_rest_is_to_buy():
    runs = (
        *a_route("R1", spare_seats=3, operator="O1"),
        *a_route("R2", "P2", operator="O2"),
        *a_route("R3", "P4", operator="O2", need=Need.NONE, wheelchairs=1),
    )
    spare = SpareVehicle("SV1", "P2", clock(7, 0), seats=4, operator="O1")
    problem = a_guides_problem((a_guide(), a_guide("G2", "P2")), runs, spare_vehicles=(spare,))
    problem = replace(problem, combinations=(Combination("R2-am", "R1-am", 300),))
    collapsed = absence.collapse(problem, solve(problem).solution, ("O2",))
    assert (collapsed.children, collapsed.runs) == (2, 4)
    taken = {each.run for each in collapsed.plan.covers}
    bought = {lot.run for lot in collapsed.to_buy}
    assert taken | bought == {"R2-am", "R2-pm", "R3-am", "R3-pm"}
    assert not taken & bought
    assert {"R2-am", "R2-pm"} <= taken
    assert "tail-lift" in next(lot.vehicle for lot in collapsed.to_buy if lot.run == "R3-am")
    assert absence.collapse_tables(collapsed)[0].rows[0] == ("Children stranded", 2)


def test_an_operator_nobody_uses_is_refused(city):
    with pytest.raises(ValueError, match="check the operators"):
        absence.collapse(*city, ("nobody",))


def test_august_2021_strands_the_same_share_of_children(city):
    problem, solution = city
    operators = absence.august_2021(problem)
    collapsed = absence.collapse(problem, solution, operators)
    everyone = {child for run in problem.runs for child in run.children}
    assert collapsed.children >= len(everyone) * 848 / 4250
    assert len(collapsed.plan.covers) + len(collapsed.to_buy) == collapsed.runs


def test_the_absence_calendar_holds_every_month():
    guides = [a_guide(f"G{i}", history=a_history(0.08, seed=i)) for i in range(5)]
    table = absence.absence_calendar(fit(guides), a_guides_problem(guides))
    assert len(table.rows) == 12
    assert all(0 < share < 0.5 for row in table.rows for share in row[1:])


def test_changes_to_guides_give_sound_problems_that_plan():
    problem = a_guides_problem(runs=a_route(competences=frozenset({"epilepsy"})))
    trained = apply(problem, Scenario("Train", (Train("G1", "epilepsy"),)))
    assert solve(trained).solution.holder["R1-am"] == "G1"
    away = apply(trained, Scenario("Away", (Away("G1"),)))
    assert solve(away).solution.uncovered
    hired = apply(away, Scenario("Hire", (TakeOn("G9", "G1"),)))
    answer = solve(hired)
    assert answer.solution.holder["R1-am"] == "G9"
    assert not [each for each in verify(hired, answer.solution) if each.hard]
    assert solve(apply(trained, Scenario("Lapse", (Lapse("G1"),)))).solution.uncovered
    assert not apply(problem, Scenario("None", (NeedGuide("R1", Need.NONE),))).guided


@pytest.mark.parametrize(
    "change", [Away("G7"), Train("G7", "x"), Lapse("G7"), TakeOn("G1", "G2"), NeedGuide("R7", Need.NONE)]
)
def test_a_change_to_what_is_not_there_is_refused(change):
    with pytest.raises(Clash):
        apply(a_guides_problem(), Scenario("Wrong", (change,)))


def test_two_changes_to_one_guide_clash():
    with pytest.raises(Clash, match="Two changes"):
        apply(a_guides_problem(), Scenario("Both", (Away("G1"), Lapse("G1"))))
