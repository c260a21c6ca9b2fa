"""Kill -9 of workers and their children at random: nothing acknowledged is lost or doubled, on either database."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from service import runs
from service.settings import Settings
from service.store import audit
from service.store.database import Database
from service.store.tables import AuditEntry, Output, Run
from tests.builders.service import a_city, a_run
from tests.service import postgres

ROOT = Path(__file__).parents[2]


def a_worker(url: str, folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.service.fake_worker", url, str(folder)], cwd=ROOT, stdout=subprocess.DEVNULL
    )


def survive(url: str, folder: Path, *, kills: int, plans: int, seed: int) -> None:
    dice = random.Random(seed)
    settings = Settings(data=folder, database=url, demo=True, queued_each=1000)
    db = Database(settings.database_url)
    db.migrate()
    city = a_city(db)
    asked = [a_run(db, settings, city=city, options={"steps": 5, "nap": 0.05}) for _ in range(plans // 2)]
    worker = a_worker(url, folder)
    try:
        for _ in range(kills):
            time.sleep(dice.uniform(0.1, 0.9))
            if len(asked) < plans:
                asked.append(a_run(db, settings, city=city, options={"steps": 5, "nap": 0.05}))
            children = psutil.Process(worker.pid).children(recursive=True) if worker.poll() is None else []
            victim = dice.choice([*children, None])
            if victim is None:
                worker.kill()
                worker.wait()
                worker = a_worker(url, folder)
            else:
                try:
                    os.kill(victim.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with db.reading() as session:
                left = session.execute(select(func.count()).select_from(Run).where(Run.state != runs.DONE)).scalar_one()
            if not left:
                break
            time.sleep(0.2)
        with db.reading() as session:
            states = dict(tuple(row) for row in session.execute(select(Run.id, Run.state)))
            files = dict(tuple(row) for row in session.execute(select(Output.run, func.count()).group_by(Output.run)))
            ends = dict(
                tuple(row)
                for row in session.execute(
                    select(AuditEntry.what, func.count())
                    .where(AuditEntry.did == "finished a plan")
                    .group_by(AuditEntry.what)
                )
            )
            verdict = audit.verify(session)
        assert set(states) == set(asked)
        assert set(states.values()) == {runs.DONE}
        assert files == dict.fromkeys(asked, 1)
        assert ends == dict.fromkeys(asked, 1)
        assert verdict.holds
    finally:
        worker.kill()
        worker.wait()
        db.close()


def test_nothing_is_lost_or_doubled_on_sqlite(tmp_path):
    survive(f"sqlite:///{tmp_path / 'runs.sqlite3'}", tmp_path, kills=8, plans=8, seed=1)


@pytest.mark.full
def test_forty_kills_on_sqlite(tmp_path):
    survive(f"sqlite:///{tmp_path / 'runs.sqlite3'}", tmp_path, kills=40, plans=40, seed=2)


@pytest.mark.postgres
@pytest.mark.skipif(postgres.programs() is None, reason="skipped: PostgreSQL is not installed")
def test_nothing_is_lost_or_doubled_on_postgresql(tmp_path):
    with postgres.server() as url:
        survive(url, tmp_path, kills=6, plans=6, seed=3)


@pytest.mark.full
@pytest.mark.postgres
@pytest.mark.skipif(postgres.programs() is None, reason="skipped: PostgreSQL is not installed")
def test_forty_kills_on_postgresql(tmp_path):
    with postgres.server() as url:
        survive(url, tmp_path, kills=40, plans=40, seed=4)
