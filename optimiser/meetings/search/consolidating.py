"""Improves a whole roster over slots: the arrays of the compiled search, and the bookings it ends with."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import AT_SCHOOL, Booking, Problem
from optimiser.meetings.search import slots
from optimiser.meetings.search.board import Board
from optimiser.meetings.search.deadline import Deadline
from optimiser.meetings.search.rebuilding import fill

HOT, COLD = 4.0, 0.5
CHUNK = 2_000
ROUNDS = 60_000
"""Rounds where neither seconds nor work are given."""

FEW, TIMES = 200, 2
"""Up to so many meetings, the search is begun so many times over."""

Wide = npt.NDArray[np.int64]
Watch = Callable[[int], bool]


def fits(problem: Problem, openings: Openings) -> bool:
    """Return whether a round is one of slots: no journeys, catch-up slots, pins or repair, and no two starts overlap.

    Every meeting that may use a venue must be able to use each of its rooms, so that rooms need only be counted.
    """
    if problem.travel is not None or problem.catch_up or problem.pins or problem.repair is not None:
        return False
    longest = max((kind.seconds for kind in problem.kinds), default=0)
    if any(later - early < longest for early, later in zip(problem.starts, problem.starts[1:], strict=False)):
        return False
    if any(len({need.role for need in kind.roles}) < len(kind.roles) for kind in problem.kinds):
        return False
    return all(
        len(openings.rooms(meeting, venue)) in (0, len(problem.venue[venue].rooms))
        for meeting in problem.meetings
        for venue in problem.school[meeting.school].venues
        if venue in problem.venue
    )


def consolidate(
    problem: Problem, openings: Openings, deadline: Deadline, *, until: float, seed: int, watch: Watch
) -> dict[str, Booking]:
    """Return bookings of a round of slots, improved until that share of the limits; work counts rounds.

    ``watch`` is told the best points now and then, and ends the search by answering False. A small round is begun
    several times over, since where a search of one ends is much a matter of luck.
    """
    best: Consolidation | None = None
    times = TIMES if len(problem.meetings) <= FEW else 1
    most, begun = deadline.limits.work or (ROUNDS if deadline.left is None else 10**12), deadline.done
    for turn in range(times):
        end = begun + (until - begun) * (turn + 1) / times
        search = Consolidation(problem, openings, seed + turn)
        going = _anneal(search, deadline, most // times, end, seed * 7919 + turn * 104_729, best, watch)
        best = search if best is None or search.tally[1] < best.tally[1] else best
        if not going:
            break
    assert best is not None, "a search is begun at least once"
    return best.bookings()


def _anneal(
    search: "Consolidation", deadline: Deadline, most: int, until: float, seed: int,
    best: "Consolidation | None", watch: Watch,
) -> bool:  # fmt: skip
    """Cool a search down once; return whether nobody asked to stop."""
    begun, rounds = deadline.done, 0
    while rounds < most and not deadline.passed and deadline.done < until:
        through = max(rounds / most, (deadline.done - begun) / max(1e-9, until - begun))
        search.run(min(CHUNK, most - rounds), HOT * (COLD / HOT) ** min(1.0, through), seed + rounds)
        rounds += CHUNK
        if not watch(int(min(search.tally[1], best.tally[1] if best is not None else search.tally[1]))):
            return False
    return True


class Consolidation:
    """A roster as arrays, from a greedy start; ``tally`` holds the points now and the best, reserves left out."""

    def __init__(self, problem: Problem, openings: Openings, seed: int) -> None:
        self.problem, board = problem, Board(problem, openings)
        fill(board)
        self.openings = openings
        self.person_at = {person.id: index for index, person in enumerate(problem.staff)}
        self.venue_at = {venue.id: index for index, venue in enumerate(problem.venues)}
        homes = {each.locality for each in problem.schools} | {each.locality for each in problem.staff}
        self.locality_at = {name: index for index, name in enumerate(sorted(homes))}
        starts = len(problem.starts)
        self.slot_at = {
            (day, start): d * starts + s for d, day in enumerate(problem.days) for s, start in enumerate(problem.starts)
        }
        self.slots = list(self.slot_at)
        self.slot_day = np.repeat(np.arange(len(problem.days)), starts)
        self._people(board)
        self._meetings(board)
        self._start(board)
        self.tally = np.array([board.points, board.points], dtype=np.int64)
        self.best_state, self.best_team = self.state.copy(), self.team.copy()

    def _people(self, board: Board) -> None:
        problem, many = self.problem, len(self.problem.meetings)
        self.people = np.array(
            [(problem.prices.staff_day.get(each.role, 0), many + 1 if each.share is None else each.share,
              each.most_a_day, int(each.one_locality_a_day), self.locality_at[each.locality])
             for each in problem.staff], dtype=np.int64,
        ).reshape(-1, 5)  # fmt: skip
        longest = max(kind.seconds for kind in problem.kinds)
        self.free = np.array(
            [[self.openings.person_block(each, day, start, start + longest) is None for day, start in self.slots]
             for each in problem.staff]
        )  # fmt: skip
        shape = (len(problem.staff), len(problem.days))
        self.load, self.count = np.zeros(shape[0], np.int64), np.zeros(shape, np.int64)
        self.where = np.full(shape, -1, np.int64)
        self.used = np.zeros((max(1, len(problem.venues)), len(self.slots)), np.int64)
        self.rooms = np.array([len(each.rooms) for each in problem.venues] or [0], dtype=np.int64)
        self.prices = np.array([problem.prices.away_from_home, problem.prices.over_share], dtype=np.int64)

    def _meetings(self, board: Board) -> None:
        problem, option, pool, missing = self.problem, [], list[int](), list[int]()
        options, needs, pools = [0], [0], [0]
        for meeting in problem.meetings:
            for choice in board.choices[meeting.id]:
                opening = choice.opening
                venue = -1 if opening.venue == AT_SCHOOL else self.venue_at[opening.venue]
                option.append((self.slot_at[opening.day, opening.start], choice.points, venue))
            options.append(len(option))
            school = problem.school[meeting.school]
            for need in problem.kind[meeting.kind].roles:
                able = self.openings.candidates(need, school, school.locality)
                pool += [self.person_at[each.id] for each in able]
                pools.append(len(pool))
                missing.append(slots.NEVER if need.required else need.missing_price)
            needs.append(len(missing))
        self.option = np.array(option, dtype=np.int64).reshape(-1, 3)
        self.options, self.needs, self.pools, self.pool, self.missing = (
            np.array(each, dtype=np.int64) for each in (options, needs, pools, pool, missing)
        )
        self.left_out = np.array([board.left_out[each.id] for each in problem.meetings], dtype=np.int64)
        self.least_team = np.array([board.team_at_least[each.id] for each in problem.meetings], dtype=np.int64)
        self.localities = np.array(
            [self.locality_at[problem.school[each.school].locality] for each in problem.meetings], dtype=np.int64
        )

    def _start(self, board: Board) -> None:
        many, widest = len(self.problem.meetings), int(np.diff(self.needs).max(initial=1))
        self.state = np.full((many, 3), -1, np.int64)
        self.team = np.full((many, widest), -1, np.int64)
        for m, meeting in enumerate(self.problem.meetings):
            booking = board.placed.get(meeting.id)
            if booking is None:
                continue
            slot = self.slot_at[booking.day, booking.start]
            venue = -1 if booking.venue == AT_SCHOOL else self.venue_at[booking.venue]
            row = next(
                each for each in self.option[self.options[m] : self.options[m + 1]] if tuple(each[::2]) == (slot, venue)
            )
            self.state[m] = slot, venue, row[1]
            by_role = {self.problem.person[each].role: self.person_at[each] for each in booking.people}
            for k, need in enumerate(self.problem.kind[meeting.kind].roles):
                self.team[m, k] = by_role.get(need.role, -1)
            slots.mark(m, True, self.state, self.team, self.needs, self.slot_day, self.localities, self.people,
                        self.free, self.load, self.count, self.where, self.used, self.prices, self.missing)  # fmt: skip

    def run(self, rounds: int, heat: float, seed: int) -> None:
        """Take rounds in place at one heat."""
        slots.rebuild(
            rounds, heat, heat * 0.999999, seed % 2**31, self.tally, self.best_state, self.best_team, self.state,
            self.team, self.left_out, self.options, self.option, self.needs, self.pools, self.pool, self.missing,
            self.least_team, self.slot_day, self.localities, self.people, self.free, self.load, self.count, self.where,
            self.used, self.rooms, self.prices,
        )  # fmt: skip

    def bookings(self) -> dict[str, Booking]:
        """Return the best roster seen, each meeting with its people and a room."""
        problem, found, used = self.problem, dict[str, Booking](), Counter[tuple[int, int]]()
        for m, meeting in enumerate(problem.meetings):
            slot, venue = int(self.best_state[m, 0]), int(self.best_state[m, 1])
            if slot < 0:
                continue
            (day, start), name, room = self.slots[slot], AT_SCHOOL, None
            if venue >= 0:
                name = problem.venues[venue].id
                room = self.openings.rooms(meeting, name)[used[venue, slot]].id
                used[venue, slot] += 1
            people = sorted(problem.staff[int(p)].id for p in self.best_team[m] if p >= 0)
            found[meeting.id] = Booking(meeting.id, day, start, name, room, tuple(people))
        return found
