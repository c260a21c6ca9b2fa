"""Charts: drawn as SVG, with words for a screen reader and nothing that runs."""

import re
import xml.etree.ElementTree as ET

import pytest

from maps import charts

HOSTILE = "</text><script>document.title='owned'</script>{{ 7*6 }}${1}"


def every_chart(words=""):
    return {
        "progress": charts.progress([(0, 900, None), (5, 700, 500), (9, 640, 600)], title="Cost" + words),
        "loads": charts.loads(
            {("EP1" + words, "w1"): 3, ("EP1" + words, "w2"): 9, ("EP2", "w1"): 0},
            title="Load" + words,
            down="",
            across="week",
        ),
        "fill": charts.fill([("B1" + words, 9, 12), ("B2", 14, 12)], title="Bases" + words),
        "pool": charts.pool([(8, 0.6, 0.5), (10, 0.9, 0.85), (12, 0.99, 0.97)], title="Pool" + words),
    }


@pytest.mark.parametrize("words", ["", HOSTILE])
def test_a_chart_is_plain_svg_that_runs_nothing_and_fetches_nothing(words):
    for name, svg in every_chart(words).items():
        root = ET.fromstring(svg)
        tags = {element.tag.rsplit("}", 1)[-1] for element in root.iter()}
        assert root.tag.endswith("svg") and not tags & {"script", "foreignObject", "image", "a", "style"}, name
        assert not [key for element in root.iter() for key in element.attrib if key.lower().startswith("on")], name
        assert not re.search(r"(href|src)\s*=", svg), name
        assert "aria-label" in svg and " style=" not in svg, name
        assert "42" not in (root.find(".//{*}text").text or ""), name
