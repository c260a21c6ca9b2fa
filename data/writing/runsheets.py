"""Paper for crews and the desk: run sheets, guide roster, call list and cover texts, holding only what each needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from optimiser.guides import reaching
from optimiser.guides.desk import CoverPlan
from optimiser.guides.problem import Direction, GuidesProblem, Mode, Run
from optimiser.guides.solution import GuidesSolution

FICTION = "Made-up children, homes and guides."


@dataclass(frozen=True, slots=True)
class CrewNeeds:
    """What a crew may know of a child: initials, the door, equipment, must-know, who takes over. No diagnosis."""

    initials: str
    address: str
    equipment: str = ""
    must_know: str = ""
    handover: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Whom to ring about a child: the child's short name and the numbers in order. For the desk only."""

    child: str
    phones: tuple[str, ...] = ()
    language: str = ""


_STYLE = (
    "body{font:12pt/1.4 Arial,sans-serif;color:#000;background:#fff;margin:1.5cm}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;padding:.3em 0}"
    "th,td{border:1px solid #000;padding:.3em .5em;text-align:left;vertical-align:top}"
    "thead{display:table-header-group}tr{page-break-inside:avoid}"
    "section{page-break-after:always}section:last-child{page-break-after:auto}"
    "@media screen{.wide{overflow-x:auto}}@media screen and (max-width:40em){body{margin:.8em}}"
    ".skip{position:absolute;left:-99em}.skip:focus{left:1em}@page{margin:1.5cm}"
)


def run_sheets(
    problem: GuidesProblem,
    solution: GuidesSolution,
    *,
    needs: Mapping[str, CrewNeeds] | None = None,
    guide_names: Mapping[str, str] | None = None,
    runs: Iterable[str] | None = None,
    plan: CoverPlan | None = None,
    sketches: Mapping[str, str] | None = None,
    notice: str = FICTION,
) -> str:
    """Return crew run sheets, one a page, for the runs given or all of them: a complete HTML page.

    Each sheet holds only its own run's children. With ``plan`` the sheets are this morning's, cover applied, and say
    so; a cancelled run's sheet says not to go. A child without ``needs`` is shown by id. ``sketches`` are finished
    drawings of the way by run id, set under the table. Raises KeyError for an unknown run.
    """
    chosen = [problem.run[each] for each in runs] if runs is not None else list(problem.runs)
    chosen.sort(key=lambda run: (run.direction.value, run.vehicle, run.start, run.id))
    drawn = sketches or {}
    sections = [
        _sheet(problem, solution, run, needs or {}, guide_names or {}, plan, drawn.get(run.id, "")) for run in chosen
    ]
    return _page(f"Run sheets for {long_date(problem.day)}", "".join(sections), notice)


def _sheet(
    problem: GuidesProblem,
    solution: GuidesSolution,
    run: Run,
    needs: Mapping[str, CrewNeeds],
    names: Mapping[str, str],
    plan: CoverPlan | None,
    sketch: str = "",
) -> str:
    way = "to school" if run.direction is Direction.AM else "from school"
    guide = _who_rides(solution, run, names, plan)
    early = _fetching(problem, solution, run, plan)
    leaves = f"{clock_text(run.start - early)}, to fetch the guide from home first" if early else clock_text(run.start)
    top = _facts(
        (
            ("Vehicle", run.vehicle),
            ("Operator", run.operator),
            ("School", run.school),
            ("Leaves", leaves),
            ("Finishes", clock_text(run.finish)),
            ("Guide", guide),
            ("Guide boards", f"{clock_text(run.need_from)} at {_first(run, needs)}"),
        )
    )
    rows = [
        (
            str(order),
            clock_text(stop.at),
            needs[stop.child].initials if stop.child in needs else stop.child,
            needs[stop.child].address if stop.child in needs else stop.place,
            needs[stop.child].equipment if stop.child in needs else "",
            needs[stop.child].must_know if stop.child in needs else "",
            needs[stop.child].handover if stop.child in needs else "",
        )
        for order, stop in enumerate(run.stops, 1)
    ]
    heads = ("Order", "Time", "Child", "Where", "Equipment", "Must know", "Handed over to")
    steps = (
        "<h3>In an emergency</h3><ol><li>Stop safely and ring 999.</li><li>Stay with the children.</li>"
        "<li>Ring the transport desk, then the school.</li></ol>"
    )
    table = _table(f"Children on run {run.id}, in order", heads, rows)
    return (
        f"<section><h2>Run {escape(run.id)} {way}, {long_date(problem.day)}</h2>{top}{table}{sketch}{steps}</section>"
    )


def _first(run: Run, needs: Mapping[str, CrewNeeds]) -> str:
    """Return where a run begins, as the crew knows it: the first child's door in the morning, the school after it."""
    if run.direction is Direction.AM and run.stops and run.stops[0].child in needs:
        return needs[run.stops[0].child].address or run.first_place
    return run.first_place


