"""The transport desk's measures, each with what it is counted over, and the return's shape; only from stored facts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.core.units import METRES_PER_MILE
from service.clocks import closed_days, day_of, working_days

Rows = Iterable[Mapping[str, Any]]
EARLY = 15 * 60
"""A run is on time that arrives at most this many seconds before its planned arrival window ends."""
CO2_GRAMS_PER_KM = {"taxi": 149, "MPV": 180, "minibus": 241}
"""Grams of CO2e a vehicle-kilometre, planning figures by kind of vehicle; a council sets its own."""
_COLUMNS = (
    Column("measure", "Measure"),
    Column("value", "Figure"),
    Column("counted", "Counted", Kind.COUNT),
    Column("over", "Out of", Kind.COUNT),
    Column("what", "Counted over"),
)


def rows_of(table: Table | None) -> list[dict[str, Cell]]:
    """Return a table's rows by column key; none for no table."""
    if table is None:
        return []
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def measures(
    records: Mapping[str, Any], plan: Mapping[str, Table], cover: Mapping[str, Table], *, on: date, change: Table
) -> Table:
    """Return every measure that the facts and the plans on show allow, with its denominator on each row."""
    log = list(records.get("run_log", ()))
    runs, rides = rows_of(plan.get("runs")), rows_of(plan.get("rides"))
    rows = [
        *_punctuality(log, records),
        *_riding(rides),
        *_loads(runs, rows_of(plan.get("load"))),
        *_money(rows_of(plan.get("money")), runs, rides),
        *_guides(cover),
        *_continuity(change),
        *_waiting(records, on),
        *_carbon(runs, rows_of(plan.get("vehicles")), records),
    ]
    note = "A share is always of what was planned. What the facts do not hold is left out, and never guessed."
    return Table("measures", "Measures, each with what it is counted over", _COLUMNS, tuple(rows), note)


def _share(name: str, part: int, whole: int, over: str) -> list[tuple[Cell, ...]]:
    return [(name, f"{part / whole:.1%}".replace("%", " %"), part, whole, over)] if whole else []


