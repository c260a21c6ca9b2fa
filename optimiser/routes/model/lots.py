"""Which operator wins each lot: bids with capacity limits, at the least price, as a small exact model.

``x[b]`` takes bid b; each lot takes one bid or is left unlet at a price; an operator's vehicles and number of lots are
capped; at most so many children may change crew, when a cap is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimiser.core.cpsat import solve
from optimiser.core.limits import Limits
from optimiser.core.table import Column, Kind, Table
from optimiser.core.units import Pence
from optimiser.routes.problem import RoutesProblem
from optimiser.routes.solution import RoutesSolution, Run


@dataclass(frozen=True)
class Lot:
    """Runs let together: vehicle ids, the children aboard, who has them now, and the school they mainly serve."""

    id: str
    vehicles: tuple[str, ...]
    children: int
    incumbent: str | None = None
    school: str = ""


@dataclass(frozen=True)
class Bid:
    """An operator's price for a lot, in pence a day."""

    operator: str
    lot: str
    day: Pence


@dataclass(frozen=True)
class Award:
    """What was chosen: the bid taken for each lot, the lots left unlet, the day's cost, and a proved bound on it."""

    taken: tuple[Bid, ...]
    unlet: tuple[str, ...]
    day: Pence
    bound: Pence
    changed: int


def lots_by_school(problem: RoutesProblem, solution: RoutesSolution, *, most: int = 15) -> tuple[Lot, ...]:
    """Group the plan's vehicles into lots by the school they mainly serve, at most ``most`` vehicles a lot."""
    groups: dict[str, list[str]] = {}
    for vehicle, runs in sorted(solution.vehicles.items()):
        groups.setdefault(main_school(problem, runs), []).append(vehicle)
    found = []
    for school, vehicles in sorted(groups.items()):
        for number, begin in enumerate(range(0, len(vehicles), most), start=1):
            mine = tuple(vehicles[begin : begin + most])
            children = {child for vehicle in mine for run in solution.vehicles[vehicle] for child in run.children}
            found.append(Lot(f"{school}-{number}", mine, len(children), _incumbent(problem, solution, mine), school))
    return tuple(found)


def main_school(problem: RoutesProblem, runs: Sequence[Run]) -> str:
    """Return the school that most children of some runs go to."""
    counts: dict[str, int] = {}
    for run in runs:
        for child in run.children:
            school = problem.child[child].school
            counts[school] = counts.get(school, 0) + 1
    return max(sorted(counts), key=lambda school: counts[school])


def _incumbent(problem: RoutesProblem, solution: RoutesSolution, vehicles: Sequence[str]) -> str | None:
    operators = {problem.vehicle_class[solution.vehicles[vehicle][0].vehicle_class].operator for vehicle in vehicles}
    return operators.pop() if len(operators) == 1 else None


def award(
    lots: Sequence[Lot],
    bids: Sequence[Bid],
    capacities: Mapping[str, int],
    *,
    most_lots: Mapping[str, int] | None = None,
    most_changed: int | None = None,
    unlet: Pence = Pence(10_000_000),
    limits: Limits | None = None,
) -> Award:
    """Return the cheapest awards within each operator's vehicles (absent: no limit) and lots.

    ``most_changed`` caps the children whose lot goes to somebody other than its incumbent. Raises ValueError for a bid
    on a lot that does not exist or at a negative price.
    """
    from ortools.sat.python import cp_model

    known = {lot.id: lot for lot in lots}
    for bid in bids:
        if bid.lot not in known or bid.day < 0:
            raise ValueError(f"the bid of {bid.operator} for lot {bid.lot} names no lot, or has a negative price")
    model = cp_model.CpModel()
    take = [model.new_bool_var(f"{bid.operator} {bid.lot}") for bid in bids]
    leave = {lot.id: model.new_bool_var(f"unlet {lot.id}") for lot in lots}
    for lot in lots:
        model.add_exactly_one([leave[lot.id], *(x for x, bid in zip(take, bids, strict=True) if bid.lot == lot.id)])
    for operator in sorted({bid.operator for bid in bids}):
        mine = [(x, bid) for x, bid in zip(take, bids, strict=True) if bid.operator == operator]
        if operator in capacities:
            model.add(sum(len(known[bid.lot].vehicles) * x for x, bid in mine) <= capacities[operator])
        if most_lots is not None and operator in most_lots:
            model.add(sum(x for x, _ in mine) <= most_lots[operator])
    moves = [
        (known[bid.lot].children, x)
        for x, bid in zip(take, bids, strict=True)
        if known[bid.lot].incumbent not in (None, bid.operator)
    ]
    if most_changed is not None and moves:
        model.add(sum(count * x for count, x in moves) <= most_changed)
    model.minimize(sum(bid.day * x for x, bid in zip(take, bids, strict=True)) + sum(unlet * x for x in leave.values()))
    answer = solve(model, limits or Limits(work=30))
    if not answer.found or answer.bound is None:
        return Award((), tuple(lot.id for lot in lots), Pence(0), Pence(0), 0)
    taken = tuple(bid for x, bid in zip(take, bids, strict=True) if answer.value(x))
    left = tuple(lot.id for lot in lots if answer.value(leave[lot.id]))
    changed = sum(count for count, x in moves if answer.value(x))
    day = Pence(sum(bid.day for bid in taken))
    return Award(taken, left, day, Pence(answer.bound - unlet * len(left)), changed)


def award_table(lots: Sequence[Lot], bids: Sequence[Bid], award: Award) -> Table:
    """Return the awards with each lot's number of bids, lowest bid and incumbent."""
    taken = {bid.lot: bid for bid in award.taken}
    rows = []
    for lot in lots:
        offers = [bid.day for bid in bids if bid.lot == lot.id]
        won = taken.get(lot.id)
        lowest = min(offers, default=None)
        winner, price = (won.operator, won.day) if won is not None else ("nobody", None)
        now = lot.incumbent or "several"
        rows.append((lot.id, len(lot.vehicles), lot.children, now, len(offers), lowest, winner, price))
    columns = (
        Column("lot", "Lot"), Column("vehicles", "Vehicles", Kind.COUNT), Column("children", "Children", Kind.COUNT),
        Column("incumbent", "Now with"), Column("bids", "Bids", Kind.COUNT), Column("lowest", "Lowest bid", Kind.PENCE),
        Column("winner", "Awarded to"), Column("price", "Price a day", Kind.PENCE),
    )  # fmt: skip
    note = f"{award.changed} children change operator. A lot may go above its lowest bid where capacity is short."
    return Table("lots", "Lots and awards", columns, tuple(rows), note)
