"""A child that only counts, for tests of the worker: the real child's protocol with no optimiser behind it."""

import json
import os
import sys
import time
from pathlib import Path

from service.child import Telling, die_with_parent, tell, write_whole


def main() -> int:
    """Count to ``steps``, napping between, keep the count as the best so far, and leave one file."""
    die_with_parent()
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text())
    options = job["options"]
    tell(phase="solving")
    telling = Telling(folder)
    start = folder / "start.json"
    begun_at = json.loads(start.read_text())["count"] if start.exists() else 0
    steps = options.get("steps", 3)
    count = begun_at
    if options.get("die") == "always":
        os._exit(9)
    while count < steps and not job["keep_only"]:
        if telling.stop.is_set() and not options.get("deaf"):
            break
        count += 1
        write_whole(folder / "best.json", json.dumps({"count": count}).encode())
        tell(share=count / steps, doing=f"Counted to {count}", cost=1000 - count, bound=900)
        time.sleep(options.get("nap", 0.05))
    if options.get("die") == "once" and not start.exists():
        time.sleep(0.5)
        os._exit(9)
    if options.get("trouble"):
        tell(trouble=options["trouble"], ours=False)
        return 1
    (folder / "result").mkdir()
    (folder / "result" / "0").write_bytes(json.dumps({"count": count, "begun_at": begun_at}).encode())
    outcome = {"cost": 1000 - count, "bound": 900, "sentence": "Counted.", "left_out": 0, "left_out_words": "numbers"}
    outcome |= {"headlines": [], "notice": "", "seconds": 1.0, "source": "none", "gap": None, "verified": True}
    made = [{"name": "count.json", "title": "The count", "media": "application/json"}]
    write_whole(folder / "manifest.json", json.dumps({"state": "done", "outcome": outcome, "made": made}).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
