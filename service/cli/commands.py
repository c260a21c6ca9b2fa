"""Every command of ``sendopt``. What each needs is imported when it runs, so that ``--help`` answers at once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import CODES

CODES_TEXT = "Exit codes: " + "; ".join(f"{code} {words}" for code, words in CODES.items()) + "."
app = typer.Typer(
    help="Plan school transport, travel guides, locality meetings and resource base places.",
    epilog=CODES_TEXT,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]
Out = Annotated[Path, typer.Option("--out", help="Where to write.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed and work give the same answer.")]
Minutes = Annotated[float, typer.Option("--minutes", min=0.01, help="How long to search.")]


class Size(StrEnum):
    """How large a city."""

    small = "small"
    medium = "medium"
    full = "full"


class Plan(StrEnum):
    """What to plan."""

    routes = "routes"
    guides = "guides"
    meetings = "meetings"
    places = "places"


class Desk(StrEnum):
    """Whose workbook."""

    transport = "transport"
    meetings = "meetings"
    places = "places"


class Bench(StrEnum):
    """Which optimiser to measure."""

    routes = "routes"
    meetings = "meetings"
    places = "places"


@app.command()
def demo(
    size: Annotated[Size, typer.Option(help="How large a city.")] = Size.small,
    seed: Seed = 1,
    out: Out = Path("out"),
    as_json: AsJson = False,
) -> None:
    """Plan the built-in fictional city at all three desks, and write a page that links every plan."""
    from service.cli import planning

    planning.demo(size.value, seed, out, as_json)


@app.command()
def sample(
    size: Annotated[Size, typer.Option(help="How large a city.")] = Size.small,
    seed: Seed = 1,
    official: Annotated[Path | None, typer.Option(help="A folder of published school and postcode files.")] = None,
    out: Out = Path("city.xlsx"),
    as_json: AsJson = False,
) -> None:
    """Write the built-in fictional city as the workbook that a council would send."""
    from service.cli import planning

    planning.sample(size.value, seed, official, out, as_json)


@app.command()
def template(
    desk: Annotated[Desk | None, typer.Option(help="Only the sheets of one desk.")] = None,
    out: Out = Path("template.xlsx"),
    as_json: AsJson = False,
) -> None:
    """Write an empty workbook to fill in, with drop-downs, notes and an example row on every sheet."""
    from service.cli import planning

    planning.template(None if desk is None else desk.value, out, as_json)


@app.command()
def check(
    workbook: Annotated[Path, typer.Argument(help="A workbook, or a folder of CSV files.")],
    marked: Annotated[Path | None, typer.Option(help="Write the same workbook back with reasons here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read a workbook and list every fault with its cell and what to do."""
    from service.cli import planning

    planning.check(workbook, marked, as_json)


@app.command()
def plan(
    what: Annotated[Plan, typer.Argument(help="What to plan.")],
    workbook: Annotated[Path, typer.Argument(help="A workbook, or a folder of CSV files.")],
    out: Out = Path("out"),
    minutes: Minutes = 1.0,
    seed: Seed = 1,
    work: Annotated[
        int, typer.Option("--work", min=0, help="Most steps of the search, the same on any machine; 0 for no limit.")
    ] = 0,
    attempts: Annotated[
        int, typer.Option("--attempts", min=1, max=100, help="How often to search; the best is kept.")
    ] = 1,
    onward: Annotated[bool, typer.Option("--onward", help="Let each attempt begin from the best so far.")] = False,
    as_json: AsJson = False,
) -> None:
    """Plan from a workbook; write the map, the Excel workbook and the other files."""
    from service.cli import planning

    within = {"work": work, "attempts": attempts, "onward": int(onward)}
    planning.plan(what.value, workbook, out, minutes, seed, as_json, within)


