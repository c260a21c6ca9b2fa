"""Small and large routes problems, all of them fiction: children scattered on a plane around schools."""

import dataclasses

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import Pence, Seconds, clock, pounds
from optimiser.routes.planning import plan_city
from optimiser.routes.problem import (
    Child,
    GuideNeed,
    Layout,
    Operator,
    Phase,
    RoutesProblem,
    School,
    Seat,
    VehicleClass,
    Window,
)
from optimiser.routes.verifier import verify


def a_child(child_id="c1", **fields):
    return Child(**{"id": child_id, "school": "s1", "home": f"home-{child_id}", "boarding": Seconds(60), **fields})


def a_school(school_id="s1", **fields):
    windows = {"morning": Window(clock(8, 30), clock(8, 45)), "afternoon": Window(clock(15, 15), clock(15, 30))}
    return School(**{"id": school_id, "place": f"gate-{school_id}", "unload": Seconds(300), **windows, **fields})


def a_class(class_id="minibus", **fields):
    return VehicleClass(
        **{
            "id": class_id,
            "operator": "op1",
            "kind": "minibus",
            "layouts": (Layout("all seats", 8),),
            "day_rate": pounds(100),
            "per_mile": pounds(1),
            **fields,
        }
    )


def an_operator(operator_id="op1", **fields):
    return Operator(operator_id, **fields)


def on_a_line(minutes, *, miles_per_minute=0.25):
    """Return travel along a straight road: ``minutes`` gives each place's position."""
    places = tuple(minutes)
    at = np.array([minutes[place] for place in places], float)
    apart = np.abs(at[:, None] - at[None, :])
    seconds = np.round(apart * 60).astype(np.int32)
    metres = np.round(apart * miles_per_minute * 1609.344).astype(np.int32)
    return TravelMatrix(places, seconds, metres, "a straight road", "line")


def a_problem(children=None, *, minutes=None, **fields):
    """Return a problem on a straight road: the school at 0 and each child ten minutes further out than the last."""
    children = (a_child(),) if children is None else tuple(children)
    schools = fields.pop("schools", (a_school(),))
    minutes = dict(minutes or {})
    for school in schools:
        minutes.setdefault(school.place, 0)
    for rank, child in enumerate(children, start=1):
        minutes.setdefault(child.home, 10 * rank)
        for point in child.points:
            minutes.setdefault(point.place, 10 * rank)
    road = on_a_line(minutes)
    defaults = {"vehicle_classes": (a_class(),), "operators": (an_operator(),), "morning": road, "afternoon": road}
    return RoutesProblem(**{"children": children, "schools": tuple(schools), **defaults, **fields})


def some_classes(*, operators=1):
    """Return the usual classes of vehicle for each of some operators, a little dearer with each operator."""
    found = []
    for at in range(operators):
        more = 100 + 3 * at
        rates = [(pounds(rate) * more // 100) for rate in (95, 130, 210, 245)]
        op = f"op{at + 1}"
        found += [
            VehicleClass(f"{op} taxi", op, "taxi", (Layout("4 seats", 4),), Pence(rates[0]), pounds(1.2)),
            VehicleClass(
                f"{op} MPV", op, "MPV", (Layout("7 seats", 7), Layout("4 and 1", 4, 1)), Pence(rates[1]), pounds(1.4),
                equipment=frozenset({"ramp"}),
            ),
            VehicleClass(f"{op} minibus", op, "minibus", (Layout("16 seats", 16),), Pence(rates[2]), pounds(1.8)),
            VehicleClass(
                f"{op} tail-lift", op, "tail-lift",
                (Layout("12 and 1", 12, 1), Layout("8 and 3", 8, 3), Layout("4 and 5", 4, 5)), Pence(rates[3]),
                pounds(2.0), equipment=frozenset({"ramp", "tail-lift"}),
            ),
        ]  # fmt: skip
    return tuple(found)


def a_random_city(*, children=60, schools=3, seed=0, km=20.0, plain=False, operators=1):
    """Return a seeded city: schools over a square, each child nearer some school than most, half needing a guide."""
    rng = np.random.default_rng(seed)
    spots = {f"gate-s{at}": rng.uniform(0.15, 0.85, 2) * km for at in range(schools)}
    listed = []
    weights = rng.dirichlet(np.full(schools, 2.0))
    for at in range(children):
        school = int(rng.choice(schools, p=weights))
        reach = rng.exponential(km / 5)
        angle = rng.uniform(0, 2 * np.pi)
        home = np.clip(spots[f"gate-s{school}"] + reach * np.array([np.cos(angle), np.sin(angle)]), 0, km)
        spots[f"home-{at}"] = home
        listed.append(_a_random_child(rng, at, school, plain))
    matrix = _plane(spots, 1.35, 14.0)
    afternoon = _plane(spots, 1.35, 17.0)
    return RoutesProblem(
        children=tuple(listed),
        schools=tuple(_a_random_school(at, listed) for at in range(schools)),
        vehicle_classes=some_classes(operators=operators),
        operators=tuple(Operator(f"op{at + 1}") for at in range(operators)),
        morning=matrix,
        afternoon=afternoon,
    )


def _a_random_school(at, children):
    phase_late = at % 2
    begin = clock(8, 30) + 900 * phase_late
    finish = clock(15, 0) + 900 * phase_late
    morning, afternoon = Window(Seconds(begin), Seconds(begin + 780)), Window(Seconds(finish), Seconds(finish + 900))
    return School(f"s{at}", f"gate-s{at}", morning, afternoon)


def _a_random_child(rng, at, school, plain):
    chair = rng.random() < 0.09
    child = Child(
        id=f"c{at}",
        school=f"s{school}",
        home=f"home-{at}",
        phase=Phase.PRIMARY if rng.random() < 0.45 else Phase.SECONDARY,
        seat=Seat.WHEELCHAIR if chair else Seat.SEAT,
        boarding=Seconds(300 if chair else 90),
        guide=[GuideNeed.REQUIRED, GuideNeed.PREFERRED, GuideNeed.NONE][int(rng.choice(3, p=[0.3, 0.15, 0.55]))],
        equipment=frozenset({"ramp"}) if chair else frozenset(),
    )
    if plain:
        return child
    return dataclasses.replace(
        child,
        sole=bool(rng.random() < 0.05),
        weekdays=frozenset({0, 1, 2}) if rng.random() < 0.04 else frozenset(range(5)),
        apart=frozenset({f"c{int(rng.integers(at))}"}) if at and rng.random() < 0.05 else frozenset(),
    )


def _plane(spots, detour, miles_an_hour):
    places = tuple(spots)
    at = np.array([spots[place] for place in places])
    apart = np.sqrt(((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)) * 1000 * detour
    seconds = np.round(apart / (miles_an_hour * 1609.344 / 3600)).astype(np.int32)
    return TravelMatrix(places, seconds, np.round(apart).astype(np.int32), "a seeded plane", f"plane {miles_an_hour}")


def planned_last_term(problem):
    """Return a problem with last term's runs: planned by hand, so to speak, with no minibuses and little searched."""
    taxis = tuple(kind for kind in problem.vehicle_classes if kind.kind != "minibus")
    last, _, _ = plan_city(dataclasses.replace(problem, vehicle_classes=taxis), limits=Limits(work=300))
    return dataclasses.replace(problem, last=last.runs)


def hard(problem, plan):
    """Return the hard rules that a plan breaks."""
    return [violation for violation in verify(problem, plan) if violation.hard]
