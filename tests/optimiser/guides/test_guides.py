"""Duties, backups, training, compliance and explanations on small and made-up cities."""

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from optimiser import guides
from optimiser.core import codec
from optimiser.core.errors import BadProblem, UnknownSubject
from optimiser.core.limits import Limits
from optimiser.core.result import Status
from optimiser.core.units import Seconds, clock
from optimiser.guides import compliance, explain, report, solve, training, verify
from optimiser.guides.costing import backup_cost
from optimiser.guides.cover import cover
from optimiser.guides.desk import Absence, Desk, Step
from optimiser.guides.model import backups
from optimiser.guides.model.backups import free_for
from optimiser.guides.model.eligibility import frame
from optimiser.guides.problem import GuidesProblem, Held, Mode, Need
from optimiser.guides.reaching import best_way, lawful
from optimiser.guides.solution import GuidesSolution
from tests.builders.guides import TUESDAY, a_city, a_guide, a_guides_problem, a_route, a_run

KNOWS = frozenset({"C-R1"})


def test_the_tiny_example_of_the_readme():
    problem = a_guides_problem((a_guide(knows=KNOWS), a_guide("G2", "P5")))
    answer = solve(problem)
    assert (answer.status, answer.cost, answer.bound) == (Status.OPTIMAL, 10_200, 10_200)
    assert set(answer.solution.holder.values()) == {"G1"}
    assert {(each.guide, each.rank) for each in answer.solution.backups} == {("G2", 1)}
    plan = cover(problem, answer.solution, Desk((Absence("G1"),)))
    assert {(each.who, each.step) for each in plan.covers} == {("G2", Step.BACKUP)}
    assert {call.child for call in plan.calls} == {"C-R1"}


def test_the_arrays_agree_with_the_plain_functions():
    problem = a_city(30, 20, seed=4)
    arrays = frame(problem)
    for g, guide in enumerate(arrays.guides):
        for r, run in enumerate(arrays.runs):
            may = not lawful(problem, guide, run) and best_way(problem, guide, run) is not None
            assert arrays.able[g, r] == may


def test_a_guide_stays_aboard_when_one_vehicle_does_two_runs_in_turn():
    early = a_run("R2-am", "P2", "P3", need_from=clock(7, 0), need_until=clock(7, 20), vehicle="V1")
    later = a_run("R1-am", "P2", "P3", need_from=clock(7, 30), vehicle="V1")
    answer = solve(a_guides_problem((a_guide(),), (early, later)))
    assert answer.status is Status.OPTIMAL
    assert not answer.solution.uncovered
    apart = replace(later, vehicle="V2")
    assert len(solve(a_guides_problem((a_guide(),), (early, apart))).solution.uncovered) == 1


def test_a_vehicle_fetches_its_guide_when_it_has_the_time():
    someone = a_guide(mode=Mode.COLLECTED, may_be_collected=True)
    runs = a_route(collect_slack=Seconds(1200))
    answer = solve(a_guides_problem((someone,), runs))
    assert {each.mode for each in answer.solution.assignments} == {Mode.COLLECTED}
    assert min(each.detour for each in answer.solution.assignments) > 0
    assert solve(a_guides_problem((someone,), a_route())).solution.uncovered


def test_one_guide_both_ways_is_preferred_and_a_split_is_used_when_it_must_be():
    problem = a_guides_problem((a_guide(latest=clock(12)), a_guide("G2", earliest=clock(12))))
    answer = solve(problem)
    assert answer.status is Status.OPTIMAL
    assert answer.solution.holder == {"R1-am": "G1", "R1-pm": "G2"}
    assert "same-guide-both-ways" in {each.rule for each in answer.violations}


def test_a_change_of_guide_costs_so_the_present_one_stays():
    near, far = a_guide("G1", "P1"), a_guide("G2", "P2")
    problem = a_guides_problem((near, far), current={"R1-am": "G2", "R1-pm": "G2"})
    assert set(solve(problem).solution.holder.values()) == {"G2"}


def test_pins_that_cannot_be_kept_are_infeasible_and_nothing_else_is():
    problem = a_guides_problem((a_guide(checks=()),), pins={"R1-am": "G1"})
    assert solve(problem).status is Status.INFEASIBLE
    assert solve(replace(problem, pins={})).solution.uncovered[0].rule == "checks-valid"


def test_a_guide_listed_twice_is_refused():
    with pytest.raises(BadProblem, match="G1 is listed twice"):
        a_guides_problem((a_guide(), a_guide()))


def test_a_home_without_travel_times_is_refused_by_name():
    with pytest.raises(BadProblem, match="nowhere"):
        a_guides_problem((a_guide(home="nowhere"),))


def test_the_same_seed_gives_the_same_answer_and_a_start_is_never_worsened():
    problem = a_city(25, 25, seed=6)
    one, two = solve(problem, seed=3), solve(problem, seed=3)
    assert one.solution == two.solution
    assert solve(problem, start=one.solution).cost == one.cost


