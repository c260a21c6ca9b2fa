"""A clerk who puts the children of one school on vehicles by hand: every rule kept, nothing proved cheapest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from data.travel.crow import road_seconds
from data.travel.source import Band, Multipliers

SLIGHT = 600
"""Seconds by which a round may be lengthened for one more child: the most that nobody need be told of."""

ROAD = 0.7
"""Pence for a second on the road each way: 90 pence a mile, twice a day, at fourteen miles an hour."""

GUIDE = 5000.0
"""Pence a day for a guide."""


@dataclass(frozen=True)
class Kind:
    """A kind of vehicle: seats and wheelchair spaces by layout, and its rate in pence a day."""

    layouts: tuple[tuple[int, int], ...]
    rate: int


@dataclass(frozen=True)
class Party:
    """Children collected together at one home, or one child; whoever has left since the plan is a party of nobody."""

    members: tuple[int, ...]
    east: float
    north: float
    boarding: int
    limit: int
    seats: int = 1
    chairs: int = 0
    guided: bool = False
    sole: bool = False
    apart: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()


@dataclass
class Round:
    """One vehicle: its kind, and its parties by number, the nearest to school first."""

    kind: str
    parties: list[int] = field(default_factory=list)


class Clerk:
    """One school's parties with the way between them; rounds are made, and then changed where they stand."""

    def __init__(self, school: tuple[float, float], parties: Sequence[Party], kinds: Mapping[str, Kind]) -> None:
        self.parties, self.kinds = parties, kinds
        spots = np.array([school, *((party.east, party.north) for party in parties)])
        straight = np.hypot(*(spots[:, None] - spots[None, :]).transpose(2, 0, 1))
        # The last row and column are the school, so that party number -1 is the school.
        seconds = road_seconds(straight, Multipliers().of(Band.MORNING))
        self.way: list[list[int]] = np.roll(seconds, (-1, -1), (0, 1)).tolist()
        self._held: dict[tuple[int, int], tuple[str, ...]] = {}
        self.limit = [max(p.limit, self.way[-1][at] + p.boarding) for at, p in enumerate(parties)]

    def plan(self, wanted: Sequence[int]) -> list[Round]:
        """Return rounds for these parties, each put where it costs least, then gone over once.

        Children in wheelchairs come first, those with a guide next, and the farthest first of each.
        """
        rounds: list[Round] = []
        for at in sorted(wanted, key=self._order):
            self._add(rounds, at)
        for parties in sorted((each.parties for each in rounds), key=len):
            same = [each for each in rounds if each.parties == parties]
            rounds = self._spread_out(rounds, same[0]) if same else rounds
        return rounds

    def _order(self, at: int) -> tuple[bool, bool, int, int]:
        party = self.parties[at]
        return not party.chairs, not party.guided, -self.way[-1][at], at

    def squeeze_in(self, rounds: list[Round], at: int) -> None:
        """Put one more party into the vehicle that it delays least and has room, or a larger one, or buy another."""
        found = []
        for n, each in enumerate(rounds):
            best = self._spot(each.parties, at, most=SLIGHT)
            if best is not None:
                held = self._fits(each.kind, [*each.parties, at])
                found.append((not held, *best, n, each.kind if held else self._kind([*each.parties, at])))
        if found:
            _, _, spot, n, kind = min(found)
            rounds[n].parties.insert(spot, at)
            rounds[n].kind = kind
        else:
            rounds.append(Round(self._kind([at]), [at]))

    def _add(self, rounds: list[Round], at: int) -> float:
        """Put a party where it costs least; return the cost in pence a day."""
        best, chosen, spot = self._cost([at]), None, 0
        for each in rounds:
            found = self._spot(each.parties, at)
            if found is not None:
                order = [*each.parties[: found[1]], at, *each.parties[found[1] :]]
                more = self._cost(order) - self._cost(each.parties)
                if more < best:
                    best, chosen, spot = more, each, found[1]
        if chosen is None:
            rounds.append(Round(self._kind([at]), [at]))
        else:
            chosen.parties.insert(spot, at)
            chosen.kind = self._kind(chosen.parties)
        return best

    def _spread_out(self, rounds: list[Round], gone: Round) -> list[Round]:
        """Return the rounds with one given up and its parties put elsewhere, if that costs less."""
        others = [Round(each.kind, list(each.parties)) for each in rounds if each is not gone]
        more = sum(self._add(others, at) for at in sorted(gone.parties, key=self._order))
        return others if more < self._cost(gone.parties) - 1 else rounds

    def _cost(self, order: Sequence[int]) -> float:
        """Return what a round costs in pence a day: the smallest vehicle that holds it, its guide and the road."""
        guided = any(self.parties[at].guided for at in order)
        road = sum(self.way[one][other] for one, other in zip(order, [-1, *order], strict=False))
        return self.kinds[self._kind(order)].rate + GUIDE * guided + ROAD * road

    def _spot(self, order: Sequence[int], at: int, most: int = 1 << 30) -> tuple[int, int] | None:
        """Return by how many seconds a party lengthens a round at least, and where; None when a rule forbids it."""
        mine = self.parties[at]
        aboard = [self.parties[each] for each in order]
        if mine.sole or any(one.sole or one.apart & mine.ids or mine.apart & one.ids for one in aboard):
            return None
        if not self._holds([*order, at]):
            return None
        since, slack = self._slack(order)
        best: tuple[int, int] | None = None
        before, clock = -1, 0
        for spot in range(len(order) + 1):
            more = self.way[at][before] + mine.boarding
            fits = clock + more <= self.limit[at]
            if spot < len(order):
                after = order[spot]
                more += self.way[after][at] - self.way[after][before]
                fits = fits and more <= slack[spot]
                before, clock = after, since[spot]
            if fits and more <= most and (best is None or more < best[0]):
                best = (more, spot)
        return best

    def _slack(self, order: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return for each party the seconds since school, and by how many everybody from it on may be delayed."""
        since, before, clock = [], -1, 0
        for at in order:
            clock += self.way[at][before] + self.parties[at].boarding
            since.append(clock)
            before = at
        slack, least = [], 1 << 30
        for at, clock in zip(reversed(order), reversed(since), strict=True):
            least = min(least, self.limit[at] - clock)
            slack.append(least)
        return since, slack[::-1]

    def _kind(self, order: Sequence[int]) -> str:
        """Return the cheapest kind of vehicle that holds these parties and their guide."""
        return self._holds(order)[0]

    def _fits(self, kind: str, order: Sequence[int]) -> bool:
        return kind in self._holds(order)

    def _holds(self, order: Sequence[int]) -> tuple[str, ...]:
        """Return the kinds of vehicle that hold these parties and their guide, the cheapest first."""
        seats, chairs, guided = 0, 0, False
        for at in order:
            party = self.parties[at]
            seats += party.seats
            chairs += party.chairs
            guided = guided or party.guided
        need = (seats + guided, chairs)
        if need not in self._held:
            fits = [k for k, v in self.kinds.items() if any(s >= need[0] and c >= need[1] for s, c in v.layouts)]
            self._held[need] = tuple(sorted(fits, key=lambda kind: self.kinds[kind].rate))
        return self._held[need]
