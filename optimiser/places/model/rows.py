"""The rules as rows, one function a rule, in the strong form that keeps the bound tight."""

from collections.abc import Callable

from optimiser.places.model.columns import Columns
from optimiser.places.problem import Base, BaseStatus
from optimiser.places.rules import attended, group_limit, sole_providers


def every_year_once(columns: Columns) -> None:
    """Each stay is at one base or at none."""
    for number, out in enumerate(columns.out):
        columns.model.row([*columns.at[number].values(), out], lower=1, upper=1)


def open_base(columns: Columns) -> None:
    """A pupil is at a base only while it is open: the strong form, one row for a pupil and base."""
    for number, stay in enumerate(columns.stays):
        for base_id, column in columns.at[number].items():
            for year in columns.weakest_years(columns.problem.base[base_id], stay):
                if not columns.always_open(base_id, year):
                    columns.model.row([column, columns.open[base_id, year]], [1, -1], upper=0)


def capacity(columns: Columns) -> None:
    """Pupils fit the places bought, and only those with a claim go over."""
    for (base_id, year), there in columns.there.items():
        key = (base_id, year)
        places = columns.problem.base[base_id].commissioned[year]
        over = [columns.over[key]] if columns.claims[key] and key in columns.over else []
        extra = [columns.extra[key]] if key in columns.extra else []
        if len(there) > places or not columns.always_open(base_id, year):
            cells = [*there, columns.open[key], *extra, *over]
            columns.model.row(cells, [1.0] * len(there) + [-float(places)] + [-1.0] * len(extra + over), upper=0)
        if over:
            columns.model.row([*over, *columns.claims[key]], [1.0] + [-1.0] * len(columns.claims[key]), upper=0)


def physical_limit(columns: Columns) -> None:
    """Pupils fit the rooms."""
    for (base_id, _), there in columns.there.items():
        most = columns.problem.base[base_id].physical_max
        if most is not None and len(there) > most:
            columns.model.row(there, upper=most)


def year_group(columns: Columns) -> None:
    """Each year group fits what a base takes of it."""
    problem = columns.problem
    limited = {base.id for base in problem.bases if base.year_group_max is not None}
    groups: dict[tuple[str, int, int], list[int]] = {}
    for number, stay in enumerate(columns.stays if limited else ()):
        for year in range(stay.first, stay.last + 1):
            group = problem.pupil[stay.pupil].group_in(year)
            for base_id in limited & columns.at[number].keys() if group is not None else ():
                groups.setdefault((base_id, year, group or 0), []).append(columns.at[number][base_id])
    for (base_id, year, group), cells in sorted(groups.items()):
        most = group_limit(problem, problem.base[base_id], year, group)
        if most is not None and len(cells) > most:
            columns.model.row(cells, upper=most)


def extra_places(columns: Columns) -> None:
    """Extra places only at an open base."""
    for key, column in columns.extra.items():
        if not columns.always_open(*key):
            most = columns.problem.base[key[0]].extra_max
            columns.model.row([column, columns.open[key]], [1, -most], upper=0)


def viability(columns: Columns) -> None:
    """An open base has its least roll, or falls short at a price."""
    for (base_id, year), there in columns.there.items():
        least = columns.problem.base[base_id].min_viable
        if least:
            short = [columns.short[base_id, year]] if (base_id, year) in columns.short else []
            cells = [*there, *short, columns.open[base_id, year]]
            columns.model.row(cells, [1.0] * (len(cells) - 1) + [-float(least)], lower=0)


def once_closed(columns: Columns) -> None:
    """A base that closes stays closed; a candidate that opens stays open."""
    for base in columns.problem.bases:
        for year in range(1, columns.problem.years):
            before, after = columns.open[base.id, year - 1], columns.open[base.id, year]
            earlier, later = (before, after) if base.candidate else (after, before)
            columns.model.row([earlier, later], [1, -1], upper=0)


def no_new_admissions(columns: Columns) -> None:
    """A later stay at a base that no longer admits follows a stay there."""
    for number, stay in enumerate(columns.stays):
        for base_id, column in columns.at[number].items():
            until = columns.problem.base[base_id].admits_until
            if stay.number and until is not None and stay.first >= until:
                before = columns.at[number - 1].get(base_id)
                columns.model.row(
                    [column, *([] if before is None else [before])], [1, -1][: 1 + (before is not None)], upper=0
                )


def moving_allowed(columns: Columns) -> None:
    """Where moving is not allowed, the base attended now keeps its pupils while it is open."""
    if columns.problem.policy.moving_allowed:
        return
    for number, stay in enumerate(columns.stays):
        now = attended(columns.problem, columns.problem.pupil[stay.pupil], stay)
        if now is not None:
            _held(columns, number, now)


def pinned(columns: Columns) -> None:
    """A pinned pupil is at the pinned base while it is open."""
    pins = {pin.pupil: pin.base for pin in columns.problem.pins}
    for number, stay in enumerate(columns.stays):
        if stay.pupil in pins:
            _held(columns, number, pins[stay.pupil])


def _held(columns: Columns, number: int, base_id: str) -> None:
    stay, column = columns.stays[number], columns.at[number].get(base_id)
    if column is not None:
        for year in columns.weakest_years(columns.problem.base[base_id], stay)[-1:]:
            columns.model.row([column, columns.open[base_id, year]], [1, -1], lower=0)


def moves_counted(columns: Columns) -> None:
    """A stay at another base than the stay before it is a move."""
    for number, move in columns.move.items():
        before = columns.at[number - 1]
        for base_id, column in columns.at[number].items():
            earlier = [columns.out[number - 1], *([before[base_id]] if base_id in before else [])]
            columns.model.row([move, column, *earlier], [1, -1] + [1] * len(earlier), lower=0)


