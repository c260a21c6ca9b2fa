"""A round of meetings from the sheets: rounds of the year, notice, fair shares and what schools prefer."""

from datetime import date

import pytest

from data.errors import CannotBuild
from data.problems import meetings as facts
from data.records import City
from data.synthetic import make
from optimiser.core.units import clock
from optimiser.meetings.openings import Openings


@pytest.fixture(scope="module")
def city() -> City:
    return make("small", 1)


def with_school(city, **changes):
    """Return the city with its first school changed."""
    first, *others = city.schools
    return city.model_copy(update={"schools": (first.model_copy(update=changes), *others)})


def with_type(city, **changes):
    first, *others = city.meeting_types
    return city.model_copy(update={"meeting_types": (first.model_copy(update=changes), *others)})


def test_the_second_of_two_rounds_falls_in_the_summer_with_as_many_days(city):
    one, two = (facts.build(city, locality="West", number=number).problem for number in (1, 2))
    assert (one.days[0], one.days[-1]) == (date(2020, 1, 27), date(2020, 2, 3))
    assert two.days[0] == date(2020, 4, 29) and len(two.days) == len(one.days)
    assert {meeting.round for meeting in two.meetings} == {2}
    assert not {each.id for each in one.meetings} & {each.id for each in two.meetings}


def test_rounds_a_year_are_the_types_own_or_else_the_setting_and_no_more(city):
    row = city.meeting_types[0]
    assert facts.rounds_of(city, row) == 2
    more = city.model_copy(update={"settings": city.settings.model_copy(update={"rounds_a_year": 3.0})})
    assert facts.rounds_of(more, row.model_copy(update={"rounds": None})) == 3
    with pytest.raises(CannotBuild, match="there is no round 3: the year has 2"):
        facts.build(city, number=3)


def test_rounds_do_not_overlap_where_the_window_is_longer_than_its_part_of_the_year(city):
    calendar = facts.school_calendar(city)
    window = (date(2020, 1, 6), date(2020, 5, 29))
    one, two = (facts.round_days(calendar, window, number, 2) for number in (1, 2))
    assert one[-1] < two[0] and len(two) < len(one)


def test_no_school_is_met_before_its_notice_is_over(city):
    late = facts.build(with_type(city, told=date(2020, 1, 16)), locality="West").problem
    assert {school.told_from for school in late.schools} == {date(2020, 1, 30)}
    opens = Openings(late)
    assert min(each.day for each in opens.of(late.meetings[0])) >= date(2020, 1, 30)
    given = facts.build(city, locality="West", told=date(2020, 1, 14)).problem
    assert given.schools[0].told_from == date(2020, 1, 28)
    assert facts.build(city, locality="West").problem.schools[0].told_from == date(2020, 1, 24)
    assert facts.build(with_type(city, told=None), locality="West").problem.schools[0].told_from is None


def test_a_fair_share_is_parted_by_contract_and_those_without_a_choice_have_none(city):
    people = facts.build(city, locality="West").problem.person
    assert (people["AT-W1"].share, people["AT-W2"].share) == (16, 16)
    assert people["EP-W1"].share is people["SLT-W1"].share is None
    staff = tuple(each.model_copy(update={"fte": 0.5}) if each.id == "AT-W2" else each for each in city.staff)
    parted = facts.build(city.model_copy(update={"staff": staff}), locality="West").problem.person
    assert (parted["AT-W1"].share, parted["AT-W2"].share) == (22, 11)


def test_people_shared_across_localities_count_for_a_part_in_each():
    problem = facts.build(make("medium", 1)).problem
    shared = [each for each in problem.staff if each.role == "OT"]
    assert shared and all(not each.localities and each.share for each in shared)
    assert len(problem.meetings) <= sum(each.share for each in shared) <= len(problem.meetings) + len(shared)


def test_what_a_school_and_its_head_prefer_and_short_notice_reach_the_round(city):
    changed = with_school(city, preferred=(1, 3), preferred_half="afternoon", head_prefers=(2,), short_notice=True)
    school = facts.build(changed, locality="West").problem.schools[0]
    assert school.preferred == {(1, 1), (3, 1)} and school.head_prefers == {(2, 0), (2, 1)} and school.short_notice
    half = facts.build(with_school(city, preferred_half="morning"), locality="West").problem.schools[0]
    assert half.preferred == {(day, 0) for day in range(5)}


def test_schools_missed_before_are_known_and_nobody_meets_over_lunch(city):
    name = city.schools[0].id
    problem = facts.build(city, locality="West", missed=frozenset({name})).problem
    assert problem.school[name].missed_last_round
    assert Openings(problem).common_block(problem.days[0], clock(11, 30), clock(12, 30)) == "lunch-kept"


def test_only_pressing_concerns_come_first(city):
    signals = [
        facts.build(with_school(city, concerns=score), locality="West").problem.schools[0].need_signal
        for score in (None, 0, 3, 4, 5)
    ]
    assert signals == [0, 0, 0, 1, 2]
    assert facts.build(city, locality="West").problem.prices.need_waits == 1
