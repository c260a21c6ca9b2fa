"""Calendar files are read by two independent readers and update rather than double."""

from dataclasses import replace

import ics
import pytest
from icalendar import Calendar

from data.writing import calendar
from optimiser.meetings import solve
from optimiser.meetings.solution import Solution
from tests.builders.meetings import DAYS, STARTS, the_pilot


@pytest.fixture(scope="module")
def made():
    problem = the_pilot()
    return problem, solve(problem).solution


@pytest.mark.filterwarnings("error")
def test_two_readers_read_a_feed_of_each_kind_without_a_warning(made):
    problem, roster = made
    wanted = {"person-ep1", "school-s01", "venue-hub"}
    for feed in calendar.feeds(problem, roster):
        if feed.name not in wanted:
            continue
        one = Calendar.from_ical(feed.content)
        other = ics.Calendar(feed.content.decode())
        assert len(list(one.walk("VEVENT"))) == len(other.events)
        assert [str(zone["TZID"]) for zone in one.walk("VTIMEZONE")] == ["Europe/London"]
        assert all(not event.errors for event in one.walk("VEVENT"))


def test_there_is_a_feed_for_each_person_school_and_venue_and_no_one_else(made):
    problem, roster = made
    names = {feed.name for feed in calendar.feeds(problem, roster)}
    assert names == {
        *(f"person-{each.id}" for each in problem.staff),
        *(f"school-{each.id}" for each in problem.schools),
        "venue-hub",
    }


def test_a_moved_meeting_keeps_its_uid_and_raises_its_sequence(made):
    problem, roster = made
    first = roster.bookings[0]
    moved = Solution((replace(first, day=DAYS[-1], start=STARTS[-1]), *roster.bookings[2:]), (), roster.reserves)
    before = {feed.name: feed for feed in calendar.feeds(problem, roster)}
    after = {feed.name: feed for feed in calendar.feeds(problem, moved, previous=roster)}
    school = f"school-{first.meeting}"
    old, new = (Calendar.from_ical(f[school].content).walk("VEVENT")[0] for f in (before, after))
    assert old["UID"] == new["UID"]
    assert (old["SEQUENCE"], new["SEQUENCE"]) == (0, 1)
    gone = Calendar.from_ical(after[f"school-{roster.bookings[1].meeting}"].content).walk("VEVENT")[0]
    assert gone["STATUS"] == "CANCELLED"
    assert gone["SEQUENCE"] == 1
    uids = [str(e["UID"]) for e in Calendar.from_ical(after["person-ep1"].content).walk("VEVENT")]
    assert len(uids) == len(set(uids))


def test_feeds_are_written_as_files_with_safe_names(made, tmp_path):
    paths = calendar.write((calendar.Feed("person-a/b", b"x"),), tmp_path)
    assert [path.name for path in paths] == ["person-a-b.ics"]
