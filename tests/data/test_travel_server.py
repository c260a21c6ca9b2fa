"""Travel servers: called politely, on private addresses only, and never believed by halves."""

import numpy as np
import pytest

from data.travel.calling import Caller, Manners, refuse_public
from data.travel.crow import Estimate
from data.travel.provider import PostcodeService
from data.travel.server import OsrmTravel, ValhallaTravel
from data.travel.source import Band, TravelFailed
from tests.builders.roads import a_server, town_points

PATIENT = Manners(seconds=20, tries=2, most_bytes=200_000)
QUICK = Manners(seconds=0.3, tries=2, most_bytes=200_000)
"""For the server that is slow on purpose; with the others a busy machine must not look like one."""


def osrm(url, *, manners=PATIENT, **more):
    source = OsrmTravel(url, manners=manners, **more)
    source._caller.sleep = lambda _: None
    return source


@pytest.mark.parametrize("fault", ["slow", "half", "ragged", "negative", "words", "huge", "cut", "redirect"])
def test_a_server_that_misbehaves_gives_no_matrix_and_says_so(fault):
    with a_server(fault=fault) as (url, _), pytest.raises(TravelFailed) as failed:
        osrm(url, manners=QUICK if fault == "slow" else PATIENT).matrix(town_points(6), Band.MORNING)
    assert len(str(failed.value)) > 30


def test_a_server_that_is_killed_gives_no_matrix():
    with a_server() as (url, _):
        source = osrm(url)
        source.matrix(town_points(3), Band.MORNING)
    with pytest.raises(TravelFailed, match=r"did not answer in 2 tries.*nothing of it was used"):
        source.matrix(town_points(3), Band.MORNING)


def test_a_server_that_fails_part_way_leaves_no_mixed_matrix():
    with a_server(fault="later") as (url, handler):
        with pytest.raises(TravelFailed, match="refused the question"):
            osrm(url, block=4).matrix(town_points(12), Band.MORNING)
        assert handler.asked == 3


def test_a_server_that_stumbles_is_asked_again():
    with a_server(fault="flaky") as (url, handler):
        matrix = osrm(url).matrix(town_points(5), Band.MORNING)
        assert handler.asked == 2 and matrix.estimated == 0


def test_what_a_server_cannot_reach_is_estimated_and_counted():
    points = town_points(5)
    with a_server(fault="nowhere") as (url, _):
        cells = osrm(url).cells(points, points, Band.MORNING)
    estimate = Estimate().cells(points, points, Band.MORNING)
    assert cells.estimated == 8
    assert np.array_equal(cells.seconds[0], estimate.seconds[0])
    assert np.array_equal(cells.seconds[-1], estimate.seconds[-1])


def test_valhalla_that_answers_half_is_refused():
    for fault in ("half", "lost"):
        with a_server("valhalla", fault=fault) as (url, _), pytest.raises(TravelFailed, match="nothing of it was used"):
            ValhallaTravel(url, manners=PATIENT).matrix(town_points(6), Band.MORNING)


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8:5000",
        "https://93.184.216.34",
        "ftp://127.0.0.1",
        "http://",
        "not a url",
        "http://u:p@127.0.0.1",
        "http://0.0.0.0",
    ],
)
def test_a_public_or_strange_address_is_refused_before_anything_is_sent(url):
    with pytest.raises(TravelFailed):
        refuse_public(url, anywhere=False)


def test_private_addresses_are_allowed_and_public_ones_only_by_setting():
    for url in ("http://127.0.0.1:5000", "http://10.1.2.3", "http://192.168.1.9:8002", "http://[::1]:5000"):
        refuse_public(url, anywhere=False)
    refuse_public("http://8.8.8.8", anywhere=True)


def test_proxies_of_the_environment_never_see_a_home(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with a_server() as (url, _):
        assert osrm(url).matrix(town_points(3), Band.MORNING).estimated == 0


def test_a_message_names_the_server_and_no_home():
    with a_server(fault="half") as (url, _), pytest.raises(TravelFailed) as failed:
        osrm(url).matrix(town_points(4), Band.MORNING)
    assert "52.5" not in str(failed.value)


def test_a_postcode_service_is_asked_for_the_postcode_alone():
    asked = []

    class Heard(Caller):
        def get(self, path, query):
            asked.append((path, query))
            return {"result": {"eastings": 406_906, "northings": 290_534}}

    service = PostcodeService("http://127.0.0.1:9")
    service._caller = Heard("http://127.0.0.1:9")
    assert service("B20 3DE") == (406_906.0, 290_534.0)
    assert asked == [("/postcodes/B203DE", {})]
    assert PostcodeService("http://8.8.8.8")("B20 3DE") is None