def _punctuality(log: list[Mapping[str, Any]], records: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    cancelled = [row for row in log if row["status"] == "cancelled"]
    timed = [
        row for row in log if row.get("planned") is not None and (row.get("actual") is not None or row in cancelled)
    ]
    good = sum(
        row.get("actual") is not None and row not in cancelled and -EARLY <= row["actual"] - row["planned"] <= 0
        for row in timed
    )
    ran = len(timed) - sum(row in cancelled for row in timed)
    found = _share("On time", good, len(timed), "runs planned with times; a cancelled run counts as late")
    found += _share("On time, of runs operated", good, ran, "runs operated with times")
    found += _share("Cancelled", len(cancelled), len(log), "runs planned, both ways")
    for cause, count in sorted(Counter(str(row.get("cause") or "no cause given") for row in cancelled).items()):
        found += _share(f"Cancelled: {cause}", count, len(log), "runs planned, both ways")
    aboard = {run["id"]: len(run.get("pupils") or ()) for run in records.get("runs", ())}
    if log:
        planned = sum(aboard.get(row["run"], 0) for row in log)
        found += _share(
            "Child-runs lost", sum(aboard.get(row["run"], 0) for row in cancelled), planned, "child-runs planned"
        )
    return found


def _riding(rides: list[dict[str, Cell]]) -> list[tuple[Cell, ...]]:
    lengths = sorted(int(row["ride"]) for row in rides if row["ride"] is not None)
    if not lengths:
        return []
    many = len(lengths)
    over = "child journeys, walk included"
    spots = (
        ("median", lengths[many // 2]),
        ("nine in ten are shorter", lengths[int(many * 0.9)]),
        ("longest", lengths[-1]),
    )
    found: list[tuple[Cell, ...]] = [
        (f"Ride time: {name}", f"{seconds / 60:.0f} min", None, many, over) for name, seconds in spots
    ]
    found += _share("Rides over 45 or 75 minutes", sum(bool(row["over"]) for row in rides), many, over)
    own = sum(
        row["limit"] is not None and row["ride"] is not None and int(row["ride"]) > int(row["limit"]) for row in rides
    )
    return found + _share("Rides over the child's own limit", own, many, over)


def _loads(runs: list[dict[str, Cell]], load: list[dict[str, Cell]]) -> list[tuple[Cell, ...]]:
    children = sum(int(row["children"] or 0) for row in runs)
    seats = sum(int(row["seats"] or 0) for row in load)
    found = _share("Load", children, seats, "usable seats and spaces on runs")
    alone = sum(row["children"] == 1 for row in runs)
    found += _share("Runs with one child", alone, len(runs), "runs")
    if runs:
        found.append(("Children a run", f"{children / len(runs):.1f}", children, len(runs), "runs"))
    return found


def _money(
    money: list[dict[str, Cell]], runs: list[dict[str, Cell]], rides: list[dict[str, Cell]]
) -> list[tuple[Cell, ...]]:
    paid = [row for row in money if row["paid"]]
    if not paid or not runs:
        return []
    whole = sum(int(row["day"] or 0) for row in paid)
    guides = sum(int(row["day"] or 0) for row in paid if str(row["part"]).startswith("Guides"))
    children = len({row["child"] for row in rides})
    miles = sum(int(row["metres"] or 0) * int(row["children"] or 0) for row in runs) / METRES_PER_MILE
    vehicles = len({row["vehicle"] for row in runs})
    found: list[tuple[Cell, ...]] = []
    for name, pence in (("with guides", whole), ("without guides", whole - guides)):
        if children:
            found.append(
                (f"Cost a child a day, {name}", f"£{pence / 100 / children:,.2f}", None, children, "children carried")
            )
        if miles:
            found.append(
                (
                    f"Cost a child-mile, {name}",
                    f"£{pence / 100 / miles:,.2f}",
                    None,
                    round(miles),
                    "child-miles a day, run length times children",
                )
            )
        if vehicles:
            found.append(
                (f"Cost a vehicle-day, {name}", f"£{pence / 100 / vehicles:,.2f}", None, vehicles, "vehicles a day")
            )
    return found


def _guides(cover: Mapping[str, Table]) -> list[tuple[Cell, ...]]:
    roster, gaps = rows_of(cover.get("guides-roster")), rows_of(cover.get("guides-uncovered"))
    return _share("Guide fill", len(roster), len(roster) + len(gaps), "runs that want a guide, on the day planned")


def _continuity(change: Table) -> list[tuple[Cell, ...]]:
    rows = rows_of(change)
    same = sum(not row["vehicle_changes"] and not row["guide_changes"] for row in rows)
    return _share("Same vehicle and guide as last term", same, len(rows), "children with a run then and now")


def _waiting(records: Mapping[str, Any], on: date) -> list[tuple[Cell, ...]]:
    closed = closed_days(records.get("calendar", ()))
    allowed = int((records.get("settings") or {}).get("referral_days") or 20)
    rows = [row for row in records.get("waiting", ()) if row["queue"] == "referral"]
    decided = [row for row in rows if row.get("decided")]
    quick = sum(working_days(day_of(row["received"]), day_of(row["decided"]), closed) <= allowed for row in decided)
    found = _share(f"Referrals decided within {allowed} working days", quick, len(decided), "referrals decided")
    ages = [working_days(day_of(row["received"]), on, closed) for row in rows if not row.get("decided")]
    if ages:
        found.append(("Oldest open referral", f"{max(ages)} working days", None, len(ages), "referrals open"))
    appeals = [row for row in records.get("waiting", ()) if "appeal" in row["queue"] and not row.get("decided")]
    for stage, count in sorted(Counter(row["queue"] for row in appeals).items()):
        found.append((f"Open: {stage}", f"{count}", count, len(appeals), "appeals open"))
    return found


def _carbon(
    runs: list[dict[str, Cell]], vehicles: list[dict[str, Cell]], records: Mapping[str, Any]
) -> list[tuple[Cell, ...]]:
    kind = {row["id"]: row["type"] for row in records.get("vehicles", ())}
    known = [(int(row["metres"] or 0), CO2_GRAMS_PER_KM.get(kind.get(row["class"], ""))) for row in runs]
    grams = sum(metres / 1000 * factor for metres, factor in known if factor is not None)
    counted = sum(factor is not None for _, factor in known)
    if not counted:
        return []
    over = "runs of a kind with a factor; first stop to last, empty miles not counted"
    return [("CO2e a day", f"{grams / 1000:,.0f} kg", counted, len(known), over)]


def returned(records: Mapping[str, Any], plan: Mapping[str, Table], *, school_days: int) -> Table:
    """Return users and yearly cost by setting and mode, in the shape of the national return on travel to school.

    Users are counted on the Pupils sheet; cost is shared among the children of a vehicle by their journeys, guides left
    out. The columns follow the published data sets (settings, modes, sole occupancy); check them before submitting.
    """
    schools = {row["id"]: row for row in records.get("schools", ())}
    daily = _cost_of_each(plan)
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for pupil in records.get("pupils", ()):
        if pupil.get("transport", "no") == "no":
            continue
        school = schools.get(pupil.get("school") or "", {})
        age = "post-16" if (pupil.get("year") or 0) >= 12 else "under 16"
        groups.setdefault((age, _setting(school)), []).append(pupil)
    rows = []
    for (age, setting), pupils in sorted(groups.items()):
        modes = Counter(pupil["transport"] for pupil in pupils)
        sole = sum(bool(pupil.get("sole")) for pupil in pupils)
        plans = sum(bool(pupil.get("ehc_plan")) for pupil in pupils)
        cost = round(sum(daily.get(pupil["id"], 0.0) for pupil in pupils) * school_days)
        rows.append((age, setting, len(pupils), plans, modes["vehicle"], sole, modes["pass"], modes["budget"], cost,
                     round(cost / modes["vehicle"]) if modes["vehicle"] else None))  # fmt: skip
    columns = (
        Column("age", "Age"), Column("setting", "Setting"), Column("users", "Users", Kind.COUNT),
        Column("ehc", "of whom with an EHC plan", Kind.COUNT), Column("vehicle", "On vehicles", Kind.COUNT),
        Column("sole", "of whom alone", Kind.COUNT), Column("passes", "Travel passes", Kind.COUNT),
        Column("budgets", "Travel budgets", Kind.COUNT), Column("cost", "Vehicles, a year", Kind.PENCE),
        Column("unit", "A child on vehicles, a year", Kind.PENCE),
    )  # fmt: skip
    note = "A vehicle's cost is shared among its children by their journeys; guides, passes and budgets are not in it."
    return Table("return", "The return on travel to school", columns, tuple(rows), note)


def _setting(school: Mapping[str, Any]) -> str:
    kind, phase = school.get("type"), school.get("phase")
    if kind in ("special", "independent special", "alternative provision"):
        return str(kind)
    return f"mainstream {phase}" if phase else "not said"


def _cost_of_each(plan: Mapping[str, Table]) -> dict[str, float]:
    """Return each child's share, in pence a day, of the vehicles that carry them."""
    vehicle = {row["run"]: row["vehicle"] for row in rows_of(plan.get("runs"))}
    rides = rows_of(plan.get("rides"))
    many = Counter(vehicle.get(row["run"]) for row in rides)
    day = {row["vehicle"]: int(row["day"] or 0) for row in rows_of(plan.get("vehicles"))}
    found: dict[str, float] = {}
    for row in rides:
        mine = vehicle.get(row["run"])
        if mine in day:
            found[str(row["child"])] = found.get(str(row["child"]), 0.0) + day[mine] / many[mine]
    return found


def last_term(records: Mapping[str, Any], plan: Mapping[str, Table], cover: Mapping[str, Table]) -> Table:
    """Return each child with a run then and now: whether the vehicle, the guide, or the time changes.

    The time is compared where the plan's own list of changes holds it; a guide changes where both terms name one and
    they differ, or only one term names one.
    """
    before = {ref: row for row in records.get("runs", ()) for ref in row.get("pupils") or ()}
    guide = {row["run"]: row["guide"] for row in rows_of(cover.get("guides-roster"))}
    moved: dict[str, list[dict[str, Cell]]] = {}
    for row in rows_of(plan.get("changes")):
        moved.setdefault(str(row["child"]), []).append(row)
    runs: dict[str, list[dict[str, Cell]]] = {}
    for row in rows_of(plan.get("rides")):
        runs.setdefault(str(row["child"]), []).append(row)
    rows = []
    for child, mine in sorted(runs.items()):
        if child not in before:
            continue
        was = before[child]
        now = sorted({str(guide[row["run"]]) for row in mine if row["run"] in guide})
        changes = moved.get(child, [])
        vehicle = any(row["was"] != row["now"] for row in changes)
        shift = max((abs(int(row["now_at"] or 0) - int(row["was_at"] or 0)) for row in changes), default=0)
        crew = bool(cover) and [was["guide"]] * bool(was.get("guide")) != now
        rows.append((child, mine[0]["school"], was["id"], ", ".join(sorted({str(r["run"]) for r in mine})), vehicle,
                     was.get("guide"), ", ".join(now), crew, shift, vehicle or crew or shift > 600))  # fmt: skip
    columns = (
        Column("child", "Child"), Column("school", "School"),
        Column("was", "Route last term"), Column("runs", "Runs now"),
        Column("vehicle_changes", "Vehicle changes", Kind.YES_NO), Column("was_guide", "Guide last term"),
        Column("guide", "Guide now"), Column("guide_changes", "Guide changes", Kind.YES_NO),
        Column("shift", "Time moves by up to", Kind.SECONDS), Column("any", "Any of these", Kind.YES_NO),
    )  # fmt: skip
    note = "A time counts as changed above ten minutes. Children who join or leave are not compared."
    return Table("last-term", "Compared with last term, child by child", columns, tuple(rows), note)
