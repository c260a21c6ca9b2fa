"""The verbs of the one shape, on small problems that a person can check."""

from dataclasses import replace

import pytest

from optimiser import places
from optimiser.core import codec
from optimiser.core.errors import BadProblem, UnknownSubject
from optimiser.core.limits import Limits
from optimiser.core.progress import Step
from optimiser.core.result import Status
from optimiser.core.units import Pence
from optimiser.places import costing
from optimiser.places.problem import BaseStatus, CostBasis, Phase, Policy, Problem
from optimiser.places.solution import Solution, Why
from tests.builders.places import a_base, a_problem, a_pupil, a_random_problem, some_prices


def test_the_worked_example_costs_twenty_thousand_pounds() -> None:
    result = places.solve(a_problem(policy=Policy(max_closures=1)))
    assert (result.status, result.cost) == (Status.OPTIMAL, 2_000_000)
    assert result.solution is not None and result.solution.at == {("p1", 0): "b1"}


def test_problems_and_solutions_survive_the_codec() -> None:
    problem = a_random_problem(3, years=2)
    result = places.solve(problem)
    assert codec.from_json(Problem, codec.to_json(problem)) == problem
    assert result.solution is not None
    assert codec.from_json(Solution, codec.to_json(result.solution)) == result.solution


@pytest.mark.parametrize(
    "basis, cost", [(CostBasis.COMMISSIONED, 2_000_000), (CostBasis.FILLED, 1_000_000), (CostBasis.CENSUS, 2_600_000)]
)
def test_the_basis_decides_what_an_empty_place_costs(basis: CostBasis, cost: int) -> None:
    base = a_base(rate_basis=basis, empty_rate=Pence(1_600_000))
    assert places.solve(a_problem(bases=[base], prices=some_prices(basis=basis))).cost == cost


def test_core_funding_is_counted_only_when_the_label_says_so() -> None:
    prices = some_prices(core=Pence(350_000))
    without, with_it = a_problem(prices=prices), a_problem(prices=replace(prices, with_core=True))
    assert "without core" in without.prices.label and "with core" in with_it.prices.label
    assert (places.solve(with_it).cost or 0) - (places.solve(without).cost or 0) == 350_000


@pytest.mark.parametrize(
    "changes, why",
    [
        ({"needs": ("HI",)}, Why.NO_DESIGNATION),
        ({"phases": (Phase.SECONDARY,)}, Why.NO_DESIGNATION),
        ({"place": "at 60"}, Why.TOO_FAR),
        ({"closes": 0}, Why.CLOSED),
        ({"commissioned": (0,)}, Why.FULL),
        ({"top_up": Pence(9_000_000)}, Why.DEARER),
    ],
)
def test_a_pupil_without_a_base_is_told_why(changes: dict[str, object], why: Why) -> None:
    result = places.solve(a_problem(bases=[a_base(**changes)]))
    assert result.solution is not None
    assert [each.reason for each in result.solution.unplaced] == [why]


def test_the_cheapest_change_that_places_a_pupil_is_solved_again() -> None:
    bases = [a_base(commissioned=(0,)), a_base("b2", place="at 60")]
    problem = a_problem(bases=bases)
    result = places.solve(problem)
    assert result.solution is not None
    told = places.explain(problem, result.solution, about="p1")
    assert told.remedies[0].sentence.startswith("Allow pupil p1 a journey")
    assert all(remedy.proved for remedy in told.remedies)
    assert [remedy.cost for remedy in told.remedies] == [-6_000_000, -5_000_000]
    assert {reason.rule for reason in told.reasons} == {"capacity", "travel-limit"}


def test_a_base_is_explained_by_the_plan_the_other_way_round() -> None:
    problem = a_problem()
    result = places.solve(problem)
    assert result.solution is not None
    told = places.explain(problem, result.solution, about="b1")
    assert told.remedies[0].cost == 4_000_000 and told.remedies[0].proved


def test_nobody_is_explained_who_is_not_in_the_plan() -> None:
    problem = a_problem()
    result = places.solve(problem)
    assert result.solution is not None
    with pytest.raises(UnknownSubject):
        places.explain(problem, result.solution, about="nobody")


