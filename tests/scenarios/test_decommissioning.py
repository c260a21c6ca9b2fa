"""Closures: the best sets, why others lost, phases, equity, the law's timetable, and tables that give no child away."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from optimiser.core.calendar import SchoolCalendar, Term
from optimiser.core.units import Pence
from optimiser.places.problem import Cell, Phase, Policy, Prices, Problem, Track
from scenarios import decommissioning, publication, tables
from scenarios.changes.places import CloseBase
from scenarios.comparison import compare
from scenarios.runner import run
from scenarios.scenario import Scenario
from scenarios.suppression import THRESHOLD, Published, attack, protect, publish
from scenarios.timeline import academic_year, earliest_year, timeline
from tests.builders.places import a_base, a_problem, a_pupil, some_prices
from tests.scenarios.test_engine import a_small_city

YEAR = SchoolCalendar(
    (
        Term("autumn 2026", date(2026, 9, 1), date(2026, 12, 18)),
        Term("spring 2027", date(2027, 1, 4), date(2027, 3, 25)),
        Term("summer 2027", date(2027, 4, 12), date(2027, 7, 20)),
        Term("autumn 2027", date(2027, 9, 1), date(2027, 12, 17)),
    )
)


def closable(**policy: object) -> Problem:
    """Four half-empty bases, any of which could take another's pupil."""
    bases = [a_base(f"b{n}", fixed=Pence(1_000_000 + 100_000 * n), commissioned=(3,)) for n in range(4)]
    pupils = [a_pupil(f"p{n}", current=f"b{n}", area="East" if n < 2 else "West") for n in range(4)]
    given = {"max_closures": 2, **policy}
    return a_problem(pupils, bases, policy=Policy(**given))  # type: ignore[arg-type]


def test_the_best_sets_are_compared_with_closing_nothing_and_the_target_is_judged() -> None:
    found = decommissioning.choose(closable(), count=3, exactly=2, target=Pence(1))
    assert found.sets[0].closed == ("b2", "b3") and len(found.comparisons) == 3
    assert found.reaches == (True, True, True)
    best, _ = tables.choice(found)
    assert best.rows[0][1] == "b2, b3" and best.rows[0][-1] is True


def test_a_near_miss_names_the_limit_that_ruled_it_out() -> None:
    problem = closable(max_moves=1)
    found = decommissioning.choose(problem, count=1)
    limits = {miss.limit for miss in found.near_misses}
    assert limits == {"move-limit"} and found.near_misses[0].better_by > 0


def test_a_protected_base_and_a_protected_cell_are_near_misses_too() -> None:
    problem = closable(max_closures=1, never_to_zero=(Cell("East", "ASC", least=12),))
    found = decommissioning.choose(problem, count=1)
    assert [miss.limit for miss in found.near_misses] == ["never-to-zero"]
    held = closable(max_closures=1)
    held = replace(held, bases=tuple(replace(b, may_close=b.id != "b3") for b in held.bases))
    assert [m.limit for m in decommissioning.choose(held, count=1).near_misses] == ["fixed-status"]


def test_winding_down_is_told_year_by_year_with_small_groups() -> None:
    found = decommissioning.phasings(a_small_city(), ["b1"], year=1)
    assert [each.refused for each in found] == ["", "", ""]
    run_down = found[2]
    assert [year.stranded for year in run_down.years] == [(("b1", 3),), (("b1", 2),), (("b1", 1),)]
    assert sum(y.moves for y in found[0].years) == 2 and sum(y.moves for y in run_down.years) == 0
    assert len(tables.phases(found).rows) == 9


def test_the_ledger_adds_up_and_gaps_are_named() -> None:
    before, after = run(a_small_city(1), [Scenario("close", (CloseBase("b1"),))])
    assert before.result is not None and after.result is not None
    assert before.result.solution is not None and after.result.solution is not None
    one, other = (before.problem, before.result.solution), (after.problem, after.result.solution)
    compared = compare(before, after)
    bands = decommissioning.equity(compared, one, other)
    areas = [band for band in bands if band.kind == "area"]
    assert sum(band.pupils for band in areas) == 6
    assert sum(band.worse_off for band in areas) == compared.worse_off
    assert ("East", "ASC", Phase.PRIMARY) in decommissioning.gaps(*other)
    groups = decommissioning.improvement_test(compared, one, other)
    assert [(g.base, g.pupils) for g in groups] == [("b1", 3)]


