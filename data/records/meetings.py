"""The people, rooms, dates, meetings and panels of the locality teams."""

from typing import Annotated

from data.records import kinds, words
from data.records.row import Row, column


class Staff(Row):
    """A professional who comes to meetings or sits on panels, by reference."""

    id: kinds.Ref = column("Staff reference", also=("staff", "ref", "initials"), example="EP-W1")
    role: kinds.Role = column("Role", offers=words.ROLES, example="EP")
    employer: Annotated[str, kinds.spare_word(words.EMPLOYERS, "employer", default="council")] = column(
        "Employer", offers=words.EMPLOYERS, example="council", default="council"
    )
    area: kinds.Area = column("Area", also=("locality",), offers=words.AREAS, example="West")
    areas: kinds.AreaList = column("Other areas served", also=("areas", "localities"), kind="list", default=())
    fte: kinds.Fte = column("FTE", also=("full-time equivalent",), kind="whole", example=0.8)
    days: kinds.Weekdays = column(
        "Days", also=("working days", "days and half-days"), example="Mon-Thu", default=(0, 1, 2, 3, 4)
    )
    mornings: kinds.SpareWeekdays = column("Mornings only", note="Days worked until noon", default=())
    specialisms: kinds.NeedList = column(
        "Specialisms", also=("specialism", "expertise"), kind="list", example="ASC", default=()
    )
    most_a_day: kinds.SpareCount = column(
        "Most meetings a day", also=("max meetings a day",), kind="whole", example=6, default=None
    )
    clinic: kinds.SpareWeekdays = column(
        "Clinic days", also=("clinic commitments",), note="Not available for meetings", default=()
    )
    panel: kinds.YesNo = column(
        "Panel duty",
        also=("panel",),
        note="Sits on the Tuesday panel of their area",
        kind="yes-no",
        example="No",
        default=False,
    )
    base: kinds.SpareRef = column(
        "Base venue", also=("base", "base postcode", "hub"), note="Venue code", example="V-HUB-W", default=None
    )
    drives: kinds.YesUnlessNo = column("Drives", kind="yes-no", default=True)
    fictional: kinds.Note = column("What is fiction", also=("fiction",), default=None)


class Leave(Row):
    """Days on which a professional is away."""

    key = ""
    staff: kinds.Ref = column("Staff reference", also=("staff", "ref"), example="EP-W1")
    first: kinds.Day = column("First day", also=("from", "date"), kind="date", example="20/01/2020")
    last: kinds.SpareDay = column("Last day", also=("to", "until"), kind="date", example="22/01/2020", default=None)


class Venue(Row):
    """A building with rooms to meet in."""

    id: kinds.Ref = column("Venue code", also=("venue", "code"), example="V-THORN")
    name: kinds.Words = column("Venue name", also=("name",), example="Thornbury Centre")
    area: kinds.Area = column("Area", also=("locality",), offers=words.AREAS, example="West")
    postcode: kinds.SparePostcode = column("Postcode", example="B20 3DE", default=None)
    easting: kinds.Easting = column("Easting", also=("x",), kind="whole", default=None)
    northing: kinds.Northing = column("Northing", also=("y",), kind="whole", default=None)
    rooms: Annotated[int, kinds.needed(kinds.parsing.whole), kinds.between(1, 40, "number of rooms")] = column(
        "Rooms", kind="whole", example=1
    )
    seats: kinds.SpareCount = column("Seats a room", also=("capacity", "seats"), kind="whole", example=12, default=None)
    price: kinds.SpareMoney = column("£ a half-day", also=("cost", "price"), kind="money", example=45, default=None)
    days: kinds.Weekdays = column(
        "Bookable days", also=("bookable times", "days"), example="Mon-Fri", default=(0, 1, 2, 3, 4)
    )
    opens: kinds.SpareClock = column("Opens", kind="clock", example="09:00", default=None)
    closes: kinds.SpareClock = column("Closes", kind="clock", example="17:00", default=None)
    step_free: kinds.YesUnlessNo = column("Step-free", also=("access", "accessible"), kind="yes-no", default=True)
    hearing_loop: kinds.YesNo = column("Hearing loop", kind="yes-no", default=False)
    fictional: kinds.Note = column("What is fiction", also=("fiction", "notes"), default=None)


class CalendarEntry(Row):
    """A stretch of days: a term, a half-term, a bank holiday, INSET or a faith day."""

    key = ""
    kind: Annotated[str, kinds.word(words.DAY_KINDS, "kind of day")] = column(
        "What", also=("type", "kind"), offers=words.DAY_KINDS, example="term"
    )
    title: kinds.Words = column("Name", also=("title", "term"), example="Spring term 2019/20")
    first: kinds.Day = column("First day", also=("from", "date", "start"), kind="date", example="06/01/2020")
    last: kinds.SpareDay = column(
        "Last day", also=("to", "until", "end"), kind="date", example="03/04/2020", default=None
    )
    source: kinds.Note = column("Source", default=None)


