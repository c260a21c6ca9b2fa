"""Postcodes to eastings and northings, offline from the first day."""

from data.postcodes.geocode import Geocoder, Located, NotLocated
from data.postcodes.spelling import compact, spell
from data.postcodes.table import PostcodeTable, shipped

__all__ = ["Geocoder", "Located", "NotLocated", "PostcodeTable", "compact", "shipped", "spell"]
