"""Kill -9 at random of the web process, the worker and its children, while plans are asked for over HTTP.

``python -m tests.service.killing --on sqlite --kills 40`` does it by hand and prints what was seen.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import func, select

from service import runs
from service.settings import Settings
from service.store import audit
from service.store.database import Database
from service.store.tables import AuditEntry, Output, Run
from tests.builders.service import a_city
from tests.service import postgres

ROOT = Path(__file__).parents[2]
PLAN = {"kind": "places", "minutes": 1, "options": {"steps": 5, "nap": 0.05}}
VICTIMS = ("web", "worker", "child")


@dataclass
class Seen:
    """What a round of kills left behind."""

    kills: Counter[str] = field(default_factory=Counter)
    back: list[float] = field(default_factory=list)
    """Seconds from starting the web process again to its first "ready"."""
    work: list[float] = field(default_factory=list)
    """Processor seconds that each of those starts took."""
    asked: dict[str, str] = field(default_factory=dict)
    """The plan that was acknowledged for each key that was asked with."""
    unanswered: int = 0
    """Requests that a kill left without an answer, and that were sent again with the same key."""


class Victims:
    """The web process and the worker, started again whenever they are killed."""

    def __init__(self, url: str, folder: Path, seen: Seen) -> None:
        self.url, self.folder, self.seen = url, folder, seen
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.web = self._web()
        self.worker = self._worker()

    def _web(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "SENDOPT_DATABASE": self.url, "SENDOPT_DATA": str(self.folder)}
        environment |= {"SENDOPT_WORKER": "false", "SENDOPT_QUEUED_EACH": "1000"}
        program = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--demo"]
        begun = time.monotonic()
        process = subprocess.Popen(
            [*program, "--port", str(self.port)], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        for _ in range(600):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    break
            time.sleep(0.05)
        self.seen.back.append(round(time.monotonic() - begun, 2))
        self.seen.work.append(round(sum(psutil.Process(process.pid).cpu_times()[:2]), 2))
        return process

    def _worker(self) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-m", "tests.service.fake_worker", self.url, str(self.folder)]
        return subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL)

    def kill(self, which: str) -> None:
        """Kill one of the three with signal 9; a child that has just ended by itself is not counted."""
        if which == "child":
            children = psutil.Process(self.worker.pid).children()
            if not children:
                return
            try:
                os.kill(children[0].pid, signal.SIGKILL)
            except ProcessLookupError:
                return
        else:
            process = self.web if which == "web" else self.worker
            process.kill()
            process.wait()
        self.seen.kills[which] += 1

    def mend(self) -> None:
        """Start again what is dead."""
        if self.web.poll() is not None:
            self.web = self._web()
        if self.worker.poll() is not None:
            self.worker = self._worker()

    def close(self) -> None:
        """End both."""
        for process in (self.web, self.worker):
            process.kill()
            process.wait()


def ask(victims: Victims, key: str) -> None:
    """Ask for one plan with a key of its own until somebody acknowledges it."""
    while True:
        victims.mend()
        try:
            answer = _post(victims, key)
        except httpx.HTTPError:
            victims.seen.unanswered += 1
            continue
        assert answer.status_code == 202, answer.text
        victims.seen.asked[key] = answer.json()["id"]
        return


def survive(url: str, folder: Path, *, kills: int, seed: int) -> Seen:
    """Kill at random, then check that each acknowledged plan is there once, done once and recorded once."""
    dice = random.Random(seed)
    db = Database(Settings(data=folder, database=url, demo=True).database_url)
    db.migrate()
    a_city(db)
    seen = Seen()
    victims = Victims(url, folder, seen)
    try:
        while sum(seen.kills.values()) < kills:
            ask(victims, f"k{len(seen.asked)}")
            asking = threading.Thread(target=_ask_once, args=(victims, f"k{len(seen.asked)}"))
            asking.start()
            time.sleep(dice.choice((dice.uniform(0.0, 0.03), dice.uniform(0.0, 0.6))))
            victims.kill(dice.choice(VICTIMS))
            asking.join()
            ask(victims, f"k{len(seen.asked)}")
        victims.mend()
        _wait_until_done(db, seen)
        _check(db, seen)
    finally:
        victims.close()
        db.close()
    return seen


def _ask_once(victims: Victims, key: str) -> None:
    """Ask while the kill may come at any point of the request; the caller asks again with the same key."""
    try:
        _post(victims, key)
    except httpx.HTTPError:
        victims.seen.unanswered += 1


def _post(victims: Victims, key: str) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return httpx.post(f"{victims.address}/api/v1/runs", json=PLAN, headers=headers, timeout=20)


def _wait_until_done(db: Database, seen: Seen) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with db.reading() as session:
            left = session.execute(select(func.count()).select_from(Run).where(Run.state != runs.DONE)).scalar_one()
        if not left:
            return
        time.sleep(0.2)


def _check(db: Database, seen: Seen) -> None:
    asked = set(seen.asked.values())
    with db.reading() as session:
        states = _pairs(session, select(Run.id, Run.state))
        files = _pairs(session, select(Output.run, func.count()).group_by(Output.run))
        finished = select(AuditEntry.what, func.count()).where(AuditEntry.did == "finished a plan")
        ends = _pairs(session, finished.group_by(AuditEntry.what))
        verdict = audit.verify(session)
    assert len(asked) == len(seen.asked), "two keys were answered with one plan"
    assert set(states) == asked, "a plan was lost, or stands that nobody was told of"
    assert set(states.values()) == {runs.DONE}
    assert files == dict.fromkeys(asked, 1)
    assert ends == dict.fromkeys(asked, 1)
    assert verdict.holds


def _pairs(session: Any, query: Any) -> dict[str, Any]:
    return dict(tuple(row) for row in session.execute(query))


def main() -> None:
    """Do it by hand and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=2)
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'runs.sqlite3'}"
        if chosen.on == "postgresql":
            url = stack.enter_context(postgres.server())
        begun = os.times()
        seen = survive(url, folder, kills=chosen.kills, seed=chosen.seed)
        used = os.times()
    back = sorted(seen.back)
    told = {
        "on": chosen.on,
        "kills": dict(seen.kills),
        "plans": len(seen.asked),
        "left without an answer": seen.unanswered,
    }
    told |= {"web starts": len(back), "ready after, median": back[len(back) // 2], "ready after, worst": back[-1]}
    told |= {"processor seconds of a start, worst": max(seen.work)}
    cpu = sum(used[:4]) - sum(begun[:4])
    print(json.dumps({**told, "cpu seconds": round(cpu, 1)}))


if __name__ == "__main__":
    main()
