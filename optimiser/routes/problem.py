"""What is asked: children to be taken to and from school, and the vehicles that could take them."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property

from optimiser.core.errors import BadProblem
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import Pence, Seconds
from optimiser.routes.run import Direction, Run

WEEK = frozenset(range(5))
BOTH = frozenset((Direction.MORNING, Direction.AFTERNOON))


class Phase(Enum):
    """The child's phase of schooling, which sets the guideline for the longest ride."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    POST_16 = "post-16"


class Seat(Enum):
    """What the child travels in."""

    SEAT = "seat"
    WHEELCHAIR = "wheelchair"


class GuideNeed(Enum):
    """Whether the child travels with a guide."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    NONE = "none"


@dataclass(frozen=True)
class PickUpPoint:
    """A place other than home where the child may be collected and set down, and the walk to it in seconds."""

    place: str
    walk: Seconds


@dataclass(frozen=True)
class Child:
    """A child to be carried.

    ``max_ride`` is the child's own limit in seconds each way, walk included, and is never exceeded; None means the
    guideline for the phase, which may be exceeded only where even the direct journey is longer. ``boarding`` is the
    time to get on (and off) at the home end. ``door`` says whether the vehicle may call at the home itself. ``ready``
    is the earliest morning collection. ``sole`` means no other child aboard. ``together`` names children who must ride
    in the same run, ``apart`` those who must not. ``unserved_price`` overrides the problem's price of leaving the child
    without transport (pence a day for one direction). ``competences`` are what the guide must hold.
    """

    id: str
    school: str
    home: str
    phase: Phase = Phase.PRIMARY
    points: tuple[PickUpPoint, ...] = ()
    door: bool = True
    max_ride: Seconds | None = None
    seat: Seat = Seat.SEAT
    boarding: Seconds = Seconds(90)
    guide: GuideNeed = GuideNeed.NONE
    competences: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()
    sole: bool = False
    together: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    weekdays: frozenset[int] = WEEK
    directions: frozenset[Direction] = BOTH
    ready: Seconds | None = None
    unserved_price: Pence | None = None

    @property
    def places(self) -> tuple[PickUpPoint, ...]:
        """Every place where the child may be collected, the door first when it is allowed."""
        return ((PickUpPoint(self.home, Seconds(0)),) if self.door else ()) + self.points


@dataclass(frozen=True)
class Window:
    """The earliest and latest clock time, in seconds after midnight, both allowed."""

    earliest: Seconds
    latest: Seconds


@dataclass(frozen=True)
class School:
    """A school: where, when vehicles may arrive in the morning and leave in the afternoon, and its unloading bays.

    A window of None means nobody has said, and no run can be timed. ``unload`` is how long a vehicle stands at the gate
    to set down, and to load in the afternoon before it leaves. ``bays`` None means there is room for any number.
    ``no_entry`` lists kinds of vehicle that cannot use the gate.
    """

    id: str
    place: str
    morning: Window | None
    afternoon: Window | None
    unload: Seconds = Seconds(360)
    bays: int | None = None
    no_entry: frozenset[str] = frozenset()

    def window(self, direction: Direction) -> Window | None:
        """Return the window for a direction."""
        return self.morning if direction is Direction.MORNING else self.afternoon


@dataclass(frozen=True)
class Layout:
    """One way to fit out a vehicle: passenger seats (a guide takes one when needed) and wheelchair spaces."""

    id: str
    seats: int
    wheelchairs: int = 0


@dataclass(frozen=True)
class VehicleClass:
    """Vehicles that are alike: whose, what, how many, and at what price.

    ``day_rate`` is paid for each vehicle on each day that it works; ``per_mile`` and ``per_hour`` in pence, for driving
    from the first stop to the last (and from and to ``start`` when it is given) and between chained runs. ``available``
    None means as many as wanted. ``clean_air_charge`` is paid for a vehicle and day that stops in the zone. The class
    may be used on ``weekdays`` and from ``valid_from`` to ``valid_until``, both included.
    """

    id: str
    operator: str
    kind: str
    layouts: tuple[Layout, ...]
    day_rate: Pence
    per_mile: Pence = Pence(0)
    per_hour: Pence = Pence(0)
    available: int | None = None
    equipment: frozenset[str] = frozenset()
    start: str | None = None
    clean_air_charge: Pence = Pence(0)
    weekdays: frozenset[int] = WEEK
    valid_from: date | None = None
    valid_until: date | None = None

    def layout(self, layout_id: str) -> Layout | None:
        """Return the layout with this id, or None."""
        return next((layout for layout in self.layouts if layout.id == layout_id), None)


@dataclass(frozen=True)
class Operator:
    """A company: the most vehicles it may run for us (None: no cap) and whether it still trades with us."""

    id: str
    cap: int | None = None
    active: bool = True


@dataclass(frozen=True)
class Prices:
    """What is worth what, in pence a day, so that every choice is a price.

    ``unserved`` for a child left without transport in one direction; ``guide`` for one guided run in one direction;
    ``waiting`` for a minute that one child waits aboard; ``bay`` for a vehicle that finds every bay taken;
    ``ride`` for a minute that one child rides (nought: only limits matter).
    """

    unserved: Pence = Pence(100_000)
    guide: Pence = Pence(2_500)
    waiting: Pence = Pence(10)
    bay: Pence = Pence(500)
    ride: Pence = Pence(0)


@dataclass(frozen=True)
class Rides:
    """Guidelines for the longest ride by phase, in seconds, walk included, and what may be done beyond them.

    ``slack`` is added to the direct journey of a child for whom the guideline cannot be met, when ``unavoidable`` says
    that such a child may still be carried. ``max_wait`` caps how long a run may wait with children aboard.
    """

    primary: Seconds = Seconds(45 * 60)
    secondary: Seconds = Seconds(75 * 60)
    post_16: Seconds = Seconds(75 * 60)
    unavoidable: bool = True
    slack: Seconds = Seconds(300)
    max_wait: Seconds = Seconds(600)

    def guideline(self, phase: Phase) -> Seconds:
        """Return the guideline for a phase."""
        return {Phase.PRIMARY: self.primary, Phase.SECONDARY: self.secondary, Phase.POST_16: self.post_16}[phase]


@dataclass(frozen=True)
class Change:
    """What a change since last term costs: a price for each child changed, or at most ``cap`` children changed.

    A child is changed when their vehicle or its operator differs from last term's in either direction, or their time at
    the home stop moves by more than ``tolerance`` seconds.
    """

    price: Pence = Pence(0)
    cap: int | None = None
    tolerance: Seconds = Seconds(600)


@dataclass(frozen=True)
class RoutesProblem:
    """Children, schools, vehicle classes and travel in each direction, with last term's runs and what must stay.

    ``last`` are last term's runs; those whose ids are in ``pinned_runs`` stay exactly as they are, and a child in
    ``pinned_children`` stays with last term's vehicle. ``mixed`` holds the pairs of schools (ids in order) whose
    children may share a vehicle. ``clean_air`` holds the places inside the charging zone. ``first_day`` and
    ``last_day`` bound the period planned, against which contracts are checked. ``school_days`` turns a day's cost into
    a year's.
    """

    children: tuple[Child, ...]
    schools: tuple[School, ...]
    vehicle_classes: tuple[VehicleClass, ...]
    operators: tuple[Operator, ...]
    morning: TravelMatrix
    afternoon: TravelMatrix
    prices: Prices = Prices()
    rides: Rides = Rides()
    change: Change = Change()
    last: tuple[Run, ...] = ()
    pinned_runs: frozenset[str] = frozenset()
    pinned_children: frozenset[str] = frozenset()
    mixed: frozenset[tuple[str, str]] = frozenset()
    clean_air: frozenset[str] = frozenset()
    first_day: date | None = None
    last_day: date | None = None
    school_days: int = 190
    directions: frozenset[Direction] = field(default=BOTH)

    def __post_init__(self) -> None:
        for what, ids in (
            ("child", [child.id for child in self.children]),
            ("school", [school.id for school in self.schools]),
            ("vehicle class", [each.id for each in self.vehicle_classes]),
            ("operator", [operator.id for operator in self.operators]),
        ):
            if len(set(ids)) != len(ids):
                raise BadProblem(f"two of one {what} id")
        for child in self.children:
            if child.school not in self.school:
                raise BadProblem(f"child {child.id} goes to {child.school}, which is not among the schools")

    @cached_property
    def child(self) -> dict[str, Child]:
        """Each child by id."""
        return {child.id: child for child in self.children}

    @cached_property
    def school(self) -> dict[str, School]:
        """Each school by id."""
        return {school.id: school for school in self.schools}

    @cached_property
    def vehicle_class(self) -> dict[str, VehicleClass]:
        """Each vehicle class by id."""
        return {each.id: each for each in self.vehicle_classes}

    @cached_property
    def operator(self) -> dict[str, Operator]:
        """Each operator by id."""
        return {operator.id: operator for operator in self.operators}

    @cached_property
    def children_of(self) -> dict[str, tuple[Child, ...]]:
        """The children of each school, in the problem's order."""
        found: dict[str, list[Child]] = {school.id: [] for school in self.schools}
        for child in self.children:
            found[child.school].append(child)
        return {school: tuple(children) for school, children in found.items()}

    @cached_property
    def last_run(self) -> dict[tuple[str, Direction], Run]:
        """Last term's run of each child in each direction."""
        return {(child, run.direction): run for run in self.last for child in run.children}

    @cached_property
    def partners(self) -> dict[str, frozenset[str]]:
        """Who must ride with whom, both ways round; children with no such wish are left out."""
        found: dict[str, set[str]] = {}
        for child in self.children:
            for other in child.together:
                if other in self.child and other != child.id:
                    found.setdefault(child.id, set()).add(other)
                    found.setdefault(other, set()).add(child.id)
        return {child: frozenset(others) for child, others in found.items()}

    def travel(self, direction: Direction) -> TravelMatrix:
        """Return the travel matrix of a direction."""
        return self.morning if direction is Direction.MORNING else self.afternoon

    def travels(self, child: Child, direction: Direction) -> bool:
        """Return whether a child needs carrying in a direction."""
        return direction in self.directions and direction in child.directions and bool(child.weekdays)

    def may_mix(self, one: str, other: str) -> bool:
        """Return whether children of two schools may share a vehicle."""
        return one == other or (one, other) in self.mixed or (other, one) in self.mixed

    def unserved_price(self, child: Child) -> Pence:
        """Return the price of leaving a child without transport in one direction."""
        return self.prices.unserved if child.unserved_price is None else child.unserved_price
