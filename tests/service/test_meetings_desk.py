"""The meetings desk's year, panels, forums, attendance, swaps and papers, from one roster of the small city."""

import html

import pytest

from optimiser.core.codec import from_json
from optimiser.meetings.problem import Problem
from optimiser.meetings.solution import Solution
from service import meeting_questions, questions, runs
from service.answers import NoAnswer
from service.optimisers import Job, execute
from service.runs import DONE, RUNNING, Made, finish
from service.store import attendance
from service.store.scope import SYSTEM, NotAllowed, Scope
from service.store.tables import AttendanceNote, AuditEntry, Run
from tests.builders.service import a_city, a_run
from tests.service.conftest import form_key


@pytest.fixture(scope="module")
def planned():
    from data.synthetic import make

    records = make("small", 1).model_dump_json().encode()
    return records, execute(Job("meetings", "Round", records, seconds=8.0, fictional=True, area="West"))


@pytest.fixture
def asked_here(monkeypatch):
    """Answer questions in this process; the queue's test keeps the child process that the service uses."""

    def ask(kind, verb, arguments, *, problem, solution, records):
        try:
            return meeting_questions.VERBS[verb](
                kind, from_json(Problem, problem.decode()), from_json(Solution, solution.decode()), arguments, records
            )
        except ValueError as wrong:
            raise NoAnswer(str(wrong)) from wrong

    monkeypatch.setattr(questions, "ask", ask)


@pytest.fixture
def desk(client, db, settings, planned):
    records, finished = planned
    run_id = a_run(db, settings, city=a_city(db, records=records), kind="meetings", area="West")
    with db.session() as session:
        run = session.get_one(Run, run_id)
        run.state, run.holder, run.attempt, run.started_at = RUNNING, "test", 1, run.asked_at
    finish(db, run, state=DONE, outcome=finished.outcome, made=[Made(*vars_of(each)) for each in finished.made])
    return client, run_id


def vars_of(made):
    return made.name, made.title, made.media, made.body


def words(answer):
    assert answer.status_code == 200, answer.text[:300]
    return html.unescape(answer.text)


def test_the_18_printed_dates_show_six_tuesday_clashes_and_free_days(desk):
    said = words(desk[0].get("/meetings/year"))
    assert said.count("City SENCo network</td>") == 18 + 6
    assert said.count("clashes with panels-") == 6
    assert "Thu 11 Jun 2020" in said


def test_the_panels_page_shows_who_sits_what_is_heard_and_what_would_help(desk):
    said = words(desk[0].get("/meetings/panels"))
    for each in ("Agendas", "Discussions before the panel", "Nobody can sit for LAC", "two at 09:00 and two at 11:00"):
        assert each in said
    assert "Cases that roll over" in said and "its papers are not complete" in said
    assert "enhanced support, resource base, sensory, special school" in said


def test_a_queue_has_the_shape_of_the_papers_and_bad_numbers_are_told(desk):
    address = "/meetings/queue?waiting=211&arriving=12&decided=36&sittings=1&down_to=19&weeks=8"
    said = words(desk[0].get(address))
    assert "211 become 19 in 8 weeks" in said and "At least 1 sittings a week" in said
    assert "Write a whole number" in words(desk[0].get(address.replace("waiting=211", "waiting=many")))


def test_families_get_appointments_and_what_does_not_fit_says_why(desk, asked_here):
    client = desk[0]
    assert "kept for walk-ins" in words(client.get("/meetings/forums"))
    key = form_key(client)
    sent = {"form_key": key, "event": "M10", "text": "F01, EP, Urdu\nF02, EP\nF03, DENTIST", "interpreters": "Urdu 1"}
    said = words(client.post("/meetings/forums", data=sent))
    assert "2 of 3 wishes have an appointment" in said and "nobody here holds the role" in said
    assert "such as F01, EP" in words(client.post("/meetings/forums", data={**sent, "text": "F01"}))


