"""How one guide gets to one run: on their own, or fetched by the vehicle at a detour."""

from dataclasses import dataclass

from optimiser.core.units import Seconds
from optimiser.guides.problem import Guide, GuidesProblem, Mode, Run


@dataclass(frozen=True, slots=True)
class Way:
    """A means of getting to a run, how long it takes the guide, and the detour of the vehicle."""

    mode: Mode
    seconds: Seconds
    detour: Seconds = Seconds(0)


def own_seconds(problem: GuidesProblem, guide: Guide, origin: str, destination: str) -> Seconds:
    """Return how long a guide takes between two places on their own, in seconds (a bus when normally collected)."""
    mode = Mode.BUS if guide.mode is Mode.COLLECTED else guide.mode
    given = problem.reach.get(mode.value)
    if given is not None and origin in given.index and destination in given.index:
        return given.seconds_between(origin, destination)
    if mode is Mode.CAR or origin == destination:
        return problem.travel.seconds_between(origin, destination)
    walk = -(-problem.travel.metres_between(origin, destination) * 60 // problem.reaching.walk_metres_per_minute)
    if mode is Mode.WALK:
        return Seconds(walk)
    ride = problem.travel.seconds_between(origin, destination) * problem.reaching.bus_share // 100
    return Seconds(min(walk, ride + problem.reaching.bus_wait))


def detour_to_fetch(problem: GuidesProblem, guide: Guide, run: Run) -> Seconds:
    """Return how many seconds longer the vehicle drives when it fetches the guide before its first child."""
    on = problem.travel.seconds_between(guide.home, run.first_place)
    if not run.start_place:
        return on
    to = problem.travel.seconds_between(run.start_place, guide.home)
    return Seconds(max(0, to + on - problem.travel.seconds_between(run.start_place, run.first_place)))


def own_way(problem: GuidesProblem, guide: Guide, run: Run) -> Way | None:
    """Return how a guide gets from home to a run on their own in time, or None."""
    if guide.mode is Mode.COLLECTED:
        return None
    seconds = own_seconds(problem, guide, guide.home, run.first_place)
    longest = problem.reaching.longest_walk if guide.mode is Mode.WALK else problem.reaching.longest_trip
    if seconds > longest or guide.earliest + seconds + problem.reaching.margin > run.need_from:
        return None
    return Way(guide.mode, seconds)


def fetched_way(problem: GuidesProblem, guide: Guide, run: Run) -> Way | None:
    """Return how the run's own vehicle could fetch a guide within the time it can spare, or None."""
    if not guide.may_be_collected and guide.mode is not Mode.COLLECTED:
        return None
    detour = detour_to_fetch(problem, guide, run)
    aboard = problem.travel.seconds_between(guide.home, run.first_place)
    if detour > run.collect_slack or run.need_from - aboard < guide.earliest:
        return None
    return Way(Mode.COLLECTED, aboard, detour)


def best_way(problem: GuidesProblem, guide: Guide, run: Run) -> Way | None:
    """Return how a guide gets from home to a run: on their own where they can, fetched where not, else None."""
    return own_way(problem, guide, run) or fetched_way(problem, guide, run)


def way_after(problem: GuidesProblem, guide: Guide, before: Run, run: Run) -> Way | None:
    """Return how a guide gets from the end of one run to the next in time: aboard the same vehicle, or on their own."""
    if before.vehicle and before.vehicle == run.vehicle:
        seconds = problem.travel.seconds_between(before.last_place, run.first_place)
        if before.need_until + seconds <= run.need_from:
            return Way(Mode.COLLECTED, seconds)
    seconds = own_seconds(problem, guide, before.last_place, run.first_place)
    if before.need_until + seconds > run.need_from:
        return None
    return Way(Mode.BUS if guide.mode is Mode.COLLECTED else guide.mode, seconds)


def lawful(problem: GuidesProblem, guide: Guide, run: Run) -> tuple[str, ...]:
    """Return the hard rules, of those that need no clock, that keep a guide off a run today; none means they may."""
    broken = []
    if problem.day.weekday() not in guide.days or guide.id in problem.absent:
        broken.append("guide-at-work")
    if not problem.required_checks <= guide.checks_on(problem.day):
        broken.append("checks-valid")
    if not run.competences <= guide.skills_on(problem.day):
        broken.append("competence-valid")
    if guide.barred_from & set(run.children):
        broken.append("not-barred")
    if run.need_until > guide.latest or run.work > guide.most_work:
        broken.append("guide-hours")
    return tuple(broken)
