"""Charts: drawn as SVG, with words for a screen reader and nothing that runs."""

import re
import xml.etree.ElementTree as ET

import pytest

from maps import charts
from optimiser.core.table import Column, Kind, Table

HOSTILE = "</text><script>document.title='owned'</script>{{ 7*6 }}${1}"


def a_table(words=""):
    columns = (
        Column("week", "Week"),
        Column("day", "Day"),
        Column("ride", "Ride", Kind.SECONDS),
        Column("cost", "Cost", Kind.PENCE),
    )
    rows = (("one" + words, "Mon", 2700, 9500), ("one" + words, "Tue", None, 100), ("two", "Mon", 600, 0))
    return Table("rides", "Rides" + words, columns, rows)


def every_chart(words=""):
    table = a_table(words)
    return {
        "bars": charts.bars(table, label="week", values=("ride",)),
        "stacked": charts.bars(table, label="week", values=("ride", "cost"), upright=True),
        "lines": charts.lines(table, across="cost", values=("ride",)),
        "band": charts.band(table, across="cost", value="ride", low="cost", high="ride"),
        "grid": charts.grid(table, down="week", across="day", value="ride"),
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


def test_a_chart_tells_a_screen_reader_its_title_and_what_it_shows():
    for name, svg in every_chart().items():
        root = ET.fromstring(svg)
        assert root.get("role") == "img" and root.get("aria-labelledby") == "chart-title chart-words", name
        title, words = (root.find(f"{{*}}{tag}") for tag in ("title", "desc"))
        assert title.text and words.text, name
    said = ET.fromstring(charts.bars(a_table(), label="week", values=("ride",))).find("{*}desc").text
    assert "The most is 45 minutes at one" in said


def test_a_chart_of_a_column_that_is_not_there_is_refused():
    with pytest.raises(KeyError):
        charts.bars(a_table(), label="week", values=("nothing",))


def test_an_empty_table_still_draws():
    table = Table("none", "Nobody", a_table().columns, ())
    assert "nothing to draw" in charts.bars(table, label="week", values=("ride",))
