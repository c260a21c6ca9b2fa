"""What if checks lapsed, or a bad week came: quick questions about a plan of guides, answered in the child process."""

import importlib
from typing import Any

from optimiser.core.table import Column, Kind, Table
from service.questions import Answer, NoAnswer


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


VERBS = {"lapse": lapse, "rehearse": rehearse}
