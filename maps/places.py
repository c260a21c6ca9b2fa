"""The map of resource bases: how full each is, who goes where, which close or open, and whom that moves."""

from collections.abc import Mapping

from maps import style
from maps.background import Background
from maps.geojson import Feature, Place, line, point
from maps.layers import Key, Layer
from maps.page import FICTION, Pick, Sheet, page
from maps.placing import Placing
from maps.popup import minutes, pounds
from optimiser.places.problem import Base, Problem, Pupil
from optimiser.places.solution import Solution

_OPEN = style.square(style.BLUE, 9.0)
_FULL = style.square(style.PURPLE, 9.0)
_CLOSING = style.square(style.VERMILION, 9.0)
_OPENING = style.square(style.GREEN, 9.0)
_SHUT = style.square(style.PALE, 6.0)
_PUPIL = style.dot(style.SKY, 3.5, weight=0.8)
_LEFT = style.ring(style.VERMILION, 6.0, weight=3.0)
_WAY = style.Look(style.SKY, 1.1, opacity=0.55)
_MOVE = style.Look(style.ORANGE, 2.6, "9 5")


def draw(
    problem: Problem,
    solution: Solution,
    *,
    points: Mapping[str, Place],
    title: str = "Resource bases and places",
    notice: str = FICTION,
    background: Background | None = None,
    year: int | None = None,
    homes_to_metres: int = 0,
) -> str:
    """Return the map page for one year of the plan (the last when None), with every move up to it."""
    at = problem.years - 1 if year is None else year
    placing = Placing(points, homes_to_metres=homes_to_metres)
    keys = (
        Key(_OPEN, "base with room, larger for more places"),
        Key(_FULL, "base that is full"),
        Key(_CLOSING, "base that closes"),
        Key(_OPENING, "base that opens"),
    )
    moves = _moves(problem, solution, placing, at)
    layers = [
        Layer("Home to base", _ways(problem, solution, placing, at), (Key(_WAY, "a pupil's journey"),)),
        Layer("Pupils placed", _pupils(problem, solution, placing, at), (Key(_PUPIL, "home of a pupil with a place"),)),
        Layer("Moves between bases", moves, (Key(_MOVE, "from the base before to the base after"),)),
        Layer(
            "Pupils without a place",
            _unplaced(problem, solution, placing, at),
            (Key(_LEFT, "no base takes this pupil"),),
        ),
        Layer("Bases", _bases(problem, solution, placing, at), keys),
    ]
    picks = tuple((base.id, f"{base.id}, {', '.join(base.needs)}, {base.area}") for base in problem.bases)
    sheet = Sheet(
        title,
        notice,
        layers,
        _figures(problem, solution, at, len(moves)),
        Pick("Show one base", picks),
        (f"Year {problem.year_names[at]}.", f"Travel times: {problem.travel.source}."),
        placing.lost,
        placing.used,
    )
    return page(sheet, background=background)


