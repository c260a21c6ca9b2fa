"""A scenario: a named list of changes, refused when two of them clash."""

from dataclasses import dataclass
from typing import Any

from scenarios.changes import Change, UnknownThing


class Clash(ValueError):
    """A scenario cannot be applied; the message names the changes at odds, or the thing that is not there."""


@dataclass(frozen=True)
class Scenario:
    """A name and the changes it makes, in order."""

    name: str
    changes: tuple[Any, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each change in plain words."""
        return tuple(change.sentence for change in self.changes)


def clashes(scenario: Scenario) -> tuple[str, ...]:
    """Return a sentence for every pair of changes that touch the same thing; none means the scenario is sound."""
    first: dict[tuple[str, str], Change] = {}
    found: list[str] = []
    for change in scenario.changes:
        for thing in change.touches:
            if thing in first:
                found.append(
                    f"Two changes to {thing[0]} {thing[1]}: “{first[thing].sentence}” and “{change.sentence}” "
                    "Keep one of them."
                )
            first.setdefault(thing, change)
    return tuple(found)


def apply(problem: Any, scenario: Scenario) -> Any:
    """Return the problem that a scenario makes of another; raises Clash, with every reason, when it cannot."""
    reasons = clashes(scenario)
    if reasons:
        raise Clash(" ".join(reasons))
    for change in scenario.changes:
        try:
            problem = change.apply(problem)
        except UnknownThing as error:
            raise Clash(f"{scenario.name}: {error}.") from error
    return problem
