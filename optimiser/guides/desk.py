"""What the 06:30 desk is told and what it answers: absences and failures in, covers, calls and reasons out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from optimiser.core.units import MINUTE, Seconds
from optimiser.guides.problem import Direction, Mode
from optimiser.guides.solution import Uncovered


class Step(Enum):
    """A rung of the option ladder."""

    BACKUP = "named backup"
    STANDBY = "standby guide"
    FREE = "another free guide"
    PREFERRED = "guide from a run where one is preferred"
    HAND_OVER = "guide from another run, which someone else takes"
    COMBINE = "combine two runs to one school"
    CHAIN = "guide after an early run"
    SECOND_CREW = "school staff or operator's second crew"
    SPARE_VEHICLE = "spare vehicle"
    PARENT = "parents who have agreed"
    LATE = "late run after another"
    CANCEL = "cancelled"


LADDER = tuple(Step)
"""The order that the council's practice suggests; a setting."""


def ladder(first: Sequence[str]) -> tuple[Step, ...]:
    """Return the ladder with some rungs asked first, in the order given, and the rest as usual.

    Raises ValueError for words that name no rung, with those that do.
    """
    rungs = {step.value: step for step in Step}
    unknown = [word for word in first if word not in rungs]
    if unknown:
        raise ValueError(f"there is no rung called {unknown[0]}: choose {', '.join(rungs)}")
    return tuple(dict.fromkeys((*(rungs[word] for word in first), *LADDER)))


@dataclass(frozen=True, slots=True)
class Absence:
    """A guide who has called in: for a half or (``direction`` None) the whole day, heard at a clock time."""

    guide: str
    direction: Direction | None = None
    heard: Seconds = Seconds(0)


@dataclass(frozen=True, slots=True)
class Failure:
    """A vehicle that cannot go, because of itself or its driver, for a half or the whole day."""

    vehicle: str
    cause: str = "vehicle"
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A cover that a person has accepted: it is kept when the desk decides again."""

    run: str
    step: Step
    who: str


@dataclass(frozen=True)
class Desk:
    """One morning as the desk knows it: whole and replayable. ``standby`` are the guides standing by."""

    absences: tuple[Absence, ...] = ()
    failures: tuple[Failure, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    standby: tuple[str, ...] = ()
    ladder: tuple[Step, ...] = LADDER
    longest_late: Seconds = field(default=Seconds(20 * MINUTE))


@dataclass(frozen=True, slots=True)
class Cover:
    """What happens to one run: by which rung, who or what, how late, which runs give someone up, and why this."""

    run: str
    step: Step
    who: str
    mode: Mode | None = None
    reach: Seconds = Seconds(0)
    late: Seconds = Seconds(0)
    displaced: tuple[str, ...] = ()
    why: str = ""
    others: tuple[str, ...] = ()
    """The next best choices, in words."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd in what the desk was told, and what was done about it."""

    about: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Call:
    """A family to ring: the child, when the vehicle was due, the run, and the words to say. Ids only."""

    child: str
    due: Seconds
    run: str
    text: str


@dataclass(frozen=True, slots=True)
class GuideText:
    """A message to a guide: where to be, by when, for which run."""

    guide: str
    run: str
    text: str


@dataclass(frozen=True)
class CoverPlan:
    """The desk's answer: one cover or cancellation for every run touched, and everything to send.

    ``fewest_cancelled`` is a proved lower bound on required runs cancelled with the options tried, None when unproved.
    """

    covers: tuple[Cover, ...]
    cancelled: tuple[Uncovered, ...]
    without: tuple[str, ...]
    """Preferred runs that go without a guide."""
    notes: tuple[Note, ...]
    calls: tuple[Call, ...]
    texts: tuple[GuideText, ...]
    changed_runs: tuple[str, ...]
    fewest_cancelled: int | None
