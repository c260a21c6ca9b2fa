from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from data.errors import DataError
from data.problems import guides, meetings, places, routes
from data.records import City
from data.synthetic import make, papers

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
DAY = date(2020, 1, 28)


@pytest.fixture(scope="module")
def full():
    return make("full", 1)


@pytest.fixture(scope="module")
def small():
    return make("small", 1)


def test_places_by_area_and_need_are_the_papers(full):
    held = Counter()
    for base in full.bases:
        held[(base.area, base.need)] += base.places
    assert dict(held) == papers.PLACES
    assert sum(held.values()) == 659
    by_area = {area: sum(n for (a, _), n in held.items() if a == area) for area in papers.AREAS}
    assert by_area == {"East": 291, "North": 107, "South": 174, "West": 87}


def test_the_phase_split_is_the_papers_within_one_place(full):
    primary = sum(base.places for base in full.bases if base.phase == "primary")
    south = sum(base.places for base in full.bases if base.phase == "primary" and base.area == "South")
    assert abs(primary - 0.61 * 659) <= 1
    assert abs(south - 0.71 * 174) <= 1


def test_costs_foot_to_the_pound(full):
    held = Counter()
    for base in full.bases:
        held[(base.area, base.need)] += base.places * base.rate
    assert {key: round(pence / 100) for key, pence in held.items()} == papers.COSTS
    assert sum(papers.COSTS.values()) == 10_990_995


def test_rolls_follow_the_occupancy_scenario(full):
    phase = {base.id: base.phase for base in full.bases}
    assert Counter(phase[pupil.base] for pupil in full.pupils if pupil.base) == papers.FILLED


def test_the_full_city_has_the_counts_asked_for(full):
    assert sum(pupil.transport == "vehicle" for pupil in full.pupils) == 4250
    assert (len(full.guides), len(full.schools), len(full.bases)) == (600, 450, 44)
    assert 600 <= len(full.runs) <= 1100
    special = sum(school.type == "special" for school in full.schools)
    assert special == 27


def test_there_is_a_tail_of_small_bases(full):
    assert sum(base.places <= 8 for base in full.bases) >= 8


def test_every_carried_child_was_on_exactly_one_run(full):
    held = Counter(pupil for run in full.runs for pupil in run.pupils)
    assert set(held) == {pupil.id for pupil in full.pupils if pupil.transport == "vehicle"}
    assert set(held.values()) == {1}


def test_nobody_who_must_travel_with_another_travels_alone():
    pupils = make("medium", 5).pupils
    sole = {pupil.id for pupil in pupils if pupil.sole}
    assert sole and not [pupil.id for pupil in pupils if pupil.together and sole & {pupil.id, *pupil.together}]


def test_guides_of_guided_runs_hold_what_the_children_need(full):
    child = {pupil.id: pupil for pupil in full.pupils}
    held = {}
    for row in full.training:
        if row.expires is None or row.expires >= DAY:
            held.setdefault(row.guide, set()).add(row.training)
    for run in full.runs:
        if run.guide:
            needed = {skill for pupil in run.pupils for skill in child[pupil].competences}
            assert needed <= held[run.guide], run.id


def test_the_same_seed_gives_the_same_city(small):
    assert make("small", 1) == small
    assert make("small", 2) != small


def test_everything_invented_says_so(full):
    assert full.fictional
    assert all(
        row.fictional for rows in (full.pupils, full.guides, full.staff, full.vehicles, full.runs) for row in rows
    )


def test_the_six_tuesday_networks_are_there_to_be_found(small):
    tuesdays = [row for row in small.meetings if row.type == "NETWORK" and row.day.weekday() == 1]
    assert len(tuesdays) == 6
    assert {note.id for note in small.notes} >= {"I01", "I03", "I07", "I09", "I10"}


def test_an_unknown_size_is_refused():
    with pytest.raises(DataError, match="small, medium, full"):
        make("huge", 1)


def test_a_city_survives_json(small):
    assert City.model_validate_json(small.model_dump_json()) == small


@pytest.mark.parametrize("size", ["small", "medium"])
def test_every_problem_can_be_built(size):
    _build_all(make(size, 3))


@pytest.mark.full
def test_every_problem_of_the_full_city_can_be_built(full):
    _build_all(full)


def test_real_schools_make_a_full_city():
    if not SHARED.is_dir():
        pytest.skip("skipped: no ../shared")
    city = make("medium", 1, official=SHARED)
    assert sum("fictional" in school.name for school in city.schools) == 0
    assert sum(base.places for base in city.bases) == 87
    _build_all(city)


def _build_all(city):
    roads = routes.build(city)
    riders = sum(pupil.transport == "vehicle" for pupil in city.pupils)
    assert len(roads.problem.children) + len(roads.left_out) == riders
    crew = guides.build(city, routes_problem=roads.problem, day=DAY)
    assert len(crew.problem.guides) == len(city.guides)
    round_ = meetings.build(city, locality="West")
    assert round_.problem.meetings
    estate = places.build(city)
    assert len(estate.problem.pupils) == sum(bool(pupil.base or pupil.wants_base) for pupil in city.pupils)
