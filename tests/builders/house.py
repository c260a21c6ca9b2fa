"""A whole service for a test, on a free port with an empty data folder, and a browser to sit at."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@contextlib.contextmanager
def a_service(folder: Path) -> Iterator[str]:
    """Yield the address of a running demonstration, which is ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", "from service.cli import main; main()", "serve", "--demo", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "SENDOPT_DATA": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "stderr.txt").open("w"),
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(address: str, process: subprocess.Popen) -> None:
    for _ in range(2400):
        if process.poll() is not None:
            raise AssertionError("the service ended at once")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service did not answer")


@dataclass
class Sitting:
    """A person at a browser, who uses the keyboard alone; every page they reach is put to axe at two widths."""

    page: Any
    address: str
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.address + path)
        self.look()

    def look(self) -> None:
        """Put the page to axe at 320 and 1280 pixels, once for each address and title."""
        from axe_playwright_python.sync_playwright import Axe

        self.page.wait_for_load_state("load")
        self.page.wait_for_selector("main", state="attached")  # a function would be refused by the pages' own policy
        name = f"{self.page.url.removeprefix(self.address).split('?')[0]} {self.page.title()}"
        if name in self.seen:
            return
        self.seen.add(name)
        for width in (320, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.wait_for_load_state("load")
            found = Axe().run(self.page, options=AXE_RULES).response["violations"]
            self.complaints += [
                f"{name} at {width}: {each['id']} {[node['target'] for node in each['nodes']][:3]}" for each in found
            ]
            over = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                self.complaints.append(f"{name} at {width}: {over} pixels too wide")

    def press(self, words: str, *, key: str = "Enter") -> None:
        """Move with the Tab key to the link or button of these words, and press it."""
        self.go_to(lambda told: told["words"] == words, words)
        self.page.keyboard.press(key)
        self.page.wait_for_timeout(150)
        self.look()

    def go_to(self, fits: Any, what: str) -> None:
        """Move with the Tab key to the first thing that fits."""
        self.page.evaluate("document.activeElement && document.activeElement.blur()")
        for _ in range(400):
            self.page.keyboard.press("Tab")
            told = self.page.evaluate(
                "() => { const e = document.activeElement; return {words: (e.innerText || '').trim(), id: e.id, "
                "name: e.name || '', value: e.value || ''} }"
            )
            if fits(told):
                return
        raise AssertionError(f"the keyboard cannot reach {what} on {self.page.url}")

    def type_in(self, field_id: str, text: str) -> None:
        """Move with the Tab key to a field and type."""
        self.go_to(lambda told: told["id"] == field_id, field_id)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def wait_for_plan(self, *, seconds: float = 600) -> None:
        """Stay on the progress page until the result is there; the page brings it by itself."""
        try:
            self.page.wait_for_selector("#decide", timeout=seconds * 1000, state="attached")
        except Exception as late:
            raise AssertionError(f"no plan after {seconds:.0f} seconds; the page says: {self.words()}") from late
        self.look()

    def words(self) -> str:
        """Return what the page says."""
        return str(self.page.inner_text("main"))


@contextlib.contextmanager
def a_sitting(address: str) -> Iterator[Sitting]:
    """Yield a person at a browser, on whose machine no other host can be reached."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = browser.new_context(accept_downloads=True)
        page = context.new_page()
        page.set_default_timeout(240_000)  # a busy machine is not what is tested
        page.set_default_timeout(120_000)  # a busy machine is slow, not wrong
        sitting = Sitting(page, address)

        def watch(request: Any) -> None:
            if not request.url.startswith((address, "data:", "blob:", "about:")):
                sitting.outside.append(request.url)

        page.on("request", watch)
        page.on(
            "console",
            lambda message: sitting.complaints.append(f"console: {message.text}") if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: sitting.complaints.append(f"error: {error}"))
        yield sitting
        browser.close()
