"""The meetings desk repairs a roster: shown before anything is saved, made as shown, told schools left alone."""

import html
from datetime import date

import pytest

from optimiser.core.codec import from_json
from optimiser.meetings.problem import Problem
from optimiser.meetings.solution import Solution
from service import meeting_questions, questions, runs
from service.answers import NoAnswer
from service.optimisers import Job, execute
from service.optimisers.jobs import CannotPlan
from service.optimisers.upsets import SENT
from service.runs import DONE, RUNNING, Made, finish
from service.store import attendance
from service.store.scope import SYSTEM
from service.store.tables import Run
from tests.builders.service import a_city, a_run, a_scope
from tests.service.conftest import form_key

ILL = {"what": "away", "who": "EP-W1", "first": "2020-01-31", "last": "2020-01-31"}


@pytest.fixture(scope="module")
def records():
    from data.synthetic import make

    return make("small", 1).model_dump_json().encode()


@pytest.fixture(scope="module")
def planned(records):
    return execute(a_job(records))


def a_job(records, **more):
    return Job("meetings", "Round", records, seconds=8.0, fictional=True, area="West", **more)


def following(records, planned, **more):
    """Return a job that follows a roster, as a worker would hand it out."""
    before = {each.name: each.body.decode() for each in planned.made if each.name.endswith(".json")}
    return a_job(records, before=before, **more)


@pytest.fixture
def desk(client, db, settings, records, planned, monkeypatch):
    def ask(kind, verb, arguments, *, problem, solution, records):
        try:
            return meeting_questions.VERBS[verb](
                kind, from_json(Problem, problem.decode()), from_json(Solution, solution.decode()), arguments, records
            )
        except ValueError as wrong:
            raise NoAnswer(str(wrong)) from wrong

    monkeypatch.setattr(questions, "ask", ask)
    run_id = a_run(db, settings, city=a_city(db, records=records), kind="meetings", area="West")
    with db.session() as session:
        run = session.get_one(Run, run_id)
        run.state, run.holder, run.attempt, run.started_at = RUNNING, "test", 1, run.asked_at
    made = [Made(each.name, each.title, each.media, each.body) for each in planned.made]
    finish(db, run, state=DONE, outcome=planned.outcome, made=made)
    return client, run_id


def words(answer):
    assert answer.status_code == 200, answer.text[:300]
    return html.unescape(answer.text)


def asked_of(db, answer):
    """Return the run that a form asked for."""
    assert answer.status_code == 200, answer.text[:300]
    with db.reading() as session:
        return session.get_one(Run, str(answer.url).rsplit("/", 1)[-1])


def test_an_illness_is_shown_before_and_after_then_saved_as_a_roster_that_keeps_it(desk, db, records, planned):
    client, run_id = desk
    said = words(client.get("/meetings/change", params=ILL))
    there = sum(each.day == date(2020, 1, 31) for each in planned.solution.bookings)
    assert f"{there} meetings cannot stay" in said and "EP-W1 is away on Fri 31 Jan 2020" in said
    assert "What changes" in said and "Fewer moves are impossible" in said
    run = asked_of(db, client.post("/meetings/change", data={"form_key": form_key(client), **ILL}))
    assert run.after == run_id and run.options["upsets"] == [ILL] and run.options["others"] == 3
    repaired = execute(following(records, planned, options=run.options))
    assert all(each.day != date(2020, 1, 31) for each in repaired.solution.bookings)
    assert next(table for table in repaired.tables if table.key == "moves").rows


def test_who_can_stand_in_does_and_nobody_moves(desk):
    said = words(desk[0].get("/meetings/change", params={**ILL, "who": "AT-W1"}))
    assert "0 meetings cannot stay" in said and "somebody stands in" in said and "others come" in said
    assert "AT-W2" in said


def test_schools_that_were_told_stay_unless_they_may_move(records, planned):
    first, second = planned.solution.bookings[:2]
    swap = {"move": {"meeting": first.meeting, "day": second.day.isoformat(), "start": int(second.start)}}
    told = execute(following(records, planned, options=swap, pins=(SENT,)))
    stays = told.solution.booking.get(second.meeting)
    assert stays is not None and (stays.day, stays.start) == (second.day, second.start)
    free = execute(following(records, planned, options={**swap, "may_move_told": True}, pins=(SENT,)))
    assert free.solution.booking[first.meeting].day == second.day
    assert free.solution.booking[first.meeting].start == second.start


