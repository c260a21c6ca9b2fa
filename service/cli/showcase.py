"""The page that links every plan of the demonstration, with its headline figures."""

from pathlib import Path
from typing import Any

from service import __version__, shown
from service.optimisers.jobs import FICTION

FOLDERS = {
    "routes": "transport",
    "guides": "transport",
    "meetings": "meetings",
    "places": "places",
    "closure": "places",
}
"""Each kind of plan and the folder that its files are written to."""

_DESKS = (
    (
        "Transport",
        "Every child on a run, every run with its guide, and named backups behind them.",
        ("routes", "guides"),
    ),
    ("Meetings", "A term of school meetings that a locality team can defend and repair.", ("meetings",)),
    ("Places", "Who goes to which resource base, and what if one closed?", ("places", "closure")),
)
_TITLES = {
    "routes": "Runs",
    "guides": "Guides and cover",
    "meetings": "Roster of school meetings",
    "places": "Resource base places",
    "closure": "If a base closed, compared with things as they are",
}


def write(out: Path, outcomes: dict[str, dict[str, Any]], *, size: str, seed: int, seconds: float) -> None:
    """Write ``index.html``, a page that needs nothing but itself and the files beside it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("service.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("showcase.html").render(
        desks=_DESKS,
        titles=_TITLES,
        folders=FOLDERS,
        outcomes=outcomes,
        size=size,
        seed=seed,
        took=shown.took(seconds),
        version=__version__,
        fiction=FICTION,
        files={kind: _files(out, kind) for kind in outcomes},
    )
    (out / "index.html").write_text(text, encoding="utf-8")


def _files(out: Path, kind: str) -> list[tuple[str, str]]:
    """Return the address and the words of each file that a plan left."""
    folder = FOLDERS[kind]
    found = [
        (f"{folder}/{kind}.map.html", "Map"),
        (f"{folder}/{kind}.xlsx", "Excel workbook"),
        (f"{folder}/{kind}.tables.json", "Tables as JSON"),
        (f"{folder}/{kind}.solution.json", "The plan as JSON"),
    ]
    if kind == "meetings":
        found.insert(2, (f"{folder}/meetings-calendars/", "Calendar files"))
    return found
