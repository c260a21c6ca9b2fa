"""Progress streams: many watchers of one plan cost one query a turn, and each hears the end."""

import asyncio

import pytest
from sqlalchemy import event

from service import runs
from service.store.tables import Run
from service.web.watch import Watch
from tests.builders.service import a_city, a_run


def drawn(run, ahead: int) -> str:
    return f"{run.state} {run.share} {ahead}"


def change(db, run_id: str, **values) -> None:
    with db.session() as session:
        for name, value in values.items():
            setattr(session.get_one(Run, run_id), name, value)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("service.web.watch.EVERY", 0.02)


def test_two_hundred_watchers_see_every_change_and_the_end_and_share_their_looks(db, settings, quick):
    run_id = a_run(db, settings, city=a_city(db))
    looks = []
    event.listen(db.engine, "begin", lambda connection: looks.append(1))

    async def one(watch: Watch) -> list[str]:
        return [sight.words async for sight in watch.follow(run_id) if sight is not None]

    async def everybody() -> tuple[list[list[str]], int]:
        watch = Watch(db, drawn)
        watching = [asyncio.create_task(one(watch)) for _ in range(200)]
        while len(looks) < 205:  # each looked once when it came, and then one looks for all
            await asyncio.sleep(0.02)
        change(db, run_id, state=runs.RUNNING, share=0.5)
        await asyncio.sleep(0.1)
        before = len(looks)
        await asyncio.sleep(0.2)
        turns = len(looks) - before
        change(db, run_id, state=runs.DONE, share=1.0)
        return list(await asyncio.gather(*watching)), turns

    heard, turns = asyncio.run(everybody())
    assert turns <= 11
    assert {tuple(words) for words in heard} == {("queued 0.0 0", "running 0.5 0", "done 1.0 0")}


def test_those_who_wait_are_told_how_many_are_in_front(db, settings, quick):
    city = a_city(db)
    _, second = (a_run(db, settings, city=city) for _ in range(2))

    async def first_words() -> str:
        follow = Watch(db, drawn).follow(second)
        async for sight in follow:
            await follow.aclose()
            return sight.words
        return ""

    assert asyncio.run(first_words()) == "queued 0.0 1"


def test_a_plan_erased_while_it_is_watched_ends_the_stream(db, settings, quick):
    run_id = a_run(db, settings, city=a_city(db))

    async def watching() -> list[str]:
        heard = []
        async for sight in Watch(db, drawn).follow(run_id):
            if sight is not None:
                heard.append(sight.words)
            with db.session() as session:
                session.query(Run).filter(Run.id == run_id).delete()
        return heard

    assert asyncio.run(watching()) == ["queued 0.0 0"]
