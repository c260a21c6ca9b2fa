"""The 06:30 desk, checks that lapse and bad weeks: quick questions about a plan of guides, asked in a child process."""

import importlib
from collections.abc import Sequence
from typing import Any

from optimiser.core.table import Column, Kind, Table
from service.answers import Answer, NoAnswer


def morning(
    *,
    away: Sequence[str] = (),
    broken: Sequence[str] = (),
    standby: Sequence[str] = (),
    kept: Sequence[str] = (),
    first: Sequence[str] = (),
) -> Any:
    """Return the morning as the desk knows it, from what was typed; raises NoAnswer with how to write it.

    ``away`` and ``broken`` are references, with :am or :pm for a half; ``kept`` are accepted covers as run|rung|who;
    ``first`` are rungs of the ladder to ask before the others.
    """
    desks = importlib.import_module("optimiser.guides.desk")
    accepted = []
    for each in kept:
        parts = each.split("|")
        if len(parts) != 3 or parts[1] not in {step.value for step in desks.Step}:
            raise NoAnswer(f"{each} is not an accepted cover. Tick the covers to keep in the list.")
        accepted.append(desks.Accepted(parts[0], desks.Step(parts[1]), parts[2]))
    try:
        ladder = desks.ladder(first)
    except ValueError as wrong:
        raise NoAnswer(f"{str(wrong)[:1].upper()}{str(wrong)[1:]}.") from wrong
    return desks.Desk(
        absences=tuple(desks.Absence(guide, half) for guide, half in map(_half, away)),
        failures=tuple(desks.Failure(vehicle, direction=half) for vehicle, half in map(_half, broken)),
        accepted=tuple(accepted),
        standby=tuple(dict.fromkeys(standby)),
        ladder=ladder,
    )


def _half(text: str) -> tuple[str, Any]:
    """Return a reference and the half of the day after a colon; None for the whole day."""
    direction = importlib.import_module("optimiser.guides.problem").Direction
    ref, _, half = text.rpartition(":") if text.lower().endswith((":am", ":pm")) else (text, "", "")
    if not half and ":" in text:
        ref = text.partition(":")[0]
        raise NoAnswer(f"{text} is not clear. Write a reference alone for the whole day, or {ref}:am or {ref}:pm.")
    return ref.strip(), direction(half.lower()) if half else None


def desk(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Answer the 06:30 desk: absences and failures in, ranked cover, reasons, calls and texts out; accepted is kept."""
    covering = importlib.import_module("optimiser.guides.cover")
    tables = importlib.import_module("optimiser.guides.desk_tables")
    asked = morning(**{each: list(map(str, words)) for each, words in arguments.items()})
    plan = covering.cover(problem, solution, asked)
    touched = len(plan.covers) + len(plan.cancelled)
    words = f"{len(plan.covers)} of {touched} runs touched are covered; {len(plan.cancelled)} are cancelled."
    if not touched:
        words = "No run is touched: whoever is away holds none on this day."
    elif plan.cancelled and plan.fewest_cancelled == len(plan.cancelled):
        words += " It is proved that no other choice among these options cancels fewer."
    more = [note.sentence for note in plan.notes]
    if plan.without:
        more.append(f"Runs that go without a guide they prefer: {', '.join(plan.without)}.")
    if plan.changed_runs:
        more.append(f"Run sheets that changed: {', '.join(plan.changed_runs)}.")
    return Answer(words, tuple(more), tuple(table for table in tables.cover_tables(problem, plan) if table.rows))


def lapse(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say what happens to the day when the checks of some guides lapse: by reference, or those that would hurt most.

    Raises NoAnswer for a guide whom the plan does not know.
    """
    compliance = importlib.import_module("optimiser.guides.compliance")
    named = tuple(str(each) for each in arguments.get("guides", ()))
    unknown = [each for each in named if each not in problem.guide]
    if unknown:
        raise NoAnswer(
            f"No guide in this plan has the reference {', '.join(unknown[:5])}. Check it against the Guides sheet."
        )
    guides = named or compliance.most_harmful(problem, solution, count=int(arguments.get("count", 10)))
    effect = compliance.if_lapsed(problem, solution, guides=guides)
    aboard = {run: len(problem.run[run].stops) for run in (*effect.blocked, *effect.still_uncovered)}
    left = set(effect.still_uncovered)
    runs = Table(
        "lapse",
        "Runs that could not go as planned",
        (
            Column("run", "Run"),
            Column("guide", "Guide"),
            Column("children", "Children", Kind.COUNT),
            Column("covered", "Covered when the rest are planned again", Kind.YES_NO),
        ),
        tuple((run, solution.holder.get(run, ""), aboard[run], run not in left) for run in sorted({*aboard})),
    )
    words = (
        f"If every check of {len(guides)} guides lapsed, {len(effect.blocked)} runs could not go as planned. Planned "
        f"again without them, {len(effect.still_uncovered)} runs with {effect.children} children would have no guide."
    )
    return Answer(words, (f"Guides: {', '.join(guides)}.",), (runs,))


def rehearse(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Play a ready scenario through: September, two of the council's bad starts of term, or January flu."""
    scenarios = importlib.import_module("scenarios.absence")
    what = str(arguments.get("what", ""))
    tables = scenarios.play(problem, solution, what, seed=int(arguments.get("seed", 0)))
    notice = "A rehearsal on drawn absences and failures: nothing in the plan is changed."
    return Answer(f"{scenarios.SCENARIOS[what]}.", (notice,), tables)


VERBS = {"desk": desk, "lapse": lapse, "rehearse": rehearse}
