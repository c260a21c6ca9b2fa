"""Why something is as it is, and the cheapest way to change it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that stands in the way of one alternative."""

    rule: str
    alternative: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that would work. ``proved`` is True only when the problem was solved again with it; ``cost`` is the
    change in the plan's cost then, in the plan's own unit.
    """

    sentence: str
    change: tuple[tuple[str, str], ...]
    cost: int | None
    proved: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was asked about, one plain sentence, the reasons, and the remedies with the cheapest first."""

    about: str
    sentence: str
    reasons: tuple[Reason, ...] = ()
    remedies: tuple[Remedy, ...] = ()
