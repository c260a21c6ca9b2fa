"""Postcode districts such as B20, for a map that has no streets to show where one is."""

import numpy as np

from data.postcodes.table import PostcodeTable, shipped
from data.travel import osgb

_LEAST_POINTS = 40


def districts(table: PostcodeTable | None = None) -> dict[str, tuple[float, float]]:
    """Return the middle (latitude, longitude) of each postcode district of a table, the shipped one when None."""
    held = table or shipped()
    outward = np.array([code[:-3] for code in held.codes.astype(str)])
    found = {}
    for name in np.unique(outward):
        inside = outward == name
        # A district whose postcodes share a few points, such as B99, is for large users of the post and is nowhere.
        if len(np.unique(held.eastings[inside])) >= _LEAST_POINTS:
            found[str(name)] = (np.median(held.eastings[inside]), np.median(held.northings[inside]))
    if not found:
        return {}
    east, north = np.array(list(found.values())).T
    lats, lons = osgb.to_wgs84(east, north)
    return {name: (float(lat), float(lon)) for name, lat, lon in zip(found, lats, lons, strict=True)}
