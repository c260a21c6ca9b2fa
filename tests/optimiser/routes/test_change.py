"""Change since last term, mixed loads, an operator who withdraws, and lots with bids."""

from dataclasses import replace
from itertools import product

import pytest

from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.core.units import Pence
from optimiser.routes import costing
from optimiser.routes.frontier import frontier, frontier_table
from optimiser.routes.lot_tables import offer_table
from optimiser.routes.mixing import mix, neighbourhoods
from optimiser.routes.model.lots import Bid, Lot, award, award_table, lots_by_school
from optimiser.routes.planning import plan_city
from optimiser.routes.problem import Change
from optimiser.routes.withdrawal import withdraw, withdrawal_table
from tests.builders.routes import a_random_city, hard, planned_last_term


@pytest.fixture(scope="module")
def term():
    return planned_last_term(a_random_city(children=60, schools=3, seed=6))


def test_the_frontier_saves_more_the_more_may_change(term):
    points = frontier(term, shares=(0.0, 0.1, 0.3, 1.0), limits=Limits(work=4000))
    assert [point.saving for point in points] == sorted(point.saving for point in points)
    assert all(point.changed <= point.cap or point.cap == 0 for point in points)
    assert points[-1].saving > 0
    free = replace(term, change=Change())
    for point in points:
        assert not hard(free, point.plan)
        assert costing.cost(free, point.plan) == point.cost
    assert len(frontier_table(term, points).rows) == 4


def test_a_hard_cap_on_change_is_kept(term):
    capped = replace(term, change=Change(cap=6))
    result = routes.solve(capped, limits=Limits(work=3000))
    assert len(costing.changed(capped, result.solution)) <= 6
    assert not hard(capped, result.solution)
    as_it_was = costing.cost(term, replace(result.solution, runs=term.last, unserved=()))
    assert costing.cost(replace(capped, change=Change()), result.solution) <= as_it_was


def test_joiners_are_put_in_and_leavers_taken_out_with_little_change():
    city = a_random_city(children=50, schools=2, seed=9, plain=True)
    last_year = replace(city, children=city.children[:44])
    last, _, _ = plan_city(last_year, limits=Limits(work=3000))
    now = replace(city, children=city.children[4:], last=last.runs, change=Change(cap=4))
    result = routes.solve(now, limits=Limits(work=2000))
    assert len(costing.changed(now, result.solution)) <= 4
    assert not hard(now, result.solution)
    assert not result.solution.unserved


def test_no_change_at_all_keeps_last_term_s_runs(term):
    capped = replace(term, change=Change(cap=0))
    result = routes.solve(capped, limits=Limits(work=600))
    assert costing.changed(capped, result.solution) == frozenset()


def test_mixing_schools_that_agree_saves_and_breaks_no_rule():
    city = a_random_city(children=40, schools=3, seed=3)
    agreed = replace(city, mixed=frozenset({("s0", "s1"), ("s1", "s2")}))
    assert [set(group) for group in neighbourhoods(agreed)] == [{"s0", "s1", "s2"}]
    single, _, _ = plan_city(agreed, limits=Limits(work=4000))
    mixed = mix(agreed, single, limits=Limits(work=40000))
    assert costing.cost(agreed, mixed) < costing.cost(agreed, single)
    assert not hard(agreed, mixed)
    for run in mixed.runs:
        assert {agreed.child[child].school for child in run.children} != {"s0", "s2"}


def test_schools_that_have_not_agreed_are_never_mixed():
    city = a_random_city(children=30, schools=2, seed=3)
    plan = routes.solve(city, limits=Limits(work=2000)).solution
    assert all(len({city.child[child].school for child in run.children}) == 1 for run in plan.runs)


def test_an_operator_who_withdraws_strands_children_who_are_covered_neediest_first():
    problem = a_random_city(children=60, schools=3, seed=8, operators=2)
    plan = routes.solve(problem, limits=Limits(work=2000)).solution
    found = withdraw(problem, plan, operator="op1")
    order = [cover.priority for cover in found.covers]
    ranks = ["wheelchair", "sole transport", "guide required", "by number of children"]
    assert [ranks.index(each) for each in order] == sorted(ranks.index(each) for each in order)
    gone = replace(problem, operators=tuple(replace(o, active=o.id != "op1") for o in problem.operators))
    assert not hard(gone, found.plan)
    assert not found.to_buy
    assert found.more == sum(cover.more for cover in found.covers) > 0
    assert len(withdrawal_table(found).rows) == len(found.covers)


def test_what_nobody_can_cover_is_to_be_bought_and_its_children_are_listed():
    problem = a_random_city(children=30, schools=2, seed=8)
    plan = routes.solve(problem, limits=Limits(work=1000)).solution
    found = withdraw(problem, plan, operator="op1")
    assert sum(count for _, count in found.to_buy) == len(plan.vehicles)
    assert {each.child for each in found.plan.unserved} == set(found.stranded)
    with pytest.raises(KeyError):
        withdraw(problem, plan, operator="nobody")


def test_lots_go_where_they_cost_least_within_capacity_as_trying_everything_says():
    lots = [Lot(f"l{at}", tuple(f"v{at}{n}" for n in range(at + 1)), 10, "a") for at in range(4)]
    prices = {"a": (100, 190, 330, 410), "b": (90, 200, 300, 420), "c": (120, 180, 310, 400)}
    bids = [Bid(name, f"l{at}", Pence(price)) for name, row in prices.items() for at, price in enumerate(row)]
    room = {"a": 4, "b": 3, "c": 4}
    best = min(
        sum(prices[name][at] for at, name in enumerate(who))
        for who in product(prices, repeat=4)
        if all(sum(at + 1 for at, name in enumerate(who) if name == each) <= room[each] for each in prices)
    )
    found = award(lots, bids, room)
    assert found.day == found.bound == best
    assert not found.unlet
    assert len(award_table(lots, bids, found).rows) == 4


def test_a_cap_on_children_who_change_crew_keeps_the_incumbent():
    lots = [Lot("l1", ("v1",), 10, "a"), Lot("l2", ("v2",), 5, "a")]
    bids = [
        Bid("a", "l1", Pence(100)),
        Bid("a", "l2", Pence(100)),
        Bid("b", "l1", Pence(50)),
        Bid("b", "l2", Pence(60)),
    ]
    assert award(lots, bids, {}).changed == 15
    held = award(lots, bids, {}, most_changed=5)
    assert held.changed == 5
    assert {bid.lot: bid.operator for bid in held.taken} == {"l1": "a", "l2": "b"}


def test_a_lot_nobody_bids_for_is_left_unlet_and_a_bad_bid_is_refused():
    lots = [Lot("l1", ("v1",), 10)]
    assert award(lots, [], {}).unlet == ("l1",)
    with pytest.raises(ValueError, match="names no lot"):
        award(lots, [Bid("a", "l9", Pence(1))], {})


def test_the_plan_s_vehicles_are_grouped_into_lots_once_each():
    problem = a_random_city(children=30, schools=2, seed=8)
    plan = routes.solve(problem, limits=Limits(work=600)).solution
    lots = lots_by_school(problem, plan, most=3)
    assert sorted(vehicle for lot in lots for vehicle in lot.vehicles) == sorted(plan.vehicles)
    assert max(len(lot.vehicles) for lot in lots) <= 3
    offered = offer_table(lots)
    assert [row[1] for row in offered.rows] == [lot.school for lot in lots]
    assert {lot.school for lot in lots} <= {school.id for school in problem.schools}
