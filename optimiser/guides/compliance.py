"""Which skills and checks lapse, which duties that blocks, and what happens if several people lapse at once."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from optimiser.guides import reaching
from optimiser.guides.problem import Guide, GuidesProblem, Held, Need
from optimiser.guides.solution import GuidesSolution

HORIZONS = (30, 60, 90)
DAYS_A_YEAR, YEARS_SLACK = 365, 3


@dataclass(frozen=True, slots=True)
class Expiry:
    """One skill or check that lapses or has lapsed: in how many days (negative: already) and whose duties need it."""

    guide: str
    what: str
    is_check: bool
    expires: date
    days: int
    band: int
    """0 lapsed already, else 30, 60 or 90: the first horizon it falls within."""
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """A duty that may not go ahead on the day, by rule."""

    guide: str
    run: str
    rule: str
    what: str


@dataclass(frozen=True, slots=True)
class LapseEffect:
    """What a plan loses when people lapse: runs blocked, how many a new plan could still cover, children left."""

    guides: tuple[str, ...]
    blocked: tuple[str, ...]
    still_uncovered: tuple[str, ...]
    children: int


def expiries(
    problem: GuidesProblem, solution: GuidesSolution, *, horizons: tuple[int, ...] = HORIZONS
) -> tuple[Expiry, ...]:
    """Return what has lapsed or lapses within the last horizon, soonest first."""
    found = []
    for guide in problem.guides:
        for held, is_check in [(h, True) for h in guide.checks] + [(h, False) for h in guide.competences]:
            if held.expires is None:
                continue
            days = (held.expires - problem.day).days
            if days > max(horizons):
                continue
            band = 0 if days < 0 else min(h for h in horizons if days <= h)
            found.append(
                Expiry(
                    guide.id,
                    held.name,
                    is_check,
                    held.expires,
                    days,
                    band,
                    _leaning(problem, solution, guide, held, is_check),
                )
            )
    return tuple(sorted(found, key=lambda each: (each.expires, each.guide, each.what)))


def _leaning(
    problem: GuidesProblem, solution: GuidesSolution, guide: Guide, held: Held, is_check: bool
) -> tuple[str, ...]:
    runs = solution.held.get(guide.id, ())
    wanted = is_check and held.name in problem.required_checks
    return tuple(sorted(run for run in runs if wanted or held.name in problem.run[run].competences))


def blocked(problem: GuidesProblem, solution: GuidesSolution) -> tuple[Blocked, ...]:
    """Return duties of a plan, perhaps made for another day, that checks or skills forbid on the problem's day."""
    found = []
    for each in solution.assignments:
        guide, run = problem.guide[each.guide], problem.run[each.run]
        broken = reaching.lawful(problem, guide, run)
        if "checks-valid" in broken:
            what = ", ".join(sorted(problem.required_checks - guide.checks_on(problem.day)))
            found.append(Blocked(guide.id, run.id, "checks-valid", what))
        if "competence-valid" in broken:
            what = ", ".join(sorted(run.competences - guide.skills_on(problem.day)))
            found.append(Blocked(guide.id, run.id, "competence-valid", what))
    return tuple(found)


def most_harmful(problem: GuidesProblem, solution: GuidesSolution, *, count: int = 10) -> tuple[str, ...]:
    """Return the guides whose lapse would touch most children on required runs, most first."""
    weight = {
        guide: sum(len(problem.run[run].stops) for run in runs if problem.run[run].need is Need.REQUIRED)
        for guide, runs in solution.held.items()
    }
    return tuple(sorted(weight, key=lambda guide: (-weight[guide], guide))[:count])


def if_lapsed(problem: GuidesProblem, solution: GuidesSolution, *, guides: tuple[str, ...]) -> LapseEffect:
    """Return what happens to the day when every check of these guides lapses: blocked runs, and what is left after
    the rest are planned again to a proved best.
    """
    from optimiser.guides.solver import solve

    gone = set(guides)
    yesterday = problem.day - timedelta(days=1)
    changed = replace(
        problem,
        guides=tuple(
            replace(g, checks=tuple(Held(h.name, min(h.expires or yesterday, yesterday)) for h in g.checks))
            if g.id in gone
            else g
            for g in problem.guides
        ),
        pins={run: guide for run, guide in problem.pins.items() if guide not in gone},
    )
    stopped = tuple(sorted(run for guide in guides for run in solution.held.get(guide, ())))
    answer = solve(changed, progress=lambda step: step.doing != "naming backups")  # the duties alone are asked for
    holder = answer.solution.holder if answer.solution is not None else {}
    left = tuple(sorted(r.id for r in problem.guided if r.need is Need.REQUIRED and r.id not in holder))
    return LapseEffect(tuple(guides), stopped, left, sum(len(problem.run[run].stops) for run in left))


@dataclass(frozen=True, slots=True)
class OddDate:
    """An expiry date that may have been typed in the wrong order, and what it would mean the other way round."""

    guide: str
    what: str
    expires: date
    sentence: str


def odd_dates(problem: GuidesProblem) -> tuple[OddDate, ...]:
    """Return expiries that would change from lapsed to valid, or back, with day and month the other way round.

    Such a skill or check is still treated as typed (a lapsed one blocks its guide); a person should look at the paper.
    One that ends whole years after it was issued, or that the other way round would end before it, is right as typed.
    """
    found = []
    for guide in problem.guides:
        for held in (*guide.checks, *guide.competences):
            end = held.expires
            if end is None or end.day > 12 or end.day == end.month:
                continue
            other = date(end.year, end.day, end.month)
            if held.issued is not None and (other <= held.issued or _whole_years(held.issued, end)):
                continue
            if (end < problem.day) != (other < problem.day):
                now, then = ("lapsed", "valid") if end < problem.day else ("valid", "lapsed")
                name, on = held.name[:1].upper() + held.name[1:], f"{end:%a} {end.day} {end:%b %Y}"
                sentence = (
                    f"{name} of guide {guide.id} ends on {on}, so it is {now}; with day and month the other way round "
                    f"it would be {then}. Look at the certificate."
                )
                found.append(OddDate(guide.id, held.name, end, sentence))
    return tuple(found)


def _whole_years(issued: date, expires: date) -> bool:
    """Return whether a date comes a whole number of years after another, give or take three days."""
    over = (expires - issued).days % DAYS_A_YEAR
    return min(over, DAYS_A_YEAR - over) <= YEARS_SLACK
