"""Turns pupils in or waiting for bases, and the bases, into a places problem."""

from collections import Counter

from data.issues import Issue, Level
from data.problems.atlas import Atlas, atlas
from data.problems.built import Built
from data.records import City
from data.records.pupils import Pupil
from data.records.schools import Base
from data.travel.crow import Estimate
from data.travel.source import Band, TravelSource
from optimiser.core.units import Pence, pounds
from optimiser.places import problem as places

LAST_YEARS = (11, 14)
"""The year groups in which a pupil may leave: the end of Key Stage 4, and of a plan for a young person."""
PHASES = {
    "nursery": (places.Phase.EARLY,),
    "primary": (places.Phase.PRIMARY,),
    "secondary": (places.Phase.SECONDARY,),
    "post-16": (places.Phase.POST_16,),
    "all-through": (places.Phase.PRIMARY, places.Phase.SECONDARY),
}
STATES = {"open": places.BaseStatus.OPEN, "closing": places.BaseStatus.OPEN, "candidate": places.BaseStatus.CANDIDATE}


def build(
    city: City,
    travel: TravelSource | None = None,
    *,
    year_names: tuple[str, ...] = ("2020/21",),
    prices: places.Prices | None = None,
    policy: places.Policy | None = None,
    outside: Pence | None = None,
) -> Built[places.Problem]:
    """Return the places problem of a city: the pupils in a base or needing one, and every base not closed.

    ``outside`` is a year's cost of a place elsewhere; the city's setting when not given. Without a policy, nobody loses
    the base attended now while it stays open.
    """
    elsewhere = pounds(city.settings.outside_place) if outside is None else outside
    source = travel or Estimate()
    where = atlas(city)
    left: list[Issue] = []
    years = len(year_names)
    bases = tuple(_base(row, where, years, left) for row in city.bases if row.status != "closed")
    kept = tuple(base for base in bases if base is not None)
    known = {base.id for base in kept}
    seekers = [pupil for pupil in city.pupils if pupil.base or pupil.wants_base]
    pupils = tuple(each for row in seekers if (each := _pupil(row, where, known, years, elsewhere, left)) is not None)
    spots = {base.place for base in kept} | {pupil.home for pupil in pupils}
    problem = places.Problem(
        pupils=pupils,
        bases=kept,
        travel=where.matrix(source, spots, Band.MORNING),
        year_names=year_names,
        prices=prices or places.Prices(),
        policy=policy or places.Policy(moving_allowed=False),
    )
    provenance = {row.id: row.cell for rows in (seekers, city.bases) for row in rows}
    return Built(problem, provenance, tuple(left), (problem.travel.source,), where.lat_lon())


def years_needed(year: int | None, *, years: int) -> int:
    """Return for how many years of the plan a pupil now in a year group needs a place, moving up through the phases.

    A pupil in Year 11 or below needs one to the end of Year 11, the base changing with the phase; one in Year 12 or
    above to the end of Year 14. Without a year group the need lasts as long as the plan.
    """
    if year is None:
        return years
    last = next((each for each in LAST_YEARS if year <= each), year)
    return min(years, last - year + 1)


def look_at(city: City) -> tuple[Issue, ...]:
    """Return what a person should look at before trusting a plan of places: it is planned as it stands."""
    found: list[Issue] = []
    roll = Counter(pupil.base for pupil in city.pupils if pupil.base)
    groups = Counter((pupil.base, pupil.year) for pupil in city.pupils if pupil.base and pupil.year is not None)
    needs = {
        need for pupil in city.pupils if pupil.base or pupil.wants_base for need in (pupil.need, pupil.second_need)
    }
    rows = [row for row in city.bases if row.status != "closed"]
    mixed = {row.empty_rate is None for row in rows} == {True, False}
    for row in rows:
        if roll[row.id] > row.places:
            wrong = f"{roll[row.id]} pupils are in {row.places} commissioned places"
            found.append(_look(row, "places-below-roll", wrong, "Check both; those there already may stay, at a price"))
        fullest = max((count for (base, _), count in groups.items() if base == row.id), default=0)
        if row.year_group_max is not None and fullest > row.year_group_max:
            wrong = f"{fullest} pupils are in one year group, which takes {row.year_group_max}"
            found.append(_look(row, "year-group-above-limit", wrong, "Check both; those there already may stay"))
        if not {row.need, *row.other_needs} & needs:
            wrong = f"it is designated for {', '.join((row.need, *row.other_needs))}, which no pupil here has"
            found.append(_look(row, "designation-nobody-has", wrong, "Check the need, or look at what the base is for"))
        if mixed and row.empty_rate is not None:
            wrong = "it has a rate for an empty place and other bases have none, so their costs are on two bases"
            found.append(_look(row, "mixed-cost-basis", wrong, "Give every base one, or none; the plan uses none"))
    return tuple(found)


def _look(row: Base, rule: str, wrong: str, remedy: str) -> Issue:
    return Issue(rule, f"{row.id}: {wrong}", remedy, row.sheet, row.row, level=Level.LOOK)


def _skip(row: Pupil | Base, rule: str, wrong: str, remedy: str, left: list[Issue]) -> None:
    left.append(Issue(rule, f"{row.id} is not planned: {wrong}", remedy, row.sheet, row.row, level=Level.LOOK))


def _base(row: Base, where: Atlas, years: int, left: list[Issue]) -> places.Base | None:
    place = where.place("school", row.school)
    if place is None:
        _skip(row, "no-such-place", "its school cannot be placed", "Give the school a postcode that exists", left)
        return None
    return places.Base(
        id=row.id,
        school=row.school,
        place=place,
        area=row.area,
        needs=(row.need, *(need for need in row.other_needs if need != row.need)),
        phases=PHASES[row.phase],
        commissioned=(row.places,) * years,
        place_rate=Pence(row.rate),
        top_up=Pence(row.top_up or 0),
        empty_rate=None if row.empty_rate is None else Pence(row.empty_rate),
        physical_max=row.physical_max,
        year_group_max=row.year_group_max,
        quality=100 if row.quality is None else round(row.quality),
        track=places.Track(row.type),
        status=STATES[row.status],
        lowest_year=row.lowest_year,
        highest_year=row.highest_year,
        may_close=row.may_close,
    )


def _pupil(
    row: Pupil, where: Atlas, known: set[str], years: int, outside: Pence, left: list[Issue]
) -> places.Pupil | None:
    home = where.place("pupil", row.id)
    if home is None:
        _skip(
            row,
            "no-such-place",
            "the home cannot be placed",
            "Correct the postcode, or give easting and northing",
            left,
        )
        return None
    year = 0 if row.year is None else row.year
    phase = places.phase_of_year(year)
    return places.Pupil(
        id=row.id,
        need=row.need,
        home=home,
        area=row.area or "",
        phase=phase,
        outside=outside,
        year_group=row.year,
        years_left=years_needed(row.year, years=years),
        current=row.base if row.base in known else None,
        preferences=tuple(base for base in row.base_choices if base in known),
        sibling_base=row.sibling_base if row.sibling_base in known else None,
        named_base=row.named_base if row.named_base in known else None,
        second_needs=(row.second_need,) if row.second_need else (),
        sensitive=row.sensitivity == "high",
        groups=() if row.deprivation is None else (("deprivation", str(row.deprivation)),),
    )
