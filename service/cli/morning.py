"""The commands of the 06:30 desk: who steps in, what to print and send, and bad weeks rehearsed."""

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.travel import recipes
from optimiser.core import codec
from service.answers import NoAnswer
from service.cli.output import DONE, FAULTS, LEFT_OUT, Answer
from service.optimisers.jobs import FICTION, workbook
from service.readiness import morning

RECORD, PLAN, NEEDS = "cover.desk.json", "cover.plan.json", "crew-needs.json"


def papers(out: Path, problem: Any, solution: Any, city: Any, notice: str) -> None:
    """Write the crew run sheets of a plan of guides, one a page, with what each crew needs to know and no more."""
    needs = importlib.import_module("data.writing.needs").crew_needs(city)
    sheets = importlib.import_module("data.writing.runsheets")
    (out / "run-sheets.html").write_text(sheets.run_sheets(problem, solution, needs=needs, notice=notice), "utf-8")
    (out / NEEDS).write_text(codec.to_json(needs), "utf-8")


def cover(
    folder: Path,
    away: list[str],
    broken: list[str],
    standby: list[str],
    first: list[str],
    earlier: Path | None,
    record: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    """Say who steps in this morning, and write what to print and send."""
    answer = Answer(as_json)
    try:
        problem, solution = _plan(folder)
        desk = _desk(away, broken, standby, first, earlier, record)
    except (OSError, NoAnswer, ValueError, TypeError, KeyError) as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
        return
    made = importlib.import_module("optimiser.guides.cover").cover(problem, solution, desk)
    out.mkdir(parents=True, exist_ok=True)
    _write(out, folder, problem, solution, desk, made)
    for note in made.notes:
        answer.say(f"Please look: {note.sentence}")
    for each in made.covers:
        answer.say(f"Run {each.run}: {each.who}. {each.why}")
    for gap in made.cancelled:
        answer.say(f"CANCELLED: {gap.sentence}")
    lost = f"{len(made.cancelled)} cancelled" if made.cancelled else "none cancelled"
    answer.say(f"{len(made.covers)} runs covered, {lost}, {len(made.calls)} families to ring. Written to {out}")
    answer.end(
        LEFT_OUT if made.cancelled else DONE,
        out=str(out),
        covered=len(made.covers),
        cancelled=[each.run for each in made.cancelled],
        without=list(made.without),
        calls=len(made.calls),
        notes=[note.sentence for note in made.notes],
        fewest_cancelled=made.fewest_cancelled,
    )


def _plan(folder: Path) -> tuple[Any, Any]:
    problems = importlib.import_module("optimiser.guides.problem")
    solutions = importlib.import_module("optimiser.guides.solution")
    paths = [folder / f"guides.{what}.json" for what in ("problem", "solution")]
    for path in paths:
        if not path.exists():
            raise NoAnswer(f"There is no {path.name} in {folder}. Run `sendopt plan guides` with --out {folder} first.")
    return (
        recipes.from_text(problems.GuidesProblem, paths[0].read_text("utf-8")),
        codec.from_json(solutions.GuidesSolution, paths[1].read_text("utf-8")),
    )


def _desk(
    away: list[str], broken: list[str], standby: list[str], first: list[str], earlier: Path | None, record: Path | None
) -> Any:
    """Return the morning: from a record, or from what was typed, after an earlier answer whose covers are kept."""
    desks = importlib.import_module("optimiser.guides.desk")
    if record is not None:
        return codec.from_json(desks.Desk, record.read_text("utf-8"))
    typed = morning(away=away, broken=broken, standby=standby, first=first)
    if earlier is None:
        return typed
    before = codec.from_json(desks.Desk, (earlier / RECORD).read_text("utf-8"))
    kept = codec.from_json(desks.CoverPlan, (earlier / PLAN).read_text("utf-8"))
    return replace(
        typed,
        absences=(*before.absences, *typed.absences),
        failures=(*before.failures, *typed.failures),
        standby=tuple(dict.fromkeys((*before.standby, *typed.standby))),
        accepted=tuple(desks.Accepted(each.run, each.step, each.who) for each in kept.covers),
        ladder=typed.ladder if first else before.ladder,
    )


def _write(out: Path, folder: Path, problem: Any, solution: Any, desk: Any, made: Any) -> None:
    sheets = importlib.import_module("data.writing.runsheets")
    tables = importlib.import_module("optimiser.guides.desk_tables")
    needs_path = folder / NEEDS
    needs = codec.from_json(dict[str, sheets.CrewNeeds], needs_path.read_text("utf-8")) if needs_path.exists() else None
    (out / RECORD).write_text(codec.to_json(desk), "utf-8")
    (out / PLAN).write_text(codec.to_json(made), "utf-8")
    (out / "cover.xlsx").write_bytes(workbook(tables.cover_tables(problem, made), FICTION))
    (out / "call-list.html").write_text(sheets.call_list(made, day=problem.day), "utf-8")
    (out / "cover-texts.txt").write_text(sheets.cover_texts(made) + "\n", "utf-8")
    changed = sheets.run_sheets(problem, solution, needs=needs, runs=made.changed_runs, plan=made)
    (out / "changed-run-sheets.html").write_text(changed, "utf-8")


def rehearse(folder: Path, what: str, seed: int, out: Path, as_json: bool) -> None:
    """Play a ready scenario through on a plan of guides, and write its tables."""
    answer = Answer(as_json)
    scenarios = importlib.import_module("scenarios.absence")
    try:
        tables = scenarios.play(*_plan(folder), what, seed=seed)
    except (OSError, NoAnswer, ValueError, TypeError, KeyError) as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
        return
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"rehearsal-{what}.xlsx"
    path.write_bytes(workbook(tables, FICTION))
    for table in tables:
        answer.say(table.title)
        for row in table.rows[:12]:
            named = zip((column.heading for column in table.columns), row, strict=True)
            answer.say("  " + ", ".join(f"{heading}: {value}" for heading, value in named))
    answer.say(f"Written to {path}")
    answer.end(DONE, out=str(path), tables=codec.encode(tables))
