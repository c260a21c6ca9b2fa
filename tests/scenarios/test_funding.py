"""Place funding by school year and by financial year adds up to the same, and nothing is lost between them."""

from optimiser.core.units import Pence
from scenarios import tables
from scenarios.changes.places import CloseBase
from scenarios.funding import funding
from scenarios.runner import run
from scenarios.scenario import Scenario
from tests.builders.places import a_base, a_problem, a_pupil


def test_a_closure_in_september_saves_seven_months_in_the_accounts_of_that_year() -> None:
    bases = [a_base(commissioned=(2, 2), place_rate=Pence(1_200_001)), a_base("b2", commissioned=(3, 3))]
    problem = a_problem([a_pupil(years_left=2)], bases, year_names=("2020/21", "2021/22"))
    before, after = run(problem, [Scenario("close b1 in the second year", (CloseBase("b1", 1),))])
    assert before.result is not None and before.result.solution is not None
    assert after.result is not None and after.result.solution is not None
    found = funding((before.problem, before.result.solution), (after.problem, after.result.solution))
    school = [year for year in found if year.kind == "academic"]
    accounts = [year for year in found if year.kind == "financial"]
    assert [(year.year, year.saving) for year in school] == [("2020/21", 0), ("2021/22", 2_400_002)]
    assert [(year.year, year.whole) for year in accounts] == [
        ("2020-21", False), ("2021-22", True), ("2022-23", False),
    ]  # fmt: skip
    assert accounts[0].saving == 0 and abs(accounts[1].saving - 2_400_002 * 7 / 12) <= 1
    for side in ("before", "after", "saving"):
        assert sum(getattr(year, side) for year in school) == sum(getattr(year, side) for year in accounts)
    assert len(tables.funding(found).rows) == 5
