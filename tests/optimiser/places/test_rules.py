"""Every hard and soft rule: a plan that breaks it is named, and only for that; and the model holds to each."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from optimiser import places
from optimiser.core.limits import Limits
from optimiser.core.units import Pence, Seconds
from optimiser.core.violation import hard_ones
from optimiser.places import costing, verify
from optimiser.places.model import allocation
from optimiser.places.model.rows import ENFORCERS
from optimiser.places.problem import BaseStatus, Cell, Phase, Pin, Policy, Problem
from optimiser.places.rules import HARD, PLACEMENT_RULES, RULES, SOFT
from optimiser.places.solution import BasePlan, Placement, Solution
from tests.builders.places import a_base, a_plan, a_problem, a_pupil, some_prices

Case = tuple[Problem, Solution]
TWO_YEARS = ("2026/27", "2027/28")


def _unknown() -> Case:
    problem = a_problem()
    plan = a_plan(problem, {"p1": "b1"})
    return problem, replace(plan, placements=(Placement("stranger", "b1", 0, 0),))


def _twice() -> Case:
    problem = a_problem(bases=[a_base(), a_base("b2")])
    plan = a_plan(problem, {"p1": "b1"})
    return problem, replace(plan, placements=(*plan.placements, Placement("p1", "b2", 0, 0)))


def _undesignated() -> Case:
    problem = a_problem(bases=[a_base(needs=("HI",))])
    return problem, a_plan(problem, {"p1": "b1"})


def _wrong_phase() -> Case:
    problem = a_problem(pupils=[a_pupil(year_group=7)])
    return problem, a_plan(problem, {"p1": "b1"})


def _too_far() -> Case:
    problem = a_problem(bases=[a_base(place="at 60")])
    return problem, a_plan(problem, {"p1": "b1"})


def _refused() -> Case:
    problem = a_problem(pupils=[a_pupil(refuses=("b1",))])
    return problem, a_plan(problem, {"p1": "b1"})


def _new_admission() -> Case:
    problem = a_problem(bases=[a_base(admits_until=0)])
    return problem, a_plan(problem, {"p1": "b1"})


def _closed() -> Case:
    problem = a_problem(policy=Policy(max_closures=1))
    return problem, a_plan(problem, {"p1": "b1"}, closed=["b1"])


def _full() -> Case:
    problem = a_problem(pupils=[a_pupil(f"p{n}") for n in range(3)])
    return problem, a_plan(problem, {f"p{n}": "b1" for n in range(3)})


def _crammed() -> Case:
    problem = a_problem(pupils=[a_pupil(), a_pupil("p2")], bases=[a_base(physical_max=1)])
    return problem, a_plan(problem, {"p1": "b1", "p2": "b1"})


def _one_group() -> Case:
    pupils = [a_pupil(year_group=3), a_pupil("p2", year_group=3)]
    problem = a_problem(pupils, [a_base(year_group_max=1)])
    return problem, a_plan(problem, {"p1": "b1", "p2": "b1"})


def _extra() -> Case:
    problem = a_problem(bases=[a_base(extra_max=1)])
    return problem, a_plan(problem, {"p1": "b1"}, extra={"b1": 2})


def _changes_base() -> Case:
    bases = [a_base(commissioned=(2, 2)), a_base("b2", commissioned=(2, 2))]
    problem = a_problem([a_pupil(years_left=2)], bases, year_names=TWO_YEARS)
    plan = a_plan(problem, {"p1": "b1"})
    return problem, replace(plan, placements=(Placement("p1", "b1", 0, 0), Placement("p1", "b2", 1, 1)))


def _moves() -> Case:
    bases = [a_base(), a_base("b2")]
    problem = a_problem([a_pupil(current="b1")], bases, policy=Policy(moving_allowed=False))
    return problem, a_plan(problem, {"p1": "b2"})


def _unpinned() -> Case:
    problem = a_problem(bases=[a_base(), a_base("b2")], pins=(Pin("p1", "b1"),))
    return problem, a_plan(problem, {"p1": "b2"})


def _reopens() -> Case:
    problem = a_problem([], [a_base(commissioned=(2, 2))], year_names=TWO_YEARS, policy=Policy(max_closures=1))
    return problem, Solution((), (), (BasePlan("b1", (False, True), (0, 0)),))


def _status() -> Case:
    problem = a_problem([], [a_base(closes=0)])
    return problem, a_plan(problem, {})


def _closures() -> Case:
    problem = a_problem([])
    return problem, a_plan(problem, {}, closed=["b1"])


def _openings() -> Case:
    problem = a_problem([], [a_base(status=BaseStatus.CANDIDATE)])
    return problem, Solution((), (), (BasePlan("b1", (True,), (0,)),))


def _move_count() -> Case:
    bases = [a_base(), a_base("b2")]
    problem = a_problem([a_pupil(current="b1")], bases, policy=Policy(max_moves=0))
    return problem, a_plan(problem, {"p1": "b2"})


def _kept_places() -> Case:
    problem = a_problem([], policy=Policy(max_closures=1, remove_places=1))
    return problem, a_plan(problem, {})


def _zero() -> Case:
    problem = a_problem([], policy=Policy(max_closures=1, never_to_zero=(Cell("East", "ASC"),)))
    return problem, a_plan(problem, {}, closed=["b1"])


def _sole() -> Case:
    problem = a_problem([], policy=Policy(max_closures=1, protect_sole_providers=True))
    return problem, a_plan(problem, {}, closed=["b1"])


def _ruled_out() -> Case:
    problem = a_problem([], policy=Policy(max_closures=1, forbidden_sets=(("b1",),)))
    return problem, a_plan(problem, {}, closed=["b1"])


def _travels() -> Case:
    problem = a_problem(policy=Policy(travel_budget=599, outside_seconds=Seconds(0)))
    return problem, a_plan(problem, {"p1": "b1"})


def _small() -> Case:
    problem = a_problem(bases=[a_base(min_viable=2)], prices=some_prices(viability=Pence(100)))
    return problem, a_plan(problem, {"p1": "b1"})


def _out() -> Case:
    problem = a_problem()
    return problem, a_plan(problem, {"p1": None})


def _leaves() -> Case:
    problem = a_problem([a_pupil(current="b1")], [a_base(), a_base("b2")])
    return problem, a_plan(problem, {"p1": "b2"})


def _unnamed() -> Case:
    problem = a_problem([a_pupil(named_base="b1")], [a_base(), a_base("b2")])
    return problem, a_plan(problem, {"p1": "b2"})


def _over() -> Case:
    pupils = [a_pupil(named_base="b1")]
    problem = a_problem(pupils, [a_base(commissioned=(0,))], prices=some_prices(over_place=Pence(1)))
    return problem, a_plan(problem, {"p1": "b1"})


BREACHES: dict[str, Callable[[], Case]] = {
    "known-ids": _unknown, "every-year-once": _twice, "designation": _undesignated, "phase-and-year": _wrong_phase,
    "travel-limit": _too_far, "refused-base": _refused, "no-new-admissions": _new_admission, "open-base": _closed,
    "capacity": _full, "physical-limit": _crammed, "year-group": _one_group, "extra-places": _extra,
    "keep-base": _changes_base,
    "moving-allowed": _moves, "pinned": _unpinned, "once-closed": _reopens, "fixed-status": _status,
    "closure-limit": _closures, "opening-limit": _openings, "move-limit": _move_count, "remove-places": _kept_places,
    "never-to-zero": _zero, "sole-provider": _sole, "forbidden-set": _ruled_out, "travel-budget": _travels,
    "viability": _small, "placed": _out, "current-kept": _leaves, "named-base": _unnamed, "over-places": _over,
}  # fmt: skip
ALSO = {"moving-allowed": {"current-kept"}, "move-limit": {"current-kept"}}
"""What else a breach cannot help breaking: whoever is moved has left."""


@pytest.mark.parametrize("rule", RULES)
def test_a_breach_is_named_and_nothing_else_is(rule: str) -> None:
    problem, plan = BREACHES[rule]()
    found = {violation.rule for violation in verify(problem, plan)}
    assert found - ALSO.get(rule, set()) == {rule}
    assert all(violation.hard == (rule in HARD) for violation in verify(problem, plan) if violation.rule == rule)


def test_every_rule_has_a_sentence_a_breach_and_a_row_in_the_readme() -> None:
    assert set(BREACHES) == set(RULES) == set(HARD) | set(SOFT)
    readme = (Path(__file__).parents[3] / "optimiser" / "places" / "README.md").read_text(encoding="utf-8")
    for rule, sentence in RULES.items():
        assert sentence.endswith(".")
        assert f"`{rule}`" in readme, f"{rule} has no row in the README"


MODELLED = sorted({*ENFORCERS, *PLACEMENT_RULES})


def _tempting(rule: str) -> Problem:
    """A problem whose cheapest answer breaks one rule, so that a model without the rule gives itself away."""
    prices = some_prices(viability=None)
    dear, cheap = a_base(commissioned=(1,)), a_base("b2", commissioned=(1,), top_up=Pence(-50_000))
    swap = [a_pupil(current="b1")]
    problems: dict[str, Problem] = {
        "designation": a_problem(bases=[a_base(needs=("HI",))]),
        "phase-and-year": a_problem(pupils=[a_pupil(year_group=9)]),
        "travel-limit": a_problem(bases=[a_base(place="at 60")]),
        "refused-base": a_problem(pupils=[a_pupil(refuses=("b1",))]),
        "no-new-admissions": a_problem(bases=[a_base(admits_until=0)]),
        "fixed-status": a_problem([a_pupil()], [a_base(closes=0)]),
        "every-year-once": a_problem(),
        "open-base": a_problem(
            [a_pupil(named_base="b1")], [a_base(fixed=Pence(9_000_000))], policy=Policy(max_closures=1),
            prices=some_prices(over_place=Pence(100)),
        ),
        "capacity": a_problem([a_pupil(), a_pupil("p2")], [a_base(commissioned=(1,))]),
        "physical-limit": a_problem([a_pupil(), a_pupil("p2")], [a_base(physical_max=1)]),
        "year-group": a_problem([a_pupil(year_group=3), a_pupil("p2", year_group=3)], [a_base(year_group_max=1)]),
        "extra-places": a_problem([a_pupil(), a_pupil("p2"), a_pupil("p3")], [a_base(extra_max=0)]),
        "viability": a_problem(bases=[a_base(min_viable=1, top_up=Pence(9_000_000))], prices=prices),
        "once-closed": a_problem(
            [a_pupil(enters=1)], [a_base(commissioned=(2, 2), fixed=Pence(3_000_000))], year_names=TWO_YEARS,
            policy=Policy(max_closures=1),
        ),
        "moving-allowed": a_problem(
            swap, [dear, replace(cheap, top_up=Pence(-5_000_000))], policy=Policy(moving_allowed=False)
        ),
        "pinned": a_problem([a_pupil()], [dear, cheap], pins=(Pin("p1", "b1"),)),
        "current-kept": a_problem(
            [a_pupil(years_left=2, breaks=(1,))],
            [a_base(commissioned=(1, 1), closes=1), a_base("b2", commissioned=(1, 1), top_up=Pence(9_000))],
            year_names=TWO_YEARS,
        ),
        "move-limit": a_problem(swap, [dear, replace(cheap, top_up=Pence(-5_000_000))], policy=Policy(max_moves=0)),
        "closure-limit": a_problem([]),
        "opening-limit": a_problem([a_pupil()], [a_base(status=BaseStatus.CANDIDATE)]),
        "remove-places": a_problem([a_pupil()], policy=Policy(max_closures=1, remove_places=1)),
        "never-to-zero": a_problem([], policy=Policy(max_closures=1, never_to_zero=(Cell("East", "ASC"),))),
        "sole-provider": a_problem([], policy=Policy(max_closures=1, protect_sole_providers=True)),
        "forbidden-set": a_problem([], policy=Policy(max_closures=1, forbidden_sets=(("b1",),))),
        "travel-budget": a_problem(policy=Policy(travel_budget=599, outside_seconds=Seconds(0))),
    }  # fmt: skip
    return problems[rule]


@pytest.mark.parametrize("rule", MODELLED)
def test_a_model_without_a_rule_gives_itself_away(rule: str) -> None:
    problem = _tempting(rule)
    whole = allocation.solve(allocation.build(problem), Limits())
    assert whole.solution is not None and not hard_ones(verify(problem, whole.solution))
    assert whole.bound == costing.cost(problem, whole.solution)
    less = allocation.solve(allocation.build(problem, drop=[rule]), Limits())
    assert less.solution is not None
    broken = {violation.rule for violation in hard_ones(verify(problem, less.solution))}
    wrong_cost = less.bound != costing.cost(problem, less.solution)
    assert broken or wrong_cost, f"the model does without {rule} and nothing notices"


def test_those_in_a_year_group_already_are_within_its_limit() -> None:
    pupils = [a_pupil(f"p{n}", year_group=3, current="b1") for n in (1, 2)] + [a_pupil("new", year_group=3)]
    found = places.solve(a_problem(pupils, [a_base(commissioned=(3,), year_group_max=1)])).solution
    assert found is not None and len(found.at) == 2


def test_the_secondary_phase_follows_year_six() -> None:
    pupil = a_pupil(year_group=6, years_left=2)
    problem = a_problem([pupil], [a_base(commissioned=(2, 2))], year_names=TWO_YEARS)
    assert [(stay.first, stay.last, stay.phase, stay.moves) for stay in problem.stays] == [
        (0, 0, Phase.PRIMARY, True),
        (1, 1, Phase.SECONDARY, False),
    ]
