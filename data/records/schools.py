"""Schools and resource bases."""

from typing import Annotated

from data.records import kinds, words
from data.records.row import Row, column


class School(Row):
    """A school: where it is, when its gate is open, who looks after it and when it can be met."""

    id: kinds.Ref = column(
        "School code",
        also=("code", "school", "laestab", "dfe number", "school id"),
        note="Your own code or the LAESTAB; every other sheet uses it",
        example="330-2040",
    )
    name: kinds.Words = column(
        "School name",
        also=("name", "establishment name"),
        note="Institution's name",
        example="Cherry Orchard Primary School",
    )
    phase: kinds.Phase = column("Phase", offers=words.PHASES, example="primary")
    type: Annotated[str, kinds.word(words.SCHOOL_KINDS, "kind of school")] = column(
        "Kind",
        also=("school type", "type of school", "establishment type"),
        offers=words.SCHOOL_KINDS,
        example="mainstream",
    )
    area: kinds.Area = column("Area", also=("locality",), offers=words.AREAS, example="West")
    consortium: kinds.SpareWords = column("Consortium", example="Handsworth", default=None)
    postcode: kinds.SparePostcode = column(
        "Postcode", also=("school postcode", "post code"), example="B20 2LB", default=None
    )
    easting: kinds.Easting = column(
        "Easting",
        also=("x",),
        note="Metres on the National Grid; leave empty to look the postcode up",
        kind="whole",
        default=None,
    )
    northing: kinds.Northing = column("Northing", also=("y",), kind="whole", default=None)
    opens: kinds.SpareClock = column(
        "Opens for drop-off",
        also=("gate opens", "opens"),
        note="Earliest time a vehicle may set down",
        kind="clock",
        example="08:30",
        default=None,
    )
    bell: kinds.SpareClock = column(
        "Bell",
        also=("start of day", "start time", "school start"),
        note="Children are in by then",
        kind="clock",
        example="08:45",
        default=None,
    )
    finish: kinds.SpareClock = column(
        "Finish",
        also=("end of day", "finish time", "home time", "school finish"),
        kind="clock",
        example="15:15",
        default=None,
    )
    bays: kinds.SpareCount = column(
        "Unloading bays",
        also=("unload slots", "bays"),
        note="Vehicles that can set down at once",
        kind="whole",
        example=3,
        default=None,
    )
    unload_minutes: kinds.Minutes = column(
        "Minutes to unload", also=("unload minutes",), kind="whole", example=6, default=None
    )
    no_entry: Annotated[tuple[str, ...], kinds.word_list(words.VEHICLE_KINDS, "kind of vehicle")] = column(
        "Vehicles that cannot enter",
        also=("vehicle limits at gate", "vehicle limits"),
        offers=words.VEHICLE_KINDS,
        kind="list",
        default=(),
    )
    riders: kinds.SpareCount = column(
        "Staff who may ride",
        also=("staff who may ride", "checked staff"),
        note="Checked staff who could ride as a guide at short notice",
        kind="whole",
        default=None,
    )
    riders_training: kinds.TrainingList = column(
        "Staff trained in", also=("staff training",), offers=words.TRAINING, kind="list", default=()
    )
    inset: kinds.DayList = column(
        "INSET dates",
        also=("inset", "training days", "no-go dates", "no go dates", "closed on"),
        note="Days with no pupils, and days on which the school cannot meet; separate with ;",
        kind="list",
        default=(),
    )
    psychologist: kinds.SpareRef = column(
        "Educational psychologist", also=("ep", "link ep"), note="Staff reference", example="EP-W1", default=None
    )
    senco_days: kinds.SpareWeekdays = column(
        "SENCo days",
        also=("senco working days", "sendco days"),
        note="Empty means every day",
        example="Mon-Wed",
        default=(),
    )
    preferred: kinds.SpareWeekdays = column(
        "Preferred days", also=("preferred days or times",), example="Tue, Thu", default=()
    )
    head_away: kinds.SpareWeekdays = column("Days the head cannot come", also=("head away",), default=())
    head_prefers: kinds.SpareWeekdays = column("Days the head prefers", also=("head prefers",), default=())
    preferred_half: Annotated[str | None, kinds.spare_word(words.HALVES, "half-day")] = column(
        "Preferred half-day",
        also=("preferred time", "preferred time of day"),
        note="Morning or afternoon; empty means either",
        offers=words.HALVES,
        default=None,
    )
    short_notice: kinds.YesNo = column(
        "Can come at short notice",
        also=("short notice",),
        note="May be asked to fill a time that another school did not use",
        kind="yes-no",
        default=False,
    )
    ehc_plans: kinds.SpareCount = column(
        "EHC plans", also=("number of ehcp", "ehcp", "ehcps", "no of ehcp"), kind="whole", example=14, default=None
    )
    concerns: Annotated[int | None, kinds.spare(kinds.parsing.whole), kinds.between(0, 5, "concern score")] = column(
        "Concern score",
        also=("concerns score", "need signal"),
        note="0 calm to 5 pressing: exclusions, part-time timetables, assessment requests",
        kind="whole",
        example=2,
        default=None,
    )
    last_seen: kinds.SpareDay = column("Last seen", also=("last meeting", "last met"), kind="date", default=None)
    missed_last: kinds.YesNo = column("Missed last round", also=("missed",), kind="yes-no", default=False)
    need_of_note: kinds.SpareNeed = column(
        "Main need for advice",
        also=("main need",),
        note="Which specialism of advisory teacher fits",
        offers=words.NEEDS,
        default=None,
    )
    fictional: kinds.Note = column(
        "What is fiction", also=("fiction",), note="What in this row is made up", default=None
    )


