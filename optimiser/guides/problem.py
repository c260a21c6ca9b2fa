"""What is asked on one day: guides with homes, checks and skills, runs with children, and the prices of each choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property

from optimiser.core.errors import BadProblem
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import HOUR, MINUTE, Pence, Seconds


class Direction(Enum):
    """Which half of the day a run belongs to: to school or home again."""

    AM = "am"
    PM = "pm"


class Need(Enum):
    """Whether a run may go without a guide."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    NONE = "none"


class Mode(Enum):
    """How a guide reaches the first child."""

    WALK = "walk"
    BUS = "bus"
    CAR = "car"
    COLLECTED = "collected"


@dataclass(frozen=True, slots=True)
class Stop:
    """One child on a run: where and when the vehicle calls, as seconds after midnight; ``medical`` puts them first."""

    child: str
    place: str
    at: Seconds
    medical: bool = False


@dataclass(frozen=True)
class Run:
    """One vehicle going once to or from school, as whoever holds the routes describes it.

    The guide boards at ``first_place`` by ``need_from`` and leaves at ``last_place`` at ``need_until``; ``start`` and
    ``finish`` are the run's own times. The morning and afternoon run of one route share ``route``. ``stops`` are the
    children in calling order. ``collect_slack`` is how many seconds the run may spend fetching its guide, starting from
    ``start_place`` (or from the guide's door where that is empty). ``spare_seats`` and
    ``spare_wheelchairs`` are places that nobody holds.
    """

    id: str
    route: str
    direction: Direction
    first_place: str
    last_place: str
    need_from: Seconds
    need_until: Seconds
    start: Seconds
    finish: Seconds
    school: str
    stops: tuple[Stop, ...] = ()
    need: Need = Need.REQUIRED
    competences: frozenset[str] = frozenset()
    vehicle: str = ""
    operator: str = ""
    area: str = ""
    start_place: str = ""
    collect_slack: Seconds = Seconds(0)
    spare_seats: int = 0
    wheelchairs: int = 0
    spare_wheelchairs: int = 0

    @property
    def children(self) -> tuple[str, ...]:
        """The children aboard, in calling order."""
        return tuple(stop.child for stop in self.stops)

    @property
    def work(self) -> Seconds:
        """How long a guide is aboard."""
        return Seconds(self.need_until - self.need_from)

    @property
    def seated(self) -> int:
        """How many children aboard sit on a seat."""
        return len(self.stops) - self.wheelchairs

    @property
    def medical(self) -> int:
        """How many children aboard have a medical plan."""
        return sum(stop.medical for stop in self.stops)


@dataclass(frozen=True, slots=True)
class Held:
    """A skill or a check that a guide holds, until the end of ``expires`` (None: it does not lapse).

    ``issued`` is when it was given, where that is known; no rule rests on it, only the look for dates mistyped.
    """

    name: str
    expires: date | None = None
    issued: date | None = None

    def valid_on(self, day: date) -> bool:
        """Return whether it still holds on a day."""
        return self.expires is None or day <= self.expires


@dataclass(frozen=True, slots=True)
class AbsenceDay:
    """One day in a guide's record: rostered, and whether absent."""

    day: date
    absent: bool


@dataclass(frozen=True)
class Guide:
    """A travel guide: a person with a home, hours, skills, checks and children they know.

    ``days`` are weekdays, Monday 0. ``earliest`` is when they can leave home and ``latest`` when they must be free.
    ``contract`` is paid time aboard in a half-day, ``most_work`` the most time aboard in a day. ``pay`` is a day's pay;
    relief guides are paid only when used. ``history`` is the record that the absence model is fitted from.
    """

    id: str
    home: str
    mode: Mode = Mode.BUS
    area: str = ""
    days: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    earliest: Seconds = Seconds(6 * HOUR)
    latest: Seconds = Seconds(18 * HOUR)
    contract: Seconds = Seconds(2 * HOUR)
    most_work: Seconds = Seconds(6 * HOUR)
    competences: tuple[Held, ...] = ()
    checks: tuple[Held, ...] = ()
    knows: frozenset[str] = frozenset()
    barred_from: frozenset[str] = frozenset()
    relief: bool = False
    standby: bool = False
    may_be_collected: bool = True
    pay: Pence = Pence(5000)
    history: tuple[AbsenceDay, ...] = ()

    def skills_on(self, day: date) -> frozenset[str]:
        """Return the competences that are valid on a day."""
        return frozenset(held.name for held in self.competences if held.valid_on(day))

    def checks_on(self, day: date) -> frozenset[str]:
        """Return the checks that are valid on a day."""
        return frozenset(held.name for held in self.checks if held.valid_on(day))


@dataclass(frozen=True, slots=True)
class Combination:
    """Children of ``run`` could ride on ``into`` to the same school within ride limits.

    ``into`` keeps its start and takes ``extra`` seconds longer; the children of ``run`` meet it up to ``shift`` seconds
    from their usual time.
    """

    run: str
    into: str
    extra: Seconds
    shift: Seconds = Seconds(0)


