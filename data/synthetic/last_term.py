"""Last term's runs: lawful, planned by hand for September 2019, and gone a little stale by the end of January 2020.

A new operator took over most runs in September 2019 (``../shared/reference/domain.md``, section 3), so that is when the
runs were planned. What has happened to them since:

1. The children of the summer's rolls were put on vehicles by a clerk, school by school, every ride limit and seat kept.
   Each run was let to the cheapest operator who bid for it (half of them bid for a run; assumed).
2. Children came, left and moved house: 30, 25 and 40 a month in 4,250, three times as many in September (section 10,
   where they are assumed). A vehicle keeps its size when children leave it, and goes on for whoever is left.
3. Whoever came was put into the vehicle that it delayed least, if by no more than ten minutes, the most that nobody
   need be told of: one with a free seat, or else one exchanged for a larger. Otherwise a car was bought in a hurry.

A ride limit of a child's own agreed since September, one in ten, was not looked at; hence the few breaches.

The full city comes to some 1,050 runs. The published counts are 600 for over 4,250 children in 2018/19, 757 in
September 2020 and over 1,000 for about 4,000 in September 2021; at the published speeds, and one school to a vehicle,
757 would break the ride limits of one run in three.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.records.pupils import Pupil
from data.records.settings import Settings
from data.synthetic.clerk import Clerk, Kind, Party
from data.synthetic.estate import Estate

MONTHS = 3 + 4
"""September 2019, which counts three times, and the four ordinary months to January 2020."""

COME, LEFT, MOVED = (MONTHS * each / 4250 for each in (30, 25, 40))
"""Children who came, left and moved house since the plan was made, as shares of those carried."""

LATE_LIMITS = 0.1
"""The share of the children's own ride limits that were agreed after the plan was made; assumed."""

NEARBY = 700.0
"""Metres, east and north, between one who left and one who stayed: the spread of a neighbourhood; assumed."""

SPARE = 10
"""Seconds kept in hand on every ride, for postcodes rounded to the metre."""


@dataclass(frozen=True)
class LastRun:
    """A run of last term: its school, its kind of vehicle, and its children in pick-up order."""

    school: str
    kind: str
    members: tuple[int, ...]


def last_term(
    pupils: Sequence[Pupil], points: Sequence[tuple[int, int]], estate: Estate, kinds: Mapping[str, Kind],
    rng: np.random.Generator,
) -> list[LastRun]:  # fmt: skip
    """Return last term's runs of every school; ``points`` are the pupils' homes in metres, in the same order."""
    riders: dict[str, list[int]] = defaultdict(list)
    for at, pupil in enumerate(pupils):
        if pupil.transport == "vehicle" and pupil.school:
            riders[pupil.school].append(at)
    found = []
    for school, members in sorted(riders.items()):
        parties = [_party(ats, pupils, points, rng) for ats in _collected_together(members, pupils)]
        came = rng.random(len(parties)) < COME + MOVED
        gone = _since_left([p for p, new in zip(parties, came, strict=True) if not new], len(members), rng)
        clerk = Clerk(estate.points[school], [*parties, *gone], kinds)
        there = [at for at in range(len(parties) + len(gone)) if at >= len(parties) or not came[at]]
        rounds = clerk.plan(there)
        for each in rounds:
            each.parties = [at for at in each.parties if at < len(parties)]
        rounds = [each for each in rounds if each.parties]
        for at in rng.permutation(np.flatnonzero(came)):
            clerk.squeeze_in(rounds, int(at))
        for each in rounds:
            order = tuple(child for at in reversed(each.parties) for child in parties[at].members)
            found.append(LastRun(school, each.kind, order))
    return found


def _collected_together(members: Sequence[int], pupils: Sequence[Pupil]) -> list[list[int]]:
    """Return the children of a school, those who must ride together as one."""
    row = {pupils[at].id: at for at in members}
    head = {at: at for at in members}
    for at in members:
        for other in pupils[at].together:
            if other in row:
                head[at] = head[row[other]]
    grouped: dict[int, list[int]] = defaultdict(list)
    for at in members:
        grouped[head[at]].append(at)
    return list(grouped.values())


def _party(
    ats: Sequence[int], pupils: Sequence[Pupil], points: Sequence[tuple[int, int]], rng: np.random.Generator
) -> Party:
    people = [pupils[at] for at in ats]
    chairs = sum(pupil.wheelchair in ("manual", "powered") for pupil in people)
    east, north = points[ats[0]]
    return Party(
        members=tuple(ats),
        east=east,
        north=north,
        boarding=round(60 * sum(Settings().boarding_minutes(pupil.wheelchair) for pupil in people)),
        limit=min(_limit(pupil, rng) for pupil in people),
        seats=len(people) - chairs,
        chairs=chairs,
        guided=any(pupil.guide != "no" for pupil in people),
        sole=any(pupil.sole for pupil in people),
        apart=frozenset(other for pupil in people for other in pupil.apart),
        ids=frozenset(pupil.id for pupil in people),
    )


def _limit(pupil: Pupil, rng: np.random.Generator) -> int:
    """Return the longest ride, in seconds, that whoever made the plan knew of."""
    settings = Settings()
    primary = pupil.year is None or pupil.year <= 6
    minutes = settings.ride_limit_primary if primary else settings.ride_limit_secondary
    if pupil.max_minutes is not None and rng.random() >= LATE_LIMITS:
        minutes = pupil.max_minutes
    return round(60 * minutes) - SPARE


def _since_left(old: Sequence[Party], riders: int, rng: np.random.Generator) -> list[Party]:
    """Return the children who have left or moved house since, each near one who stayed."""
    found = []
    for _ in range(int(rng.binomial(riders, LEFT + MOVED)) if old else 0):
        near = old[int(rng.integers(len(old)))]
        east, north = near.east + rng.normal(0, NEARBY), near.north + rng.normal(0, NEARBY)
        found.append(Party((), east, north, round(60 * Settings().board_walking), near.limit, guided=near.guided))
    return found
