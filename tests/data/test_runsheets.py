"""Paper for crews and the desk holds what each needs, nothing more, and every value escaped."""

from html.parser import HTMLParser

import pytest

from data.writing.runsheets import CrewNeeds, Family, call_list, cover_texts, guide_roster, run_sheets
from optimiser.core.units import Seconds
from optimiser.guides import desk_tables, solve
from optimiser.guides.cover import cover
from optimiser.guides.desk import Absence, Desk
from optimiser.guides.problem import Held, Mode
from tests.builders.guides import TUESDAY, a_guide, a_guides_problem, a_route

NASTY = "<script>alert('x')</script>"


class Tags(HTMLParser):
    """Collects the tags of a page and whether they close."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def morning():
    skills = frozenset({"epilepsy"})
    runs = (*a_route(), *a_route("R2", "P2", competences=skills))
    people = (a_guide(home="P1"), a_guide("G2", "P2", competences=(Held("epilepsy"),)), a_guide("G3", "P7"))
    problem = a_guides_problem(people, runs)
    solution = solve(problem).solution
    return problem, solution, cover(problem, solution, Desk(tuple(Absence(g) for g in ("G1", "G2"))))


def test_a_sheet_holds_its_own_children_and_nobody_elses(morning):
    problem, solution, _ = morning
    page = run_sheets(problem, solution, runs=["R1-am"])
    assert "C-R1" in page
    assert "C-R2" not in page
    assert "epilepsy" not in page


def test_a_sheet_shows_what_the_crew_may_know_and_escapes_it(morning):
    problem, solution, _ = morning
    needs = {"C-R1": CrewNeeds("A.B.", NASTY, "harness", "sits at the front", "Ms C at the gate")}
    page = run_sheets(problem, solution, needs=needs, runs=["R1-am"])
    for words in ("A.B.", "harness", "sits at the front", "Ms C at the gate", "07:30", "Tue 28 Jan 2020"):
        assert words in page
    assert "<script" not in page
    assert "C-R1" not in page


def test_this_mornings_sheets_say_who_covers_and_what_is_cancelled(morning):
    problem, solution, plan = morning
    page = run_sheets(problem, solution, plan=plan, runs=plan.changed_runs)
    assert "today only" in page
    assert "CANCELLED today" in page


def test_a_vehicle_that_fetches_its_guide_is_told_to_leave_earlier_and_not_when_a_cover_makes_their_own_way():
    people = (a_guide(home="P0", mode=Mode.COLLECTED, may_be_collected=True), a_guide("G2", "P2"))
    runs = a_route(collect_slack=Seconds(600), start_place="P1")
    problem = a_guides_problem(people, runs, pins={"R1-am": "G1"})
    solution = solve(problem).solution
    assert "07:20, to fetch the guide from home first" in run_sheets(problem, solution, runs=["R1-am"])
    plan = cover(problem, solution, Desk((Absence("G1"),)))
    assert "to fetch the guide" not in run_sheets(problem, solution, plan=plan, runs=["R1-am"])


def test_pages_are_accessible_and_ask_for_nothing_elsewhere(morning):
    problem, solution, plan = morning
    pages = (run_sheets(problem, solution), guide_roster(problem, solution), call_list(plan, day=TUESDAY))
    for page in pages:
        tags = Tags(page)
        assert not tags.open
        assert ("html", {"lang": "en-GB"}) in tags.seen
        assert all("scope" in attributes for tag, attributes in tags.seen if tag == "th")
        assert sum(tag == "table" for tag, _ in tags.seen) == sum(tag == "caption" for tag, _ in tags.seen)
        assert "http" not in page


def test_the_call_list_is_in_pick_up_order_and_only_it_has_numbers(morning):
    problem, solution, plan = morning
    families = {"C-R2": Family("C.D.", ("0121 496 0000",), "Urdu")}
    page = call_list(plan, day=TUESDAY, families=families)
    assert "0121 496 0000" in page
    assert "Urdu" in page
    assert [call.due for call in plan.calls] == sorted(call.due for call in plan.calls)
    assert "0121" not in run_sheets(problem, solution)


def test_the_roster_names_no_child(morning):
    problem, solution, _ = morning
    page = guide_roster(problem, solution, guide_names={"G1": "Guide One"})
    assert "Guide One" in page
    assert "C-R1" not in page


def test_texts_are_plain_and_addressed(morning):
    _, _, plan = morning
    text = cover_texts(plan, guide_names={"G3": "Guide Three"})
    assert text.startswith("To Guide Three: Please cover run R1-am")


def test_the_desks_tables_count_what_the_plan_holds(morning):
    problem, _, plan = morning
    tables = {table.key: table for table in desk_tables.cover_tables(problem, plan)}
    assert len(tables["cover"].rows) == len(plan.covers)
    assert len(tables["cover-cancelled"].rows) == len(plan.cancelled)
    assert len(tables["calls"].rows) == len(plan.calls)
