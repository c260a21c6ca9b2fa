"""Rows of whole days cut off fractions of rosters and never a roster: the optimum stays, the bound rises."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.benchmarks.meetings import read_roster
from optimiser.core.limits import Limits
from optimiser.meetings.model import duty, starting, whole_days
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import EP, CatchUp, RoleNeed
from optimiser.meetings.search.consolidating import consolidate
from optimiser.meetings.search.deadline import Deadline
from tests.builders.meetings import DAYS, HUB, a_kind, a_person, a_round, a_school, a_venue

FROZEN = Path(__file__).parents[2] / "instances" / "meetings"
ENDLESS = Deadline(Limits())


@pytest.fixture(scope="module")
def made():
    return read_roster(FROZEN / "made-2x10-s2.json", combined=True).problem


def _drawn(number):
    """A small round with shared people, an optional role, leave and, now and then, catch-up slots."""
    dice = random.Random(number)
    roles = (RoleNeed(EP, attached=True), RoleNeed("AT", fit=True), RoleNeed("OT"),
             RoleNeed("PLO", required=False, missing_price=dice.choice((2, 10))))  # fmt: skip
    places = ("North", "South") if number % 2 else ("North",)
    staff = [a_person(f"ep{i}", locality=dice.choice(places)) for i in range(2)]
    staff += [a_person(f"{role}{i}", role, locality=dice.choice(places), one_locality_a_day=True,
                       specialisms=frozenset({"ASC"} if dice.random() < 0.7 else {"SEMH"}),
                       leave=frozenset(dice.sample(DAYS, 1)))
              for role in ("AT", "OT", "PLO") for i in range(2)]  # fmt: skip
    schools = [
        a_school(f"s{i}", locality=dice.choice(places), psychologist=f"ep{dice.randrange(2)}",
                 need=dice.choice(("ASC", "SEMH")))
        for i in range(5)
    ]  # fmt: skip
    wanted = (CatchUp("meeting", 1, "North", HUB, DAYS[0], DAYS[2]),) if number % 3 == 0 else ()
    problem = a_round(schools, staff=tuple(staff), kinds=(a_kind(roles=roles),), venues=(a_venue(2),), catch_up=wanted)
    prices = replace(problem.prices, staff_day=dict.fromkeys((EP, "AT", "OT", "PLO"), 3), away_from_home=4)
    return replace(problem, prices=prices, days=DAYS[:3], starts=problem.starts[:3])


def test_the_bound_rises_well_above_the_plain_relaxation(made):
    plain, model = duty.build(made), duty.build(made)
    relaxed, bound = plain.solve(relax=True).objective, whole_days.tighten(model, ENDLESS)
    assert bound > relaxed + 1 and len(model.model.row_lower) > len(plain.model.row_lower)
    assert bound <= plain.solve(Limits(seconds=60)).objective + 1e-6


@pytest.mark.parametrize("number", range(12))
def test_no_roster_is_cut_off(number):
    problem = _drawn(number)
    plain, model = duty.build(problem), duty.build(problem)
    bound, optimum = whole_days.tighten(model, ENDLESS), plain.solve().objective
    assert model.solve().objective == pytest.approx(optimum)
    # Where no school can be met at two times of a day there is no row, and no bound.
    assert bound <= optimum + 1e-6 if list(whole_days.rows_of(plain)) else bound is None


def test_every_row_is_kept_by_rosters_found_another_way(made):
    model = duty.build(made)
    rows = list(whole_days.rows_of(model))
    matrix, spares, spare_of = whole_days.matrices(model, rows)
    assert any(row.spare is not None for row in rows) and any(row.spare is None for row in rows)
    for seed in range(5):
        found = consolidate(
            made, Openings(made), Deadline(Limits(work=2_000)), until=1.0, seed=seed, watch=lambda *_: True
        )
        values = starting.complete(model, starting.plan_of(made, found))
        assert np.all(matrix @ values - (spares @ values)[spare_of] <= 1e-9)


def test_without_prices_on_staff_days_there_is_nothing_to_add(made):
    model = duty.build(replace(made, prices=replace(made.prices, staff_day={})))
    before = len(model.model.row_lower)
    assert whole_days.tighten(model, ENDLESS) is None and len(model.model.row_lower) == before
