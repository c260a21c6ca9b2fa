"""The worker: claims runs, gives each a child process, renews its lease, and ends it at its deadline or on request."""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from service import logs, runs, travelling
from service.child import STOP
from service.settings import Settings
from service.store.database import Database, fetch
from service.store.tables import CityFile, Output, Pin, Run

log = structlog.get_logger()

CHILD = (sys.executable, "-m", "service.child")
"""The program that works out one plan, given its folder."""
SOLVE_GRACE = 30.0
"""How long past its time a solve may take to stop by itself."""
KILL_GRACE = 15.0
"""How long after being told to stop a child is ended by force."""
OTHER_SECONDS = 900.0
"""How long reading the facts, and drawing the results, may each take."""


@dataclass
class Working:
    """A run, its child process, its folder and what the child has said."""

    run: Run
    child: subprocess.Popen[str]
    folder: Path
    said: "queue.SimpleQueue[dict[str, Any]]"
    phase: str = "building"
    phase_since: float = field(default_factory=time.monotonic)
    stop_since: float | None = None
    by_person: bool = False
    killed: bool = False
    keeping: bool = False
    trouble: str | None = None
    best_seen: int = 0
    renewed: float = 0.0


class Worker:
    """Works on up to ``settings.running`` runs at once until told to close."""

    def __init__(self, db: Database, settings: Settings, *, program: tuple[str, ...] = CHILD) -> None:
        self.db = db
        self.program = program
        self.settings = settings
        self.holder = f"{os.uname().nodename[:30]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.working: list[Working] = []
        self.closing = threading.Event()
        self.beat = time.monotonic()

    def work(self, *, once: bool = False) -> None:
        """Claim and work until closed, or with ``once`` until nothing waits."""
        while not self.closing.is_set():
            self.beat = time.monotonic()
            try:
                busy = self.turn()
            except Exception as error:
                log.error("worker.trouble", kind=type(error).__name__)
                busy = True
                self.closing.wait(1.0)
            if once and not busy:
                return
            self.closing.wait(0.2 if self.working else 0.5)
        self._close()

    def turn(self) -> bool:
        """Look after every child once, claim what there is room for, and return whether there is work in hand."""
        for each in list(self.working):
            self._look_after(each)
        while len(self.working) < self.settings.running:
            run = runs.claim(self.db, self.holder, self.settings)
            if run is None:
                break
            self.working.append(self._start(run))
        return bool(self.working)

    def _start(self, run: Run, *, keeping: bool = False) -> Working:
        folder = Path(tempfile.mkdtemp(prefix="sendopt-run-"))
        with self.db.reading() as session:
            city = session.get_one(CityFile, run.city)
            if city.records is not None:
                (folder / "city.json").write_bytes(fetch(session, city.records))
            if run.best is not None:
                (folder / "start.json").write_bytes(fetch(session, run.best))
            if run.after is not None:
                for each in session.query(Output).where(Output.run == run.after).all():
                    if each.name.endswith((".problem.json", ".solution.json", ".sequences.json")):
                        (folder / f"before.{each.name}").write_bytes(fetch(session, each.digest))
            pins = session.query(Pin.subject).where(Pin.run == run.after).all() if run.after else []
            fictional = city.fictional
        job = {
            "kind": run.kind,
            "title": run.title,
            "area": run.area,
            "options": run.options,
            "seed": run.seed,
            "seconds": run.seconds,
            "fictional": fictional,
            "keep_only": keeping,
            "pins": [pin.subject for pin in pins],
            "bytes": self.settings.child_bytes,
            "cluster": self.settings.cluster,
            "processes": self.settings.processes,
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        keep = (
            "PATH",
            "HOME",
            "LANG",
            "LC_ALL",
            "TMPDIR",
            "PYTHONPATH",
            "NUMBA_CACHE_DIR",
            "VIRTUAL_ENV",
            "TZ",
            *travelling.NAMES,
        )
        child = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [*self.program, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "stderr.txt").open("w"),
            text=True,
            cwd=Path(__file__).parent.parent,
            env={name: os.environ[name] for name in keep if name in os.environ},
        )
        said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=_hear, args=(child, said), daemon=True).start()
        log.info("run.started", run=run.id, kind=run.kind, attempt=run.attempt)
        return Working(run, child, folder, said, keeping=keeping)

    def _look_after(self, each: Working) -> None:
        ended = each.child.poll() is not None
        progress = self._listen(each)
        try:
            at = time.monotonic()
            best = self._new_best(each)
            if progress or best or at - each.renewed > self.settings.lease_seconds / 3:
                each.renewed = at
                asked = runs.renew(self.db, each.run, self.settings, progress=progress, best=best)
                if asked and each.stop_since is None:
                    each.by_person = True
                    self._tell_to_stop(each)
            if ended:
                self._ended(each)
            else:
                self._enforce(each)
        except runs.LostLease:
            log.warning("run.lost", run=each.run.id)
            each.child.kill()
            self._forget(each)

    def _listen(self, each: Working) -> dict[str, Any] | None:
        progress = None
        while not each.said.empty():
            line = each.said.get()
            if "trouble" in line:
                each.trouble = line["trouble"]
            elif "phase" in line:
                each.phase, each.phase_since = line["phase"], time.monotonic()
            elif "share" in line:
                progress = line
        return progress

    def _new_best(self, each: Working) -> bytes | None:
        path = each.folder / "best.json"
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if changed == each.best_seen:
            return None
        each.best_seen = changed
        return path.read_bytes()

    def _tell_to_stop(self, each: Working) -> None:
        each.stop_since = time.monotonic()
        assert each.child.stdin is not None
        with contextlib.suppress(OSError):
            each.child.stdin.write(STOP)
            each.child.stdin.flush()

    def _enforce(self, each: Working) -> None:
        at = time.monotonic()
        allowed = each.run.seconds + SOLVE_GRACE if each.phase == "solving" else OTHER_SECONDS
        if each.stop_since is None and at - each.phase_since > allowed:
            self._tell_to_stop(each)
        if each.stop_since is not None and each.phase == "solving" and at - each.stop_since > KILL_GRACE:
            each.killed = True
            each.child.kill()
        if each.phase != "solving" and at - each.phase_since > OTHER_SECONDS + KILL_GRACE:
            each.killed = True
            each.child.kill()

    def _ended(self, each: Working) -> None:
        manifest = each.folder / "manifest.json"
        if manifest.exists():
            told = json.loads(manifest.read_text("utf-8"))
            made = [
                runs.Made(
                    entry["name"], entry["title"], entry["media"], (each.folder / "result" / str(number)).read_bytes()
                )
                for number, entry in enumerate(told["made"])
            ]
            state = runs.STOPPED if each.by_person or each.killed else runs.DONE
            runs.finish(self.db, each.run, state=state, outcome=told["outcome"], made=made)
            log.info("run.finished", run=each.run.id, state=state)
        elif each.killed and not each.keeping and each.best_seen:
            with self.db.reading() as session:
                fresh = session.get_one(Run, each.run.id)
                session.expunge(fresh)
            self.working.append(self._start(fresh, keeping=True))
        elif each.trouble:
            state = runs.CANCELLED if each.by_person else runs.FAILED
            runs.fail(self.db, each.run, each.trouble, state=state)
        elif each.killed:
            words = "The plan did not finish in its time, and there was no answer to keep. Ask for more time or less."
            runs.fail(self.db, each.run, words, state=runs.CANCELLED if each.by_person else runs.FAILED)
        else:
            self._died(each)
        self._forget(each)

    def _died(self, each: Working) -> None:
        log.error("run.died", run=each.run.id, code=each.child.returncode)
        if each.run.attempt < self.settings.attempts:
            with self.db.session() as session:
                runs.interrupted(session, each.run)
            return
        runs.fail(
            self.db,
            each.run,
            f"The plan's process ended unexpectedly {each.run.attempt} times. Its input is kept: start it again, "
            "or ask for a smaller area.",
        )

    def _forget(self, each: Working) -> None:
        each.child.wait()
        for stream in (each.child.stdin, each.child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        shutil.rmtree(each.folder, ignore_errors=True)
        self.working.remove(each)

    def close(self) -> None:
        """Ask the worker to stop claiming, let its children keep their best, and end."""
        self.closing.set()

    def _close(self) -> None:
        for each in self.working:
            each.child.kill()
            try:
                best = self._new_best(each)
                if best:
                    runs.renew(self.db, each.run, self.settings, best=best)
                runs.release(self.db, each.run)
            except runs.LostLease:
                pass
        for each in list(self.working):
            self._forget(each)


def _hear(child: "subprocess.Popen[str]", said: "queue.SimpleQueue[dict[str, Any]]") -> None:
    assert child.stdout is not None
    try:
        for line in child.stdout:
            try:
                said.put(json.loads(line))
            except ValueError:
                continue
    except ValueError:  # closed underneath us
        return


def main() -> int:
    """Work until told to stop; started beside the web process, and dying with it."""
    import signal

    from service.child import die_with_parent

    die_with_parent()
    settings = Settings()
    logs.set_up(settings.log)
    db = Database(settings.database_url)
    worker = Worker(db, settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.close())
    worker.work()
    db.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