def test_stopping_keeps_a_verified_plan():
    problem = a_city(25, 30, seed=6)
    answer = solve(problem, progress=lambda step: False)
    assert answer.status is Status.STOPPED
    assert answer.solution is not None
    assert not [each for each in verify(problem, answer.solution) if each.hard]


def test_problems_and_solutions_survive_json():
    problem = a_city(8, 6, seed=1)
    answer = solve(problem)
    assert codec.to_json(codec.from_json(GuidesProblem, codec.to_json(problem))) == codec.to_json(problem)
    assert codec.from_json(GuidesSolution, codec.to_json(answer.solution)) == answer.solution


def test_two_absences_at_once_are_covered_by_the_named_backups_alone():
    problem = a_city(60, 40, seed=7)
    solution = solve(problem).solution
    deep = {
        guide: {each for run in runs for each in solution.named.get(run, ())}
        for guide, runs in solution.held.items()
        if all(len(solution.named.get(run, ())) == 2 for run in runs)
    }
    free = sorted(guide for guide, names in deep.items() if not names & set(solution.held))
    pairs = list(combinations(free, 2))
    assert len(pairs) > 20
    for one, two in pairs:
        desk = Desk((Absence(one), Absence(two)), ladder=(Step.BACKUP, Step.CANCEL))
        assert not cover(problem, solution, desk).cancelled


def test_backups_priced_in_one_by_one_cost_the_same_as_with_everybody_in_from_the_start(monkeypatch):
    problem = a_city(60, 40, seed=7)
    solution = solve(problem).solution
    found = []
    for nearest in (1, 6, 1000):
        monkeypatch.setattr(backups, "_NEAREST", nearest)
        answer = backups.name(problem, solution)
        assert (answer.status, answer.bound) == (Status.OPTIMAL, answer.cost)
        found.append(answer.cost)
    assert len(set(found)) == 1


def test_backups_are_chosen_at_the_least_price_by_brute_force():
    people = [a_guide(f"G{i}", f"P{i}") for i in range(4)]
    people[2] = replace(people[2], knows=frozenset({"C-R2"}))
    problem = a_guides_problem(people, (*a_route(), *a_route("R2", "P2")))
    solution = solve(problem).solution
    answer = backups.name(problem, solution)
    arrays = frame(problem)
    fit = {r: free_for(arrays, solution, arrays.run_column[f"{r}-am"]) for r in ("R1", "R2")}
    choices = []
    for a in list(combinations(fit["R1"], 2)) + [p[::-1] for p in combinations(fit["R1"], 2)]:
        for b in list(combinations(fit["R2"], 2)) + [p[::-1] for p in combinations(fit["R2"], 2)]:
            found = [
                backups.Backup(f"{route}-{half}", arrays.guides[g].id, rank)
                for route, pair in (("R1", a), ("R2", b))
                for half in ("am", "pm")
                for rank, g in enumerate(pair, 1)
            ]
            choices.append(backup_cost(problem, replace(solution, backups=tuple(found))))
    assert answer.cost == answer.bound == min(choices)


def _weak_city():
    """R1 and R2 need two skills that nobody free has; R3 and R4 one skill each."""
    both = frozenset({"epilepsy", "Makaton"})
    runs = [run for r, skills in (("R1", both), ("R2", both), ("R3", {"epilepsy"}), ("R4", {"lifting"}))
            for run in a_route(r, "P1", competences=frozenset(skills))]  # fmt: skip
    every = tuple(Held(skill) for skill in ("epilepsy", "Makaton", "lifting"))
    holders = [a_guide(f"G{i}", "P0", competences=every) for i in range(1, 5)]
    spare = [a_guide("S1", "P0", competences=every), a_guide("S2", "P0"), a_guide("S3", "P0")]
    problem = a_guides_problem((*holders, *spare), runs)
    pinned = {f"R{i}-{half}": f"G{i}" for i in range(1, 5) for half in ("am", "pm")}
    problem = replace(problem, pins=pinned)
    return problem, solve(problem).solution


def test_weak_runs_are_those_that_fewer_than_two_could_take():
    problem, solution = _weak_city()
    assert {weak.run for weak in training.weak_runs(problem, solution)} == {run.id for run in problem.runs}
    assert {weak.could for weak in training.weak_runs(problem, solution)} == {("S1",)}


def test_training_is_chosen_together_not_one_by_one():
    problem, solution = _weak_city()
    plan = training.best_training(problem, solution, courses=2)
    # one by one, lifting looks as good as Makaton, which alone mends nothing; together the pair mends six runs
    assert {course.competence for course in plan.courses} == {"epilepsy", "Makaton"}
    assert len({course.guide for course in plan.courses}) == 1
    assert len(plan.mended) == 6
    assert plan.status is Status.OPTIMAL


