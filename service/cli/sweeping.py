"""The command that tries hundreds of closures, on this computer's processes or on a Dask cluster."""

import time
from pathlib import Path

from service import shown
from service.cli.output import DONE, FAULTS, STOPPED, Answer
from service.cli.planning import _read as read


def sweep(
    workbook: Path, out: Path, most: int, together: int, years: int, cluster: str | None, workers: int, seed: int,
    as_json: bool,
) -> None:  # fmt: skip
    """Try closures from a workbook and write the ranked table as an Excel workbook."""
    from data.problems import places as facts
    from scenarios import sweep as sweeping
    from service.cluster import open_pool
    from service.optimisers.estate import plan_years
    from service.optimisers.jobs import workbook as as_workbook

    answer = Answer(as_json)
    reading = read(answer, workbook)
    if reading.city is None:
        for issue in reading.issues:
            answer.say(issue.sentence)
        answer.end(FAULTS, faults=len(reading.issues))
    problem = facts.build(reading.city, year_names=plan_years(years)).problem
    wanted = sweeping.closures(problem, most=most, together=together)
    began = time.monotonic()
    try:
        with answer.progress("Closures") as progress, open_pool(cluster, workers) as pool:
            rows = sweeping.sweep(problem, wanted, seed=seed, pool=pool, progress=progress)
    except (ValueError, OSError) as wrong:
        answer.say(f"The sweep could not be made: {wrong}")
        answer.end(FAULTS, fault=str(wrong))
        return
    took = time.monotonic() - began
    table = sweeping.ranked(rows)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(as_workbook((table,), "Made from the workbook given. Handle as confidential."))
    for row in table.rows[:5]:
        answer.say(f"  {row[0]}: saves {shown.pounds(int(row[1] or 0))}")
    answer.say(f"{len(rows)} scenarios in {shown.took(took)}; {table.note} Written to {out}")
    stopped = any(row.refused.startswith("It was stopped") for row in rows)
    answer.end(STOPPED if stopped else DONE, out=str(out), scenarios=len(rows), seconds=round(took, 1))
