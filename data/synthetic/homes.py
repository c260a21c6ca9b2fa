"""Where invented people live: postcodes of the city drawn at random, nearer ones more often."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.postcodes import PostcodeTable

CITY = "E08000025"

ANCHORS: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = (
    (
        "East",
        (
            (412200, 283000),
            (412200, 287000),
            (414500, 285200),
            (415200, 287700),
            (410700, 285700),
            (409600, 285900),
            (410500, 288100),
            (413000, 289300),
        ),
    ),
    (
        "North",
        (
            (409100, 292500),
            (414400, 292200),
            (411600, 299000),
            (411800, 291900),
            (413100, 295900),
            (410400, 291100),
            (408500, 294500),
            (411100, 294300),
        ),
    ),
    (
        "South",
        (
            (404000, 285700),
            (407200, 282000),
            (401100, 278300),
            (409100, 284200),
            (400500, 282900),
            (409300, 280200),
            (405100, 279200),
            (403200, 281800),
        ),
    ),
    (
        "West",
        (
            (405800, 293300),
            (407700, 289400),
            (404300, 289800),
            (408800, 288000),
            (406200, 290200),
            (407300, 294500),
            (407500, 286000),
            (405900, 287700),
        ),
    ),
)
"""Rough middles of each area's clusters of schools (metres): the nearest says the area, right for 90 % of postcodes
against the published localities with Central counted as South, which is an assumption."""


@dataclass(frozen=True, eq=False)
class Homes:
    """Postcodes that could be homes, with their points and areas."""

    postcodes: tuple[str, ...]
    eastings: npt.NDArray[np.int64]
    northings: npt.NDArray[np.int64]
    areas: npt.NDArray[np.str_]

    @classmethod
    def of(cls, table: PostcodeTable) -> "Homes":
        """Return the city's postcodes that are in use, or are not known to be withdrawn."""
        rows = np.flatnonzero((table.authority == table.names.index(CITY)) & (table.live != 0))
        codes = tuple(f"{code[:-3]} {code[-3:]}" for code in (table.codes[row].decode("ascii") for row in rows))
        east, north = table.eastings[rows].astype(np.int64), table.northings[rows].astype(np.int64)
        return cls(codes, east, north, areas_of(east, north))

    def near(self, rng: np.random.Generator, east: float, north: float, *, reach: float, count: int) -> list[int]:
        """Return rows of homes near a point: of sixty drawn, one by exp(-distance / reach), reach in metres."""
        drawn = rng.integers(0, len(self.postcodes), size=(count, 60))
        away = np.hypot(self.eastings[drawn] - east, self.northings[drawn] - north)
        weight = np.exp(-away / reach) + 1e-12
        ladder = np.cumsum(weight, axis=1)
        pick = (ladder < rng.random((count, 1)) * ladder[:, -1:]).sum(axis=1)
        return [int(drawn[row, pick[row]]) for row in range(count)]

    def within(self, areas: tuple[str, ...], middle: tuple[float, float] | None, radius: float) -> "Homes":
        """Return only the homes of some areas, or within a radius in metres of a point."""
        kept = np.isin(self.areas, areas)
        if middle is not None:
            kept &= np.hypot(self.eastings - middle[0], self.northings - middle[1]) <= radius
        at = np.flatnonzero(kept)
        return Homes(tuple(self.postcodes[row] for row in at), self.eastings[at], self.northings[at], self.areas[at])


def areas_of(east: npt.NDArray[np.int64], north: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    """Return the area of each point, by the nearest anchor."""
    names = np.array([area for area, spots in ANCHORS for _ in spots])
    spots = np.array([spot for _, spots in ANCHORS for spot in spots], dtype=np.float64)
    away = np.hypot(east[:, None] - spots[None, :, 0], north[:, None] - spots[None, :, 1])
    return names[np.argmin(away, axis=1)]
