"""The estimate's figures, the grid it works on, calibration and what is remembered."""

import csv
from pathlib import Path

import numpy as np
import pytest
from geopy.distance import geodesic

from data.travel import osgb
from data.travel.cache import Cached
from data.travel.calibration import Timed, calibrate
from data.travel.crow import Estimate
from data.travel.source import Band, Multipliers, Points
from tests.builders.roads import town_points

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def two_points(metres):
    return Points.of({"a": (400_000.0, 280_000.0), "b": (400_000.0 + metres, 280_000.0)})


@pytest.mark.parametrize(
    ("km", "band", "minutes", "road_km"),
    [
        (5, Band.NIGHT, 8.3, 6.73),
        (5, Band.MIDDAY, 12.8, 6.73),
        (5, Band.AFTERNOON, 14.1, 6.73),
        (5, Band.MORNING, 15.7, 6.73),
        (5, Band.CAUTIOUS, 18.2, 6.73),
        (0.5, Band.NIGHT, 2.69, 0.85),
        (20, Band.NIGHT, 26.9, 24.4),
    ],
)
def test_the_estimate_gives_the_fitted_figures(km, band, minutes, road_km):
    cells = Estimate().cells(*[two_points(km * 1000)] * 2, band)
    assert cells.seconds[0, 1] / 60 == pytest.approx(minutes, abs=0.06)
    assert cells.metres[0, 1] / 1000 == pytest.approx(road_km, abs=0.01)


def test_places_within_fifty_metres_are_one_stop():
    assert not Estimate().cells(*[two_points(50)] * 2, Band.MORNING).seconds.any()
    assert Estimate().cells(*[two_points(51)] * 2, Band.MORNING).seconds[0, 1] > 0


def test_a_longer_straight_line_is_never_a_shorter_road():
    away = np.arange(51.0, 5_000, 1)
    points = Points(tuple(map(str, range(len(away)))), 400_000 + away, np.full(len(away), 280_000.0))
    cells = Estimate().cells(two_points(60).take([0]), points, Band.MORNING)
    assert (np.diff(cells.metres[0]) >= 0).all() and (np.diff(cells.seconds[0]) >= 0).all()
    assert (cells.metres[0] <= np.ceil(1.7 * away)).all()


def test_the_road_is_never_longer_through_a_third_place():
    metres = Estimate().matrix(town_points(20), Band.MORNING).metres.astype(float)
    through = metres[:, :, None] + metres[None, :, :]
    assert (metres[:, None, :] <= through + 60).all()


def test_grid_distances_agree_with_the_ellipsoid():
    rng = np.random.default_rng(1)
    east, north = rng.uniform(395_000, 420_000, 40), rng.uniform(270_000, 300_000, 40)
    lats, lons = osgb.to_wgs84(east, north)
    for one, other in zip(range(0, 40, 2), range(1, 40, 2), strict=True):
        straight = np.hypot(east[one] - east[other], north[one] - north[other])
        true = geodesic((lats[one], lons[one]), (lats[other], lons[other])).meters
        assert straight == pytest.approx(true, rel=6e-4)


def test_the_grid_goes_there_and_back():
    lats, lons = osgb.to_wgs84([400_000.0, 651_409.903], [280_000.0, 313_177.270])
    east, north = osgb.from_wgs84(lats, lons)
    assert east == pytest.approx([400_000, 651_409.903], abs=0.01)
    assert north == pytest.approx([280_000, 313_177.270], abs=0.01)


@pytest.mark.skipif(not SHARED.is_dir(), reason="skipped: no ../shared")
def test_the_grid_puts_real_schools_within_three_metres_of_the_published_point():
    with (SHARED / "birmingham_schools.csv").open(encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    lats, lons = osgb.to_wgs84([float(row["easting"]) for row in rows], [float(row["northing"]) for row in rows])
    down = (lats - [float(row["lat"]) for row in rows]) * 111_320
    over = (lons - [float(row["lon"]) for row in rows]) * 111_320 * np.cos(np.radians(52.5))
    assert np.hypot(down, over).max() < 3


def test_timed_journeys_set_the_multiplier_and_say_what_they_miss():
    rng = np.random.default_rng(3)
    free = rng.integers(300, 1_800, 200)
    took = free * 2.05 * np.exp(rng.normal(0, 0.15, 200))
    found = calibrate([Timed(int(a), int(b), Band.MORNING) for a, b in zip(free, took, strict=True)])
    fit = next(each for each in found.fits if each.band is Band.MORNING)
    assert fit.multiplier == pytest.approx(2.05, rel=0.04) and fit.spread == pytest.approx(0.15, abs=0.03)
    assert found.multipliers.afternoon == Multipliers().afternoon
    assert "calibrated on 200 timed journeys" in Estimate(found.multipliers).label(Band.MORNING)
    assert "not calibrated" in Estimate(found.multipliers).label(Band.AFTERNOON)


def test_too_few_or_impossible_journeys_change_nothing_and_are_counted():
    few = [Timed(600, 1_200, Band.MORNING)] * 19 + [Timed(600, 60_000, Band.MORNING), Timed(0, 0, Band.MORNING)]
    found = calibrate(few)
    fit = next(each for each in found.fits if each.band is Band.MORNING)
    assert found.multipliers == Multipliers() and (fit.multiplier, fit.set_aside) == (None, 2)
    assert "too few" in fit.sentence


def test_a_multiplier_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="morning multiplier"):
        Multipliers(morning=0)


class Counting:
    """An estimate that counts the cells it was asked for."""

    def __init__(self):
        self.inner, self.cells_asked = Estimate(), 0
        self.fingerprint, self.attribution = self.inner.fingerprint, ""
        self.label, self.path = self.inner.label, self.inner.path

    def cells(self, origins, destinations, band):
        self.cells_asked += len(origins) * len(destinations)
        return self.inner.cells(origins, destinations, band)


def test_what_is_known_is_not_asked_again(tmp_path):
    counting = Counting()
    points = town_points(10)
    first = Cached(counting, tmp_path).matrix(points.take(range(8)), Band.MORNING)
    assert counting.cells_asked == 64
    Cached(counting, tmp_path).matrix(points.take(range(8)), Band.MORNING)
    assert counting.cells_asked == 64
    grown = Cached(counting, tmp_path).matrix(points, Band.MORNING)
    assert np.array_equal(grown.seconds, Estimate().matrix(points, Band.MORNING).seconds)
    assert np.array_equal(first.seconds, grown.seconds[:8, :8])


def test_a_broken_cache_is_made_again(tmp_path):
    cached = Cached(Counting(), tmp_path)
    points = town_points(4)
    cached.matrix(points, Band.MORNING)
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:50])
    assert np.array_equal(cached.matrix(points, Band.MORNING).seconds, Estimate().matrix(points, Band.MORNING).seconds)


def test_the_cache_names_no_place_but_its_point(tmp_path):
    points = Points(("Canary Child",), np.array([400_000.0]), np.array([280_000.0]))
    Cached(Estimate(), tmp_path).matrix(points, Band.MORNING)
    assert all(b"Canary" not in file.read_bytes() for file in tmp_path.iterdir())
