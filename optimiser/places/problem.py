"""What is asked: which pupil goes to which resource base, and which bases are open, year by year."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from optimiser.core.errors import BadProblem
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import METRES_PER_MILE, MINUTE, Metres, Pence, Seconds


class Phase(Enum):
    """A stage of schooling; a base serves one or more of them."""

    EARLY = "early years"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    POST_16 = "post-16"


class Track(Enum):
    """Which law a change to a base follows."""

    MAINTAINED = "maintained"
    ACADEMY = "academy"


class BaseStatus(Enum):
    """Whether a base takes pupils today."""

    OPEN = "open"
    CANDIDATE = "candidate"
    CLOSED = "closed"


class CostBasis(Enum):
    """What a rate per place is multiplied by; averages on different bases must never be compared."""

    COMMISSIONED = "per commissioned place"
    """The same rate for every place bought, filled or not."""
    FILLED = "per filled place"
    """Nothing for an empty place."""
    CENSUS = "filled and empty places at two rates"
    """One rate for a place filled at the October census and another, often higher, for an empty one."""


def phase_of_year(year_group: int) -> Phase:
    """Return the phase of a year group: below 0 nursery, 0 Reception, 1 to 6, 7 to 11, 12 and above."""
    if year_group < 0:
        return Phase.EARLY
    if year_group <= 6:
        return Phase.PRIMARY
    return Phase.SECONDARY if year_group <= 11 else Phase.POST_16


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil who needs a place for ``years_left`` academic years from year ``enters`` of the plan (0 is the first).

    ``home`` is a place id of the travel matrix; ``area`` one of the council's areas. ``year_group`` is the group in
    the year the pupil enters the plan and moves up each year; without it ``phase`` never changes. ``current`` is the
    base attended now; ``preferences`` are base ids, first choice first; ``named_base`` is the one that the plan for
    the child names. ``outside`` is the yearly cost, pence, of a place elsewhere when no base takes the pupil.
    ``breaks`` are years of the plan from which a new base may be given in mid-stay (a base that moves together).
    ``groups`` are held characteristics as (kind, band), such as ("deprivation", "1"), for the equity ledger only.
    """

    id: str
    need: str
    home: str
    area: str
    phase: Phase
    outside: Pence
    year_group: int | None = None
    enters: int = 0
    years_left: int = 1
    current: str | None = None
    preferences: tuple[str, ...] = ()
    sibling_base: str | None = None
    named_base: str | None = None
    second_needs: tuple[str, ...] = ()
    sensitive: bool = False
    refuses: tuple[str, ...] = ()
    travel_limit: Seconds | None = None
    breaks: tuple[int, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    special_school_ok: bool = False

    def phase_in(self, year: int) -> Phase:
        """Return the pupil's phase in a year of the plan."""
        if self.year_group is None:
            return self.phase
        return phase_of_year(self.year_group + year - self.enters)

    def group_in(self, year: int) -> int | None:
        """Return the pupil's year group in a year of the plan, or None when it is not held."""
        return None if self.year_group is None else self.year_group + year - self.enters


@dataclass(frozen=True, slots=True)
class Base:
    """A resource base, open today or a candidate to open.

    ``commissioned`` holds the places bought in each year of the plan; ``physical_max`` the most the rooms hold;
    ``extra_max`` how many more places may be bought in a year, each at ``extra_rate`` pence a year (its share of
    building and its place funding). Rates are pence a year: ``place_rate`` on ``rate_basis``, ``empty_rate`` for an
    empty place on the census basis, ``top_up`` per pupil, ``fixed`` for being open, ``opening`` a candidate's capital
    spread over its life. ``quality`` runs from 0 to 100. ``closes`` and ``opens`` fix the first year closed or open;
    ``admits_until`` is the first year without new admissions; ``may_close`` False protects it from being chosen.
    ``open_from`` is the earliest year in which a candidate could open and ``close_from`` the earliest in which the
    base could close by choice; ``closing`` is what closing costs once. ``keeps_children`` lets pupils there now
    stay whatever the designation becomes. ``year_group_max`` is the most pupils of one year group, None for no limit.
    """

    id: str
    school: str
    place: str
    area: str
    needs: tuple[str, ...]
    phases: tuple[Phase, ...]
    commissioned: tuple[int, ...]
    place_rate: Pence
    top_up: Pence = Pence(0)
    fixed: Pence = Pence(0)
    opening: Pence = Pence(0)
    rate_basis: CostBasis = CostBasis.COMMISSIONED
    empty_rate: Pence | None = None
    physical_max: int | None = None
    extra_max: int = 0
    extra_rate: Pence = Pence(0)
    roll: int = 0
    quality: int = 100
    track: Track = Track.MAINTAINED
    min_viable: int = 0
    status: BaseStatus = BaseStatus.OPEN
    lowest_year: int | None = None
    highest_year: int | None = None
    may_close: bool = True
    closes: int | None = None
    opens: int | None = None
    open_from: int = 0
    close_from: int = 0
    closing: Pence = Pence(0)
    keeps_children: bool = False
    admits_until: int | None = None
    special_school: bool = False
    year_group_max: int | None = None

    @property
    def candidate(self) -> bool:
        """Whether the base is not open today but could be."""
        return self.status is BaseStatus.CANDIDATE


@dataclass(frozen=True, slots=True)
class TransportPrices:
    """Yearly transport of one pupil: nothing within the free distance, else a fixed part and a price a mile.

    ``per_mile`` is pence for a vehicle mile, ``trips`` journeys a day (there and back), ``days`` school days and
    ``share`` the part of the vehicle's cost that one pupil bears. Distances in metres by road. Rounded to a pound.
    """

    fixed: Pence = Pence(120_000)
    per_mile: Pence = Pence(300)
    days: int = 190
    trips: int = 2
    share: float = 0.45
    free_primary: Metres = Metres(3219)
    free_secondary: Metres = Metres(4828)

    def yearly(self, metres: int, phase: Phase) -> Pence:
        """Return the yearly pence for a pupil who lives this far from the base."""
        free = self.free_primary if phase in (Phase.EARLY, Phase.PRIMARY) else self.free_secondary
        if metres < free:
            return Pence(0)
        pence = self.fixed + self.per_mile * self.trips * self.days * self.share * metres / METRES_PER_MILE
        return Pence(round(pence / 100) * 100)


@dataclass(frozen=True, slots=True)
class TransportQuote:
    """A yearly transport price known for one pupil and base, such as from the live routes; it replaces the model's."""

    pupil: str
    base: str
    yearly: Pence


@dataclass(frozen=True, slots=True)
class Prices:
    """What things are worth, in pence; a year's price unless it says once.

    ``basis`` says what place rates multiply, ``core`` is mainstream per-pupil funding counted when ``with_core``, and
    transport is counted when ``with_transport``. ``move`` (once) is for a pupil who leaves a base before the end of a
    phase, ``sensitive_move`` (once) is added for one whose move does harm; ``preference`` (once) is taken off by rank;
    ``sibling`` (once) is taken off. ``viability`` prices each pupil below a base's minimum (None makes it a bar).
    ``over_place`` prices a place above those bought, which only pupils already there or named for the base may take,
    up to the physical limit (None forbids it).
    ``minute`` prices a pupil's single journey minute over a year. ``unplaced`` is added to the outside cost.
    """

    basis: CostBasis = CostBasis.COMMISSIONED
    core: Pence = Pence(0)
    with_core: bool = False
    with_transport: bool = True
    move: Pence = Pence(1_500_000)
    sensitive_move: Pence = Pence(1_500_000)
    preference: tuple[Pence, ...] = (Pence(150_000), Pence(100_000), Pence(50_000))
    sibling: Pence = Pence(100_000)
    out_of_area: Pence = Pence(0)
    quality_point: Pence = Pence(0)
    minute: Pence = Pence(0)
    unplaced: Pence = Pence(0)
    over_place: Pence | None = Pence(1_000_000)
    named_refused: Pence = Pence(2_500_000)
    viability: Pence | None = Pence(500_000)

    @property
    def label(self) -> str:
        """What to print beside every figure made with these prices."""
        core = "with" if self.with_core else "without"
        transport = "with" if self.with_transport else "without"
        return f"{self.basis.value}, {core} core funding, {transport} transport"


@dataclass(frozen=True, slots=True)
class Cell:
    """Provision that must never fall below ``least`` places: an area and need, in one phase or in any."""

    area: str
    need: str
    phase: Phase | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """What the council allows. None means no limit.

    ``travel_limit`` is the longest single journey, seconds (a pupil may stay at the base attended now beyond it).
    ``max_closures`` and ``min_closures`` count bases chosen to close by the end, beyond those the plan fixes, and
    ``max_openings`` and ``openings_by_year`` candidates chosen to open, likewise; ``max_moves`` caps pupils who leave
    the base they attend before the end of a phase; ``remove_places`` is the
    least number of commissioned places to close; ``forbidden_sets`` are sets of closures ruled out (to find the next
    best); ``travel_budget`` caps the sum of single journey seconds over pupils and years, with ``outside_seconds``
    for each pupil and year unplaced. ``moving_allowed`` False keeps everyone whose base stays open.
    """

    travel_limit: Seconds = Seconds(45 * MINUTE)
    moving_allowed: bool = True
    max_closures: int | None = 0
    min_closures: int = 0
    max_openings: int | None = 0
    openings_by_year: tuple[int, ...] = ()
    max_moves: int | None = None
    remove_places: int = 0
    never_to_zero: tuple[Cell, ...] = ()
    protect_sole_providers: bool = False
    forbidden_sets: tuple[tuple[str, ...], ...] = ()
    travel_budget: int | None = None
    outside_seconds: Seconds = Seconds(60 * MINUTE)


@dataclass(frozen=True, slots=True)
class Pin:
    """A pupil who must be at this base whenever the base is open (leave this as it is)."""

    pupil: str
    base: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A run of years, first to last inclusive, in which a pupil keeps one base; ``number`` counts the pupil's stays.

    ``moves`` says whether arriving from another base costs the price of a move; a change of phase does not.
    """

    pupil: str
    number: int
    first: int
    last: int
    phase: Phase
    moves: bool

    @property
    def years(self) -> int:
        """How many years the stay lasts."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Problem:
    """Pupils, bases, travel, prices and policy over one or more academic years.

    ``year_names`` names each year of the plan, such as "2026/27". Costs are pence over the whole horizon.
    """

    pupils: tuple[Pupil, ...]
    bases: tuple[Base, ...]
    travel: TravelMatrix
    year_names: tuple[str, ...] = ("2026/27",)
    prices: Prices = field(default_factory=Prices)
    transport: TransportPrices = field(default_factory=TransportPrices)
    policy: Policy = field(default_factory=Policy)
    pins: tuple[Pin, ...] = ()
    quotes: tuple[TransportQuote, ...] = ()

    def __post_init__(self) -> None:
        _refuse_contradictions(self)

    @property
    def years(self) -> int:
        """How many years the plan covers."""
        return len(self.year_names)

    @cached_property
    def pupil(self) -> dict[str, Pupil]:
        """Each pupil by id."""
        return {each.id: each for each in self.pupils}

    @cached_property
    def base(self) -> dict[str, Base]:
        """Each base by id."""
        return {each.id: each for each in self.bases}

    @cached_property
    def quoted(self) -> dict[tuple[str, str], Pence]:
        """The yearly transport quotes by pupil and base."""
        return {(each.pupil, each.base): each.yearly for each in self.quotes}

    @cached_property
    def stays(self) -> tuple[Stay, ...]:
        """Every pupil's stays within the plan, in order."""
        return tuple(stay for pupil in self.pupils for stay in _stays(pupil, self.years))

    def seconds(self, pupil: Pupil, base: Base) -> Seconds:
        """Return the single journey from home to base."""
        return self.travel.seconds_between(pupil.home, base.place)

    def limit_of(self, pupil: Pupil) -> Seconds:
        """Return the longest single journey allowed to a pupil."""
        return self.policy.travel_limit if pupil.travel_limit is None else pupil.travel_limit

    def yearly_transport(self, pupil: Pupil, base: Base, phase: Phase) -> Pence:
        """Return the yearly transport price of a pupil at a base, pence: a quote when one is held, else the model's."""
        known = self.quoted.get((pupil.id, base.id))
        if known is not None:
            return known
        return self.transport.yearly(self.travel.metres_between(pupil.home, base.place), phase)


def _stays(pupil: Pupil, years: int) -> Iterator[Stay]:
    end = min(pupil.enters + pupil.years_left, years)
    first, number, moves = pupil.enters, 0, True
    for year in range(pupil.enters, end):
        phase = pupil.phase_in(year)
        last_of_stay = year + 1 == end or pupil.phase_in(year + 1) is not phase or year + 1 in pupil.breaks
        if last_of_stay:
            yield Stay(pupil.id, number, first, year, phase, moves)
            if year + 1 < end:
                moves = pupil.phase_in(year + 1) is phase
            first, number = year + 1, number + 1


def _refuse_contradictions(problem: Problem) -> None:
    """Raise BadProblem for what a reader should have caught."""
    if not problem.year_names:
        raise BadProblem("a plan covers at least one year")
    if len(problem.pupil) != len(problem.pupils):
        raise BadProblem("a pupil id is used twice")
    if len(problem.base) != len(problem.bases):
        raise BadProblem("a base id is used twice, so one base would stand in two areas")
    for base in problem.bases:
        _refuse_base(problem, base)
    for pupil in problem.pupils:
        _refuse_pupil(problem, pupil)
    for pin in problem.pins:
        if pin.pupil not in problem.pupil or pin.base not in problem.base:
            raise BadProblem(f"a pin names pupil {pin.pupil} and base {pin.base}, and one of them is not in the plan")


def _refuse_base(problem: Problem, base: Base) -> None:
    if base.place not in problem.travel.index:
        raise BadProblem(f"base {base.id} stands at {base.place}, which the travel matrix does not hold")
    if len(base.commissioned) != problem.years:
        raise BadProblem(
            f"base {base.id} gives places for {len(base.commissioned)} years of a {problem.years}-year plan"
        )
    if min(base.commissioned) < 0 or base.extra_max < 0 or base.roll < 0 or (base.year_group_max or 0) < 0:
        raise BadProblem(f"base {base.id} has a negative number of places")
    if not base.needs or not base.phases:
        raise BadProblem(f"base {base.id} has no designation: it needs at least one need and one phase")
    if base.rate_basis is not problem.prices.basis:
        raise BadProblem(
            f"base {base.id} is priced {base.rate_basis.value}, the plan {problem.prices.basis.value}: "
            "one plan has one basis"
        )
    if base.rate_basis is CostBasis.CENSUS and base.empty_rate is None:
        raise BadProblem(f"base {base.id} needs a rate for an empty place on the census basis")


def _refuse_pupil(problem: Problem, pupil: Pupil) -> None:
    if pupil.home not in problem.travel.index:
        raise BadProblem(f"pupil {pupil.id} lives at {pupil.home}, which the travel matrix does not hold")
    if pupil.years_left < 1 or not 0 <= pupil.enters < problem.years:
        raise BadProblem(f"pupil {pupil.id} is not in the plan in any of its years")
    for role, base in (("attends", pupil.current), ("names", pupil.named_base)):
        if base is not None and base not in problem.base:
            raise BadProblem(f"pupil {pupil.id} {role} base {base}, which is not in the plan")
