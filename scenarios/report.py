"""A consultation report in words made from the facts, with small numbers hidden, and the officers' annex apart."""

from collections.abc import Sequence

from optimiser.core.table import Column, Table
from optimiser.core.units import MINUTE
from optimiser.places.problem import Problem
from optimiser.places.solution import Solution
from scenarios import decommissioning, publication, tables
from scenarios.comparison import Comparison
from scenarios.decommissioning import Improvement
from scenarios.library import Doubt
from scenarios.sections import Report, Section
from scenarios.suppression import THRESHOLD, Published
from scenarios.timeline import Timeline

Plan = tuple[Problem, Solution]
LITTLE = 0.03
"""Fewer places empty than this share is little room for a child who arrives in the middle of a year."""


def report(
    title: str,
    proposed: Sequence[str],
    comparison: Comparison,
    before: Plan,
    after: Plan,
    *,
    options: Table | None = None,
    doubts: Sequence[Doubt] = (),
    dates: Sequence[tuple[str, Timeline]] = (),
) -> Report:
    """Return the report of one proposal against things as they are.

    ``proposed`` are its changes in words, ``options`` the other sets of closures looked at, ``dates`` a timeline for
    each base that closes. Every count of children in the public part comes from tables protected together.
    """
    published = publication.public_counts(comparison, publication.groups_of(before[0]))
    shown = {each.key: each for each in published}
    printed = {each.key: each for each in publication.as_tables(published)}
    better = decommissioning.improvement_test(comparison, before, after)
    sections = (
        Section("proposal", "What is proposed", tuple(proposed)),
        _options(options, comparison),
        Section("impact", "Who would be affected", _impact(shown), (printed["impact"],)),
        _places(printed),
        Section("transport", "Journeys", _journeys(shown, after[0]), (printed["journeys"],)),
        _finance(comparison, before, after),
        _improvement(better),
        _equality(shown, printed),
        Section("risks", "Risks", risks(comparison, before, after, doubts)),
        Section("dates", "Dates", _dates(dates), tuple(_timetable(base, each) for base, each in dates)),
        _method(before, after),
    )
    return Report(title, sections, _annex(comparison, before, after, better, doubts))


def _options(options: Table | None, comparison: Comparison) -> Section:
    words = ["Keeping things as they are is always an option; every figure here is against it."]
    if options is None:
        words.append("No other set of closures was looked at for this report.")
        return Section("options", "Options", tuple(words))
    words.append("These sets of closures were compared, each planned in the same way with the same rules.")
    keep = [n for n, column in enumerate(options.columns) if column.key in ("rank", "closed", "target")]
    slim = Table(
        "options", "Options compared", tuple(options.columns[n] for n in keep),
        tuple(tuple(row[n] for n in keep) for row in options.rows), "Their figures in full are in the officers' annex.",
    )  # fmt: skip
    return Section("options", "Options", tuple(words), (slim,))


def told(table: Published, row: str, column: str) -> str:
    """Return a published count in words, or that it is too small to publish; a column that is not there is nobody."""
    if column not in table.columns or row not in table.rows:
        return "no children"
    value = table.shown(table.rows.index(row), table.columns.index(column))
    if value is None:
        return "a number of children that is not published because it is, or would give away, a small one"
    return "no children" if value == 0 else f"{value:,} children"


def _impact(shown: dict[str, Published]) -> tuple[str, ...]:
    impact = shown["impact"]
    return (
        f"The plan holds {told(impact, 'Total', 'Total')} who need a base in its last year.",
        f"Another base: {told(impact, 'Total', 'another base')}.",
        f"Without a base, who have one now: {told(impact, 'Total', 'without a base, and was not before')}.",
        f"With a base, who have none now: {told(impact, 'Total', 'placed, and was not before')}.",
        f"Counts from 1 to {THRESHOLD - 1} are hidden, and others where a sum or a difference would give one away.",
    )


def _places(printed: dict[str, Table]) -> Section:
    words = ("Children with a base, by where they live and what they need, now and then.",)
    return Section("places", "Provision before and after", words, (printed["places_before"], printed["places_after"]))


def _journeys(shown: dict[str, Published], problem: Problem) -> tuple[str, ...]:
    journeys = shown["journeys"]
    return (
        f"Worse off by more than 15 minutes each way: {told(journeys, 'Total', 'over 15 minutes longer')}.",
        f"Between 5 and 15 minutes longer: {told(journeys, 'Total', '5 to 15 minutes longer')}.",
        f"Shorter by more than 5 minutes: {told(journeys, 'Total', 'shorter')}.",
        f"No new placement may take longer than {problem.policy.travel_limit // MINUTE} minutes each way. "
        f"Times are one way, in the morning: {problem.travel.source}.",
    )


def _finance(comparison: Comparison, before: Plan, after: Plan) -> Section:
    saving = publication.ROUND * round(sum(comparison.yearly_saving) / publication.ROUND)
    verb = "save" if saving >= 0 else "cost"
    flip = decommissioning.break_even(before[0], before[1], after[0], after[1])
    words = (
        f"Over {len(comparison.yearly_saving)} years the proposal would {verb} about £{abs(saving) // 100:,}, "
        "transport and places elsewhere counted.",
        f"Basis: {before[0].prices.label}. An average on another basis must not be set beside these figures.",
        flip.sentence,
    )
    return Section("finance", "Money", words, (publication.money(comparison, before[0], after[0]),))


