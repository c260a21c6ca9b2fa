"""Children, by opaque reference: how they travel and the place they hold. No names, no dates of birth."""

from typing import Annotated

from data.records import kinds, words
from data.records.row import Row, column


class Pupil(Row):
    """A child: home, school, what the journey must be like, and the resource base place held or asked for."""

    id: kinds.Ref = column(
        "Pupil reference",
        also=("pupil ref", "ref", "pupil", "pupil id", "child ref", "case ref"),
        note="Your own opaque reference; never a name or NHS number",
        example="P0001",
    )
    postcode: kinds.Postcode = column(
        "Home postcode", also=("postcode", "post code", "pupil postcode"), example="ZZ20 1AA"
    )
    easting: kinds.Easting = column(
        "Easting", also=("x", "home easting"), note="Leave empty to look the postcode up", kind="whole", default=None
    )
    northing: kinds.Northing = column("Northing", also=("y", "home northing"), kind="whole", default=None)
    area: kinds.SpareArea = column(
        "Home area", also=("area", "locality"), offers=words.AREAS, example="West", default=None
    )
    school: kinds.SpareRef = column("School code", also=("school", "school attended"), example="330-7006", default=None)
    year: kinds.YearGroup = column(
        "Year group",
        also=("year", "nc year", "ncy"),
        note="R is Reception; 12 and above is post-16",
        kind="whole",
        example=4,
    )
    need: kinds.Need = column("Primary need", also=("need", "main need"), offers=words.NEEDS, example="ASC")
    second_need: kinds.SpareNeed = column(
        "Secondary need", also=("second need", "need 2"), offers=words.NEEDS, default=None
    )
    ehc_plan: kinds.YesUnlessNo = column(
        "EHC plan", also=("ehcp", "ehcp y/n"), kind="yes-no", example="Yes", default=True
    )
    transport: Annotated[str, kinds.spare_word(words.TRANSPORT, "kind of transport", default="no")] = column(
        "Transport",
        also=("transport type", "mode"),
        note="vehicle, pass, budget or no",
        offers=words.TRANSPORT,
        example="vehicle",
        default="no",
    )
    reason: kinds.SpareWords = column(
        "Eligibility reason",
        also=("eligibility",),
        note="Decided by an officer, never by this product",
        offers=("distance", "SEND", "unsafe route", "low income", "discretion"),
        example="SEND",
        default=None,
    )
    sole: kinds.YesNo = column(
        "Travels alone", also=("sole", "sole y/n", "sole transport", "single occupancy"), kind="yes-no", default=False
    )
    guide: Annotated[str, kinds.spare_word(words.GUIDE_NEEDS, "guide need", default="no")] = column(
        "Guide",
        also=("escort", "passenger assistant", "guide required", "travel assistant", "pa required", "escort required"),
        note="required, preferred or no",
        offers=words.GUIDE_NEEDS,
        example="required",
        default="no",
    )
    competences: kinds.TrainingList = column(
        "Guide must be trained in",
        also=("guide training needed", "competences", "medical plan", "rescue medication"),
        offers=words.TRAINING,
        kind="list",
        example="epilepsy",
        default=(),
    )
    wheelchair: Annotated[str, kinds.spare_word(words.WHEELCHAIRS, "kind of wheelchair", default="no")] = column(
        "Wheelchair",
        also=("wheelchair user", "w/c"),
        note="no, manual, powered, or transfers to a seat",
        offers=words.WHEELCHAIRS,
        example="no",
        default="no",
    )
    equipment: kinds.EquipmentList = column(
        "Equipment",
        also=("harness or car seat", "harness", "equipment needed"),
        offers=words.EQUIPMENT,
        kind="list",
        default=(),
    )
    apart: kinds.Refs = column(
        "Cannot travel with",
        also=("must not travel with", "not with"),
        note="Pupil references; separate with ;",
        kind="list",
        default=(),
    )
    together: kinds.Refs = column("Must travel with", also=("travel with", "sibling"), kind="list", default=())
    max_minutes: kinds.Minutes = column(
        "Longest ride (minutes)",
        also=("max minutes", "maximum journey", "max journey"),
        note="Empty means the guideline for the phase",
        kind="whole",
        default=None,
    )
    door: Annotated[str, kinds.spare_word(words.DOOR, "kind of pick-up", default="door")] = column(
        "Door or point",
        also=("pick-up", "pickup type", "door/point"),
        offers=words.DOOR,
        example="door",
        default="door",
    )
    point: kinds.SparePostcode = column(
        "Pick-up point postcode", also=("pick-up point", "pickup point", "collection point"), default=None
    )
    point_walk: kinds.Minutes = column("Walk to point (minutes)", also=("walk minutes",), kind="whole", default=None)
    ready: kinds.SpareClock = column(
        "Ready from", also=("ready time", "ready time limits", "earliest pick-up"), kind="clock", default=None
    )
    days: kinds.Weekdays = column(
        "Days attending",
        also=("days",),
        note="Empty means Monday to Friday",
        example="Mon-Fri",
        default=(0, 1, 2, 3, 4),
    )
    trips: Annotated[str, kinds.spare_word(words.TRIPS, "choice of trips", default="both")] = column(
        "Trips",
        also=("am/pm", "am or pm", "am pm differ"),
        note="both, AM or PM",
        offers=("both", "AM", "PM"),
        example="both",
        default="both",
    )
    slow_change: kinds.YesNo = column("Needs slow change", also=("slow change",), kind="yes-no", default=False)
    parent_willing: kinds.YesNo = column(
        "Parent has agreed to drive at need",
        also=("parent agrees",),
        note="Only with their consent",
        kind="yes-no",
        default=False,
    )
    start: kinds.SpareDay = column("Transport starts", also=("start", "start date"), kind="date", default=None)
    end: kinds.SpareDay = column("Transport ends", also=("end", "end date"), kind="date", default=None)
    base: kinds.SpareRef = column(
        "Resource base",
        also=("base", "base code", "current base"),
        note="The base attended now",
        example="B-W01",
        default=None,
    )
    wants_base: kinds.YesNo = column(
        "Needs a base place", also=("waiting for base", "waiting for placement"), kind="yes-no", default=False
    )
    named_base: kinds.SpareRef = column("Base named in the plan", also=("ehcp naming", "named base"), default=None)
    base_choices: kinds.Refs = column(
        "Bases preferred", also=("preferences", "preferred bases"), kind="list", default=()
    )
    sibling_base: kinds.SpareRef = column("Sibling's base", also=("sibling base",), default=None)
    sensitivity: Annotated[str, kinds.spare_word(words.SENSITIVITIES, "sensitivity", default="low")] = column(
        "Move sensitivity", also=("sensitivity",), offers=words.SENSITIVITIES, default="low"
    )
    transport_cost: kinds.SpareMoney = column(
        "Transport cost (£ a year)", also=("transport £/yr", "transport cost"), kind="money", default=None
    )
    deprivation: Annotated[int | None, kinds.spare(kinds.parsing.whole), kinds.between(1, 10, "decile")] = column(
        "Deprivation decile",
        also=("imd decile", "imd"),
        note="1 is the most deprived tenth",
        kind="whole",
        default=None,
    )
    fictional: kinds.Note = column("What is fiction", also=("fiction",), default=None)
