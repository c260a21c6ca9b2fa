"""Makes meeting instances like the public ones, from a size and a seed: termly rosters, and meetings in rooms."""

from typing import Any

import numpy as np

NEEDS = (("ASC", 0.32), ("SLCN", 0.3), ("SEMH", 0.15), ("CL", 0.16), ("SENS", 0.07))
TEAM = (("EP", 0.087), ("AT", 0.061), ("SALT", 0.026), ("OT", 0.018), ("PLO", 0.026))
"""People of a role for each school; at least two of each, and the teachers fit every need between them."""
WEEKS, DAYS = 12, 60


def make_roster(schools: int, seed: int, *, localities: int = 1) -> dict[str, Any]:
    """Return a roster of the send-roster family as its file would be: so many schools a locality, 12 weeks."""
    rng = np.random.default_rng([seed, schools, localities])
    staff: list[dict[str, Any]] = []
    for locality in range(localities):
        for role, share in TEAM:
            for number in range(max(2, round(share * schools))):
                staff.append(_person(rng, role, locality, number))
    made = [_school(rng, locality, number, staff) for locality in range(localities) for number in range(schools)]
    return {
        "name": f"made-{localities}x{schools}-s{seed}",
        "seed": seed,
        "weeks": WEEKS,
        "days": DAYS,
        "grains_per_day": 12,
        "meeting_grains": 3,
        "blocks": [0, 4, 8],
        "panel": {"weekday": 1, "half": 0},
        "schools": made,
        "staff": staff,
        "hubs": [{"locality": locality, "rooms": 3} for locality in range(localities)],
    }


def _halves(rng: np.random.Generator, count: int) -> list[list[int]]:
    chosen = sorted(int(each) for each in rng.choice(10, size=count, replace=False))
    return [[each // 2, each % 2] for each in chosen]


def _person(rng: np.random.Generator, role: str, locality: int, number: int) -> dict[str, Any]:
    weekdays = sorted(int(each) for each in rng.choice(5, size=int(rng.choice([3, 4, 5])), replace=False))
    names = [need for need, _ in NEEDS]
    spec = [names[number % len(names)], names[(number + 2) % len(names)], names[(number + 3) % len(names)]]
    return {
        "id": f"{role}{locality}-{number}",
        "role": role,
        "locality": locality,
        "fte": round(len(weekdays) / 5, 1),
        "spec": spec if role == "AT" else None,
        "pattern": [[weekday, half] for weekday in weekdays for half in (0, 1)],
        "leave": sorted(int(each) for each in rng.choice(DAYS, size=int(rng.integers(1, 8)), replace=False)),
    }


def _school(rng: np.random.Generator, locality: int, number: int, staff: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [index for index, person in enumerate(staff) if person["role"] == "EP" and person["locality"] == locality]
    return {
        "id": f"L{locality}S{number}",
        "locality": locality,
        "phase": str(rng.choice(["primary", "secondary", "special"], p=[0.75, 0.18, 0.07])),
        "ep": int(rng.choice(mine)),
        "need": str(rng.choice([need for need, _ in NEEDS], p=[share for _, share in NEEDS])),
        "senco": _halves(rng, int(rng.choice([4, 5, 6, 8, 10]))),
        "ht_not": _halves(rng, int(rng.integers(1, 3))),
        "blocked": sorted(int(each) for each in rng.choice(DAYS, size=int(rng.integers(2, 10)), replace=False)),
        "target_week": int(rng.integers(2, 10)),
        "window": 4,
        "pref": _halves(rng, int(rng.integers(2, 4))),
        "gate_duty": bool(rng.random() < 0.3),
        "needs_hub": bool(rng.random() < 0.17),
    }


def make_grains(meetings: int, seed: int) -> dict[str, Any]:
    """Return a meeting-scheduling instance as its file would be: five rooms, 3.2 quarter-hours a meeting, 40 people."""
    rng = np.random.default_rng([seed, meetings])
    a_day = 36
    grains = max(a_day, round(3.2 * meetings))
    found = []
    for _ in range(meetings):
        seats = int(rng.choice([2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 30],
                               p=[0.2, 0.12, 0.1, 0.12, 0.12, 0.08, 0.08, 0.06, 0.05, 0.04, 0.03]))  # fmt: skip
        people = [int(each) for each in rng.choice(40, size=seats, replace=False)]
        must = max(2, round(seats * float(rng.uniform(0.3, 1.0))))
        length = int(rng.choice([1, 2, 3, 4, 6, 8, 16], p=[0.13, 0.13, 0.14, 0.16, 0.12, 0.14, 0.18]))
        found.append({"grains": length, "required": people[:must], "preferred": people[must:]})
    return {
        "name": f"made-{meetings}meetings-{grains}timegrains-5rooms-s{seed}",
        "grain_day": [grain // a_day for grain in range(grains)],
        "grain_minute": [480 + 15 * (grain % a_day) + 60 * (grain % a_day >= 16) for grain in range(grains)],
        "rooms": [{"name": f"R{number + 1}", "capacity": seats} for number, seats in enumerate((30, 20, 16, 14, 12))],
        "persons": [f"P{number}" for number in range(40)],
        "meetings": found,
    }
