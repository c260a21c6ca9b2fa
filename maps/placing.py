"""Where ids stand on the map, and a count of those that stand nowhere."""

from collections.abc import Iterable, Mapping

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
            found = (round(found[0] / self._step) * self._step, round(found[1] / self._step / 1.64) * self._step * 1.64)
        self._used.append(found)
        return found

    def through(self, places: Iterable[tuple[str, bool]]) -> list[Place]:
        """Return a way through (place, is a home) pairs, leaving out those that stand nowhere."""
        return [found for place, home in places if (found := self.at(place, home=home)) is not None]

    @property
    def lost(self) -> int:
        """How many places could not be drawn."""
        return len(self._lost)

    @property
    def used(self) -> list[Place]:
        """Every place drawn."""
        return self._used
