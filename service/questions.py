"""Quick questions about a plan (why is this so? what if this meeting moved?), answered by a small child process.

The web process never imports a solver; a question has a minute and its own memory, and two are answered at a time.
"""

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimiser.core import codec
from optimiser.core.table import Column, Kind, Table
from service.answers import Answer, NoAnswer
from service.naming import names_of, with_names

SECONDS, WALL_SECONDS, BYTES = 120, 180, 3 * 1024**3
"""What a question may take: processor time, time by the clock (a busy machine is not the question's fault), memory."""
TYPES = {
    "routes": ("RoutesProblem", "RoutesSolution"),
    "guides": ("GuidesProblem", "GuidesSolution"),
    "meetings": ("Problem", "Solution"),
    "places": ("Problem", "Solution"),
    "closure": ("Problem", "Solution"),
}
_AT_ONCE = threading.Semaphore(2)


TOO_LONG = "That took too long to answer. Start a plan instead, which may take as long as you allow."


def package_of(kind: str) -> str:
    """Return the optimiser that makes a kind of plan."""
    return "places" if kind == "closure" else kind


def ask(kind: str, verb: str, arguments: dict[str, Any], *, problem: bytes, solution: bytes, records: bytes) -> Answer:
    """Ask a question in a child process; raises NoAnswer in words for a person."""
    from service.travelling import NAMES

    keep = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "NUMBA_CACHE_DIR", *NAMES)
    with tempfile.TemporaryDirectory(prefix="sendopt-ask-") as name, _AT_ONCE:
        folder = Path(name)
        (folder / "problem.json").write_bytes(problem)
        (folder / "solution.json").write_bytes(solution)
        (folder / "city.json").write_bytes(records)
        (folder / "question.json").write_text(json.dumps({"kind": kind, "verb": verb, "arguments": arguments}))
        try:
            done = subprocess.run(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "service.questions", name],
                timeout=WALL_SECONDS,
                check=False,
                capture_output=True,
                cwd=Path(__file__).parent.parent,
                env={each: os.environ[each] for each in keep if each in os.environ},
            )
        except subprocess.TimeoutExpired as late:
            raise NoAnswer(TOO_LONG) from late
        if done.returncode == -signal.SIGXCPU:
            raise NoAnswer(TOO_LONG)
        path = folder / "answer.json"
        if not path.exists():
            raise NoAnswer("That could not be answered. Nothing was changed.")
        told = json.loads(path.read_text("utf-8"))
        if "trouble" in told:
            raise NoAnswer(told["trouble"])
        paper = folder / "paper"
        return Answer(
            told["sentence"],
            tuple(told["more"]),
            codec.decode(tuple[Table, ...], told["tables"]),
            told["save"],
            paper.read_bytes() if paper.exists() else b"",
        )


