"""The desk, the pool, what lapses and what is weak as tables."""

from collections.abc import Sequence
from dataclasses import replace

from optimiser.core.table import Column, Kind, Table
from optimiser.guides.absence import AbsenceModel
from optimiser.guides.compliance import Blocked, Expiry
from optimiser.guides.desk import CoverPlan
from optimiser.guides.pool import PoolPoint, law_of, pool_for, to_employ
from optimiser.guides.problem import GuidesProblem
from optimiser.guides.reliability import RouteChance
from optimiser.guides.solution import GuidesSolution
from optimiser.guides.standby import CurvePoint
from optimiser.guides.training import TrainingPlan, WeakRun


def cover_tables(problem: GuidesProblem, plan: CoverPlan) -> tuple[Table, ...]:
    """Return who covers what and why, what is cancelled, calls in pick-up order, texts, and notes on odd input."""
    covers = tuple(
        (
            each.run,
            int(problem.run[each.run].need_from),
            each.step.value,
            each.who,
            int(each.late),
            len(problem.run[each.run].stops),
            ", ".join(each.displaced),
            each.why,
            " ".join(each.others),
        )
        for each in plan.covers
    )
    gaps = tuple(
        (each.run, int(problem.run[each.run].need_from), len(problem.run[each.run].stops), each.rule, each.sentence)
        for each in plan.cancelled
    )
    return (
        Table(
            "cover",
            "Cover this morning",
            (
                Column("run", "Run"),
                Column("from", "First child", Kind.CLOCK),
                Column("step", "How"),
                Column("who", "Who or what"),
                Column("late", "Late or longer by", Kind.SECONDS),
                Column("children", "Children", Kind.COUNT),
                Column("displaced", "Runs that go without"),
                Column("why", "Why"),
                Column("others", "Next best"),
            ),
            covers,
        ),
        Table(
            "cover-cancelled",
            "Cancelled, with the reason",
            (
                Column("run", "Run"),
                Column("from", "First child", Kind.CLOCK),
                Column("children", "Children", Kind.COUNT),
                Column("rule", "Rule in the way"),
                Column("why", "Why"),
            ),
            gaps,
        ),
        call_table(plan),
        Table(
            "cover-texts",
            "Texts to guides",
            (Column("guide", "Guide"), Column("run", "Run"), Column("text", "Text")),
            tuple((each.guide, each.run, each.text) for each in plan.texts),
        ),
        Table(
            "cover-notes",
            "Please look",
            (Column("about", "About"), Column("note", "What")),
            tuple((note.about, note.sentence) for note in plan.notes),
        ),
    )


def call_table(plan: CoverPlan) -> Table:
    """Return families to ring in pick-up order."""
    columns = (
        Column("due", "Pick-up", Kind.CLOCK),
        Column("child", "Child"),
        Column("run", "Run"),
        Column("text", "Say"),
    )
    rows = tuple((int(call.due), call.child, call.run, call.text) for call in plan.calls)
    return Table("calls", "Families to ring, in pick-up order", columns, rows)


def needs_table(
    problem: GuidesProblem, solution: GuidesSolution, model: AbsenceModel, shares: Sequence[float]
) -> Table:
    """Return how many should stand by so that a share of days is fully covered, and why the figures differ.

    First as if guides fell ill independently, then with the shared day factor that the record shows, then with a pool
    for each area that does not lend; last how many to employ, since standby guides fall ill too.
    """
    riding = sorted(solution.held)
    alone = law_of(replace(model, flu=0.0), riding)
    together = law_of(model, riding)
    areas: dict[str, list[str]] = {}
    for guide in riding:
        areas.setdefault(problem.guide[guide].area, []).append(guide)
    rate = float(model.rates_on(riding).mean()) if riding else model.usual
    rows = []
    for share in shares:
        shared = pool_for(together, share)
        apart = sum(pool_for(law_of(model, people), share) for people in areas.values())
        rows.append((share, pool_for(alone, share), shared, apart, to_employ(shared, min(0.9, rate))))
    columns = (
        Column("share", "Days fully covered", Kind.SHARE),
        Column("alone", "If guides fell ill independently", Kind.COUNT),
        Column("shared", "One pool, bad days as recorded", Kind.COUNT),
        Column("apart", f"{len(areas)} area pools that do not lend", Kind.COUNT),
        Column("employ", "To employ for the one pool", Kind.COUNT),
    )
    note = (
        f"{len(riding)} guides on duty, {rate:.1%} away on an average day. Bad days come together: the shared day "
        f"factor varies by {model.flu:.0%}, which leaves the mean as it is and makes the worst days worse."
    )
    return Table("standby-needs", "How many should stand by", columns, tuple(rows), note)


