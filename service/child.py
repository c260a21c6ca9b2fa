"""One plan, worked out in a process of its own: it reads a folder, tells its progress by lines, and leaves files there.

It holds no database address and no keys. Standard input carries "stop"; the end of it means the supervisor has gone.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from optimiser.core.progress import Step

STOP = "stop\n"
_PR_SET_PDEATHSIG = 1
_TELL_EVERY = 0.25
_KEEP_EVERY = 1.0


def die_with_parent() -> None:
    """Ask Linux to end this process when its supervisor dies, so that two never work on one plan."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that a reader sees all of it or none."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(body)
    os.replace(part, path)


class Telling:
    """Progress as JSON lines on standard output, with the best so far in ``best.json``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stop = threading.Event()
        self.kept: int | None = None
        self.kept_at = 0.0
        self.told_at = 0.0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            if line == STOP:
                self.stop.set()
        self.stop.set()

    def __call__(self, step: Step, /) -> bool:
        """Tell a step, at most four times a second, and keep its best solution, at most once a second."""
        from optimiser.core import codec

        at = time.monotonic()
        if step.best is not None and step.cost is not None and at - self.kept_at >= _KEEP_EVERY:
            if self.kept is None or step.cost < self.kept:
                write_whole(self.folder / "best.json", codec.to_json(step.best).encode("utf-8"))
                self.kept = step.cost
            self.kept_at = at
        if at - self.told_at >= _TELL_EVERY:
            self.told_at = at
            tell(share=step.share, doing=step.doing, cost=step.cost, bound=step.bound)
        return not self.stop.is_set()


def tell(**line: Any) -> None:
    """Write one line to the supervisor; a supervisor that has gone is not an error."""
    try:
        print(json.dumps(line), flush=True)
    except BrokenPipeError:
        os._exit(3)


def main() -> int:
    """Work out the plan in the folder that the first argument names."""
    die_with_parent()
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text("utf-8"))
    if job.get("bytes"):
        resource.setrlimit(resource.RLIMIT_DATA, (job["bytes"], job["bytes"]))
    os.nice(10)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # a library that prints must not break the lines
    sys.stdout = out
    from service import optimisers

    telling = Telling(folder)
    try:
        finished = optimisers.execute(optimisers.Job.from_folder(folder, job), progress=telling, phase=tell)
    except optimisers.CannotPlan as reason:
        tell(trouble=str(reason), ours=False)
        return 1
    except MemoryError:
        tell(trouble="The plan needed more memory than is allowed. Ask for a smaller area.", ours=True)
        return 70
    except Exception:
        traceback.print_exc()
        tell(trouble="Something went wrong on our side. The input is kept, so that it can be looked into.", ours=True)
        return 70
    result = folder / "result"
    result.mkdir()
    manifest = []
    for number, made in enumerate(finished.made):
        (result / str(number)).write_bytes(made.body)
        manifest.append({"name": made.name, "title": made.title, "media": made.media})
    state = "stopped" if telling.stop.is_set() else "done"
    write_whole(
        folder / "manifest.json",
        json.dumps({"state": state, "outcome": finished.outcome, "made": manifest}).encode("utf-8"),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