def test_expiries_fall_in_bands_and_name_the_runs_that_lean_on_them():
    held = (Held("epilepsy", date(2020, 2, 10)), Held("Makaton", date(2020, 4, 20)), Held("old", date(2020, 1, 1)))
    guide = a_guide(competences=held, checks=(Held("DBS", date(2020, 3, 20)),))
    problem = a_guides_problem((guide,), a_route(competences=frozenset({"epilepsy"})))
    found = {each.what: each for each in compliance.expiries(problem, solve(problem).solution)}
    assert {what: each.band for what, each in found.items()} == {"old": 0, "epilepsy": 30, "DBS": 60, "Makaton": 90}
    assert found["epilepsy"].runs == ("R1-am", "R1-pm")
    assert found["Makaton"].runs == ()


def test_a_plan_made_before_a_check_lapsed_shows_its_blocked_duties():
    problem = a_guides_problem((a_guide(checks=(Held("DBS", TUESDAY),)),))
    solution = solve(problem).solution
    assert not compliance.blocked(problem, solution)
    later = replace(problem, day=date(2020, 1, 29))
    assert {each.rule for each in compliance.blocked(later, solution)} == {"checks-valid"}


def test_if_people_lapse_the_rest_are_planned_again():
    problem = a_guides_problem((a_guide(), a_guide("G2", "P2")), (*a_route(), *a_route("R2", "P2")))
    solution = solve(problem).solution
    effect = compliance.if_lapsed(problem, solution, guides=compliance.most_harmful(problem, solution, count=1))
    assert len(effect.blocked) == 2
    assert len(effect.still_uncovered) == 2
    assert effect.children == 2


def test_a_run_without_a_guide_is_explained_with_a_remedy_that_was_tried():
    problem = a_guides_problem(runs=a_route(competences=frozenset({"epilepsy"})))
    solution = solve(problem).solution
    told = explain(problem, solution, about="R1-am")
    assert "epilepsy" in told.sentence
    assert {reason.rule for reason in told.reasons} == {"competence-valid"}
    assert told.remedies[0].proved
    assert told.remedies[0].cost < 0


def test_a_guide_and_a_covered_run_are_explained_and_a_stranger_refused():
    problem = a_guides_problem(runs=(*a_route(), *a_route("R2", need=Need.NONE)))
    solution = solve(problem).solution
    assert "rides" in explain(problem, solution, about="G1").sentence
    assert "knows 0 of 1" in explain(problem, solution, about="R1-am").sentence
    assert "wants no guide" in explain(problem, solution, about="R2-am").sentence
    with pytest.raises(UnknownSubject):
        explain(problem, solution, about="nobody")


def test_the_report_counts_everything_in_and_everything_out():
    problem = a_city(20, 25, seed=2, required=0.8, preferred=0.1)
    solution = solve(problem).solution
    tables = {table.key: table for table in report(problem, solution)}
    assert len(tables["guides-roster"].rows) + len(tables["guides-uncovered"].rows) == len(problem.guided)
    assert tables["guides-costs"].rows[-1][2] == solve(problem).cost
    assert len(tables["guides-headline"].rows) == 5


def test_the_package_warms_its_kernels():
    guides.warm()


@pytest.mark.full
def test_600_guides_and_757_routes_are_proved_within_half_a_percent():
    for seed, required in ((0, 0.55), (1, 0.55)):
        problem = a_city(600, 757, seed=seed, required=required)
        answer = solve(problem)
        assert answer.gap is not None
        assert answer.gap <= 0.005
        assert not [each for each in verify(problem, answer.solution) if each.hard]
        named = backups.name(problem, answer.solution)
        assert (named.status, named.bound) == (Status.OPTIMAL, named.cost)


def test_a_check_perhaps_typed_with_day_and_month_swapped_is_pointed_out_and_the_rest_planned():
    swapped = a_guide(checks=(Held("DBS", date(2020, 1, 11)),), competences=(Held("epilepsy", date(2020, 12, 1)),))
    problem = a_guides_problem((swapped, a_guide("G2", "P2")))
    assert [(odd.guide, odd.what) for odd in compliance.odd_dates(problem)] == [("G1", "DBS"), ("G1", "epilepsy")]
    assert set(solve(problem).solution.holder.values()) == {"G2"}


@pytest.mark.parametrize(
    ("issued", "expires", "odd"),
    [
        (date(2017, 1, 11), date(2020, 1, 11), False),
        (date(2017, 1, 12), date(2020, 1, 11), False),
        (date(2019, 1, 11), date(2020, 11, 1), True),
        (date(2019, 1, 11), date(2020, 1, 11), False),
        (date(2019, 11, 20), date(2020, 12, 1), True),
        (date(2020, 1, 13), date(2020, 12, 1), False),
        (None, date(2020, 1, 11), True),
    ],
)
def test_an_expiry_whole_years_after_its_issue_is_right_as_typed(issued, expires, odd):
    guide = a_guide(checks=(Held("DBS", expires, issued),))
    assert bool(compliance.odd_dates(a_guides_problem((guide,)))) is odd


def test_little_work_still_gives_a_verified_plan_with_a_proved_bound():
    problem = a_city(25, 30, seed=6)
    answer = solve(problem, limits=Limits(work=1))
    assert answer.solution is not None
    assert answer.bound is not None
    assert answer.bound <= answer.cost