def pool_table(points: Sequence[PoolPoint]) -> Table:
    """Return the curve of pool size from the law of how many are away."""
    columns = (
        Column("size", "Standing by", Kind.COUNT),
        Column("uncovered", "Guides short a day"),
        Column("low", "From (95 %)"),
        Column("high", "To (95 %)"),
        Column("days", "Days fully covered", Kind.SHARE),
        Column("children", "Children left a day"),
        Column("pool", "Pool a day", Kind.PENCE),
        Column("left", "Price of those left a day", Kind.PENCE),
    )
    rows = tuple(
        (
            p.size,
            round(p.uncovered, 2),
            round(p.low, 2),
            round(p.high, 2),
            round(p.days_covered, 4),
            round(p.children, 1),
            p.pool_cost,
            p.uncovered_cost,
        )
        for p in points
    )
    return Table("standby-pool", "What a pool of each size leaves", columns, rows)


def standby_table(points: Sequence[CurvePoint]) -> Table:
    """Return the curve of chosen standby guides, judged on mornings that the choice never saw."""
    columns = (
        Column("size", "Standing by", Kind.COUNT),
        Column("added", "Guide added"),
        Column("uncovered", "Routes left a morning"),
        Column("low", "From (95 %)"),
        Column("high", "To (95 %)"),
        Column("children", "Children left a morning"),
        Column("seen", "On mornings chosen from"),
        Column("covered", "Mornings fully covered", Kind.SHARE),
    )
    rows = tuple(
        (
            p.size,
            p.added,
            round(p.uncovered, 2),
            round(p.low, 2),
            round(p.high, 2),
            round(p.children, 1),
            round(p.seen_uncovered, 2),
            round(p.mornings_covered, 4),
        )
        for p in points
    )
    return Table("standby-curve", "Who should stand by", columns, rows, "Judged on mornings not used to choose.")


def expiry_table(found: Sequence[Expiry]) -> Table:
    """Return what lapses within 30, 60 and 90 days, and what has."""
    columns = (
        Column("guide", "Guide"),
        Column("what", "Skill or check"),
        Column("expires", "Valid until", Kind.DATE),
        Column("days", "Days left", Kind.COUNT),
        Column("band", "Within", Kind.TEXT),
        Column("runs", "Runs that need it"),
    )
    rows = tuple(
        (e.guide, e.what, e.expires.isoformat(), e.days, f"{e.band} days" if e.band else "lapsed", ", ".join(e.runs))
        for e in found
    )
    return Table("expiries", "Skills and checks that lapse", columns, rows)


def blocked_table(found: Sequence[Blocked]) -> Table:
    """Return duties that may not go ahead today."""
    columns = (Column("guide", "Guide"), Column("run", "Run"), Column("rule", "Rule"), Column("what", "Missing"))
    return Table("blocked", "Duties blocked today", columns, tuple((b.guide, b.run, b.rule, b.what) for b in found))


def weak_table(weak: Sequence[WeakRun], training: TrainingPlan) -> tuple[Table, Table]:
    """Return single points of failure, and the courses that mend most of them."""
    points = Table(
        "weak-runs",
        "Runs that fewer than two others could take",
        (
            Column("run", "Run"),
            Column("guide", "Guide"),
            Column("could", "Who could step in"),
            Column("scarce", "Scarcest skill"),
            Column("children", "Children", Kind.COUNT),
            Column("mended", "Mended by the courses", Kind.YES_NO),
        ),
        tuple((w.run, w.guide, ", ".join(w.could), w.scarce, w.children, w.run in training.mended) for w in weak),
    )
    courses = Table(
        "courses",
        "Training that mends most",
        (Column("guide", "Guide"), Column("course", "Course")),
        tuple((course.guide, course.competence) for course in training.courses),
    )
    return points, courses


def chance_table(chances: Sequence[RouteChance]) -> Table:
    """Return each route's chance of going without, likeliest first."""
    columns = (
        Column("route", "Route"),
        Column("chance", "Chance on a morning", Kind.SHARE),
        Column("low", "From (95 %)", Kind.SHARE),
        Column("high", "To (95 %)", Kind.SHARE),
        Column("term", "Mornings lost in a term"),
    )
    rows = tuple((c.route, c.chance, c.low, c.high, round(c.lost_in_term, 2)) for c in chances)
    return Table("cancellation", "Chance of cancellation", columns, rows)
