"""The public meeting benchmarks, checked by a scorer and a costing written here from their READMEs alone."""

import json
import random
from collections import Counter
from dataclasses import replace
from math import ceil
from pathlib import Path

import numpy as np
import pytest

from data.benchmarks.made import make_grains, make_roster
from data.benchmarks.meetings import read_grains, read_roster
from optimiser.core.limits import Limits
from optimiser.meetings import solve, verify
from optimiser.meetings.openings import Openings
from optimiser.meetings.problem import Repair
from optimiser.meetings.repair import fewest_moves
from optimiser.meetings.search.annealer import anneal
from optimiser.meetings.search.board import Board
from optimiser.meetings.search.grains import score
from optimiser.meetings.search.ladder import Ladder
from optimiser.meetings.search.packing import pack
from optimiser.meetings.search.rebuilding import fill
from optimiser.meetings.search.tempering import MEDIUM
from service.bench.meetings import run

SHARED = Path(__file__).parents[2].parent / "shared" / "benchmarks" / "meetings"
FROZEN = Path(__file__).parents[1] / "instances" / "meetings"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="skipped: no ../shared")


def _grain_score(raw, plan):
    hard = medium = soft = 0
    meetings, caps, days = raw["meetings"], [room["capacity"] for room in raw["rooms"]], raw["grain_day"]
    spans = [(start, start + m["grains"]) for (start, _), m in zip(plan, meetings, strict=True)]
    for (start, room), (_, end), m in zip(plan, spans, meetings, strict=True):
        hard += max(0, len(m["required"]) + len(m["preferred"]) - caps[room])
        hard += end - 1 if end > len(days) else int(days[start] != days[end - 1])
        soft += end - 1 + sum(max(0, cap - caps[room]) for cap in caps)
    for i, one in enumerate(meetings):
        people = (set(one["required"]), set(one["preferred"]))
        for j, other in enumerate(meetings):
            if i == j:
                continue
            theirs = (set(other["required"]), set(other["preferred"]))
            soft += 100 * (spans[i][1] == spans[j][0])
            if spans[i][0] < spans[j][0] and plan[i][1] != plan[j][1] and spans[j][0] - spans[i][1] <= 2:
                soft += len((people[0] | people[1]) & (theirs[0] | theirs[1]))
            overlap = min(spans[i][1], spans[j][1]) - max(spans[i][0], spans[j][0])
            if i < j and overlap > 0:
                hard += overlap * ((plan[i][1] == plan[j][1]) + len(people[0] & theirs[0]))
                mixed = len(people[0] & theirs[1]) + len(people[1] & theirs[0]) + len(people[1] & theirs[1])
                medium += overlap * mixed
                soft += 10 * overlap
    return -hard, -medium, -soft


@needs_shared
@pytest.mark.parametrize(
    ("size", "known"), [("50meetings-160", (0, -136, -9570)), ("200meetings-640", (0, -82, -71040))]
)
def test_both_scorers_agree_with_the_best_known_plans(size, known):
    name = f"{size}timegrains-5rooms"
    path = SHARED / "optaplanner" / f"{name}.json"
    lines = next((SHARED / "optaplanner" / "best_known").glob(f"{name}*.sol")).read_text().splitlines()
    plan = [tuple(int(cell) for cell in line.split()) for line in lines if line.strip()]
    start, room = (np.array(column, dtype=np.int32) for column in zip(*plan, strict=True))
    assert score(read_grains(path), start, room) == known
    assert _grain_score(json.loads(path.read_text()), plan) == known


@needs_shared
def test_the_annealer_is_feasible_repeats_and_is_scored_right():
    path = SHARED / "optaplanner" / "50meetings-160timegrains-5rooms.json"
    problem = read_grains(path)
    one, other = (anneal(problem, limits=Limits(work=800_000), seed=5, restarts=1) for _ in range(2))
    assert one.score == other.score
    assert one.score[0] == 0
    plan = list(zip(map(int, one.start), map(int, one.room), strict=True))
    assert _grain_score(json.loads(path.read_text()), plan) == one.score


def _roster_cost(raw, assignment, people):
    staff = {each["id"]: each for each in raw["staff"]}
    cost, held, days, seen, hubs = 0, Counter(), set(), set(), Counter()
    shared = {}
    for school, when, team in zip(raw["schools"], assignment, people, strict=True):
        if when is None:
            cost += 1000
            continue
        day, grain = when
        week, weekday, half = day // 5, day % 5, int(grain >= 6)
        assert grain in raw["blocks"] and day not in school["blocked"] and [weekday, half] in school["senco"]
        assert [weekday, half] not in school["ht_not"] and abs(week - school["target_week"]) <= school["window"]
        assert [weekday, half] != [raw["panel"]["weekday"], raw["panel"]["half"]]
        roles = Counter(staff[name]["role"] for name in team)
        assert all(roles[role] == 1 for role in ("EP", "AT", "SALT", "OT")) and roles["PLO"] <= 1
        assert raw["staff"][school["ep"]]["id"] in team
        cost += 2 * abs(week - school["target_week"]) + 3 * ([weekday, half] not in school["pref"])
        cost += 2 * (grain == 0 and school["gate_duty"]) + 10 * (roles["PLO"] == 0)
        hubs[school["locality"], day, grain] += school["needs_hub"]
        for name in team:
            who = staff[name]
            assert [weekday, half] in who["pattern"] and day not in who["leave"] and (name, day, grain) not in seen
            seen.add((name, day, grain))
            held[name] += 1
            if who["role"] == "AT":
                assert school["need"] in who["spec"]
            if who["role"] in ("SALT", "OT"):
                assert shared.setdefault((name, day), school["locality"]) == school["locality"]
                cost += 4 * (who["locality"] != school["locality"])
            else:
                assert who["locality"] == school["locality"]
            if who["role"] == "EP":
                days.add((name, day))
    assert max(hubs.values()) <= 3
    fte = Counter()
    for each in raw["staff"]:
        fte[each["role"]] += each["fte"]
    for name, count in held.items():
        who = staff[name]
        if who["role"] in ("AT", "SALT", "OT"):
            cap = ceil(1.2 * len(raw["schools"]) * who["fte"] / fte[who["role"]] - 1e-9)
            cost += 5 * max(0, count - cap)
    return cost + 3 * len(days)


