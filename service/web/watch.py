"""One look at the database for everybody who watches a plan, so that two hundred open pages cost no more than one."""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from service import runs
from service.store.database import Database
from service.store.tables import Run

log = structlog.get_logger()

EVERY = 0.7
"""Seconds between two looks."""
LONGEST = 600.0
"""Seconds after which a stream ends; the browser opens another by itself."""
QUIET = 15.0
"""Seconds of silence after which a comment is sent, so that proxies keep the stream open."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a plan's watchers are shown, and whether the plan is over."""

    words: str
    over: bool


class Watch:
    """Follows the plans that somebody is watching: one query a turn for all of them together."""

    def __init__(self, db: Database, draw: Callable[[Run, int], str]) -> None:
        self._db = db
        self._draw = draw
        self._watchers: Counter[str] = Counter()
        self._seen: dict[str, Sight] = {}
        self._turned = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def follow(self, run_id: str) -> AsyncIterator[Sight | None]:
        """Yield each new sight of a plan until it is over, gone or watched for long; None when nothing was new."""
        self._watchers[run_id] += 1
        last, clock = None, asyncio.get_running_loop().time
        until = clock() + LONGEST
        try:
            self._seen.update(await run_in_threadpool(self._look, [run_id]))
            while clock() < until:
                sight = self._seen.get(run_id)
                if sight is None:  # erased while it was watched
                    return
                yield None if sight == last else sight
                last = sight
                if sight.over:
                    return
                await self._wait(run_id, sight)
        finally:
            self._watchers[run_id] -= 1
            if not self._watchers[run_id]:
                del self._watchers[run_id]
                self._seen.pop(run_id, None)

    async def _wait(self, run_id: str, sight: Sight) -> None:
        """Wait for something new, though never for long."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._turn())
        try:
            async with asyncio.timeout(QUIET), self._turned:
                await self._turned.wait_for(lambda: self._seen.get(run_id) != sight)
        except TimeoutError:
            return

    async def _turn(self) -> None:
        while self._watchers:
            await asyncio.sleep(EVERY)
            watched = list(self._watchers)
            try:
                found = await run_in_threadpool(self._look, watched)
            except SQLAlchemyError as error:  # away for a moment: the watchers keep what they saw
                log.warning("watch.trouble", kind=type(error).__name__)
                continue
            async with self._turned:
                for run_id in watched:
                    if run_id not in found:
                        self._seen.pop(run_id, None)
                self._seen.update((run_id, sight) for run_id, sight in found.items() if run_id in self._watchers)
                self._turned.notify_all()

    def _look(self, watched: list[str]) -> dict[str, Sight]:
        with self._db.reading() as session:
            found = list(session.execute(select(Run).where(Run.id.in_(watched))).scalars())
            waiting: list[float] = []
            if any(run.state in runs.WAITING for run in found):
                query = select(Run.asked_at).where(Run.state.in_(runs.WAITING)).order_by(Run.asked_at)
                waiting = list(session.execute(query).scalars())
            return {
                run.id: Sight(self._draw(run, bisect_left(waiting, run.asked_at)), run.state in runs.OVER)
                for run in found
            }
