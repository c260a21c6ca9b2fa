"""A city's pupils and bases as a places problem of several years."""

from pathlib import Path

import pytest

from data.problems import places as facts
from data.reading import read
from data.synthetic import make
from data.writing.workbook import write_city
from optimiser.places import solve
from optimiser.places.problem import Phase

YEARS = ("2020/21", "2021/22", "2022/23")


@pytest.fixture(scope="module")
def city():
    return make("small", 1)


def test_a_year_six_pupil_has_a_primary_stay_and_then_a_secondary_one(city) -> None:
    problem = facts.build(city, year_names=YEARS).problem
    sixes = [each for each in problem.pupils if each.year_group == 6]
    assert sixes
    stays = {pupil.id: [stay for stay in problem.stays if stay.pupil == pupil.id] for pupil in sixes}
    for found in stays.values():
        assert [(stay.phase, stay.first, stay.last) for stay in found] == [
            (Phase.PRIMARY, 0, 0),
            (Phase.SECONDARY, 1, 2),
        ]


def test_a_year_six_pupil_moves_to_a_secondary_base_or_is_listed(city) -> None:
    through = {"phase": "secondary", "lowest_year": 7, "highest_year": 11, "places": 30, "physical_max": None}
    twins = [base.model_copy(update={**through, "id": f"{base.id}-S"}) for base in city.bases]
    whole = city.model_copy(update={"bases": (*city.bases, *twins)})
    problem = facts.build(whole, year_names=YEARS[:2]).problem
    found = solve(problem).solution
    assert found is not None
    sixes = [each.id for each in problem.pupils if each.year_group == 6]
    then = [problem.base[found.at[pupil, 1]] for pupil in sixes if (pupil, 1) in found.at]
    assert then and all(Phase.SECONDARY in base.phases for base in then)
    assert len(then) + sum(1 for each in found.unplaced if each.pupil in sixes and each.last == 1) == len(sixes)


@pytest.mark.parametrize("year, wanted", [(5, 3), (6, 3), (10, 2), (11, 1), (12, 3), (14, 1), (None, 3)])
def test_a_place_is_needed_to_the_end_of_year_eleven_or_of_post_sixteen(year: int | None, wanted: int) -> None:
    assert facts.years_needed(year, years=3) == wanted


@pytest.mark.parametrize(
    "changes, rule",
    [
        ({"places": 0}, "places-below-roll"),
        ({"year_group_max": 0}, "year-group-above-limit"),
        ({"need": "MSI", "other_needs": ()}, "designation-nobody-has"),
        ({"empty_rate": 1_000_000}, "mixed-cost-basis"),
    ],
)
def test_a_doubtful_base_is_planned_as_it_stands_and_flagged_with_its_row_and_a_remedy(city, changes, rule) -> None:
    assert facts.look_at(city) == ()
    attended = next(each.base for each in city.pupils if each.base)
    bases = tuple(base.model_copy(update=changes if base.id == attended else {}) for base in city.bases)
    found = facts.look_at(city.model_copy(update={"bases": bases}))
    assert [(issue.rule, issue.row > 0 or not issue.sheet) for issue in found if issue.rule == rule] == [(rule, True)]
    assert attended in found[0].wrong and found[0].remedy


def test_the_most_pupils_of_a_year_group_go_out_and_come_back_as_they_are(city, tmp_path: Path) -> None:
    assert all(base.year_group_max is None for base in city.bases)
    bases = (city.bases[0].model_copy(update={"year_group_max": 3}), *city.bases[1:])
    write_city(city.model_copy(update={"bases": bases}), tmp_path / "limited.xlsx")
    back = read(tmp_path / "limited.xlsx").city
    assert back is not None
    problem = facts.build(back).problem
    assert [base.year_group_max for base in problem.bases] == [3] + [None] * (len(problem.bases) - 1)