def move_limit(columns: Columns) -> None:
    """No more pupils leave the base they attend than allowed."""
    most, model = columns.problem.policy.max_moves, columns.model
    if most is None:
        return
    cells: list[int] = []
    values: list[float] = []
    kept = 0
    for number, stay in enumerate(columns.stays):
        now = attended(columns.problem, columns.problem.pupil[stay.pupil], stay)
        if now is not None:
            kept += 1
            if now in columns.at[number]:
                cells.append(columns.at[number][now])
                values.append(-1.0)
        elif number in columns.move:
            left = model.variable(whole=False)
            model.row([left, columns.out[number], columns.out[number - 1]], [1, -1, 1], lower=0)
            cells += [columns.move[number], left]
            values += [1.0, 1.0]
    columns.moves = model.row(cells, values, upper=most - kept)


def _choosable(columns: Columns) -> list[Base]:
    return [b for b in columns.problem.bases if b.status is BaseStatus.OPEN and b.closes is None]


def closure_limit(columns: Columns) -> None:
    """As many bases close by choice as the policy says."""
    policy, chosen = columns.problem.policy, _choosable(columns)
    most = len(chosen) if policy.max_closures is None else policy.max_closures
    last = columns.problem.years - 1
    cells = [columns.open[base.id, last] for base in chosen]
    if cells or policy.min_closures:
        columns.model.row(cells, lower=len(cells) - most, upper=len(cells) - policy.min_closures)


def opening_limit(columns: Columns) -> None:
    """No more candidates open by choice than the policy says."""
    policy = columns.problem.policy
    chosen = [b for b in columns.problem.bases if b.candidate and b.opens is None]
    for year in range(columns.problem.years):
        caps = [policy.max_openings, policy.openings_by_year[year] if year < len(policy.openings_by_year) else None]
        known = [cap for cap in caps if cap is not None]
        if known and chosen:
            columns.model.row([columns.open[b.id, year] for b in chosen], upper=min(known))


def remove_places(columns: Columns) -> None:
    """At least so many commissioned places close."""
    least, last = columns.problem.policy.remove_places, columns.problem.years - 1
    bases = [b for b in columns.problem.bases if b.status is BaseStatus.OPEN]
    if least:
        places = [float(b.commissioned[-1]) for b in bases]
        columns.model.row([columns.open[b.id, last] for b in bases], places, upper=sum(places) - least)


def never_to_zero(columns: Columns) -> None:
    """Protected provision never falls below its least."""
    for cell in columns.problem.policy.never_to_zero:
        held = [
            b
            for b in columns.problem.bases
            if b.area == cell.area and cell.need in b.needs and (cell.phase is None or cell.phase in b.phases)
        ]
        for year in range(columns.problem.years):
            extra = [columns.extra[b.id, year] for b in held if (b.id, year) in columns.extra]
            cells = [columns.open[b.id, year] for b in held] + extra
            places = [float(b.commissioned[year]) for b in held] + [1.0] * len(extra)
            columns.model.row(cells, places, lower=cell.least)


def sole_provider(columns: Columns) -> None:
    """The only base of its kind in an area stays."""
    if columns.problem.policy.protect_sole_providers:
        last = columns.problem.years - 1
        for base_id in sole_providers(columns.problem):
            if columns.problem.base[base_id].closes is None:
                columns.model.row([columns.open[base_id, last]], lower=1)


def forbidden_set(columns: Columns) -> None:
    """Not exactly this set of closures again."""
    last, chosen = columns.problem.years - 1, _choosable(columns)
    for ruled_out in columns.problem.policy.forbidden_sets:
        closing = set(ruled_out)
        if not closing <= {base.id for base in chosen}:
            continue  # it cannot be chosen at all
        signs = [1.0 if base.id in closing else -1.0 for base in chosen]
        cells = [columns.open[base.id, last] for base in chosen]
        columns.model.row(cells, signs, lower=1.0 - sum(1 for base in chosen if base.id not in closing))


def travel_budget(columns: Columns) -> None:
    """Journeys add up to no more than the budget."""
    budget = columns.problem.policy.travel_budget
    if budget is not None:
        seconds = journeys(columns)
        columns.budget = columns.model.row(list(seconds), list(seconds.values()), upper=budget)


def journeys(columns: Columns) -> dict[int, float]:
    """Return the single journey seconds over its years of every column that places a stay or leaves it out."""
    problem = columns.problem
    found: dict[int, float] = {}
    for number, stay in enumerate(columns.stays):
        pupil = problem.pupil[stay.pupil]
        for base_id, column in columns.at[number].items():
            found[column] = float(stay.years * problem.seconds(pupil, problem.base[base_id]))
        found[columns.out[number]] = float(stay.years * problem.policy.outside_seconds)
    return found


ENFORCERS: dict[str, Callable[[Columns], None]] = {
    "every-year-once": every_year_once,
    "open-base": open_base,
    "capacity": capacity,
    "physical-limit": physical_limit,
    "year-group": year_group,
    "extra-places": extra_places,
    "viability": viability,
    "once-closed": once_closed,
    "no-new-admissions": no_new_admissions,
    "moving-allowed": moving_allowed,
    "pinned": pinned,
    "current-kept": moves_counted,
    "move-limit": move_limit,
    "closure-limit": closure_limit,
    "opening-limit": opening_limit,
    "remove-places": remove_places,
    "never-to-zero": never_to_zero,
    "sole-provider": sole_provider,
    "forbidden-set": forbidden_set,
    "travel-budget": travel_budget,
}
"""Each rule that needs rows, with the function that adds them; placement rules are enforced by leaving columns out."""
