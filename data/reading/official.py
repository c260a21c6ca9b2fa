"""Published files: the council's open school list, GIAS extracts, resource bases, postcodes and boundaries.

All are openly licensed and about institutions; columns about persons in them are dropped as they are read.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data.postcodes.importers import import_postcodes
from data.postcodes.table import PostcodeTable

ATTRIBUTION = (
    "Contains Birmingham City Council and Department for Education information licensed under the Open Government "
    "Licence v3.0"
)
BIRMINGHAM = "330"
_PERSONAL = re.compile(r"(?i)^(head|telephone|email|mail)|(firstname|lastname|surname|forename|telephone|email)")


class OfficialFileWrong(ValueError):
    """A published file is missing, or is not the file it is taken for; the message says what to give instead."""


@dataclass(frozen=True)
class OfficialSchool:
    """A school as published. ``laestab`` ("330-2040") is the key; the urn is empty where nobody gave it."""

    laestab: str
    name: str
    phase: str
    kind: str
    postcode: str
    easting: int
    northing: int
    ward: str = ""
    locality: str = ""
    urn: str = ""
    urn_now: str = ""
    name_now: str = ""
    street: str = ""
    capacity: int | None = None
    pupils: int | None = None
    lowest_age: int | None = None
    highest_age: int | None = None
    resourced_provision: str = ""
    resourced_places: int | None = None
    unit_places: int | None = None
    needs: tuple[str, ...] = ()
    source: str = ""

    @property
    def shown_name(self) -> str:
        """The name the school goes by now."""
        return self.name_now or self.name


@dataclass(frozen=True)
class OfficialBase:
    """A resource base as published; ``places`` is None where no paper gives it, and is never guessed."""

    name: str
    laestab: str
    phase: str
    needs: tuple[str, ...]
    places: int | None
    postcode: str
    locality: str
    source: str


@dataclass(frozen=True)
class ConsortiumSchool:
    """A school of the Handsworth directory; ``found`` says how it was matched to the published list."""

    group: str
    name: str
    laestab: str
    found: str
    postcode: str


def schools(folder: Path) -> tuple[OfficialSchool, ...]:
    """Return the council's open school list in a folder (birmingham_schools.csv), in order of LAESTAB."""
    rows = _rows(_file(folder, "birmingham_schools.csv"), ("laestab", "name", "phase", "easting", "northing"))
    return tuple(sorted((_open_list(row) for row in rows), key=lambda school: school.laestab))


def _open_list(row: Mapping[str, str]) -> OfficialSchool:
    return OfficialSchool(
        laestab=row["laestab"],
        name=row["name"],
        phase=row["phase"],
        kind=row.get("type", ""),
        postcode=row.get("postcode", ""),
        easting=int(row["easting"]),
        northing=int(row["northing"]),
        ward=row.get("ward_name", ""),
        locality=row.get("sen_locality_assumed", "") or row.get("icb_locality", ""),
        urn=row.get("urn", ""),
        urn_now=row.get("urn_2025", ""),
        name_now=row.get("name_2025", ""),
        street=row.get("street", ""),
        source=row.get("source", ""),
    )


def bases(folder: Path) -> tuple[OfficialBase, ...]:
    """Return the published resource bases in a folder (birmingham_resource_bases.csv)."""
    rows = _rows(_file(folder, "birmingham_resource_bases.csv"), ("name", "needs", "laestab"))
    return tuple(
        OfficialBase(
            row["name"],
            row["laestab"],
            row.get("phase", ""),
            tuple(need.strip() for need in row["needs"].split(";") if need.strip()),
            _whole(row.get("places", "")),
            row.get("postcode", ""),
            row.get("icb_locality", ""),
            row.get("source", ""),
        )
        for row in rows
    )


def handsworth(folder: Path) -> tuple[ConsortiumSchool, ...]:
    """Return the schools of the Handsworth directory as matched to the published list (handsworth_consortium.csv)."""
    rows = _rows(_file(folder, "handsworth_consortium.csv"), ("group", "name_in_directory", "laestab"))
    return tuple(
        ConsortiumSchool(row["group"], row["name_in_directory"], row["laestab"], row["found"], row["postcode"])
        for row in rows
    )


def postcodes(folder: Path) -> PostcodeTable:
    """Return the postcodes in a folder (birmingham_postcodes.csv.gz) with ward, locality and which are withdrawn."""
    return import_postcodes(_file(folder, "birmingham_postcodes.csv.gz"))


def boundaries(folder: Path) -> dict[str, Any]:
    """Return the GeoJSON of localities, wards and outline that a folder holds, by those names, for map backgrounds."""
    files = {
        "localities": "birmingham_localities.geojson",
        "wards": "birmingham_wards_bestfit.geojson",
        "outline": "birmingham_outline.geojson",
    }
    return {name: _geojson(folder / file) for name, file in files.items() if (folder / file).is_file()}


def _geojson(path: Path) -> Any:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise OfficialFileWrong(f"{path.name} is not GeoJSON ({error}): export it again in WGS84") from error
    if not isinstance(held, dict) or held.get("type") != "FeatureCollection":
        raise OfficialFileWrong(f"{path.name} is not a GeoJSON FeatureCollection: export it again in WGS84")
    return held


