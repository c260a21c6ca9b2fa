"""The map of two plans side by side: whose base or run changes, and whose journey grows or shrinks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maps import style
from maps.background import Background
from maps.geojson import Feature, Place, line, point
from maps.layers import Key, Layer
from maps.page import FICTION, Sheet, page
from maps.placing import Placing
from maps.popup import minutes
from optimiser.places.problem import Problem as PlacesProblem
from optimiser.places.solution import Solution as PlacesSolution
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.solution import Direction, RoutesSolution

NOTICEABLE = 5 * 60
"""A journey that changes by less than this, in seconds, counts as the same."""

_SAME = style.dot(style.PALE, 3.0, weight=0.8)
_LONGER = style.dot(style.VERMILION, 5.0)
_SHORTER = style.square(style.BLUE, 4.5)
_LOST = style.ring(style.VERMILION, 8.0, weight=3.5)
_GAINED = style.ring(style.GREEN, 8.0, weight=3.5)
_MOVE = style.Look(style.ORANGE, 2.6, "9 5")
_SITE = style.square(style.INK, 6.0)
_SHUT = style.square(style.VERMILION, 8.0)
_OPENED = style.square(style.GREEN, 8.0)


@dataclass(frozen=True)
class _Side:
    """One plan as a comparison sees it: each child's home, destination and journey; None where nobody serves them."""

    homes: Mapping[str, str]
    goes_to: Mapping[str, str]
    seconds: Mapping[str, int]
    sites: Mapping[str, str]
    source: str


def draw(
    before: tuple[Any, Any],
    after: tuple[Any, Any],
    *,
    points: Mapping[str, Place],
    title: str = "Before and after",
    notice: str = FICTION,
    background: Background | None = None,
    homes_to_metres: int = 0,
) -> str:
    """Return the map page of two (problem, solution) pairs, both of places or both of routes."""
    one, other = _side(*before), _side(*after)
    placing = Placing(points, homes_to_metres=homes_to_metres)
    children, counts = _children(one, other, placing)
    layers = [
        Layer("Same journey", children["same"], (Key(_SAME, "changes by less than 5 min"),)),
        Layer("Moves", _moves(one, other, placing), (Key(_MOVE, "from the place before to the place after"),)),
        Layer("Shorter journeys", children["shorter"], (Key(_SHORTER, "shorter by 5 min or more"),)),
        Layer("Longer journeys", children["longer"], (Key(_LONGER, "longer by 5 min or more"),)),
        Layer("Gain or lose", children["lost"] + children["gained"], (Key(_LOST, "loses"), Key(_GAINED, "gains"))),
        Layer(
            "Sites",
            _sites(one, other, placing),
            (Key(_SITE, "in both"), Key(_SHUT, "before only"), Key(_OPENED, "after only")),
        ),
    ]
    sheet = Sheet(
        title,
        notice,
        layers,
        counts,
        None,
        (f"Travel times: {other.source}.", "A journey is one way, in the morning."),
        placing.lost,
        placing.used,
    )
    return page(sheet, background=background)


def _side(problem: Any, solution: Any) -> _Side:
    if isinstance(problem, PlacesProblem) and isinstance(solution, PlacesSolution):
        at = problem.years - 1
        goes = {pupil.id: solution.at[pupil.id, at] for pupil in problem.pupils if (pupil.id, at) in solution.at}
        seconds = {pupil: problem.seconds(problem.pupil[pupil], problem.base[base]) for pupil, base in goes.items()}
        sites = {base.id: base.place for base in problem.bases if solution.open_in(base.id, at)}
        return _Side({each.id: each.home for each in problem.pupils}, goes, seconds, sites, problem.travel.source)
    if isinstance(problem, RoutesProblem) and isinstance(solution, RoutesSolution):
        goes, seconds = {}, {}
        for (child, direction), run in solution.run_of.items():
            if direction is Direction.MORNING and child in problem.child:
                goes[child] = problem.child[child].school
                seconds[child] = run.school_stop(child).arrive - run.home_stop(child).leave
        used = set(goes.values())
        sites = {school.id: school.place for school in problem.schools if school.id in used}
        return _Side({each.id: each.home for each in problem.children}, goes, seconds, sites, problem.morning.source)
    raise TypeError(f"a comparison draws places or routes, not {type(problem).__name__}")


def _children(
    one: _Side, other: _Side, placing: Placing
) -> tuple[dict[str, list[Feature]], tuple[tuple[str, str], ...]]:
    found: dict[str, list[Feature]] = {name: [] for name in ("same", "longer", "shorter", "lost", "gained")}
    change = moved = 0
    looks = {"same": _SAME, "longer": _LONGER, "shorter": _SHORTER, "lost": _LOST, "gained": _GAINED}
    for child, home in {**one.homes, **other.homes}.items():
        old, new = one.seconds.get(child), other.seconds.get(child)
        moved += old is not None and new is not None and one.goes_to[child] != other.goes_to[child]
        change += new - old if old is not None and new is not None else 0
        fate = _fate(old, new)
        here = placing.at(home, home=True) if fate else None
        if fate is None or here is None:
            continue
        lines = (
            ("Before", f"{one.goes_to[child]}, {minutes(old)}" if old is not None else "nowhere"),
            ("After", f"{other.goes_to[child]}, {minutes(new)}" if new is not None else "nowhere"),
        )
        found[fate].append(point(here, looks[fate], tip=f"{child}, {fate}", lines=lines))
    return found, (
        ("Move", f"{moved:,}"),
        ("Longer journeys", f"{len(found['longer']):,}"),
        ("Shorter journeys", f"{len(found['shorter']):,}"),
        ("Lose a place", f"{len(found['lost']):,}"),
        ("Gain a place", f"{len(found['gained']):,}"),
        ("All journeys together", f"{'+' if change > 0 else ''}{change // 60:,} min"),
    )


def _fate(old: int | None, new: int | None) -> str | None:
    if old is None and new is None:
        return None
    if old is None:
        return "gained"
    if new is None:
        return "lost"
    if abs(new - old) < NOTICEABLE:
        return "same"
    return "longer" if new > old else "shorter"


def _moves(one: _Side, other: _Side, placing: Placing) -> list[Feature]:
    found = []
    for child, old in one.goes_to.items():
        new = other.goes_to.get(child)
        if new is None or new == old or old not in one.sites or new not in other.sites:
            continue
        way = placing.through(((one.sites[old], False), (other.sites[new], False)))
        if len(way) == 2:
            found.append(line(way, _MOVE, tip=f"{child}: {old} to {new}"))
    return found


def _sites(one: _Side, other: _Side, placing: Placing) -> list[Feature]:
    found = []
    for site, place in {**one.sites, **other.sites}.items():
        here = placing.at(place)
        if here is None:
            continue
        if site in one.sites and site in other.sites:
            look, words = _SITE, "in both plans"
        else:
            look, words = (_SHUT, "before only") if site in one.sites else (_OPENED, "after only")
        old = sum(1 for each in one.goes_to.values() if each == site)
        new = sum(1 for each in other.goes_to.values() if each == site)
        found.append(point(here, look, tip=f"{site}, {words}", lines=(("Before", old), ("After", new))))
    return found
