"""Dropping any one rule from the search makes the verifier refuse what comes out: every mutation is listed here."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser import routes
from optimiser.core.errors import UnverifiedResult
from optimiser.core.limits import Limits
from optimiser.core.units import Seconds, clock
from optimiser.routes import assembling, planning, screening
from optimiser.routes.problem import Change, Layout, Seat, Window
from optimiser.routes.search import arrays as at
from optimiser.routes.search import single
from optimiser.routes.solution import Direction
from tests.builders.routes import a_child, a_class, a_problem, a_school

FEW = Limits(work=400)
WEAK = {
    "ride-time": lambda i: i.visit[:, at.LATEST].fill(10**6),
    "stop-time": lambda i: i.child[:, at.BOARDING].fill(0),
    "travel-time": lambda i: i.seconds.fill(1),
    "seat-capacity": lambda i: i.child[:, at.SEATS].fill(0),
    "wheelchair-capacity": lambda i: i.child[:, at.CHAIRS].fill(0),
    "guide-seat": lambda i: i.child[:, at.GUIDED].fill(0),
    "equipment-fit": lambda i: i.child[:, at.EQUIPMENT].fill(0),
    "kept-apart": lambda i: i.apart.fill(False),
    "sole-transport": lambda i: i.child[:, at.SOLE].fill(0),
}


def road(count=4):
    return {f"home-c{each}": 5 + each for each in range(count)}


def four(**fields):
    return a_problem([a_child(f"c{each}", **fields) for each in range(4)], minutes=road())


def cases():
    two = (a_class("two", layouts=(Layout("two", 2, 2),)),)
    yield "ride-time", four(max_ride=Seconds(10 * 60))
    yield "stop-time", four(boarding=Seconds(300), max_ride=Seconds(20 * 60))
    yield "travel-time", four(max_ride=Seconds(12 * 60))
    yield "seat-capacity", replace(four(), vehicle_classes=two)
    chairs = (a_class(layouts=(Layout("mixed", 4, 1),)),)
    yield "wheelchair-capacity", replace(four(seat=Seat.WHEELCHAIR), vehicle_classes=chairs)
    yield "guide-seat", replace(four(guide=routes.problem.GuideNeed.REQUIRED), vehicle_classes=two)
    lift = a_class("lift", equipment=frozenset({"lift"}), day_rate=20000)
    yield "equipment-fit", replace(four(equipment=frozenset({"lift"})), vehicle_classes=(a_class(), lift))
    yield "kept-apart", four(apart=frozenset({"c0"}))
    yield "sole-transport", four(sole=True)


@pytest.mark.parametrize(("rule", "problem"), list(cases()), ids=[rule for rule, _ in cases()])
def test_a_rule_dropped_from_the_search_is_caught(monkeypatch, rule, problem):
    assert routes.solve(problem, limits=FEW).solution is not None
    build = single._arrays

    def weakened(*arguments, **named):
        instance = build(*arguments, **named)
        WEAK[rule](instance)
        return instance._replace(child=np.ascontiguousarray(instance.child))

    monkeypatch.setattr(single, "_arrays", weakened)
    with pytest.raises((UnverifiedResult, AssertionError)):
        routes.solve(problem, limits=FEW)


def test_groups_dropped_from_the_search_are_caught(monkeypatch):
    problem = a_problem(
        [a_child("c1", together=frozenset({"c3"})), a_child("c2"), a_child("c3")],
        minutes={"home-c1": 10, "home-c2": 11, "home-c3": 30},
        vehicle_classes=(a_class(layouts=(Layout("two", 2),)),),
    )
    assert routes.solve(problem, limits=FEW).solution is not None

    def alone(problem, direction, children):
        n = len(children)
        return np.arange(n), np.arange(n + 1), np.arange(n)

    monkeypatch.setattr(single, "_groups", alone)
    with pytest.raises(UnverifiedResult, match="kept-together"):
        routes.solve(problem, limits=FEW)


def test_windows_and_ready_times_dropped_from_the_clock_are_caught(monkeypatch):
    for problem, rule, when in (
        (four(), "school-window", clock(7, 30)),
        (four(ready=clock(8, 22)), "ready-time", clock(8, 30)),
    ):
        with monkeypatch.context() as patch:
            build = assembling.window_for

            def moved(problem, route, when=when, build=build):
                return (when, when) if route.direction is Direction.MORNING else build(problem, route)

            patch.setattr(assembling, "window_for", moved)
            with pytest.raises(UnverifiedResult, match=rule):
                routes.solve(problem, limits=FEW)


def test_gates_contracts_and_layouts_dropped_from_the_options_are_caught(monkeypatch):
    barred = replace(four(), schools=(a_school(no_entry=frozenset({"minibus"})),))
    barred = replace(barred, vehicle_classes=(a_class(), a_class("van", kind="van", day_rate=20000)))
    open_gate = a_school()
    build = single.eligible_options
    with monkeypatch.context() as patch:
        patch.setattr(
            single, "eligible_options", lambda problem, school, more, **asked: build(problem, open_gate, more, **asked)
        )
        with pytest.raises(UnverifiedResult, match="gate-fit"):
            routes.solve(barred, limits=FEW)
    monday = a_class("monday", weekdays=frozenset({0}), day_rate=100)
    short = replace(four(), vehicle_classes=(monday, a_class()))
    with monkeypatch.context() as patch:
        patch.setattr(single._Bits, "offered", lambda self, option: -1)
        with pytest.raises(UnverifiedResult, match="contract-valid"):
            routes.solve(short, limits=FEW)
    stopped = replace(four(), operators=(replace(four().operators[0], active=False),))
    with monkeypatch.context() as patch:
        patch.setattr(screening, "usable", lambda problem, kind: None)
        with pytest.raises(UnverifiedResult, match="contract-valid"):
            routes.solve(stopped, limits=FEW)


def test_chains_and_fleets_dropped_from_the_models_are_caught(monkeypatch):
    problem = four(sole=True)
    with monkeypatch.context() as patch:
        everything = lambda problem, links: (tuple(range(len(links))),)  # noqa: E731
        patch.setattr(assembling.chaining, "chain", everything)
        patch.setattr(assembling.chaining, "school_times", lambda p, links, order: [links[k].latest for k in order])
        with pytest.raises(UnverifiedResult, match="vehicle-chain"):
            routes.solve(problem, limits=FEW)
    for short, rule in (
        (replace(problem, vehicle_classes=(a_class(available=1),)), "fleet-count"),
        (replace(problem, operators=(replace(problem.operators[0], cap=1),)), "operator-cap"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(planning, "_within_caps", lambda problem, runs, kept: (tuple(runs), {}))
            with pytest.raises(UnverifiedResult, match=rule):
                routes.solve(short, limits=FEW)


def test_pins_and_caps_on_change_dropped_are_caught(monkeypatch):
    problem = four()
    last = routes.solve(problem, limits=FEW).solution
    moved = tuple(replace(run, id=f"old-{run.id}", vehicle="old") for run in last.runs)
    pinned = replace(problem, last=moved, pinned_runs=frozenset({moved[0].id}))
    with monkeypatch.context() as patch:
        patch.setattr(planning, "pinned_among", lambda problem: ())
        with pytest.raises(UnverifiedResult, match="pinned-run"):
            routes.solve(pinned, limits=FEW)
    held = replace(problem, last=moved, pinned_children=frozenset({"c1"}))
    with monkeypatch.context() as patch:
        patch.setattr(assembling, "_named_after_last", lambda problem, runs, kept: list(runs))
        with pytest.raises(UnverifiedResult, match="pinned-child"):
            routes.solve(held, limits=FEW)
    later = replace(problem, last=moved, change=Change(cap=0), schools=(a_school(morning=Window(34000, 34000)),))
    from optimiser.routes import frontier

    with monkeypatch.context() as patch:
        patch.setattr(frontier, "_held_to", lambda problem, plan, cap: plan)
        with pytest.raises(UnverifiedResult, match="change-cap"):
            routes.solve(later, limits=FEW)