def test_a_named_pupil_is_placed_above_the_places_bought_at_a_price() -> None:
    base = a_base(commissioned=(0,), physical_max=1)
    problem = a_problem([a_pupil(named_base="b1")], [base], prices=some_prices(over_place=Pence(120_000)))
    result = places.solve(problem)
    assert result.cost == 120_000
    assert {violation.rule for violation in result.violations} == {"over-places"}


def test_children_stay_at_a_base_that_is_designated_again() -> None:
    base = a_base(needs=("HI",), keeps_children=True)
    problem = a_problem([a_pupil(current="b1"), a_pupil("p2")], [base])
    result = places.solve(problem)
    assert result.solution is not None and result.solution.at == {("p1", 0): "b1"}


def test_the_best_sets_are_different_and_in_order_of_cost() -> None:
    bases = [a_base(f"b{n}", fixed=Pence(100_000 * n)) for n in range(4)]
    problem = a_problem(bases=bases, policy=Policy(max_closures=2, min_closures=2))
    found = places.best_sets(problem, 4)
    costs = [each.result.cost for each in found]
    assert len({each.closed for each in found}) == 4 and costs == sorted(costs)
    assert found[0].closed == ("b2", "b3")


def test_the_front_trades_cost_for_travel() -> None:
    near = a_base(place="at 0", commissioned=(1,), top_up=Pence(800_000))
    far = a_base("b2", place="at 30", commissioned=(2,))
    problem = a_problem([a_pupil(), a_pupil("p2")], [near, far])
    found = places.front(problem, 3)
    assert [each.travel for each in found] == sorted(each.travel for each in found)
    costs = [each.result.cost or 0 for each in found]
    assert costs == sorted(costs, reverse=True) and costs[0] > costs[-1]


def test_the_same_seed_gives_the_same_plan_and_a_start_is_never_worsened() -> None:
    problem = a_random_problem(17)
    one, two = places.solve(problem, seed=5), places.solve(problem, seed=5)
    assert one == two
    again = places.solve(problem, start=one.solution, limits=Limits(work=1))
    assert again.cost is not None and one.cost is not None and again.cost <= one.cost


def test_progress_is_told_and_a_policy_at_odds_with_itself_is_infeasible() -> None:
    steps: list[Step] = []

    def listen(step: Step, /) -> bool:
        steps.append(step)
        return True

    result = places.solve(a_problem(policy=Policy(max_closures=0, remove_places=1)), progress=listen)
    assert result.status is Status.INFEASIBLE and steps


def test_the_bill_adds_up_to_the_cost() -> None:
    for seed in range(12):
        problem = a_random_problem(seed, years=2)
        result = places.solve(problem)
        if result.solution is not None:
            bill = next(table for table in places.report(problem, result.solution) if table.key == "bill")
            assert bill.rows[-1][-1] == result.cost == costing.cost(problem, result.solution)
            assert problem.prices.label in bill.note


@pytest.mark.parametrize(
    "bases, words",
    [
        ([a_base(), a_base()], "two areas"),
        ([a_base(needs=())], "no designation"),
        ([a_base(commissioned=(-1,))], "negative"),
        ([a_base(commissioned=(1, 1))], "2 years"),
        ([a_base(rate_basis=CostBasis.FILLED)], "one basis"),
        ([a_base(place="nowhere")], "travel matrix"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(bases: list[object], words: str) -> None:
    with pytest.raises(BadProblem, match=words):
        a_problem(bases=bases)  # type: ignore[arg-type]


def test_a_candidate_opens_when_it_pays() -> None:
    base = a_base(status=BaseStatus.CANDIDATE, opening=Pence(500_000))
    result = places.solve(a_problem(bases=[base], policy=Policy(max_openings=1)))
    assert result.cost == 2_500_000


def test_an_empty_place_is_told_beside_what_a_filled_one_would_cost() -> None:
    problem = a_problem([a_pupil()], [a_base(), a_base("b2", commissioned=(1,), place_rate=Pence(3_000_000))])
    result = places.solve(problem)
    assert result.solution is not None
    table = next(each for each in places.report(problem, result.solution) if each.key == "empty")
    assert table.rows == (("2026/27", 3, 1, 2, 4_000_000, 2_000_000, 2_000_000, 800_000),)
