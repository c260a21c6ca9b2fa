"""What is chosen for one day: who rides which run, who is named to step in, and who is left without."""

from dataclasses import dataclass
from functools import cached_property

from optimiser.core.units import Seconds
from optimiser.guides.problem import Mode


@dataclass(frozen=True, slots=True)
class Assignment:
    """One guide on one run: how they get to it, how long that takes, and the detour the vehicle makes to fetch them."""

    run: str
    guide: str
    mode: Mode
    reach: Seconds
    detour: Seconds = Seconds(0)


@dataclass(frozen=True, slots=True)
class Backup:
    """A guide named to step in on a run: ``rank`` 1 is asked first, 2 second."""

    run: str
    guide: str
    rank: int


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A run that wants a guide and has none, with the rule that stands in the way and one sentence."""

    run: str
    rule: str
    sentence: str


@dataclass(frozen=True)
class GuidesSolution:
    """Assignments, named backups, and every guided run left without a guide and why."""

    assignments: tuple[Assignment, ...]
    backups: tuple[Backup, ...] = ()
    uncovered: tuple[Uncovered, ...] = ()

    @cached_property
    def holder(self) -> dict[str, str]:
        """The guide on each covered run."""
        return {each.run: each.guide for each in self.assignments}

    @cached_property
    def held(self) -> dict[str, tuple[str, ...]]:
        """The runs of each guide who has any."""
        found: dict[str, list[str]] = {}
        for each in self.assignments:
            found.setdefault(each.guide, []).append(each.run)
        return {guide: tuple(runs) for guide, runs in found.items()}

    @cached_property
    def named(self) -> dict[str, tuple[str, ...]]:
        """The backups of each run, first before second."""
        found: dict[str, list[Backup]] = {}
        for each in self.backups:
            found.setdefault(each.run, []).append(each)
        return {run: tuple(b.guide for b in sorted(these, key=lambda b: b.rank)) for run, these in found.items()}
