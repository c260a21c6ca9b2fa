"""A busy morning: 40 requests a second for a minute and 200 open progress streams, while two plans are worked on.

``python -m tests.benchmarks.load`` starts a service of its own on loopback, prints the figures as JSON and ends it.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.builders.house import a_service

SHOWN = ("/", "/transport", "/transport/runs", "/transport/children", "/meetings", "/meetings/schools", "/places")
SHOWN += ("/plans", "/decisions", "/data", "/help", "/api/v1/runs", "/places/allocation", "/transport/review")


@dataclass
class Measured:
    """What was seen: seconds and status of each request by path, and what the streams said."""

    took: dict[str, list[float]] = field(default_factory=dict)
    status: Counter[int] = field(default_factory=Counter)
    events: Counter[int] = field(default_factory=Counter)
    """How many pieces of progress each stream brought."""

    def figures(self) -> dict[str, Any]:
        """Return the percentiles in milliseconds, over all and for each address."""
        every = [each for some in self.took.values() for each in some]
        told = {"answers": len(every), "statuses, 0 for none": dict(self.status), **_percentiles(every)}
        told["by address, p95 ms"] = {path: _percentiles(some)["p95 ms"] for path, some in sorted(self.took.items())}
        return told


def _percentiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"p{part} ms": round(1000 * ordered[min(len(ordered) - 1, len(ordered) * part // 100)]) for part in (50, 95, 99)
    }


async def ask(client: httpx.AsyncClient, path: str, measured: Measured, due: float) -> None:
    """Ask once; the wait is counted from when the request was due, so that a stalled service is not flattered."""
    try:
        answer = await client.get(path)
    except httpx.HTTPError:
        measured.status[0] += 1
        return
    measured.took.setdefault(re.sub(r"[0-9a-f]{32}", "…", path), []).append(asyncio.get_running_loop().time() - due)
    measured.status[answer.status_code] += 1


async def follow(host: str, port: int, path: str, number: int, measured: Measured) -> None:
    """Hold one progress stream open and count what it brings."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"event: progress"):
                measured.events[number] += 1
    finally:
        writer.close()


def start(client: httpx.Client, kind: str, minutes: float, **options: Any) -> str:
    """Ask for a plan and return its id."""
    answer = client.post("/api/v1/runs", json={"kind": kind, "minutes": minutes, **options})
    answer.raise_for_status()
    return str(answer.json()["id"])


def finish(client: httpx.Client, run_id: str) -> None:
    """Wait until a plan is over."""
    while client.get(f"/api/v1/runs/{run_id}").json()["state"] in ("queued", "running", "interrupted"):
        time.sleep(1)


async def busy(address: str, live: list[str], paths: list[str], *, rate: int, seconds: int, streams: int) -> Measured:
    """Ask at a steady rate, whether or not earlier answers have come, with the streams open all the while."""
    measured = Measured()
    url = httpx.URL(address)
    watching = [
        asyncio.create_task(follow(url.host, url.port or 80, f"/plans/{live[n % len(live)]}/events", n, measured))
        for n in range(streams)
    ]
    await asyncio.sleep(3)
    clock = asyncio.get_running_loop().time
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=100)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        begun, asked = clock(), []
        for number in range(rate * seconds):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - clock()))
            asked.append(asyncio.create_task(ask(client, paths[number % len(paths)], measured, due)))
        await asyncio.gather(*asked)
    for each in watching:
        each.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return measured


def web_process(port: int) -> psutil.Process:
    """Return the process that listens on a port."""
    for found in psutil.process_iter():
        try:
            if any(each.laddr.port == port for each in found.net_connections("tcp") if each.status == "LISTEN"):
                return found
        except psutil.Error:
            continue
    raise LookupError(port)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="a data folder kept from before, whose finished plans are shown")
    chosen = parser.parse_args()
    os.environ["SENDOPT_RUNNING"] = "2"
    with contextlib.ExitStack() as stack:
        folder = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(a_service(folder))
        with httpx.Client(base_url=address, timeout=60) as client:
            for kind in ("routes", "meetings", "places"):
                if not client.get("/api/v1/runs", params={"kind": kind}).json()["total"]:
                    finish(client, start(client, kind, 0.1))
            done = [each["id"] for each in client.get("/api/v1/runs").json()["runs"]]
            live = [start(client, "routes", 10, seed=seed) for seed in (1, 2)]
            while any(client.get(f"/api/v1/runs/{each}").json()["state"] != "running" for each in live):
                time.sleep(1)
            paths = [*SHOWN, *(f"/plans/{each}" for each in (*done, *live))]
            web = web_process(int(address.rsplit(":", 1)[1]))
            before = sum(web.cpu_times()[:2])
            measured = asyncio.run(
                busy(address, live, paths, rate=chosen.rate, seconds=chosen.seconds, streams=chosen.streams)
            )
            used = sum(web.cpu_times()[:2]) - before
            still = [client.get(f"/api/v1/runs/{each}").json()["state"] for each in live]
    told = measured.figures()
    told |= {"streams that brought progress": len(measured.events), "pieces of progress": measured.events.total()}
    told |= {"web process, processor seconds": round(used, 1), "plans at the end": still}
    told |= {"ms of processor a request": round(1000 * used / max(1, told["answers"]), 1)}
    told |= {"load average": os.getloadavg()[0]}
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
