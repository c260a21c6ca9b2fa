"""What the compiled kernels work on: one school's children and options as plain arrays, and a plan being changed."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DAYS = 5

# Columns of Instance.visit: the child, the place, the latest time since school, and 1 in the clean air zone.
OWNER, PLACE, LATEST, ZONE = 0, 1, 2, 3
# Columns of Instance.child. FIRST is the child's first visit; the next child's FIRST ends them.
FIRST, BOARDING, SEATS, CHAIRS, GUIDED, SOLE, EQUIPMENT, WEEK, PARTED, OLD, GROUP = range(11)
# Columns of Instance.option (whole numbers) and Instance.price (pence).
HAS_SEATS, HAS_CHAIRS, HAS_EQUIPMENT = 0, 1, 2
FIXED, ZONE_CHARGE, PER_METRE, PER_SECOND = 0, 1, 2, 3
# Positions in Instance.prices.
GUIDE_PRICE, CHANGE_PRICE, RIDE_PRICE = 0, 1, 2
# Columns of State.run.
LENGTH, METRES, SECONDS, NEEDS, GUIDES, ZONES, DAYS_RUN, SOLES, MOST, LABELLED = range(10)


class Instance(NamedTuple):
    """One school in one direction, read outwards from the school, so that every ride limit is a plain latest time.

    Place 0 is the school; ``seconds[a, b]`` and ``metres[a, b]`` are for driving outwards from a to b (in the morning,
    which is read backwards, for driving from b to a). Children are rows 0..n-1 of ``child``, with one row more to end
    the last; child c may be met at any of the rows ``child[c, FIRST]`` to ``child[c + 1, FIRST] - 1`` of ``visit``.
    Options are a vehicle class and layout each, in order of fixed cost for one direction. ``leg[o, p]`` is what option
    o pays between place p and its own start, school end included. ``near`` holds the children in order of distance from
    each child. ``group_first`` and ``members`` list the children who must ride together.
    """

    seconds: Ints
    metres: Ints
    visit: Ints
    child: Ints
    apart: Flags
    penalty: Floats
    group_first: Ints
    members: Ints
    near: Ints
    option: Ints
    price: Floats
    leg: Floats
    prices: Floats


class State(NamedTuple):
    """A plan being changed: each row a run, its visits outwards from school, and what follows from them.

    ``load`` holds the seats taken on each weekday and then the wheelchair spaces; ``label`` counts the children aboard
    from each of last term's vehicles.
    """

    visits: Ints
    since: Ints
    slack: Ints
    run: Ints
    load: Ints
    label: Ints
    cost: Floats
    run_of: Ints


def empty_state(instance: Instance, longest: int) -> State:
    """Return a plan with every child left out; ``longest`` is the most children that any run can hold."""
    n = len(instance.penalty)
    olds = max(1, int(instance.child[:, OLD].max(initial=0)) + 1)
    shapes = ((n + 1, longest + 1),) * 3 + ((n + 1, LABELLED + 1), (n + 1, 2 * DAYS), (n + 1, olds))
    visits, since, slack, run, load, label = (np.zeros(shape, np.int64) for shape in shapes)
    return State(visits, since, slack, run, load, label, np.zeros(n + 1), np.full(n, -1, np.int64))
