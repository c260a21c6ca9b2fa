"""What people and programs get wrong: one plain sentence with what to do next each time, and nothing lost."""

import io
import threading
import zipfile

import openpyxl
import pytest

from service.cluster import open_pool
from service.intake import Unusable, receive
from service.store.tables import CityFile, Decision, Run
from tests.builders.service import a_city, a_finished_run
from tests.service.conftest import form_key

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def packed(**entries: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as made:
        for name, held in entries.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), held)
    return body.getvalue()


def a_book(*, far: bool = False) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Schools"
    book.active.append(["School code", "School name"])
    if far:
        book.active["XFD1048576"] = "x"
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def with_entry(body: bytes, name: str, held: bytes) -> bytes:
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, held)
    return out.getvalue()


def send(client, name: str, body: bytes):
    return client.post("/data", data={"form_key": form_key(client)}, files={"workbook": (name, body)})


HOSTILE = [
    ("locked.xlsx", lambda: OLE + b"x" * 4000, "password protected"),
    ("macro.xlsx", lambda: with_entry(a_book(), "xl/vbaProject.bin", b"x"), "holds macros"),
    ("macro.xlsm", lambda: a_book(), "holds macros"),
    (
        "bomb.xlsx",
        lambda: with_entry(a_book(), "xl/worksheets/sheet9.xml", bytes(210 * 1024**2)),
        "unpacks to far more",
    ),
    ("many.zip", lambda: packed(**{f"s{n}_dot_csv": b"a,b" for n in range(500)}), "unpacks to far more"),
    ("bomb.zip", lambda: packed(schools_dot_csv=bytes(60 * 1024**2)), "unpacks to far more"),
    ("half.xlsx", lambda: a_book()[:900], "damaged"),
    ("picture.png", lambda: b"\x89PNG", "must be an .xlsx"),
    ("large.xlsx", lambda: b"PK" + bytes(20 * 1024**2), "smaller than 20 MB"),
]


@pytest.mark.parametrize(("name", "body", "words"), HOSTILE, ids=[each[0] for each in HOSTILE])
def test_a_workbook_that_is_not_one_is_refused_plainly_and_the_last_good_one_stays(client, db, name, body, words):
    good = a_city(db)
    answer = send(client, name, body())
    assert answer.status_code == 422 and words in answer.text and "Error: " in answer.text
    with db.reading() as session:
        assert [city.id for city in session.query(CityFile)] == [good]


def test_a_cell_at_the_far_corner_costs_nothing_and_is_told(client):
    answer = send(client, "far.xlsx", a_book(far=True))
    assert answer.status_code == 200 and "Check what we read" in answer.text
    assert "XFD" not in answer.text and len(answer.content) < 200_000


def test_a_reading_that_takes_longer_than_the_setting_is_given_up_plainly(settings):
    hurried = settings.model_copy(update={"read_seconds": 0.001})
    with pytest.raises(Unusable, match="took too long to read"):
        receive("slow.xlsx", io.BytesIO(a_book()), hurried)


def test_a_body_far_too_large_is_refused_before_it_is_read_however_it_is_sent(client):
    answer = client.post("/data", content=b"x", headers={"content-length": str(10**12)})
    assert answer.status_code == 413 and "larger than 20 MB" in answer.text

    def pieces():
        for _ in range(23):
            yield bytes(1024**2)

    answer = client.post("/api/v1/runs", content=pieces(), headers={"content-type": "application/json"})
    assert answer.status_code == 413 and answer.headers["content-type"] == "application/problem+json"


def test_a_button_pressed_twice_in_the_same_moment_starts_one_plan(client, db):
    a_city(db)
    form = {"form_key": form_key(client), "kind": "places", "key": "once"}
    answers = []

    def press() -> None:
        answers.append(client.post("/plans", data=form, follow_redirects=False))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    with db.reading() as session:
        assert session.query(Run).count() == 1


def test_eight_people_adopting_at_the_same_moment_end_with_one_plan(client, db, settings):
    city = a_city(db)
    runs = [a_finished_run(db, settings, city=city) for _ in range(8)]
    key, answers = form_key(client), []

    def adopt(run_id: str) -> None:
        answers.append(client.post(f"/plans/{run_id}/adopt", data={"form_key": key, "reason": "Mine", "standing": ""}))

    threads = [threading.Thread(target=adopt, args=(run_id,)) for run_id in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    assert all("look at theirs first" in answer.text for answer in answers if answer.status_code == 409)
    with db.reading() as session:
        assert session.query(Decision).filter(Decision.ended_at.is_(None)).count() == 1


def test_adopting_twice_by_pressing_twice_says_that_it_stands(client, db, settings):
    run_id = a_finished_run(db, settings, city=a_city(db))
    form = {"form_key": form_key(client), "reason": "Best", "standing": ""}
    first, second = (client.post(f"/plans/{run_id}/adopt", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 200 and "“Best”" in second.text
    with db.reading() as session:
        assert session.query(Decision).count() == 1


def test_a_stale_page_undoes_nothing_twice(client, db, settings):
    run_id = a_finished_run(db, settings, city=a_city(db))
    key = form_key(client)
    client.post(f"/plans/{run_id}/adopt", data={"form_key": key, "reason": "Best"})
    first, second = (client.post("/decisions/1/undo", data={"form_key": key, "reason": "No"}) for _ in range(2))
    assert first.status_code == 200 and second.status_code in (403, 404, 409) and len(second.text) > 100


def test_a_cluster_that_is_not_there_is_told_in_a_sentence():
    pytest.importorskip("distributed", reason="skipped: the cluster extra is not installed")
    with pytest.raises(OSError, match="does not answer: start it, or leave"), open_pool("tcp://127.0.0.1:9"):
        pass