def test_the_answer_flips_at_a_price_per_mile() -> None:
    problem = replace(a_small_city(1), prices=replace(some_prices(), with_transport=True))
    before, after = run(problem, [Scenario("close", (CloseBase("b2"),))])
    assert before.result is not None and after.result is not None
    assert before.result.solution is not None and after.result.solution is not None
    found = decommissioning.break_even(before.problem, before.result.solution, after.problem, after.result.solution)
    assert found.sentence and (found.price is None or found.price > 0)


def test_a_maintained_base_and_an_academys_take_different_steps() -> None:
    law = timeline(Track.MAINTAINED, date(2026, 9, 14), YEAR)
    other = timeline(Track.ACADEMY, date(2026, 9, 14), YEAR)
    assert [s.name for s in law.steps][1:3] == ["Decide to publish; publish the statutory notice", "Representations"]
    assert "funding agreement" in other.steps[1].name
    assert law.closes == date(2028, 8, 31) and law.first_year_without == "2028/29"
    assert academic_year(date(2026, 8, 31)) == "2025/26"
    assert earliest_year(law.closes, ("2026/27", "2027/28", "2028/29")) == 2


def test_the_timetable_counts_school_weeks_and_flags_elections() -> None:
    found = timeline(Track.MAINTAINED, date(2026, 12, 14), YEAR, election_days=(date(2027, 5, 6),))
    assert found.steps[0].ends > date(2027, 1, 20)
    assert any("pre-election" in flag for step in found.steps for flag in step.flags)
    assert any("holidays" in flag for flag in found.steps[0].flags)


def some_counts(seed: int, shape: tuple[int, int] = (4, 4)) -> np.ndarray:
    return np.random.default_rng(seed).choice([0, 1, 2, 3, 4, 6, 9, 14, 30], size=shape)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_below_the_threshold_can_be_worked_out_from_one_table(seed: int) -> None:
    table = publish("t", "t", tuple("abcd"), tuple("wxyz"), some_counts(seed))
    assert not attack((table,))
    for r in range(5):
        for c in range(5):
            shown = table.shown(r, c)
            assert shown is None or shown == 0 or shown >= THRESHOLD


@pytest.mark.parametrize("seed", range(4))
def test_the_difference_of_two_tables_gives_nothing_away(seed: int) -> None:
    before = some_counts(seed, (3, 3)) + 6
    after = np.maximum(before - np.random.default_rng(seed + 90).integers(0, 4, size=(3, 3)), 0)
    both = protect(tuple(publish(k, k, tuple("abc"), tuple("xyz"), n) for k, n in (("one", before), ("two", after))))
    assert not attack(both)


def test_the_attack_succeeds_on_a_table_masked_carelessly() -> None:
    counts = np.array([[3, 20, 23], [10, 10, 20], [13, 30, 43]])
    careless = Published(
        "t", "t", ("a", "b", "Total"), ("x", "y", "Total"), counts, (counts > 0) & (counts < THRESHOLD)
    )
    leaks = attack((careless,))
    assert [(leak.row, leak.column, leak.least, leak.most) for leak in leaks] == [("a", "x", 3, 3)]


def test_a_consultation_holds_no_small_count_and_no_pupil() -> None:
    bases = [a_base("b1", commissioned=(40,)), a_base("b2", place="at 30", commissioned=(40,), area="West")]
    pupils = [
        a_pupil(f"p{n}", current="b1" if n % 3 else "b2", area=("East", "West")[n % 2], need="ASC") for n in range(37)
    ]
    before, after = run(a_problem(pupils, bases), [Scenario("close", (CloseBase("b1"),))])
    assert before.result is not None and after.result is not None
    assert before.result.solution is not None and after.result.solution is not None
    compared = compare(before, after)
    groups = publication.groups_of(before.problem)
    shown = publication.public_counts(compared, groups)
    assert not attack(shown, links=publication.public_links(compared, groups))
    found = publication.consultation(
        compared, (before.problem, before.result.solution), (after.problem, after.result.solution),
        dates=[timeline(Track.MAINTAINED, date(2026, 9, 14), YEAR)],
    )  # fmt: skip
    words = " ".join(str(cell) for table in found for row in table.rows for cell in row)
    assert not any(pupil.id in words.split() for pupil in pupils)
    assert {"places_before", "impact", "journeys", "money", "timeline"} <= {table.key for table in found}


def test_prices_are_labelled_in_what_is_published() -> None:
    assert "per commissioned place" in Prices().label


def test_year_six_flows_are_set_beside_secondary_places() -> None:
    pupils = [a_pupil(f"p{n}", year_group=6) for n in range(2)]
    bases = [a_base(), a_base("b2", phases=(Phase.SECONDARY,), commissioned=(1,))]
    assert decommissioning.transfers(a_problem(pupils, bases)) == (("2026/27", "East", "ASC", 2, 1),)
