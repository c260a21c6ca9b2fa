"""Quick questions of the meetings desk: swaps, half-days, attendance, backlogs and a forum's grid."""

from dataclasses import replace
from typing import Any

from optimiser.core.table import Column, Kind, Table
from service.answers import Answer, NoAnswer

Facts = tuple[Any, Any]


def repair(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say what a repair would take: who must move, who else would, who stands in, and what it costs.

    The arguments are a plan's own options (``move``, ``upsets``, ``others``, ``may_move_told``), and its ``locks``.
    """
    from optimiser.core.limits import Limits
    from optimiser.meetings import costing
    from optimiser.meetings.repair import before_and_after, fewest_moves
    from service.optimisers import upsets
    from service.optimisers.jobs import CannotPlan

    plain = replace(problem, pins=(), repair=None)
    try:
        said = tuple(upsets.sentence(plain, each) for each in arguments.get("upsets", ()))
        now = upsets.after(plain, arguments.get("upsets", ()))
        asked = upsets.asked(now, solution, arguments, frozenset(arguments.get("locks", ())))
    except CannotPlan as reason:
        raise NoAnswer(str(reason)) from reason
    repaired = fewest_moves(asked, limits=Limits(seconds=20.0))
    found = repaired.result.solution
    if found is None:
        raise NoAnswer("No roster was found with that change. Choose another day or time.")
    changed = replace(asked, pins=(), repair=None)
    more = int(costing.cost(changed, found)) - int(costing.cost(plain, solution))
    lost = sorted({each.meeting for each in found.unbooked} - {each.meeting for each in solution.unbooked})
    moved = [each for each in repaired.moved if each in found.booking]
    others = len([each for each in moved if each not in repaired.hit])
    table = before_and_after(asked, repaired)
    stand_in = sum(row[2] == "others come" for row in table.rows)
    words = (
        f"{_counted(len(repaired.hit), 'meeting')} cannot stay; {_counted(others, 'other meeting')} would move, "
        f"and {len(lost)} would be left out. In {_counted(stand_in, 'meeting')} that stay, somebody stands in."
    )
    told = (
        f"The roster would be {abs(more):,} points {'worse' if more > 0 else 'better'}."
        if more
        else "It costs nothing."
    )
    left = tuple(f"Left out: {each.meeting}. {each.sentence}" for each in found.unbooked if each.meeting in lost)
    return Answer(words, (*said, told, *left), (table,) if table.rows else ())


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def swaps(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say which meetings could trade times with one."""
    from optimiser.meetings import alternatives

    meeting = _meeting(problem, solution, arguments)
    found = alternatives.swaps(problem, solution, meeting)
    words = f"{len(found)} schools could trade times with {meeting} and nobody else moves."
    if not found:
        words = f"No school could trade times with {meeting} without a third one moving. Ask what a move would take."
    return Answer(words, (), (alternatives.swap_table(problem, solution, found),) if found else ())


def half_day(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say what one more half-day a week of a role buys."""
    from optimiser.core.limits import Limits
    from optimiser.meetings import alternatives

    role = str(arguments["role"])
    if role not in {person.role for person in problem.staff}:
        raise NoAnswer(f"Nobody holds the role {role}. Choose one from the list.")
    found = alternatives.one_more_half_day(problem, role, limits=Limits(seconds=4.0))
    if not found:
        return Answer(f"Everybody in the role {role} works every half-day already.")
    best = found[0]
    words = f"The best is a {best.when} of {best.person}: {best.points:,} points saved, {best.met} more schools met."
    if best.points <= 0:
        words = f"No half-day of {role} makes this roster better."
    return Answer(words, (), (alternatives.gain_table(found),))


def attendance(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Make the attendance and actions report of what was noted; ``noted`` of ``save`` is what to keep of it."""
    from data.reading.attendance import read_attendance
    from optimiser.meetings import attendance as module

    noted = read_attendance(str(arguments["text"]), known=frozenset(solution.booking))
    came = sum(each.came for each in noted)
    rate = module.no_show_rate(noted)
    if rate is None:
        raise NoAnswer("There is nothing to report yet. Paste at least one line.")
    words = f"{came} of {len(noted)} schools came; {rate:.1%} did not."
    kept = [
        [each.meeting, each.came, each.senco, each.head, each.rating,
         [[action.what, action.who, action.by.isoformat() if action.by else ""] for action in each.actions]]
        for each in noted
    ]  # fmt: skip
    return Answer(words, (), module.report(problem, solution, noted), {"no_show": round(rate, 4), "noted": kept})


def backlog(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say how long a queue takes to clear and how many sittings a week it needs."""
    from optimiser.meetings.agenda import Backlog, sittings_needed, weeks, within_target

    given = {name: int(arguments[name]) for name in ("waiting", "arriving", "decided", "sittings", "down_to", "weeks")}
    if min(given.values()) < 0 or given["decided"] < 1 or not 1 <= given["weeks"] <= 60 or given["waiting"] > 100_000:
        raise NoAnswer("Give whole numbers: at least one case decided at a sitting, and 1 to 60 weeks.")
    if given["arriving"] > 10_000:
        raise NoAnswer("More than 10,000 cases a week is not a queue that panels can hold.")
    now = Backlog(given["waiting"], given["arriving"], given["decided"], given["sittings"])
    path = weeks(now, count=given["weeks"])
    needed = sittings_needed(now, down_to=given["down_to"], in_weeks=given["weeks"])
    table = Table(
        "queue",
        "Waiting at the end of each week",
        (Column("week", "Week", Kind.COUNT), Column("waiting", "Waiting", Kind.COUNT)),
        tuple(enumerate(path)),
    )
    words = f"{now.waiting} become {path[-1]} in {given['weeks']} weeks at {now.sittings_per_week} sittings a week."
    more = (
        f"At least {needed} sittings a week bring it down to {given['down_to']} by then.",
        "A new case is decided within 20 working days." if within_target(now)
        else "A new case waits longer than 20 working days.",
    )  # fmt: skip
    return Answer(words, more, (table,))


def forum(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Arrange families' wishes over a forum's appointments and its interpreters."""
    from data.problems.season import build_season
    from data.reading.attendance import read_wishes
    from data.records import City
    from optimiser.core.units import Seconds
    from optimiser.meetings import yearbook

    season = build_season(City.model_validate_json(records), first=problem.days[0])
    every = [*season.forums, *yearbook.drop_in_forums(problem, solution)]
    event = next((each for each in every if each.id == arguments["event"]), None)
    if event is None:
        raise NoAnswer("Choose a forum or a drop-in from the list.")
    wishes = read_wishes(str(arguments["text"]))
    minutes = int(arguments.get("minutes") or 15)
    if not 5 <= minutes <= 60:
        raise NoAnswer("An appointment lasts 5 to 60 minutes; 10 to 15 is usual.")
    roles = {role for _, role in event.professionals}
    strange = sorted({wish.role for wish in wishes} - roles)
    speak = _interpreters(str(arguments.get("interpreters", "")))
    asked = replace(event, wishes=wishes, interpreters=speak, slot=Seconds(minutes * 60))
    grid = yearbook.arranged(asked)
    table = yearbook.appointments(replace(season, forums=(asked,)), problem, replace(solution, reserves=()))
    left = Table(
        "left_over",
        "Wishes that do not fit",
        (Column("family", "Family"), Column("role", "Wants to see"), Column("language", "Interpreter"),
         Column("why", "Why")),
        tuple((w.family, w.role, w.language, _why(w, roles, dict(speak))) for w in grid.left_over),
    )  # fmt: skip
    words = f"{len(grid.appointments)} of {len(wishes)} wishes have an appointment."
    more = tuple(f"Nobody at this event holds the role {role}: ask for one, or offer a call back." for role in strange)
    return Answer(words, more, tuple(each for each in (table, left) if each.rows))


def _why(wish: Any, roles: set[str], speak: dict[str, int]) -> str:
    if wish.role not in roles:
        return "nobody here holds the role"
    if wish.language and not speak.get(wish.language):
        return f"no interpreter for {wish.language} is booked"
    return "every appointment is taken: a walk-in slot or the next drop-in"


def _interpreters(text: str) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for part in text.replace(";", ",").split(","):
        words = part.split()
        if words:
            count = int(words[-1]) if words[-1].isdigit() else 1
            language = " ".join(words[:-1] if words[-1].isdigit() else words)
            found[language] = found.get(language, 0) + min(count, 20)
    return tuple(found.items())


def _meeting(problem: Any, solution: Any, arguments: dict[str, Any]) -> str:
    meeting = str(arguments["meeting"])
    if meeting not in solution.booking:
        raise NoAnswer(f"There is no booked meeting {meeting}. Choose one from the list.")
    return meeting


VERBS = {
    "repair": repair,
    "swaps": swaps,
    "half_day": half_day,
    "attendance": attendance,
    "backlog": backlog,
    "forum": forum,
}
