"""Runs and letters as files: every run is there, says what its line rests on, and holds no child."""

import itertools
import json
import re
import xml.etree.ElementTree as ET
import zlib

import pytest

from data.travel.source import Basis, Way
from data.writing import pdf
from data.writing.letters import letters
from data.writing.tracks import ALONG, STRAIGHT, geojson, gpx_files
from optimiser.core.limits import Limits
from optimiser.routes import solve
from tests.builders.routes import a_child, a_problem

HOSTILE = "<script>alert('x')</script>&\u202e"


@pytest.fixture(scope="module")
def plan():
    problem = a_problem([a_child("c1"), a_child("c2", home="home-c1")])
    return problem, solve(problem, limits=Limits(work=200)).solution


def places(problem):
    return {place: (52.5 + at / 100, -1.9) for at, place in enumerate(problem.morning.places)}


def test_every_run_and_stop_is_in_the_geojson_and_says_that_its_line_is_straight(plan):
    problem, solution = plan
    told = json.loads(geojson(solution.runs, {}, places(problem), notice="Fictional"))
    lines = [each for each in told["features"] if each["geometry"]["type"] == "LineString"]
    points = [each for each in told["features"] if each["geometry"]["type"] == "Point"]
    assert {each["properties"]["run"] for each in lines} == set(solution.run)
    assert len(points) == sum(len(run.stops) for run in solution.runs)
    assert {each["properties"]["basis"] for each in lines} == {STRAIGHT}
    assert lines[0]["geometry"]["coordinates"][0][0] == -1.9, "longitude comes first"
    assert not [child for child in problem.child if f'"{child}"' in json.dumps(told)]


def test_a_run_along_roads_carries_every_bend_and_says_so(plan):
    problem, solution = plan
    run = solution.runs[0]
    where = places(problem)
    ends = [where[stop.place] for stop in run.stops]
    legs = tuple((one, (52.51, -1.95), other) for one, other in itertools.pairwise(ends))
    way = Way(legs, (60,) * len(legs), (500,) * len(legs), (Basis.ROAD,) * len(legs))
    ((name, body),) = gpx_files([run], {run.id: way}, where, notice=HOSTILE)
    root = ET.fromstring(body)
    assert name == f"{run.id}.gpx" and root.tag.endswith("/GPX/1/1}gpx")
    assert len(root.findall(".//{*}trkpt")) == len(way.line) > len(run.stops)
    assert len(root.findall("{*}wpt")) == len(run.stops)
    assert root.find("{*}trk/{*}desc").text == ALONG
    assert HOSTILE in root.find("{*}metadata/{*}desc").text


def test_everybody_has_a_row_among_the_letters_with_a_window_of_ten_minutes(plan):
    problem, solution = plan
    table = letters(problem, solution)
    at = {column.key: number for number, column in enumerate(table.columns)}
    assert {row[0] for row in table.rows} == set(problem.child)
    for row in table.rows:
        assert row[at["am_until"]] - row[at["am_from"]] == 600


def unpacked(part):
    try:
        return zlib.decompress(part)
    except zlib.error:
        return part


def test_a_print_page_becomes_a_tagged_pdf_and_fetches_nothing():
    pytest.importorskip("weasyprint")
    page = (
        "<!doctype html><html lang='en'><head><title>Sheet</title></head>"
        "<body><h1>Run</h1><img src='http://x/y.png' alt='x'></body></html>"
    )
    body = pdf.as_pdf(page)
    told = body + b"".join(unpacked(part) for part in re.findall(rb"stream\r?\n(.*?)endstream", body, re.S))
    assert body.startswith(b"%PDF-")
    for word in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang", b"/H1", b"pdfuaid"):
        assert word in told, word


def test_without_the_extra_a_plain_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(pdf.NoPdf, match="print the page from your browser"):
        pdf.as_pdf("<p>x</p>")
