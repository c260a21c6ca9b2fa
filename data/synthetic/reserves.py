"""Invented reserves: spare vehicles that stand ready, and staff of schools and operators who may ride as guides."""

from data.records.schools import School
from data.records.transport import Operator, Vehicle
from data.synthetic.homes import Homes
from data.synthetic.size import chances

SPARE_KINDS = ("minibus", "tail-lift minibus")
"""Kinds of vehicle of which an operator keeps spares ready; assumed."""

CREW_TRAINING = ("moving and handling", "positive behaviour support")


def give_spares(vehicles: tuple[Vehicle, ...], seed: int, homes: Homes) -> tuple[Vehicle, ...]:
    """Return the vehicle classes with spares: one minibus in twenty of those to be had, at least one, at one yard."""
    rng = chances(seed, "spares")
    yard: dict[str, str] = {}
    found = []
    for row in vehicles:
        yard.setdefault(row.operator, homes.postcodes[int(rng.integers(len(homes.postcodes)))])
        if row.type not in SPARE_KINDS:
            found.append(row)
            continue
        spares = max(1, (row.available or 0) // 20)
        found.append(
            row.model_copy(update={"spares": spares, "spares_at": yard[row.operator], "spares_from": 6 * 3600 + 2700})
        )
    return tuple(found)


def give_crews(
    operators: tuple[Operator, ...], schools: tuple[School, ...], seed: int
) -> tuple[tuple[Operator, ...], tuple[School, ...]]:
    """Return operators, every other one with a checked second crew, and special schools, two in five with staff."""
    rng = chances(seed, "second crews")
    crews = tuple(
        row.model_copy(update={"crew": 1 + int(rng.integers(0, 3)), "crew_training": CREW_TRAINING[:1]})
        if number % 2 == 0
        else row
        for number, row in enumerate(operators)
    )
    staffed = tuple(
        row.model_copy(update={"riders": 1 + int(rng.integers(0, 2)), "riders_training": CREW_TRAINING})
        if row.type == "special" and rng.random() < 0.4
        else row
        for row in schools
    )
    return crews, staffed
