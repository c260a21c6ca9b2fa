"""Invented operators, their vehicles, what the children need of them, and last term's runs."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from data.records.pupils import Pupil
from data.records.transport import Operator, Run, Vehicle
from data.synthetic.clerk import Kind
from data.synthetic.estate import Estate
from data.synthetic.last_term import last_term
from data.synthetic.size import FICTION, RUN_MIX, Size, chances

RATES = {"taxi": 9_500, "MPV": 13_000, "minibus": 21_000, "tail-lift minibus": 24_500}
"""Pence a vehicle a day; assumed, tied to published unit costs a child."""

LAYOUTS = {
    "taxi": ((4, 0),),
    "MPV": ((7, 0),),
    "minibus": ((16, 0),),
    "tail-lift minibus": ((14, 1), (10, 2), (8, 3), (6, 4)),
}
CODE = {"taxi": "TAXI", "MPV": "MPV", "minibus": "MINI", "tail-lift minibus": "LIFT"}
WHEELCHAIRS, TRANSFERS = 0.063, 0.027
GUIDED_RUNS = 0.55


@dataclass
class Group:
    """Neighbours who go to one school: a vehicle's load in the published number of runs, by which needs are drawn."""

    school: str
    members: list[int]
    guided: bool = False
    chairs: int = 0


@dataclass
class Fleet:
    """Operators, vehicle classes, last term's runs, and the children with their needs filled in."""

    operators: tuple[Operator, ...]
    vehicles: tuple[Vehicle, ...]
    runs: tuple[Run, ...]
    pupils: list[Pupil]


def make_fleet(size: Size, seed: int, pupils: list[Pupil], points: list[tuple[int, int]], estate: Estate) -> Fleet:
    """Return the fleet and last term's runs; ``points`` are the children's homes in metres, in the same order."""
    rng = chances(seed, "fleet")
    groups = _groups(size, pupils, points, estate, rng)
    _give_wheelchairs(groups, pupils, rng)
    _give_guides(groups, pupils, rng)
    _give_limits(pupils, points, estate, rng)
    operators = tuple(
        Operator(
            id=f"OP-{letter}",
            name=f"Operator {letter} (fictional)",
            licence_ends=date(2020, 8, 31),
            insurance_ends=date(2020, 6, 30),
            notice_days=28,
            fictional=FICTION,
        )
        for letter in "ABCDEFGH"[: size.operators]
    )
    dear = {each.id: 0.94 + 0.03 * at for at, each in enumerate(operators)}
    drawn = [(operators[int(rng.integers(len(operators)))].id, rng.random() < 0.3) for _ in groups]
    held = Counter((operator, _kind(group)) for (operator, _), group in zip(drawn, groups, strict=True))
    runs, used = [], Counter[tuple[str, str]]()
    rng = chances(seed, "last term")
    kinds = {kind: Kind(LAYOUTS[kind], rate) for kind, rate in RATES.items()}
    for number, each in enumerate(last_term(pupils, points, estate, kinds, rng), start=1):
        operator = operators[_cheapest_bid(len(operators), rng)].id
        used[(operator, each.kind)] += 1
        runs.append(
            Run(
                id=f"R{number:03d}",
                school=each.school,
                vehicle=f"{operator}-{CODE[each.kind]}",
                pupils=tuple(pupils[at].id for at in each.members),
                day_cost=_rate(each.kind, dear[operator]),
                lot=f"LOT{1 + number % 9}",
                contract_start=date(2020, 1, 6) if rng.random() < 0.3 else date(2019, 9, 2),
                contract_end=date(2020, 7, 20),
                fictional=FICTION,
            )
        )
    vehicles = tuple(_class(each.id, kind, held, used, dear[each.id]) for each in operators for kind in RATES)
    return Fleet(operators, vehicles, tuple(runs), pupils)


