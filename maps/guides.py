"""The map of guides and cover: who rides which run, who is named to step in, and which runs have nobody."""

from collections.abc import Mapping

from maps import style
from maps.background import Background
from maps.geojson import Feature, Place, line, point
from maps.layers import Key, Layer
from maps.page import FICTION, Pick, Sheet, page
from maps.placing import Placing
from maps.popup import clock, count, minutes
from optimiser.guides.problem import Direction, Guide, GuidesProblem, Run
from optimiser.guides.solution import GuidesSolution

_SAFE = style.Look(style.BLUE, 2.6)
_THIN = style.Look(style.ORANGE, 2.8, "9 5")
_BARE = style.Look(style.PURPLE, 2.8, "2 5")
_NONE = style.Look(style.VERMILION, 4.0, "12 4 2 4")
_HOME = style.dot(style.GREEN, 4.5)
_STANDBY = style.square(style.GREEN, 6.5)
_IDLE = style.dot(style.PALE, 4.0)
_TO_RUN = style.Look(style.GREEN, 1.4, "2 5", opacity=0.7)
_TO_BACKUP = style.Look(style.INK, 1.6, "9 5", opacity=0.8)


def draw(
    problem: GuidesProblem,
    solution: GuidesSolution,
    *,
    points: Mapping[str, Place],
    title: str = "Travel guides and cover",
    notice: str = FICTION,
    background: Background | None = None,
    homes_to_metres: int = 0,
) -> str:
    """Return the map page. ``points`` are (latitude, longitude) by place id."""
    placing = Placing(points, homes_to_metres=homes_to_metres)
    morning, afternoon = (_runs(problem, solution, placing, each) for each in (Direction.AM, Direction.PM))
    keys = (
        Key(_SAFE, "guide and two named backups"),
        Key(_THIN, "guide and one backup"),
        Key(_BARE, "guide, no backup named"),
        Key(_NONE, "wants a guide and has none"),
    )
    layers = [
        Layer(
            "How guides reach their run", _reaching(problem, solution, placing), (Key(_TO_RUN, "home to first stop"),)
        ),
        Layer(
            "Named backups",
            _backups(problem, solution, placing),
            (Key(_TO_BACKUP, "backup to run picked"),),
            picked=True,
        ),
        Layer("Afternoon runs", afternoon, keys if not morning else (), shown=not morning),
        Layer("Morning runs", morning, keys),
        Layer(
            "Guides",
            [feature for guide in problem.guides if (feature := _guide(problem, solution, guide, placing))],
            (Key(_HOME, "guide on a run"), Key(_STANDBY, "standby or relief"), Key(_IDLE, "not used today")),
        ),
    ]
    picks = tuple((run.id, f"{run.id} {clock(run.need_from)} {_state(solution, run)[1]}") for run in problem.guided)
    sheet = Sheet(
        title,
        notice,
        layers,
        _figures(problem, solution),
        Pick("Show one run and its backups", picks),
        (f"Travel times: {problem.travel.source}.",),
        placing.lost,
        placing.used,
    )
    return page(sheet, background=background)


def draw_standby(
    problem: GuidesProblem,
    solution: GuidesSolution,
    *,
    points: Mapping[str, Place],
    chances: Mapping[str, float],
    title: str = "Standby guides and runs at risk",
    notice: str = FICTION,
    background: Background | None = None,
    homes_to_metres: int = 0,
) -> str:
    """Return the page of where guides who could stand by live, against each route's chance of going without.

    ``chances`` are by route, the chance of no guide on a morning; routes are grouped by how it compares with the mean.
    """
    placing = Placing(points, homes_to_metres=homes_to_metres)
    mean = sum(chances.values()) / max(1, len(chances))
    spare = [guide for guide in problem.guides if guide.id not in solution.held and guide.id not in problem.absent]
    homes = [feature for guide in spare if (feature := _guide(problem, solution, guide, placing))]
    picks = sorted(chances, key=lambda route: (-chances[route], route))[:60]
    sheet = Sheet(
        title,
        notice,
        [
            Layer("Runs at risk", _risks(problem, placing, chances, mean), _RISKS),
            Layer(
                "Guides without a run today",
                homes,
                (Key(_STANDBY, "standby or relief"), Key(_IDLE, "other guides who are free")),
            ),
        ],
        (
            ("Guides without a run today", f"{len(spare):,}"),
            ("Of them standby or relief", f"{sum(guide.standby or guide.relief for guide in spare):,}"),
            ("Routes that must have a guide", f"{len(chances):,}"),
            ("Mean chance of none on a morning", f"{mean:.1%}"),
        ),
        Pick("Show one route, the likeliest to go without first", tuple((r, f"{r}: {chances[r]:.1%}") for r in picks)),
        (f"Travel times: {problem.travel.source}.",),
        placing.lost,
        placing.used,
    )
    return page(sheet, background=background)


_RISKS = (
    Key(_SAFE, "less likely than most to go without"),
    Key(_THIN, "more likely than most"),
    Key(_NONE, "three times as likely as most"),
)


