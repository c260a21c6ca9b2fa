"""The queue of runs: durable, leased, fenced, stoppable, and never lost or doubled."""

import json
import time

import pytest

from service import runs
from service.settings import Settings
from service.store import audit
from service.store.database import Database, fetch
from service.store.people import TooMany
from service.store.scope import SYSTEM, NotAllowed, NotThere
from service.store.tables import Run
from service.worker import Worker
from tests.builders.service import a_city, a_finished_run, a_run, a_scope
from tests.service.fake_worker import FAKE_CHILD


def the_run(db: Database, run_id: str) -> Run:
    with db.reading() as session:
        return session.get_one(Run, run_id)


def worked(db: Database, settings: Settings, *, seconds: float = 20.0, until=runs.OVER, run_id: str) -> Run:
    worker = Worker(db, settings, program=FAKE_CHILD)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        worker.turn()
        run = the_run(db, run_id)
        if run.state in until:
            for each in list(worker.working):
                each.child.kill()
                worker._forget(each)
            return run
        time.sleep(0.02)
    raise AssertionError(f"still {run.state}: {run.doing}")


def test_a_run_is_worked_on_and_leaves_its_files(db, settings):
    run_id = a_run(db, settings, city=a_city(db))
    run = worked(db, settings, run_id=run_id)
    assert (run.state, run.best_cost, run.best_bound, run.attempt) == (runs.DONE, 997, 900, 1)
    with db.reading() as session:
        [output] = runs.outputs(session, run)
        assert json.loads(fetch(session, output.digest)) == {"count": 3, "begun_at": 0}


def test_the_same_key_twice_is_one_run(db, settings):
    city = a_city(db)
    assert a_run(db, settings, city=city, key="k") == a_run(db, settings, city=city, key="k")
    assert a_run(db, settings, city=city, key="other") != a_run(db, settings, city=city, key="k")


def test_a_stopped_run_keeps_its_best(db, settings):
    run_id = a_run(db, settings, city=a_city(db), options={"steps": 10_000, "nap": 0.02})
    worked(db, settings, run_id=run_id, until=(runs.RUNNING,))
    with db.session() as session:
        run = session.get_one(Run, run_id)
        run.state, run.holder, run.lease_until = runs.INTERRUPTED, None, 0.0
    with db.session() as session:
        run = session.get_one(Run, run_id)
        run.stop_asked = True
    run = worked(db, settings, run_id=run_id)
    assert run.state == runs.STOPPED and run.outcome is not None


def test_a_run_that_is_deaf_is_ended_by_force_and_its_best_kept(db, settings, monkeypatch):
    monkeypatch.setattr("service.worker.KILL_GRACE", 0.3)
    monkeypatch.setattr("service.worker.SOLVE_GRACE", 0.0)
    run_id = a_run(db, settings, city=a_city(db), seconds=0.5, options={"steps": 10_000, "nap": 0.02, "deaf": True})
    run = worked(db, settings, run_id=run_id)
    assert run.state in runs.FINISHED and run.best_cost < 1000


def test_a_run_whose_process_dies_starts_again_from_its_best(db, settings):
    run_id = a_run(db, settings, city=a_city(db), options={"steps": 4, "die": "once"})
    run = worked(db, settings, run_id=run_id)
    assert (run.state, run.attempt) == (runs.DONE, 2)
    with db.reading() as session:
        [output] = runs.outputs(session, run)
        assert json.loads(fetch(session, output.digest))["begun_at"] > 0


def test_a_run_that_always_dies_fails_with_its_input_kept_and_can_be_started_again(db, settings):
    run_id = a_run(db, settings, city=a_city(db), options={"die": "always"})
    run = worked(db, settings, run_id=run_id)
    assert (run.state, run.attempt) == (runs.FAILED, settings.attempts)
    assert "start it again" in run.trouble
    with db.session() as session:
        assert runs.again(session, SYSTEM, run_id).state == runs.QUEUED


def test_trouble_is_told_in_the_words_of_the_child(db, settings):
    run_id = a_run(db, settings, city=a_city(db), options={"trouble": "There is no school to meet."})
    run = worked(db, settings, run_id=run_id)
    assert (run.state, run.trouble) == (runs.FAILED, "There is no school to meet.")


def test_an_expired_lease_shows_as_interrupted_and_the_old_holder_can_change_nothing(db, settings):
    run_id = a_run(db, settings, city=a_city(db))
    stale = runs.claim(db, "first", settings)
    with db.session() as session:
        session.get_one(Run, run_id).lease_until = 0.0
    runs.expire(db, settings)
    assert the_run(db, run_id).state == runs.INTERRUPTED
    taken = runs.claim(db, "second", settings)
    assert (taken.id, taken.attempt) == (run_id, 2)
    with pytest.raises(runs.LostLease):
        runs.finish(db, stale, state=runs.DONE, outcome={"cost": 1, "bound": 1}, made=[])
    with pytest.raises(runs.LostLease):
        runs.renew(db, stale, settings)
    assert the_run(db, run_id).state == runs.RUNNING


def test_nobody_waits_for_more_than_their_share(db, tmp_path):
    settings = Settings(data=tmp_path, queued_each=2)
    city = a_city(db)
    for _ in range(2):
        a_run(db, settings, city=city)
    with pytest.raises(TooMany, match="2 plans waiting"):
        a_run(db, settings, city=city)


def test_a_run_that_has_not_begun_is_cancelled_at_once(db, settings):
    run_id = a_run(db, settings, city=a_city(db))
    with db.session() as session:
        runs.stop(session, SYSTEM, run_id)
    assert the_run(db, run_id).state == runs.CANCELLED
    assert runs.claim(db, "worker", settings) is None


def test_a_run_outside_ones_areas_or_desk_is_not_there(db, settings):
    run_id = a_finished_run(db, settings, city=a_city(db), kind="meetings", area="West")
    for scope in (a_scope("coordinator", "East"), a_scope("commissioner"), a_scope("admin")):
        with db.reading() as session, pytest.raises(NotThere):
            runs.get(session, scope, run_id)
    with db.reading() as session:
        assert runs.get(session, a_scope("coordinator", "West"), run_id).id == run_id


def test_a_viewer_cannot_start_or_stop(db, settings):
    city = a_city(db)
    with pytest.raises(NotAllowed):
        a_run(db, settings, city=city, scope=a_scope("viewer"))
    run_id = a_run(db, settings, city=city, kind="routes")
    with db.session() as session, pytest.raises(NotAllowed):
        runs.stop(session, a_scope("viewer"), run_id)


def test_every_step_of_a_run_is_in_the_audit_and_the_chain_holds(db, settings):
    run_id = a_run(db, settings, city=a_city(db))
    worked(db, settings, run_id=run_id)
    with db.reading() as session:
        verdict = audit.verify(session)
    assert verdict.holds and verdict.entries == 3
