"""Panels: who sits for each service at each sitting, which weeks cannot be staffed and why, and cases on agendas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment

SERVICES = (
    "educational psychology",
    "advisory services",
    "looked after children",
    "early years",
    "post-16",
    "health",
    "social care",
    "SEN administration",
    "home to school transport",
)
"""The nine services at each locality panel, as the council's papers list them."""
AREAS = ("East", "North", "South", "West")


@dataclass(frozen=True, slots=True)
class Member:
    """A person who may sit for a service; ``areas`` empty means any, ``away`` are days off, alternates come last."""

    id: str
    service: str
    areas: frozenset[str] = frozenset()
    away: frozenset[date] = frozenset()
    alternate: bool = False


@dataclass(frozen=True, slots=True)
class Sitting:
    """One panel sitting; ``wave`` 0 is 09:00 and 1 is 11:00, so one person can sit in both."""

    area: str
    day: date
    wave: int = 0


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits for a service at a sitting; None where nobody can."""

    sitting: Sitting
    service: str
    member: str | None


@dataclass(frozen=True, slots=True)
class Shortage:
    """A proof that a day cannot be staffed: these sittings of one service share too few members (Hall's condition)."""

    day: date
    service: str
    areas: tuple[str, ...]
    members: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The proof as a sentence."""
        if not self.members:
            return f"Nobody can sit for {self.service} in {', '.join(self.areas)}: name a member or an alternate."
        held = ", ".join(self.members)
        return f"{len(self.areas)} sittings of {self.service} at once ({', '.join(self.areas)}) share only {held}."


def sittings(days: Sequence[date], *, staggered: bool = False) -> tuple[Sitting, ...]:
    """Return four sittings a day, all at 09:00, or two at 09:00 and two at 11:00 when staggered."""
    return tuple(Sitting(area, day, index // 2 if staggered else 0) for day in days for index, area in enumerate(AREAS))


def staff(
    members: Sequence[Member], planned: Sequence[Sitting], *, services: Sequence[str] = SERVICES
) -> tuple[tuple[Seat, ...], tuple[Shortage, ...]]:
    """Return who sits where, regular members and even loads first, and every shortage with its proof.

    Each (day, wave, service) is a matching on its own; it is best possible, so a seat is empty only where it must be.
    """
    load: dict[str, int] = {}
    seats: list[Seat] = []
    short: list[Shortage] = []
    for day, wave in sorted({(each.day, each.wave) for each in planned}):
        now = [each for each in planned if (each.day, each.wave) == (day, wave)]
        for service in services:
            free = [each for each in members if each.service == service and day not in each.away]
            matched = _match(free, now, load)
            seats += [Seat(each, service, matched.get(each.area)) for each in now]
            for member in matched.values():
                load[member] = load.get(member, 0) + 1
            if len(matched) < len(now):
                short.append(_hall(day, service, free, now))
    return tuple(seats), tuple(short)


def _fits(member: Member, sitting: Sitting) -> bool:
    return not member.areas or sitting.area in member.areas


def _match(free: Sequence[Member], now: Sequence[Sitting], load: Mapping[str, int]) -> dict[str, str]:
    if not free or not now:
        return {}
    points = np.full((len(now), len(free)), 1e7)
    for row, sitting in enumerate(now):
        for column, member in enumerate(free):
            if _fits(member, sitting):
                points[row, column] = 1000.0 * member.alternate + load.get(member.id, 0)
    rows, columns = linear_sum_assignment(points)
    return {now[r].area: free[c].id for r, c in zip(rows, columns, strict=True) if points[r, c] < 1e6}


def _hall(day: date, service: str, free: Sequence[Member], now: Sequence[Sitting]) -> Shortage:
    """Return the smallest set of sittings with fewer members than sittings."""
    for size in range(1, len(now) + 1):
        for chosen in combinations(now, size):
            able = sorted({each.id for each in free if any(_fits(each, sitting) for sitting in chosen)})
            if len(able) < size:
                return Shortage(day, service, tuple(each.area for each in chosen), tuple(able))
    raise AssertionError("a matching fell short where Hall's condition holds")


def stagger_frees(members: Sequence[Member], days: Sequence[date]) -> tuple[int, int]:
    """Return the number of shortages with four sittings at once, and with two at 09:00 and two at 11:00."""
    return len(staff(members, sittings(days))[1]), len(staff(members, sittings(days, staggered=True))[1])