def _cheapest_bid(operators: int, rng: np.random.Generator) -> int:
    """Return who won a run: the cheapest of as many bidders as half the operators; the first operators ask least."""
    return min(int(rng.integers(operators)) for _ in range(max(1, operators // 2)))


def _rate(kind: str, dear: float) -> int:
    return round(RATES[kind] * dear / 50) * 50


def _class(
    operator: str, kind: str, held: Counter[tuple[str, str]], used: Counter[tuple[str, str]], dear: float
) -> Vehicle:
    """Return vehicles of a kind: as many as the published number of runs takes and a tenth more, or all that ran."""
    most = held[(operator, kind)] + 2 + held[(operator, kind)] // 10
    return Vehicle(
        id=f"{operator}-{CODE[kind]}",
        operator=operator,
        type=kind,
        layouts=LAYOUTS[kind],
        day_rate=_rate(kind, dear),
        per_mile=90,
        available=None if kind == "taxi" else max(most, used[(operator, kind)]),
        equipment=("tail-lift",) if kind == "tail-lift minibus" else (),
        valid_from=date(2019, 9, 2),
        valid_until=date(2020, 7, 20),
        fictional=FICTION,
    )


def _kind(group: Group) -> str:
    if group.chairs:
        return "tail-lift minibus"
    aboard = len(group.members) + group.guided
    return "taxi" if aboard <= 4 else "MPV" if aboard <= 7 else "minibus"


def _groups(
    size: Size, pupils: list[Pupil], points: list[tuple[int, int]], estate: Estate, rng: np.random.Generator
) -> list[Group]:
    """Return as many loads as there were runs by the published count: by school, in slices of bearing."""
    riders: dict[str, list[int]] = defaultdict(list)
    for at, pupil in enumerate(pupils):
        if pupil.transport == "vehicle" and pupil.school:
            riders[pupil.school].append(at)
    groups: list[Group] = []
    shares = np.array([share for *_, share in RUN_MIX], dtype=np.float64)
    for school, members in sorted(riders.items()):
        east, north = estate.points[school]
        members.sort(key=lambda at: (np.arctan2(points[at][1] - north, points[at][0] - east), at))
        while members:
            _, fewest, most, _ = RUN_MIX[int(rng.choice(len(RUN_MIX), p=shares / shares.sum()))]
            take = int(rng.integers(fewest, most + 1))
            groups.append(Group(school, members[:take]))
            del members[:take]
    _meet_count(groups, size.runs)
    for group in groups:
        east, north = estate.points[group.school]
        group.members = _chain(group.members, points, (east, north))
    return groups


def _meet_count(groups: list[Group], wanted: int) -> None:
    while len(groups) > wanted:
        pairs = [
            (len(a.members) + len(b.members), at)
            for at, (a, b) in enumerate(pairwise(groups))
            if a.school == b.school and len(a.members) + len(b.members) <= 15
        ]
        if not pairs:
            return
        _, at = min(pairs)
        groups[at].members += groups.pop(at + 1).members
    while len(groups) < wanted:
        at = max(range(len(groups)), key=lambda each: len(groups[each].members))
        half = len(groups[at].members) // 2
        if half == 0:
            return
        groups.insert(at + 1, Group(groups[at].school, groups[at].members[half:]))
        del groups[at].members[half:]


def _chain(members: list[int], points: list[tuple[int, int]], school: tuple[float, float]) -> list[int]:
    """Return the children from the farthest, each time the nearest still waiting."""
    left = set(members)
    at = max(left, key=lambda each: (np.hypot(points[each][0] - school[0], points[each][1] - school[1]), each))
    order = [at]
    left.remove(at)
    while left:
        here = points[order[-1]]
        at = min(left, key=lambda each: (np.hypot(points[each][0] - here[0], points[each][1] - here[1]), each))
        order.append(at)
        left.remove(at)
    return order


def _change(pupils: list[Pupil], at: int, **update: object) -> None:
    pupils[at] = pupils[at].model_copy(update=update)


def _give_wheelchairs(groups: list[Group], pupils: list[Pupil], rng: np.random.Generator) -> None:
    riders = sum(len(group.members) for group in groups)
    wanted = round(riders * WHEELCHAIRS)
    for number in rng.permutation(len(groups)):
        group = groups[int(number)]
        chairs = min(wanted, int(rng.integers(1, 5)), len(group.members))
        seats = next(seats for seats, held in LAYOUTS["tail-lift minibus"] if held >= max(1, chairs))
        if chairs and len(group.members) - chairs + 1 <= seats:
            for at in group.members[:chairs]:
                kind = "powered" if rng.random() < 0.4 else "manual"
                need = "PD" if pupils[at].base is None else pupils[at].need
                _change(pupils, at, wheelchair=kind, need=need, equipment=())
            group.chairs = chairs
            wanted -= chairs
    seated = [at for group in groups for at in group.members if pupils[at].wheelchair == "no"]
    for at in rng.permutation(seated)[: round(riders * TRANSFERS)]:
        _change(pupils, int(at), wheelchair="transfers")
    for at in rng.permutation(seated)[: round(riders * 0.08)]:
        _change(pupils, int(at), equipment=("harness",) if rng.random() < 0.5 else ("car seat",))


def _give_guides(groups: list[Group], pupils: list[Pupil], rng: np.random.Generator) -> None:
    order = sorted(range(len(groups)), key=lambda at: (-groups[at].chairs - rng.random() * 2, at))
    for number in order[: round(len(groups) * GUIDED_RUNS)]:
        group = groups[number]
        if _seats_full(group):
            continue
        group.guided = True
        preferred = rng.random() < 0.12
        for at in rng.permutation(group.members)[: 1 + int(rng.integers(0, 3))]:
            skills: tuple[str, ...] = ()
            if not preferred and rng.random() < 0.10:
                skills = ("epilepsy",)
            elif not preferred and pupils[int(at)].wheelchair in ("manual", "powered"):
                skills = ("moving and handling",)
            elif not preferred and pupils[int(at)].need == "SEMH" and rng.random() < 0.4:
                skills = ("positive behaviour support",)
            _change(pupils, int(at), guide="preferred" if preferred else "required", competences=skills)
    tied = {ref for pupil in pupils for ref in (pupil.id, *pupil.together) if pupil.together}
    for group in groups:
        if len(group.members) == 1 and rng.random() < 0.6 and pupils[group.members[0]].id not in tied:
            _change(pupils, group.members[0], sole=True, apart=())


def _seats_full(group: Group) -> bool:
    if not group.chairs:
        return len(group.members) + 1 > 16
    seats = next(seats for seats, held in LAYOUTS["tail-lift minibus"] if held >= group.chairs)
    return len(group.members) - group.chairs + 1 > seats


def _give_limits(pupils: list[Pupil], points: list[tuple[int, int]], estate: Estate, rng: np.random.Generator) -> None:
    """Give one child in twenty a shorter ride limit of their own, never less than a comfortable direct ride."""
    for at, pupil in enumerate(pupils):
        if pupil.transport == "vehicle" and pupil.school and rng.random() < 0.05:
            east, north = estate.points[pupil.school]
            km = float(np.hypot(points[at][0] - east, points[at][1] - north)) / 1000
            direct = (2.07 + 1.243 * km) * 1.9
            _change(pupils, at, max_minutes=int(max(20, 5 * np.ceil(direct * 1.4 / 5 + 1))))
