"""A guides plan as tables: the duty roster, backups, runs without a guide, costs."""

from optimiser.core.table import Column, Kind, Table
from optimiser.guides import costing
from optimiser.guides.problem import GuidesProblem, Need
from optimiser.guides.solution import GuidesSolution


def report(problem: GuidesProblem, solution: GuidesSolution) -> tuple[Table, ...]:
    """Return the headline, the roster, named backups, what is uncovered, and the cost by term."""
    return (
        headline(problem, solution),
        roster(problem, solution),
        backups(problem, solution),
        uncovered(problem, solution),
        costs(problem, solution),
    )


def headline(problem: GuidesProblem, solution: GuidesSolution) -> Table:
    """Return counts with their denominators."""
    required = [run for run in problem.guided if run.need is Need.REQUIRED]
    preferred = [run for run in problem.guided if run.need is Need.PREFERRED]
    held = solution.holder
    two = sum(len(solution.named.get(run.id, ())) >= 2 for run in required)
    strangers = sum(
        len(set(problem.run[each.run].children) - problem.guide[each.guide].knows) for each in solution.assignments
    )
    aboard = sum(len(problem.run[each.run].stops) for each in solution.assignments)
    rows = (
        ("Required runs with a guide", sum(run.id in held for run in required), len(required)),
        ("Preferred runs with a guide", sum(run.id in held for run in preferred), len(preferred)),
        ("Guides with a duty", len(solution.held), len(problem.guides)),
        ("Required runs with two named backups", two, len(required)),
        ("Child journeys with a guide the child does not know", strangers, aboard),
    )
    columns = (Column("what", "What"), Column("count", "Count", Kind.COUNT), Column("of", "Out of", Kind.COUNT))
    return Table("guides-headline", "Guides on the day", columns, rows, f"Travel: {problem.travel.source}.")


def roster(problem: GuidesProblem, solution: GuidesSolution) -> Table:
    """Return one row per guide and run, in order of guide and time."""
    columns = (
        Column("guide", "Guide"),
        Column("run", "Run"),
        Column("direction", "To or from school"),
        Column("school", "School"),
        Column("be_there", "Be there by", Kind.CLOCK),
        Column("where", "Where"),
        Column("until", "Until", Kind.CLOCK),
        Column("how", "How"),
        Column("minutes", "Getting there", Kind.SECONDS),
        Column("detour", "Vehicle's detour", Kind.SECONDS),
        Column("children", "Children", Kind.COUNT),
        Column("strangers", "Who do not know the guide", Kind.COUNT),
    )
    ordered = sorted(solution.assignments, key=lambda a: (a.guide, problem.run[a.run].need_from, a.run))
    rows = []
    for each in ordered:
        run, guide = problem.run[each.run], problem.guide[each.guide]
        rows.append(
            (
                guide.id,
                run.id,
                "to school" if run.direction.value == "am" else "from school",
                run.school,
                int(run.need_from),
                run.first_place,
                int(run.need_until),
                each.mode.value,
                int(each.reach),
                int(each.detour),
                len(run.stops),
                len(set(run.children) - guide.knows),
            )
        )
    return Table("guides-roster", "Guide roster", columns, tuple(rows), f"Travel: {problem.travel.source}.")


def backups(problem: GuidesProblem, solution: GuidesSolution) -> Table:
    """Return one row per required run with its guide and first and second backup."""
    columns = (
        Column("run", "Run"),
        Column("guide", "Guide"),
        Column("first", "First backup"),
        Column("first_knows", "Children the first knows", Kind.COUNT),
        Column("second", "Second backup"),
        Column("second_knows", "Children the second knows", Kind.COUNT),
        Column("children", "Children", Kind.COUNT),
    )
    rows = []
    for run in problem.guided:
        if run.need is not Need.REQUIRED:
            continue
        ranked = {each.rank: each.guide for each in solution.backups if each.run == run.id}
        known = {
            rank: len(set(run.children) & problem.guide[guide].knows) if guide in problem.guide else None
            for rank, guide in ranked.items()
        }
        rows.append(
            (
                run.id,
                solution.holder.get(run.id),
                ranked.get(1),
                known.get(1),
                ranked.get(2),
                known.get(2),
                len(run.stops),
            )
        )
    return Table("guides-backups", "Named backups", columns, tuple(rows))


def uncovered(problem: GuidesProblem, solution: GuidesSolution) -> Table:
    """Return every guided run without a guide, with the children aboard and the reason."""
    columns = (
        Column("run", "Run"),
        Column("need", "Guide"),
        Column("children", "Children", Kind.COUNT),
        Column("rule", "Rule in the way"),
        Column("why", "Why"),
    )
    rows = tuple(
        (each.run, problem.run[each.run].need.value, len(problem.run[each.run].stops), each.rule, each.sentence)
        for each in solution.uncovered
    )
    return Table("guides-uncovered", "Runs without a guide", columns, rows)


def costs(problem: GuidesProblem, solution: GuidesSolution) -> Table:
    """Return the cost of a day term by term; prices of choices are settings, not money spent."""
    split = costing.breakdown(problem, solution)
    rows = (
        ("Pay (contract guides at work and relief used)", "money", split.pay),
        ("Vehicle detours to fetch guides", "money", split.detours),
        ("Guides' own travel", "price of a choice", split.own_travel),
        ("Children with a new face", "price of a choice", split.new_faces),
        ("Different guide morning and afternoon", "price of a choice", split.splits),
        ("Children whose guide changes", "price of a choice", split.changes),
        ("Half-days beyond contract", "money", split.long_halves),
        ("Required runs without a guide", "price of a choice", split.uncovered),
        ("Preferred runs without a guide", "price of a choice", split.unmet),
        ("Total", "both", split.total),
    )
    columns = (Column("term", "Term"), Column("kind", "Kind"), Column("pence", "A day", Kind.PENCE))
    return Table("guides-costs", "What a day costs", columns, rows)
