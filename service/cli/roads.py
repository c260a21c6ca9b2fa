"""The commands that import roads and boundaries, and calibrate travel times on journeys that were timed."""

from datetime import date
from pathlib import Path
from typing import Any

from service import travelling
from service.cli.output import DONE, FAULTS, Answer


def roads_import(extract: Path, out: Path | None, as_json: bool) -> None:
    """Read an extract into a road network and save it where later plans look for it."""
    answer = Answer(as_json)
    from data.travel.roads import import_extract
    from data.travel.source import TravelFailed

    path = out or travelling.kept("roads")
    try:
        about = import_extract(extract, path, lambda doing, done: answer.say(f"{doing}: {done:,}"))
    except TravelFailed as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
    answer.say(about.sentence)
    _written(answer, "roads", path)
    answer.end(DONE, out=str(path), nodes=about.nodes, arcs=about.arcs, dropped=about.dropped_nodes)


def boundaries(path: Path, kind: str, name: str, attribution: str, out: Path | None, as_json: bool) -> None:
    """Read a file of wards, localities or the city's outline, and keep it to lie under maps."""
    answer = Answer(as_json)
    from data.reading.boundaries import BoundariesWrong, read_boundaries

    folder = out or travelling.kept("boundaries")
    try:
        found = read_boundaries(path, kind=kind, name=name, attribution=attribution)
    except BoundariesWrong as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
    file = found.save(folder)
    answer.say(f"{len(found.names):,} {found.kind}: {', '.join(name for name in found.names[:6] if name)}")
    _written(answer, "boundaries", folder)
    answer.end(DONE, out=str(file), kind=found.kind, areas=len(found.names))


def calibrate(path: Path, out: Path | None, today: date, as_json: bool) -> None:
    """Fit the multipliers to timed journeys, say what they miss, and save them for later plans."""
    answer = Answer(as_json)
    from data.travel.calibration import calibrate as fit
    from data.travel.source import TravelFailed
    from service import shown

    target = out or travelling.kept("calibration")
    try:
        source = travelling.uncalibrated()
        gathered, issues = _gathered(path, source)
    except TravelFailed as wrong:
        answer.say(str(wrong))
        answer.end(FAULTS, fault=str(wrong))
    for issue in issues:
        answer.say(issue.sentence)
    if gathered is None:
        answer.end(FAULTS, faults=[issue.sentence for issue in issues])
    for reason, rows in gathered.left_out.most_common():
        answer.say(f"{rows:,} not used: {reason}")
    said = f"on {shown.day(today)}"
    found = fit(gathered.journeys, engine=source.fingerprint, made=today, said=said)
    for each in found.fits:
        if each.journeys or each.set_aside:
            answer.say(each.sentence)
    told = {
        "used": sum(each.journeys for each in found.fits),
        "left_out": dict(gathered.left_out),
        "bands": {each.band.value: {"journeys": each.journeys, "multiplier": each.multiplier, "miss": each.miss,
                                    "spread": each.spread, "traffic": each.traffic, "leg": each.leg}
                  for each in found.fits},
    }  # fmt: skip
    if not found.multipliers.fitted:
        answer.say("No band has enough timed journeys: nothing was saved, and plans stay estimated.")
        answer.end(FAULTS, fault="too few timed journeys", **told)
    found.save(target)
    _written(answer, "calibration", target)
    answer.end(DONE, out=str(target), **told)


def _gathered(path: Path, source: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the journeys of a workbook's run log or of a file of journeys, None with the issues that stop it."""
    from data.issues import stops
    from data.problems.timed import from_journeys, from_log
    from data.reading import read
    from data.reading.journeys import read_journeys

    if not path.is_dir():
        rows, issues = read_journeys(path)
        if not stops(issues):
            return from_journeys(rows, source), issues
        if path.suffix.casefold() == ".csv" or not path.is_file():
            return None, issues
    reading = read(path)
    if reading.city is None:
        return None, reading.issues
    return from_log(reading.city, source), ()


def _written(answer: Answer, what: str, path: Path) -> None:
    answer.say(f"Written to {path}")
    if path.resolve() == travelling.kept(what).resolve():
        answer.say("Later plans use it.")
    else:
        answer.say(f"Later plans use it when SENDOPT_{what.upper()} is set to {path}.")
