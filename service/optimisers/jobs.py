"""What a run is given, what it gives back, and the one path from facts to a verified plan, its map and its files."""

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from data.issues import Issue
from optimiser.core import codec
from optimiser.core.limits import Limits
from optimiser.core.progress import Progress, Step
from optimiser.core.result import Result, Status
from optimiser.core.table import Table
from service import shown
from service.naming import names_in, with_names
from service.optimisers import attempts
from service.optimisers.origins import not_planned, with_rows
from service.runs import Made

HTML = "text/html; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"
ICS = "text/calendar; charset=utf-8"
ZIP = "application/zip"
SVG = "image/svg+xml"


class CannotPlan(Exception):
    """The facts do not hold what a plan needs, or no plan exists; the message says what to do."""


class Phase(Protocol):
    """Told which part of the work has begun."""

    def __call__(self, *, phase: str) -> None:
        """Take note."""
        ...


def no_phase(*, phase: str) -> None:
    """Take no note."""


@dataclass(frozen=True)
class Job:
    """What a run is given.

    ``records`` is the city as JSON; ``before`` holds files of the run that this one follows, and ``pins`` what people
    locked in it.
    """

    kind: str
    title: str
    records: bytes
    options: Mapping[str, Any] = field(default_factory=dict)
    area: str = "*"
    seed: int = 0
    seconds: float = 60.0
    fictional: bool = False
    start: str | None = None
    before: Mapping[str, str] = field(default_factory=dict)
    keep_only: bool = False
    processes: int = 1
    pins: tuple[str, ...] = ()
    cluster: str | None = None

    @classmethod
    def from_folder(cls, folder: Path, told: Mapping[str, Any]) -> "Job":
        """Read the job that a worker left in a folder."""
        start = folder / "start.json"
        before = {path.name.removeprefix("before."): path.read_text("utf-8") for path in folder.glob("before.*")}
        return cls(
            kind=told["kind"],
            title=told["title"],
            records=(folder / "city.json").read_bytes(),
            options=told["options"],
            area=told["area"],
            seed=told["seed"],
            seconds=told["seconds"],
            fictional=told["fictional"],
            start=start.read_text("utf-8") if start.exists() else None,
            before=before,
            keep_only=told["keep_only"],
            processes=int(told.get("processes", 1)),
            pins=tuple(told.get("pins", ())),
            cluster=told.get("cluster"),
        )

    @cached_property
    def city(self) -> Any:
        """The city's records."""
        from data.records import City

        return City.model_validate_json(self.records)

    def earlier(self, kind: str, solution_type: type) -> Any:
        """Return the solution of a kind that this run follows, or None."""
        text = self.before.get(f"{kind}.solution.json")
        return None if text is None else codec.from_json(solution_type, text)

    @property
    def notice(self) -> str:
        """What every screen and file must say about where the facts come from."""
        return FICTION if self.fictional else "Made from the council's own facts. Handle as confidential."


FICTION = "Fictional example: children, homes, guides, staff and vehicles are invented. No real child is shown."


@dataclass(frozen=True)
class Headline:
    """One figure for a tile: what it is, as said, and what it is out of; ``tone`` is good, warn, bad or empty."""

    name: str
    figure: str
    note: str = ""
    tone: str = ""

    def plain(self) -> dict[str, str]:
        """Return the headline as plain data."""
        return {"name": self.name, "figure": self.figure, "note": self.note, "tone": self.tone}


@dataclass(frozen=True)
class Asked:
    """A problem ready to solve, and how its answer is told.

    ``solve`` takes the place of the optimiser's own where only a part is to be planned again. ``unit`` says in words
    what the cost counts. ``left_out`` returns how many were left out of a solution, and ``left_out_words`` say what one
    and what several of them are called. ``more_tables`` come before the optimiser's own report and ``further`` after
    it; ``charts`` are drawn from all of them, by key, when the plan ends.
    """

    optimiser: ModuleType
    problem: Any
    solution_type: type
    unit: str
    draw: Callable[[Any, Any], str]
    headlines: Callable[[Any, Any, tuple[Table, ...]], list[Headline]]
    left_out: Callable[[Any, Any], int]
    left_out_words: tuple[str, str]
    source: str
    files: Callable[[Any, Any], list[Made]] = lambda problem, solution: []
    provenance: Mapping[str, Any] = field(default_factory=dict)
    not_planned: tuple[Issue, ...] = ()
    points: Mapping[str, Any] = field(default_factory=dict)
    solve: Callable[..., Result[Any]] | None = None
    more_tables: Callable[[Any, Any], tuple[Table, ...]] = lambda problem, solution: ()
    further: Callable[[Any, Any], tuple[Table, ...]] = lambda problem, solution: ()
    charts: Callable[[Mapping[str, Table]], list[Made]] = lambda tables: []