def _risks(problem: GuidesProblem, placing: Placing, chances: Mapping[str, float], mean: float) -> list[Feature]:
    found = []
    for route, runs in problem.routes.items():
        if route not in chances:
            continue
        run, chance = runs[0], chances[route]
        places = [(run.first_place, True), *((stop.place, True) for stop in run.stops), (run.last_place, False)]
        way = placing.through(dict.fromkeys(places))
        if len(way) < 2:
            continue
        look = _NONE if chance > 3 * mean else _THIN if chance > mean else _SAFE
        lines = (
            ("Chance of no guide on a morning", f"{chance:.1%}"),
            ("Children", len(run.stops)),
            ("Must hold", ", ".join(sorted(run.competences))),
            ("Area", run.area),
        )
        found.append(line(way, look, tip=f"{route}, {chance:.1%}", lines=lines, group=route))
    return found


def _figures(problem: GuidesProblem, solution: GuidesSolution) -> tuple[tuple[str, str], ...]:
    ready = sum(1 for run in problem.guided if len(solution.named.get(run.id, ())) > 0)
    return (
        ("Runs wanting a guide", f"{len(problem.guided):,}"),
        ("With a guide", f"{len(solution.holder):,}"),
        ("Without", f"{len(solution.uncovered):,}"),
        ("With a named backup", f"{ready:,}"),
        ("Guides working", f"{len(solution.held):,}"),
        ("Standby or relief", f"{sum(1 for guide in problem.guides if guide.standby or guide.relief):,}"),
    )


def _state(solution: GuidesSolution, run: Run) -> tuple[style.Look, str]:
    if run.id not in solution.holder:
        return _NONE, "no guide"
    named = len(solution.named.get(run.id, ()))
    return ((_BARE, "no backup"), (_THIN, "one backup"), (_SAFE, "two backups"))[min(named, 2)]


def _runs(problem: GuidesProblem, solution: GuidesSolution, placing: Placing, direction: Direction) -> list[Feature]:
    why = {each.run: each.sentence for each in solution.uncovered}
    found = []
    for run in problem.guided:
        if run.direction is not direction:
            continue
        places = [(run.first_place, True), *((stop.place, True) for stop in run.stops), (run.last_place, False)]
        way = placing.through(dict.fromkeys(places))
        if len(way) < 2:
            continue
        look, state = _state(solution, run)
        lines = (
            ("Guide", solution.holder.get(run.id, "nobody")),
            ("Backups, first asked first", ", ".join(solution.named.get(run.id, ())) or "none named"),
            ("Aboard", f"{clock(run.need_from)} to {clock(run.need_until)}"),
            ("Children", len(run.stops)),
            ("With a medical plan", run.medical or ""),
            ("Must hold", ", ".join(sorted(run.competences))),
            ("School", run.school),
            ("Why nobody", why.get(run.id, "")),
        )
        found.append(line(way, look, tip=f"{run.id}, {state}", lines=lines, group=run.id))
    return found


def _guide(problem: GuidesProblem, solution: GuidesSolution, guide: Guide, placing: Placing) -> Feature | None:
    here = placing.at(guide.home, home=True)
    if here is None:
        return None
    held = solution.held.get(guide.id, ())
    backing = sum(1 for each in solution.backups if each.guide == guide.id)
    spare = guide.standby or guide.relief
    lines = (
        ("Rides", ", ".join(held) or "nothing today"),
        ("Named as backup for", count(backing, "run") if backing else ""),
        ("Travels by", guide.mode.value),
        ("Holds", ", ".join(sorted(guide.skills_on(problem.day)))),
        ("Knows", count(len(guide.knows), "child", "children") if guide.knows else ""),
        ("Role", "standby" if guide.standby else "relief" if guide.relief else ""),
    )
    look = _STANDBY if spare else _HOME if held else _IDLE
    return point(here, look, tip=f"Guide {guide.id}", lines=lines, group=held[0] if held else "")


def _reaching(problem: GuidesProblem, solution: GuidesSolution, placing: Placing) -> list[Feature]:
    found = []
    for each in solution.assignments:
        run, guide = problem.run.get(each.run), problem.guide.get(each.guide)
        if run is None or guide is None or run.direction is not Direction.AM:
            continue
        way = placing.through(((guide.home, True), (run.first_place, True)))
        if len(way) == 2 and way[0] != way[1]:
            tip = f"{each.guide} to {each.run}, {each.mode.value} {minutes(each.reach)}"
            found.append(line(way, _TO_RUN, tip=tip, group=each.run))
    return found


def _backups(problem: GuidesProblem, solution: GuidesSolution, placing: Placing) -> list[Feature]:
    found = []
    for each in solution.backups:
        run, guide = problem.run.get(each.run), problem.guide.get(each.guide)
        if run is None or guide is None:
            continue
        way = placing.through(((guide.home, True), (run.first_place, True)))
        if len(way) == 2 and way[0] != way[1]:
            found.append(line(way, _TO_BACKUP, tip=f"Backup {each.rank}: {each.guide}", group=each.run))
    return found
