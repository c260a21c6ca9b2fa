"""The commands that read facts and make plans."""

import importlib
import json
import os
import time
from pathlib import Path
from typing import Any

from service import shown
from service.cli.output import DONE, FAULTS, LEFT_OUT, STOPPED, Answer, stopping

SECONDS = {
    "small": {"routes": 240, "guides": 120, "meetings": 240, "places": 120, "closure": 120},
    "medium": {"routes": 900, "guides": 300, "meetings": 60, "places": 120, "closure": 120},
    "full": {"routes": 360, "guides": 150, "meetings": 120, "places": 60, "closure": 90},
}
"""The longest that the demonstration searches for each plan, in seconds, by size of city. Small and medium plans end
long before it, when they are proved best or their work is done, so that a starved machine gives the same figures;
medium's meetings and the whole city are searched by the clock."""

WORK: dict[str, dict[str, dict[str, int]]] = {
    "small": {"routes": {"work": 6_000, "attempts": 16}},
    "medium": {"routes": {"work": 29_000, "attempts": 20, "onward": 1}},
}
"""The work of the demonstration's searches that prove nothing: steps of each attempt, and attempts. One of so few
steps stays in one process, since starting others would take longer than it saves."""


def sample(size: str, seed: int, official: Path | None, out: Path, as_json: bool) -> None:
    """Write the built-in city as a workbook."""
    answer = Answer(as_json)
    if official is not None and not official.is_dir():
        answer.say(f"There is no folder {official}. Say where the published files are, or leave --official out.")
        answer.end(FAULTS, fault="no official files")
    city = _city(size, seed, official)
    _write_city(city, out)
    from service.intake import counts

    held = {sheet: rows for sheet, rows in counts(city).items() if rows}
    answer.say(f"Written to {out}: " + ", ".join(f"{rows:,} {sheet}" for sheet, rows in held.items()) + ".")
    answer.end(DONE, out=str(out), counts=held, fictional=True)


def _city(size: str, seed: int, official: Path | None) -> Any:
    from data.synthetic import make

    return make(size, seed, official=official)


def _write_city(city: Any, out: Path) -> None:
    from data.writing.workbook import write_city

    out.parent.mkdir(parents=True, exist_ok=True)
    write_city(city, out)


def template(desk: str | None, out: Path, as_json: bool) -> None:
    """Write an empty workbook to fill in."""
    from service import intake

    answer = Answer(as_json)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(intake.template(desk))
    answer.say(f"Written to {out}. Fill it in, then run: sendopt check {out}")
    answer.end(DONE, out=str(out), desk=desk or "all")


def check(workbook: Path, marked: Path | None, as_json: bool) -> None:
    """List a workbook's faults."""
    answer = Answer(as_json)
    reading = _read(answer, workbook)
    from service.intake import plain_issue

    if marked is not None and reading.issues:
        from data.writing.marked import write_marked

        write_marked(workbook, reading.issues, marked)
        answer.say(f"The same workbook with reasons is in {marked}")
    for issue in reading.issues:
        answer.say(issue.sentence)
    told = {"counts": dict(reading.counts), "faults": [plain_issue(issue) for issue in reading.issues]}
    if reading.city is None:
        answer.say(f"{_counted(len(reading.issues), 'fault')}. Nothing can be planned until put right.")
        answer.end(FAULTS, usable=False, **told)
    rows = sum(reading.counts.values())
    answer.say(f"{_counted(rows, 'row')} read; {len(reading.issues):,} to look at. Plans can be made from it.")
    answer.end(DONE, usable=True, **told)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _read(answer: Answer, workbook: Path) -> Any:
    if not workbook.exists():
        answer.say(f"There is no file {workbook}.")
        answer.end(FAULTS, fault="no file")
    from data.reading import read

    return read(workbook)


def plan(
    what: str,
    workbook: Path,
    out: Path,
    minutes: float,
    seed: int,
    as_json: bool,
    within: dict[str, int] | None = None,
) -> None:
    """Plan from a workbook; ``within`` may hold ``work``, ``attempts`` and ``onward``."""
    from service.optimisers import CannotPlan

    answer = Answer(as_json)
    reading = _read(answer, workbook)
    if reading.city is None:
        for issue in reading.issues:
            answer.say(issue.sentence)
        from service.intake import plain_issue

        answer.end(FAULTS, faults=[plain_issue(issue) for issue in reading.issues])
    records = reading.city.model_dump_json().encode("utf-8")
    fictional = bool(getattr(reading.city, "fictional", False))
    done: dict[str, Any] = {}
    try:
        with stopping() as stop:
            if what == "guides":
                done["routes"] = _plan_one(
                    answer, "routes", records, out, minutes * 60, seed, fictional, {}, within or {}
                )
            before = _before(done.get("routes"))
            finished = _plan_one(answer, what, records, out, minutes * 60, seed, fictional, before, within or {})
    except CannotPlan as reason:
        answer.say(str(reason))
        answer.end(STOPPED if stop.is_set() else FAULTS, fault=str(reason))
        return
    code = STOPPED if stop.is_set() else LEFT_OUT if finished.outcome["left_out"] else DONE
    answer.say(f"Written to {out}")
    answer.end(code, out=str(out), **finished.outcome)


def _before(finished: Any) -> dict[str, str]:
    if finished is None:
        return {}
    return {
        made.name: made.body.decode("utf-8")
        for made in finished.made
        if made.name.endswith((".problem.json", ".solution.json"))
    }


