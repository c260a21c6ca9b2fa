"""How a solve tells its caller where it has got to, and hears that it should stop."""

from dataclasses import dataclass
from typing import Protocol

from optimiser.core.units import Pence


@dataclass(frozen=True, slots=True)
class Step:
    """Where a solve stands: the share done (0 to 1), the best cost and proved bound so far, and what it is doing.

    ``best`` is the best solution so far, where handing it over is cheap: a run that is ended by force keeps it.
    """

    share: float
    doing: str
    cost: Pence | None = None
    bound: Pence | None = None
    best: object | None = None


class Progress(Protocol):
    """Called now and then with a step; answering False asks the solve to stop and keep its best."""

    def __call__(self, step: Step, /) -> bool:
        """Take a step; return whether to go on."""
        ...


def ignore(step: Step, /) -> bool:
    """Take no notice, and never stop."""
    return True
