"""A family forum's grid of short appointments with professionals, interpreters and a reserve for walk-ins."""

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimiser.core import cpsat
from optimiser.core.limits import Limits


@dataclass(frozen=True, slots=True)
class Wish:
    """A family (by id) that wants to see a role, with the language of an interpreter when one is needed."""

    family: str
    role: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A family with a professional in a numbered slot, and the interpreter's language if any."""

    family: str
    professional: str
    slot: int
    language: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The appointments, the wishes left over, and the (professional, slot) pairs kept for walk-ins or free."""

    appointments: tuple[Appointment, ...]
    left_over: tuple[Wish, ...]
    open_slots: tuple[tuple[str, int], ...]


def arrange(
    wishes: Sequence[Wish],
    professionals: Sequence[tuple[str, str]],
    *,
    slots: int,
    interpreters: dict[str, int] | None = None,
    walk_ins: int = 1,
) -> Grid:
    """Return a grid with the most wishes met; ``professionals`` are (id, role), ``interpreters`` how many a language.

    Each professional keeps ``walk_ins`` slots free. A family is in one place at a time.
    """
    if not wishes:
        return Grid((), (), tuple((person, slot) for person, _ in professionals for slot in range(slots)))
    model = cp_model.CpModel()
    chosen: dict[tuple[int, str, int], cp_model.IntVar] = {}
    for index, wish in enumerate(wishes):
        for person, role in professionals:
            for slot in range(slots if role == wish.role else 0):
                chosen[index, person, slot] = model.new_bool_var("")
        model.add_at_most_one(var for key, var in chosen.items() if key[0] == index)
    for person, _ in professionals:
        mine = [var for key, var in chosen.items() if key[1] == person]
        model.add(sum(mine) <= max(0, slots - walk_ins))
    for slot in range(slots):
        _one_place(model, wishes, professionals, chosen, slot)
        for language in sorted({wish.language for wish in wishes} - {""}):
            speaking = [v for k, v in chosen.items() if k[2] == slot and wishes[k[0]].language == language]
            model.add(sum(speaking) <= (interpreters or {}).get(language, 0))
    model.maximize(sum(100 * var for var in chosen.values()) - sum(key[2] * var for key, var in chosen.items()))
    answer = cpsat.solve(model, Limits(work=30))
    held = [key for key, var in chosen.items() if answer.found and answer.value(var)]
    taken = {(person, slot) for _, person, slot in held}
    return Grid(
        tuple(Appointment(wishes[i].family, person, slot, wishes[i].language) for i, person, slot in held),
        tuple(wish for index, wish in enumerate(wishes) if index not in {key[0] for key in held}),
        tuple((person, slot) for person, _ in professionals for slot in range(slots) if (person, slot) not in taken),
    )


def _one_place(
    model: cp_model.CpModel,
    wishes: Sequence[Wish],
    professionals: Sequence[tuple[str, str]],
    chosen: dict[tuple[int, str, int], cp_model.IntVar],
    slot: int,
) -> None:
    for person, _ in professionals:
        model.add_at_most_one(var for key, var in chosen.items() if key[1:] == (person, slot))
    for family in sorted({wish.family for wish in wishes}):
        model.add_at_most_one(var for key, var in chosen.items() if key[2] == slot and wishes[key[0]].family == family)
