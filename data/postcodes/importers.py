"""Postcode directories that a council can download for nothing: ONSPD, NSPL and Code-Point Open, as CSV, gz or zip."""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data.postcodes.table import LIVE, NOT_SAID, TERMINATED, PostcodeRow, PostcodeTable

_MOST_BYTES = 4_000_000_000
_CODE_POINT_WIDTH = 10


class NotAPostcodeFile(ValueError):
    """The file is not a postcode directory that we know; the message says which are."""


def import_postcodes(path: Path, *, areas: tuple[str, ...] = ()) -> PostcodeTable:
    """Return the table of a postcode directory, keeping only some areas ("B", "WS") if any are named.

    Reads ONSPD and NSPL (one CSV, or the zip as downloaded), Code-Point Open (a CSV an area, or the zip) and the
    product's own column names. A withdrawn postcode is kept and marked. Raises NotAPostcodeFile.
    """
    if not path.is_file():
        raise NotAPostcodeFile(f"{path.name} is not a file: give the CSV or the zip as it was downloaded")
    rows: list[PostcodeRow] = []
    kinds: set[str] = set()
    try:
        for name, lines in _sheets(path):
            kind, found = _read(name, lines, areas)
            if kind:
                kinds.add(kind)
                rows.extend(found)
    except (OSError, EOFError, zipfile.BadZipFile, UnicodeDecodeError, csv.Error) as error:
        raise NotAPostcodeFile(f"{path.name} cannot be read ({error}): download it again") from error
    if not rows:
        raise NotAPostcodeFile(
            f"{path.name} holds no postcodes that we can read: give ONSPD, NSPL or Code-Point Open as CSV or zip"
        )
    return PostcodeTable.of(rows, source=f"{' and '.join(sorted(kinds))} ({path.name})")


def _sheets(path: Path) -> Iterator[tuple[str, IO[str]]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as held:
            for entry in held.infolist():
                inside = entry.filename
                if not inside.lower().endswith(".csv") or not re.search(r"(?i)data/", inside):
                    continue
                if re.search(r"(?i)multi_csv", inside):
                    continue
                if entry.file_size > _MOST_BYTES:
                    raise zipfile.BadZipFile(f"{inside} unpacks to more than 4 GB")
                with held.open(entry) as raw:
                    yield inside, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        return
    with _opened(path) as text:
        yield path.name, text


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    opener = gzip.open if packed else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as text:  # type: ignore[operator]
        yield text


def _read(name: str, lines: IO[str], areas: tuple[str, ...]) -> tuple[str, Iterator[PostcodeRow]]:
    reader = csv.reader(lines)
    head = next(reader, [])
    lowered = [column.strip().lower() for column in head]
    where = {column: at for at, column in enumerate(lowered)}
    code = next((where[column] for column in ("pcds", "pcd", "postcode", "pcd7", "pcd8") if column in where), None)
    east = next((where[column] for column in ("oseast1m", "easting", "eastings", "east1m") if column in where), None)
    north = next(
        (where[column] for column in ("osnrth1m", "northing", "northings", "north1m") if column in where), None
    )
    if code is not None and east is not None and north is not None:
        kind = "NSPL" if "nspl" in name.lower() else "ONSPD" if "oseast1m" in where else "postcode file"
        return kind, _headed(reader, where, code, east, north, areas)
    if len(head) == _CODE_POINT_WIDTH and head[2].isdigit() and head[3].isdigit():
        return "Code-Point Open", _code_point(head, reader, areas)
    return "", iter(())


def _headed(
    reader: Iterator[list[str]], where: dict[str, int], code: int, east: int, north: int, areas: tuple[str, ...]
) -> Iterator[PostcodeRow]:
    ended, live = where.get("doterm"), where.get("live")
    authority = _first(where, ("laua", "oslaua", "lad25cd", "lad24cd", "lad23cd"))
    ward = _first(where, ("ward_name", "osward", "ward", "wd25cd", "wd24cd"))
    locality = _first(where, ("icb_locality", "locality"))

    def text(cells: list[str], at: int | None) -> str:
        return cells[at].strip() if at is not None and at < len(cells) else ""

    for cells in reader:
        postcode = text(cells, code)
        if areas and not _in(postcode, areas):
            continue
        easting, northing = text(cells, east), text(cells, north)
        if not easting.replace(".", "", 1).isdigit() or not northing.replace(".", "", 1).isdigit():
            continue
        state = NOT_SAID
        if ended is not None:
            state = TERMINATED if text(cells, ended) else LIVE
        elif live is not None:
            state = LIVE if text(cells, live) == "1" else TERMINATED
        yield PostcodeRow(
            postcode,
            round(float(easting)),
            round(float(northing)),
            text(cells, authority),
            text(cells, ward),
            text(cells, locality),
            state,
        )


def _first(where: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((where[name] for name in names if name in where), None)


def _code_point(head: list[str], reader: Iterator[list[str]], areas: tuple[str, ...]) -> Iterator[PostcodeRow]:
    for cells in (head, *reader):
        if len(cells) == _CODE_POINT_WIDTH and cells[2] != "0" and (not areas or _in(cells[0], areas)):
            yield PostcodeRow(cells[0], int(cells[2]), int(cells[3]), cells[8], cells[9], "", LIVE)


def _in(postcode: str, areas: tuple[str, ...]) -> bool:
    area = re.match(r"[A-Za-z]+", postcode)
    return area is not None and area[0].upper() in areas
