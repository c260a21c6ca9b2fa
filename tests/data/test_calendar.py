"""Calendar files are read by two independent readers and update rather than double."""

from contextlib import suppress
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


def _in_icalendar(content):
    """Each event as icalendar reads it: UID, sequence, status, beginning and end."""
    for event in Calendar.from_ical(content).walk("VEVENT"):
        assert not event.errors
        yield str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"]), event.start, event.end


def _in_ics(content):
    """The same as ics reads it, with a parser of its own."""
    for event in ics.Calendar(content.decode()).events:
        sequence = next(int(line.value) for line in event.extra if line.name == "SEQUENCE")
        yield event.uid, sequence, event.status, event.begin.datetime, event.end.datetime


def _import(shelf, events):
    """Take events in as calendar programs do (RFC 5546, 3.2): by UID, the higher sequence wins, cancelled ones go."""
    for uid, sequence, status, begin, end in events:
        held = shelf.get(uid)
        if held is None or sequence >= held[0]:
            shelf[uid] = (sequence, status, begin, end)


def _standing(shelf):
    return {uid for uid, (_, status, *_) in shelf.items() if status != "CANCELLED"}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("read", [_in_icalendar, _in_ics])
def test_a_second_import_after_changes_updates_every_feed_and_doubles_nothing(made, read, monkeypatch):
    # The parser below ics wraps the output for colours anew each time it reads, until Python can nest no deeper; where
    # colorama is not installed, as from the locked requirements, it leaves the output alone.
    with suppress(ImportError):
        monkeypatch.setattr("colorama.init", lambda: None)
    problem, roster = made
    first, second, *others = roster.bookings
    # One meeting moves, one is called off, all else stands.
    changed = Solution((replace(first, day=DAYS[-1], start=STARTS[-1]), *others), (), roster.reserves)
    before = {feed.name: feed.content for feed in calendar.feeds(problem, roster)}
    after = {feed.name: feed.content for feed in calendar.feeds(problem, changed, previous=roster)}
    moved, off = calendar.uid("meeting", first.meeting), calendar.uid("meeting", second.meeting)
    touched = 0
    owners = {f"person-{each}" for booking in (first, second) for each in booking.people}
    owners |= {f"school-{problem.meeting[each.meeting].school}" for each in roster.bookings[:3]} | {"venue-hub"}
    for name in sorted(owners):
        shelf, events = {}, tuple(read(before[name]))
        _import(shelf, events)
        once = dict(shelf)
        _import(shelf, events)
        assert shelf == once, "the same file again changes nothing"
        _import(shelf, read(after[name]))
        assert set(shelf) == set(once), "no UID is new: nothing is doubled"
        assert _standing(shelf) == set(once) - {off}
        for uid in once:
            assert shelf[uid][0] == once[uid][0] + (uid in (moved, off))
            assert (shelf[uid][2:] != once[uid][2:]) == (uid == moved)
        touched += len({moved, off} & set(once))
    assert touched == sum(len(each.people) + 2 for each in (first, second))


def test_feeds_are_written_as_files_with_safe_names(made, tmp_path):
    paths = calendar.write((calendar.Feed("person-a/b", b"x"),), tmp_path)
    assert [path.name for path in paths] == ["person-a-b.ics"]
