"""Proves a large model from its relaxation: what is too dear to be in any good plan is left out, and that is proved."""

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from optimiser.core.limits import Limits
from optimiser.core.mip import Floats, Improved, LinearModel, MipAnswer, Relaxation, Watch
from optimiser.core.result import Status

LEAST = 2_000
"""Models with fewer columns than this are solved as they are."""
FIRST = 3e-4
"""How far above the relaxation, as a share of it, the first look goes."""
WIDER = 1.6
"""How much further each look goes than one that found no plan; an empty look costs little, a wide one much."""


@dataclass(frozen=True)
class Priced:
    """A bound proved by multipliers on the rows, and what each column adds to it when it leaves its cheap end."""

    bound: float
    reduced: Floats


def priced(model: LinearModel, multipliers: Floats) -> Priced:
    """Return the Lagrangian bound of a model for any row multipliers, computed afresh: no solver is trusted for it.

    The bound is minus infinity when the multipliers leave a column without a finite cheap end.
    """
    lower, upper = np.array(model.row_lower), np.array(model.row_upper)
    side = np.where(multipliers > 0, lower, upper)
    usable = np.isfinite(side)
    multipliers = np.where(usable, multipliers, 0.0)
    lengths = np.diff([*model.row_start, len(model.row_index)])
    shares = np.array(model.row_value) * np.repeat(multipliers, lengths)
    taken = np.bincount(np.array(model.row_index, dtype=np.int64), shares, minlength=len(model.cost))
    reduced: Floats = np.array(model.cost) - taken
    end = np.where(reduced > 0, np.array(model.lower), np.array(model.upper))
    worth = np.where(reduced == 0, 0.0, reduced * np.where(reduced == 0, 0.0, end))
    bound = float((multipliers * np.where(usable, side, 0.0)).sum() + worth.sum()) + model.offset
    return Priced(bound if math.isfinite(bound) else -math.inf, reduced)


def narrowed(model: LinearModel, price: Priced, slack: float) -> LinearModel:
    """Return the model without what would lift the bound by more than ``slack``; a plan outside it costs more."""
    lower, upper = np.array(model.lower), np.array(model.upper)
    whole = np.array(model.whole)
    steps = np.floor(slack / np.maximum(np.abs(price.reduced), 1e-9) + 1e-9)
    steps = np.minimum(steps, 1e9)
    up = whole & (price.reduced > 0)
    down = whole & (price.reduced < 0)
    upper = np.where(up, np.minimum(upper, lower + steps), upper)
    lower = np.where(down, np.maximum(lower, np.array(model.upper) - steps), lower)
    return replace(model, lower=lower.tolist(), upper=upper.tolist())


def solve(
    model: LinearModel,
    limits: Limits,
    *,
    seed: int = 0,
    start: Floats | None = None,
    watch: Watch | None = None,
    improved: Improved | None = None,
    relaxed: Relaxation | None = None,
    least: int = LEAST,
) -> MipAnswer:
    """Return what solving the model gives, with the same proof, from smaller models where that is quicker.

    Each look is the model without what costs too much to be in a plan within some slack of the relaxation's bound;
    when its best plan is within the slack, nothing that was left out can beat it. ``relaxed`` is the model's
    relaxation when it is open already.
    """
    if len(model.cost) < least:
        return model.solve(limits, seed=seed, start=start, watch=watch, improved=improved)
    ends = None if limits.seconds is None else time.monotonic() + limits.seconds
    relaxation = (relaxed or Relaxation(model, seed=seed)).solve()
    if relaxation.status is Status.INFEASIBLE:
        return relaxation
    price = None if relaxation.row_duals is None else priced(model, relaxation.row_duals)
    if price is None or price.bound <= 0:
        return model.solve(_left(limits, ends, 0), seed=seed, start=start, watch=watch, improved=improved)
    return _looks(model, price, limits, ends, seed, start, watch, improved)


def _looks(
    model: LinearModel,
    price: Priced,
    limits: Limits,
    ends: float | None,
    seed: int,
    start: Floats | None,
    watch: Watch | None,
    improved: Improved | None,
) -> MipAnswer:
    """Look within one slack after another until the best plan found is within the slack that was searched."""
    best = None if start is None else float(np.dot(model.cost, start)) + model.offset
    values, nodes, bound = start, 0, price.bound
    slack = FIRST * price.bound if best is None else min(FIRST * price.bound, best - price.bound + 1)
    while True:
        outside = price.bound + slack
        look = narrowed(model, price, slack)
        whole = look.lower == model.lower and look.upper == model.upper
        first = values if best is not None and best <= outside else None
        rest, told = _left(limits, ends, nodes), _within(watch, outside)
        found = look.solve(rest, seed=seed, start=first, watch=told, improved=improved)
        nodes += found.nodes
        inside = math.inf if found.status is Status.INFEASIBLE else found.bound
        if inside is not None:
            bound = max(bound, inside if whole else min(inside, outside))
        if found.objective is not None and (best is None or found.objective < best):
            best, values = found.objective, found.values
        done = best is not None and best - bound <= max(limits.gap * abs(best), 1e-6)
        if whole or done or _cut_short(found, limits) or _over(ends):
            return _answer(found, best, values, bound, nodes)
        slack = WIDER * slack if best is None else best - price.bound + 1


def _cut_short(found: MipAnswer, limits: Limits) -> bool:
    """Return whether a look ended before it was proved, so that a wider look would end so too."""
    if found.status is Status.INFEASIBLE:
        return False
    if found.objective is None or found.bound is None:
        return True
    return found.objective - found.bound > max(limits.gap, 1e-6) * max(1.0, abs(found.objective)) * (1 + 1e-9)


def _answer(found: MipAnswer, best: float | None, values: Floats | None, bound: float, nodes: int) -> MipAnswer:
    proved = None if not math.isfinite(bound) else bound
    if best is None or values is None:
        return MipAnswer(found.status, None, None, proved, nodes=nodes)
    if best - bound <= 1e-6 * max(1.0, abs(best)):
        return MipAnswer(Status.OPTIMAL, values, best, min(bound, best), nodes=nodes)
    status = Status.STOPPED if found.status is Status.STOPPED else Status.FEASIBLE
    return MipAnswer(status, values, best, proved, nodes=nodes)


def _within(watch: Watch | None, outside: float) -> Watch | None:
    """Return a watch that is told only the bound that holds for the whole model."""
    if watch is None:
        return None
    told = watch
    return lambda best, bound: told(best, None if bound is None else min(bound, outside))


def _left(limits: Limits, ends: float | None, nodes: int) -> Limits:
    seconds = None if ends is None else max(0.1, ends - time.monotonic())
    work = None if limits.work is None else max(1, limits.work - nodes)
    return replace(limits, seconds=seconds, work=work)


def _over(ends: float | None) -> bool:
    return ends is not None and time.monotonic() >= ends
