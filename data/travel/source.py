"""What every engine of travel times promises: places in, seconds and metres out, each cell with its basis."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum, IntEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from optimiser.core.travel import TravelMatrix

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

SAME_PLACE_METRES = 50.0
"""Two points this near are one stop: no vehicle is restarted to move fifty metres."""


NOT_CALIBRATED = "estimated, not calibrated"


class Band(Enum):
    """A part of the school day in which traffic is much the same."""

    NIGHT = "night"
    """Free flow: what the roads allow with nobody on them."""
    MIDDAY = "midday"
    """09:30 to 14:30."""
    AFTERNOON = "afternoon"
    """14:30 to 16:15, the way home."""
    MORNING = "morning"
    """07:00 to 09:15, the way to school."""
    CAUTIOUS = "cautious"
    """A bad morning, for plans that must hold on most days."""


class Basis(IntEnum):
    """What one cell of a matrix rests on."""

    SAME_PLACE = 0
    ROAD = 1
    ESTIMATE = 2


@dataclass(frozen=True)
class Multipliers:
    """How much longer a journey takes in each band than on empty roads: one table for every engine.

    The defaults are those of Birmingham's A roads: 77 seconds a mile lost in 2019 over a free flow of 109 seconds a
    mile is x 1.70 over the whole day (Department for Transport congestion statistics); the morning lies between that
    and the worst radials, which give the cautious figure. A calibration on the council's own journeys replaces those
    of the bands in ``fitted``, and ``basis`` then says so beside every figure.
    """

    night: float = 1.00
    midday: float = 1.55
    afternoon: float = 1.70
    morning: float = 1.90
    cautious: float = 2.20
    basis: str = NOT_CALIBRATED
    fitted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for band in Band:
            if not 0.2 <= self.of(band) <= 10:
                raise ValueError(f"the {band.value} multiplier {self.of(band)} is not between 0.2 and 10")

    def of(self, band: Band) -> float:
        """Return the factor on free-flow time in a band."""
        return float(getattr(self, band.value))

    def label(self, band: Band) -> str:
        """Return a band's factor and what it rests on, such as "morning x 1.90, estimated, not calibrated"."""
        rests = self.basis if band.value in self.fitted or not self.fitted else NOT_CALIBRATED
        return f"{band.value} x {self.of(band):.2f}, {rests}"


@dataclass(frozen=True, eq=False)
class Points:
    """Places as ids with Ordnance Survey eastings and northings in metres, in one order."""

    ids: tuple[str, ...]
    eastings: Floats = field(repr=False)
    northings: Floats = field(repr=False)

    def __post_init__(self) -> None:
        if self.eastings.shape != (len(self.ids),) or self.northings.shape != (len(self.ids),):
            raise ValueError(f"{len(self.ids)} ids need as many eastings and northings")
        if not (np.isfinite(self.eastings).all() and np.isfinite(self.northings).all()):
            raise ValueError("a point has no finite easting and northing")

    @classmethod
    def of(cls, places: Mapping[str, tuple[float, float]]) -> "Points":
        """Return points from place ids with their (easting, northing) in metres."""
        pairs = np.array(list(places.values()), dtype=np.float64).reshape(len(places), 2)
        return cls(tuple(places), pairs[:, 0].copy(), pairs[:, 1].copy())

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Sequence[int] | npt.NDArray[np.intp]) -> "Points":
        """Return the points at these rows, in the order given."""
        at = np.asarray(rows, dtype=np.intp)
        return Points(tuple(self.ids[row] for row in at), self.eastings[at], self.northings[at])

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """One whole number a place, equal where the point is equal to the metre; what caches and blocks go by."""
        east = np.rint(self.eastings).astype(np.int64)
        north = np.rint(self.northings).astype(np.int64)
        return east * 10_000_000 + north


@dataclass(frozen=True, eq=False)
class Cells:
    """Seconds, metres and basis from every origin (row) to every destination (column)."""

    seconds: Ints
    metres: Ints
    basis: npt.NDArray[np.uint8]

    @property
    def estimated(self) -> int:
        """How many cells fell back to the estimate."""
        return int(np.count_nonzero(self.basis == Basis.ESTIMATE))


@dataclass(frozen=True)
class Way:
    """A way through stops: (latitude, longitude) pairs a leg, with each leg's seconds, metres and basis."""

    legs: tuple[tuple[tuple[float, float], ...], ...]
    seconds: tuple[int, ...]
    metres: tuple[int, ...]
    basis: tuple[Basis, ...]

    @property
    def line(self) -> tuple[tuple[float, float], ...]:
        """The whole way as one line, each stop once."""
        return tuple(place for turn, leg in enumerate(self.legs) for place in (leg[1:] if turn else leg))

    @property
    def along_roads(self) -> bool:
        """Whether every leg follows streets, or stands still."""
        return Basis.ESTIMATE not in self.basis


class TravelFailed(Exception):
    """An engine could not finish what it was asked, so nothing of it was used; the message says what to do."""


class TravelSource(Protocol):
    """An engine of travel times. Zero for the same place, never negative, the same answer whatever the block size."""

    @property
    def fingerprint(self) -> str:
        """Engine, version, data and settings in short: it changes whenever a figure might."""
        ...

    @property
    def attribution(self) -> str:
        """What the licences ask to have printed wherever a figure or map of this engine is shown."""
        ...

    def label(self, band: Band) -> str:
        """Return what to print beside every figure of this band."""
        ...

    def cells(self, origins: Points, destinations: Points, band: Band) -> Cells:
        """Return travel from every origin to every destination; raises TravelFailed, never half an answer."""
        ...

    def matrix(self, points: Points, band: Band) -> TravelMatrix:
        """Return travel between every pair of points."""
        ...

    def path(self, stops: Points, band: Band) -> Way:
        """Return the way through the stops in order; each leg takes what the matrix says."""
        ...


def digest(*parts: object) -> str:
    """Return twelve letters that change when any part does."""
    text = json.dumps(parts, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return asdict(value)  # type: ignore[call-overload]


def square(source: TravelSource, points: Points, band: Band) -> TravelMatrix:
    """Return the matrix of every pair, asking the source once for each distinct point.

    Children who live in one postcode share a point, so 4,500 homes are about 4,060 questions.
    """
    keys = points.keys
    _, first, back = np.unique(keys, return_index=True, return_inverse=True)
    distinct = points.take(first)
    cells = source.cells(distinct, distinct, band)
    seconds, metres, estimated = cells.seconds, cells.metres, cells.estimated
    if len(first) != len(points) or not np.array_equal(back, np.arange(len(points))):
        grid = np.ix_(back, back)
        seconds, metres = seconds[grid], metres[grid]
        estimated = int(np.count_nonzero(cells.basis[grid] == Basis.ESTIMATE))
    fingerprint = f"{source.fingerprint}/{band.value}"
    return TravelMatrix(points.ids, seconds, metres, source.label(band), fingerprint, estimated)
