"""Which meetings come off before they are put back: what both compiled searches share."""

from typing import Any

from numba import njit


@njit(cache=True, nogil=True)
def join_once(out: Any, count: int, j: int) -> int:
    """Add meeting j to the first ``count`` of ``out`` unless it is among them; return how many there are now."""
    for k in range(count):
        if out[k] == j:
            return count
    out[count] = j
    return count + 1
