"""Small pieces of a guides problem, and made-up cities of any size, all seeded and fictional."""

from datetime import date, timedelta

import numpy as np

from optimiser.core.travel import TravelMatrix
from optimiser.core.units import HOUR, MINUTE, Seconds, clock
from optimiser.guides.problem import (
    AbsenceDay,
    Direction,
    Guide,
    GuidesProblem,
    Held,
    Mode,
    Need,
    Run,
    Stop,
)

TUESDAY = date(2020, 1, 28)
SKILLS = ("epilepsy", "moving and handling", "Makaton")


def a_line(places: int = 8, *, step: int = 5 * MINUTE) -> TravelMatrix:
    """Places P0, P1... along one road, five minutes and 2.5 km apart."""
    at = np.arange(places)
    gap = np.abs(at[:, None] - at[None, :])
    return TravelMatrix(
        tuple(f"P{i}" for i in at), (gap * step).astype(np.int32), (gap * 2500).astype(np.int32), "made up", "line"
    )


def a_guide(id: str = "G1", home: str = "P0", **changes) -> Guide:
    """A guide with a valid check, on a bus, who works every weekday."""
    given = {"mode": Mode.CAR, "checks": (Held("DBS", date(2022, 1, 1)),), "may_be_collected": False, **changes}
    return Guide(id, home, **given)


def a_run(id: str = "R1-am", first: str = "P1", last: str = "P3", **changes) -> Run:
    """A morning run 07:30 to 08:30 with one child, C-<id>, who needs a guide."""
    direction = changes.pop("direction", Direction.PM if id.endswith("pm") else Direction.AM)
    begins = clock(7, 30) if direction is Direction.AM else clock(15, 15)
    route = changes.pop("route", id.rsplit("-", 1)[0])
    need_from = changes.pop("need_from", begins)
    need_until = changes.pop("need_until", Seconds(need_from + HOUR))
    stops = changes.pop("stops", (Stop(f"C-{route}", first, need_from),))
    given = {"school": "S1", "vehicle": f"V-{route}", "operator": "O1", "start": need_from, "finish": need_until}
    return Run(id, route, direction, first, last, need_from, need_until, stops=stops, **{**given, **changes})


def a_route(route: str = "R1", home: str = "P1", school: str = "P3", **changes) -> tuple[Run, Run]:
    """A route's morning and afternoon run with the same child."""
    return (
        a_run(f"{route}-am", home, school, **changes),
        a_run(f"{route}-pm", school, home, **changes),
    )


def a_guides_problem(guides=None, runs=None, **changes) -> GuidesProblem:
    """Two guides and one route on Tue 28 Jan 2020, unless told otherwise."""
    guides = (a_guide(), a_guide("G2", "P5")) if guides is None else tuple(guides)
    runs = a_route() if runs is None else tuple(runs)
    return GuidesProblem(**{"day": TUESDAY, "guides": guides, "runs": runs, "travel": a_line(), **changes})


def a_history(rate: float, *, seed: int = 0, days: int = 190, start: date = date(2019, 9, 2)) -> tuple[AbsenceDay, ...]:
    """Weekdays from a start date, absent at a rate."""
    rng = np.random.default_rng(seed)
    found, day = [], start
    while len(found) < days:
        if day.weekday() < 5:
            found.append(AbsenceDay(day, bool(rng.random() < rate)))
        day += timedelta(days=1)
    return tuple(found)


