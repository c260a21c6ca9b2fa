"""Takes in a file that a person sends: refuses what cannot be a workbook, then reads it in a small child process."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from service.settings import Settings
from service.store.cities import Read

CPU_SECONDS, BYTES = 120, 1536 * 1024**2
"""What one reading may use. On a busy machine the clock runs on while nothing is read, so the processor's seconds say
what is too much; ``Settings.read_seconds`` is the clock's backstop."""
MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO = 400, 200 * 1024**2, 150
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


class Unusable(Exception):
    """The file cannot be read at all; the message is a sentence for the person who sent it."""


def receive(name: str, stream: BinaryIO | None, settings: Settings, choices: dict[str, Any] | None = None) -> Read:
    """Read a workbook (or CSV files) that was sent; raises Unusable with a plain sentence.

    ``choices`` are what the council means by headings and tabs of its own, as ``store.choices`` gives them.
    """
    if stream is None or not name:
        raise Unusable("Select a workbook")
    body = stream.read(settings.upload_bytes + 1)
    if len(body) > settings.upload_bytes:
        raise Unusable(f"The selected file must be smaller than {settings.upload_bytes // 1048576} MB")
    ending = Path(name).suffix.lower()
    check(ending, body)
    with tempfile.TemporaryDirectory(prefix="sendopt-in-") as folder:
        place = Path(folder)
        (place / f"sent{ending}").write_bytes(body)
        (place / "about.json").write_text(json.dumps({"name": _title(name), "choices": choices or {}}))
        told = _in_child(place, ending, settings.read_seconds)
        records = place / "records.json"
        marked = place / "marked.xlsx"
        return Read(
            title=_title(name),
            sent=body,
            records=records.read_bytes() if records.exists() else None,
            marked=marked.read_bytes() if marked.exists() else None,
            counts=told["counts"],
            issues=told["issues"],
            fictional=told["fictional"],
            columns=told["columns"],
        )


def _title(name: str) -> str:
    stem = "".join(letter for letter in Path(name).name if letter.isprintable())
    return stem[-120:] or "workbook"


def check(ending: str, body: bytes) -> None:
    """Refuse by name and first bytes what is not a plain workbook; raises Unusable."""
    if ending == ".xlsm":
        raise Unusable("The selected file holds macros. Save it as an .xlsx workbook and send that")
    if ending not in (".xlsx", ".csv", ".zip"):
        raise Unusable("The selected file must be an .xlsx, a .csv or a .zip of .csv files")
    if not body:
        raise Unusable("The selected file is empty")
    if body.startswith(_OLE):
        raise Unusable("The selected file is password protected, or an old .xls. Save it as a plain .xlsx workbook")
    if ending != ".csv":
        _check_zip(body)


def _check_zip(body: bytes) -> None:
    import io

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as wrong:
        raise Unusable(
            "The selected file is damaged or is not a workbook. Open it in Excel, save it and send it again"
        ) from wrong
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(len(body), 200_000):
        raise Unusable("The selected file unpacks to far more than it should. Save only the sheets of the template")
    if any("vbaproject" in entry.filename.lower() for entry in entries):
        raise Unusable("The selected file holds macros. Save it as an .xlsx workbook and send that")


def _in_child(place: Path, ending: str, seconds: float) -> dict[str, Any]:
    keep = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "service.intake", str(place), ending],
            timeout=seconds,
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parent.parent,
            env={name: os.environ[name] for name in keep if name in os.environ},
        )
    except subprocess.TimeoutExpired as late:
        raise Unusable(
            "The selected file took too long to read. Save only the sheets of the template and try again"
        ) from late
    told = place / "told.json"
    if done.returncode == 0 and told.exists():
        found = json.loads(told.read_text("utf-8"))
        if "unusable" in found:
            raise Unusable(found["unusable"])
        return dict(found)
    raise Unusable("The selected file could not be read. Save only the sheets of the template and try again")


def read_in_child(place: Path, ending: str) -> None:
    """Read the file in a folder and leave records, counts and faults there."""
    from data.reading import Choices, read
    from data.writing.marked import write_marked

    path = place / f"sent{ending}"
    about = json.loads((place / "about.json").read_text("utf-8"))
    source = {".zip": _unpacked, ".csv": partial(_named, name=about["name"])}.get(ending, _as_it_is)(path)
    reading = read(source, choices=Choices(**about["choices"]))
    told: dict[str, Any] = {
        "counts": dict(reading.counts),
        "issues": [plain_issue(issue) for issue in reading.issues],
        "fictional": bool(getattr(reading.city, "fictional", False)),
        "columns": {
            "questions": [asdict(each) for each in reading.questions],
            "remembered": [asdict(each) for each in reading.remembered],
        },
    }
    if reading.city is not None:
        (place / "records.json").write_text(reading.city.model_dump_json(), encoding="utf-8")
    if reading.issues and ending == ".xlsx":
        write_marked(path, reading.issues, place / "marked.xlsx")
    (place / "told.json").write_text(json.dumps(told), encoding="utf-8")


def _as_it_is(path: Path) -> Path:
    return path


def _named(path: Path, *, name: str) -> Path:
    """Give a CSV file its own name back, which says what sheet it is; only letters, digits and spaces of it."""
    stem = "".join(letter if letter.isalnum() else " " for letter in Path(name).stem).strip() or "sheet"
    named = path.parent / "csv" / f"{stem}.csv"
    named.parent.mkdir()
    return path.rename(named)


def _unpacked(path: Path) -> Path:
    """Unpack a zip's CSV files side by side into a folder; whatever folders it names are passed over."""
    folder = path.parent / "csv"
    folder.mkdir()
    with zipfile.ZipFile(path) as packed:
        for entry in packed.infolist():
            name = Path(entry.filename.replace("\\", "/")).name
            if name.lower().endswith(".csv") and not name.startswith("."):
                (folder / name).write_bytes(packed.read(entry))
    return folder


def plain_issue(issue: Any) -> dict[str, Any]:
    """Return an issue as plain data for the page."""
    return {
        "where": issue.where,
        "heading": issue.heading,
        "found": issue.found,
        "wrong": issue.wrong,
        "remedy": issue.remedy,
        "stops": issue.level.name == "STOP",
    }


def built_in(size: str, seed: int) -> Read:
    """Return the built-in fictional city of a size."""
    from data.synthetic import make

    city = make(size, seed)
    return Read(
        title=f"Invented city, {size}, seed {seed}",
        sent=None,
        records=city.model_dump_json().encode("utf-8"),
        counts={sheet: rows for sheet, rows in counts(city).items() if rows},
        fictional=True,
    )


def counts(city: Any) -> dict[str, int]:
    """Return how many rows a city has on each sheet."""
    return {name.replace("_", " "): len(rows) for name, rows in city if isinstance(rows, (list, tuple))}


def example() -> bytes:
    """Return the invented example, Handsworth, as a workbook that is filled in."""
    from data.sample import HANDSWORTH

    return HANDSWORTH.read_bytes()


def template(desk: str | None = None) -> bytes:
    """Return the empty workbook to fill in: that of one desk (transport, meetings or places), or of the whole city."""
    from data.writing.workbook import write_template

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path, desk=desk)
        return path.read_bytes()


def main() -> int:
    """Read the file in the folder that the first argument names, within limits of memory and time."""
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    place = Path(sys.argv[1])
    try:
        read_in_child(place, sys.argv[2])
    except MemoryError:
        (place / "told.json").write_text(
            json.dumps({"unusable": "The selected file is too large to read. Save only the sheets of the template"})
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
