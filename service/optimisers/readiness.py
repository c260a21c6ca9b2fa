"""How ready the guides are: the standby pool, weak runs, what lapses, the chance of cancellation, charts, map, roster.

Everything here is worked out once when a plan of guides ends, so that pages only read it.
"""

import importlib
from collections.abc import Mapping
from typing import Any

from optimiser.core.table import Column, Kind, Table
from service.optimisers.jobs import HTML, Job
from service.optimisers.journeys import chart
from service.runs import Made

SEEN, UNSEEN, CHANCES = 300, 4_000, 4_000
"""Mornings drawn to choose who stands by, to judge the choice on (enough for half a run either way), and to count
cancellations."""

SHARES = (0.95, 0.99)
TERM_DAYS = 65
COURSES = 5


def further(problem: Any, solution: Any, *, seed: int = 0) -> tuple[Table, ...]:
    """Return the tables of readiness: pool, who stands by, weak runs, courses, what lapses, chances, the calendar."""
    absence = importlib.import_module("optimiser.guides.absence")
    training = importlib.import_module("optimiser.guides.training")
    tables = importlib.import_module("optimiser.guides.desk_tables")
    compliance = importlib.import_module("optimiser.guides.compliance")
    reliability = importlib.import_module("optimiser.guides.reliability")
    rehearsals = importlib.import_module("scenarios.absence")
    model = absence.fit(problem.guides)
    chances = reliability.route_chances(problem, solution, model, mornings=CHANCES, seed=seed, term_days=TERM_DAYS)
    weak = training.weak_runs(problem, solution)
    return (
        *_pool(problem, solution, model, seed),
        *tables.weak_table(weak, training.best_training(problem, solution, courses=COURSES, seed=seed)),
        tables.expiry_table(compliance.expiries(problem, solution)),
        tables.blocked_table(compliance.blocked(problem, solution)),
        odd_dates(compliance.odd_dates(problem)),
        tables.chance_table(chances),
        children(reliability.child_chances(problem, chances, term_days=TERM_DAYS)),
        rehearsals.absence_calendar(model, problem),
        rehearsals.absence_squares(model, problem),
    )


def _pool(problem: Any, solution: Any, model: Any, seed: int) -> tuple[Table, ...]:
    """Return how many should stand by on each measure, the curve of pool size, and who should stand by."""
    pool = importlib.import_module("optimiser.guides.pool")
    standby = importlib.import_module("optimiser.guides.standby")
    tables = importlib.import_module("optimiser.guides.desk_tables")
    riding = sorted(solution.held)
    law = pool.law_of(model, riding)
    top = max(2, pool.pool_for(law, 0.999) + 2)
    routes = [runs for runs in problem.routes.values() if any(run.need.value == "required" for run in runs)]
    aboard = sum(max(len(run.stops) for run in runs) for runs in routes) / max(1, len(routes))
    pay = round(sum(guide.pay for guide in problem.guides) / max(1, len(problem.guides)))
    price = round(2 * (problem.prices.uncovered + problem.prices.uncovered_child * aboard))
    sizes = range(0, top + 1, max(1, top // 30))
    points = pool.curve(law, sizes, days=UNSEEN, seed=seed, pay=pay, price=price, children=aboard)
    drawn = [
        standby.draw(problem, solution, model, mornings=count, seed=seed + at)
        for at, count in enumerate((SEEN, UNSEEN), 1)
    ]
    most = min(len(drawn[0].candidates), top)
    grown = standby.curve(*drawn, sizes=range(most + 1))
    return (
        tables.needs_table(problem, solution, model, SHARES),
        tables.pool_table(points),
        tables.standby_table(grown),
    )


def odd_dates(found: Any) -> Table:
    """Return expiry dates that may have been typed with day and month the wrong way round."""
    columns = (Column("guide", "Guide"), Column("what", "Skill or check"), Column("look", "Please look"))
    rows = tuple((each.guide, each.what, each.sentence) for each in found)
    return Table("odd-dates", "Dates that may be the wrong way round", columns, rows)


def children(chances: Any) -> Table:
    """Return each child's chance of at least one cancelled morning in a term, likeliest first."""
    columns = (
        Column("child", "Child"),
        Column("any", "Chance of at least one in a term", Kind.SHARE),
        Column("expected", "Mornings to expect in a term"),
    )
    rows = tuple((each.child, each.any_in_term, round(each.expected, 2)) for each in chances)
    note = f"Over {TERM_DAYS} school days, mornings taken as alike and independent of each other."
    return Table("cancellation-children", "Chance of cancellation, child by child", columns, rows, note)


def charts(tables: Mapping[str, Table]) -> list[Made]:
    """Return the charts of a plan of guides: what each pool leaves, what it costs, and the calendar of absence."""
    drawn = importlib.import_module("maps.charts")
    made = []
    if tables["standby-pool"].rows:
        made.append(
            chart(
                "guides", tables["standby-pool"], drawn.band, across="size", value="uncovered", low="low", high="high"
            )
        )
    if tables["standby-curve"].rows:
        made.append(
            chart(
                "guides", tables["standby-curve"], drawn.band, across="size", value="uncovered", low="low", high="high"
            )
        )
    made.append(chart("guides", tables["absence-squares"], drawn.grid, down="month", across="day", value="share"))
    return made


def files(problem: Any, solution: Any, points: Mapping[str, Any], job: Job) -> list[Made]:
    """Return the guide roster to print and the map of where standby guides live against uncovered risk."""
    from service import travelling

    paper = importlib.import_module("data.writing.runsheets")
    maps = importlib.import_module("maps.guides")
    absence = importlib.import_module("optimiser.guides.absence")
    reliability = importlib.import_module("optimiser.guides.reliability")
    model = absence.fit(problem.guides)
    chances = reliability.route_chances(problem, solution, model, mornings=CHANCES // 4, seed=job.seed)
    drawn = maps.draw_standby(
        problem,
        solution,
        points=points,
        chances={each.route: each.chance for each in chances},
        notice=job.notice,
        background=travelling.background(points),
    )
    roster = paper.guide_roster(problem, solution, notice=job.notice)
    return [
        Made("guides.standby.map.html", "Map of standby guides and of runs at risk", HTML, drawn.encode("utf-8")),
        Made("guides.roster.html", "Guide roster to print", HTML, roster.encode("utf-8")),
    ]
