"""Run a whole public set, or the thirty frozen schools, and write a table of results: one row an instance and seed.

``python -m tests.benchmarks.routes_table --set sbrp_park2012 --seconds 20 --seeds 1 --out out/park.csv`` solves each
instance, has the independent checker look at the answer and sets it beside the best known value. ``--set schools``
plans and certifies the frozen schools instead, one ``--way``. Rows already in the file are not run again, so a
run that was cut short goes on where it stopped. ``--only`` keeps the instances whose name contains a word.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

from data.benchmarks.transport import set_name
from service.bench.routes import certify, run
from tests.benchmarks.checkers_routes import check
from tests.instances.routes import make

SHARED = Path(__file__).parents[2] / ".." / "shared" / "benchmarks" / "transport"
FIELDS = ("instance", "max_ride", "seed", "asked", "cpu_seconds", "objective", "vehicles", "best", "gap", "checker")
SCHOOL_FIELDS = (
    "instance", "max_ride", "seed", "asked", "children", "runs", "plan", "floor", "gap", "closed", "listed",
    "search_seconds", "cpu_seconds",
)  # fmt: skip
BEST = {
    "sbrp_park2012": "park2012_mixedload_buses",
    "vrptw_solomon": "hier_distance",
    "vrptw_homberger": "hier_distance",
    "pdptw_lilim": "hier_distance",
}
"""The column of the best known value where it is not ``bks_cost``."""


def best_known(folder: str) -> dict[tuple[str, str], tuple[float, int | None]]:
    """Return the best known value, and vehicles where those come first, by instance and ride limit."""
    with (SHARED / folder / "bks.csv").open() as file:
        found = {}
        for row in csv.DictReader(file):
            value = float(row[BEST.get(folder, "bks_cost")])
            vehicles = row.get("hier_vehicles")
            found[row["instance"].lower(), row.get("max_ride_s") or ""] = (value, int(vehicles) if vehicles else None)
        return found


def problems(folder: str) -> Iterator[tuple[Path, str]]:
    """Yield the path of each instance of a set, with its ride limit in seconds where the set has two."""
    listed = sorted((SHARED / folder).iterdir(), key=lambda path: (len(path.stem), path.stem.lower()))
    for path in listed:
        if folder == "sbrp_park2012":
            if path.is_dir():
                yield from ((path, "2700"), (path, "5400"))
        elif path.suffix in (".txt", ".vrp"):
            yield path, ""


def measure(folder: str, path: Path, ride: str, seconds: float, seed: int) -> dict[str, object]:
    """Return one row: what the search found, what the checker says of it, and the gap to the best known value."""
    limit = float(ride) if ride else None
    answer = run(folder, path, seconds=seconds, seed=seed, max_ride=limit)
    wrong, objective = check(folder, path, answer["vehicles"], max_ride=limit)
    name = path.stem
    best, fewest = best_known(folder)[name.split("het")[0].lower(), ride]
    used = sum(bool(route) for route in answer["vehicles"])
    said = "accepted" if not wrong else wrong[0]
    gap = "" if objective is None else f"{objective / best - 1:.4%}"
    return {
        "instance": name, "max_ride": ride, "seed": seed, "asked": seconds, "cpu_seconds": answer["cpu_seconds"],
        "objective": "" if objective is None else f"{objective:.2f}", "vehicles": used,
        "best": best if fewest is None else f"{best} with {fewest}", "gap": gap, "checker": said,
    }  # fmt: skip


def schools(asked: argparse.Namespace, done: set[tuple[str, ...]]) -> Iterator[dict[str, object]]:
    """Yield the rows of the frozen schools that are not done yet; smallest first, the direction in place of a limit."""
    for name, problem in sorted(make.instances().items(), key=lambda pair: (len(pair[1].children), pair[0])):
        for seed in range(1, asked.seeds + 1):
            if name.startswith("school") and asked.only in name and (name, asked.way, str(seed)) not in done:
                figures = certify(problem, asked.way, seconds=asked.seconds, seed=seed)
                yield {"instance": name, "max_ride": asked.way, "seed": seed, "asked": asked.seconds, **figures}


def rows(asked: argparse.Namespace, done: set[tuple[str, ...]]) -> Iterator[dict[str, object]]:
    """Yield the rows of a set that are not done yet."""
    if asked.set == "schools":
        yield from schools(asked, done)
        return
    folder = set_name(asked.set)
    for path, ride in problems(folder):
        for seed in range(1, asked.seeds + 1):
            if asked.only in path.stem and (path.stem, ride, str(seed)) not in done:
                yield measure(folder, path, ride, asked.seconds, seed)


def main() -> None:
    """Run a set and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", required=True)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--way", choices=("morning", "afternoon"), default="morning")
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    done: set[tuple[str, ...]] = set()
    if asked.out.exists():
        with asked.out.open() as file:
            done = {(row["instance"], row["max_ride"], row["seed"]) for row in csv.DictReader(file)}
    with asked.out.open("a", newline="") as file:
        writer = csv.DictWriter(file, SCHOOL_FIELDS if asked.set == "schools" else FIELDS)
        if not done:
            writer.writeheader()
        for row in rows(asked, done):
            writer.writerow(row)
            file.flush()
            print(*row.values(), flush=True)


if __name__ == "__main__":
    main()
