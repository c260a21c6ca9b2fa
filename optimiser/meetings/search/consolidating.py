"""Improves a whole roster over slots: the arrays of the compiled search, and the bookings it ends with."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

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

Watch = Callable[[int, Callable[[], dict[str, Booking]]], bool]


def fits(problem: Problem, openings: Openings) -> bool:
    """Return whether a round is one of slots: no pins or repair, and no two starts overlap.

    Every meeting that may use a venue must be able to use each of its rooms, so that rooms need only be counted.
    """
    if problem.pins or problem.repair is not None:
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
    problem: Problem,
    openings: Openings,
    deadline: Deadline,
    *,
    until: float,
    seed: int,
    watch: Watch,
    board: Board | None = None,
    rounds: int | None = None,
) -> dict[str, Booking]:
    """Return bookings of a round of slots, improved until that share of the limits; catch-up slots are not for here.

    It takes so many rounds, or those of ``limits.work``, or with a limit in seconds all that there is time for.
    ``watch`` is told the best points and how to get the bookings now and then, and ends the search by answering False.
    The search begins from a board, or else from a greedy one: then a small round is begun several times over, since
    where a search of one ends is much a matter of luck.
    """
    best: Consolidation | None = None
    times = TIMES if board is None and len(problem.meetings) <= FEW else 1
    most = rounds or deadline.limits.work or ROUNDS
    most, begun = most if deadline.left is None else 10**12, deadline.done
    for turn in range(times):
        end = begun + (until - begun) * (turn + 1) / times
        search = Consolidation(problem, openings, board)
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
        ahead = best if best is not None and best.tally[1] <= search.tally[1] else search
        if not watch(int(ahead.tally[1]), ahead.bookings):
            return False
    return True


class Consolidation:
    """A roster as arrays, from a greedy start; ``tally`` holds the points now and the best, reserves left out."""

    def __init__(self, problem: Problem, openings: Openings, board: Board | None = None) -> None:
        self.problem, self.openings = problem, openings
        if board is None:
            board = Board(problem, openings)
            fill(board)
        self.person_at = {person.id: index for index, person in enumerate(problem.staff)}
        self.venue_at = {venue.id: index for index, venue in enumerate(problem.venues)}
        homes = {each.locality for each in problem.schools} | {each.locality for each in problem.staff}
        self.locality_at = {name: index for index, name in enumerate(sorted(homes))}
        self.slot_at = {
            each: number for number, each in enumerate((day, start) for day in problem.days for start in problem.starts)
        }
        self.slots = list(self.slot_at)
        self.round = self._round(board)
        self.roster = self._roster(board)
        self.tally = np.array([board.points, board.points], dtype=np.int64)
        self.best_state, self.best_team = self.roster.state.copy(), self.roster.team.copy()

    def _round(self, board: Board) -> slots.Round:
        problem, many, longest = self.problem, len(self.problem.meetings), _longest(self.problem)
        travel = problem.travel
        option, pool = list[tuple[int, int, int, int]](), list[int]()
        missing, floor, away = list[int](), list[int](), problem.prices.away_from_home
        options, needs, pools = [0], [0], [0]
        for meeting in problem.meetings:
            for choice in board.choices[meeting.id]:
                opening = choice.opening
                venue = -1 if opening.venue == AT_SCHOOL else self.venue_at[opening.venue]
                place = -1 if travel is None else travel.index[choice.place]
                option.append((self.slot_at[opening.day, opening.start], venue, choice.points, place))
            options.append(len(option))
            school = problem.school[meeting.school]
            for need in problem.kind[meeting.kind].roles:
                able = self.openings.candidates(need, school, school.locality)
                pool += [self.person_at[each.id] for each in able]
                pools.append(len(pool))
                floor.append(min((away * (each.locality != school.locality) for each in able), default=0))
                missing.append(slots.NEVER if need.required else need.missing_price)
            needs.append(len(missing))
        people = [(problem.prices.staff_day.get(each.role, 0), many + 1 if each.share is None else each.share,
                   each.most_a_day, int(each.one_locality_a_day), self.locality_at[each.locality])
                  for each in problem.staff]  # fmt: skip
        return slots.Round(
            left_out=_wide([board.left_out[each.id] for each in problem.meetings]),
            options=_wide(options),
            option=_wide(option).reshape(-1, 4),
            needs=_wide(needs),
            pools=_wide(pools),
            pool=_wide(pool),
            missing=_wide(missing),
            floor=_wide(floor),
            least_team=_wide([board.team_at_least[each.id] for each in problem.meetings]),
            lasts=_wide([problem.seconds_of(each.id) for each in problem.meetings] or [longest]),
            localities=_wide([self.locality_at[problem.school[each.school].locality] for each in problem.meetings]),
            people=_wide(people).reshape(-1, 5),
            slot_day=np.repeat(np.arange(len(problem.days)), len(problem.starts)),
            begins=_wide([start for _, start in self.slots]),
            starts=_wide([len(problem.starts)]),
            rooms=_wide([len(each.rooms) for each in problem.venues] or [0]),
            roads=np.zeros((0, 0), np.int64) if travel is None else travel.seconds.astype(np.int64),
            prices=_wide([problem.prices.away_from_home, problem.prices.over_share]),
        )

    def _roster(self, board: Board) -> slots.Roster:
        problem, longest = self.problem, _longest(self.problem)
        many, widest = len(problem.meetings), int(np.diff(self.round.needs).max(initial=1))
        free = [
            [self.openings.person_block(each, day, start, start + longest) is None for day, start in self.slots]
            for each in problem.staff
        ]
        days = (len(problem.staff), len(problem.days))
        roster = slots.Roster(
            state=np.full((many, 4), -1, np.int64),
            team=np.full((many, widest), -1, np.int64),
            free=np.array(free, np.bool_).reshape(len(problem.staff), len(self.slots)),
            busy=np.full((len(problem.staff), len(self.slots)), -1, np.int64),
            load=np.zeros(days[0], np.int64),
            met=np.zeros(days, np.int64),
            where=np.full(days, -1, np.int64),
            used=np.zeros((max(1, len(problem.venues)), len(self.slots)), np.int64),
        )
        for m, meeting in enumerate(problem.meetings):
            booking = board.placed.get(meeting.id)
            if booking is None:
                continue
            slot = self.slot_at[booking.day, booking.start]
            venue = -1 if booking.venue == AT_SCHOOL else self.venue_at[booking.venue]
            mine = self.round.option[self.round.options[m] : self.round.options[m + 1]]
            roster.state[m] = next(each for each in mine if tuple(each[:2]) == (slot, venue))
            by_role = {problem.person[each].role: self.person_at[each] for each in booking.people}
            for k, need in enumerate(problem.kind[meeting.kind].roles):
                roster.team[m, k] = by_role.get(need.role, -1)
            slots.mark(self.round, roster, m, True)
        return roster

    def run(self, rounds: int, heat: float, seed: int) -> None:
        """Take rounds in place at one heat."""
        slots.rebuild(
            self.round, self.roster, rounds, heat, heat * 0.999999, seed % 2**31, self.tally, self.best_state,
            self.best_team,
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
                rooms = self.openings.rooms(meeting, name)
                # More meetings than rooms would be a fault of ours, for the verifier to refuse.
                room = rooms[used[venue, slot] % len(rooms)].id
                used[venue, slot] += 1
            people = sorted(problem.staff[int(p)].id for p in self.best_team[m] if p >= 0)
            found[meeting.id] = Booking(meeting.id, day, start, name, room, tuple(people))
        return found


def _longest(problem: Problem) -> int:
    return max((kind.seconds for kind in problem.kinds), default=0)


def _wide(values: Sequence[object]) -> slots.Ints:
    return np.array(values, dtype=np.int64)
