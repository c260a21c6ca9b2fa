"""How commands answer: plain sentences for people, one JSON object with ``--json``, and documented exit codes."""

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from optimiser.core.progress import Progress, Step
from service import shown

DONE, FAULTS, LEFT_OUT, STOPPED, USAGE, BUG = 0, 1, 2, 3, 64, 70
CODES = {
    DONE: "done",
    FAULTS: "the input has faults, which are listed",
    LEFT_OUT: "done, with somebody or something left out, each listed with a reason",
    STOPPED: "stopped by Ctrl-C; the best so far is kept",
    USAGE: "the command was typed wrongly",
    BUG: "a fault of ours",
}


class Answer:
    """Says things as they happen and, with ``--json``, one object at the end instead."""

    ended = False
    """Whether a command of this program ended by its own choice, whatever its code."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.data: dict[str, Any] = {}

    def say(self, text: str = "") -> None:
        """Say a sentence to a person."""
        if not self.as_json:
            from rich.console import Console

            Console(highlight=False, soft_wrap=True).print(text, markup=False)

    def end(self, code: int = DONE, **data: Any) -> None:
        """Finish with a code, printing the JSON object when that was asked for."""
        import typer

        self.data |= data
        if self.as_json:
            print(json.dumps({"code": code, "meaning": CODES[code], **self.data}, indent=2, default=str))
        Answer.ended = True
        raise typer.Exit(code)

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """Show a bar with the best cost, the bound and the gap; Ctrl-C asks the work to stop and keep its best."""
        with stopping() as stop:
            if self.as_json or not sys.stderr.isatty():
                yield lambda step: not stop.is_set()
                return
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[state]}"),
                TimeElapsedColumn(),
            )
            with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task(title, total=1.0, state="")

                def take(step: Step, /) -> bool:
                    bar.update(task, completed=step.share, state=_state(step))
                    return not stop.is_set()

                yield take


def _state(step: Step) -> str:
    parts = [step.doing]
    if step.cost is not None:
        parts.append(f"best {step.cost:,}")
    if step.bound is not None:
        parts.append(f"bound {step.bound:,}")
    if step.cost is not None and step.bound is not None:
        parts.append(shown.how_good(step.cost, step.bound).rstrip(".").lower())
    return " · ".join(parts)


STOPS: list[threading.Event] = []


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Yield an event that the first Ctrl-C sets; a second one ends the program at once."""
    stop = STOPS[-1] if STOPS else threading.Event()

    def heard(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        print("Stopping; the best so far is kept. Press Ctrl-C again to give it up.", file=sys.stderr)

    try:
        before = signal.signal(signal.SIGINT, heard)
    except ValueError:  # not the main thread
        yield stop
        return
    STOPS.append(stop)
    try:
        yield stop
    finally:
        STOPS.pop()
        signal.signal(signal.SIGINT, before)
