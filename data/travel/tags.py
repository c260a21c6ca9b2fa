"""What an OpenStreetMap way means to a school vehicle: may it drive there, which way, and how fast on an empty road."""

import re
from collections.abc import Mapping
from enum import IntEnum

Tags = Mapping[str, str]


class Road(IntEnum):
    """A class of road, from the widest down."""

    MOTORWAY = 0
    TRUNK = 1
    PRIMARY = 2
    SECONDARY = 3
    TERTIARY = 4
    UNCLASSIFIED = 5
    RESIDENTIAL = 6
    LIVING_STREET = 7
    SERVICE = 8
    LINK = 9


ROADS = {
    "motorway": Road.MOTORWAY,
    "trunk": Road.TRUNK,
    "primary": Road.PRIMARY,
    "secondary": Road.SECONDARY,
    "tertiary": Road.TERTIARY,
    "unclassified": Road.UNCLASSIFIED,
    "road": Road.UNCLASSIFIED,
    "residential": Road.RESIDENTIAL,
    "living_street": Road.LIVING_STREET,
    "service": Road.SERVICE,
    "motorway_link": Road.LINK,
    "trunk_link": Road.LINK,
    "primary_link": Road.LINK,
    "secondary_link": Road.LINK,
    "tertiary_link": Road.LINK,
}

# Kilometres an hour with nobody about, junctions included, where no limit is signed.
CLASS_SPEED = {
    Road.MOTORWAY: 92,
    Road.TRUNK: 76,
    Road.PRIMARY: 58,
    Road.SECONDARY: 50,
    Road.TERTIARY: 40,
    Road.UNCLASSIFIED: 28,
    Road.RESIDENTIAL: 26,
    Road.LIVING_STREET: 12,
    Road.SERVICE: 15,
    Road.LINK: 42,
}
SIGNED_SHARE = 0.8
"""The share of a signed limit that is driven on an empty road, corners and give-ways included."""

_CLOSED = frozenset({"no", "private", "agricultural", "forestry", "military", "emergency", "permit"})
_NOT_A_STREET = frozenset({"parking_aisle", "driveway", "drive-through", "emergency_access"})
_NAMED_LIMITS = {
    "gb:nsl_single": 96.6,
    "gb:nsl_dual": 112.7,
    "gb:motorway": 112.7,
    "gb:nsl_restricted": 48.3,
    "gb:urban": 48.3,
    "national": 96.6,
    "pt:urban": 50,
    "pt:rural": 90,
    "pt:trunk": 100,
    "pt:motorway": 120,
    "walk": 6,
}


def drivable(tags: Tags) -> Road | None:
    """Return the class of a way that a vehicle may drive, or None. The most particular access tag decides."""
    road = ROADS.get(tags.get("highway", ""))
    if road is None or tags.get("area") == "yes" or tags.get("service", "") in _NOT_A_STREET:
        return None
    for key in ("motorcar", "motor_vehicle", "vehicle", "access"):
        rule = tags.get(key)
        if rule is not None:
            return None if rule in _CLOSED else road
    return road


def directions(tags: Tags) -> tuple[bool, bool]:
    """Return whether a way may be driven as drawn and against it."""
    rule = tags.get("oneway:motor_vehicle") or tags.get("oneway", "")
    if rule in ("yes", "true", "1"):
        return True, False
    if rule in ("-1", "reverse"):
        return False, True
    if rule in ("no", "false", "0"):
        return True, True
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    return True, not implied


def speed(tags: Tags, road: Road) -> float:
    """Return kilometres an hour on an empty road: most of a signed limit, or what is usual for the class."""
    limit = limit_of(tags.get("maxspeed", ""))
    if limit is None:
        return float(CLASS_SPEED[road])
    # A 60 mph sign on a lane is permission, not a speed anybody drives there.
    return max(8.0, min(SIGNED_SHARE * limit, 1.35 * CLASS_SPEED[road]))


def limit_of(text: str) -> float | None:
    """Return a signed limit in kilometres an hour, or None where the text is not one."""
    first = text.split(";")[0].strip().lower()
    if first in _NAMED_LIMITS:
        return float(_NAMED_LIMITS[first])
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?", first)
    if not found or not float(found[1]):
        return None
    return float(found[1]) * (1.609344 if found[2] == "mph" else 1.0)
