"""Changes to demand, to prices and to policy."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from optimiser.core.units import MINUTE, Pence, Seconds
from optimiser.places.problem import Policy, Prices, Problem, Pupil
from scenarios.changes import UnknownThing

Touches = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reprice:
    """Scale every place rate, or every transport price, by a percentage (120 is a fifth dearer)."""

    what: str
    percent: int

    @property
    def touches(self) -> Touches:
        """The price."""
        return (("price", self.what),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Price of {self.what} at {self.percent} % of today's."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the price scaled; ``what`` is places, transport or outside."""
        scale = self._scaled
        if self.what == "places":
            bases = tuple(
                replace(
                    each,
                    place_rate=scale(each.place_rate),
                    empty_rate=None if each.empty_rate is None else scale(each.empty_rate),
                    extra_rate=scale(each.extra_rate),
                )
                for each in problem.bases
            )
            return replace(problem, bases=bases)
        if self.what == "transport":
            model = replace(
                problem.transport, fixed=scale(problem.transport.fixed), per_mile=scale(problem.transport.per_mile)
            )
            quotes = tuple(replace(each, yearly=scale(each.yearly)) for each in problem.quotes)
            return replace(problem, transport=model, quotes=quotes)
        if self.what == "outside":
            return replace(problem, pupils=tuple(replace(each, outside=scale(each.outside)) for each in problem.pupils))
        raise UnknownThing(f"there is no price called {self.what}: use places, transport or outside")

    def _scaled(self, amount: Pence) -> Pence:
        return Pence(round(amount * self.percent / 100))


@dataclass(frozen=True)
class OneFormula:
    """Pay every base the same rate a place by need, with a floor below which no base's rate falls."""

    rates: tuple[tuple[str, Pence], ...]
    floor: int = 0

    @property
    def touches(self) -> Touches:
        """The price of places."""
        return (("price", "places"),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        floor = f", and no base below {self.floor} % of its rate today" if self.floor else ""
        return f"One rate a place for each need{floor}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with each base paid the rate of its first need in the formula."""
        rates = dict(self.rates)
        bases = []
        for each in problem.bases:
            rate = next((rates[need] for need in each.needs if need in rates), each.place_rate)
            bases.append(replace(each, place_rate=Pence(max(rate, each.place_rate * self.floor // 100))))
        return replace(problem, bases=tuple(bases))


@dataclass(frozen=True)
class Grow:
    """More or fewer children: each need's intake grows by a percentage, by whole children like those already there.

    Growth copies pupils in the order of the problem (ids ending in ``+n``), with no current base; shrinking drops
    those last in the order who attend no base. The same problem always grows the same way.
    """

    percent: int
    need: str | None = None

    @property
    def touches(self) -> Touches:
        """The demand."""
        return (("demand", self.need or "every need"),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Children with {self.need or 'every need'}: {self.percent:+d} %."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the number of pupils of each need changed, rounded to whole pupils."""
        kept = list(problem.pupils)
        for need in sorted({each.need for each in problem.pupils}):
            if self.need in (None, need):
                alike = [each for each in problem.pupils if each.need == need]
                change = round(len(alike) * self.percent / 100)
                if change >= 0:
                    kept += [_copy(alike[row % len(alike)], row + 1) for row in range(change)]
                else:
                    leaving = {each.id for each in [p for p in alike if p.current is None][change:]}
                    kept = [each for each in kept if each.id not in leaving]
        return replace(problem, pupils=tuple(kept))


def _copy(pupil: Pupil, number: int) -> Pupil:
    return replace(pupil, id=f"{pupil.id}+{number}", current=None, named_base=None, sibling_base=None, breaks=())


@dataclass(frozen=True)
class FillTo:
    """Set occupancy: keep just enough pupils at bases now that this share, percent, of each base's places is filled.

    Pupils last in the order of the problem are taken out of a base that is fuller; a base that is emptier is left.
    """

    percent: int

    @property
    def touches(self) -> Touches:
        """The demand."""
        return (("demand", "occupancy"),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"At most {self.percent} % of each base's places are filled at the start."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with fewer pupils at the fuller bases."""
        room = {each.id: each.commissioned[0] * self.percent // 100 for each in problem.bases}
        kept = []
        for each in problem.pupils:
            if each.current is not None and each.enters == 0:
                if room[each.current] <= 0:
                    continue
                room[each.current] -= 1
            kept.append(each)
        return replace(problem, pupils=tuple(kept))


@dataclass(frozen=True)
class SetPolicy:
    """Set named limits of the policy, such as ("max_closures", 4) or ("travel_minutes", 60)."""

    limits: tuple[tuple[str, int], ...]

    @property
    def touches(self) -> Touches:
        """Each limit."""
        return tuple(("policy", name) for name, _ in self.limits)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return "Policy: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.limits) + "."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the limits set; refuses a limit that does not exist."""
        policy = problem.policy
        for name, value in self.limits:
            if name not in _LIMITS:
                raise UnknownThing(f"there is no limit called {name}: use {', '.join(sorted(_LIMITS))}")
            policy = _LIMITS[name](policy, value)
        return replace(problem, policy=policy)


_LIMITS: dict[str, Callable[[Policy, int], Policy]] = {
    "max_closures": lambda policy, value: replace(policy, max_closures=value),
    "min_closures": lambda policy, value: replace(policy, min_closures=value),
    "max_openings": lambda policy, value: replace(policy, max_openings=value),
    "max_moves": lambda policy, value: replace(policy, max_moves=value),
    "remove_places": lambda policy, value: replace(policy, remove_places=value),
    "moving_allowed": lambda policy, value: replace(policy, moving_allowed=bool(value)),
    "protect_sole_providers": lambda policy, value: replace(policy, protect_sole_providers=bool(value)),
    "travel_minutes": lambda policy, value: replace(policy, travel_limit=Seconds(value * MINUTE)),
}


@dataclass(frozen=True)
class SetPrices:
    """Replace what things are worth; every base must be priced on the same basis."""

    prices: Prices

    @property
    def touches(self) -> Touches:
        """The prices."""
        return (("price", "weights"),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Prices: {self.prices.label}."

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with other prices."""
        return replace(problem, prices=self.prices)
