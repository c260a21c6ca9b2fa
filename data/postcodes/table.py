"""A table of postcodes, sorted and packed: 63,000 of them load in a blink and take two megabytes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.postcodes.spelling import compact

SHIPPED = Path(__file__).with_name("b_postcodes.npz")
ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right 2025; contains Royal Mail data © Royal Mail copyright and "
    "database right 2025; contains National Statistics data © Crown copyright and database right 2025. Open "
    "Government Licence v3.0."
)

TERMINATED, LIVE, NOT_SAID = 0, 1, 2


@dataclass(frozen=True)
class PostcodeRow:
    """One postcode: its point, the council it lies in, its ward and locality where the file says, and if it lives."""

    postcode: str
    easting: int
    northing: int
    authority: str = ""
    ward: str = ""
    locality: str = ""
    live: int = NOT_SAID


@dataclass(frozen=True, eq=False)
class PostcodeTable:
    """Postcodes with their points, sorted by the compact spelling.

    ``names`` is the dictionary that the authority, ward and locality columns point into; ``source`` is said on every
    row that the table answers.
    """

    source: str
    attribution: str
    codes: npt.NDArray[np.bytes_] = field(repr=False)
    eastings: npt.NDArray[np.int32] = field(repr=False)
    northings: npt.NDArray[np.int32] = field(repr=False)
    live: npt.NDArray[np.uint8] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    authority: npt.NDArray[np.uint16] = field(repr=False)
    ward: npt.NDArray[np.uint16] = field(repr=False)
    locality: npt.NDArray[np.uint16] = field(repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    def find(self, text: str) -> PostcodeRow | None:
        """Return the row of a postcode however it is spelt, or None."""
        key = compact(text)
        if key is None:
            return None
        at = int(np.searchsorted(self.codes, np.bytes_(key)))
        return self.row(at) if at < len(self) and self.codes[at] == key.encode("ascii") else None

    def row(self, at: int) -> PostcodeRow:
        """Return the row at a position."""
        code = self.codes[at].decode("ascii")
        return PostcodeRow(
            f"{code[:-3]} {code[-3:]}",
            int(self.eastings[at]),
            int(self.northings[at]),
            self.names[self.authority[at]],
            self.names[self.ward[at]],
            self.names[self.locality[at]],
            int(self.live[at]),
        )

    def nearest(self, easting: float, northing: float) -> PostcodeRow:
        """Return the row nearest to a point."""
        away = np.hypot(self.eastings - easting, self.northings - northing)
        return self.row(int(np.argmin(away)))

    def save(self, path: Path) -> None:
        """Write the table as a compressed NumPy file."""
        columns = ("codes", "eastings", "northings", "live", "authority", "ward", "locality")
        np.savez_compressed(
            path,
            about=np.array([self.source, self.attribution]),
            names=np.array(self.names),
            **{name: getattr(self, name) for name in columns},
        )

    @classmethod
    def load(cls, path: Path) -> "PostcodeTable":
        """Return a table that :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as held:
            source, attribution = (str(part) for part in held["about"])
            names = tuple(str(name) for name in held["names"])
            columns = {name: held[name] for name in held.files if name not in ("about", "names")}
        return cls(source, attribution, names=names, **columns)

    @classmethod
    def of(cls, rows: Iterable[PostcodeRow], *, source: str, attribution: str = ATTRIBUTION) -> "PostcodeTable":
        """Return the table of these rows; a postcode given twice keeps its first row."""
        kept: dict[str, PostcodeRow] = {}
        for row in rows:
            key = compact(row.postcode)
            if key is not None:
                kept.setdefault(key, row)
        keys = sorted(kept)
        ordered = [kept[key] for key in keys]
        names = {"": 0}

        def numbered(values: Iterable[str]) -> npt.NDArray[np.uint16]:
            return np.array([names.setdefault(value, len(names)) for value in values], np.uint16)

        authority = numbered(row.authority for row in ordered)
        ward = numbered(row.ward for row in ordered)
        locality = numbered(row.locality for row in ordered)
        return cls(
            source,
            attribution,
            np.array([key.encode("ascii") for key in keys], dtype="S7"),
            np.array([row.easting for row in ordered], np.int32),
            np.array([row.northing for row in ordered], np.int32),
            np.array([row.live for row in ordered], np.uint8),
            tuple(names),
            authority,
            ward,
            locality,
        )


@cache
def shipped() -> PostcodeTable:
    """Return the table of B postcodes that comes with the product."""
    return PostcodeTable.load(SHIPPED)
