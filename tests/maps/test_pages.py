"""Every map page: whole, labelled, from nowhere else, and deaf to whatever text it is given."""

import json
import re
from itertools import pairwise

import pytest

from maps import comparison, guides, meetings, places, popup, routes
from maps.background import Background
from tests.builders import maps as plans

PAYLOADS = (
    "{{ 7*6 }}",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% raw %}{% for x in y %}",
    "{# gone #}",
    "${document.title='owned'}",
    "`;document.title='owned';`",
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<svg onload=\"document.title='owned'\">",
    '"><b onmouseover="document.title=\'owned\'">',
    "';document.title='owned';//",
    "\\u003cscript\\u003edocument.title='owned'",
    "javascript:document.title='owned'",
    "&lt;script&gt;document.title='owned'&lt;/script&gt;",
    "&#60;img src=x onerror=document.title=1&#62;",
    "<!-- -->",
    "]]>",
    "\u2028document.title='owned'\u2029",
    "\x00\x1b[31m",
    "\u202egnp.exe",
    "%3Cscript%3E",
    "{{'a'*9}}{%print(1)%}",
    "<iframe srcdoc=\"<script>top.document.title='owned'</script>\">",
    "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content=0;url=http://example.invalid>",
    "<a href='http://example.invalid'>x</a>",
    "*/ alert(1) /*",
)


def every_page(words="", background=None):
    """Each kind of map, with ``words`` in every text that reaches it."""
    if words.strip() == "":
        words = ""
    common = {"background": background, "title": "Plan" + words, "notice": "Fiction" + words}
    found = {}
    for name, room, make in (
        ("routes", routes, lambda: plans.a_routes_plan(12, 2, words=words)),
        ("guides", guides, lambda: plans.a_guides_plan(6, words=words)),
        ("meetings", meetings, lambda: plans.a_meetings_plan(9, words=words)),
        ("places", places, lambda: plans.a_places_plan(16, 3, words=words, closed=1)),
    ):
        problem, solution, points = make()
        found[name] = room.draw(problem, solution, points=points, **common)
    before = plans.a_places_plan(16, 3, words=words)
    after = plans.a_places_plan(16, 3, words=words, closed=1)
    found["comparison"] = comparison.draw(before[:2], after[:2], points=after[2], **common)
    return found


@pytest.fixture(scope="module")
def pages():
    return every_page()