@needs_shared
@pytest.mark.parametrize(("name", "optimum"), [("roster-1x115-s1", 381), ("roster-1x115-s3", 3407)])
def test_one_locality_is_proved_optimal_and_checked_from_the_file(name, optimum):
    path = SHARED / "send-roster" / f"{name}.json"
    answer = run("send-roster", path, seconds=120)
    assert answer["score"] == answer["bound"] == optimum
    assert _roster_cost(json.loads(path.read_text()), answer["assignment"], answer["people"]) == optimum


@pytest.mark.parametrize(
    ("made", "optimum"), [(lambda: make_roster(24, 1), 5119), (lambda: make_roster(10, 2, localities=2), 77)]
)
def test_a_frozen_roster_is_made_again_and_proved(made, optimum):
    raw = made()
    path = FROZEN / f"{raw['name']}.json"
    assert json.loads(path.read_text()) == raw
    result = solve(read_roster(path).problem)
    assert result.cost == result.bound == optimum


@pytest.mark.parametrize(("meetings", "seed", "soft"), [(20, 1, -784), (30, 2, -2663)])
def test_a_frozen_packing_is_made_again_and_has_no_conflict(meetings, seed, soft):
    raw = make_grains(meetings, seed)
    path = FROZEN / f"{raw['name']}.json"
    assert json.loads(path.read_text()) == raw
    plan = pack(read_grains(path), limits=Limits(work=40_000), seed=1)
    assert plan.score[:2] == (0, 0)
    assert plan.score[2] >= soft * 1.2
    assert _grain_score(raw, list(zip(map(int, plan.start), map(int, plan.room), strict=True))) == plan.score


def test_packing_repeats_and_more_searches_are_no_worse():
    problem = read_grains(FROZEN / "made-20meetings-64timegrains-5rooms-s1.json")
    one, other = (pack(problem, limits=Limits(work=16_000), seed=3) for _ in range(2))
    assert one.score == other.score
    assert pack(problem, limits=Limits(work=16_000, processes=2), seed=3).score >= one.score


def test_a_ladder_keeps_true_points_at_every_heat_and_never_shares_a_room():
    problem = read_grains(FROZEN / "made-30meetings-96timegrains-5rooms-s2.json")
    many = Ladder(problem, 4, coldest=100.0, hottest=5000.0, heats=6)
    assert many.placed
    many.run(3)
    rooms = range(len(problem.capacity))
    waste = [int(np.maximum(problem.capacity - problem.capacity[room], 0).sum()) for room in rooms]
    for heat in range(6):
        start, room = many.start[heat], many.room[heat]
        end = start + problem.length
        clash = [
            (i, j)
            for i in range(30)
            for j in range(i)
            if room[i] == room[j] and min(end[i], end[j]) > max(start[i], start[j])
        ]
        assert not clash
        hard, medium, soft = score(problem, start.astype(np.int32), room.astype(np.int32))
        people = (problem.required | problem.preferred).astype(int)
        unsettled = sum(
            int(people[i] @ people[j])
            for i in range(30)
            for j in range(30)
            if start[j] > start[i] and start[j] - end[i] <= 2 and room[i] != room[j]
        )
        # The ladder leaves seats to spare and changes of room to the polish that follows it.
        known = -soft - sum(waste[each] for each in room) - unsettled
        assert hard == 0 and many.now[heat] == -medium * MEDIUM + known


def test_packing_stops_when_told():
    problem = read_grains(FROZEN / "made-20meetings-64timegrains-5rooms-s1.json")
    assert pack(problem, limits=Limits(work=10**9), seed=3, watch=lambda found: False).score[0] == 0


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("{}")
    with pytest.raises(ValueError, match="not a send-roster instance"):
        run("send-roster", path)
    with pytest.raises(ValueError, match="no set called"):
        run("other", path)


@needs_shared
@pytest.mark.full
def test_five_absences_in_the_city_are_repaired_with_the_fewest_moves():
    problem = read_roster(SHARED / "send-roster" / "roster-4x115-s1.json").problem
    board = Board(problem, Openings(problem))
    fill(board)
    assert len(board.placed) == 454
    rng = random.Random(5)
    ill = set(rng.sample([each.id for each in problem.staff], 5))
    first = problem.day_index[rng.choice(problem.days)]
    off = frozenset(problem.days[first : first + 3])
    staff = tuple(replace(each, leave=each.leave | off) if each.id in ill else each for each in problem.staff)
    changed = replace(problem, staff=staff, repair=Repair(tuple(board.placed.values())))
    repaired = fewest_moves(changed)
    assert repaired.fewest == len(repaired.moved) >= len(repaired.hit) > 0
    assert not repaired.wide
    assert not any(each.hard for each in verify(changed, repaired.result.solution))
