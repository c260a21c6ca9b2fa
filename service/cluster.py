"""The one seam to more processors: a pool of local processes, or a Dask cluster named by its address."""

import contextlib
import ipaddress
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from multiprocessing import get_context
from typing import Any, Protocol
from urllib.parse import urlsplit

ATTEMPTS = 3
"""How often an item is tried when the process working on it is killed."""

Outcome = tuple[Any, Any, BaseException | None]


class Pool(Protocol):
    """Runs a function over items at the same time and yields (item, value, error) for each as it finishes."""

    def run(self, fn: Callable[[Any], Any], items: Iterable[Any], deadline: float | None = None) -> Iterator[Outcome]:
        """Yield every item once; ``deadline`` is seconds from now for all of them, after which the rest time out."""
        ...


def check_address(address: str) -> None:
    """Raise ValueError unless an address is tls://host:port, or tcp:// on this computer only."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{address}: the port is not a number from 1 to 65535. Write tls://host:8786.") from error
    if parts.scheme not in ("tls", "tcp") or not parts.hostname or port is None:
        raise ValueError(f"{address} is not the address of a cluster. Write tls://host:8786.")
    if parts.scheme == "tcp" and not _is_here(parts.hostname):
        raise ValueError(f"{address} would send problems unprotected. Use tls:// for another computer.")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextlib.contextmanager
def open_pool(url: str | None = None, workers: int = 2) -> Iterator[Pool]:
    """Give a pool and close it afterwards: local processes, or the Dask cluster at ``url`` when one is named.

    Functions must be importable and items picklable. Raises ValueError for an address that is not one, and OSError
    when the cluster does not answer.
    """
    if url is None:
        from pebble import ProcessPool

        local = ProcessPool(max_workers=workers, context=get_context("spawn"))
        try:
            yield _Local(local, workers)
        finally:
            local.stop()
            local.join()
        return
    check_address(url)
    from distributed import Client

    try:
        client = Client(url, timeout=20, set_as_default=False)
    except OSError as away:
        raise OSError(
            f"the cluster at {url} does not answer: start it, or leave the address out to use this computer"
        ) from away
    try:
        yield _Cluster(client)
    finally:
        client.close()


class _Local:
    """Local processes; one killed in the middle gives its item to another."""

    def __init__(self, pool: Any, workers: int) -> None:
        self.pool = pool
        self.ahead = 2 * workers

    def run(self, fn: Callable[[Any], Any], items: Iterable[Any], deadline: float | None = None) -> Iterator[Outcome]:
        """Yield every item once, as each finishes."""
        from pebble import ProcessExpired

        ends = None if deadline is None else time.monotonic() + deadline
        waiting = iter(items)
        flying: dict[Future[Any], tuple[Any, int]] = {}
        self._fill(flying, waiting, fn, ends)
        while flying:
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                item, attempt = flying.pop(future)
                error = future.exception()
                if isinstance(error, ProcessExpired) and attempt < ATTEMPTS:
                    self._fly(flying, item, attempt + 1, fn, ends)
                else:
                    yield item, None if error else future.result(), error
            self._fill(flying, waiting, fn, ends)

    def _fill(
        self, flying: dict[Future[Any], tuple[Any, int]], waiting: Iterator[Any], fn: Callable[[Any], Any],
        ends: float | None,
    ) -> None:  # fmt: skip
        while len(flying) < self.ahead:
            try:
                item = next(waiting)
            except StopIteration:
                return
            self._fly(flying, item, 1, fn, ends)

    def _fly(
        self, flying: dict[Future[Any], tuple[Any, int]], item: Any, attempt: int, fn: Callable[[Any], Any],
        ends: float | None,
    ) -> None:  # fmt: skip
        left = None if ends is None else max(0.01, ends - time.monotonic())
        flying[self.pool.schedule(fn, args=(item,), timeout=left)] = (item, attempt)


class _Cluster:
    """A Dask cluster; the scheduler gives a killed worker's item to another, and a refusal is tried again."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, fn: Callable[[Any], Any], items: Iterable[Any], deadline: float | None = None) -> Iterator[Outcome]:
        """Yield every item once, as each finishes."""
        from distributed import KilledWorker, as_completed

        flying = {self._fly(fn, item): (item, 1) for item in items}
        arriving = as_completed(list(flying), loop=self.client.loop, timeout=deadline)
        try:
            for future in arriving:
                item, attempt = flying.pop(future)
                error = future.exception() if future.status == "error" else None
                if isinstance(error, KilledWorker) and attempt < ATTEMPTS:
                    again = self._fly(fn, item)
                    flying[again] = (item, attempt + 1)
                    arriving.add(again)
                    continue
                if future.status == "cancelled":
                    error = RuntimeError("the cluster dropped it")
                yield item, None if error else future.result(), error
        except TimeoutError:
            late = dict(flying)
            self.client.cancel(list(late))
            for item, _ in late.values():
                yield item, None, TimeoutError("it was not finished in time")

    def _fly(self, fn: Callable[[Any], Any], item: Any) -> Any:
        return self.client.submit(fn, item, pure=False, retries=0)
