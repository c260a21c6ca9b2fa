"""Ordnance Survey eastings and northings to latitude and longitude, and back.

Transverse Mercator on the Airy 1830 ellipsoid with the seven-parameter Helmert shift of Ordnance Survey's "A guide to
coordinate systems in Great Britain" (annexes B and C). It is within about five metres of OSTN15, far inside the 75
metres by which a postcode misses its door.
"""

import numpy as np
import numpy.typing as npt

from data.travel.source import Floats

_AIRY = (6377563.396, 6356256.909)
_WGS84 = (6378137.0, 6356752.314245)
_SCALE, _LAT0, _LON0, _EAST0, _NORTH0 = 0.9996012717, np.radians(49.0), np.radians(-2.0), 400000.0, -100000.0
_ARC_SECOND = np.pi / 648000
_SHIFT = (446.448, -125.157, 542.060)
_TURN = (0.1502 * _ARC_SECOND, 0.2470 * _ARC_SECOND, 0.8421 * _ARC_SECOND)
_STRETCH = -20.4894e-6

# Northern Ireland uses another grid, so the west edge is the Isles of Scilly.
BRITAIN = (49.8, -8.7, 60.9, 1.8)
"""South, west, north and east of Great Britain in degrees: outside it the grid means nothing."""


def to_wgs84(eastings: npt.ArrayLike, northings: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return latitudes and longitudes in degrees (WGS84) for eastings and northings in metres."""
    lat, lon = _unproject(np.asarray(eastings, np.float64), np.asarray(northings, np.float64))
    place = _shift(_cartesian(lat, lon, _AIRY), 1)
    lat, lon = _geographic(place, _WGS84)
    return np.degrees(lat), np.degrees(lon)


def from_wgs84(lats: npt.ArrayLike, lons: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return eastings and northings in metres for latitudes and longitudes in degrees (WGS84)."""
    lat, lon = np.radians(np.asarray(lats, np.float64)), np.radians(np.asarray(lons, np.float64))
    place = _shift(_cartesian(lat, lon, _WGS84), -1)
    return _project(*_geographic(place, _AIRY))


def in_britain(lat: float, lon: float) -> bool:
    """Return whether a latitude and longitude lie in the box around Great Britain."""
    south, west, north, east = BRITAIN
    return south <= lat <= north and west <= lon <= east


def _cartesian(lat: Floats, lon: Floats, ellipsoid: tuple[float, float]) -> tuple[Floats, Floats, Floats]:
    a, b = ellipsoid
    e2 = 1 - (b * b) / (a * a)
    nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return nu * np.cos(lat) * np.cos(lon), nu * np.cos(lat) * np.sin(lon), (1 - e2) * nu * np.sin(lat)


def _shift(place: tuple[Floats, Floats, Floats], sign: int) -> tuple[Floats, Floats, Floats]:
    x, y, z = place
    dx, dy, dz = (sign * part for part in _SHIFT)
    rx, ry, rz = (sign * part for part in _TURN)
    s = 1 + sign * _STRETCH
    return dx + s * x - rz * y + ry * z, dy + rz * x + s * y - rx * z, dz - ry * x + rx * y + s * z


def _geographic(place: tuple[Floats, Floats, Floats], ellipsoid: tuple[float, float]) -> tuple[Floats, Floats]:
    x, y, z = place
    a, b = ellipsoid
    e2 = 1 - (b * b) / (a * a)
    p = np.hypot(x, y)
    lat = np.arctan2(z, p * (1 - e2))
    for _ in range(6):
        nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + e2 * nu * np.sin(lat), p)
    return lat, np.arctan2(y, x)


def _meridian(lat: Floats) -> Floats:
    a, b = _AIRY
    n = (a - b) / (a + b)
    less, more = lat - _LAT0, lat + _LAT0
    arc = (
        (1 + n + 1.25 * n**2 + 1.25 * n**3) * less
        - (3 * n + 3 * n**2 + 2.625 * n**3) * np.sin(less) * np.cos(more)
        + (1.875 * n**2 + 1.875 * n**3) * np.sin(2 * less) * np.cos(2 * more)
        - (35 / 24) * n**3 * np.sin(3 * less) * np.cos(3 * more)
    )
    return np.asarray(b * _SCALE * arc)


def _radii(lat: Floats) -> tuple[Floats, Floats, Floats]:
    a, b = _AIRY
    e2 = 1 - (b * b) / (a * a)
    nu = a * _SCALE / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    rho = a * _SCALE * (1 - e2) * (1 - e2 * np.sin(lat) ** 2) ** -1.5
    return nu, rho, nu / rho - 1


def _project(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    nu, rho, eta2 = _radii(lat)
    sin, cos, tan2 = np.sin(lat), np.cos(lat), np.tan(lat) ** 2
    d = lon - _LON0
    ii = nu / 2 * sin * cos
    iii = nu / 24 * sin * cos**3 * (5 - tan2 + 9 * eta2)
    iiia = nu / 720 * sin * cos**5 * (61 - 58 * tan2 + tan2**2)
    north = _meridian(lat) + _NORTH0 + ii * d**2 + iii * d**4 + iiia * d**6
    v = nu / 6 * cos**3 * (nu / rho - tan2)
    vi = nu / 120 * cos**5 * (5 - 18 * tan2 + tan2**2 + 14 * eta2 - 58 * tan2 * eta2)
    return _EAST0 + nu * cos * d + v * d**3 + vi * d**5, north


def _unproject(east: Floats, north: Floats) -> tuple[Floats, Floats]:
    lat = _LAT0 + (north - _NORTH0) / (_AIRY[0] * _SCALE)
    for _ in range(8):
        lat = lat + (north - _NORTH0 - _meridian(lat)) / (_AIRY[0] * _SCALE)
    nu, rho, eta2 = _radii(lat)
    tan = np.tan(lat)
    tan2, sec = tan**2, 1 / np.cos(lat)
    d = east - _EAST0
    vii = tan / (2 * rho * nu)
    viii = tan / (24 * rho * nu**3) * (5 + 3 * tan2 + eta2 - 9 * tan2 * eta2)
    ix = tan / (720 * rho * nu**5) * (61 + 90 * tan2 + 45 * tan2**2)
    x = sec / nu
    xi = sec / (6 * nu**3) * (nu / rho + 2 * tan2)
    xii = sec / (120 * nu**5) * (5 + 28 * tan2 + 24 * tan2**2)
    xiia = sec / (5040 * nu**7) * (61 + 662 * tan2 + 1320 * tan2**2 + 720 * tan2**3)
    return lat - vii * d**2 + viii * d**4 - ix * d**6, _LON0 + x * d - xi * d**3 + xii * d**5 - xiia * d**7