def test_a_page_names_no_other_host(pages):
    for name, whole in pages.items():
        page = whole.replace('href="https://leafletjs.com"', "")  # inside Leaflet, for a control that we leave out
        assert not re.search(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//""", page), name
        assert "sourceMappingURL" not in page and "url(images" not in page and "url(http" not in page, name
        assert "<link" not in page and "<iframe" not in page, name


def test_a_page_has_language_title_zoom_label_and_notice(pages):
    for name, page in pages.items():
        assert '<html lang="en-GB">' in page and "<title>Plan</title>" in page, name
        assert "user-scalable" not in page and "maximum-scale" not in page, name
        assert 'role="region" aria-label="Map; the tables' in page, name
        assert '<p class="notice">Fiction</p>' in page, name
        assert "estimated, not calibrated" in page, name


def test_a_page_lets_only_its_own_scripts_run_by_their_digests(pages):
    for name, page in pages.items():
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy, name
        scripts = re.findall(r"<script(?: [^>]*)?>", page)
        assert len(scripts) == 4, name
        assert policy.count("sha256-") == 5, name


def test_every_word_on_a_page_is_plain_or_an_entity(pages):
    hostile = every_page(" ".join(PAYLOADS[:6]))
    for name, page in {**pages, **hostile}.items():
        data = json.loads(re.search(r'id="plan-data">(.*?)</script>', page, re.S)[1])
        for text in _words(data):
            assert not re.search(r"[<>{}`$\"'\\\[\]*=|~^!?]", text), (name, text)


def _words(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("c", "d", "s", "geometry"):
                yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_escaper_leaves_nothing_that_a_template_a_page_or_a_script_would_read(payload):
    made = popup.safe(payload)
    assert not re.search(r"[<>{}`$\"'\\|*=!?]", made)
    assert all(len(found) < 8 for found in re.findall(r"&#(\d+);", made)) and "&&" not in made


def test_no_payload_is_evaluated_on_the_server():
    for name, page in every_page("{{ 7*6 }}{{ cycler.__init__.__globals__.os.getpid() }}").items():
        title = page.split("<title>")[1].split("</title>")[0]
        assert title.startswith("Plan&#123;&#123; 7&#42;6 &#125;"), name
        assert "{{" not in page.split('id="plan-data">')[1].split("</script>")[0], name


def test_a_long_text_is_cut():
    assert len(popup.safe("a" * 10_000)) == 300


def test_what_has_no_coordinates_is_counted_and_said():
    problem, solution, points = plans.a_routes_plan(12, 2)
    kept = dict(list(points.items())[3:])
    assert "places have no coordinates and are not drawn" in routes.draw(problem, solution, points=kept)
    assert routes.draw(problem, solution, points={}).count("<html")


def test_homes_can_be_rounded_for_readers_who_may_not_see_doors():
    problem, solution, points = plans.a_routes_plan(12, 2)
    home = points[problem.children[0].home]
    exact = f"[{round(home[1], 5)},{round(home[0], 5)}]"
    assert exact in routes.draw(problem, solution, points=points)
    assert exact not in routes.draw(problem, solution, points=points, homes_to_metres=100)


def a_bent_way(run, points):
    """A line a leg, each bent in the middle."""
    stops = [points[stop.place] for stop in run.stops]
    return [(one, (one[0] + 0.003, other[1] - 0.003), other) for one, other in pairwise(stops)]


def test_a_run_follows_its_roads_leg_by_leg_where_they_are_known():
    problem, solution, points = plans.a_routes_plan(12, 2)
    run = solution.runs[0]
    legs = a_bent_way(run, points)
    page = routes.draw(problem, solution, points=points, paths={run.id: legs})
    for leg in legs:
        lat, lon = leg[1]
        assert f"[{round(lon, 5)},{round(lat, 5)}]" in page
    assert page.count('{"type":"MultiLineString"') == len(solution.runs) and "From the stop before" in page


def test_a_way_along_roads_does_not_lead_to_a_rounded_home():
    problem, solution, points = plans.a_routes_plan(12, 2)
    run = solution.runs[0]
    home = points[run.stops[0].place]
    near = (home[0] + 0.0003, home[1])
    legs = a_bent_way(run, points)
    legs[0] = (home, near, *legs[0][1:])
    given = {"points": points, "paths": {run.id: legs}}
    for place in (home, near):
        exact = f"[{round(place[1], 5)},{round(place[0], 5)}]"
        assert exact in routes.draw(problem, solution, **given)
        assert exact not in routes.draw(problem, solution, **given, homes_to_metres=100)


def test_boundaries_and_streets_lie_under_the_plan_with_their_licence():
    square = {"type": "Polygon", "coordinates": [[[-2, 52], [-1.8, 52], [-1.8, 52.6], [-2, 52]]]}
    wards = {"type": "FeatureCollection", "features": [{"properties": {"ward_name": "A<b>"}, "geometry": square}]}
    under = Background(wards=wards, streets={"main": [[(52.5, -1.9), (52.6, -1.9)]]}, attribution=("© OSM people",))
    page = every_page(background=under)["places"]
    assert '"title":"Wards"' in page and '"title":"Streets"' in page and "OSM people" in page
    assert "A<b>" not in page and "Grid of" not in page


def test_a_comparison_of_routes_tells_longer_from_shorter():
    problem, solution, points = plans.a_routes_plan(12, 2)
    fewer = type(solution)(solution.runs[1:], ())
    page = comparison.draw((problem, solution), (problem, fewer), points=points)
    assert "loses" in page and "Same journey" in page
    with pytest.raises(TypeError, match="places or routes"):
        comparison.draw((1, 2), (1, 2), points={})


def test_districts_are_named_where_there_are_no_streets():
    problem, solution, points = plans.a_routes_plan(12, 2)
    under = Background(names={"B20": (52.51, -1.92), "<b>": (52.5, -1.9)})
    page = routes.draw(problem, solution, points=points, background=under)
    assert '"title":"Postcode districts"' in page and "Grid of" in page and "<b>" not in page
