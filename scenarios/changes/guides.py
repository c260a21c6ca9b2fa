"""Changes to guides: someone away, trained, lapsed or taken on, and routes whose need for a guide changes."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from optimiser.guides.problem import Guide, GuidesProblem, Held, Need
from scenarios.changes import UnknownThing

Touches = tuple[tuple[str, str], ...]


def _guide(problem: GuidesProblem, guide_id: str) -> Guide:
    if guide_id not in problem.guide:
        raise UnknownThing(f"there is no guide {guide_id} in this plan: check the reference against the list of guides")
    return problem.guide[guide_id]


def _with_guide(problem: GuidesProblem, guide: Guide) -> GuidesProblem:
    return replace(problem, guides=tuple(guide if each.id == guide.id else each for each in problem.guides))


@dataclass(frozen=True)
class Away:
    """A guide is known to be away on the day."""

    guide: str

    @property
    def touches(self) -> Touches:
        """The guide."""
        return (("guide", self.guide),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Guide {self.guide} is away."

    def apply(self, problem: GuidesProblem) -> GuidesProblem:
        """Return the problem without the guide that day, and without pins to them."""
        guide = _guide(problem, self.guide)
        pins = {run: who for run, who in problem.pins.items() if who != guide.id}
        return replace(problem, absent=problem.absent | {guide.id}, pins=pins)


@dataclass(frozen=True)
class Train:
    """A guide is trained in a competence, until a date or for good."""

    guide: str
    competence: str
    expires: date | None = None

    @property
    def touches(self) -> Touches:
        """The guide's competence."""
        return (("competence", f"{self.guide} {self.competence}"),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Train guide {self.guide} in {self.competence}."

    def apply(self, problem: GuidesProblem) -> GuidesProblem:
        """Return the problem with the guide trained."""
        guide = _guide(problem, self.guide)
        others = tuple(held for held in guide.competences if held.name != self.competence)
        return _with_guide(problem, replace(guide, competences=(*others, Held(self.competence, self.expires))))


@dataclass(frozen=True)
class Lapse:
    """A guide's checks have all lapsed by the day."""

    guide: str

    @property
    def touches(self) -> Touches:
        """The guide."""
        return (("guide", self.guide),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Guide {self.guide}'s checks lapse."

    def apply(self, problem: GuidesProblem) -> GuidesProblem:
        """Return the problem with the checks ended the day before, and without pins to the guide."""
        guide = _guide(problem, self.guide)
        before = problem.day - timedelta(days=1)
        checks = tuple(Held(held.name, min(held.expires or before, before)) for held in guide.checks)
        pins = {run: who for run, who in problem.pins.items() if who != guide.id}
        return replace(_with_guide(problem, replace(guide, checks=checks)), pins=pins)


@dataclass(frozen=True)
class TakeOn:
    """A relief guide is taken on, like one there is already."""

    guide: str
    like: str

    @property
    def touches(self) -> Touches:
        """The new guide."""
        return (("guide", self.guide),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"Take on relief guide {self.guide}, placed and trained like {self.like}."

    def apply(self, problem: GuidesProblem) -> GuidesProblem:
        """Return the problem with one guide more; refuses an id that is taken."""
        if self.guide in problem.guide:
            raise UnknownThing(f"there is already a guide {self.guide}: choose another reference")
        like = _guide(problem, self.like)
        fresh = replace(like, id=self.guide, relief=True, knows=frozenset(), history=())
        return replace(problem, guides=(*problem.guides, fresh))


@dataclass(frozen=True)
class NeedGuide:
    """A route's need for a guide changes, both ways."""

    route: str
    need: Need

    @property
    def touches(self) -> Touches:
        """The route."""
        return (("route", self.route),)

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        return f"On route {self.route} a guide is {self.need.value}."

    def apply(self, problem: GuidesProblem) -> GuidesProblem:
        """Return the problem with the route's runs changed."""
        if not any((run.route or run.id) == self.route for run in problem.runs):
            raise UnknownThing(f"there is no route {self.route} in this plan: check the number")
        changed = tuple(
            replace(run, need=self.need) if (run.route or run.id) == self.route else run for run in problem.runs
        )
        return replace(problem, runs=changed)
