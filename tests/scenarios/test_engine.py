"""Scenarios are lists of changes: clashes are refused, all are solved alike, and no answer depends on the pool."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from optimiser.core.units import Pence
from optimiser.places.problem import BaseStatus, CostBasis, Policy, Problem
from scenarios import library, tables
from scenarios.changes import Change
from scenarios.changes.places import CloseBase, OpenBase, Redesignate, ResizeBase, StopAdmitting, Winding
from scenarios.changes.terms import FillTo, Grow, OneFormula, Reprice, SetPolicy, SetPrices
from scenarios.comparison import Fate, compare
from scenarios.runner import run
from scenarios.scenario import Clash, Scenario, apply, clashes
from tests.builders.places import a_base, a_problem, a_pupil, some_prices

THREE_YEARS = ("2026/27", "2027/28", "2028/29")


def a_small_city(years: int = 3) -> Problem:
    """Six pupils, two bases at 10 and 30 minutes, and a candidate, over some years."""
    full = (4,) * years
    bases = [
        a_base(commissioned=full), a_base("b2", place="at 30", area="West", commissioned=full),
        a_base("b3", place="at 5", commissioned=full, status=BaseStatus.CANDIDATE),
    ]  # fmt: skip
    pupils = [a_pupil(f"p{n}", current="b1", years_left=1 + n % 3) for n in range(3)]
    pupils += [a_pupil(f"q{n}", current="b2", home="at 20", area="West", years_left=3) for n in range(3)]
    return a_problem(pupils, bases, year_names=THREE_YEARS[:years])


CHANGES: tuple[Any, ...] = (
    CloseBase("b1"), OpenBase("b3"), ResizeBase("b1", 2), Redesignate("b1", ("HI",)), StopAdmitting("b1"),
    Reprice("places", 120), OneFormula((("ASC", Pence(900_000)),)), Grow(50), FillTo(50),
    SetPolicy((("max_moves", 2),)), SetPrices(some_prices(with_transport=True)),
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_every_change_says_what_it_touches_and_makes_another_problem(change: Any) -> None:
    assert isinstance(change, Change) and change.touches and change.sentence.endswith(".")
    before = a_small_city()
    assert change.apply(before) != before


def test_two_changes_to_one_base_are_refused_with_both_named() -> None:
    both = Scenario("both", (CloseBase("b1"), ResizeBase("b1", 2)))
    assert len(clashes(both)) == 1 and "Close base b1" in clashes(both)[0]
    with pytest.raises(Clash, match="Keep one of them"):
        apply(a_small_city(), both)


@pytest.mark.parametrize(
    "change, words",
    [
        (CloseBase("nowhere"), "no base nowhere"),
        (CloseBase("b1", 9), "numbered from 0"),
        (CloseBase("b3"), "is candidate"),
        (OpenBase("b1"), "open already"),
        (ResizeBase("b1", -1), "cannot have"),
        (Redesignate("b1", ()), "for nobody"),
        (Reprice("tea", 90), "no price called tea"),
        (SetPolicy((("tea", 1),)), "no limit called tea"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_with_the_remedy(change: Any, words: str) -> None:
    with pytest.raises(Clash, match=words):
        apply(a_small_city(), Scenario("wrong", (change,)))


def test_a_base_does_not_close_before_the_earliest_lawful_year() -> None:
    problem = a_problem([], [a_base(commissioned=(1, 1, 1), close_from=2)], year_names=THREE_YEARS)
    with pytest.raises(Clash, match="cannot lawfully close before 2028/29"):
        apply(problem, Scenario("early", (CloseBase("b1", 1),)))
    assert apply(problem, Scenario("late", (CloseBase("b1", 2),))).base["b1"].closes == 2


@pytest.mark.parametrize(
    "winding, open_years", [(Winding.TOGETHER, 1), (Winding.TWO_SUMMERS, 2), (Winding.RUN_DOWN, 3)]
)
def test_a_base_winds_down_as_asked(winding: Winding, open_years: int) -> None:
    outcome = run(a_small_city(), [Scenario("close", (CloseBase("b1", 1, winding),))])[1]
    assert outcome.result is not None and outcome.result.solution is not None
    assert sum(outcome.result.solution.base["b1"].open) == open_years


def test_the_baseline_comes_first_and_everything_is_solved_alike() -> None:
    found = run(a_small_city(1), library.close_each(a_small_city(1)), seed=3)
    assert [each.scenario.name for each in found] == ["As things are", "Close b1", "Close b2"]
    assert all(each.result is not None and each.result.seed == 3 for each in found)


class Backwards:
    """A pool that finishes the last item first, and fails one."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing

    def run(
        self, fn: Callable[[Any], Any], items: Iterable[Any], deadline: float | None = None
    ) -> Iterator[tuple[Any, Any, BaseException | None]]:
        for item in reversed(list(items)):
            if item.scenario.name == self.failing:
                yield item, None, RuntimeError("lost")
            else:
                yield item, fn(item), None


