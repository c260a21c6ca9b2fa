"""Where ids stand on the map, and a count of those that stand nowhere."""

import math
from collections.abc import Iterable, Mapping, Sequence

from maps.geojson import Place

HUNDRED_METRES = 100


class Placing:
    """Looks places up, rounding homes for readers who may not see a door, and counts what it could not find."""

    def __init__(self, points: Mapping[str, Place], *, homes_to_metres: int = 0) -> None:
        self._points = points
        self._step = homes_to_metres / 111_320
        self._lost: set[str] = set()
        self._used: list[Place] = []

    def at(self, place: str, *, home: bool = False) -> Place | None:
        """Return where a place is, or None (counted) when nobody has said."""
        found = self._points.get(place)
        if found is None:
            self._lost.add(place)
            return None
        if home and self._step:
            found = self._rounded(found)
        self._used.append(found)
        return found

    def through(self, places: Iterable[tuple[str, bool]]) -> list[Place]:
        """Return a way through (place, is a home) pairs, leaving out those that stand nowhere."""
        return [found for place, home in places if (found := self.at(place, home=home)) is not None]

    def along(self, leg: Sequence[Place], *, from_home: bool, to_home: bool) -> list[Place]:
        """Return a line along roads; for readers who may not see a door it is cut short of the homes at its ends."""
        line = list(leg)
        if self._step and from_home:
            line = self._cut(line)
        if self._step and to_home:
            line = self._cut(line[::-1])[::-1]
        self._used += [line[0], line[-1]]
        return line

    def _cut(self, line: list[Place]) -> list[Place]:
        """Return a line without its points near its first, which is put back rounded."""
        lat, lon = line[0]
        far = (place for place in line if math.hypot(place[0] - lat, (place[1] - lon) / 1.64) > self._step)
        return [self._rounded(line[0]), *far]

    def _rounded(self, place: Place) -> Place:
        step = self._step
        return (round(place[0] / step) * step, round(place[1] / step / 1.64) * step * 1.64)

    @property
    def lost(self) -> int:
        """How many places could not be drawn."""
        return len(self._lost)

    @property
    def used(self) -> list[Place]:
        """Every place drawn."""
        return self._used