def explain(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say why something is as it is, and the cheapest changes."""
    optimiser = importlib.import_module(f"optimiser.{package_of(kind)}")
    found = optimiser.explain(problem, solution, about=str(arguments["about"]))
    reasons = Table(
        "reasons",
        "What stands in the way of the alternatives",
        (Column("alternative", "Alternative"), Column("rule", "Rule"), Column("sentence", "Why not")),
        tuple((each.alternative, each.rule, each.sentence) for each in found.reasons),
    )
    remedies = Table(
        "remedies",
        "What would change it, the cheapest first",
        (Column("sentence", "Change"), Column("cost", "Costs more by"), Column("proved", "Tried")),
        tuple(
            (
                each.sentence,
                "" if each.cost is None else f"{each.cost:,}",
                "solved again with it" if each.proved else "not tried",
            )
            for each in found.remedies
        ),
    )
    tables = tuple(table for table in (reasons, remedies) if table.rows)
    return Answer(found.sentence, (), tables)


def cover(kind: str, problem: Any, solution: Any, arguments: dict[str, Any], records: bytes) -> Answer:
    """Say who steps in for the guides who are away, by the option ladder, and which families to call."""
    module = importlib.import_module("optimiser.guides.cover")
    desk = importlib.import_module("optimiser.guides.desk")
    away = [str(each) for each in arguments["away"]]
    unknown = [each for each in away if each not in problem.guide]
    if unknown:
        raise NoAnswer(
            f"No guide in this plan has the reference {', '.join(unknown[:5])}. Check it against the Guides sheet."
        )
    plan = module.cover(problem, solution, desk.Desk(absences=tuple(desk.Absence(each) for each in away)))
    covers = Table(
        "cover",
        "Who steps in",
        (Column("run", "Run"), Column("step", "How"), Column("who", "Who"), Column("late", "Late by", Kind.SECONDS),
         Column("why", "Why"), Column("others", "Next best")),
        tuple((c.run, c.step.value, c.who, int(c.late), c.why, "; ".join(c.others)) for c in plan.covers),
    )  # fmt: skip
    cancelled = Table(
        "cancelled",
        "Runs that nobody can cover",
        (Column("run", "Run"), Column("rule", "Rule"), Column("why", "Why")),
        tuple((each.run, each.rule, each.sentence) for each in plan.cancelled),
    )
    calls = Table(
        "calls",
        "Families to call, in this order",
        (
            Column("due", "Due", Kind.CLOCK),
            Column("child", "Child"),
            Column("run", "Run"),
            Column("text", "What to say"),
        ),
        tuple((int(each.due), each.child, each.run, each.text) for each in plan.calls),
    )
    texts = Table(
        "texts",
        "Messages to guides",
        (Column("guide", "Guide"), Column("run", "Run"), Column("text", "Message")),
        tuple((each.guide, each.run, each.text) for each in plan.texts),
    )
    touched = len(plan.covers) + len(plan.cancelled)
    words = f"{len(plan.covers)} of {touched} runs touched are covered; {len(plan.cancelled)} cannot be."
    if not touched:
        words = "No run is touched: the guides who are away hold none on this day."
    notes = (*(each.sentence for each in plan.notes), *_without(plan))
    return Answer(words, notes, tuple(table for table in (covers, cancelled, calls, texts) if table.rows))


def _without(plan: Any) -> tuple[str, ...]:
    return (f"Runs that go without a guide they prefer: {', '.join(plan.without)}.",) if plan.without else ()


VERBS: dict[str, Callable[[str, Any, Any, dict[str, Any], bytes], Answer]] = {
    "explain": explain,
    "cover": cover,
}


def main() -> int:
    """Answer the question in the folder that the first argument names."""
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    folder = Path(sys.argv[1])
    question = json.loads((folder / "question.json").read_text("utf-8"))
    kind = question["kind"]
    package = f"optimiser.{package_of(kind)}"
    problem_type = getattr(importlib.import_module(f"{package}.problem"), TYPES[kind][0])
    solution_type = getattr(importlib.import_module(f"{package}.solution"), TYPES[kind][1])
    recipes = importlib.import_module("data.travel.recipes")
    problem = recipes.from_text(problem_type, (folder / "problem.json").read_text("utf-8"))
    solution = codec.from_json(solution_type, (folder / "solution.json").read_text("utf-8"))
    from optimiser.core.errors import OptimiserError
    from service import meeting_questions, places_questions, readiness, transport_questions

    try:
        desks = (meeting_questions, transport_questions, places_questions, readiness)
        verbs = VERBS | {name: verb for desk in desks for name, verb in desk.VERBS.items()}
        records = (folder / "city.json").read_bytes()
        found = verbs[question["verb"]](kind, problem, solution, question["arguments"], records)
        told = {
            "sentence": found.sentence,
            "more": list(found.more),
            "tables": codec.encode(with_names(found.tables, names_of(json.loads(records)))),
            "save": found.save,
        }
        if found.paper:
            (folder / "paper").write_bytes(found.paper)
    except (NoAnswer, OptimiserError, ValueError, KeyError) as reason:
        text = str(reason)
        told = {"trouble": text[:1].upper() + text[1:]}
    (folder / "answer.json").write_text(json.dumps(told), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
