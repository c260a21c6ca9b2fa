"""A run: one vehicle's stops in one direction, with times, shared by problems (last term's) and solutions."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from optimiser.core.units import Seconds


class Direction(Enum):
    """Morning runs take children to school, afternoon runs take them home."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


@dataclass(frozen=True)
class Stop:
    """A halt at one place. ``arrive`` and ``leave`` are seconds after midnight; ``on`` and ``off`` are child ids.

    In the morning children get on at home stops, in the order given, and off at a school stop; in the afternoon the
    other way round. A stop with neither is not allowed.
    """

    place: str
    arrive: Seconds
    leave: Seconds
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """One vehicle's stops in one direction, the class and layout that drives it, and the vehicle it is chained to.

    ``vehicle`` is the id of a vehicle in this plan, shared by the runs that the vehicle does one after another.
    ``weekdays`` are the days (0 Monday to 4 Friday) on which at least one of its children travels.
    """

    id: str
    direction: Direction
    vehicle: str
    vehicle_class: str
    layout: str
    stops: tuple[Stop, ...]
    weekdays: frozenset[int] = frozenset(range(5))

    @cached_property
    def children(self) -> tuple[str, ...]:
        """The children carried, in the order in which their homes (or pick-up points) are visited."""
        morning = self.direction is Direction.MORNING
        return tuple(child for stop in self.stops for child in (stop.on if morning else stop.off))

    @property
    def begins(self) -> Seconds:
        """When the vehicle arrives at its first stop."""
        return self.stops[0].arrive

    @property
    def ends(self) -> Seconds:
        """When the vehicle leaves its last stop."""
        return self.stops[-1].leave

    @cached_property
    def boarding_stop(self) -> dict[str, Stop]:
        """The stop at which each child gets on."""
        return {child: stop for stop in self.stops for child in stop.on}

    @cached_property
    def alighting_stop(self) -> dict[str, Stop]:
        """The stop at which each child gets off."""
        return {child: stop for stop in self.stops for child in stop.off}

    def home_stop(self, child: str) -> Stop:
        """Return the stop at the home end of a child's journey."""
        return (self.boarding_stop if self.direction is Direction.MORNING else self.alighting_stop)[child]

    def school_stop(self, child: str) -> Stop:
        """Return the stop at the school end of a child's journey."""
        return (self.alighting_stop if self.direction is Direction.MORNING else self.boarding_stop)[child]