@app.command()
def cover(
    folder: Annotated[Path, typer.Argument(help="Where `sendopt plan guides` wrote its files.")],
    away: Annotated[list[str] | None, typer.Option(help="A guide who is away; G001:am for a half; repeat.")] = None,
    broken: Annotated[
        list[str] | None, typer.Option(help="A vehicle that cannot go; V1:pm for a half; repeat.")
    ] = None,
    standby: Annotated[list[str] | None, typer.Option(help="A guide standing by; repeat.")] = None,
    first: Annotated[
        list[str] | None, typer.Option(help='A rung of the ladder to ask first, such as "standby guide"; repeat.')
    ] = None,
    after: Annotated[Path | None, typer.Option(help="An earlier answer's folder: its covers are kept.")] = None,
    record: Annotated[Path | None, typer.Option(help="Replay the morning of this cover.desk.json.")] = None,
    out: Out = Path("cover"),
    as_json: AsJson = False,
) -> None:
    """Say who steps in this morning; write the record, call list, texts to guides and changed run sheets."""
    from service.cli import morning

    morning.cover(folder, away or [], broken or [], standby or [], first or [], after, record, out, as_json)


@app.command()
def rehearse(
    what: Annotated[str, typer.Argument(help="september, september-2020, august-2021 or january-flu.")],
    folder: Annotated[Path, typer.Argument(help="Where `sendopt plan guides` wrote its files.")],
    out: Out = Path("out"),
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Play a bad week through on a plan of guides: what is cancelled day by day, and what to put right first."""
    from service.cli import morning

    morning.rehearse(folder, what, seed, out, as_json)


@app.command()
def sweep(
    workbook: Annotated[Path, typer.Argument(help="A workbook, or a folder of CSV files.")],
    out: Out = Path("sweep.xlsx"),
    most: Annotated[int, typer.Option(min=1, max=5000, help="The most scenarios to try.")] = 200,
    together: Annotated[int, typer.Option(min=1, max=6, help="The most bases closed at once.")] = 3,
    years: Annotated[int, typer.Option(min=1, max=7, help="How many academic years each plan covers.")] = 2,
    cluster: Annotated[str | None, typer.Option(help="A Dask cluster's address, tls://...")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Local processes when no cluster is named.")] = 2,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Try hundreds of closures of bases alike, and rank them; the answers are the same wherever they are worked out."""
    from service.cli import sweeping

    sweeping.sweep(workbook, out, most, together, years, cluster, workers, seed, as_json)


@app.command()
def verify(
    what: Annotated[Plan, typer.Argument(help="What was planned.")],
    problem: Annotated[Path, typer.Argument(help="The problem as JSON.")],
    solution: Annotated[Path, typer.Argument(help="The solution as JSON.")],
    as_json: AsJson = False,
) -> None:
    """Judge a saved plan afresh, by the verifier alone, which shares no code with the search."""
    from service.cli import planning

    planning.verify(what.value, problem, solution, as_json)


@app.command()
def serve(
    demonstrate: Annotated[bool, typer.Option("--demo", help="This computer only, no accounts, sample city.")] = False,
    host: Annotated[str | None, typer.Option(help="The address to answer on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to answer on.")] = None,
    size: Annotated[Size, typer.Option(help="How large a city the demonstration has.")] = Size.small,
    cluster: Annotated[str | None, typer.Option(help="A Dask cluster's address, tls://...")] = None,
    as_json: AsJson = False,
) -> None:
    """Start the service and a worker beside it."""
    from service.cli import serving

    serving.serve(demonstrate, host, port, size.value, cluster, as_json)


@app.command()
def work(once: Annotated[bool, typer.Option(help="End when nothing waits.")] = False, as_json: AsJson = False) -> None:
    """Work on the runs that wait in the database."""
    from service.cli import serving

    serving.work(once, as_json)


@app.command()
def warm(as_json: AsJson = False) -> None:
    """Compile what is compiled on first use, so that the first plan need not wait."""
    from service.cli import serving

    serving.warm(as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this computer, the settings and the database, and say what to do about each fault."""
    from service.cli import serving

    serving.doctor(as_json)


@app.command()
def bench(
    what: Annotated[Bench, typer.Argument(help="Which optimiser.")],
    path: Annotated[Path, typer.Argument(help="The instance: a file, or a folder for the school bus set.")],
    instances: Annotated[str, typer.Option("--set", help="The name of the set of public instances.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="Processor time for the instance.")] = 60.0,
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Write the figures here as JSON.")] = None,
    max_ride: Annotated[
        float | None, typer.Option("--max-ride", help="Longest ride in seconds (school buses).")
    ] = None,
    option: Annotated[list[str] | None, typer.Option(help="More, as name=value.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure an optimiser on public instances, against their best known values."""
    from service.cli import serving

    more = [*(option or []), *([] if max_ride is None else [f"max_ride={max_ride}"])]
    serving.bench(what.value, instances, path, seconds, seed, out, more, as_json)


roads = typer.Typer(help="Roads, boundaries and travel times.", no_args_is_help=True)
audit = typer.Typer(help="The record of who did what.", no_args_is_help=True)
user = typer.Typer(help="People who may sign in.", no_args_is_help=True)
database = typer.Typer(help="The database.", no_args_is_help=True)
retention = typer.Typer(help="Erasing what is no longer needed.", no_args_is_help=True)
app.add_typer(roads, name="roads")
app.add_typer(audit, name="audit")
app.add_typer(user, name="user")
app.add_typer(database, name="db")
app.add_typer(retention, name="retention")


Kept = Annotated[Path | None, typer.Option("--out", help="Where to write; the data folder when left out.")]


@roads.command("import")
def roads_import(
    extract: Annotated[Path, typer.Argument(help="An OpenStreetMap extract, .osm.pbf.")],
    out: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Make a road network from an OpenStreetMap extract, for travel times and as streets under maps."""
    from service.cli import roads as commands

    commands.roads_import(extract, out, as_json)


@roads.command("boundaries")
def roads_boundaries(
    path: Annotated[Path, typer.Argument(help="Wards, localities or the outline as GeoJSON.")],
    kind: Annotated[str, typer.Option(help="localities, wards or outline; guessed when left out.")] = "",
    name: Annotated[str, typer.Option(help="The property that names each area; guessed when left out.")] = "",
    attribution: Annotated[str, typer.Option(help="What the licence asks to have printed on maps.")] = "",
    out: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Keep wards, localities or the city's outline, to lie under every map."""
    from service.cli import roads as commands

    commands.boundaries(path, kind, name, attribution, out, as_json)


@roads.command("calibrate")
def roads_calibrate(
    path: Annotated[Path, typer.Argument(help="Timed journeys (.csv, .xlsx), or a workbook with a Run log.")],
    out: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Fit travel times to journeys that were timed, say what they miss, and use them in later plans."""
    from datetime import date

    from service.cli import roads as commands

    commands.calibrate(path, out, date.today(), as_json)


@audit.command("verify")
def audit_verify(as_json: AsJson = False) -> None:
    """Check that nothing in the audit was changed, removed or put in."""
    from service.cli import keeping

    keeping.audit_verify(as_json)


@user.command("add")
def user_add(
    login: str,
    role: Annotated[str, typer.Option(help="viewer, transport, coordinator, commissioner or admin.")],
    shown: Annotated[str, typer.Option(help="The name to show.")] = "",
    area: Annotated[list[str] | None, typer.Option(help="An area; repeat for more; none means the whole city.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a person; the password is asked for, or read from standard input."""
    from service.cli import keeping

    keeping.user_add(login, role, shown, area or [], as_json)


@user.command("disable")
def user_disable(login: str, as_json: AsJson = False) -> None:
    """Keep a person out and end their sessions."""
    from service.cli import keeping

    keeping.user_disable(login, as_json)


@database.command("upgrade")
def db_upgrade(as_json: AsJson = False) -> None:
    """Bring the tables to the newest version."""
    from service.cli import keeping

    keeping.db_upgrade(as_json)


@database.command("backup")
def db_backup(path: Path, as_json: AsJson = False) -> None:
    """Copy the SQLite database while it is in use."""
    from service.cli import keeping

    keeping.db_backup(path, as_json)


@database.command("restore")
def db_restore(path: Path, as_json: AsJson = False) -> None:
    """Put a backup in the SQLite database's place; what stood there is kept beside it."""
    from service.cli import keeping

    keeping.db_restore(path, as_json)


@retention.command("run")
def retention_run(
    dry_run: Annotated[bool, typer.Option(help="Only say what would go.")] = False, as_json: AsJson = False
) -> None:
    """Erase uploads, plans and sessions that are older than the settings allow."""
    from service.cli import keeping

    keeping.retention_run(dry_run, as_json)
