"""Puts a made-up city together: schools, bases, children, vehicles, guides, teams and diary."""

from datetime import date, timedelta
from pathlib import Path

from data.postcodes import shipped
from data.reading import official
from data.records.city import City, NoteRow
from data.records.schools import School
from data.records.settings import Settings
from data.records.transport import LogEntry, Run, Waiting
from data.synthetic import crew, papers, reserves, team
from data.synthetic.children import make_children
from data.synthetic.estate import make_estate
from data.synthetic.fleet import make_fleet
from data.synthetic.homes import Homes
from data.synthetic.size import Size, chances, size_named

HANDSWORTH = (405400.0, 290100.0)
"""The middle of Handsworth, in metres."""


def make(size: str, seed: int = 0, *, official: Path | str | None = None) -> City:
    """Return a made-up city: ``size`` small, medium or full, the same for the same seed.

    With ``official``, a folder of published files, the schools are the real ones and homes are drawn from postcodes in
    use; without it only Handsworth's schools are real. Children, homes, guides, staff and vehicles are always invented.
    Raises DataError for an unknown size and OfficialFileWrong for a folder that lacks the files.
    """
    chosen = size_named(size)
    folder = None if official is None else Path(official)
    everywhere = Homes.of(_postcodes(folder))
    middle = HANDSWORTH if chosen.name == "small" else None
    homes = everywhere.within(chosen.areas, middle, 4000.0 if middle else 0.0)
    settings = Settings()
    estate = make_estate(chosen, seed, homes, folder)
    pupils = make_children(chosen, seed, estate, homes)
    at = {code: row for row, code in enumerate(homes.postcodes)}
    points = [(int(homes.eastings[at[p.postcode]]), int(homes.northings[at[p.postcode]])) for p in pupils]
    fleet = make_fleet(chosen, seed, pupils, points, estate)
    runs, guides, training, absences = crew.make_crew(chosen, seed, fleet.runs, fleet.pupils, homes, settings)
    operators, schools = reserves.give_crews(fleet.operators, estate.schools, seed)
    staff, leave = team.make_staff(chosen, seed)
    seekers = [pupil.id for pupil in fleet.pupils if pupil.base or pupil.wants_base]
    return City(
        title=f"{chosen.title} (fictional example, seed {seed})",
        fictional=True,
        settings=settings,
        schools=_attached(schools, chosen),
        bases=estate.bases,
        pupils=tuple(fleet.pupils),
        operators=operators,
        vehicles=reserves.give_spares(fleet.vehicles, seed, homes),
        runs=runs,
        run_log=_log(chosen, seed, runs, estate.schools),
        waiting=_waiting(chosen, seed),
        guides=guides,
        training=training,
        absences=absences,
        staff=staff,
        leave=leave,
        venues=team.make_venues(chosen, seed, homes),
        calendar=team.make_calendar(),
        meeting_types=team.make_types(chosen),
        meetings=team.make_meetings(),
        panels=team.make_panels(chosen),
        panel_cases=team.make_cases(chosen, seed, seekers),
        notes=tuple(
            NoteRow(id=ref, about=about, note=note, source="council papers, 2020") for ref, about, note in papers.NOTES
        ),
    )


def _postcodes(folder: Path | None) -> object:
    return shipped() if folder is None else official.postcodes(folder)


def _attached(schools: tuple[School, ...], size: Size) -> tuple[School, ...]:
    """Return the schools with their educational psychologist; in the pilot one lead saw them all."""
    found, number = [], dict.fromkeys(size.areas, 0)
    for school in schools:
        if school.type not in ("mainstream", "academy"):
            found.append(school)
            continue
        number[school.area] += 1
        who = 1 if size.name == "small" else 1 + number[school.area] % 8
        found.append(school.model_copy(update={"psychologist": f"EP-{school.area[0]}{who}"}))
    return tuple(found)


def _log(size: Size, seed: int, runs: tuple[Run, ...], schools: tuple[School, ...]) -> tuple[LogEntry, ...]:
    """Return invented mornings and afternoons: mostly on time, a few late, one in a hundred cancelled."""
    rng = chances(seed, "log")
    by_id = {school.id: school for school in schools}
    causes = ("guide", "driver", "vehicle", "traffic")
    rows = []
    for step in range(size.log_days):
        day = date(2020, 1, 20) + timedelta(days=step)
        for run in runs:
            school = by_id[run.school]
            for trip, planned in (("morning", (school.bell or 0) - 600), ("afternoon", (school.finish or 0) + 600)):
                cancelled = rng.random() < 0.01
                late = max(-600, int(rng.normal(60, 300))) // 60 * 60
                why = causes[int(rng.integers(4))] if cancelled or late > 600 else None
                state, actual = ("cancelled", None) if cancelled else ("ran", planned + late)
                rows.append(
                    LogEntry(day=day, run=run.id, trip=trip, planned=planned, actual=actual, status=state, cause=why)
                )
    return tuple(rows)


def _waiting(size: Size, seed: int) -> tuple[Waiting, ...]:
    rng = chances(seed, "waiting")
    rows = []
    counts = (
        ("referral", "TR", size.referrals),
        ("stage one appeal", "A1", size.appeals[0]),
        ("stage two appeal", "A2", size.appeals[1]),
    )
    for queue, prefix, count in counts:
        for number in range(1, count + 1):
            received = date(2020, 1, 24) - timedelta(days=int(rng.exponential(20)))
            rows.append(Waiting(id=f"{prefix}{number:03d}", queue=queue, received=received))
    return tuple(rows)