def _figures(problem: Problem, solution: Solution, at: int, moves: int) -> tuple[tuple[str, str], ...]:
    there = [pupil for pupil in problem.pupils if (pupil.id, at) in solution.at]
    seconds = [problem.seconds(pupil, problem.base[solution.at[pupil.id, at]]) for pupil in there]
    closing = sum(1 for base in problem.bases if _closes(solution, base, at))
    return (
        ("Bases open", f"{sum(solution.open_in(base.id, at) for base in problem.bases):,}"),
        ("Places bought", f"{sum(_places(solution, base, at) for base in problem.bases):,}"),
        ("Pupils placed", f"{len(there):,}"),
        ("Without a place", f"{sum(1 for each in solution.unplaced if each.first <= at <= each.last):,}"),
        ("Mean journey", minutes(sum(seconds) // len(seconds)) if seconds else "none"),
        ("Closures and moves", f"{closing:,} and {moves:,}"),
    )


def _closes(solution: Solution, base: Base, at: int) -> bool:
    return not base.candidate and solution.closed_from(base.id) is not None and not solution.open_in(base.id, at)


def _places(solution: Solution, base: Base, at: int) -> int:
    if not solution.open_in(base.id, at):
        return 0
    return base.commissioned[at] + solution.base[base.id].extra[at]


def _bases(problem: Problem, solution: Solution, placing: Placing, at: int) -> list[Feature]:
    found = []
    for base in problem.bases:
        here = placing.at(base.place)
        if here is None:
            continue
        places, roll = _places(solution, base, at), solution.roll(base.id, at)
        state, colour = _state(solution, base, at, full=roll >= places)
        lines = (
            ("State", state),
            ("Places and pupils", f"{places} and {roll}"),
            ("Needs", ", ".join(base.needs)),
            ("Phases", ", ".join(phase.value for phase in base.phases)),
            ("Area", base.area),
            ("Price a place", pounds(base.place_rate)),
            *((f"Pupils {name}", solution.roll(base.id, each)) for each, name in enumerate(problem.year_names[:6])),
        )
        size = style.sized(base.commissioned[at], least=4.5, most=13)
        look = style.square(colour, size)
        found.append(point(here, look, tip=f"Base {base.id}, {state}", lines=lines, group=base.id))
    return found


def _state(solution: Solution, base: Base, at: int, *, full: bool) -> tuple[str, str]:
    if solution.open_in(base.id, at):
        if base.candidate:
            return "opens", style.GREEN
        return ("open, full", style.PURPLE) if full else ("open", style.BLUE)
    return ("not opened", style.PALE) if base.candidate else ("closes", style.VERMILION)


def _pupil_lines(problem: Problem, pupil: Pupil, base: Base | None) -> tuple[tuple[str, object], ...]:
    return (
        ("Need", pupil.need),
        ("Area", pupil.area),
        ("Base", base.id if base else "none"),
        ("Attends now", pupil.current or ""),
        ("Journey", minutes(problem.seconds(pupil, base)) if base else ""),
    )


def _pupils(problem: Problem, solution: Solution, placing: Placing, at: int) -> list[Feature]:
    found = []
    for pupil in problem.pupils:
        base = solution.at.get((pupil.id, at))
        here = placing.at(pupil.home, home=True) if base else None
        if base and here:
            lines = _pupil_lines(problem, pupil, problem.base[base])
            found.append(point(here, _PUPIL, tip=f"Pupil {pupil.id} to {base}", lines=lines, group=base))
    return found


def _ways(problem: Problem, solution: Solution, placing: Placing, at: int) -> list[Feature]:
    found = []
    for pupil in problem.pupils:
        base = solution.at.get((pupil.id, at))
        if base is None:
            continue
        way = placing.through(((pupil.home, True), (problem.base[base].place, False)))
        if len(way) == 2 and way[0] != way[1]:
            found.append(line(way, _WAY, tip="", group=base))
    return found


def _unplaced(problem: Problem, solution: Solution, placing: Placing, at: int) -> list[Feature]:
    found = []
    for each in solution.unplaced:
        pupil = problem.pupil.get(each.pupil)
        if pupil is None or not each.first <= at <= each.last:
            continue
        here = placing.at(pupil.home, home=True)
        if here is not None:
            lines = (*_pupil_lines(problem, pupil, None), ("Why", each.reason.value))
            found.append(point(here, _LEFT, tip=f"Pupil {pupil.id} has no place", lines=lines))
    return found


def _moves(problem: Problem, solution: Solution, placing: Placing, at: int) -> list[Feature]:
    """Return a line for each time a pupil changes base, from the base attended today onwards."""
    found = []
    for pupil in problem.pupils:
        before = pupil.current if pupil.current in problem.base else None
        for year in range(at + 1):
            after = solution.at.get((pupil.id, year))
            if before and after and before != after:
                way = placing.through(((problem.base[before].place, False), (problem.base[after].place, False)))
                if len(way) == 2:
                    lines = (*_pupil_lines(problem, pupil, problem.base[after]), ("From", problem.year_names[year]))
                    found.append(
                        line(way, _MOVE, tip=f"Pupil {pupil.id}: {before} to {after}", lines=lines, group=after)
                    )
            before = after or before
    return found
