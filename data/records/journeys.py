"""Journeys that somebody timed: where from, where to, when it left and when it arrived."""

from data.records import kinds
from data.records.city import Sheet
from data.records.row import Row, column


class Journey(Row):
    """One drive that was timed, by a tracker, a driver's log or a run sheet."""

    key = ""
    start: kinds.Postcode = column("From", also=("start", "from postcode", "origin"), example="B20 3DE")
    end: kinds.Postcode = column("To", also=("end", "to postcode", "destination"), example="B21 9QX")
    day: kinds.Day = column("Date", also=("day",), kind="date", example="27/01/2020")
    left: kinds.Clock = column("Left", also=("departed", "depart", "start time"), kind="clock", example="07:52")
    arrived: kinds.Clock = column("Arrived", also=("arrive", "end time", "actual"), kind="clock", example="08:06")
    standing: kinds.Minutes = column(
        "Minutes standing", also=("standing", "boarding minutes"), note="Loading and waiting on the way", default=None
    )


JOURNEYS = Sheet("Journeys", "journeys", Journey, "One row a drive that was timed", ("timed journeys", "timings"))
