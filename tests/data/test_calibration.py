"""Calibration: from journeys that were timed to multipliers, what they miss, and the spread of ordinary days."""

from datetime import date, timedelta

import numpy as np
import pytest

from data.problems.timed import from_journeys, from_log
from data.reading.journeys import read_journeys
from data.records.transport import LogEntry
from data.synthetic import make
from data.travel.calibration import Calibration, Timed, calibrate
from data.travel.choosing import Choice, choose
from data.travel.crow import Estimate
from data.travel.source import Band, TravelFailed

MADE = date(2020, 1, 28)


def journeys(*, days=40, each=60, traffic=0.12, leg=0.2, legs=6, factor=1.8, seed=1):
    """Timed mornings with a known factor, a known day's traffic and a known luck of each leg."""
    rng = np.random.default_rng(seed)
    found = []
    for step in range(days):
        shared = np.exp(rng.normal(0, np.sqrt(np.log1p(traffic**2))))
        for _ in range(each):
            free = int(rng.integers(600, 2400))
            parts = np.exp(rng.normal(0, np.sqrt(np.log1p(leg**2)), legs)).mean()
            found.append(
                Timed(free, int(free * factor * shared * parts), Band.MORNING, MADE + timedelta(days=step), legs)
            )
    return found


def test_the_spread_of_days_is_told_from_that_of_legs():
    found = calibrate(journeys())
    traffic, leg = found.spread(Band.MORNING)
    assert traffic == pytest.approx(0.12, abs=0.03) and leg == pytest.approx(0.2, abs=0.02)
    assert found.spread(Band.AFTERNOON) is None
    (fit,) = [fit for fit in found.fits if fit.band is Band.MORNING]
    assert fit.multiplier == pytest.approx(1.8, rel=0.06) and "nine in ten between -" in fit.sentence


def test_without_days_there_is_a_multiplier_but_no_spread_for_lateness():
    plain = [Timed(each.free_flow, each.actual, each.band) for each in journeys(days=3)]
    assert calibrate(plain).spread(Band.MORNING) is None and calibrate(plain).multipliers.fitted == ("morning",)


def test_a_calibration_is_kept_and_used_by_later_plans_of_the_same_engine(tmp_path):
    path = tmp_path / "calibration.json"
    made = calibrate(journeys(), engine=Estimate().fingerprint, made=MADE, said="on Tue 28 Jan 2020")
    made.save(path)
    assert Calibration.load(path) == made
    source = choose(Choice(calibration=path))
    label = source.label(Band.MORNING)
    assert "calibrated on Tue 28 Jan 2020 on 2,400 timed journeys" in label and "not calibrated" not in label
    assert source.label(Band.AFTERNOON).endswith("afternoon x 1.70, estimated, not calibrated")
    assert source.fingerprint != Estimate().fingerprint


def test_a_calibration_made_on_other_roads_is_not_used_and_says_so(tmp_path):
    path = tmp_path / "calibration.json"
    calibrate(journeys(), engine="roads-of-another-day").save(path)
    source = choose(Choice(calibration=path))
    assert source.multipliers.morning == Estimate().multipliers.morning
    assert "not calibrated on this source of roads" in source.label(Band.MORNING)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 9}', "[1]", '{"format": 1, "multipliers": {}}'])
def test_a_file_that_is_no_calibration_is_refused_by_name(tmp_path, text):
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(TravelFailed, match=r"calibration\.json"):
        choose(Choice(calibration=path))


HEAD = "From,To,Date,Left,Arrived,Minutes standing\n"


def test_timed_journeys_are_read_and_those_that_cannot_be_used_are_counted(tmp_path):
    path = tmp_path / "journeys.csv"
    path.write_text(
        HEAD
        + "b203de,B21 9QX,27/01/2020,7.52,8.06,2\n"
        + "B20 3DE,B21 9QX,27/01/2020,05:00,05:06,\n"
        + "B20 3DE,ZZ1 1ZZ,27/01/2020,08:00,08:06,\n"
        + "B20 3DE,B21 9QX,27/01/2020,08:10,08:06,\n"
    )
    rows, issues = read_journeys(path)
    assert (len(rows), issues) == (4, ())
    found = from_journeys(rows, Estimate())
    assert [(each.actual, each.band, each.day) for each in found.journeys] == [(720, Band.MORNING, date(2020, 1, 27))]
    assert sum(found.left_out.values()) == 3 and any("cannot be placed" in reason for reason in found.left_out)


def test_a_fault_in_a_file_of_journeys_is_told_at_its_cell(tmp_path):
    path = tmp_path / "journeys.csv"
    path.write_text(HEAD + "B20 3DE,B21 9QX,27/01/2020,soon,8.06,\n")
    rows, (issue,) = read_journeys(path)
    assert rows == () and issue.cell == "D2" and issue.remedy
    assert read_journeys(tmp_path / "none.csv")[1][0].rule == "unreadable-file"


def test_the_run_log_gives_mornings_whose_start_is_known():
    city = make("small", 1)
    start = 7 * 3600
    run = city.runs[0].model_copy(update={"am_start": start})
    log = tuple(
        LogEntry(day=MADE, run=name, trip=trip, planned=None, actual=actual, status="ran", cause=cause)
        for name, trip, actual, cause in (
            (run.id, "morning", start + 3600, None),
            (run.id, "afternoon", start + 3600, None),
            (run.id, "morning", None, None),
            (run.id, "morning", start + 7200, "vehicle"),
            (city.runs[1].id, "morning", start + 3600, None),
        )
    )
    found = from_log(city.model_copy(update={"runs": (run, *city.runs[1:]), "run_log": log}), Estimate())
    (timed,) = found.journeys
    assert timed.actual < 3600 and timed.free_flow > 0 and timed.legs <= len(run.pupils)
    assert sum(found.left_out.values()) == 4 and len(found.left_out) == 4
