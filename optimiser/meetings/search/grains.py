"""Meetings, rooms and quarter-hour grains: the problem and exact score of the public meeting-scheduling family."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class GrainProblem:
    """Meetings by length in grains and seats needed; people required and preferred; rooms; the day of each grain.

    Arrays: ``length`` and ``needed`` (meetings,), ``required`` and ``preferred`` 0/1 (meetings, people),
    ``capacity`` (rooms,), ``grain_day`` (grains,).
    """

    length: Ints
    needed: Ints
    required: Bytes
    preferred: Bytes
    capacity: Ints
    grain_day: Ints


def score(problem: GrainProblem, start: Ints, room: Ints) -> tuple[int, int, int]:
    """Return the hard, medium and soft score (0 or below, higher is better) of a plan, by the rules one at a time.

    Source: the constraints of OptaPlanner's meeting-scheduling example.
    """
    hard = medium = soft = 0
    grains, length = len(problem.grain_day), problem.length
    end = start + length
    for i in range(len(length)):
        last = int(end[i]) - 1
        soft -= last
        hard -= max(0, int(problem.needed[i] - problem.capacity[room[i]]))
        if last >= grains:
            hard -= last
        elif problem.grain_day[start[i]] != problem.grain_day[last]:
            hard -= 1
        wider = problem.capacity - problem.capacity[room[i]]
        soft -= int(wider[wider > 0].sum())
        overlap = np.minimum(end[i], end) - np.maximum(start[i], start)
        overlap[overlap < 0] = 0
        overlap[: i + 1] = 0
        hard -= int(overlap[room == room[i]].sum())
        soft -= 10 * int(overlap.sum())
        both = problem.required @ problem.required[i].astype(np.int32)
        hard -= int((overlap * both).sum())
        mixed = (
            problem.preferred @ problem.required[i].astype(np.int32)
            + problem.required @ problem.preferred[i].astype(np.int32)
            + problem.preferred @ problem.preferred[i].astype(np.int32)
        )
        medium -= int((overlap * mixed).sum())
        soft -= 100 * int((start == end[i]).sum())
        anybody = (problem.required | problem.preferred).astype(np.int32)
        shared = anybody @ anybody[i]
        gap = start - length[i] - start[i]
        unstable = (start > start[i]) & (gap <= 2) & (room != room[i])
        soft -= int((shared * unstable).sum())
    return hard, medium, soft
