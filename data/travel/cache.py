"""Remembers travel by pair of places and band, so that a second plan asks only about places it has not met."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.travel.source import Band, Cells, Points, TravelSource, Way, square
from data.travel.whole import written_whole
from optimiser.core.travel import TravelMatrix

_UNKNOWN = 255


@dataclass
class _Known:
    """A square table of what is known between places, by their keys in order."""

    keys: np.ndarray
    seconds: np.ndarray
    metres: np.ndarray
    basis: np.ndarray


class Cached:
    """A source that keeps its answers in a folder, one file for each fingerprint and band.

    Places are known by their point, to the metre, and never by a child. A cache that cannot be read is made again.
    """

    def __init__(self, source: TravelSource, folder: Path) -> None:
        self._source = source
        self._folder = folder

    @property
    def source(self) -> TravelSource:
        """The engine whose answers are kept."""
        return self._source

    @property
    def fingerprint(self) -> str:
        """That of the source: remembering changes no figure."""
        return self._source.fingerprint

    @property
    def attribution(self) -> str:
        """That of the source."""
        return self._source.attribution

    def label(self, band: Band) -> str:
        """Return what the source prints."""
        return self._source.label(band)

    def cells(self, origins: Points, destinations: Points, band: Band) -> Cells:
        """Return travel from every origin to every destination, asking the source only for rows not yet known."""
        known = self._grown(self._read(band), origins, destinations)
        row, column = (np.searchsorted(known.keys, points.keys) for points in (origins, destinations))
        missing = known.basis[np.ix_(row, column)] == _UNKNOWN
        if missing.any():
            rows = _first_of_each(row, np.flatnonzero(missing.any(axis=1)))
            columns = _first_of_each(column, np.flatnonzero(missing.any(axis=0)))
            found = self._source.cells(origins.take(rows), destinations.take(columns), band)
            block = np.ix_(row[rows], column[columns])
            known.seconds[block], known.metres[block] = found.seconds, found.metres
            known.basis[block] = found.basis
            self._write(band, known)
        at = np.ix_(row, column)
        return Cells(known.seconds[at], known.metres[at], known.basis[at])

    def matrix(self, points: Points, band: Band) -> TravelMatrix:
        """Return travel between every pair of points in a band."""
        return square(self, points, band)

    def path(self, stops: Points, band: Band) -> Way:
        """Return the source's way through the stops."""
        return self._source.path(stops, band)

    def _file(self, band: Band) -> Path:
        name = hashlib.sha256(f"{self._source.fingerprint}/{band.value}".encode()).hexdigest()[:16]
        return self._folder / f"travel-{name}.npz"

    def _read(self, band: Band) -> _Known:
        try:
            with np.load(self._file(band), allow_pickle=False) as held:
                known = _Known(held["keys"], held["seconds"], held["metres"], held["basis"])
                n = len(known.keys)
                if all(part.shape == (n, n) for part in (known.seconds, known.metres, known.basis)):
                    return known
        except Exception:  # noqa: S110 - a cache that is missing or broken is only a slower start
            pass
        empty = np.empty((0, 0))
        return _Known(np.empty(0, np.int64), empty.astype(np.int32), empty.astype(np.int32), empty.astype(np.uint8))

    def _grown(self, known: _Known, origins: Points, destinations: Points) -> _Known:
        keys = np.union1d(known.keys, np.concatenate((origins.keys, destinations.keys)))
        if len(keys) == len(known.keys):
            return known
        n = len(keys)
        at = np.ix_(*[np.searchsorted(keys, known.keys)] * 2)
        made = _Known(keys, np.zeros((n, n), np.int32), np.zeros((n, n), np.int32), np.full((n, n), _UNKNOWN, np.uint8))
        made.seconds[at], made.metres[at], made.basis[at] = known.seconds, known.metres, known.basis
        return made

    def _write(self, band: Band, known: _Known) -> None:
        with written_whole(self._file(band)) as out:
            np.savez(out, keys=known.keys, seconds=known.seconds, metres=known.metres, basis=known.basis)


def _first_of_each(places: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return one of these positions for each distinct place."""
    _, first = np.unique(places[among], return_index=True)
    return among[np.sort(first)]
