"""A small city with its runs and guides really planned, kept for the tests of the transport desk."""

from dataclasses import replace
from functools import lru_cache

from data.synthetic import make
from service import runs
from service.optimisers import Job, execute
from service.optimisers.jobs import Finished
from service.settings import Settings
from service.store import cities
from service.store.database import Database
from service.store.scope import SYSTEM
from service.store.tables import Run


@lru_cache(maxsize=1)
def the_records() -> bytes:
    """Return the small city as records."""
    return make("small", 1).model_dump_json().encode()


@lru_cache(maxsize=1)
def the_runs() -> Finished:
    """Return its runs, planned for two seconds."""
    return execute(Job("routes", "Every run", the_records(), seconds=2.0, fictional=True))


@lru_cache(maxsize=1)
def the_guides() -> Finished:
    """Return its guides, planned on those runs."""
    before = {made.name: made.body.decode() for made in the_runs().made if made.name.endswith("ion.json")}
    before |= {made.name: made.body.decode() for made in the_runs().made if made.name.endswith("problem.json")}
    return execute(Job("guides", "Guides", the_records(), seconds=5.0, fictional=True, before=before))


def a_planned_desk(db: Database, settings: Settings, *, guides: bool = True) -> tuple[str, str, str]:
    """Store the city with its plans of runs and guides; return the ids of city, runs and guides ("" without)."""
    with db.session() as session:
        counts = {"pupils": 60}
        read = cities.Read("city.xlsx", b"sent", the_records(), None, counts, [], True)
        city = cities.add(session, SYSTEM, read).id
    planned = keep(db, settings, city, "routes", the_runs())
    return city, planned, keep(db, settings, city, "guides", the_guides(), after=planned) if guides else ""


def keep(db: Database, settings: Settings, city: str, kind: str, finished: Finished, **more: object) -> str:
    """Store a finished plan as a worker would, and return its id."""
    with db.session() as session:
        request = replace(runs.Request(kind=kind, title=f"A plan of {kind}", city=city), **more)
        run_id = runs.ask(session, SYSTEM, request, settings).id
    with db.session() as session:
        run = session.get_one(Run, run_id)
        run.state, run.holder, run.attempt, run.started_at = runs.RUNNING, "test", 1, run.asked_at
    runs.finish(db, run, state=runs.DONE, outcome=finished.outcome, made=finished.made)
    return run_id
