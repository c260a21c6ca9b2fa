"""The commands that serve, work, warm up, measure and look for faults."""

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import optimiser
from service import compiled
from service.cli.output import DONE, FAULTS, STOPPED, Answer
from service.settings import Settings

OPTIMISERS = ("routes", "guides", "meetings", "places")


def settings_or_end(answer: Answer, **changes: Any) -> Settings:
    """Return the settings, or end with what is wrong with them."""
    from pydantic import ValidationError

    try:
        return Settings(**{name: value for name, value in changes.items() if value is not None})
    except ValidationError as wrong:
        faults = [str(each["msg"]).removeprefix("Value error, ") for each in wrong.errors()]
        for fault in faults:
            answer.say(fault)
        answer.end(FAULTS, faults=faults)
        raise


def serve(demo: bool, host: str | None, port: int | None, size: str, cluster: str | None, as_json: bool) -> None:
    """Serve pages and API, with a worker process beside, until told to stop."""
    import uvicorn

    from service import logs
    from service.store.database import Database
    from service.web.app import create_app

    answer = Answer(as_json)
    settings = settings_or_end(answer, demo=demo or None, host=host, port=port, cluster=cluster)
    if settings.cluster:
        _check_cluster(answer, settings.cluster)
    logs.set_up(settings.log)
    db = Database(settings.database_url)
    db.migrate()
    if settings.demo:
        first_city(db, size)
    environment = {**os.environ, "SENDOPT_DATA": str(settings.data)}
    if settings.cluster:
        environment["SENDOPT_CLUSTER"] = settings.cluster
    closing = threading.Event()
    if settings.worker:
        threading.Thread(target=_keep_worker, args=(environment, closing), daemon=True).start()
    sys.setswitchinterval(0.001)  # short requests come and go beside longer ones: hand over sooner
    answer.say(f"Open http://{settings.host}:{settings.port} – press Ctrl-C to stop.")
    try:
        uvicorn.run(
            create_app(settings, db),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=75,  # longer than a proxy keeps its own end, so that neither writes into a closed door
            server_header=False,
        )
    finally:
        closing.set()
        db.close()
    answer.end(DONE)


def _check_cluster(answer: Answer, address: str) -> None:
    from service import cluster

    try:
        cluster.check_address(address)
    except ValueError as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))


def first_city(db: Any, size: str) -> None:
    """Make the built-in city when the database holds none."""
    from service import intake
    from service.store import cities
    from service.store.scope import SYSTEM

    with db.reading() as session:
        if cities.newest(session, SYSTEM) is not None:
            return
    read = intake.built_in(size, 1)
    with db.session() as session:
        if cities.newest(session, SYSTEM) is None:
            cities.add(session, SYSTEM, read)


def _keep_worker(environment: dict[str, str], closing: threading.Event) -> None:
    """Keep one worker process alive, starting it again when it dies."""
    while not closing.is_set():
        worker = subprocess.Popen(
            [sys.executable, "-m", "service.worker"], env=environment, cwd=Path(__file__).parents[2]
        )
        while worker.poll() is None and not closing.wait(0.5):
            pass
        if closing.is_set():
            worker.terminate()
            try:
                worker.wait(10)
            except subprocess.TimeoutExpired:
                worker.kill()
            return
        closing.wait(1.0)


def work(once: bool, as_json: bool) -> None:
    """Work on runs until told to stop."""
    from service import logs
    from service.store.database import Database
    from service.worker import Worker

    answer = Answer(as_json)
    settings = settings_or_end(answer)
    logs.set_up(settings.log)
    db = Database(settings.database_url)
    db.migrate()
    worker = Worker(db, settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.close())
    worker.work(once=once)
    db.close()
    answer.end(STOPPED if worker.closing.is_set() else DONE)


def warm(as_json: bool) -> None:
    """Compile each optimiser's kernels, afresh where a source has changed."""
    answer = Answer(as_json)
    compiled.forget_stale(Path(optimiser.__file__).parent)
    took: dict[str, float] = {}
    for name in OPTIMISERS:
        began = time.monotonic()
        package = importlib.import_module(f"optimiser.{name}")
        ready = getattr(package, "warm", None)
        if ready is not None:
            ready()
        took[name] = round(time.monotonic() - began, 1)
        answer.say(f"{name}: ready in {took[name]} s")
    answer.end(DONE, seconds=took)


def bench(
    what: str,
    instances: str,
    path: Path,
    seconds: float,
    seed: int,
    out: Path | None,
    options: list[str],
    as_json: bool,
) -> None:
    """Run an optimiser's own benchmark and write its figures."""
    answer = Answer(as_json)
    more: dict[str, Any] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            answer.say(f"Write the option {option} as name=value.")
            answer.end(FAULTS)
        try:
            more[name] = json.loads(value)
        except ValueError:
            more[name] = value
    if not path.exists():
        answer.say(f"There is no file or folder {path}. Give the path of an instance.")
        answer.end(FAULTS, fault="no instances")
    module = importlib.import_module(f"service.bench.{what}")
    try:
        figures = module.run(instances, path, seconds=seconds, seed=seed, **more)
    except ValueError as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
    text = json.dumps(figures, indent=2, default=str)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
        answer.say(f"Written to {out}")
    else:
        answer.say(text)
    answer.end(DONE, figures=figures)


def doctor(as_json: bool) -> None:
    """Say what is well and what is not."""
    import shutil

    from service.store.database import Database

    answer = Answer(as_json)
    settings = settings_or_end(answer)
    found: list[tuple[str, bool, str]] = []
    version = sys.version_info
    found.append(("Python 3.11 to 3.13", (3, 11) <= version[:2] <= (3, 13), "Install Python 3.11, 3.12 or 3.13"))
    for name in ("ortools", "highspy", "numba", "folium", "osmium"):
        found.append((f"{name} can be imported", _imports(name), "Run make install again"))
    settings.data.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data).free
    found.append(("1 GB of disk is free", free > 1024**3, f"Make room where {settings.data} is"))
    try:
        db = Database(settings.database_url)
        exists = db.version() is not None
        found.append(("the database is at the newest version", not exists or db.is_current(), "Run sendopt db upgrade"))
        db.close()
    except Exception as error:
        found.append(("the database answers", False, f"Check SENDOPT_DATABASE ({type(error).__name__})"))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    answer.say(f"Chromium for the browser tests: {chromium or 'not installed (they are skipped)'}")
    for what, good, remedy in found:
        answer.say(f"{'well' if good else 'NOT '}  {what}{'' if good else f'. {remedy}.'}")
    answer.end(
        DONE if all(good for _, good, _ in found) else FAULTS,
        checks=[{"check": what, "good": good, "remedy": "" if good else remedy} for what, good, remedy in found],
    )


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except Exception:
        return False
    return True
