"""What is chosen: runs with their stops and times, and the children left without one, with the reason."""

from dataclasses import dataclass
from functools import cached_property

from optimiser.routes.run import Direction, Run, Stop

__all__ = ["Direction", "RoutesSolution", "Run", "Stop", "Unserved"]


@dataclass(frozen=True)
class Unserved:
    """A child left without a run in one direction: the rule that stands in the way, and a sentence for a person."""

    child: str
    direction: Direction
    rule: str
    sentence: str


@dataclass(frozen=True)
class RoutesSolution:
    """A plan: every run, in both directions, and every child left out."""

    runs: tuple[Run, ...]
    unserved: tuple[Unserved, ...] = ()

    @cached_property
    def run(self) -> dict[str, Run]:
        """Each run by id."""
        return {run.id: run for run in self.runs}

    @cached_property
    def run_of(self) -> dict[tuple[str, Direction], Run]:
        """The run of each child in each direction."""
        return {(child, run.direction): run for run in self.runs for child in run.children}

    @cached_property
    def vehicles(self) -> dict[str, tuple[Run, ...]]:
        """The runs of each vehicle, in the order in which it does them."""
        found: dict[str, list[Run]] = {}
        for run in self.runs:
            found.setdefault(run.vehicle, []).append(run)
        return {vehicle: tuple(sorted(runs, key=lambda run: (run.begins, run.id))) for vehicle, runs in found.items()}

    @cached_property
    def reason(self) -> dict[tuple[str, Direction], Unserved]:
        """Why each unserved child is unserved, in each direction."""
        return {(each.child, each.direction): each for each in self.unserved}
