"""The plain arrays that the paired kernels read and write: one problem, one plan, and room to work in."""

from typing import Any, NamedTuple

EPS = 1e-9
"""Slack allowed when two times are compared, in the problem's own unit of time."""

INNER: dict[str, Any] = {
    "cache": True,
    "error_model": "numpy",
    "_nrt": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
"""How kernels that only kernels call are compiled: without the wrappers that Python would need, which cost most."""

OUTER: dict[str, Any] = {"cache": True, "_nrt": False, "error_model": "numpy", "no_cfunc_wrapper": True}
"""How kernels that Python calls are compiled."""


class Data(NamedTuple):
    """A pickup-and-delivery problem as arrays; request ``i`` has pickup node ``i`` and delivery node ``n + i``.

    Times, distances and loads are float64 in any one unit. A request that is not ``paired`` is one visit, node ``i``,
    whose demand stays aboard to the end. ``ride[i]`` is the most time from the start of service at the pickup to the
    start of service at the delivery. Nodes next to each other with the same ``merge`` group (zero or more) are one
    visit: they start together, and leaving takes ``setup`` once plus every ``service``; they must share their window.
    Whoever is aboard for a merged place gets off at the first visit there.
    """

    loc: Any  # (2n,) int32, row of the node in the travel arrays
    dist: Any  # (L, L) what a kilometre-like unit of travel costs, multiplied by per_dist
    time: Any  # (L, L) travel times
    early: Any  # (2n,)
    late: Any  # (2n,)
    service: Any  # (2n,)
    setup: Any  # (2n,)
    merge: Any  # (2n,) int32, -1 for none
    paired: Any  # (n,) bool
    ride: Any  # (n,)
    demand: Any  # (n, D)
    price: Any  # (n,) what leaving the request out costs
    near: Any  # (n, K) int32, the requests most related to each, itself first
    apart: Any  # (n, n) bool, True where two requests may not share a route; (0, 0) when any may
    allowed: Any  # (n, T) bool
    start: Any  # (T,) int32 location where a vehicle of the kind starts
    end: Any  # (T,) int32
    cap: Any  # (T, D)
    fixed: Any  # (T,)
    per_dist: Any  # (T,)
    duration: Any  # (T,)
    count: Any  # (T,) int32
    open: Any  # (T,)
    close: Any  # (T,)
    strict: bool  # some ride or duration is limited, so every insertion needs the exact check
    exchange: bool  # kinds share their depots and hours, so that a route may change kind as it grows


class State(NamedTuple):
    """A plan as arrays; position 0 of a route is its start, positions 1 to ``length`` its nodes, then its end."""

    route: Any  # (R, M) int32 nodes
    length: Any  # (R,) int32
    kind: Any  # (R,) int32, -1 for a route not in use
    early: Any  # (R, M) earliest start of service
    late: Any  # (R, M) latest start of service
    work: Any  # (R, M) time between the start of service and leaving
    load: Any  # (R, M, D) aboard after the position
    peak: Any  # (R, D)
    far: Any  # (R,) distance
    cost: Any  # (R,)
    where: Any  # (n,) int32 route of the request, -1 when left out
    used: Any  # (T,) int32 routes of each kind


class Room(NamedTuple):
    """Scratch space of the kernels, so that nothing is allocated in the inner loops."""

    seq: Any  # (M,) int32
    t: Any  # (M,)
    w: Any  # (M,)
    at: Any  # (2n,) int32 position of each node in seq
    dirty: Any  # (R,) bool
    absent: Any  # (n,) int32
    drop: Any  # (n,) bool
    key: Any  # (n,)
    missed: Any  # (n,) int64 how often each request was left out