def _improvement(found: Sequence[Improvement]) -> Section:
    words = [
        "The law asks whether the alternative is likely to be better in standard, quality or range. This is evidence "
        "for that judgement, not the judgement.",
    ]
    enough = [each for each in found if each.pupils >= THRESHOLD]
    columns = (Column("base", "From base"), Column("need", "Need"), Column("better", "Evidence that it is"))
    rows = tuple((each.base, each.need, "yes" if each.likely_better else "not shown") for each in enough)
    words.append(f"A group of fewer than {THRESHOLD} children is never shown here; the officers' annex holds them all.")
    if not found:
        words.append("Nobody changes base, so there is no group to judge.")
    made = (Table("improvement_public", "By base and need", columns, rows),) if rows else ()
    return Section("improvement", "Improvement test", tuple(words), made)


def _equality(shown: dict[str, Published], printed: dict[str, Table]) -> Section:
    kinds = sorted(key.removeprefix("impact_") for key in shown if key.startswith("impact_"))
    words = (
        f"What changes is set out by {', '.join(kinds)}. Characteristics that the council does not hold for these "
        "children are not shown: ask families in the consultation.",
        "Every child here has special educational needs, so any change falls on disabled children; the public sector "
        "equality duty applies to the decision.",
    )
    return Section("equality", "Equality", words, tuple(printed[f"impact_{kind}"] for kind in kinds))


def risks(comparison: Comparison, before: Plan, after: Plan, doubts: Sequence[Doubt]) -> tuple[str, ...]:
    """Return the risks that the facts show, as sentences without counts of children."""
    problem, solution = after
    found: list[str] = []
    if any(not each.after and each.before for each in comparison.children):
        found.append("Some children who have a base now would have none: a place elsewhere must be found for each.")
    if comparison.worse_off:
        found.append("Some children would travel more than 15 minutes longer each way.")
    new = sorted(set(decommissioning.gaps(*after)) - set(decommissioning.gaps(*before)), key=str)
    found += [f"{area} would have no places for {need}, {phase.value}, and has some now." for area, need, phase in new]
    last = problem.years - 1
    bought = sum(
        base.commissioned[last] + solution.base[base.id].extra[last]
        for base in problem.bases
        if solution.open_in(base.id, last)
    )
    empty = decommissioning.empty_places(problem, solution, last)
    if bought and empty < LITTLE * bought:
        found.append(
            f"Only {100 * empty / bought:.0f} % of places would be empty, so there is little room for arrivals."
        )
    if sum(comparison.yearly_saving) <= 0:
        found.append("It saves no money over the years of the plan.")
    failed = [each.name for each in doubts if not each.survives and not each.refused]
    if doubts:
        found.append(f"The saving survives {len(doubts) - len(failed)} of {len(doubts)} doubts about the assumptions.")
    if failed:
        found.append(f"It would not survive: {'; '.join(failed)}.")
    if "estimate" in problem.travel.source.lower() or "straight" in problem.travel.source.lower():
        found.append("Journey times are estimates from distance, not measured on the roads.")
    return tuple(found) or ("The facts show no risk of the kinds that are looked for.",)


def _dates(dates: Sequence[tuple[str, Timeline]]) -> tuple[str, ...]:
    if not dates:
        return ("Nothing closes, so no statutory steps are needed.",)
    return tuple(
        f"Base {base}, {each.track.value}: closes on {each.closes:%a} {each.closes.day} {each.closes:%b %Y} at the "
        f"earliest; the first academic year without it is {each.first_year_without}."
        for base, each in dates
    )


def _timetable(base: str, found: Timeline) -> Table:
    made = tables.steps(found)
    return Table(f"timeline_{base}", f"Base {base}: {made.title.lower()}", made.columns, made.rows, made.note)


def _method(before: Plan, after: Plan) -> Section:
    words = (
        "Both plans were made by the same rules and prices, then checked again against every rule.",
        f"Years: {before[0].year_names[0]} to {before[0].year_names[-1]}. Journeys: {after[0].travel.source}.",
        tables.AVERAGE_NOTE,
    )
    return Section("method", "How this was worked out", words)


def _annex(
    comparison: Comparison, before: Plan, after: Plan, better: Sequence[Improvement], doubts: Sequence[Doubt]
) -> tuple[Section, ...]:
    ledger = decommissioning.equity(comparison, before, after)
    found = [
        Section("annex_children", "Child by child", ("Not for publication.",), (tables.children(comparison),)),
        Section("annex_measures", "Measures", (), (tables.measures(comparison),)),
        Section("annex_equity", "Who gains and who loses", (), (tables.ledger(ledger),)),
        Section("annex_improvement", "Improvement test in full", (), (tables.improvement(better),)),
    ]
    if doubts:
        found.append(Section("annex_doubts", "What if we are wrong", (), (tables.doubts(doubts),)))
    return tuple(found)