class MeetingType(Row):
    """A kind of meeting: how long, who has to be there, how often and how much notice."""

    id: kinds.Ref = column("Meeting type", also=("code", "type"), example="ISM")
    title: kinds.Words = column("Name", also=("title",), example="Individual school meeting")
    minutes: Annotated[int, kinds.needed(kinds.parsing.whole), kinds.between(5, 480, "number of minutes")] = column(
        "Minutes", kind="whole", example=60
    )
    required: kinds.RoleList = column(
        "Roles that must come", also=("required roles",), kind="list", example="EP; AT; SLT", default=()
    )
    optional: kinds.RoleList = column("Roles wanted", also=("optional roles",), kind="list", example="OT", default=())
    per: Annotated[str, kinds.spare_word(words.MEETING_KINDS_PER, "unit", default="school")] = column(
        "One for each", also=("per",), offers=words.MEETING_KINDS_PER, example="school", default="school"
    )
    rounds: Annotated[int | None, kinds.spare(kinds.parsing.whole), kinds.between(1, 6, "number of rounds a year")] = (
        column("Rounds a year", kind="whole", example=2, default=None)
    )
    notice_days: kinds.SpareCount = column(
        "Notice (working days)", also=("notice days", "notice"), kind="whole", example=10, default=None
    )
    told: kinds.SpareDay = column(
        "Invitations go out",
        also=("told on", "invitations sent on"),
        note="No school is met sooner than the notice after this day; empty means that all are told in time",
        kind="date",
        example="10/01/2020",
        default=None,
    )
    window_first: kinds.SpareDay = column(
        "Window opens", also=("window from",), kind="date", example="27/01/2020", default=None
    )
    window_last: kinds.SpareDay = column(
        "Window closes", also=("window to",), kind="date", example="03/02/2020", default=None
    )
    venue: kinds.SpareRef = column(
        "Venue", also=("venue rule", "venue code"), note="Empty means at the school", example="V-THORN", default=None
    )


class Meeting(Row):
    """A dated event already in the diary."""

    id: kinds.Ref = column("Event reference", also=("meeting", "ref", "id"), example="N01")
    type: kinds.SpareRef = column("Meeting type", also=("type",), example="NETWORK", default=None)
    title: kinds.Words = column("Name", also=("title",), example="City SENCo network")
    day: kinds.Day = column("Date", also=("day",), kind="date", example="16/06/2020")
    start: kinds.SpareClock = column(
        "Starts", also=("start", "start time"), kind="clock", example="12:30", default=None
    )
    end: kinds.SpareClock = column("Ends", also=("end", "end time"), kind="clock", example="15:00", default=None)
    venue: kinds.SpareRef = column("Venue", also=("venue code",), default=None)
    area: kinds.SpareArea = column("Area", also=("locality",), offers=words.AREAS, default=None)
    school: kinds.SpareRef = column("School code", also=("school",), default=None)
    roles: kinds.RoleList = column("Roles taken up", also=("roles",), kind="list", default=())
    staff: kinds.Refs = column("Staff taken up", also=("staff",), kind="list", default=())
    fixed: kinds.YesUnlessNo = column("Fixed", also=("locked",), kind="yes-no", default=True)
    notified: kinds.YesNo = column("Invitations sent", also=("notified",), kind="yes-no", default=False)
    source: kinds.Note = column("Source", also=("notes", "note"), default=None)


class Panel(Row):
    """A sitting that repeats: where, when, which services and what business."""

    id: kinds.Ref = column("Panel code", also=("panel", "code"), example="PL_WEST")
    title: kinds.Words = column("Name", also=("title",), example="Locality panel West")
    area: kinds.Area = column("Area", also=("locality",), offers=words.AREAS, example="West")
    cadence: Annotated[str, kinds.word(words.CADENCES, "cadence")] = column(
        "How often", also=("cadence",), offers=words.CADENCES, example="weekly"
    )
    weekday: kinds.SpareWeekdays = column("Day", also=("weekday",), example="Tue", default=())
    start: kinds.SpareClock = column("Starts", also=("start",), kind="clock", example="09:00", default=None)
    end: kinds.SpareClock = column("Ends", also=("end",), kind="clock", example="12:00", default=None)
    venue: kinds.SpareRef = column("Venue", also=("venue code",), example="V-LANC", default=None)
    services: kinds.RoleList = column("Services at the table", also=("attendees", "services"), kind="list", default=())
    business: kinds.Note = column("Business", default=None)
    source: kinds.Note = column("Source", default=None)


class PanelCase(Row):
    """A case that waits for a panel."""

    id: kinds.Ref = column("Case reference", also=("case ref", "case", "ref"), example="C0001")
    type: Annotated[str, kinds.word(words.CASE_KINDS, "kind of case")] = column(
        "Request", also=("type", "kind"), offers=words.CASE_KINDS, example="EHC assessment"
    )
    area: kinds.Area = column("Area", also=("locality",), offers=words.AREAS, example="West")
    received: kinds.Day = column("Received", also=("date received",), kind="date", example="06/01/2020")
    complete: kinds.SpareDay = column(
        "Papers complete",
        also=("complete",),
        note="Empty while papers are missing",
        kind="date",
        example="13/01/2020",
        default=None,
    )
    due: kinds.SpareDay = column(
        "Due", also=("due date", "statutory due"), kind="date", example="17/02/2020", default=None
    )
    lead: kinds.SpareRef = column("Lead professional", also=("lead",), note="Staff reference", default=None)
    minutes: Annotated[int | None, kinds.spare(kinds.parsing.whole), kinds.between(1, 120, "number of minutes")] = (
        column("Minutes", kind="whole", example=12, default=None)
    )
    pupil: kinds.SpareRef = column("Pupil reference", also=("pupil",), default=None)
    outcome: kinds.SpareWords = column("Outcome", default=None)
