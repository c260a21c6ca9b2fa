"""Readers of the public allocation and facility location instances; each file keeps its own published meaning."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from optimiser.core.errors import BadProblem
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import MINUTE, Pence, Seconds, pounds
from optimiser.places.model.location import Location
from optimiser.places.problem import (
    Base,
    BaseStatus,
    Phase,
    Policy,
    Prices,
    Problem,
    Pupil,
    TransportQuote,
)

SETS = {
    "orlib-cap": "orlib-cap",
    "holmberg": "holmberg",
    "holmberg-sscflp": "holmberg",
    "yang": "yang",
    "yang-sscflp": "yang",
    "pmedcap": "pmedcap",
    "pmed": "pmed",
    "send-alloc": "send-alloc",
}
"""The name of each set, by the names and folder names it goes by."""

CAPACITIES = {
    "capa": (8000.0, 10000.0, 12000.0, 14000.0),
    "capb": (5000.0, 6000.0, 7000.0, 8000.0),
    "capc": (5000.0, 5750.0, 6500.0, 7250.0),
}
"""The published capacities of the three large OR-Library files, whose site lines say only ``capacity``."""

Floats = npt.NDArray[np.float64]


def read_locations(set_name: str, path: Path, *, capacity: float | None = None) -> tuple[Location, ...]:
    """Return the instances that a file holds: one, or four for an OR-Library file that leaves capacity open.

    ``capacity`` picks one of those. Raises BadProblem for an unknown set or a file that is not of its set.
    """
    known = SETS.get(set_name)
    if known is None or known == "send-alloc":
        raise BadProblem(f"there is no location set called {set_name}; known: {', '.join(sorted(SETS))}")
    text = path.read_text(encoding="utf-8", errors="replace").replace("\x00", " ")
    try:
        if known == "orlib-cap":
            return _orlib(path.stem, text, capacity)
        return (_READERS[known](path.stem, text),)
    except (ValueError, IndexError) as error:
        raise BadProblem(f"{path.name} is not an instance of {set_name}: {error}") from error


def _numbers(text: str) -> Floats:
    return np.array([float(word) for word in text.split()])


def _orlib(name: str, text: str, capacity: float | None) -> tuple[Location, ...]:
    open_ended = "capacity" in text
    if not open_ended:
        return (_orlib_one(name, _numbers(text)),)
    choices = (capacity,) if capacity is not None else CAPACITIES.get(re.sub(r"[-_].*", "", name), ())
    if not choices:
        raise ValueError("its site lines say 'capacity' and no capacity was given")
    return tuple(_orlib_one(f"{name}-{each:g}", _numbers(text.replace("capacity", repr(each)))) for each in choices)


def _orlib_one(name: str, numbers: Floats) -> Location:
    sites, customers = int(numbers[0]), int(numbers[1])
    heads = numbers[2 : 2 + 2 * sites].reshape(sites, 2)
    rest = numbers[2 + 2 * sites : 2 + 2 * sites + customers * (1 + sites)].reshape(customers, 1 + sites)
    return Location(
        name, heads[:, 1].copy(), rest[:, 0].copy(), rest[:, 1:].T.copy(), heads[:, 0].copy(), single=False, step=None
    )


def _single_source(name: str, text: str) -> Location:
    numbers = _numbers(text)
    sites, customers = int(numbers[0]), int(numbers[1])
    heads = numbers[2 : 2 + 2 * sites].reshape(sites, 2)
    at = 2 + 2 * sites
    demand = numbers[at : at + customers]
    cost = numbers[at + customers : at + customers + sites * customers].reshape(sites, customers)
    whole = bool(np.all(cost == np.rint(cost)) and np.all(heads[:, 1] == np.rint(heads[:, 1])))
    return Location(
        name, heads[:, 1].copy(), demand.copy(), cost.copy(), heads[:, 0].copy(), step=1.0 if whole else None
    )


def _pmedcap(name: str, text: str) -> Location:
    numbers = _numbers(text)
    count, choose, capacity = int(numbers[2]), int(numbers[3]), numbers[4]
    rows = numbers[5 : 5 + 4 * count].reshape(count, 4)
    offset = rows[:, None, 1:3] - rows[None, :, 1:3]
    squared = (offset**2).sum(axis=2)
    cost = np.floor(np.sqrt(squared) + 1e-9)
    return Location(name, np.zeros(count), rows[:, 3].copy(), cost, np.full(count, capacity), choose=choose)


def _pmed(name: str, text: str) -> Location:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import shortest_path

    numbers = _numbers(text)
    count, edges, choose = int(numbers[0]), int(numbers[1]), int(numbers[2])
    lengths: dict[tuple[int, int], float] = {}
    for one, other, length in numbers[3 : 3 + 3 * edges].reshape(edges, 3):
        pair = (int(min(one, other)) - 1, int(max(one, other)) - 1)
        lengths[pair] = float(length)  # the last of parallel edges wins, as published
    ends = np.array(list(lengths))
    graph = csr_matrix((list(lengths.values()), (ends[:, 0], ends[:, 1])), shape=(count, count))
    cost = shortest_path(graph, directed=False)
    return Location(name, np.zeros(count), np.ones(count), cost, None, choose=choose)


_READERS = {"holmberg": _single_source, "yang": _single_source, "pmedcap": _pmedcap, "pmed": _pmed}


def read_send(path: Path) -> Problem:
    """Return a synthetic resource-base instance as a placement problem, pence, with its own transport prices."""
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return _send(held)
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise BadProblem(f"{path.name} is not a send-alloc instance: {error!r}") from error


def _send(held: dict[str, Any]) -> Problem:
    years, bases, pupils = int(held["years"]), held["bases"], held["pupils"]
    travel, apart = _send_travel(held)
    one_year = years == 1
    rate = [pounds(each["place"]) for each in bases]
    built = tuple(_send_base(each, rate[row], years) for row, each in enumerate(bases))
    phases = {"P": Phase.PRIMARY, "S": Phase.SECONDARY}
    ids = [each["id"] for each in bases]
    people = tuple(
        Pupil(
            each["id"], each["need"], f"home {each['id']}", "city", phases[each["phase"]],
            pounds(each["independent_cost"]), enters=int(each["enter"]) if not one_year else 0,
            years_left=1 if one_year else int(each["years_left"]),
            current=None if each["current"] is None else ids[each["current"]],
            preferences=tuple(ids[row] for row in each["pref"]),
        )
        for each in pupils
    )  # fmt: skip
    return Problem(
        people,
        built,
        travel,
        tuple(f"year {number}" for number in range(years)),
        prices=Prices(
            move=pounds(held["move_penalty"]),
            sensitive_move=Pence(0),
            preference=(Pence(150_000), Pence(100_000), Pence(50_000)) if one_year else (),
            sibling=Pence(0),
            over_place=None,
            named_refused=Pence(0),
            viability=None,
        ),
        policy=Policy(
            travel_limit=Seconds(int(held["max_minutes"] * MINUTE)),
            max_closures=5 if one_year else 10,
            max_openings=3 if one_year else None,
            openings_by_year=() if one_year else tuple(min(4, 2 * year) for year in range(years)),
        ),
        quotes=tuple(_send_quotes(held, apart)),
    )


def _send_base(each: dict[str, Any], rate: Pence, years: int) -> Base:
    one_year = years == 1
    return Base(
        each["id"], each["id"], f"base {each['id']}", "city", tuple(each["need"]),
        (Phase.PRIMARY if each["phase"] == "P" else Phase.SECONDARY,), (int(each["cap"]),) * years, rate,
        top_up=pounds(each["topup"]), fixed=pounds(each["fixed"]), opening=pounds(each["capital"] / 25),
        extra_max=int(each["expand_max"]), extra_rate=pounds(each["expand_capital"] / 25 + each["place"]),
        min_viable=int(each["min_viable"]),
        status=BaseStatus.CANDIDATE if each["candidate"] else BaseStatus.OPEN,
        open_from=0 if one_year else int(each["candidate"]),
    )  # fmt: skip


def _send_travel(held: dict[str, Any]) -> tuple[TravelMatrix, Floats]:
    """Return the matrix of homes then bases, and the kilometres by road from each pupil to each base."""
    spots = [*held["pupils"], *held["bases"]]
    points = np.array([(each["x"], each["y"]) for each in spots], dtype=np.float64)
    apart = np.hypot(points[:, None, 0] - points[None, :, 0], points[:, None, 1] - points[None, :, 1])
    tenths = np.rint(apart * held["detour"] / held["speed_kmh"] * 60 * 10).astype(np.int64)
    names = tuple(f"home {each['id']}" for each in held["pupils"]) + tuple(f"base {b['id']}" for b in held["bases"])
    metres = np.rint(tenths * held["speed_kmh"] * 1000 / 600).astype(np.int32)
    source = "straight line x detour, as the instance says"
    matrix = TravelMatrix(names, (tenths * 6).astype(np.int32), metres, source, f"send-alloc {held['name']}")
    count = len(held["pupils"])
    return matrix, apart[:count, count:] * held["detour"]


def _send_quotes(held: dict[str, Any], apart: Floats) -> list[TransportQuote]:
    """Return the transport price of each suitable pair; it is on unrounded kilometres, unlike the minutes."""
    quotes = []
    for row, pupil in enumerate(held["pupils"]):
        free = 2 if pupil["phase"] == "P" else 3
        for column, base in enumerate(held["bases"]):
            if pupil["need"] in base["need"] and pupil["phase"] == base["phase"]:
                km = float(apart[row, column])
                yearly = 2 * km * held["school_days"] * held["cost_per_km"] * 0.45
                price = 0 if km < free else held["taxi_base"] + round(yearly)
                quotes.append(TransportQuote(pupil["id"], base["id"], pounds(price)))
    return quotes