def test_invitations_are_noted_as_sent_and_a_repair_then_says_so(desk):
    client, _ = desk
    assert "note it here" in words(client.get("/meetings/papers"))
    assert "invitations of this roster were sent" in words(
        client.post("/meetings/told", data={"form_key": form_key(client)})
    )
    assert "Schools that were sent invitations may move too" in words(client.get("/meetings/change"))
    client.post("/meetings/told", data={"form_key": form_key(client), "off": "true"})
    assert "may move too" not in words(client.get("/meetings/move"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"who": "EP-Z9"}, "There is no member of staff EP-Z9 in this round"),
        ({"first": "2020-06-01", "last": ""}, "None of those days is in this round"),
        ({"first": "soon"}, "Write each day as 2020-01-28"),
        ({"first": ""}, "Give the first day"),
        ({"what": "lost", "who": "V-NONE"}, "There is no venue V-NONE in this round"),
        ({"what": "cancelled", "who": "M99"}, "There is no event M99 in this round"),
        ({"others": "few"}, "Write how many other meetings may move"),
        ({"what": "flood"}, "Choose what has happened from the list"),
    ],
)
def test_what_cannot_have_happened_is_told_in_words(desk, wrong, said):
    assert said in words(desk[0].get("/meetings/change", params={**ILL, **wrong}))


def test_a_lost_venue_and_a_cancelled_panel_are_answered(desk):
    client = desk[0]
    lost = {"what": "lost", "who": "V-THORN", "first": "2020-02-03"}
    assert "V-THORN cannot be used on Mon 3 Feb 2020" in words(client.get("/meetings/change", params=lost))
    panel = {"what": "panels", "who": "", "first": "2020-01-28"}
    assert "Panels are cancelled on Tue 28 Jan 2020" in words(client.get("/meetings/change", params=panel))
    pattern = {"what": "pattern", "who": "SLT-W1", "days": ["3"]}
    assert "SLT-W1 works only 2 half-days a week" in words(client.get("/meetings/change", params=pattern))


def test_a_coordinator_of_one_locality_plans_a_round_of_it(desk, db):
    client, run_id = desk
    told = {"form_key": form_key(client), "area": "West", "number": "2", "told": "2020-03-20"}
    with db.session() as session:
        missed = attendance.Note("330-2435:1", False, False, False, None, [])
        attendance.keep(session, SYSTEM, session.get_one(Run, run_id), [missed])
    assert "Which round" in words(client.get("/meetings"))
    run = asked_of(db, client.post("/meetings/plan", data=told))
    assert run.area == "West" and run.options["round"] == 2 and run.options["told"] == "2020-03-20"
    assert run.options["missed"] == ["330-2435"]
    assert client.post("/meetings/plan", data={**told, "number": "x"}).status_code == 403
    with db.session() as session:
        mine = runs.Request(kind="meetings", title="Mine", city=run.city, options={}, area="West")
        runs.ask(session, a_scope("coordinator", "West"), mine, client.app.state.settings)


def test_a_later_round_moves_nothing_of_the_first_and_one_too_many_is_told(records, planned):
    later = execute(following(records, planned, options={"round": 2, "missed": ["330-2435"]}))
    assert min(each.day for each in later.solution.bookings) > date(2020, 4, 20)
    assert later.problem.school["330-2435"].missed_last_round and later.problem.repair is None
    calendars = next(each for each in later.made if each.name == "meetings.calendars.zip")
    assert b"CANCELLED" not in calendars.body
    with pytest.raises(CannotPlan, match="There is no round 3: the year has 2"):
        execute(a_job(records, options={"round": 3}))


@pytest.mark.parametrize("whose", ["EP-W1", "330-2435", "V-THORN"])
def test_a_person_a_school_and_a_venue_each_have_an_address_to_follow(desk, whose):
    client, _ = desk
    key = form_key(client)
    said = words(client.post("/meetings/feeds", data={"form_key": key, "person": whose}))
    address = said.split("<code>")[1].split("</code>")[0]
    feed = client.get("/feeds/" + address.rsplit("/", 1)[-1]).text
    assert feed.startswith("BEGIN:VCALENDAR") and whose in feed and "Individual school meeting" in feed
    refused = client.post("/meetings/feeds", data={"form_key": key, "person": "nobody"})
    assert refused.status_code == 403 and "a school or a venue from the list" in refused.text


def test_what_has_happened_is_kept_by_later_rosters_and_a_move_is_asked_once(records, planned):
    first = planned.solution.bookings[0].meeting
    options = {"repair": True, "upsets": [ILL, {"what": "panels", "first": "2020-01-28"}], "move": {"meeting": first}}
    one = execute(following(records, planned, options=options))
    again = execute(following(records, one, options={**options, "move": None}))
    assert set(again.solution.bookings) == set(one.solution.bookings)
    anew = execute(following(records, one, options={**options, "move": None, "repair": None}))
    assert all(each.day != date(2020, 1, 31) for each in anew.solution.bookings) and anew.problem.repair is None
