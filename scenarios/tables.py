"""What the scenario room found, as tables: for officers in full, for the public with small numbers hidden."""

from collections.abc import Mapping, Sequence

from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.places.alternatives import Alternative
from optimiser.places.problem import Phase, Problem
from scenarios.case import Quote
from scenarios.comparison import Comparison, Fate
from scenarios.decommissioning import Band, Choice, Improvement, Phasing
from scenarios.funding import FundingYear
from scenarios.library import Doubt
from scenarios.timeline import Timeline

UNITS = {"pence": Kind.PENCE, "seconds": Kind.SECONDS}


def measures(comparison: Comparison) -> Table:
    """Return every measure before and after, with its unit in words since units differ by row."""
    columns = (
        Column("measure", "Measure"), Column("unit", "Unit"), Column("before", comparison.baseline, Kind.COUNT),
        Column("after", comparison.variant, Kind.COUNT), Column("change", "Change", Kind.COUNT),
    )  # fmt: skip
    rows = tuple((each.name, each.unit, each.before, each.after, each.change) for each in comparison.measures)
    return Table("measures", "Measure by measure", columns, rows, "Over every year of the plan.")


def children(comparison: Comparison) -> Table:
    """Return every child whose base differs, the longest added journey first; officers only."""
    columns = (
        Column("child", "Pupil"), Column("area", "Home area"), Column("need", "Need"), Column("fate", "Outcome"),
        Column("before", "Base now"), Column("after", "Base then"), Column("longer", "Longer by", Kind.SECONDS),
        Column("worse", "Over 15 minutes longer", Kind.YES_NO), Column("transport", "Transport a year", Kind.PENCE),
    )  # fmt: skip
    rows = tuple(
        (c.child, c.area, c.need, c.fate.value, c.before or "", c.after or "", c.longer, c.worse_off,
         None if c.after is None else c.transport_after - c.transport_before)
        for c in sorted(comparison.children, key=lambda c: (-c.longer, c.child))
        if c.fate not in (Fate.SAME, Fate.STILL_OUT)
    )  # fmt: skip
    return Table("children", "Child by child", columns, rows, CHILDREN_NOTE)


CHILDREN_NOTE = (
    "For officers. Not for publication. A child left without a base has no transport price yet: what the journey costs "
    "today is not counted as saved."
)


