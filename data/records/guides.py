"""Travel guides, what they are trained in and when they were away."""

from typing import Annotated

from data.records import kinds, words
from data.records.row import Row, column


class Guide(Row):
    """A travel guide: home, hours, how they reach the first child, and the price of a day."""

    id: kinds.Ref = column(
        "Guide reference",
        also=("guide", "ref", "guide ref", "escort ref", "escort", "pa ref", "passenger assistant"),
        note="Staff reference; never a name",
        example="G001",
    )
    postcode: kinds.Postcode = column("Home postcode", also=("postcode",), example="ZZ21 2AA")
    easting: kinds.Easting = column("Easting", also=("x",), kind="whole", default=None)
    northing: kinds.Northing = column("Northing", also=("y",), kind="whole", default=None)
    area: kinds.SpareArea = column(
        "Area willing", also=("area", "area willing"), offers=words.AREAS, example="West", default=None
    )
    mode: Annotated[str, kinds.spare_word(words.MODES, "way of getting to work", default="bus")] = column(
        "Gets to work by", also=("drives", "drives?", "mode"), offers=words.MODES, example="bus", default="bus"
    )
    days: kinds.Weekdays = column("Days", also=("working days",), example="Mon-Fri", default=(0, 1, 2, 3, 4))
    earliest: kinds.SpareClock = column(
        "Can leave home from", also=("earliest",), kind="clock", example="06:30", default=None
    )
    latest: kinds.SpareClock = column("Must be free by", also=("latest",), kind="clock", example="17:30", default=None)
    hours: kinds.Share = column(
        "Contract hours a day", also=("contract hours", "hours"), kind="whole", example=4.5, default=None
    )
    relief: kinds.YesNo = column(
        "Relief",
        also=("relief y/n", "casual", "bank"),
        note="Paid only when used",
        kind="yes-no",
        example="No",
        default=False,
    )
    standby: kinds.YesNo = column(
        "Standby",
        also=("stand-by", "pool"),
        note="Paid to be ready without a route",
        kind="yes-no",
        example="No",
        default=False,
    )
    pay: kinds.SpareMoney = column(
        "£ a day", also=("cost a day", "£/day", "day cost"), kind="money", example=50, default=None
    )
    collected: kinds.YesUnlessNo = column(
        "May be collected by the vehicle", also=("collected",), kind="yes-no", default=True
    )
    knows: kinds.Refs = column(
        "Known pupils",
        also=("known children", "knows"),
        note="Beyond those of the present route",
        kind="list",
        default=(),
    )
    start: kinds.SpareDay = column("Started", also=("start date",), kind="date", default=None)
    fictional: kinds.Note = column("What is fiction", also=("fiction",), default=None)


class Training(Row):
    """A skill or check that a guide holds, with the day it lapses."""

    key = ""
    guide: kinds.Ref = column("Guide reference", also=("guide", "escort", "ref"), example="G001")
    training: kinds.TrainingName = column(
        "Training or check", also=("training", "check", "course"), offers=words.TRAINING, example="first aid"
    )
    issued: kinds.SpareDay = column(
        "Issued", also=("date issued", "dbs issue", "completed"), kind="date", example="01/09/2018", default=None
    )
    expires: kinds.SpareDay = column(
        "Expires",
        also=("expiry", "expiry date", "renewal"),
        note="Empty means that it does not lapse",
        kind="date",
        example="31/08/2021",
        default=None,
    )


class Absence(Row):
    """A stretch of days on which a guide was, or will be, away. No reason is asked."""

    key = ""
    guide: kinds.Ref = column("Guide reference", also=("guide", "escort", "ref"), example="G001")
    first: kinds.Day = column("First day", also=("from", "date", "start"), kind="date", example="14/01/2020")
    last: kinds.SpareDay = column(
        "Last day",
        also=("to", "until", "end"),
        note="Empty means one day",
        kind="date",
        example="15/01/2020",
        default=None,
    )