def _fetching(problem: GuidesProblem, solution: GuidesSolution, run: Run, plan: CoverPlan | None) -> int:
    """Return how many seconds earlier the vehicle leaves because it fetches its guide, whoever rides today."""
    for cover in plan.covers if plan is not None else ():
        if cover.run == run.id:
            fetched = cover.mode is Mode.COLLECTED and cover.who in problem.guide
            return int(reaching.detour_to_fetch(problem, problem.guide[cover.who], run)) if fetched else 0
    for each in solution.assignments:
        if each.run == run.id and each.mode is Mode.COLLECTED:
            return int(each.detour)
    return 0


def _who_rides(solution: GuidesSolution, run: Run, names: Mapping[str, str], plan: CoverPlan | None) -> str:
    usual = solution.holder.get(run.id)
    if plan is not None:
        if any(gap.run == run.id for gap in plan.cancelled):
            return "CANCELLED today: do not go"
        if run.id in plan.without:
            return "nobody today"
        for cover in plan.covers:
            if cover.run == run.id:
                return f"{names.get(cover.who, cover.who)} (today only: {cover.step.value})"
    return names.get(usual, usual) if usual is not None else "nobody"


def guide_roster(
    problem: GuidesProblem,
    solution: GuidesSolution,
    *,
    guide_names: Mapping[str, str] | None = None,
    notice: str = FICTION,
) -> str:
    """Return the guide roster as a complete HTML page: who is where, by when, for how many children; no child named."""
    names = guide_names or {}
    rows = []
    for each in sorted(solution.assignments, key=lambda a: (a.guide, problem.run[a.run].need_from, a.run)):
        run = problem.run[each.run]
        backups = " then ".join(names.get(guide, guide) for guide in solution.named.get(run.id, ()))
        rows.append(
            (
                names.get(each.guide, each.guide),
                run.id,
                "to school" if run.direction is Direction.AM else "from school",
                clock_text(run.need_from),
                run.first_place,
                each.mode.value,
                clock_text(run.need_until),
                str(len(run.stops)),
                backups,
            )
        )
    heads = ("Guide", "Run", "Direction", "Be there by", "Where", "How", "Until", "Children", "If away, ask")
    table = _table(f"Guide roster, {long_date(problem.day)}", heads, rows)
    gaps = [(each.run, each.sentence) for each in solution.uncovered]
    left = _table("Runs without a guide, and why", ("Run", "Why"), gaps) if gaps else "<p>Every run has its guide.</p>"
    return _page("Guide roster", table + left, notice)


def call_list(
    plan: CoverPlan,
    *,
    day: date,
    families: Mapping[str, Family] | None = None,
    notice: str = FICTION,
) -> str:
    """Return families to ring, in pick-up order, with what to say and a box to tick: a complete HTML page."""
    known = families or {}
    rows = [
        (
            clock_text(call.due),
            known[call.child].child if call.child in known else call.child,
            ", ".join(known[call.child].phones) if call.child in known else "",
            known[call.child].language if call.child in known else "",
            call.run,
            call.text,
            "☐",
        )
        for call in plan.calls
    ]
    heads = ("Pick-up", "Child", "Ring", "Language", "Run", "Say", "Told")
    body = _table(f"Ring in this order, {long_date(day)}", heads, rows) if rows else "<p>Nobody needs a call.</p>"
    return _page("Families to ring", body, notice)


def cover_texts(plan: CoverPlan, *, guide_names: Mapping[str, str] | None = None) -> str:
    """Return the messages to guides as plain text, one paragraph each, ready to paste."""
    names = guide_names or {}
    return "\n\n".join(f"To {names.get(each.guide, each.guide)}: {each.text}" for each in plan.texts)


def clock_text(seconds: int) -> str:
    """Return seconds after midnight as 07:45."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def long_date(day: date) -> str:
    """Return a date as Tue 28 Jan 2020, whatever the machine's language."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{days[day.weekday()]} {day.day} {months[day.month - 1]} {day.year}"


def _facts(pairs: Iterable[tuple[str, str]]) -> str:
    inner = "".join(f"<tr><th scope='row'>{escape(key)}</th><td>{escape(value)}</td></tr>" for key, value in pairs)
    return f"<table><caption>The run</caption><tbody>{inner}</tbody></table>"


def _table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(each)}</th>" for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    inner = f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div class='wide' tabindex='0' role='region' aria-label='{escape(caption)}'>{inner}</div>"


def _page(title: str, body: str, notice: str) -> str:
    return (
        "<!doctype html><html lang='en-GB'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><a class='skip' href='#main'>Skip to the sheets</a><header><h1>{escape(title)}</h1>"
        f"<p>{escape(notice)} Keep safe and destroy after use.</p></header><main id='main'>{body}</main></body></html>"
    )
