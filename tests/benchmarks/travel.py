"""Measures import and matrices on the Porto extract: ``python -m tests.benchmarks.travel``."""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from data.travel.crow import Estimate
from data.travel.graph import RoadGraph
from data.travel.network import RoadTravel
from data.travel.roads import import_extract
from data.travel.searching import RoutingKit, SciPy
from data.travel.source import Band, Points

PORTO = Path(__file__).parents[2].parent / "shared/data/osm/porto_portugal_2015-06-06.osm.pbf"


def clocked(what, work):
    """Do some work, print its CPU-seconds and return what it gave."""
    began = time.process_time()
    found = work()
    print(f"{what}: {time.process_time() - began:.2f} CPU-seconds", file=sys.stdout)
    return found


def main() -> None:
    """Measure and print."""
    if not PORTO.is_file():
        print("skipped: no ../shared", file=sys.stdout)
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "porto.npz"
        about = clocked("import", lambda: import_extract(PORTO, out))
        print(about.sentence, file=sys.stdout)
        graph = RoadGraph.load(out)
    rng = np.random.default_rng(0)
    many, few, square = (rng.integers(0, len(graph), size) for size in (4000, 100, 500))
    kit = clocked("topology", lambda: RoutingKit(graph).metric(1.9))
    one = clocked("4,000 x 100 RoutingKit", lambda: kit.sums(many, few))
    clocked("500 x 500 RoutingKit", lambda: kit.sums(square, square))
    plain = SciPy(graph).metric(1.9)
    other = clocked("4,000 x 100 SciPy", lambda: plain.sums(many, few))
    print(
        f"greatest difference: {max(int(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))}",
        file=sys.stdout,
    )
    node = rng.choice(len(graph), 4060, replace=False)
    points = Points(tuple(map(str, range(4060))), graph.grid[node, 0], graph.grid[node, 1])
    clocked("4,060 x 4,060 estimate", lambda: Estimate().matrix(points, Band.MORNING))
    roads = RoadTravel(graph)
    clocked("4,060 x 4,060 roads, topology included", lambda: roads.matrix(points, Band.MORNING))


if __name__ == "__main__":
    main()
