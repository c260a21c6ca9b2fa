"""The estimate: a straight line, a detour and the time of day. No data, no server, always there.

minutes = (2.07 + 1.243 x straight km) x band multiplier; road km = 0.842 + 1.178 x straight km, never more than 1.7
times the straight line. Both lines were fitted on 1,500 Birmingham postcodes by 464 schools over the strategic road
network, where they miss its times by 8.0 % and its distances by 6.7 % on average. They say nothing of boarding.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from data.travel import osgb
from data.travel.source import (
    SAME_PLACE_METRES,
    Band,
    Basis,
    Cells,
    Floats,
    Ints,
    Multipliers,
    Points,
    Way,
    digest,
    square,
)
from optimiser.core.travel import TravelMatrix

START_MINUTES = 2.07
MINUTES_PER_KM = 1.243
START_KM = 0.842
ROAD_KM_PER_KM = 1.178
MOST_DETOUR = 1.7
_ROWS_AT_ONCE = 256


def road_metres(straight: Floats) -> Ints:
    """Return road metres for straight-line metres, zero within fifty metres.

    The detour is capped at 1.7 because the network of the fit lacks side streets; the cap holds until the two lines
    meet at 1.6 km, so that a longer trip is never a shorter road.
    """
    metres = np.minimum(START_KM * 1000 + ROAD_KM_PER_KM * straight, MOST_DETOUR * straight)
    metres[straight <= SAME_PLACE_METRES] = 0
    return np.rint(metres).astype(np.int32)


def road_seconds(straight: Floats, multiplier: float) -> Ints:
    """Return seconds on the road for straight-line metres and a band's multiplier, zero within fifty metres."""
    seconds = (START_MINUTES * 60 + MINUTES_PER_KM * 0.06 * straight) * multiplier
    seconds[straight <= SAME_PLACE_METRES] = 0
    return np.rint(seconds).astype(np.int32)


@dataclass(frozen=True)
class Estimate:
    """The default source of travel times, which needs no data and no server."""

    multipliers: Multipliers = field(default_factory=Multipliers)

    @property
    def fingerprint(self) -> str:
        """Version and multipliers in short."""
        return "estimate-" + digest(1, self.multipliers)

    @property
    def attribution(self) -> str:
        """Nothing of anybody's is used."""
        return ""

    def label(self, band: Band) -> str:
        """Return what to print beside every figure, such as "straight line x 1.18, morning x 1.90, estimated"."""
        return f"straight line x {ROAD_KM_PER_KM:.2f}, {self.multipliers.label(band)}"

    def cells(self, origins: Points, destinations: Points, band: Band) -> Cells:
        """Return travel from every origin to every destination, worked in strips so that memory stays small."""
        shape = (len(origins), len(destinations))
        seconds, metres = np.empty(shape, np.int32), np.empty(shape, np.int32)
        basis = np.full(shape, Basis.ESTIMATE, np.uint8)
        factor = self.multipliers.of(band)
        for top in range(0, shape[0], _ROWS_AT_ONCE):
            strip = slice(top, top + _ROWS_AT_ONCE)
            east = origins.eastings[strip, None] - destinations.eastings[None, :]
            north = origins.northings[strip, None] - destinations.northings[None, :]
            straight = np.hypot(east, north)
            seconds[strip] = road_seconds(straight, factor)
            metres[strip] = road_metres(straight)
            basis[strip][straight <= SAME_PLACE_METRES] = Basis.SAME_PLACE
        return Cells(seconds, metres, basis)

    def matrix(self, points: Points, band: Band) -> TravelMatrix:
        """Return travel between every pair of points in a band."""
        return square(self, points, band)

    def path(self, stops: Points, band: Band) -> Way:
        """Return straight legs between the stops, timed as the matrix times them."""
        lats, lons = osgb.to_wgs84(stops.eastings, stops.northings)
        cells = self.cells(stops, stops, band)
        places = list(zip(lats.tolist(), lons.tolist(), strict=True))
        seconds, metres = (tuple(np.diagonal(block, 1).tolist()) for block in (cells.seconds, cells.metres))
        return Way(tuple(pairwise(places)), seconds, metres, tuple(map(Basis, np.diagonal(cells.basis, 1).tolist())))
