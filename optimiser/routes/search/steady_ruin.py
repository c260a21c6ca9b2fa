"""Whom to take off a plan near last term's: neighbours, whole vehicles, or whoever stands in an old vehicle's way."""

from numba import njit

from optimiser.routes.search.arrays import (
    GROUP,
    LENGTH,
    Flags,
    Ints,
)
from optimiser.routes.search.kernel import draw
from optimiser.routes.search.steady_rows import FAR, Pair, Plan, moved, remove, row_of


@njit(cache=True)
def ruin(j: Pair, s: Plan, absent: Ints, count: int, touched: Flags, olds: int, rng: Ints, far: Ints) -> int:
    """Take children off: strings near a child, one whole vehicle, or whoever stands in an old vehicle's way."""
    n = j.travels.shape[1]
    kind = draw(rng)
    seed = int(draw(rng) * n)
    if kind < 0.35:
        return _dissolve(j, s, _small_row(j, s, rng), absent, count, touched, far)
    if kind < 0.5 and olds > 0:
        return _restore(j, s, int(draw(rng) * olds), absent, count, touched, far)
    if kind < 0.6:
        count = _dissolve(j, s, row_of(j, s, seed), absent, count, touched, far)
    wanted = 1 + int(draw(rng) * min(10, n))
    travels, near, am, pm = j.travels, j.am.near, s.am.run_of, s.pm.run_of
    for step in range(n):
        c = near[seed, step]
        if wanted <= 0:
            break
        if (am[c] if travels[0, c] else pm[c]) >= 0 and not j.pinned[c] and draw(rng) < 0.7:
            count = remove_group(j, s, c, absent, count, touched, far)
            wanted -= 1
    return count


@njit(cache=True)
def _small_row(j: Pair, s: Plan, rng: Ints) -> int:
    """Return the row with fewest children of three drawn."""
    best, least = -1, FAR
    for _ in range(3):
        r = row_of(j, s, int(draw(rng) * j.travels.shape[1]))
        if r >= 0 and max(s.am.run[r, LENGTH], s.pm.run[r, LENGTH]) < least:
            best, least = r, max(s.am.run[r, LENGTH], s.pm.run[r, LENGTH])
    return best


@njit(cache=True)
def _dissolve(j: Pair, s: Plan, r: int, absent: Ints, count: int, touched: Flags, far: Ints) -> int:
    if r < 0:
        return count
    for c in range(j.travels.shape[1]):
        if (s.am.run_of[c] == r or s.pm.run_of[c] == r) and not j.pinned[c]:
            count = remove_group(j, s, c, absent, count, touched, far)
    return count


@njit(cache=True)
def _restore(j: Pair, s: Plan, r: int, absent: Ints, count: int, touched: Flags, far: Ints) -> int:
    for c in range(j.travels.shape[1]):
        away = (j.home[0, c] == r or j.home[1, c] == r) and moved(j, s, c)
        guest = (s.am.run_of[c] == r or s.pm.run_of[c] == r) and moved(j, s, c)
        if (away or guest) and not j.pinned[c]:
            count = remove_group(j, s, c, absent, count, touched, far)
    return count


@njit(cache=True)
def remove_group(j: Pair, s: Plan, c: int, absent: Ints, count: int, touched: Flags, far: Ints) -> int:
    """Take a child and those who must ride along off their runs; return how many groups are absent now."""
    g = j.am.child[c, GROUP]
    for m in range(j.am.group_first[g], j.am.group_first[g + 1]):
        remove(j, s, j.am.members[m], touched, far)
    for k in range(count):
        if absent[k] == g:
            return count
    absent[count] = g
    return count + 1


@njit(cache=True)
def absent_groups(j: Pair, s: Plan, absent: Ints) -> int:
    """List the groups with nobody carried, and return how many there are."""
    count = 0
    for g in range(len(j.am.group_first) - 1):
        if row_of(j, s, j.am.members[j.am.group_first[g]]) < 0:
            absent[count] = g
            count += 1
    return count
