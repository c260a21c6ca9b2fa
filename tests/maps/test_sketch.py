"""The small drawing of a run for its sheet: the way leg by leg, in a picture and in words, deaf to hostile text."""

import xml.etree.ElementTree as xml

import pytest

from maps.sketch import HEIGHT, WIDTH, sketch

LEGS = [[(52.50, -1.90), (52.505, -1.905), (52.51, -1.90)], [(52.51, -1.90), (52.52, -1.88)]]


def parts(text, tag):
    return xml.fromstring(text).iter(f"{{http://www.w3.org/2000/svg}}{tag}")


def test_each_leg_is_a_line_and_each_stop_a_mark_within_the_drawing():
    streets = {"main": [[(52.505, -1.9), (52.506, -1.899)], [(53.0, -1.9), (53.1, -1.9)]], "minor": []}
    text = sketch(LEGS, ["1", "2", "School"], seconds=[300, 600], metres=[1609, 3219], streets=streets)
    lines = [each.get("points") for each in parts(text, "polyline")]
    assert len(lines) == len(LEGS) + 1
    for line in lines:
        for pair in line.split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= WIDTH and 0 <= y <= HEIGHT
    assert [each.text for each in parts(text, "text")][:3] == ["1", "2", "School"]
    assert "Driving 15 min, 3.0 miles. 1 to 2: 5 min, 1.0 miles; 2 to School: 10 min, 2.0 miles." in text


def test_a_way_that_stands_still_is_drawn_and_a_mark_too_few_is_refused():
    assert sketch([[(52.5, -1.9), (52.5, -1.9)]], ["1", "School"]).count("<polyline") == 1
    with pytest.raises(ValueError, match="need 3 marks"):
        sketch(LEGS, ["1"])


def test_hostile_words_stay_words():
    text = sketch(LEGS, ["{{7*7}}", "<script>", '"onload='], title="<img src=x>", notice="</svg><b>")
    assert "<script" not in text and "<img" not in text and "{{" not in text and text.count("<b>") == 0
    assert xml.fromstring(text).tag == "figure"