def ward_localities(path: Path) -> dict[str, str]:
    """Return each ward's locality from the council's own table: a CSV with the columns ward and locality."""
    return {row["ward"]: row["locality"] for row in _rows(path, ("ward", "locality")) if row["ward"]}


def gias(
    path: Path,
    *,
    authority: str = BIRMINGHAM,
    also: Iterable[str] = (),
    localities: Mapping[str, str] | None = None,
    successors: Mapping[str, str] | None = None,
) -> tuple[OfficialSchool, ...]:
    """Return the open schools of one authority from the GIAS "all establishments" CSV (cp1252).

    ``also`` lets more URNs in, for places outside the city; ``localities`` maps ward names or codes to the council's
    localities; ``successors`` (see :func:`successors`) brings in the school that took over a URN named in ``also``.
    Columns about persons are dropped as the file is read and reach nothing.
    """
    wanted = {urn for given in also for urn in (given, (successors or {}).get(given, given))}
    needed = ("URN", "LA (code)", "EstablishmentNumber", "EstablishmentName", "Easting", "Northing")
    found = []
    for row in _rows(path, needed, encoding="cp1252", keep=lambda name: not _PERSONAL.search(name)):
        if row["LA (code)"] != authority and row["URN"] not in wanted:
            continue
        if row.get("EstablishmentStatus (name)", "Open").startswith("Closed"):
            continue
        if not row["Easting"] or not row["Northing"]:
            continue
        found.append(_gias_school(row, localities or {}))
    if not found:
        raise OfficialFileWrong(f"{path.name} holds no open school of authority {authority}: check the number")
    return tuple(sorted(found, key=lambda school: school.laestab))


def _gias_school(row: Mapping[str, str], localities: Mapping[str, str]) -> OfficialSchool:
    ward = row.get("AdministrativeWard (name)", "")
    code = row.get("AdministrativeWard (code)", "")
    needs = (row.get(f"SEN{number} (name)", "") for number in range(1, 14))
    return OfficialSchool(
        laestab=f"{row['LA (code)']}-{row['EstablishmentNumber'].zfill(4)}",
        name=row["EstablishmentName"],
        phase=row.get("PhaseOfEducation (name)", ""),
        kind=row.get("TypeOfEstablishment (name)", ""),
        postcode=row.get("Postcode", ""),
        easting=int(row["Easting"]),
        northing=int(row["Northing"]),
        ward=ward,
        locality=localities.get(code, "") or localities.get(ward, ""),
        urn=row["URN"],
        street=row.get("Street", ""),
        capacity=_whole(row.get("SchoolCapacity", "")),
        pupils=_whole(row.get("NumberOfPupils", "")),
        lowest_age=_whole(row.get("StatutoryLowAge", "")),
        highest_age=_whole(row.get("StatutoryHighAge", "")),
        resourced_provision=row.get("TypeOfResourcedProvision (name)", ""),
        resourced_places=_whole(row.get("ResourcedProvisionCapacity", "")),
        unit_places=_whole(row.get("SenUnitCapacity", "")),
        needs=tuple(need for need in needs if need and need != "Not Applicable"),
        source="GIAS",
    )


def successors(path: Path) -> dict[str, str]:
    """Return the URN that took over from each closed URN, followed to its end, from the GIAS links CSV (cp1252)."""
    direct = {
        row["URN"]: row["LinkURN"]
        for row in _rows(path, ("URN", "LinkURN", "LinkType"), encoding="cp1252")
        if row["LinkType"].startswith("Successor")
    }
    ends = {}
    for urn in direct:
        seen, at = {urn}, direct[urn]
        while at in direct and at not in seen:
            seen.add(at)
            at = direct[at]
        ends[urn] = at
    return ends


def with_localities(found: Iterable[OfficialSchool], table: PostcodeTable) -> tuple[OfficialSchool, ...]:
    """Return schools with the ward and locality of their postcode where the school's own row has none."""
    filled = []
    for school in found:
        row = table.find(school.postcode) if school.postcode and not school.locality else None
        filled.append(replace(school, ward=school.ward or row.ward, locality=row.locality) if row else school)
    return tuple(filled)


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise OfficialFileWrong(f"{name} is not in {folder.name or folder}: give the folder that holds it")
    return path


def _whole(text: str) -> int | None:
    return int(float(text)) if text.strip().replace(".", "", 1).isdigit() else None


def _rows(
    path: Path,
    needed: tuple[str, ...],
    *,
    encoding: str = "utf-8-sig",
    keep: Callable[[str], bool] = lambda name: True,
) -> Iterator[dict[str, str]]:
    """Yield rows with the columns kept; one row at a time, so that a 60 MB extract stays small."""
    if not path.is_file():
        raise OfficialFileWrong(f"{path.name} is not there: give the path of the CSV file")
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
        reader = csv.reader(text)
        head = [name.strip() for name in next(reader, [])]
        missing = [name for name in needed if name not in head]
        if missing:
            raise OfficialFileWrong(
                f"{path.name} has no column {', '.join(missing)}: it may be another file, or saved again by Excel"
            )
        kept = [(at, name) for at, name in enumerate(head) if name and keep(name)]
        for cells in reader:
            if any(cells):
                yield {name: cells[at].strip() if at < len(cells) else "" for at, name in kept}
