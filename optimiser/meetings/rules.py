"""Every rule of a roster, said once: its id, whether it may be broken at a price, and the sentence a person reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. A hard rule is never broken; a soft one is broken at a price and recorded."""

    id: str
    hard: bool
    sentence: str


RULES: tuple[Rule, ...] = (
    Rule("all-accounted", True, "Every meeting is booked once or listed as unbooked with a reason."),
    Rule("meeting-window", True, "A meeting falls on an open day within its window, at one of the starting times."),
    Rule("notice", True, "A school is told in good time: no meeting before the first day that gives enough notice."),
    Rule("senco-there", True, "A meeting falls in a half-day worked by the school's SENCo."),
    Rule("head-there", True, "A meeting avoids half-days on which the head teacher cannot come."),
    Rule("school-open", True, "A meeting falls in school hours, off the school's no-go days and fixed events."),
    Rule("lunch-kept", True, "The lunch break is kept free of meetings."),
    Rule("right-people", True, "Each required role is held by one person who fits, and no role by two."),
    Rule("locality-served", True, "A person only meets schools of the localities they serve."),
    Rule("person-works", True, "A person meets only in half-days they work, and never on leave."),
    Rule("person-free", True, "A person at a clinic, panel or other fixed event is not at a meeting."),
    Rule("one-meeting-at-a-time", True, "Nobody is in two meetings at once."),
    Rule("time-to-travel", True, "A person has time to travel from one meeting to the next."),
    Rule("daily-limit", True, "Nobody has more meetings in a day than they can take."),
    Rule("one-locality-a-day", True, "People shared across the city serve one locality a day."),
    Rule("venue-allowed", True, "A meeting is held where the school may be met, while the venue can be booked."),
    Rule("room-free", True, "A room holds one meeting at a time."),
    Rule("room-fits", True, "A room seats everybody who comes, and is step-free where that is needed."),
    Rule("pin-kept", True, "A pinned meeting is left as it is."),
    Rule("locked-kept", True, "A repair leaves locked meetings, and those already notified, where they were."),
    Rule("move-limit", True, "A repair moves no more meetings than allowed."),
    Rule("every-school-met", False, "Every school is met."),
    Rule("missed-twice", False, "No school is missed two rounds running."),
    Rule("near-target", False, "A meeting falls in the week aimed at."),
    Rule("preferred-half-day", False, "A meeting falls in a half-day the school prefers."),
    Rule("head-preference", False, "A meeting falls in a half-day the head teacher prefers."),
    Rule("gate-duty", False, "A school with gate duty is not met before the gate closes."),
    Rule("need-first", False, "Schools with a greater need signal are met earlier."),
    Rule("first-venue", False, "A meeting is held at the venue most wanted."),
    Rule("optional-role", False, "Optional roles come too."),
    Rule("home-locality", False, "A shared person meets schools of the home locality."),
    Rule("fair-share", False, "Nobody carries more than a fair share of the meetings."),
    Rule("enough-reserves", False, "Enough catch-up slots are held for schools that do not come, late in the round."),
    Rule("few-moves", False, "A repair moves as few meetings as possible."),
)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}


def sentence(rule: str) -> str:
    """Return the sentence of a rule; KeyError when there is no such rule."""
    return BY_ID[rule].sentence
