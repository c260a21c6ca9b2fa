"""Changes to home-to-school runs: a child added or gone, a bell moved, a school that shares, an operator who stops."""

from dataclasses import dataclass, replace

from optimiser.core.units import Pence, Seconds
from optimiser.routes.problem import Change as Budget
from optimiser.routes.problem import Child, Layout, RoutesProblem, VehicleClass, Window
from scenarios.changes import UnknownThing

Touches = tuple[tuple[str, str], ...]


def _child(problem: RoutesProblem, child_id: str) -> Child:
    if child_id not in problem.child:
        raise UnknownThing(f"there is no child {child_id} in this plan: check the reference")
    return problem.child[child_id]


def _known_school(problem: RoutesProblem, school_id: str) -> None:
    if school_id not in problem.school:
        raise UnknownThing(f"there is no school {school_id} in this plan: check the code")


@dataclass(frozen=True)
class AddChild:
    """Add a child, whose home or pick-up points must be among the places travel is known for."""

    child: Child

    @property
    def touches(self) -> Touches:
        """The child."""
        return (("child", self.child.id),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Add child {self.child.id} at school {self.child.school}."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem with the child; refuses one who is there already, or whose school is not."""
        _known_school(problem, self.child.school)
        if self.child.id in problem.child:
            raise UnknownThing(f"child {self.child.id} is in this plan already")
        return replace(problem, children=(*problem.children, self.child))


@dataclass(frozen=True)
class RemoveChild:
    """Take a child out of the plan."""

    child: str

    @property
    def touches(self) -> Touches:
        """The child."""
        return (("child", self.child),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Take child {self.child} out of the plan."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem without the child."""
        gone = _child(problem, self.child)
        return replace(problem, children=tuple(each for each in problem.children if each != gone))


@dataclass(frozen=True)
class AgreeRide:
    """Agree a longest ride with a child's family, in seconds."""

    child: str
    seconds: int

    @property
    def touches(self) -> Touches:
        """The child."""
        return (("child", self.child),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Agree a ride of up to {self.seconds // 60} minutes for child {self.child}."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem with the limit; refuses one that is not above nought."""
        child = _child(problem, self.child)
        if self.seconds <= 0:
            raise UnknownThing(f"a ride of {self.seconds} seconds cannot be agreed for child {self.child}")
        changed = replace(child, max_ride=Seconds(self.seconds))
        return replace(problem, children=tuple(changed if each == child else each for each in problem.children))


@dataclass(frozen=True)
class MoveBell:
    """Move a school's day later (or earlier, with a negative number of seconds)."""

    school: str
    seconds: int

    @property
    def touches(self) -> Touches:
        """The school."""
        return (("school", self.school),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        way = "later" if self.seconds >= 0 else "earlier"
        return f"Move the day of school {self.school} {abs(self.seconds) // 60} minutes {way}."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem with both windows moved."""
        _known_school(problem, self.school)
        moved = tuple(
            replace(each, morning=self._moved(each.morning), afternoon=self._moved(each.afternoon))
            if each.id == self.school
            else each
            for each in problem.schools
        )
        return replace(problem, schools=moved)

    def _moved(self, window: Window | None) -> Window | None:
        if window is None:
            return None
        return Window(Seconds(window.earliest + self.seconds), Seconds(window.latest + self.seconds))


@dataclass(frozen=True)
class ShareVehicles:
    """Let the children of two schools share vehicles."""

    one: str
    other: str

    @property
    def touches(self) -> Touches:
        """The pair of schools."""
        return (("pair of schools", "+".join(sorted((self.one, self.other)))),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Let children of schools {self.one} and {self.other} share vehicles."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem with the pair agreed."""
        for school in (self.one, self.other):
            _known_school(problem, school)
        pair = (min(self.one, self.other), max(self.one, self.other))
        return replace(problem, mixed=problem.mixed | {pair})


@dataclass(frozen=True)
class DropOperator:
    """An operator stops trading with us."""

    operator: str

    @property
    def touches(self) -> Touches:
        """The operator."""
        return (("operator", self.operator),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Operator {self.operator} stops trading with us."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem with the operator inactive."""
        if self.operator not in problem.operator:
            raise UnknownThing(f"there is no operator {self.operator} in this plan: check the name")
        operators = tuple(replace(o, active=False) if o.id == self.operator else o for o in problem.operators)
        return replace(problem, operators=operators)


@dataclass(frozen=True)
class BuyVehicles:
    """Have more (or, with a negative number, fewer) vehicles of a class that is counted."""

    vehicle_class: str
    more: int

    @property
    def touches(self) -> Touches:
        """The vehicle class."""
        return (("vehicle class", self.vehicle_class),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Have {abs(self.more)} {'more' if self.more >= 0 else 'fewer'} of vehicle class {self.vehicle_class}."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem with the count changed; refuses a class that is not counted, or fewer than none."""
        if self.vehicle_class not in problem.vehicle_class:
            raise UnknownThing(f"there is no vehicle class {self.vehicle_class} in this plan")
        kind = problem.vehicle_class[self.vehicle_class]
        if kind.available is None or kind.available + self.more < 0:
            raise UnknownThing(f"vehicle class {kind.id} is not counted, or has fewer than {-self.more} to lose")
        return _with_class(problem, replace(kind, available=kind.available + self.more))


@dataclass(frozen=True)
class AddLayout:
    """Fit a vehicle class out in one more way."""

    vehicle_class: str
    layout: Layout

    @property
    def touches(self) -> Touches:
        """The vehicle class."""
        return (("vehicle class", self.vehicle_class),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        seats, chairs = self.layout.seats, self.layout.wheelchairs
        return f"Let vehicle class {self.vehicle_class} take {seats} seats and {chairs} wheelchair spaces."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem with the layout added."""
        if self.vehicle_class not in problem.vehicle_class:
            raise UnknownThing(f"there is no vehicle class {self.vehicle_class} in this plan")
        kind = problem.vehicle_class[self.vehicle_class]
        return _with_class(problem, replace(kind, layouts=(*kind.layouts, self.layout)))


def _with_class(problem: RoutesProblem, kind: VehicleClass) -> RoutesProblem:
    classes = tuple(kind if each.id == kind.id else each for each in problem.vehicle_classes)
    return replace(problem, vehicle_classes=classes)


@dataclass(frozen=True)
class LimitChange:
    """Allow at most so many children to change vehicle or time, or put a price in pence on each who does."""

    cap: int | None = None
    price: int = 0

    @property
    def touches(self) -> Touches:
        """The budget of change."""
        return (("change", "budget"),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        if self.cap is not None:
            return f"Change the vehicle or time of at most {self.cap} children."
        return f"Put a price of £{self.price / 100:,.2f} a day on each child who changes."

    def apply(self, problem: RoutesProblem) -> RoutesProblem:
        """Return the problem with the budget."""
        return replace(problem, change=Budget(Pence(self.price), self.cap, problem.change.tolerance))