@dataclass(frozen=True)
class Finished:
    """A verified plan with its outcome in plain data, its tables and every file made from it."""

    outcome: dict[str, Any]
    made: list[Made]
    tables: tuple[Table, ...]
    problem: Any
    solution: Any


def solve(asked: Asked, job: Job, progress: Progress) -> Result[Any]:
    """Solve within the job's time, from the stored best when there is one; raises CannotPlan when there is no plan.

    Of its options, ``work`` is the most steps of the search (which repeat exactly, as seconds do not) and ``attempts``
    how often the search is made with other seeds, anew or (``onward``) from the best so far; the cheapest is kept.
    """
    start = codec.from_json(asked.solution_type, job.start) if job.start else None
    seconds = min(job.seconds, 2.0) if job.keep_only and start is not None else job.seconds
    within = {"gap": float(job.options.get("gap", 0.0)), "processes": job.processes}
    limits = Limits(seconds=seconds, work=int(job.options.get("work") or 0) or None, **within)
    result: Result[Any] = attempts.best_of(
        asked.solve or asked.optimiser.solve, asked.problem, attempts=int(job.options.get("attempts") or 1),
        onward=bool(job.options.get("onward")), limits=limits, seed=job.seed, progress=progress, start=start,
    )  # fmt: skip
    if result.solution is None:
        words = {
            Status.INFEASIBLE: "It is proved that no plan keeps every rule. Look at what is locked, then try again.",
            Status.STOPPED: "It was stopped before there was a plan to keep.",
        }
        raise CannotPlan(words.get(result.status, "No plan was found in the time allowed. Allow more minutes."))
    return result


def finish(asked: Asked, job: Job, result: Result[Any], began: float) -> Finished:
    """Check the answer once more with the verifier, then write its tables, map and files."""
    problem, solution = asked.problem, result.solution
    violations = asked.optimiser.verify(problem, solution)
    hard = [each for each in violations if each.hard]
    if hard:  # the result has been checked when it was made; a second, separate look costs little
        raise RuntimeError(f"{len(hard)} hard rules broken, first {hard[0].rule}")
    report = asked.optimiser.report(problem, solution)
    report = (*with_rows(report, asked.provenance), *not_planned(asked.not_planned))
    tables = (*asked.more_tables(problem, solution), *report, *asked.further(problem, solution))
    tables = with_names(tables, names_in(job.city))
    left = asked.left_out(problem, solution)
    headlines = [each.plain() for each in asked.headlines(problem, solution, tables)]
    outcome = {
        "status": result.status.value,
        "cost": result.cost,
        "bound": result.bound,
        "gap": result.gap,
        "unit": asked.unit,
        "sentence": shown.how_good(result.cost, result.bound),
        "verified": True,
        "soft": len(violations),
        "left_out": left,
        "left_out_words": shown.noun(left, *asked.left_out_words),
        "headlines": headlines,
        "seed": result.seed,
        "work": result.work,
        "seconds": round(time.monotonic() - began, 1),
        "source": asked.source,
        "notice": job.notice,
        "tables": [table.key for table in tables],
    }
    made = [*_files(asked, job, solution, tables, outcome), *asked.files(problem, solution)]
    made += asked.charts({table.key: table for table in tables})
    return Finished(outcome, made, tables, problem, solution)


def _files(asked: Asked, job: Job, solution: Any, tables: tuple[Table, ...], outcome: dict[str, Any]) -> list[Made]:
    kind = job.kind
    return [
        Made(f"{kind}.map.html", "Map", HTML, asked.draw(asked.problem, solution).encode("utf-8")),
        Made(f"{kind}.xlsx", "Excel workbook", XLSX, workbook(tables, job.notice)),
        Made(f"{kind}.tables.json", "Every table as JSON", JSON, codec.to_json(tables).encode("utf-8")),
        Made(f"{kind}.problem.json", "The question, as the optimiser was asked it", JSON, _problem(asked)),
        Made(f"{kind}.solution.json", "The answer, as the optimiser gave it", JSON, _bytes(solution)),
        Made(f"{kind}.outcome.json", "Headline figures", JSON, json.dumps(outcome).encode("utf-8")),
    ]


def _problem(asked: Asked) -> bytes:
    """Return the problem as JSON, its estimated travel as a recipe: a whole city is then under a megabyte or two."""
    from data.travel import recipes
    from service import travelling

    return recipes.to_text(asked.problem, asked.points, travelling.source()).encode("utf-8")


def _bytes(value: Any) -> bytes:
    return codec.to_json(value).encode("utf-8")


def workbook(tables: tuple[Table, ...], notice: str) -> bytes:
    """Return the tables as an Excel workbook, one sheet each, in which nothing is a live formula."""
    from data.writing.workbook import write_tables

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tables.xlsx"
        write_tables(tables, path, notice=notice)
        return path.read_bytes()


def quiet(step: Step, /) -> bool:
    """Take no notice, and go on."""
    return True