class Base(Row):
    """A resource base: whose, for which need and phase, how many places at what price."""

    id: kinds.Ref = column("Base code", also=("code", "base", "base id"), example="B-W01")
    name: kinds.Words = column("Base name", also=("name",), example="Cherry Orchard resource base")
    school: kinds.Ref = column("School code", also=("school", "host school"), example="330-2040")
    type: Annotated[str, kinds.word(words.BASE_KINDS, "kind of governance")] = column(
        "Governance",
        also=("type", "maintained or academy"),
        note="Decides which law a change follows",
        offers=words.BASE_KINDS,
        example="maintained",
    )
    area: kinds.Area = column("Area", also=("locality",), offers=words.AREAS, example="West")
    phase: Annotated[str, kinds.word(words.PHASES, "phase")] = column("Phase", offers=words.PHASES, example="primary")
    need: kinds.Need = column(
        "Designation",
        also=("need", "primary need", "designated need", "primary designation"),
        offers=words.NEEDS,
        example="ASC",
    )
    other_needs: kinds.NeedList = column(
        "Other needs taken", also=("secondary designation", "second need"), kind="list", default=()
    )
    lowest_year: kinds.YearGroup = column(
        "From year", also=("age from", "lowest year"), note="R is Reception", kind="whole", example=0, default=None
    )
    highest_year: kinds.YearGroup = column(
        "To year", also=("age to", "highest year"), kind="whole", example=6, default=None
    )
    places: kinds.Places = column(
        "Commissioned places", also=("places", "commissioned", "number of places"), kind="whole", example=16
    )
    physical_max: kinds.SparePlaces = column(
        "Most places the rooms hold",
        also=("max physical places", "physical places"),
        kind="whole",
        example=18,
        default=None,
    )
    year_group_max: kinds.SparePlaces = column(
        "Most pupils in one year group",
        also=("places per year group", "year group limit", "max per year group"),
        note="Leave empty for no limit; those there already stay",
        kind="whole",
        default=None,
    )
    rate: kinds.Money = column(
        "Cost per commissioned place (£ a year)",
        also=("rate per place", "cost per place", "£ per place", "rate"),
        kind="money",
        example=17608.47,
    )
    top_up: kinds.SpareMoney = column(
        "Top-up per pupil (£ a year)", also=("top-up bands", "top up", "topup"), kind="money", default=None
    )
    empty_rate: kinds.SpareMoney = column(
        "Cost of an empty place (£ a year)", also=("empty place rate",), kind="money", default=None
    )
    status: Annotated[str, kinds.spare_word(words.BASE_STATES, "status", default="open")] = column(
        "Status", offers=words.BASE_STATES, example="open", default="open"
    )
    may_close: kinds.YesUnlessNo = column(
        "May be considered for closing", also=("may close",), kind="yes-no", example="Yes", default=True
    )
    step_free: kinds.YesNo = column("Step-free", also=("accessible",), kind="yes-no", default=False)
    quality: kinds.Share = column(
        "Quality review (0-100)", also=("quality", "quality score"), kind="whole", default=None
    )
    building: kinds.SpareMoney = column(
        "Building cost to put right (£)", also=("building condition", "condition backlog"), kind="money", default=None
    )
    sla_start: kinds.SpareDay = column("SLA start", kind="date", default=None)
    sla_end: kinds.SpareDay = column("SLA end", kind="date", default=None)
    notice_months: kinds.SpareCount = column("Notice (months)", also=("notice",), kind="whole", default=None)
    fictional: kinds.Note = column("What is fiction", also=("fiction", "notes"), default=None)