def test_attendance_is_kept_reported_with_actions_corrected_and_erased(desk, asked_here, planned, db):
    client = desk[0]
    first, second, third = (each.meeting for each in planned[1].solution.bookings[:3])
    text = f"{first}, yes, yes, no, 5, write the plan / EP-W1 / 2020-02-28 | ring home\n{second}, no, no, no, ,"
    assert "Nothing is noted yet" in words(client.get("/meetings/attendance"))
    said = words(client.post("/meetings/attendance", data={"form_key": form_key(client), "text": text}))
    assert "1 of 2 schools came; 50.0% did not" in said
    assert "write the plan" in said and "ring home" in said and "Catch-up slots for the next round" in said
    later = words(client.get("/meetings/attendance"))
    assert "1 of 2 schools came" in later and "write the plan" in later and "2 meetings are noted" in later
    assert f"{second}, yes" not in later and f"{third}, yes" in later
    more = f"{second}, yes, no, yes, 4,\n{third}, no, no, no, ,"
    said = words(client.post("/meetings/attendance", data={"form_key": form_key(client), "text": more}))
    assert "2 of 3 schools came" in said
    again = said.split("Schools to see again")[2].split("</table>")[0]
    assert third in again and "nobody at short notice" not in again, "a school that can come at short notice is named"
    wrong = words(client.post("/meetings/attendance", data={"form_key": form_key(client), "text": "X9, maybe"}))
    assert "Line 1: there is no meeting X9" in wrong and "3 meetings are noted" in wrong
    with db.reading() as session:
        assert session.query(AuditEntry).filter(AuditEntry.did == "noted who came").count() == 2
        assert session.query(AttendanceNote).filter(AttendanceNote.meeting == second).one().came
    client.post("/meetings/attendance/forget", data={"form_key": form_key(client)})
    assert "Nothing is noted yet" in words(client.get("/meetings/attendance"))


def test_enough_notes_of_an_area_size_its_next_round_and_a_share_given_stands(desk, db, settings):
    _, run_id = desk
    with db.session() as session:
        run = session.get_one(Run, run_id)
        notes = [attendance.Note(f"m{number}", number >= 5, False, False, None, []) for number in range(20)]
        attendance.keep(session, SYSTEM, run, notes[:19])
        assert attendance.sized(session, "West", {}) == {}
        attendance.keep(session, SYSTEM, run, notes)
        assert attendance.share(session, "West") == attendance.Share(20, 15)
        assert attendance.sized(session, "West", {}) == attendance.sized(session, "*", {}) == {"no_show": 0.25}
        assert attendance.sized(session, "East", {}) == {}
        assert attendance.sized(session, "West", {"no_show": 0.1}) == {"no_show": 0.1}
        ask = runs.Request(kind="meetings", title="Next", city=run.city, options={}, area="West")
        assert runs.ask(session, SYSTEM, ask, settings).options == {"no_show": 0.25}


def test_only_a_planner_keeps_notes(desk, db):
    with db.session() as session, pytest.raises(NotAllowed):
        attendance.keep(session, Scope("reader", "viewer", frozenset({"West"})), session.get_one(Run, desk[1]), [])


def test_swaps_and_half_days_are_answered_and_idle_time_has_reasons(desk, asked_here, planned):
    client = desk[0]
    assert "Who is idle when, and why" in words(client.get("/meetings/options"))
    meeting = planned[1].solution.bookings[0].meeting
    assert "could trade times with" in words(client.get("/meetings/options", params={"meeting": meeting}))
    assert "Everybody in the role OT works" in words(client.get("/meetings/options", params={"role": "OT"}))


def test_papers_and_the_heat_map_are_there_and_the_catch_up_shortage_is_explained(desk):
    client, run_id = desk
    assert "Leaflet" in words(client.get("/meetings/papers"))
    for name in ("leaflet", "invitations", "what-to-expect", "attendance"):
        assert "<!doctype html>" in client.get(f"/plans/{run_id}/files/meetings.{name}.html").text
    assert "<svg" in client.get(f"/plans/{run_id}/charts/meetings.load.svg").text
    said = words(client.get("/meetings/reserves"))
    assert "a meeting is in every room" in said and "What more days would hold" in said


@pytest.mark.parametrize("page", ["year", "panels", "queue", "forums", "attendance", "options", "papers"])
def test_every_page_opens_before_there_is_a_roster(client, page):
    assert "There is no roster yet" in words(client.get(f"/meetings/{page}"))