def test_the_answer_does_not_depend_on_the_pool() -> None:
    problem = a_small_city()
    wanted = library.close_each(problem)
    assert run(problem, wanted) == run(problem, wanted, pool=Backwards())


def test_a_lost_worker_and_a_clash_are_outcomes_with_reasons() -> None:
    problem = a_small_city(1)
    wanted = [Scenario("lost", (Grow(10),)), Scenario("clash", (CloseBase("x"),))]
    found = run(problem, wanted, pool=Backwards("lost"))
    assert "lost" in found[1].refused and "no base x" in found[2].refused


def test_a_comparison_names_each_child_and_the_headline() -> None:
    before, after = run(a_small_city(1), [Scenario("close", (CloseBase("b1"),))])
    found = compare(before, after)
    fates = {child.child: child.fate for child in found.children}
    assert fates["q0"] is Fate.SAME and {fates[f"p{n}"] for n in range(3)} <= {Fate.MOVED, Fate.UNPLACED}
    assert found.worse_off == sum(1 for c in found.children if c.longer > 15 * 60) == 1
    saved = found.measure("money").before - found.measure("money").after
    assert sum(found.yearly_saving) == saved


def test_growth_copies_and_shrinking_drops_only_those_at_no_base() -> None:
    problem = a_problem([a_pupil(current="b1"), a_pupil("p2")])
    assert len(Grow(100).apply(problem).pupils) == 4
    assert [p.id for p in Grow(-50).apply(problem).pupils] == ["p1"]
    assert all(p.current is None for p in Grow(100).apply(problem).pupils[2:])


def test_one_formula_protects_a_floor() -> None:
    problem = a_problem([], [a_base(), a_base("b2", place_rate=Pence(2_000_000))])
    changed = OneFormula((("ASC", Pence(1_000_000)),), floor=90).apply(problem)
    assert [base.place_rate for base in changed.bases] == [1_000_000, 1_800_000]


def test_prices_on_another_basis_are_refused_by_the_problem_itself() -> None:
    from optimiser.core.errors import BadProblem

    with pytest.raises(BadProblem, match="one basis"):
        apply(a_small_city(1), Scenario("mixed", (SetPrices(some_prices(basis=CostBasis.FILLED)),)))


def test_conclusions_are_doubted_and_counted() -> None:
    problem = a_small_city(1)
    found = library.doubted(problem, Scenario("close b2", (CloseBase("b2"),)))
    assert found[0].name == "As things are" and len(found) == len(library.doubts(problem)) + 1
    assert all(each.survives == (each.saving is not None and each.saving > 0 and each.unplaced == 0) or
               each.refused or (each.unplaced or 0) < 0 for each in found)  # fmt: skip


def test_a_hub_opens_where_it_is_asked() -> None:
    problem = a_small_city(1)
    change = library.hub("hub", problem.bases[0], place="at 20", area="West", needs=("ASC",), places=3)
    outcome = run(problem, [Scenario("hub", (change,))])[1]
    assert outcome.result is not None and outcome.result.solution is not None
    assert outcome.result.solution.open_in("hub", 0)


def test_policy_survives_a_scenario_untouched() -> None:
    problem = a_problem(policy=Policy(max_closures=2))
    assert apply(problem, Scenario("price", (Reprice("outside", 90),))).policy == problem.policy


def test_the_worked_example_of_the_readme() -> None:
    before, after = run(a_small_city(1), [Scenario("close", (CloseBase("b1"),))])
    found = compare(before, after)
    assert found.yearly_saving == (-8_000_000,)
    assert sorted(child.fate.name for child in found.moved) == ["MOVED", "UNPLACED", "UNPLACED"]
    assert found.worse_off == 1


def test_a_child_left_without_a_base_keeps_what_the_journey_costs() -> None:
    far = a_pupil(home="at 60", current="b1")
    problem = a_problem([far], [a_base(place="at 0", keeps_children=True)], prices=some_prices(with_transport=True))
    before, after = run(problem, [Scenario("close", (CloseBase("b1"),))])
    found = compare(before, after)
    paid = found.children[0].transport_before
    assert paid > 0 and found.children[0].after is None
    assert found.yearly_saving == (2 * 1_000_000 - 6_000_000,)
    assert found.measure("held_transport").change == paid
    assert found.measure("money").change == -sum(found.yearly_saving)
    (row,) = tables.children(found).rows
    assert row[-1] is None


def test_scenarios_that_the_time_does_not_reach_say_so() -> None:
    found = run(a_small_city(1), [Scenario("close", (CloseBase("b1"),))], within=0.0)
    assert "allow more minutes" in found[1].refused