def choice(found: Choice) -> tuple[Table, Table]:
    """Return the best sets of closures and the near misses with why each lost."""
    columns = (
        Column("rank", "Rank", Kind.COUNT), Column("closed", "Closes"), Column("saving", "Money saved", Kind.PENCE),
        Column("moved", "Base differs", Kind.COUNT), Column("worse", "Over 15 minutes longer", Kind.COUNT),
        Column("unplaced", "Stays without a base", Kind.COUNT), Column("target", "Reaches the target", Kind.YES_NO),
        Column("proved", "Proved", Kind.YES_NO),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for number, (each, compared) in enumerate(zip(found.sets, found.comparisons, strict=True)):
        rows.append(
            (number + 1, ", ".join(each.closed), sum(compared.yearly_saving), len(compared.moved), compared.worse_off,
             compared.measure("unplaced").after, found.reaches[number], each.result.cost == each.result.bound)
        )  # fmt: skip
    best = Table("sets", "The best sets of closures", columns, tuple(rows), "Cheapest first, prices included.")
    lost_columns = (
        Column("closed", "Would close"),
        Column("why", "Why it lost"),
        Column("by", "Better by", Kind.PENCE),
    )
    lost = tuple((", ".join(m.closed) or "nothing", m.sentence, int(m.better_by)) for m in found.near_misses)
    return best, Table("near_misses", "Better sets that a limit rules out", lost_columns, lost)


def front(found: Sequence[Alternative]) -> Table:
    """Return a front of cost, travel and moves, with how far from proved each point is."""
    columns = (
        Column("allowed", "Moves allowed"), Column("moves", "Pupils moved", Kind.COUNT),
        Column("travel", "Single journeys, all pupils and years", Kind.SECONDS),
        Column("cost", "Money and prices", Kind.PENCE), Column("closed", "Closes"),
        Column("gap", "Not proved", Kind.SHARE),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        cost, bound = each.result.cost, each.result.bound
        gap = None if cost is None or bound is None else round((cost - bound) / max(1, abs(cost)), 6)
        rows.append((_allowed(each.cap), each.moves, each.travel, cost, ", ".join(each.closed) or "nothing", gap))
    note = (
        "Each is the least cost within that much travel and the moves allowed: no plan that travels no more and moves "
        "no more pupils costs less by more than “not proved”."
    )
    return Table("front", "Cost, travel and moves", columns, tuple(rows), note)


def front_lines(found: Sequence[Alternative]) -> Table:
    """Return the same front to be drawn: cost against travel, a column of costs for each number of moves allowed."""
    caps = list(dict.fromkeys(each.cap for each in found))
    columns = [Column("travel", "Single journeys, all pupils and years", Kind.SECONDS)]
    columns += [Column(f"level_{number}", _allowed(cap), Kind.PENCE) for number, cap in enumerate(caps)]
    rows = tuple((each.travel, *(each.result.cost if each.cap == cap else None for cap in caps)) for each in found)
    return Table("front_lines", "Cost against travel, by the moves allowed", tuple(columns), rows)


def _allowed(cap: int | None) -> str:
    return "Any number of moves" if cap is None else f"At most {cap:,} moved"


def gaps(before: Sequence[tuple[str, str, Phase]], after: Sequence[tuple[str, str, Phase]]) -> Table:
    """Return every area, need and phase without a place, now or then."""
    columns = (
        Column("area", "Area"), Column("need", "Need"), Column("phase", "Phase"),
        Column("now", "Gap now", Kind.YES_NO), Column("then", "Gap then", Kind.YES_NO),
    )  # fmt: skip
    new = set(after) - set(before)
    both = sorted({*before, *after}, key=lambda cell: (cell not in new, cell[0], cell[1], cell[2].value))
    rows = tuple((area, need, phase.value, (area, need, phase) in before, (area, need, phase) in after)
                 for area, need, phase in both)  # fmt: skip
    note = f"{len(new)} of {len(after)} gaps would be new, and stand first. Needs and phases that some base serves."
    return Table("gaps", "Where there is nothing", columns, rows, note)


def transfers(found: Sequence[tuple[str, str, str, int, int]]) -> Table:
    """Return pupils moving up from Year 6 beside secondary places; officers only."""
    columns = (
        Column("year", "Year"), Column("area", "Area"), Column("need", "Need"),
        Column("up", "In Year 6", Kind.COUNT), Column("places", "Secondary places", Kind.COUNT),
    )  # fmt: skip
    return Table("transfers", "Year 6 and the places above", columns, tuple(found), "For officers.")


def years(comparison: Comparison, names: Sequence[str]) -> Table:
    """Return the money saved in each year, transport counted."""
    columns = (Column("year", "Year"), Column("saving", "Saved", Kind.PENCE))
    rows = tuple((name, int(saved)) for name, saved in zip(names, comparison.yearly_saving, strict=True))
    return Table("years", "Year by year", columns, rows, "A minus means dearer. Transport by the price model.")


def funding(found: Sequence[FundingYear]) -> Table:
    """Return place funding before and after, by academic and by financial year."""
    columns = (
        Column("kind", "Year of"), Column("year", "Year"), Column("before", "Place funding now", Kind.PENCE),
        Column("after", "Then", Kind.PENCE), Column("saving", "Saved", Kind.PENCE),
        Column("whole", "Covered whole", Kind.YES_NO),
    )  # fmt: skip
    words = {"academic": "school (September to August)", "financial": "accounts (April to March)"}
    rows = tuple((words[y.kind], y.year, int(y.before), int(y.after), int(y.saving), y.whole) for y in found)
    note = (
        "Places alone, without top-up, running, transport or places elsewhere. Seven months of a school year fall in "
        "the accounts of the year it begins in. The count of places is fixed for the year and not clawed back in it."
    )
    return Table("funding", "Place funding by school year and by financial year", columns, rows, note)


def phases(found: Sequence[Phasing]) -> Table:
    """Return each way of winding down year by year."""
    columns = (
        Column("way", "Way"), Column("year", "Year"), Column("saving", "Money saved", Kind.PENCE),
        Column("moves", "Pupils moved", Kind.COUNT), Column("stranded", "Very small groups"),
        Column("empty", "Empty places", Kind.COUNT),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        if each.refused:
            rows.append((each.name, "", None, None, each.refused, None))
        for year in each.years:
            small = ", ".join(f"{base}: {count}" for base, count in year.stranded)
            rows.append((each.name, year.year, int(year.saving), year.moves, small, year.empty_places))
    return Table("phases", "Ways of winding down", columns, tuple(rows), "A saving is against things as they are.")


def ledger(bands: Sequence[Band]) -> Table:
    """Return the equity ledger in full; officers only."""
    columns = (
        Column("kind", "By"), Column("band", "Group"), Column("pupils", "Pupils", Kind.COUNT),
        Column("placed_before", "With a base now", Kind.COUNT), Column("placed_after", "Then", Kind.COUNT),
        Column("area_before", "In home area now", Kind.COUNT), Column("area_after", "Then", Kind.COUNT),
        Column("mean_before", "Mean journey now", Kind.SECONDS), Column("mean_after", "Then", Kind.SECONDS),
        Column("worse", "Over 15 minutes longer", Kind.COUNT), Column("moved", "Base differs", Kind.COUNT),
    )  # fmt: skip
    rows = tuple(
        (b.kind, b.band, b.pupils, b.placed_before, b.placed_after, b.in_area_before, b.in_area_after, b.mean_before,
         b.mean_after, b.worse_off, b.moved)
        for b in bands
    )  # fmt: skip
    return Table("equity", "Who gains and who loses", columns, rows, "For officers. Not for publication.")


def steps(found: Timeline) -> Table:
    """Return the statutory and funding steps."""
    columns = (
        Column("step", "Step"), Column("begins", "From", Kind.DATE), Column("ends", "To", Kind.DATE),
        Column("basis", "Footing"), Column("flags", "Look out for"),
    )  # fmt: skip
    rows = tuple((s.name, s.begins.isoformat(), s.ends.isoformat(), s.basis, " ".join(s.flags)) for s in found.steps)
    note = f"{found.track.value}. First academic year without the base: {found.first_year_without}."
    return Table("timeline", "Earliest lawful timetable", columns, rows, note)


def doubts(found: Sequence[Doubt]) -> Table:
    """Return which doubts the conclusion survives."""
    columns = (
        Column("doubt", "If"), Column("saving", "Money saved", Kind.PENCE),
        Column("unplaced", "More without a base", Kind.COUNT), Column("survives", "Still saves", Kind.YES_NO),
        Column("refused", "Could not be tried"),
    )  # fmt: skip
    rows = tuple((d.name, d.saving, d.unplaced, d.survives, d.refused) for d in found)
    kept = sum(each.survives for each in found)
    return Table("doubts", "What if we are wrong", columns, rows, f"The saving survives {kept} of {len(found)}.")


def lines(found: Quote) -> Table:
    """Return a Tuesday quote, clean lines first."""
    columns = (
        Column("base", "Base"), Column("school", "School"), Column("vacant", "Vacant", Kind.COUNT),
        Column("journey", "Single journey", Kind.SECONDS), Column("place", "This child adds", Kind.PENCE),
        Column("transport", "Transport a year", Kind.PENCE), Column("yearly", "Together", Kind.PENCE),
        Column("concerns", "Against it"), Column("fit", "Designation"), Column("rate", "A place there", Kind.PENCE),
        Column("live", "On the live routes", Kind.YES_NO), Column("how", "How"), Column("guide", "Guide"),
        Column("longer", "Others ride longer", Kind.COUNT), Column("most", "By at most", Kind.SECONDS),
    )  # fmt: skip
    rows = tuple(
        (x.base, x.school, x.vacant, int(x.journey), int(x.place), int(x.carriage.yearly), int(x.yearly),
         " ".join(x.concerns), x.fit.value, int(x.rate), x.carriage.live, x.carriage.sentence, x.carriage.guide,
         len(x.carriage.longer), max((more for _, more in x.carriage.longer), default=0))
        for x in found.lines
    )  # fmt: skip
    note = f"Place cost {found.basis}. Journeys: {found.travel}. Transport: {found.routes}."
    return Table("quote", f"Places for pupil {found.child}", columns, rows, note)


def improvement(found: Sequence[Improvement]) -> Table:
    """Return the evidence for the improvement test; officers only, since groups may be small."""
    columns = (
        Column("base", "From base"), Column("need", "Need"), Column("pupils", "Pupils", Kind.COUNT),
        Column("placed", "With a base then", Kind.COUNT), Column("fit", "Within designation", Kind.COUNT),
        Column("before", "Quality now", Kind.COUNT), Column("after", "Quality then", Kind.COUNT),
        Column("longer", "Mean longer by", Kind.SECONDS), Column("better", "Likely better", Kind.YES_NO),
    )  # fmt: skip
    rows = tuple(
        (i.base, i.need, i.pupils, i.placed, i.within_designation, i.quality_before, i.quality_after, i.longer,
         i.likely_better)
        for i in found
    )  # fmt: skip
    return Table("improvement", "Improvement test", columns, rows, "Evidence for the decision, not the decision.")


def control_totals(
    problem: Problem, places: Mapping[tuple[str, str], int], costs: Mapping[tuple[str, str], int]
) -> Table:
    """Return places and yearly place money by area and need beside the papers' own, with every contradiction flagged.

    ``places`` and ``costs`` (whole pounds) are the papers' figures by (area, need code). Money is rate x places, each
    area and need rounded to the pound as the papers print it.
    """
    columns = (
        Column("area", "Area"), Column("need", "Need"), Column("places", "Places", Kind.COUNT),
        Column("printed", "Places printed", Kind.COUNT), Column("money", "Money a year", Kind.PENCE),
        Column("printed_money", "Money printed", Kind.PENCE), Column("rate", "A place", Kind.PENCE),
        Column("flag", "Look out for"),
    )  # fmt: skip
    here: dict[tuple[str, str], list[int]] = {}
    for base in problem.bases:
        if base.candidate or base.special_school:
            continue
        cell = here.setdefault((base.area, base.needs[0]), [0, 0])
        cell[0] += base.commissioned[0]
        cell[1] += base.commissioned[0] * base.place_rate
    here = {key: [count, round(pence / 100) * 100] for key, (count, pence) in here.items()}
    rows: list[tuple[Cell, ...]] = []
    for key in sorted(set(here) | set(places)):
        rows.append(_control_row(key, here.get(key, [0, 0]), places.get(key, 0), costs.get(key, 0)))
    for area in sorted({area for area, _ in places}):
        mine = [sum(each[n] for key, each in here.items() if key[0] == area) for n in (0, 1)]
        printed = [sum(value for key, value in held.items() if key[0] == area) for held in (places, costs)]
        rows.append(_control_row((area, "all"), mine, *printed))
    whole = [sum(each[n] for each in here.values()) for n in (0, 1)]
    rows.append(_control_row(("City", "all"), whole, sum(places.values()), sum(costs.values())))
    return Table("control_totals", "Against the council's papers", columns, tuple(rows), AVERAGE_NOTE)


FLAGS: dict[tuple[str, str], str] = {
    (
        "West",
        "ASC",
    ): "The papers say the most autism places are in West, 34 %; the table gives West 34 places, 21 % (I03).",
    ("East", "ASC"): "34 % of autism places: the share that the papers' sentence gives to West (I03).",
    (
        "East",
        "CL",
    ): "The papers call cognition and learning the largest need; autism designations together are larger (I04).",
    ("South", "SLCN"): "Printed as 66 %; 30 of 45 is 66.7 %, and East has 56 more under ASC; SLCN (I05).",
    ("East", "HI"): "The printed row has lost its label; the cost table shows it is hearing impairment (I21).",
    ("East", "ASC_SLCN"): "The digits are broken over two lines in the papers: £783,967, not £783,960 (I19).",
    ("East", "all"): "Printed core average £13,520 is £13,520.79 cut short (I06).",
    (
        "City",
        "all",
    ): "The tables give £16,678 a commissioned place; the deck prints £20,115 a placement (I01), and its phase "
    "averages, £19,619 and £21,211 at 61/39, make £20,240 (I02).",
}
"""The papers' contradictions, shown beside the figure each concerns; ids as in the list of inconsistencies."""

AVERAGE_NOTE = (
    "£16,678 a commissioned place (tables) and £20,115 a placement (deck) differ for reasons the papers do not give: "
    "it may be cost per occupied place (546 of 659 filled), core per-pupil funding included, a plain mean over bases, "
    "or another year or scope. Occupancy is taken from rolls, never worked out from an average."
)


def _control_row(key: tuple[str, str], mine: Sequence[int], printed: int, money: int) -> tuple[Cell, ...]:
    rate = round(mine[1] / mine[0]) if mine[0] else None
    flag = FLAGS.get(key, "")
    if mine[0] != printed or round(mine[1] / 100) != money:
        flag = f"Differs from the papers. {flag}".strip()
    return (*key, mine[0], printed, mine[1], money * 100, rate, flag)
