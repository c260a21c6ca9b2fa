"""The absence model, the pool's size and who stands by, against the reference figures, simulation and exact models."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from optimiser.guides import absence, pool, reliability, solve, standby
from optimiser.guides.absence import AbsenceModel
from optimiser.guides.problem import AbsenceDay
from tests.builders.guides import a_city, a_guide, a_history


def test_one_pool_for_600_guides_at_7_percent_is_53_for_95_and_57_for_99_percent_of_days():
    law = pool.binomial(600, 0.07)
    assert (pool.pool_for(law, 0.95), pool.pool_for(law, 0.99)) == (53, 57)


def test_four_area_pools_need_72_where_one_shared_pool_needs_57():
    areas = dict.fromkeys(("North", "South", "East", "West"), 150)
    assert sum(pool.pools_by_area(areas, 0.07, 0.99).values()) == 72


@pytest.mark.parametrize(("size", "left"), [(40, 3.60), (45, 1.30), (50, 0.33), (55, 0.06)])
def test_uncovered_guides_by_pool_size_match_the_reference(size, left):
    assert pool.uncovered(pool.binomial(600, 0.07), size) == pytest.approx(left, abs=0.011)


def test_a_small_correlation_needs_a_pool_of_75():
    law = pool.beta_binomial(600, 0.07, 0.005)
    assert pool.pool_for(law, 0.99) == 75
    model = AbsenceModel({}, 0.07, flu=absence.flu_for_correlation(0.07, 0.005))
    assert pool.pool_for(pool.law_of(model, [f"G{i}" for i in range(600)]), 0.99) == pytest.approx(75, abs=1)


def test_to_have_57_standing_by_employ_61():
    assert pool.to_employ(57, 0.07) == 61


@pytest.mark.full
@pytest.mark.parametrize("flu", [0.0, 0.26, 0.35])
def test_the_pool_curve_is_within_half_a_guide_of_100_000_simulated_days(flu):
    people = [f"G{i}" for i in range(600)]
    model = AbsenceModel({}, 0.07, flu=flu)
    law = pool.law_of(model, people)
    counts = np.concatenate([model.draw(people, days=10_000, seed=seed).sum(axis=1) for seed in range(10)])
    for size in range(30, 91, 5):
        assert pool.uncovered(law, size) == pytest.approx(float(np.maximum(0, counts - size).mean()), abs=0.5)


def test_the_curve_falls_and_its_intervals_hold_the_exact_mean():
    points = pool.curve(
        pool.binomial(600, 0.07), range(0, 71, 10), days=4000, seed=1, pay=5000, price=90_000, children=4
    )
    assert [p.uncovered for p in points] == sorted((p.uncovered for p in points), reverse=True)
    assert sum(p.low <= p.uncovered <= p.high for p in points) >= 6


def test_a_fit_finds_the_rates_weekdays_and_flu_days_it_was_drawn_from():
    rng = np.random.default_rng(5)
    days = [each.day for each in a_history(0.0)]
    truth = AbsenceModel({}, 0.08, weekday=(1.2, 1.0, 0.9, 0.9, 1.0), flu=0.3)
    shared = absence.day_factors(rng, truth.flu, len(days))
    guides = []
    for g in range(200):
        gone = [rng.random() < truth.rates_on(["x"], day)[0] * shared[d] for d, day in enumerate(days)]
        history = tuple(AbsenceDay(day, bool(away)) for day, away in zip(days, gone, strict=True))
        guides.append(a_guide(f"G{g}", history=history))
    model = absence.fit(guides)
    assert model.usual == pytest.approx(0.08, rel=0.08)
    assert model.weekday[0] > model.weekday[2]
    assert model.flu == pytest.approx(0.3, abs=0.08)
    assert min(model.rate.values()) > 0.05


def test_a_history_with_gaps_and_a_day_written_twice_is_fitted_and_noted():
    whole, short = a_history(0.07, seed=1), a_history(0.0, seed=2, days=5)
    twice = (*short, AbsenceDay(short[0].day, True))
    model = absence.fit([a_guide("G1", history=whole), a_guide("G2", history=twice), a_guide("G3")])
    assert any("gaps" in note for note in model.notes)
    assert any("written twice" in note for note in model.notes)
    assert 0.0 < model.rate["G3"] < 0.2


def test_no_history_at_all_says_what_was_assumed():
    model = absence.fit([a_guide()])
    assert "assumed" in model.notes[0]
    assert model.rates_on(["G1"], date(2020, 1, 28))[0] == pytest.approx(0.07)


@pytest.fixture(scope="module")
def city():
    problem = a_city(70, 80, seed=1)
    return problem, solve(problem).solution


MODEL = AbsenceModel({}, 0.12, flu=0.35)


def test_the_lazy_greedy_is_the_plain_greedy(city):
    drawn = standby.draw(*city, MODEL, mornings=40, seed=1)
    lazy = standby.greedy(drawn, size=6)
    chosen = []
    for _ in range(6):
        gains = [(standby.worth(drawn, (*chosen, g)), g) for g in drawn.candidates if g not in chosen]
        chosen.append(max(gains, key=lambda pair: pair[0])[1])
    assert lazy.value == pytest.approx(standby.worth(drawn, chosen))


@pytest.mark.parametrize("size", [2, 5, 8])
def test_the_exact_model_and_the_lazy_greedy_agree_within_1_percent(city, size):
    drawn = standby.draw(*city, MODEL, mornings=25, seed=2)
    near, best = standby.greedy(drawn, size=size), standby.exact(drawn, size=size)
    assert best.bound is not None
    assert near.value >= 0.99 * best.bound
    assert best.value >= near.value


@pytest.mark.full
@pytest.mark.parametrize("size", [20, 40, 60])
def test_the_exact_model_and_the_lazy_greedy_agree_on_the_whole_city(size):
    problem = a_city(600, 757, seed=0)
    solution = solve(problem).solution
    drawn = standby.draw(problem, solution, AbsenceModel({}, 0.07, flu=0.35), mornings=40, seed=1)
    assert standby.greedy(drawn, size=size).value >= 0.99 * standby.exact(drawn, size=size).bound


def test_areas_that_do_not_lend_cover_no_more(city):
    together = standby.draw(*city, MODEL, mornings=60, seed=3)
    apart = standby.draw(*city, MODEL, mornings=60, seed=3, shared=False)
    assert standby.greedy(apart, size=10).value <= standby.greedy(together, size=10).value


def test_the_curve_on_unseen_mornings_falls(city):
    seen = standby.draw(*city, MODEL, mornings=100, seed=4)
    unseen = standby.draw(*city, MODEL, mornings=200, seed=5)
    points = standby.curve(seen, unseen, sizes=range(0, 9, 2))
    assert [p.uncovered for p in points] == sorted((p.uncovered for p in points), reverse=True)
    assert all(p.low <= p.uncovered <= p.high for p in points)


@pytest.mark.full
@pytest.mark.parametrize("flu", [0.0, 0.35])
def test_the_curve_of_who_stands_by_is_within_half_a_run_of_100_000_simulated_mornings(flu):
    problem = a_city(240, 300, seed=2)
    solution = solve(problem).solution
    model = AbsenceModel({}, 0.07, flu=flu)
    seen = standby.draw(problem, solution, model, mornings=300, seed=1)
    sizes = range(0, 31, 5)
    points = standby.curve(seen, standby.draw(problem, solution, model, mornings=4_000, seed=2), sizes=sizes)
    long = [standby.draw(problem, solution, model, mornings=10_000, seed=100 + part) for part in range(10)]
    truth = [standby.curve(seen, part, sizes=sizes) for part in long]
    for at, point in enumerate(points):
        assert point.uncovered == pytest.approx(sum(part[at].uncovered for part in truth) / 10, abs=0.5)


def test_the_matching_on_each_morning_is_a_heaviest_one(city):
    from scipy.optimize import linear_sum_assignment

    drawn = standby.draw(*city, MODEL, mornings=30, seed=6)
    chosen = drawn.candidates[:9]
    best = 0
    for w in range(drawn.count):
        lost = drawn.lost[w][drawn.lost[w] >= 0]
        usable = drawn.edges[:9][:, lost] & drawn.well[w, :9, None]
        gain = np.where(usable, drawn.weight[lost][None, :], 0)
        rows, columns = linear_sum_assignment(-gain)
        best += int(gain[rows, columns].sum())
    assert standby.worth(drawn, chosen) == pytest.approx(best / drawn.count)


def test_the_chance_of_cancellation_fitted_from_a_year_is_calibrated_against_the_truth():
    bare = a_city(50, 80, seed=1)
    rng = np.random.default_rng(3)
    ids = [guide.id for guide in bare.guides]
    truth = AbsenceModel(dict(zip(ids, rng.beta(6, 54, len(ids)), strict=True)), 0.1, flu=0.25)
    days = [each.day for each in a_history(0.0)]
    gone = truth.draw(ids, days=len(days), seed=4)
    records = {
        guide: tuple(AbsenceDay(day, bool(gone[d, g])) for d, day in enumerate(days)) for g, guide in enumerate(ids)
    }
    problem = replace(bare, guides=tuple(replace(guide, history=records[guide.id]) for guide in bare.guides))
    solution = solve(problem).solution
    fitted = absence.fit(problem.guides)
    chances = {c.route: c.chance for c in reliability.route_chances(problem, solution, fitted, mornings=4000, seed=7)}
    drawn = standby.draw(problem, solution, truth, mornings=20_000, seed=8)
    real = dict(zip(drawn.routes, reliability.uncovered_share(drawn), strict=True))
    # the expected Brier score of a stated p where the truth is q is (p - q)^2 + q(1 - q); the best is q(1 - q)
    best = sum(q * (1 - q) for q in real.values())
    ours = sum((chances[r] - q) ** 2 + q * (1 - q) for r, q in real.items())
    assert best / len(real) > 0.01
    assert ours <= 1.05 * best


def test_a_childs_term_follows_from_the_runs_chance(city):
    problem, solution = city
    chances = reliability.route_chances(problem, solution, MODEL, mornings=500, seed=1)
    children = {c.child: c for c in reliability.child_chances(problem, chances, term_days=10)}
    worst = chances[0]
    child = problem.routes[worst.route][0].children[0]
    assert children[child].any_in_term == pytest.approx(1 - (1 - worst.chance) ** 10)


def test_brier_is_zero_for_a_seer_and_a_quarter_for_a_coin():
    assert reliability.brier({"R": 1.0}, {"R": [True, True]}) == 0
    assert reliability.brier({"R": 0.5}, {"R": [True, False]}) == 0.25


def test_the_same_seed_draws_the_same_mornings(city):
    one, two = (standby.draw(*city, MODEL, mornings=20, seed=9) for _ in range(2))
    assert np.array_equal(one.lost, two.lost)
    assert standby.greedy(one, size=5) == standby.greedy(two, size=5)


def test_nobody_to_stand_by_is_an_empty_pool(city):
    problem, solution = city
    busy = replace(problem, guides=tuple(g for g in problem.guides if g.id in solution.held))
    drawn = standby.draw(busy, solution, MODEL, mornings=5, seed=1)
    assert standby.greedy(drawn, size=3).value >= 0
