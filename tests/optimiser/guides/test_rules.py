"""Every rule has a sentence, a plan that breaks it and a row in the README; the model never breaks one."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from optimiser.core.errors import UnverifiedResult
from optimiser.core.result import Status
from optimiser.core.units import Seconds, clock
from optimiser.guides import solve, verify
from optimiser.guides.costing import cost
from optimiser.guides.model import duties, eligibility
from optimiser.guides.problem import Held, Mode, Need
from optimiser.guides.rules import RULES
from optimiser.guides.solution import Assignment, Backup, GuidesSolution, Uncovered
from tests.builders.guides import a_city, a_guide, a_guides_problem, a_route, a_run


def on(run, guide, mode=Mode.CAR, reach=3600, detour=0):
    return Assignment(run, guide, mode, Seconds(reach), Seconds(detour))


def plan(*assignments, backups=(), uncovered=()):
    return GuidesSolution(tuple(assignments), tuple(backups), tuple(uncovered))


def gaps(*runs):
    return tuple(Uncovered(run, "guide-at-work", "made up") for run in runs)


def both(guide="G1", **more):
    return plan(on("R1-am", guide), on("R1-pm", guide), **more)


GONE = Held("DBS", date(2020, 1, 27))


def breaches():
    known = frozenset({"C-R1"})
    alone = (a_guide(knows=known),)
    plain = a_guides_problem()
    two = a_guides_problem(runs=(*a_route(), *a_route("R2", "P2")))
    yield "known-ids", plain, both("nobody")
    yield "one-guide-per-run", plain, plan(on("R1-am", "G1"), on("R1-am", "G2"), on("R1-pm", "G1"))
    yield "guide-at-work", a_guides_problem((a_guide(days=frozenset({0})),)), both()
    yield "checks-valid", a_guides_problem((a_guide(checks=(GONE,)),)), both()
    yield "competence-valid", a_guides_problem(runs=a_route(competences=frozenset({"epilepsy"}))), both()
    yield "not-barred", a_guides_problem((a_guide(barred_from=known),)), both()
    shared = a_guides_problem(runs=(*a_route(), a_run("R2-am", "P2", vehicle="V-R1")))
    yield "one-run-at-a-time", shared, plan(*both().assignments, on("R2-am", "G1"))
    yield (
        "duty-shape",
        a_guides_problem(runs=(a_run(), a_run("R2-am", need_from=clock(8, 45), first="P3"))),
        plan(on("R1-am", "G1"), on("R2-am", "G1")),
    )
    yield "reach-first-stop", a_guides_problem((a_guide(earliest=clock(7, 28)),)), both()
    yield (
        "collect-detour",
        a_guides_problem((a_guide(mode=Mode.COLLECTED),)),
        plan(on("R1-am", "G1", Mode.COLLECTED), uncovered=gaps("R1-pm")),
    )
    yield "guide-hours", a_guides_problem((a_guide(latest=clock(16, 0)),)), both()
    yield "pin-kept", a_guides_problem(pins={"R1-am": "G2"}), both()
    yield "nobody-dropped", plain, plan(on("R1-am", "G1"))
    yield (
        "backup-fit",
        a_guides_problem((a_guide(), a_guide("G2", checks=(GONE,)))),
        both(backups=(Backup("R1-am", "G2", 1),)),
    )
    yield (
        "backup-free",
        two,
        plan(*both().assignments, on("R2-am", "G2"), on("R2-pm", "G2"), backups=(Backup("R1-am", "G2", 1),)),
    )
    yield (
        "backup-distinct",
        a_guides_problem((*alone, a_guide("G2"))),
        both(backups=(Backup("R1-am", "G2", 1), Backup("R1-am", "G2", 2))),
    )
    yield "guide-present", plain, plan(uncovered=gaps("R1-am", "R1-pm"))
    yield "preferred-guide", a_guides_problem(runs=a_route(need=Need.PREFERRED)), plan(uncovered=gaps("R1-am", "R1-pm"))
    yield "known-face", plain, both()
    yield "same-guide-both-ways", plain, plan(on("R1-am", "G1"), on("R1-pm", "G2"))
    yield "kept-guide", a_guides_problem(current={"R1-am": "G2"}), both()
    yield "long-half", a_guides_problem((a_guide(contract=Seconds(1800)),)), both()
    yield "two-backups", plain, both()
    three = (a_guide(), a_guide("G2", "P5"), a_guide("G3", "P4"))
    yield (
        "backups-spread",
        a_guides_problem(three, (*a_route(), *a_route("R2", "P2"))),
        plan(
            *both().assignments,
            on("R2-am", "G2"),
            on("R2-pm", "G2"),
            backups=(Backup("R1-am", "G3", 1), Backup("R2-am", "G3", 1)),
        ),
    )


BREACHES = tuple(breaches())


@pytest.mark.parametrize(
    ("rule", "problem", "solution"), BREACHES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_verifier_names_a_breach(rule, problem, solution):
    found = {each.rule: each for each in verify(problem, solution)}
    assert rule in found
    assert found[rule].hard is RULES[rule].hard
    assert {each for each in found if RULES[each].hard} <= {rule}


def test_every_rule_has_a_breach_and_a_row_in_the_readme():
    readme = (Path(__file__).parents[3] / "optimiser/guides/README.md").read_text()
    assert {rule for rule, _, _ in BREACHES} == set(RULES)
    for rule in RULES.values():
        assert f"`{rule.id}`" in readme
        assert rule.sentence in readme


def test_a_sound_plan_breaks_nothing_hard():
    assert not [each for each in verify(a_guides_problem(), both()) if each.hard]


@pytest.mark.parametrize("seed", range(12))
def test_the_model_agrees_with_the_verifier_on_random_cities(seed):
    rng = np.random.default_rng(seed)
    problem = a_city(int(rng.integers(3, 25)), int(rng.integers(3, 25)), seed=seed, required=0.8, preferred=0.15)
    answer = solve(problem)
    assert answer.solution is not None
    assert answer.cost == cost(problem, answer.solution)
    assert answer.bound == answer.cost


def _harder(seed):
    """A small city in which every rule binds somewhere."""
    problem = a_city(6, 4, seed=seed, required=0.8, preferred=0.2)
    guides = list(problem.guides)
    runs = problem.runs
    guides[0] = replace(guides[0], checks=(GONE,), knows=frozenset(runs[0].children), home=runs[0].first_place)
    guides[1] = replace(guides[1], days=frozenset({0}), home=runs[0].first_place, knows=frozenset(runs[2].children))
    guides[2] = replace(guides[2], barred_from=frozenset(runs[2].children), home=runs[2].first_place, mode=Mode.CAR)
    guides[3] = replace(guides[3], latest=clock(15, 20), home=runs[4].first_place, mode=Mode.CAR)
    guides[4] = replace(guides[4], most_work=Seconds(3600), mode=Mode.CAR, home=runs[4].first_place)
    return replace(problem, guides=tuple(guides))


def _brute_force(problem):
    """The least cost over every way to hand runs to guides, checked by the verifier alone."""
    from itertools import product

    from optimiser.guides import reaching

    wanted = list(problem.guided)
    ids = [None, *(guide.id for guide in problem.guides)]
    best = None
    for choice in product(ids, repeat=len(wanted)):
        found, gaps = [], []
        for run, guide in zip(wanted, choice, strict=True):
            way = guide and reaching.best_way(problem, problem.guide[guide], run)
            if way:
                found.append(Assignment(run.id, guide, way.mode, way.seconds, way.detour))
            elif guide is None:
                gaps.append(Uncovered(run.id, "guide-present", "tried"))
        if len(found) + len(gaps) < len(wanted):
            continue
        trial = GuidesSolution(tuple(found), (), tuple(gaps))
        price = cost(problem, trial)
        if (best is None or price < best) and not [v for v in verify(problem, trial) if v.hard]:
            best = price
    return best


@pytest.mark.parametrize("seed", range(6))
def test_the_duties_are_the_cheapest_by_brute_force(seed):
    problem = _harder(seed)
    problem = replace(problem, runs=problem.runs[:4], guides=problem.guides[:5])
    if seed % 2:
        someone = next(iter(solve(problem).solution.holder.items()), None)
        problem = replace(problem, pins=dict([someone]) if someone else {})
    answer = solve(problem)
    assert answer.cost == answer.bound == _brute_force(problem)


KNOWS = frozenset({"C-R1"})
FAR = a_guide("G2", "P6")
SKILL = Held("epilepsy")
BINDING = {
    "guide-at-work": a_guides_problem((a_guide(days=frozenset({0}), knows=KNOWS), FAR)),
    "checks-valid": a_guides_problem((a_guide(checks=(GONE,), knows=KNOWS), FAR)),
    "competence-valid": a_guides_problem(
        (a_guide(knows=KNOWS), a_guide("G2", "P6", competences=(SKILL,))), a_route(competences=frozenset({"epilepsy"}))
    ),
    "not-barred": a_guides_problem((a_guide(barred_from=KNOWS), FAR)),
    "guide-hours": a_guides_problem((a_guide(latest=clock(16, 0), knows=KNOWS), FAR)),
    "reach-first-stop": a_guides_problem(
        (a_guide(earliest=clock(7, 28), knows=KNOWS), FAR), a_route(collect_slack=3600)
    ),
    "collect-detour": a_guides_problem((a_guide(mode=Mode.COLLECTED, knows=KNOWS), FAR)),
    "one-guide-per-run": a_guides_problem(),
    "one-run-at-a-time": a_guides_problem((a_guide(),), (*a_route(), *a_route("R2", "P2"))),
    "hours row": a_guides_problem((a_guide(most_work=Seconds(3700)),), (a_run("R1-am"), a_run("R2-pm", "P3", "P1"))),
    "pin-kept": a_guides_problem((a_guide(knows=KNOWS), FAR), pins={"R1-am": "G2"}),
}


def _is_noticed(problem, sound):
    """Whether the same checks on a crippled model fail: the verifier refuses, or the proved cost is another."""
    try:
        answer = solve(problem)
    except UnverifiedResult:
        return True
    return (answer.status, answer.cost) != (sound.status, sound.cost)


@pytest.mark.parametrize("rule", sorted(eligibility.MASKS))
def test_dropping_a_mask_from_the_model_is_noticed(rule, monkeypatch):
    sound = solve(BINDING[rule])
    assert sound.status is Status.OPTIMAL
    monkeypatch.delitem(eligibility.MASKS, rule)
    assert _is_noticed(BINDING[rule], sound)


@pytest.mark.parametrize("rule", sorted(duties.ROWS))
def test_dropping_a_row_from_the_model_is_noticed(rule, monkeypatch):
    problem = BINDING["hours row" if rule == "guide-hours" else rule]
    sound = solve(problem)
    assert sound.status is Status.OPTIMAL
    monkeypatch.setattr(duties, "ROWS", duties.ROWS - {rule})
    assert _is_noticed(problem, sound)
