"""Invented guides: homes near their first child, checks and skills, and an autumn of absences."""

from collections import defaultdict
from datetime import date, timedelta

import numpy as np

from data.records.guides import Absence, Guide, Training
from data.records.pupils import Pupil
from data.records.settings import Settings
from data.records.transport import Run
from data.synthetic.homes import Homes
from data.synthetic.size import FICTION, Size, chances

HISTORY = (date(2019, 9, 2), date(2020, 1, 24))
"""The first and last day of the absence record."""

SPELL = 2.5
"""Average length of an absence in school days; assumed."""

SKILLS = {
    "epilepsy": 0.18,
    "moving and handling": 0.3,
    "positive behaviour support": 0.25,
    "Makaton": 0.15,
    "wheelchair": 0.3,
}
TRAINED = {"standby": 0.85, "relief": 0.5}
"""The chance that a guide without a route of their own holds each skill that some route needs; assumed, since they are
kept to step in."""

CLOSED = ((date(2019, 10, 28), date(2019, 11, 1)), (date(2019, 12, 21), date(2020, 1, 5)))


def make_crew(
    size: Size, seed: int, runs: tuple[Run, ...], pupils: list[Pupil], homes: Homes, settings: Settings
) -> tuple[tuple[Run, ...], tuple[Guide, ...], tuple[Training, ...], tuple[Absence, ...]]:
    """Return the runs with their guides named, the guides, their checks and skills, and their absences."""
    rng = chances(seed, "crew")
    child = {pupil.id: pupil for pupil in pupils}
    at = {code: row for row, code in enumerate(homes.postcodes)}
    guided = [run.id for run in runs if any(child[each].guide != "no" for each in run.pupils)]
    held: dict[str, str] = {run: f"G{number:03d}" for number, run in enumerate(guided[: size.guides], start=1)}
    named = tuple(run.model_copy(update={"guide": held.get(run.id)}) for run in runs)
    people, training = [], []
    asked = sorted({skill for run in named if run.guide for each in run.pupils for skill in child[each].competences})
    route = {guide: run for run in named if (guide := run.guide)}
    for number in range(1, size.guides + 1):
        ref = f"G{number:03d}"
        run = route.get(ref)
        near = (
            homes.postcodes[int(rng.integers(len(homes.postcodes)))] if run is None else child[run.pupils[0]].postcode
        )
        spot = at.get(near, int(rng.integers(len(homes.postcodes))))
        row = homes.near(rng, float(homes.eastings[spot]), float(homes.northings[spot]), reach=1200.0, count=1)[0]
        standby = run is None and number <= len(held) + round(size.guides * 0.1)
        needed = set() if run is None else {skill for each in run.pupils for skill in child[each].competences}
        if run is None:
            share = TRAINED["standby" if standby else "relief"]
            needed = {skill for skill in asked if rng.random() < share}
        people.append(_guide(ref, homes, row, rng, relief=run is None and not standby, standby=standby))
        training += _training(ref, needed, rng)
    return named, tuple(people), tuple(training), tuple(_absences(people, rng, settings))


def _guide(ref: str, homes: Homes, row: int, rng: np.random.Generator, *, relief: bool, standby: bool) -> Guide:
    part_time = relief and rng.random() < 0.4
    return Guide(
        id=ref,
        postcode=homes.postcodes[row],
        area=str(homes.areas[row]),
        mode=("car", "bus", "walk")[int(rng.choice(3, p=[0.35, 0.5, 0.15]))],
        days=tuple(sorted(rng.choice(5, size=3, replace=False).tolist())) if part_time else (0, 1, 2, 3, 4),
        earliest=6 * 3600 + 900 * int(rng.integers(0, 3)),
        latest=17 * 3600 + 1800,
        hours=float(rng.choice([4.0, 4.5, 5.0])),
        relief=relief,
        standby=standby,
        pay=5000,
        collected=bool(rng.random() < 0.7),
        start=date(2019, 9, 2) if rng.random() < 0.2 else date(2016, 9, 5),
        fictional=FICTION,
    )


def _training(ref: str, needed: set[str], rng: np.random.Generator) -> list[Training]:
    found = []
    extra = {skill for skill, share in SKILLS.items() if rng.random() < share}
    for name in ("DBS", "safeguarding", "first aid", *sorted(needed | extra)):
        years = 3
        issued = date(2017, 3, 1) + timedelta(days=int(rng.integers(0, 1000)))
        expires = issued + timedelta(days=365 * years)
        if expires < date(2020, 2, 10) and (name in needed or rng.random() < 0.97):
            issued += timedelta(days=700)
            expires += timedelta(days=700)
        found.append(Training(guide=ref, training=name, issued=issued, expires=expires))
    return found


def _absences(people: list[Guide], rng: np.random.Generator, settings: Settings) -> list[Absence]:
    days = [HISTORY[0] + timedelta(days=step) for step in range((HISTORY[1] - HISTORY[0]).days + 1)]
    days = [day for day in days if day.weekday() < 5 and not any(first <= day <= last for first, last in CLOSED)]
    factor = {0: settings.guide_absence_monday, 4: settings.guide_absence_friday}
    spells: dict[str, list[Absence]] = defaultdict(list)
    for person in people:
        own = rng.gamma(3.0, 1 / 3.0)
        worked = [day for day in days if day.weekday() in person.days]
        step = 0
        while step < len(worked):
            winter = worked[step] >= date(2020, 1, 6) or worked[step] >= date(2019, 12, 9)
            rate = (settings.guide_absence_winter if winter else settings.guide_absence) / 100
            if rng.random() < min(0.5, own * rate * factor.get(worked[step].weekday(), 1.0) / SPELL):
                length = int(rng.geometric(1 / SPELL))
                last = worked[min(step + length, len(worked)) - 1]
                spells[person.id].append(Absence(guide=person.id, first=worked[step], last=last))
                step += length
            step += 1
    return [each for person in people for each in spells[person.id]]