def a_city(
    guides: int, routes: int, *, seed: int = 0, required: float = 0.55, preferred: float = 0.15
) -> GuidesProblem:
    """A made-up city in a 15 by 22 km box: routes both ways, guides with homes, skills and children they know."""
    rng = np.random.default_rng(seed)
    schools = max(2, routes // 6)
    names = [f"S{i}" for i in range(schools)] + [f"H{i}" for i in range(routes)] + [f"G{i}" for i in range(guides)]
    xy = rng.uniform((0, 0), (15_000, 22_000), size=(len(names), 2))
    at_school = rng.integers(0, schools, routes)
    drift = rng.normal(0, 2_500, size=(routes, 2))
    xy[schools : schools + routes] = np.clip(xy[at_school] + drift, 0, 22_000)
    metres = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(-1)) * 1.35
    np.fill_diagonal(metres, 0)
    travel = TravelMatrix(
        tuple(names),
        (metres / 6.26).astype(np.int32),
        metres.astype(np.int32),
        "made-up city, straight line x 1.35",
        f"city{seed}",
    )
    runs: list[Run] = []
    for r in range(routes):
        need = (
            Need.REQUIRED
            if r < required * routes
            else Need.PREFERRED
            if r < (required + preferred) * routes
            else Need.NONE
        )
        runs.extend(_route(rng, r, f"S{at_school[r]}", need))
    people = []
    guided = [run for run in runs if run.direction is Direction.AM and run.need is not Need.NONE]
    for g in range(guides):
        knows = frozenset(guided[g % len(guided)].children) if guided and g < len(guided) else frozenset()
        more = frozenset(rng.choice(len(guided), 2)) if guided else frozenset()
        knows |= frozenset(child for at in more for child in guided[at].children[:2])
        mode = (Mode.BUS, Mode.CAR, Mode.WALK)[rng.choice(3, p=[0.5, 0.35, 0.15])]
        skills = tuple(
            Held(s, date(2021, 7, 31)) for s, p in zip(SKILLS, (0.35, 0.3, 0.25), strict=True) if rng.random() < p
        )
        people.append(
            Guide(
                f"G{g:03d}",
                f"G{g}",
                mode,
                area=("North", "South", "East", "West")[g % 4],
                competences=skills,
                checks=(Held("DBS", date(2022, 1, 1)),),
                knows=knows,
            )
        )
    return GuidesProblem(TUESDAY, tuple(people), tuple(runs), travel)


def _route(rng, r: int, school: str, need: Need) -> list[Run]:
    children = tuple(f"C{r:03d}{chr(97 + i)}" for i in range(int(rng.integers(1, 9))))
    skills = frozenset(s for s, p in zip(SKILLS, (0.12, 0.08, 0.05), strict=True) if rng.random() < p)
    ride = int(rng.integers(20, 61)) * MINUTE
    arrive = int(rng.choice([clock(8, 40), clock(8, 50), clock(9, 0)]))
    leave = int(rng.choice([clock(15, 0), clock(15, 15), clock(15, 30)]))
    shared = {
        "school": school,
        "need": need,
        "competences": skills,
        "vehicle": f"V{r}",
        "operator": f"O{r % 7}",
        "area": ("North", "South", "East", "West")[r % 4],
        "collect_slack": 10 * MINUTE,
        "spare_seats": int(rng.integers(0, 5)),
    }
    stops_am = tuple(
        Stop(c, f"H{r}", Seconds(arrive - ride + i * 180), medical=bool(rng.random() < 0.05))
        for i, c in enumerate(children)
    )
    stops_pm = tuple(Stop(s.child, s.place, Seconds(leave + 600 + i * 180), s.medical) for i, s in enumerate(stops_am))
    return [
        Run(
            f"R{r:03d}-am",
            f"R{r:03d}",
            Direction.AM,
            f"H{r}",
            school,
            Seconds(arrive - ride),
            Seconds(arrive),
            Seconds(arrive - ride),
            Seconds(arrive),
            stops=stops_am,
            **shared,
        ),
        Run(
            f"R{r:03d}-pm",
            f"R{r:03d}",
            Direction.PM,
            school,
            f"H{r}",
            Seconds(leave),
            Seconds(leave + ride),
            Seconds(leave),
            Seconds(leave + ride),
            stops=stops_pm,
            **shared,
        ),
    ]
