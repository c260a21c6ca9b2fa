"""A roster's calendar files and the numbers under which they were sent, so that the next roster updates them."""

import io
import json
import zipfile
from typing import Any

from service.optimisers.jobs import JSON, ZIP, Job
from service.runs import Made

SENT = "meetings.sequences.json"
FOLDERS = {"person": "people", "school": "schools", "venue": "venues"}


def calendar_files(problem: Any, solution: Any, *, previous: Any, job: Job) -> list[Made]:
    """Return a zip of calendar files, one a person, school and venue, and the sequence number sent for each meeting.

    ``previous`` is the roster that this one follows, or None: what moved since is sent again one number higher, and
    what fell away is cancelled.
    """
    from data.writing import calendar

    sent = json.loads(job.before.get(SENT, "{}")) if previous is not None else {}
    feeds = calendar.feeds(
        problem, solution, previous=previous, sequences=sent, names=_names(job), people=True, notice=job.notice
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for feed in feeds:
            owner, _, name = feed.name.partition("-")
            out.writestr(f"{FOLDERS[owner]}/{_safe(name)}.ics", feed.content)
    numbers = {**sent, **calendar.next_sequences(solution, previous=previous, sequences=sent)}
    return [
        Made("meetings.calendars.zip", "Calendar files, one a person, school and venue", ZIP, packed.getvalue()),
        Made(SENT, "Numbers under which the invitations were sent", JSON, json.dumps(numbers).encode("utf-8")),
    ]


def _names(job: Job) -> dict[str, str]:
    return {each.id: f"{each.name} ({each.id})" for each in (*job.city.schools, *job.city.venues)}


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
