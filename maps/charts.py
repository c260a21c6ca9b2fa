"""Charts as SVG, drawn on the server from the figures alone: no script in them, and nothing fetched to draw them.

``bars``, ``lines``, ``band`` and ``grid`` draw straight from a report's `Table`, so that the figures beside a chart,
and in every file taken out, are the ones drawn. Each is labelled for a screen reader: a title, and what it shows.
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from maps import style
from optimiser.core.table import Cell, Column, Kind, Table
from optimiser.core.units import METRES_PER_MILE

_FONT = "Arial, Helvetica, sans-serif"
_WIDTH, _HEIGHT = 640, 300
_SIZES = {Kind.PENCE: 100, Kind.SECONDS: 60, Kind.METRES: METRES_PER_MILE, Kind.CLOCK: 3600, Kind.SHARE: 0.01}
_UNITS = {
    Kind.PENCE: "pounds",
    Kind.SECONDS: "minutes",
    Kind.METRES: "miles",
    Kind.CLOCK: "hours after midnight",
    Kind.SHARE: "per cent",
}


def bars(table: Table, *, label: str, values: Sequence[str], upright: bool = False, says: str = "") -> str:
    """Return a bar for each row of a table: its label column against one value column, or several stacked.

    ``upright`` stands the bars up, for labels in an order such as minutes. ``says`` is a sentence for those who cannot
    see the chart, made from the figures when empty. Raises KeyError for a column that the table does not have.
    """
    names = [_column(table, each).heading for each in values]
    rows = [
        {"label": _said(row, table, label), "what": name, "value": _number(row, table, each), "turn": turn}
        for row in table.rows
        for turn, (each, name) in enumerate(zip(values, names, strict=True))
    ]
    order = list(dict.fromkeys(row["label"] for row in rows))
    title = names[0] if len(names) == 1 else ""
    along = {"field": "label", "type": "nominal", "title": _column(table, label).heading, "sort": order}
    size = {"field": "value", "type": "quantitative", "title": title + _unit(table, values[0])}
    place = {"x": {**along, "axis": {"labelAngle": 0}}, "y": size} if upright else {"y": along, "x": size}
    colour = {**_colours(names, style.PALETTE), "field": "what"} if len(names) > 1 else {"value": style.BLUE}
    spec = {
        "width": _WIDTH,
        "height": _HEIGHT if upright else {"step": 20},
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {**place, "color": colour, "order": {"field": "turn", "type": "quantitative"}},
    }
    return _svg({"title": _words(table.title), **spec}, says or _spoken(table, label, values))


def lines(table: Table, *, across: str, values: Sequence[str], says: str = "") -> str:
    """Return a line with a dot for each row, one line for each value column, each with a dash of its own.

    Raises KeyError for a column that the table does not have.
    """
    names = [_column(table, each).heading for each in values]
    rows = [
        {"at": _number(row, table, across), "line": name, "value": _number(row, table, each)}
        for each, name in zip(values, names, strict=True)
        for row in table.rows
        if _cell(row, table, each) is not None
    ]
    across_title = _column(table, across).heading + _unit(table, across)
    up = (names[0] if len(names) == 1 else "") + _unit(table, values[0])
    legend = {} if len(names) > 1 else {"legend": None}
    spec = {
        "width": _WIDTH,
        "height": _HEIGHT,
        "data": {"values": rows},
        "mark": {"type": "line", "point": {"size": 60}, "strokeWidth": 2.5},
        "encoding": {
            "x": {"field": "at", "type": "quantitative", "title": across_title},
            "y": {"field": "value", "type": "quantitative", "title": up, "scale": {"zero": False}},
            "color": {**_colours(names, style.PALETTE), **legend},
            "strokeDash": {"field": "line", "type": "nominal", "legend": None, "sort": names},
        },
    }
    return _svg({"title": _words(table.title), **spec}, says or _spoken(table, across, values))


def band(table: Table, *, across: str, value: str, low: str, high: str, says: str = "") -> str:
    """Return a line with a dot for each row inside its band of uncertainty, from the low to the high column.

    Raises KeyError for a column that the table does not have.
    """
    parts = {"at": across, "value": value, "low": low, "high": high}
    rows = [{each: _number(row, table, key) for each, key in parts.items()} for row in table.rows]
    x = {"field": "at", "type": "quantitative", "title": _column(table, across).heading, "axis": {"tickMinStep": 1}}
    up = {"type": "quantitative", "title": _column(table, value).heading + _unit(table, value)}
    area = {"type": "area", "opacity": 0.25, "color": style.BLUE}
    line = {"type": "line", "point": {"size": 40}, "color": style.BLUE, "strokeWidth": 2.5}
    spec = {
        "width": _WIDTH,
        "height": _HEIGHT,
        "data": {"values": rows},
        "layer": [
            {"mark": area, "encoding": {"x": x, "y": {**up, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": line, "encoding": {"x": x, "y": {**up, "field": "value"}}},
        ],
    }
    return _svg({"title": _words(table.title), **spec}, says or _spoken(table, across, (value,)))


def grid(table: Table, *, down: str, across: str, value: str, says: str = "") -> str:
    """Return a grid of squares, darker for more, such as a calendar: one row of the table for each square.

    Raises KeyError for a column that the table does not have.
    """
    counts = {
        (_said(row, table, down), _said(row, table, across)): round(_number(row, table, value)) for row in table.rows
    }
    heads = {each: _column(table, each).heading for each in (down, across, value)}
    return loads(
        counts,
        title=table.title,
        down=heads[down],
        across=heads[across],
        measure=heads[value],
        says=says or _spoken(table, down, (value,)),
    )


def progress(steps: Sequence[tuple[float, float, float | None]], *, title: str, unit: str = "pounds a day") -> str:
    """Return the best cost, and the bound where one is proved, over the seconds of a run: (seconds, cost, bound)."""
    rows = [{"at": at, "value": cost, "line": "best so far"} for at, cost, _ in steps]
    rows += [{"at": at, "value": bound, "line": "proved bound"} for at, _, bound in steps if bound is not None]
    return _svg(
        {
            "title": _words(title),
            "width": _WIDTH,
            "height": _HEIGHT,
            "data": {"values": rows},
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5},
            "encoding": {
                "x": {"field": "at", "type": "quantitative", "title": "seconds"},
                "y": {"field": "value", "type": "quantitative", "title": unit, "scale": {"zero": False}},
                "color": _colours(("best so far", "proved bound"), (style.BLUE, style.VERMILION)),
                "strokeDash": {"field": "line", "type": "nominal", "legend": None},
            },
        }
    )


def loads(
    counts: Mapping[tuple[str, str], int],
    *,
    title: str,
    down: str,
    across: str,
    measure: str = "meetings",
    says: str = "",
) -> str:
    """Return a grid of squares, darker for more, with the number in each: counts by (row, column) such as person, week.

    Columns are in the order given.
    """
    rows = [{"down": one, "across": other, "count": count} for (one, other), count in counts.items()]
    order = list(dict.fromkeys(other for _, other in counts))
    place = {
        "y": {
            "field": "down",
            "type": "nominal",
            "title": down,
            "sort": list(dict.fromkeys(one for one, _ in counts)),
        },
        "x": {"field": "across", "type": "ordinal", "title": across, "sort": order, "axis": {"labelAngle": 0}},
    }
    most = max(counts.values(), default=0)
    number = {
        "field": "count",
        "type": "quantitative",
        "title": measure,
        "scale": {"range": ["#eaf3f9", style.BLUE], "domainMin": 0},
    }
    ink = {"condition": {"test": f"datum.count > {most * 0.55}", "value": "#ffffff"}, "value": style.INK}
    return _svg(
        {
            "title": _words(title),
            "width": {"step": 44},
            "height": {"step": 24},
            "data": {"values": rows},
            "layer": [
                {"mark": "rect", "encoding": {**place, "color": number}},
                {
                    "mark": {"type": "text", "fontSize": 12},
                    "encoding": {**place, "text": {"field": "count", "type": "quantitative"}, "color": ink},
                },
            ],
        },
        says,
    )


def fill(bases: Sequence[tuple[str, int, int]], *, title: str) -> str:
    """Return a bar for each base: pupils against places, (name, pupils, places)."""
    rows = []
    for name, pupils, places in bases:
        rows.append({"base": name, "what": "pupils", "count": min(pupils, places), "turn": 0})
        rows.append({"base": name, "what": "empty places", "count": max(0, places - pupils), "turn": 1})
        rows.append({"base": name, "what": "pupils above the places", "count": max(0, pupils - places), "turn": 2})
    kinds = ("pupils", "empty places", "pupils above the places")
    return _svg(
        {
            "title": _words(title),
            "width": _WIDTH,
            "height": {"step": 20},
            "data": {"values": rows},
            "mark": "bar",
            "encoding": {
                "y": {"field": "base", "type": "nominal", "title": None, "sort": [name for name, _, _ in bases]},
                "x": {"field": "count", "type": "quantitative", "title": "places"},
                "color": {**_colours(kinds, (style.BLUE, style.PALE, style.VERMILION)), "field": "what"},
                "order": {"field": "turn", "type": "quantitative"},
            },
        }
    )


def pool(points: Sequence[tuple[int, float, float]], *, title: str) -> str:
    """Return how often a standby pool of each size covers every absence: (guides in the pool, share, lower share)."""
    rows = [{"size": size, "share": share, "low": low} for size, share, low in points]
    axis = {"field": "size", "type": "quantitative", "title": "guides on standby", "axis": {"tickMinStep": 1}}
    share = {"type": "quantitative", "axis": {"format": "%"}, "title": "mornings with every run covered"}
    return _svg(
        {
            "title": _words(title),
            "width": _WIDTH,
            "height": _HEIGHT,
            "data": {"values": rows},
            "layer": [
                {
                    "mark": {"type": "area", "opacity": 0.2, "color": style.BLUE},
                    "encoding": {"x": axis, "y": {**share, "field": "low"}, "y2": {"field": "share"}},
                },
                {
                    "mark": {"type": "line", "point": True, "color": style.BLUE, "strokeWidth": 2.5},
                    "encoding": {"x": axis, "y": {**share, "field": "share"}},
                },
            ],
        }
    )


def _colours(names: Sequence[str], colours: Sequence[str]) -> dict[str, Any]:
    scale = {"domain": list(names), "range": [colours[at % len(colours)] for at in range(len(names))]}
    return {"field": "line", "type": "nominal", "scale": scale, "legend": {"title": None, "orient": "top"}}


def _words(text: str) -> dict[str, Any]:
    return {"text": text, "anchor": "start", "fontSize": 16}


def _column(table: Table, key: str) -> Column:
    return {column.key: column for column in table.columns}[key]


def _cell(row: Sequence[Cell], table: Table, key: str) -> Cell:
    return row[[column.key for column in table.columns].index(key)]


def _number(row: Sequence[Cell], table: Table, key: str) -> float:
    """Return a cell as it is drawn: pounds, minutes, miles, hours of the day; nothing counts as nought."""
    value = _cell(row, table, key)
    if not isinstance(value, (int, float)):
        return 0.0
    return value / _SIZES.get(_column(table, key).kind, 1)


def _said(row: Sequence[Cell], table: Table, key: str) -> str:
    value = _cell(row, table, key)
    return "" if value is None else str(value)


def _unit(table: Table, key: str) -> str:
    unit = _UNITS.get(_column(table, key).kind)
    return f" ({unit})" if unit else ""


def _spoken(table: Table, label: str, values: Sequence[str]) -> str:
    """Return one sentence of what a chart shows: how many, the most and the least."""
    key = values[0]
    unit = _UNITS.get(_column(table, key).kind, "")
    told = [(_number(row, table, key), _said(row, table, label)) for row in table.rows]
    if not told:
        return "There is nothing to draw."
    most, least = max(told), min(told)
    words = f"{_column(table, key).heading} for {len(told)} values of {_column(table, label).heading}."
    ends = f"The most is {most[0]:,.4g} {unit} at {most[1]}, the least {least[0]:,.4g} {unit} at {least[1]}."
    return f"{words} {ends} The figures are in the table.".replace("  ", " ")


def _svg(spec: dict[str, Any], says: str = "") -> str:
    """Return the SVG of a Vega-Lite chart with its title and a sentence for a screen reader.

    Altair checks the chart, vl-convert draws it, and neither may fetch.
    """
    import altair
    import vl_convert

    checked = altair.Chart.from_dict(
        {
            "$schema": altair.SCHEMA_URL,
            "background": "white",
            "config": {
                "font": _FONT,
                "axis": {"labelFontSize": 12, "titleFontSize": 12, "gridColor": "#dde2e6", "labelLimit": 220},
                "legend": {"labelFontSize": 12, "labelLimit": 320},
                "view": {"stroke": None},
            },
            **spec,
        }
    )
    drawn = vl_convert.vegalite_to_svg(json.dumps(checked.to_dict()), allowed_base_urls=[])
    return _labelled(str(drawn), str(spec["title"]["text"]), says or "The figures are in the table beside it.")


def _labelled(svg: str, title: str, says: str) -> str:
    """Return a drawing that a screen reader tells as one picture: its title, then what it shows."""
    begin = svg.index("<svg") + 4
    names = ' role="img" aria-labelledby="chart-title chart-words"'
    end = svg.index(">", begin) + 1
    words = f'<title id="chart-title">{escape(title)}</title><desc id="chart-words">{escape(says)}</desc>'
    return svg[:begin] + names + svg[begin:end] + words + svg[end:]
