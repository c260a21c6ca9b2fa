"""Changes to resource bases: close, open, resize, designate again, stop admitting."""

from dataclasses import dataclass, replace
from enum import Enum

from optimiser.places.problem import Base, BaseStatus, Phase, Problem
from scenarios.changes import UnknownThing

Touches = tuple[tuple[str, str], ...]


class Winding(Enum):
    """How a base closes."""

    TOGETHER = "everyone moves together when it closes"
    TWO_SUMMERS = "no new admissions in the first year, and those left move together a year later"
    RUN_DOWN = "no new admissions, and it closes when the last pupil there now has left"


def _base(problem: Problem, base_id: str) -> Base:
    if base_id not in problem.base:
        raise UnknownThing(f"there is no base {base_id} in this plan: check the code against the list of bases")
    return problem.base[base_id]


def _year(problem: Problem, year: int) -> int:
    if not 0 <= year < problem.years:
        raise UnknownThing(f"year {year} is not in a plan of {problem.years} years, which are numbered from 0")
    return year


def _with_base(problem: Problem, base: Base) -> Problem:
    return replace(problem, bases=tuple(base if each.id == base.id else each for each in problem.bases))


@dataclass(frozen=True)
class CloseBase:
    """Close a base from a year of the plan, in one of three ways."""

    base: str
    year: int = 0
    winding: Winding = Winding.TOGETHER

    @property
    def touches(self) -> Touches:
        """The base."""
        return (("base", self.base),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Close base {self.base} from year {self.year + 1} of the plan: {self.winding.value}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the base closing; refuses a year before the earliest lawful one."""
        base, year = _base(problem, self.base), _year(problem, self.year)
        if base.status is not BaseStatus.OPEN:
            raise UnknownThing(f"base {base.id} is {base.status.value}, so it cannot be closed")
        if year < base.close_from:
            earliest = problem.year_names[base.close_from] if base.close_from < problem.years else "after the plan"
            raise UnknownThing(f"base {base.id} cannot lawfully close before {earliest}: choose a later year")
        if self.winding is Winding.TOGETHER:
            return _closing(problem, base, year, admits_until=base.admits_until)
        if self.winding is Winding.TWO_SUMMERS:
            return _closing(problem, base, year + 1, admits_until=year)
        last = max(
            (stay.last for stay in problem.stays if _there_now(problem, base, stay.pupil, stay.number)), default=-1
        )
        return _closing(problem, base, max(last + 1, year), admits_until=year)


def _there_now(problem: Problem, base: Base, pupil: str, number: int) -> bool:
    return number == 0 and problem.pupil[pupil].current == base.id


def _closing(problem: Problem, base: Base, year: int, *, admits_until: int | None) -> Problem:
    """Return the problem with a base shut from a year (if the plan reaches it), its pupils free to move then."""
    if year >= problem.years:
        return _with_base(problem, replace(base, admits_until=admits_until))
    pupils = tuple(
        replace(each, breaks=tuple(sorted({*each.breaks, year}))) if each.current == base.id and year else each
        for each in problem.pupils
    )
    return _with_base(replace(problem, pupils=pupils), replace(base, closes=year, admits_until=admits_until))


@dataclass(frozen=True)
class OpenBase:
    """Open a candidate base from a year of the plan; ``new`` brings one that the plan does not hold yet."""

    base: str
    year: int = 0
    new: Base | None = None

    @property
    def touches(self) -> Touches:
        """The base."""
        return (("base", self.base),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Open base {self.base} from year {self.year + 1} of the plan."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the candidate opening."""
        year = _year(problem, self.year)
        if self.new is not None and self.base not in problem.base:
            fresh = replace(self.new, id=self.base, status=BaseStatus.CANDIDATE, opens=year)
            return replace(problem, bases=(*problem.bases, fresh))
        base = _base(problem, self.base)
        if base.status is BaseStatus.OPEN:
            raise UnknownThing(f"base {base.id} is open already: resize it instead")
        return _with_base(problem, replace(base, status=BaseStatus.CANDIDATE, opens=max(year, base.open_from)))


@dataclass(frozen=True)
class ResizeBase:
    """Commission a different number of places at a base from a year of the plan."""

    base: str
    places: int
    year: int = 0

    @property
    def touches(self) -> Touches:
        """The base."""
        return (("base", self.base),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Commission {self.places} places at base {self.base} from year {self.year + 1} of the plan."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the places changed; refuses more than the rooms hold."""
        base, year = _base(problem, self.base), _year(problem, self.year)
        if self.places < 0:
            raise UnknownThing(f"base {base.id} cannot have {self.places} places")
        if base.physical_max is not None and self.places > base.physical_max:
            raise UnknownThing(
                f"base {base.id} has room for {base.physical_max} pupils, fewer than {self.places} places"
            )
        counts = base.commissioned[:year] + (self.places,) * (problem.years - year)
        return _with_base(problem, replace(base, commissioned=counts))


@dataclass(frozen=True)
class Redesignate:
    """Give a base other needs or phases; children there now stay unless ``children_stay`` is False."""

    base: str
    needs: tuple[str, ...]
    phases: tuple[Phase, ...] = ()
    children_stay: bool = True

    @property
    def touches(self) -> Touches:
        """The base."""
        return (("base", self.base),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        stay = "children there now stay" if self.children_stay else "children there now may have to move"
        return f"Designate base {self.base} for {', '.join(self.needs)}; {stay}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the designation changed."""
        base = _base(problem, self.base)
        if not self.needs:
            raise UnknownThing(f"base {base.id} would be designated for nobody: name at least one need")
        phases = self.phases or base.phases
        changed = replace(base, needs=self.needs, phases=phases, keeps_children=self.children_stay)
        return _with_base(problem, changed)


@dataclass(frozen=True)
class StopAdmitting:
    """One base takes no new pupils from a year of the plan."""

    base: str
    year: int = 0

    @property
    def touches(self) -> Touches:
        """The base."""
        return (("base", self.base),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Base {self.base} takes no new pupils from year {self.year + 1} of the plan."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with admissions stopped."""
        return _with_base(problem, replace(_base(problem, self.base), admits_until=_year(problem, self.year)))
