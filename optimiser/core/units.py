"""Whole numbers with a unit: seconds, metres and pence."""

from typing import NewType

Seconds = NewType("Seconds", int)
"""A length of time in whole seconds, or a clock time as seconds after midnight."""

Metres = NewType("Metres", int)
"""A distance along the road in whole metres."""

Pence = NewType("Pence", int)
"""Money in whole pence; a day's cost unless a name says otherwise."""

MINUTE = Seconds(60)
HOUR = Seconds(3600)
METRES_PER_MILE = 1609.344


def clock(hour: int, minute: int = 0) -> Seconds:
    """Return a clock time as seconds after midnight."""
    return Seconds(hour * 3600 + minute * 60)


def pounds(amount: float) -> Pence:
    """Return pounds as whole pence, rounded to the nearest penny."""
    return Pence(round(amount * 100))
