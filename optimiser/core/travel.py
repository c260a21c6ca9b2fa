"""Minutes and miles between places, as whole seconds and metres, labelled with where they came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from optimiser.core.errors import BadProblem
from optimiser.core.units import Metres, Seconds

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class TravelMatrix:
    """Travel between every pair of places in one time band.

    ``seconds`` and ``metres`` are int32 arrays of shape (n, n), row to column, zero on the diagonal; they need not be
    symmetric. ``estimated`` counts the pairs that fell back to the estimate. ``source`` is what to print beside every
    figure, such as "straight line x 1.18, estimated, not calibrated"; ``fingerprint`` changes whenever a figure might.
    """

    places: tuple[str, ...]
    seconds: Ints = field(repr=False)
    metres: Ints = field(repr=False)
    source: str
    fingerprint: str
    estimated: int = 0

    def __post_init__(self) -> None:
        n = len(self.places)
        if len(set(self.places)) != n:
            raise BadProblem("a travel matrix names a place twice")
        for name, array in (("seconds", self.seconds), ("metres", self.metres)):
            if array.shape != (n, n):
                raise BadProblem(f"travel {name} has shape {array.shape} for {n} places")
            if n and int(array.min()) < 0:
                raise BadProblem(f"travel {name} has a negative entry")
            if n and np.any(np.diagonal(array)):
                raise BadProblem(f"travel {name} from a place to itself must be zero")

    @cached_property
    def index(self) -> dict[str, int]:
        """Row and column of each place."""
        return {place: row for row, place in enumerate(self.places)}

    def seconds_between(self, origin: str, destination: str) -> Seconds:
        """Return the travel time from one place to another."""
        return Seconds(int(self.seconds[self.index[origin], self.index[destination]]))

    def metres_between(self, origin: str, destination: str) -> Metres:
        """Return the road distance from one place to another."""
        return Metres(int(self.metres[self.index[origin], self.index[destination]]))

    def rows(self, places: Iterable[str]) -> list[int]:
        """Return the row of each place, in the order given."""
        return [self.index[place] for place in places]

    def among(self, places: Sequence[str]) -> "TravelMatrix":
        """Return the matrix of these places only, in the order given."""
        at = np.array(self.rows(places), dtype=np.intp)
        block = np.ix_(at, at)
        return TravelMatrix(
            tuple(places), self.seconds[block], self.metres[block], self.source, self.fingerprint, self.estimated
        )

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TravelMatrix)
            and self.places == other.places
            and self.fingerprint == other.fingerprint
            and np.array_equal(self.seconds, other.seconds)
            and np.array_equal(self.metres, other.metres)
        )

    def __hash__(self) -> int:
        return hash((self.places, self.fingerprint))
