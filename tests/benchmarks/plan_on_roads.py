"""Plans the full city on the estimate and on roads: ``python -m tests.benchmarks.plan_on_roads [STEPS]``.

No extract of Birmingham is to hand, so its places are moved as they lie onto the Porto extract, centre on centre, and
each is put at its nearest junction. Both plans are made of these moved places.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.problems.routes import build
from data.synthetic import make
from data.travel.crow import Estimate
from data.travel.graph import RoadGraph
from data.travel.network import RoadTravel
from data.travel.roads import import_extract
from data.travel.source import Points, TravelSource
from optimiser import routes
from optimiser.core.limits import Limits
from optimiser.routes.verifier import verify
from tests.benchmarks.travel import PORTO


@dataclass(frozen=True)
class Moved:
    """A source asked about places as they would lie on another city's roads."""

    source: TravelSource
    graph: RoadGraph
    shift: tuple[float, float]

    def matrix(self, points, band):
        """Return the source's matrix of the moved places."""
        _, node = self.graph._tree.query(
            np.column_stack((points.eastings + self.shift[0], points.northings + self.shift[1]))
        )
        grid = self.graph.grid[node]
        return self.source.matrix(Points(points.ids, grid[:, 0].copy(), grid[:, 1].copy()), band)


def planned(name, load, city, graph, shift, steps):
    """Build and plan once, and print CPU-seconds of each part."""
    began = time.process_time()
    source = load()
    problem = build(city, Moved(source, graph, shift)).problem
    built = time.process_time()
    result = routes.solve(problem, limits=Limits(work=steps), seed=1)
    ended = time.process_time()
    assert not [each for each in verify(problem, result.solution) if each.hard]
    estimated = problem.morning.estimated / problem.morning.seconds.size
    print(
        f"{name}: places {len(problem.morning.places):,}, estimated pairs {estimated:.2%}, build {built - began:.1f}, "
        f"search {ended - built:.1f}, whole {ended - began:.1f} CPU-seconds; steps {result.work:,}, "
        f"cost {result.cost:,}, unserved {len(result.solution.unserved)}, runs {len(result.solution.runs):,}",
        file=sys.stdout,
        flush=True,
    )
    return ended - began


def main() -> None:
    """Measure and print."""
    if not PORTO.is_file():
        print("skipped: no ../shared", file=sys.stdout)
        return
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    routes.warm()
    city = make("full", 1)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "porto.npz"
        import_extract(PORTO, out)
        graph = RoadGraph.load(out)
        home = build(city).problem
        middle = np.array([list(map(int, place.split("/"))) for place in home.morning.places if "/" in place])
        shift = tuple((np.median(graph.grid, axis=0) - np.median(middle, axis=0)).tolist())
        first = planned("estimate", Estimate, city, graph, shift, steps)
        second = planned("roads", lambda: RoadTravel.load(out), city, graph, shift, steps)
    print(f"roads take {second / first - 1:+.1%}", file=sys.stdout)


if __name__ == "__main__":
    main()
