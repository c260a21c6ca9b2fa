"""Who may ride what, as arrays of guides by runs: one mask a rule, and the cost of each pairing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from optimiser.guides.problem import Guide, GuidesProblem, Mode, Run

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Frame:
    """Guides by runs for one problem; every array has shape (guides, runs) unless it says otherwise."""

    problem: GuidesProblem
    guides: tuple[Guide, ...]
    runs: tuple[Run, ...]

    @cached_property
    def guide_row(self) -> dict[str, int]:
        """The row of each guide."""
        return {guide.id: at for at, guide in enumerate(self.guides)}

    @cached_property
    def run_column(self) -> dict[str, int]:
        """The column of each run."""
        return {run.id: at for at, run in enumerate(self.runs)}

    @cached_property
    def need_from(self) -> Ints:
        """When each run needs its guide, shape (runs,)."""
        return np.array([run.need_from for run in self.runs], dtype=np.int64)

    @cached_property
    def work(self) -> Ints:
        """Seconds aboard on each run, shape (runs,)."""
        return np.array([run.work for run in self.runs], dtype=np.int64)

    @cached_property
    def strangers(self) -> Ints:
        """How many children of each run do not know each guide."""
        where: dict[str, list[int]] = {}
        for at, run in enumerate(self.runs):
            for child in set(run.children):
                where.setdefault(child, []).append(at)
        found = np.tile(np.array([len(set(run.children)) for run in self.runs], dtype=np.int64), (len(self.guides), 1))
        for row, guide in enumerate(self.guides):
            for child in guide.knows:
                for at in where.get(child, ()):
                    found[row, at] -= 1
        return found

    @cached_property
    def own(self) -> Ints:
        """Seconds for each guide to get from home to each run on their own."""
        travel = self.problem.travel
        homes = travel.rows(guide.home for guide in self.guides)
        firsts = travel.rows(run.first_place for run in self.runs)
        drive = travel.seconds[np.ix_(homes, firsts)].astype(np.int64)
        metres = travel.metres[np.ix_(homes, firsts)].astype(np.int64)
        walk = -(-metres * 60 // self.problem.reaching.walk_metres_per_minute)
        bus = np.minimum(walk, drive * self.problem.reaching.bus_share // 100 + self.problem.reaching.bus_wait)
        bus[metres == 0] = 0
        estimates = {Mode.CAR: drive, Mode.WALK: walk, Mode.BUS: bus, Mode.COLLECTED: bus}
        found = drive.copy()
        for row, guide in enumerate(self.guides):
            found[row] = estimates[guide.mode][row]
        self._overlay(found)
        return found

    def _overlay(self, found: Ints) -> None:
        """Put the given matrix of a mode in place of its estimate."""
        for row, guide in enumerate(self.guides):
            mode = Mode.BUS if guide.mode is Mode.COLLECTED else guide.mode
            given = self.problem.reach.get(mode.value)
            if given is None or guide.home not in given.index:
                continue
            for at, run in enumerate(self.runs):
                if run.first_place in given.index:
                    found[row, at] = given.seconds_between(guide.home, run.first_place)

    @cached_property
    def aboard(self) -> Ints:
        """Seconds by vehicle from each guide's home to each run's first place."""
        travel = self.problem.travel
        homes = travel.rows(guide.home for guide in self.guides)
        return travel.seconds[np.ix_(homes, travel.rows(run.first_place for run in self.runs))].astype(np.int64)

    @cached_property
    def detour(self) -> Ints:
        """Seconds longer each run's vehicle drives to fetch each guide."""
        travel = self.problem.travel
        homes = travel.rows(guide.home for guide in self.guides)
        begins = travel.rows(run.start_place or run.first_place for run in self.runs)
        straight = np.array(
            [travel.seconds_between(run.start_place or run.first_place, run.first_place) for run in self.runs]
        )
        from_start = travel.seconds[np.ix_(begins, homes)].T.astype(np.int64)
        from_start[:, [at for at, run in enumerate(self.runs) if not run.start_place]] = 0
        return np.maximum(0, from_start + self.aboard - straight[None, :])

    @cached_property
    def alone(self) -> Bools:
        """Whether each guide reaches each run on their own in time."""
        reaching = self.problem.reaching
        longest = np.array(
            [reaching.longest_walk if g.mode is Mode.WALK else reaching.longest_trip for g in self.guides]
        )
        earliest = np.array([guide.earliest for guide in self.guides])
        moving = np.array([guide.mode is not Mode.COLLECTED for guide in self.guides])
        in_time = earliest[:, None] + self.own + reaching.margin <= self.need_from[None, :]
        return moving[:, None] & in_time & (self.own <= longest[:, None])

    @cached_property
    def fetched(self) -> Bools:
        """Whether each run's vehicle can fetch each guide, leaving the detour to its own rule."""
        willing = np.array([guide.may_be_collected or guide.mode is Mode.COLLECTED for guide in self.guides])
        earliest = np.array([guide.earliest for guide in self.guides])
        return willing[:, None] & (self.need_from[None, :] - self.aboard >= earliest[:, None])

    @cached_property
    def getting(self) -> Ints:
        """Pence of getting to each run from home: the guide's own minutes, and the vehicle's detour where fetched."""
        prices = self.problem.prices
        reach = np.where(self.alone, self.own, self.aboard) * prices.own_travel // 60
        return reach + np.where(self.alone, 0, self.detour * prices.detour // 60)

    @cached_property
    def faces(self) -> Ints:
        """Pence of new faces and of taking children from the guide they have."""
        prices = self.problem.prices
        sizes = np.array([len(run.stops) for run in self.runs], dtype=np.int64)
        changed = np.zeros((len(self.guides), len(self.runs)), dtype=np.int64)
        for at, run in enumerate(self.runs):
            now = self.problem.current.get(run.id)
            if now is not None:
                changed[:, at] = prices.changed * sizes[at]
                if now in self.guide_row:
                    changed[self.guide_row[now], at] = 0
        return prices.new_face * self.strangers + changed

    @cached_property
    def lawful(self) -> Bools:
        """Whether each guide may ride each run today, wherever they start from."""
        found = np.ones((len(self.guides), len(self.runs)), dtype=bool)
        for rule, mask in MASKS.items():
            if rule not in ABOUT_REACH:
                found &= mask(self)
        return found

    @cached_property
    def able(self) -> Bools:
        """Whether each guide may ride each run today and can come to it from home, by every rule in :data:`MASKS`."""
        found = self.lawful.copy()
        for rule, mask in MASKS.items():
            if rule in ABOUT_REACH:
                found &= mask(self)
        return found


def frame(problem: GuidesProblem) -> Frame:
    """Return the arrays of a problem's guides and guided runs."""
    return Frame(problem, problem.guides, problem.guided)


def _at_work(frame: Frame) -> Bools:
    day, absent = frame.problem.day.weekday(), frame.problem.absent
    return np.array([day in g.days and g.id not in absent for g in frame.guides], dtype=bool)[:, None]


def _checked(frame: Frame) -> Bools:
    day, wanted = frame.problem.day, frame.problem.required_checks
    return np.array([wanted <= g.checks_on(day) for g in frame.guides], dtype=bool)[:, None]


def _skilled(frame: Frame) -> Bools:
    skills = [guide.skills_on(frame.problem.day) for guide in frame.guides]
    found = np.ones((len(frame.guides), len(frame.runs)), dtype=bool)
    kinds = sorted({skill for run in frame.runs for skill in run.competences})
    for skill in kinds:
        wants = np.array([skill in run.competences for run in frame.runs])
        holds = np.array([skill in held for held in skills])
        found &= holds[:, None] | ~wants[None, :]
    return found


def _unbarred(frame: Frame) -> Bools:
    found = np.ones((len(frame.guides), len(frame.runs)), dtype=bool)
    for row, guide in enumerate(frame.guides):
        if guide.barred_from:
            found[row] = [not guide.barred_from & set(run.children) for run in frame.runs]
    return found


def _within_hours(frame: Frame) -> Bools:
    latest = np.array([guide.latest for guide in frame.guides])
    most = np.array([guide.most_work for guide in frame.guides])
    until = np.array([run.need_until for run in frame.runs])
    return (until[None, :] <= latest[:, None]) & (frame.work[None, :] <= most[:, None])


def _reaches(frame: Frame) -> Bools:
    return frame.alone | frame.fetched


def _fits_detour(frame: Frame) -> Bools:
    slack = np.array([run.collect_slack for run in frame.runs])
    return frame.alone | (frame.detour <= slack[None, :])


MASKS: dict[str, Callable[[Frame], Bools]] = {
    "guide-at-work": _at_work,
    "checks-valid": _checked,
    "competence-valid": _skilled,
    "not-barred": _unbarred,
    "guide-hours": _within_hours,
    "reach-first-stop": _reaches,
    "collect-detour": _fits_detour,
}
"""One mask a rule; the model obeys exactly these, so that dropping one can be tried."""
ABOUT_REACH = frozenset({"reach-first-stop", "collect-detour"})