@dataclass(frozen=True, slots=True)
class SecondCrew:
    """Checked staff of a school or an operator who can act as guide on ``runs`` of its runs that day."""

    id: str
    school: str = ""
    operator: str = ""
    competences: frozenset[str] = frozenset()
    runs: int = 1


@dataclass(frozen=True, slots=True)
class SpareVehicle:
    """A vehicle with a driver that can be sent out: where it stands, from when, and what it holds."""

    id: str
    place: str
    free_from: Seconds
    seats: int
    wheelchairs: int = 0
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Prices:
    """What each choice is worth, in pence; every figure is a setting.

    A required run without a guide costs ``uncovered`` and ``uncovered_child`` for each child, more for a child with a
    medical plan; a preferred run far less. ``new_face`` is per child who does not know the guide, ``split`` per child
    with one guide in the morning and another in the afternoon, ``changed`` per child whose present guide is replaced.
    ``backup_takes`` is per run whose named backup would have to leave a preferred run in that half.
    ``own_travel`` and ``detour`` are per minute, ``long_half`` per minute aboard beyond the contract.
    """

    uncovered: Pence = Pence(40_000)
    uncovered_child: Pence = Pence(10_000)
    uncovered_medical: Pence = Pence(30_000)
    unmet: Pence = Pence(3_000)
    unmet_child: Pence = Pence(500)
    new_face: Pence = Pence(150)
    split: Pence = Pence(120)
    changed: Pence = Pence(200)
    own_travel: Pence = Pence(10)
    detour: Pence = Pence(60)
    long_half: Pence = Pence(25)
    no_first: Pence = Pence(3_000)
    no_second: Pence = Pence(1_000)
    backup_new_face: Pence = Pence(60)
    backup_shared: Pence = Pence(200)
    backup_takes: Pence = Pence(150)


@dataclass(frozen=True, slots=True)
class Reach:
    """How long a guide takes on foot or by bus where no matrix of that mode is given."""

    walk_metres_per_minute: int = 75
    bus_wait: Seconds = Seconds(8 * MINUTE)
    bus_share: int = 190
    """Bus riding time as a percentage of driving time."""
    longest_walk: Seconds = Seconds(40 * MINUTE)
    longest_trip: Seconds = Seconds(75 * MINUTE)
    margin: Seconds = Seconds(5 * MINUTE)
    """How long before ``need_from`` a guide should be there."""


@dataclass(frozen=True)
class GuidesProblem:
    """Which guide rides which run on one day.

    ``travel`` is by car in the morning; ``reach`` may hold a matrix per mode value ("walk", "bus", "car") that replaces
    the estimate made from it. ``current`` is who holds each run now (run id to guide id), ``pins`` what must stay so.
    ``required_checks`` are names of checks that every guide must hold. ``absent`` are guides known to be away that day.
    """

    day: date
    guides: tuple[Guide, ...]
    runs: tuple[Run, ...]
    travel: TravelMatrix
    reach: Mapping[str, TravelMatrix] = field(default_factory=dict)
    required_checks: frozenset[str] = frozenset({"DBS"})
    current: Mapping[str, str] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    combinations: tuple[Combination, ...] = ()
    second_crews: tuple[SecondCrew, ...] = ()
    spare_vehicles: tuple[SpareVehicle, ...] = ()
    willing_parents: frozenset[str] = frozenset()
    prices: Prices = Prices()
    reaching: Reach = Reach()

    def __post_init__(self) -> None:
        for what, ids in (("guide", [g.id for g in self.guides]), ("run", [r.id for r in self.runs])):
            if len(set(ids)) != len(ids):
                twice = sorted({each for each in ids if ids.count(each) > 1})
                raise BadProblem(f"{what} {twice[0]} is listed twice")
        known = self.travel.index
        for guide in self.guides:
            if guide.home not in known:
                raise BadProblem(f"guide {guide.id} lives at {guide.home}, a place with no travel times")
        for run in self.runs:
            for place in (run.first_place, run.last_place):
                if place not in known:
                    raise BadProblem(f"run {run.id} calls at {place}, a place with no travel times")
            if run.need_until < run.need_from:
                raise BadProblem(f"run {run.id} ends before it begins")

    @cached_property
    def guide(self) -> dict[str, Guide]:
        """Guides by id."""
        return {guide.id: guide for guide in self.guides}

    @cached_property
    def run(self) -> dict[str, Run]:
        """Runs by id."""
        return {run.id: run for run in self.runs}

    @cached_property
    def guided(self) -> tuple[Run, ...]:
        """The runs that want a guide, required or preferred."""
        return tuple(run for run in self.runs if run.need is not Need.NONE)

    @cached_property
    def routes(self) -> dict[str, tuple[Run, ...]]:
        """The guided runs of each route, morning first."""
        found: dict[str, list[Run]] = {}
        for run in self.guided:
            found.setdefault(run.route or run.id, []).append(run)
        order = {Direction.AM: 0, Direction.PM: 1}
        return {
            route: tuple(sorted(runs, key=lambda run: (order[run.direction], run.need_from, run.id)))
            for route, runs in found.items()
        }

    def partners(self, run: Run) -> tuple[Run, ...]:
        """Return the other guided runs of a run's route."""
        return tuple(other for other in self.routes.get(run.route or run.id, ()) if other.id != run.id)
