"""Paper for schools: a leaflet a consortium, an invitation a school, what to expect, and attendance sheets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from html import escape

from data.writing.runsheets import long_date
from optimiser.meetings.problem import AT_SCHOOL, Problem
from optimiser.meetings.solution import Booking, Solution

ROLE_WORDS = {
    "EP": "educational psychologist",
    "AT": "advisory teacher",
    "SLT": "speech and language therapist",
    "OT": "occupational therapist",
    "PLO": "parent link officer",
}
_STYLE = (
    "body{font:12pt/1.45 Arial,sans-serif;color:#000;background:#fff;margin:1.5cm}h1{font-size:20pt}h2{font-size:14pt}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;padding:.3em 0}"
    "th,td{border:1px solid #000;padding:.35em .5em;text-align:left;vertical-align:top}"
    "thead{display:table-header-group}tr{page-break-inside:avoid}"
    "section{page-break-after:always}section:last-of-type{page-break-after:auto}@page{margin:1.5cm}"
)


def leaflet(problem: Problem, solution: Solution, *, names: Mapping[str, str], notice: str) -> str:
    """Return one page for each consortium: when and where each of its schools is met, as a complete HTML page.

    ``names`` are what to call schools and venues, by id. A school not met stands at the end with the reason.
    """
    groups: dict[str, list[Booking]] = defaultdict(list)
    for each in solution.bookings:
        groups[problem.school[problem.meeting[each.meeting].school].consortium or "Schools"].append(each)
    waiting: dict[str, list[str]] = defaultdict(list)
    for item in solution.unbooked:
        school = problem.school[problem.meeting[item.meeting].school]
        waiting[school.consortium or "Schools"].append(f"{names.get(school.id, school.id)}: {item.sentence}")
    sections = []
    for consortium in sorted({*groups, *waiting}):
        rows = [
            (long_date(each.day), _time(each.start), names.get(_school(problem, each), _school(problem, each)),
             _where(each, names), _roles(problem, each))
            for each in sorted(groups[consortium], key=lambda one: (one.day, one.start, one.meeting))
        ]  # fmt: skip
        late = "".join(f"<li>{escape(each)}</li>" for each in waiting[consortium])
        sections.append(
            f"<section><h1>{escape(problem.title)}</h1><h2>{escape(consortium)}</h2>"
            "<p>Every school is invited to meet its locality team: what works, what is stuck, and what to do next. "
            "The meeting does not use up the school's traded hours.</p>"
            + _table("When and where", ("Day", "Time", "School", "Place", "Who comes"), rows)
            + (f"<h2>Still to be arranged</h2><ul>{late}</ul>" if late else "")
            + "</section>"
        )
    return _page(f"{problem.title}: leaflet", sections, notice)


def invitations(problem: Problem, solution: Solution, *, names: Mapping[str, str], notice: str) -> str:
    """Return a letter for each school with its time, place, who comes, what to bring and how to change it."""
    sections = []
    for each in sorted(solution.bookings, key=lambda one: (one.day, one.start, one.meeting)):
        school, kind = _school(problem, each), problem.kind[problem.meeting[each.meeting].kind]
        sections.append(
            f"<section><h1>{escape(kind.title)}</h1><p>To the head teacher and the SENCo of "
            f"{escape(names.get(school, school))}</p>"
            + _table("Your meeting", ("What", ""), (
                ("Day", long_date(each.day)),
                ("Time", f"{_time(each.start)} to {_time(each.start + kind.seconds)}"),
                ("Place", _where(each, names)),
                ("Who comes from us", _roles(problem, each)),
                ("Please bring", "the SEND Support Provision Plan of each pupil you want to talk about"),
                ("Consent", "ask each parent before the meeting; without it we talk about no pupil by name"),
                ("To change it", f"reply to the locality coordinator, quoting {each.meeting}"),
            )) + "</section>"
        )  # fmt: skip
    return _page("Invitations", sections, notice)


def what_to_expect(problem: Problem, *, notice: str) -> str:
    """Return the sheet that tells schools what happens before, at and after a meeting of each kind."""
    sections = []
    for kind in problem.kinds:
        must = [_role(need.role) for need in kind.roles if need.required]
        may = [_role(need.role) for need in kind.roles if not need.required]
        minutes = kind.seconds // 60
        wanted = f" When possible: {', '.join(may)}." if may else ""
        before = (
            f"You are told at least {kind.notice_days} working days ahead.",
            "Agree with your head teacher which questions matter most; bring no more than you can talk through.",
            "Ask parents for consent for each pupil you want to name.",
            "If the time does not suit, say so at once: the team looks for the change that moves fewest other schools.",
        )
        during = (
            f"It lasts {minutes} minutes.",
            f"These come: {', '.join(must) or 'one of the team'}.{wanted}",
            "First strategy for the school as a whole, then pupils you are stuck on.",
            "Each action gets a name and a date before you part.",
        )
        after = (
            "You receive the actions in writing. Some may go to a panel; each of those has a named lead professional.",
            "If you could not come, you are offered a catch-up slot late in the round.",
            "We ask how useful it was; it takes a minute.",
        )
        sections.append(
            f"<section><h1>{escape(kind.title)}: what to expect</h1>"
            + "".join(
                f"<h2>{title}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
                for title, lines in (("Before", before), ("At the meeting", during), ("Afterwards", after))
            )
            + "</section>"
        )
    return _page("What to expect", sections, notice)


def attendance_sheets(problem: Problem, solution: Solution, *, names: Mapping[str, str], notice: str) -> str:
    """Return a sheet for each day and place on which to note who came and what was agreed."""
    groups: dict[tuple[date, str], list[Booking]] = defaultdict(list)
    for each in solution.bookings:
        groups[each.day, _where(each, names)].append(each)
    sections = []
    for (day, where), held in sorted(groups.items()):
        rows = [
            (_time(each.start), each.meeting, names.get(_school(problem, each), _school(problem, each)), "", "", "",
             "", "")
            for each in sorted(held, key=lambda one: (one.start, one.meeting))
        ]  # fmt: skip
        heads = ("Time", "Meeting", "School", "Came", "SENCo", "Head", "Rating 1 to 5", "Actions: what, who, by when")
        sections.append(f"<section><h1>{escape(long_date(day))}</h1>{_table(where, heads, rows)}</section>")
    return _page("Attendance and actions", sections, notice)


def _school(problem: Problem, booking: Booking) -> str:
    return problem.meeting[booking.meeting].school


def _where(booking: Booking, names: Mapping[str, str]) -> str:
    if booking.venue == AT_SCHOOL:
        return "At the school"
    return f"{names.get(booking.venue, booking.venue)}" + (f", room {booking.room}" if booking.room else "")


def _role(role: str) -> str:
    return ROLE_WORDS.get(role, role)


def _roles(problem: Problem, booking: Booking) -> str:
    return ", ".join(_role(problem.person[person].role) for person in booking.people)


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _table(caption: str, heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _page(title: str, sections: Iterable[str], notice: str) -> str:
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>{''.join(sections)}</main>"
        f"<footer><p>{escape(notice)}</p></footer></body></html>"
    )
