"""Fifty failures with a single planted cause: the right rule is named each time, and the repair works."""

from dataclasses import replace
from datetime import date

import pytest

from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.core.units import Seconds, clock
from optimiser.routes.problem import GuideNeed, Layout, Seat
from tests.builders.routes import a_child, a_class, a_problem, a_school, an_operator

FEW = Limits(work=600)


def city(bad, **fields):
    """Return a problem with two plain children and a planted one, who is called bad."""
    fields.setdefault("minutes", {"home-c1": 5, "home-c2": 8, "home-bad": 12})
    return a_problem([a_child("c1"), a_child("c2"), bad], **fields)


def bad_child(**fields):
    return a_child("bad", **fields)


def other_school(problem):
    return replace(problem, schools=(*problem.schools, a_school("s2", place="gate-s1")))


def planted():
    for minutes in (5, 7, 9, 10, 12):
        yield "ride-time", city(bad_child(max_ride=Seconds(minutes * 60)))
    for at, tool in enumerate(("tail-lift", "harness", "ramp", "oxygen", "car seat")):
        yield "equipment-fit", city(bad_child(equipment=frozenset({tool}), boarding=Seconds(60 + 30 * at)))
    for boarding in (120, 180, 240, 300, 360):
        yield "wheelchair-capacity", city(bad_child(seat=Seat.WHEELCHAIR, boarding=Seconds(boarding)))
    for minute in (34, 35, 38, 40, 44):
        yield "ready-time", city(bad_child(ready=clock(8, minute)))
    for apart_on in ("c1", "c2"):
        yield "kept-apart", city(bad_child(together=frozenset({apart_on}), apart=frozenset({apart_on})))
        yield "sole-transport", city(bad_child(together=frozenset({apart_on}), sole=True))
        yield "mixed-schools", other_school(city(bad_child(together=frozenset({apart_on}), school="s1"))), apart_on
    for weekday in range(5):
        days = frozenset(range(5)) - {weekday}
        only = replace(a_class(weekdays=days))
        part_time = [a_child(each, weekdays=days) for each in ("c1", "c2")]
        minutes = {"home-c1": 5, "home-c2": 8, "home-bad": 12}
        yield "contract-valid", a_problem([*part_time, bad_child()], vehicle_classes=(only,), minutes=minutes)
    for seats in (1, 1, 1):
        small = a_class(layouts=(Layout("small", seats),))
        yield "seat-capacity", city(bad_child(guide=GuideNeed.REQUIRED), vehicle_classes=(small,))
    for kind in ("minibus", "coach", "van"):
        school = a_school("s2", place="gate-s1", no_entry=frozenset({kind}))
        mine = (a_class(kind=kind),)
        yield "gate-fit", city(bad_child(school="s2"), vehicle_classes=mine, schools=(a_school(), school))
    for home in ("lane", "farm", "court"):
        yield (
            "pick-up-place",
            city(bad_child(door=False, home=f"{home}"), minutes={"home-c1": 5, "home-c2": 8, home: 9}),
        )
    for window in ("morning", "afternoon"):
        school = a_school("s2", place="gate-s1", **{window: None})
        yield "school-window", city(bad_child(school="s2"), schools=(a_school(), school))
    yield "fleet-count", city(bad_child(), vehicle_classes=(a_class(available=0),))
    yield "layout-known", city(bad_child(), vehicle_classes=(a_class(layouts=()),))
    yield "operator-cap", city(bad_child(), operators=(an_operator(cap=0),))
    yield "contract-valid", city(bad_child(), operators=(an_operator(active=False),))
    expired = a_class(valid_until=date(2026, 1, 1))
    yield "contract-valid", city(bad_child(), vehicle_classes=(expired,), last_day=date(2026, 7, 1))
    later = a_class(valid_from=date(2026, 2, 1))
    yield "contract-valid", city(bad_child(), vehicle_classes=(later,), first_day=date(2026, 1, 5))
    for minutes in (50, 60):
        strict = bad_child(max_ride=Seconds(45 * 60))
        yield "ride-time", city(strict, minutes={"home-c1": 5, "home-c2": 8, "home-bad": minutes})


def cases():
    for case in planted():
        rule, problem, *friend = case
        if friend:
            problem = replace(
                problem,
                children=tuple(replace(c, school="s2") if c.id == friend[0] else c for c in problem.children),
            )
        yield rule, problem


CASES = list(cases())


def test_there_are_fifty():
    assert len(CASES) == 50
    assert len({rule for rule, _ in CASES}) == 15


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_planted_rule_is_named_and_the_repair_works(number):
    rule, problem = CASES[number]
    result = routes.solve(problem, limits=FEW)
    left = [each for each in result.solution.unserved if each.child == "bad"]
    assert {each.rule for each in left} == {rule}
    told = routes.explain(problem, result.solution, about="bad")
    assert rule in {reason.rule for reason in told.reasons}
    assert told.remedies
    assert told.remedies[0].proved
    assert told.remedies[0].cost is not None
