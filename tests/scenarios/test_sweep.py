"""Sweeps: every scenario has its row, whatever the pool, and hubs are ranked by the distance they cut."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from optimiser.core.progress import Step
from scenarios import sweep
from tests.builders.places import a_base, a_problem, a_pupil
from tests.scenarios.test_engine import a_small_city


class Backwards:
    """A pool that finishes last things first and loses the first of them."""

    def run(
        self, fn: Callable[[Any], Any], items: Iterable[Any], deadline: float | None = None
    ) -> Iterator[tuple[Any, Any, BaseException | None]]:
        """Yield in reverse, the first item as an error."""
        for number, item in reversed(list(enumerate(items))):
            yield (item, fn(item), None) if number else (item, None, RuntimeError("its worker was lost"))


def test_closures_go_from_one_base_to_several_up_to_the_most_asked_for() -> None:
    names = [each.name for each in sweep.closures(a_small_city(1), most=3, together=2)]
    assert names == ["Close b1", "Close b2", "Close b1, b2"]


def test_a_sweep_agrees_with_the_comparison_and_does_not_depend_on_the_pool() -> None:
    problem = a_small_city(1)
    wanted = sweep.closures(problem, together=2) * 4
    alone = sweep.sweep(problem, wanted)
    lost = sweep.sweep(problem, wanted, pool=Backwards())
    assert lost[sweep.TOGETHER :] == alone[sweep.TOGETHER :]
    assert all("its worker was lost" in row.refused for row in lost[: sweep.TOGETHER])
    assert len(alone) == 12 and alone[0].saving is not None and all(row.proved for row in alone)
    table = sweep.ranked(lost)
    assert [row[1] is None for row in table.rows] == sorted(row[1] is None for row in table.rows)


def test_a_sweep_that_is_stopped_says_so_for_the_rest() -> None:
    problem = a_small_city(1)

    def stop(step: Step, /) -> bool:
        return False

    rows = sweep.sweep(problem, sweep.closures(problem, together=2) * 4, progress=stop)
    assert [row.refused for row in rows].count("It was stopped before it was solved.") == 12 - sweep.TOGETHER


def test_a_hub_is_best_beside_the_base_nearest_those_who_need_it() -> None:
    bases = [a_base(place="at 0"), a_base("b2", place="at 30", area="West")]
    pupils = [a_pupil(f"v{n}", need="VI", home="at 30", area="West") for n in range(3)]
    problem = a_problem(pupils, bases)
    table = sweep.by_distance(sweep.sweep(problem, sweep.hubs(problem, ("VI",))))
    assert table.rows[0][0] == "Hub for VI beside b2, West" and table.rows[0][1] == 3 * 3600
    assert table.rows[0][1] > table.rows[1][1]
