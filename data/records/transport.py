"""Operators, their vehicles, and last term's runs."""

from typing import Annotated

from data.records import kinds, words
from data.records.row import Row, column


class Operator(Row):
    """A company that runs vehicles for the council."""

    id: kinds.Ref = column("Operator code", also=("operator", "code", "operator id"), example="OP-A")
    name: kinds.Words = column("Operator name", also=("name",), example="Operator A (fictional)")
    cap: kinds.SpareCount = column(
        "Most vehicles",
        also=("cap", "caps", "capacity"),
        note="Empty means no cap",
        kind="whole",
        example=40,
        default=None,
    )
    active: kinds.YesUnlessNo = column("Trading with us", also=("active",), kind="yes-no", example="Yes", default=True)
    licence_ends: kinds.SpareDay = column("Licence ends", also=("licence", "licence expiry"), kind="date", default=None)
    insurance_ends: kinds.SpareDay = column(
        "Insurance ends", also=("insurance", "insurance expiry"), kind="date", default=None
    )
    notice_days: kinds.SpareCount = column("Notice (days)", also=("notice",), kind="whole", default=None)
    crew: kinds.SpareCount = column(
        "Second crew",
        also=("second crew", "staff who may ride"),
        note="Checked staff who may ride as a guide at short notice",
        kind="whole",
        default=None,
    )
    crew_training: kinds.TrainingList = column(
        "Second crew trained in", also=("second crew training",), offers=words.TRAINING, kind="list", default=()
    )
    fictional: kinds.Note = column("What is fiction", also=("fiction", "notes"), default=None)


class Vehicle(Row):
    """Vehicles that are alike: whose, what kind, how many, how fitted out and at what price."""

    id: kinds.Ref = column("Vehicle class", also=("vehicle", "class", "vehicle code"), example="OP-A-MINIBUS")
    operator: kinds.Ref = column("Operator code", also=("operator",), example="OP-A")
    type: Annotated[str, kinds.word(words.VEHICLE_KINDS, "kind of vehicle")] = column(
        "Kind", also=("type", "vehicle type"), offers=words.VEHICLE_KINDS, example="minibus"
    )
    layouts: kinds.Layouts = column(
        "Layouts",
        also=("seats", "layout", "vehicles by layout"),
        note="Seats + wheelchair spaces of each layout, such as 16; 14+1; 10+2. Driver not counted",
        example="16",
    )
    day_rate: kinds.Money = column(
        "£ a day", also=("£/day", "day rate", "price per day", "rate"), kind="money", example=210
    )
    per_mile: kinds.SpareMoney = column(
        "£ a mile", also=("£/mile", "per mile"), kind="money", example=0.9, default=None
    )
    available: kinds.SpareCount = column(
        "How many",
        also=("available", "number"),
        note="Empty means as many as wanted",
        kind="whole",
        example=12,
        default=None,
    )
    equipment: kinds.EquipmentList = column(
        "Equipment", also=("tail-lift", "tail lift"), offers=words.EQUIPMENT, kind="list", default=()
    )
    depot: kinds.SparePostcode = column("Depot postcode", also=("depot",), default=None)
    spares: kinds.SpareCount = column(
        "Spares ready",
        also=("spare vehicles", "spares"),
        note="Standing ready with a driver each morning",
        kind="whole",
        default=None,
    )
    spares_at: kinds.SparePostcode = column(
        "Spares stand at", also=("spares postcode",), note="Postcode; the depot's when empty", default=None
    )
    spares_from: kinds.SpareClock = column(
        "Spares ready from", also=("spares from",), kind="clock", example="06:45", default=None
    )
    valid_from: kinds.SpareDay = column("Contract starts", also=("contract start",), kind="date", default=None)
    valid_until: kinds.SpareDay = column("Contract ends", also=("contract end",), kind="date", default=None)
    fictional: kinds.Note = column("What is fiction", also=("fiction", "notes"), default=None)


class Run(Row):
    """A route as it ran last term: its school, vehicle, guide and children in pick-up order."""

    id: kinds.Ref = column("Route number", also=("route no", "route", "run", "run id", "route id"), example="R001")
    school: kinds.Ref = column("School code", also=("school",), example="330-7006")
    vehicle: kinds.SpareRef = column("Vehicle class", also=("vehicle", "type"), example="OP-A-MINIBUS", default=None)
    guide: kinds.SpareRef = column(
        "Guide reference", also=("guide", "escort", "passenger assistant", "pa"), example="G001", default=None
    )
    pupils: kinds.Refs = column(
        "Pupils in pick-up order",
        also=("pupils", "stop order", "children"),
        note="Pupil references; separate with ;",
        kind="list",
        example="P0001; P0002",
    )
    am_start: kinds.SpareClock = column(
        "AM start", also=("am start time", "first pick-up"), kind="clock", example="07:50", default=None
    )
    pm_start: kinds.SpareClock = column(
        "PM start", also=("pm start time",), kind="clock", example="15:20", default=None
    )
    day_cost: kinds.SpareMoney = column(
        "£ a day", also=("£/day", "cost per day", "day rate"), kind="money", example="£185.00pd", default=None
    )
    lot: kinds.SpareRef = column("Lot", default=None)
    contract_start: kinds.SpareDay = column("Contract start", kind="date", default=None)
    contract_end: kinds.SpareDay = column("Contract end", kind="date", default=None)
    fictional: kinds.Note = column("What is fiction", also=("fiction", "notes"), default=None)


class LogEntry(Row):
    """What happened to a route on one morning or afternoon."""

    key = ""
    day: kinds.Day = column("Date", also=("day",), kind="date", example="27/01/2020")
    run: kinds.Ref = column("Route number", also=("route", "route no", "run"), example="R001")
    trip: Annotated[str, kinds.word(words.TRIPS, "half of the day")] = column(
        "AM or PM", also=("am/pm", "trip"), offers=("AM", "PM"), example="AM"
    )
    planned: kinds.SpareClock = column(
        "Planned arrival", also=("planned",), kind="clock", example="08:35", default=None
    )
    actual: kinds.SpareClock = column("Actual arrival", also=("actual",), kind="clock", example="08:41", default=None)
    status: Annotated[str, kinds.word(words.RUN_STATES, "status")] = column(
        "Status", offers=words.RUN_STATES, example="ran"
    )
    cause: Annotated[str | None, kinds.spare_word(words.CAUSES, "cause")] = column(
        "Cause", offers=words.CAUSES, default=None
    )


class Waiting(Row):
    """A transport referral or appeal that waits for a decision."""

    id: kinds.Ref = column("Reference", also=("ref", "case"), example="TR001")
    queue: Annotated[str, kinds.word(words.QUEUES, "queue")] = column(
        "Queue", also=("type", "kind"), offers=words.QUEUES, example="referral"
    )
    pupil: kinds.SpareRef = column("Pupil reference", also=("pupil",), default=None)
    received: kinds.Day = column("Received", also=("date received",), kind="date", example="06/01/2020")
    decided: kinds.SpareDay = column("Decided", also=("date decided",), kind="date", default=None)
    stuck: kinds.SpareWords = column("Waiting for", also=("stuck reason",), default=None)
