"""The counts that a consultation may publish: tables protected together, with the links that a reader can see."""

from collections.abc import Sequence

import numpy as np

from optimiser.core.table import Column, Kind, Table
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution
from scenarios.comparison import ChildChange, Comparison, Fate, as_read
from scenarios.suppression import Link, Published, as_table, protect, publish
from scenarios.tables import steps
from scenarios.timeline import Timeline

ROUND = 100_000
"""Published money is rounded to so many pence, so that a difference does not give a child's own price away."""
BANDS = ("shorter", "about the same", "5 to 15 minutes longer", "over 15 minutes longer", "no base to compare")
NAMES = {"places_before": "Area", "places_after": "Area", "impact": "Home area", "journeys": "Need"}
WITH_BASE = {
    "places_before": (Fate.SAME, Fate.MOVED, Fate.UNPLACED),
    "places_after": (Fate.SAME, Fate.MOVED, Fate.PLACED),
}
"""What becomes of the children whom each table of places counts."""


def consultation(
    comparison: Comparison,
    before: tuple[Problem, Solution],
    after: tuple[Problem, Solution],
    *,
    dates: Sequence[Timeline] = (),
) -> tuple[Table, ...]:
    """Return the tables fit to publish: impact by area, need and journey band, with small numbers hidden, and dates.

    All the count tables are protected together, so that no row, and no difference of two, gives a small count away.
    """
    shown = as_tables(public_counts(comparison, groups_of(before[0])))
    return (*shown, money(comparison, before[0], after[0]), *(steps(each) for each in dates))


def as_tables(published: Sequence[Published]) -> tuple[Table, ...]:
    """Return published counts for print."""
    return tuple(as_table(each, heading=NAMES.get(each.key, "Group")) for each in published)


def money(comparison: Comparison, before: Problem, after: Problem) -> Table:
    """Return the money saved each year, rounded, with its basis."""
    rows = tuple(
        (name, ROUND * round(saved / ROUND))
        for name, saved in zip(before.year_names, comparison.yearly_saving, strict=True)
    )
    note = f"Place rates {before.prices.label}. To the nearest £{ROUND // 100:,}. A minus means dearer. "
    columns = (Column("year", "Year"), Column("saving", "Saved", Kind.PENCE))
    return Table("money", "Money by year", columns, rows, f"{note}Journeys: {after.travel.source}.")


def groups_of(problem: Problem) -> dict[str, dict[str, str]]:
    """Return, for phase and each held characteristic, the group of each pupil who has one."""
    found: dict[str, dict[str, str]] = {"phase": {each.id: each.phase.value for each in problem.pupils}}
    for pupil in problem.pupils:
        for kind, band in pupil.groups:
            found.setdefault(kind, {})[pupil.id] = band
    return found


def public_counts(comparison: Comparison, groups: dict[str, dict[str, str]] | None = None) -> tuple[Published, ...]:
    """Return the count tables of a consultation, protected together; ``groups`` adds one for each characteristic."""
    tables, links = _tables(comparison, groups or {})
    return protect(tables, links=links)


def public_links(comparison: Comparison, groups: dict[str, dict[str, str]] | None = None) -> tuple[Link, ...]:
    """Return the equalities between the published tables, for an attack on them."""
    return _tables(comparison, groups or {})[1]


def _tables(
    comparison: Comparison, groups: dict[str, dict[str, str]]
) -> tuple[tuple[Published, ...], tuple[Link, ...]]:
    present = [c for c in comparison.children if c.fate not in (Fate.NEW, Fate.GONE)]
    areas, needs = sorted({c.area for c in present}), sorted({c.need for c in present})
    fates = [fate for fate in Fate if any(c.fate is fate for c in present)]
    placed = [
        _publish(key, title, areas, needs, [(c.area, c.need) for c in present if c.fate in WITH_BASE[key]])
        for key, title in (
            ("places_before", "Children with a base now, by home area and need"),
            ("places_after", "Children with a base then, by home area and need"),
        )
    ]
    words = [fate.value for fate in fates]
    impact = _publish("impact", "What changes, by home area", areas, words, [(c.area, c.fate.value) for c in present])
    journeys = _publish(
        "journeys", "Single journey then against now, by need", needs, list(BANDS),
        [(c.need, BANDS[_journey_band(c)]) for c in present],
    )  # fmt: skip
    by_group = [
        _publish(f"impact_{kind}", f"What changes, by {kind}",
                 sorted({*bands.values(), "not held"}, key=as_read), words,
                 [(bands.get(c.child, "not held"), c.fate.value) for c in present])
        for kind, bands in sorted(groups.items())
    ]  # fmt: skip
    links = [*_placed_links(areas, fates), Link((("impact", "Total", "Total"),), (("journeys", "Total", "Total"),))]
    for table in by_group:
        links += [Link(((table.key, "Total", word),), (("impact", "Total", word),)) for word in (*words, "Total")]
    return (*placed, impact, journeys, *by_group), tuple(links)


def _placed_links(areas: list[str], fates: list[Fate]) -> list[Link]:
    """Return that an area's children with a base are those whom the impact table says have one."""
    return [
        Link(((key, area, "Total"),), tuple(("impact", area, fate.value) for fate in fates if fate in WITH_BASE[key]))
        for key in WITH_BASE
        for area in (*areas, "Total")
        if any(fate in WITH_BASE[key] for fate in fates)
    ]


def _publish(key: str, title: str, rows: list[str], columns: list[str], cells: list[tuple[str, str]]) -> Published:
    counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for row, column in cells:
        counts[rows.index(row), columns.index(column)] += 1
    return publish(key, title, tuple(rows), tuple(columns), counts)


def _journey_band(child: ChildChange) -> int:
    if child.before is None or child.after is None:
        return 4
    if child.longer < -300:
        return 0
    return 1 if child.longer <= 300 else 2 if child.longer <= 900 else 3
