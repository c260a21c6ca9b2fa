"""Builders for the service's tests: settings, people, cities, runs and finished plans."""

from pathlib import Path
from typing import Any

from optimiser.core import codec
from optimiser.core.table import Column, Kind, Table
from service import runs
from service.settings import Settings
from service.store import cities
from service.store.database import Database
from service.store.scope import EVERYWHERE, SYSTEM, Scope
from service.store.tables import Run

PASSWORD = "copper lantern windmill otter"


def some_settings(folder: Path, **more: Any) -> Settings:
    """Return settings that keep everything in a folder."""
    return Settings(**{"data": folder, "demo": True, "worker": False, "lease_seconds": 1.0, **more})


def a_scope(role: str = "demonstrator", *areas: str) -> Scope:
    """Return a person of a role."""
    return Scope(f"{role}-{'-'.join(areas) or 'all'}", role, frozenset(areas or (EVERYWHERE,)))


def a_city(db: Database, *, title: str = "city.xlsx", records: bytes | None = b"{}", **more: Any) -> str:
    """Store a city and return its id."""
    with db.session() as session:
        read = cities.Read(title=title, sent=b"sent", records=records, counts={"pupils": 60}, fictional=True, **more)
        return cities.add(session, SYSTEM, read).id


def a_run(db: Database, settings: Settings, *, city: str | None = None, scope: Scope = SYSTEM, **more: Any) -> str:
    """Ask for a run and return its id."""
    with db.session() as session:
        wanted = {"kind": "places", "title": "A plan", "city": city or "", **more}
        if not wanted["city"]:
            raise ValueError("a run needs a city")
        return runs.ask(session, scope, runs.Request(**wanted), settings).id


def a_table(rows: int = 3, *, text: str = "B-W01", key: str = "bases") -> Table:
    """Return a table with a column of each kind."""
    columns = (
        Column("base", "Base"),
        Column("roll", "Pupils", Kind.COUNT),
        Column("cost", "Cost", Kind.PENCE),
        Column("ride", "Ride", Kind.SECONDS),
        Column("at", "At", Kind.CLOCK),
        Column("far", "Distance", Kind.METRES),
        Column("part", "Share", Kind.SHARE),
        Column("day", "Day", Kind.DATE),
        Column("yes", "Open", Kind.YES_NO),
    )
    made = tuple(
        (f"{text}{number or ''}", number, 123456, 2520, 27900, 5150, 0.125, "2020-01-28", True)
        for number in range(rows)
    )
    return Table(key, "Bases year by year", columns, made, "A note.")


def an_outcome(**more: Any) -> dict[str, Any]:
    """Return the outcome of a finished run."""
    return {
        "status": "feasible", "cost": 103, "bound": 100, "gap": 0.03, "unit": "pence", "verified": True, "soft": 0,
        "sentence": "At most 3.0 % more than the best possible.",
        "left_out": 2, "left_out_words": "pupils without a base",
        "headlines": [{"name": "places filled", "figure": "41 of 44", "note": "2026/27", "tone": "good"}],
        "seed": 1, "work": 10, "seconds": 4.0, "source": "straight line", "notice": "Fictional example.",
        "tables": ["bases"], **more,
    }  # fmt: skip


def a_finished_run(
    db: Database,
    settings: Settings,
    *,
    city: str,
    kind: str = "places",
    tables: tuple[Table, ...] | None = None,
    **more: Any,
) -> str:
    """Ask for a run, claim it and finish it, and return its id."""
    run_id = a_run(db, settings, city=city, kind=kind, **more)
    with db.session() as session:
        run = session.get_one(Run, run_id)
        run.state, run.holder, run.attempt, run.started_at = runs.RUNNING, "test", 1, run.asked_at
    body = codec.to_json(tables if tables is not None else (a_table(),)).encode()
    made = [
        runs.Made(f"{kind}.tables.json", "Every table as JSON", "application/json", body),
        runs.Made(
            f"{kind}.map.html", "Map", "text/html; charset=utf-8", b"<!DOCTYPE html><title>Map</title><p>map</p>"
        ),
    ]
    runs.finish(db, run, state=runs.DONE, outcome=an_outcome(), made=made)
    return run_id