def _plan_one(
    answer: Answer,
    kind: str,
    records: bytes,
    out: Path,
    seconds: float,
    seed: int,
    fictional: bool,
    before: dict[str, str],
    options: dict[str, Any] | None = None,
) -> Any:
    """Work out one plan, write its files and say its headline figures."""
    from service.optimisers import Job, execute

    titles = {
        "routes": "Runs, morning and afternoon",
        "guides": "Guides and named backups",
        "meetings": "School meetings of the term",
        "places": "Resource base places",
        "closure": "What if a base closed?",
    }
    job = Job(
        kind=kind,
        title=titles[kind],
        records=records,
        seed=seed,
        seconds=seconds,
        fictional=fictional,
        before=before,
        options=options or {},
        processes=min(2, os.cpu_count() or 1),
    )
    with answer.progress(titles[kind]) as progress:
        finished = execute(job, progress=progress)
    out.mkdir(parents=True, exist_ok=True)
    for made in finished.made:
        _write(out, made)
    if kind == "guides":
        from service.cli import morning

        morning.papers(out, finished.problem, finished.solution, job.city, job.notice)
    outcome = finished.outcome
    answer.say(f"{titles[kind]}: {outcome['sentence']} Checked: every hard rule kept.")
    for each in outcome["headlines"]:
        answer.say(f"  {each['figure']} {each['name']}" + (f" ({each['note']})" if each["note"] else ""))
    left = outcome["left_out"]
    answer.say(f"  {left:,} {outcome['left_out_words']}, each listed with the reason" if left else "  nobody left out")
    return finished


def _write(out: Path, made: Any) -> None:
    if made.name.endswith(".zip"):
        import io
        import zipfile

        folder = out / made.name.removesuffix(".zip").replace(".", "-")
        folder.mkdir(exist_ok=True)
        with zipfile.ZipFile(io.BytesIO(made.body)) as packed:
            packed.extractall(folder)
        return
    (out / made.name).write_bytes(made.body)


def demo(size: str, seed: int, out: Path, as_json: bool) -> None:
    """Plan the built-in city at all three desks."""
    from service.cli import showcase

    answer = Answer(as_json)
    began = time.monotonic()
    answer.say(f"Making the invented city: {size}, seed {seed}")
    city = _city(size, seed, None)
    _write_city(city, out / "city.xlsx")
    records = city.model_dump_json().encode("utf-8")
    seconds = SECONDS[size]
    finished: dict[str, Any] = {}
    with stopping() as stop:
        for kind, folder in showcase.FOLDERS.items():
            before = {"guides": "routes", "closure": "places"}.get(kind)
            finished[kind] = _plan_one(
                answer,
                kind,
                records,
                out / folder,
                seconds[kind],
                seed,
                True,
                _before(finished.get(before or "")),
                {"choose": 1} if kind == "closure" else dict(WORK.get(size, {}).get(kind, {})),
            )
    took = time.monotonic() - began
    showcase.write(out, {kind: each.outcome for kind, each in finished.items()}, size=size, seed=seed, seconds=took)
    (out / "demo.json").write_text(
        json.dumps({kind: each.outcome for kind, each in finished.items()}, indent=2) + "\n", encoding="utf-8"
    )
    left = sum(each.outcome["left_out"] for kind, each in finished.items() if kind != "closure")
    answer.say(f"Done in {shown.took(took)}. Open {out / 'index.html'}")
    code = STOPPED if stop.is_set() else DONE
    answer.end(
        code, out=str(out), seconds=round(took, 1), left_out=left,
        plans={kind: each.outcome for kind, each in finished.items()},
    )  # fmt: skip


def verify(what: str, problem: Path, solution: Path, as_json: bool) -> None:
    """Judge a saved plan by its verifier."""
    from data.travel import recipes
    from optimiser.core import codec

    answer = Answer(as_json)
    types = {
        "routes": ("RoutesProblem", "RoutesSolution"),
        "guides": ("GuidesProblem", "GuidesSolution"),
        "meetings": ("Problem", "Solution"),
        "places": ("Problem", "Solution"),
    }
    package = f"optimiser.{what}"
    problem_type = getattr(importlib.import_module(f"{package}.problem"), types[what][0])
    solution_type = getattr(importlib.import_module(f"{package}.solution"), types[what][1])
    try:
        asked = recipes.from_text(problem_type, problem.read_text("utf-8"))
        given = codec.from_json(solution_type, solution.read_text("utf-8"))
    except (OSError, ValueError, TypeError, KeyError) as wrong:
        answer.say(f"The files could not be read: {wrong}")
        answer.end(FAULTS, fault=str(wrong))
    found = importlib.import_module(f"{package}.verifier").verify(asked, given)
    cost = int(importlib.import_module(f"{package}.costing").cost(asked, given))
    hard = [each for each in found if each.hard]
    for each in found:
        answer.say(f"{'BROKEN' if each.hard else 'allowed at a price'}: {each.rule}: {each.sentence}")
    answer.say(f"{len(hard)} hard rules broken, {len(found) - len(hard)} soft. Cost {cost:,}.")
    answer.end(
        FAULTS if hard else DONE,
        hard=len(hard),
        soft=len(found) - len(hard),
        cost=cost,
        violations=[{"rule": each.rule, "hard": each.hard, "sentence": each.sentence} for each in found],
    )
