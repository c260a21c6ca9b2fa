"""Charts as SVG, drawn on the server from the figures alone: no script in them, and nothing fetched to draw them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from maps import style

_FONT = "Arial, Helvetica, sans-serif"
_WIDTH, _HEIGHT = 640, 300


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
) -> str:
    """Return a grid of squares, darker for more, with the number in each: counts by (row, column) such as person, week.

    Columns are in the order given.
    """
    rows = [{"down": one, "across": other, "count": count} for (one, other), count in counts.items()]
    order = list(dict.fromkeys(other for _, other in counts))
    place = {
        "y": {"field": "down", "type": "nominal", "title": down},
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
        }
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
    scale = {"domain": list(names), "range": list(colours)}
    return {"field": "line", "type": "nominal", "scale": scale, "legend": {"title": None, "orient": "top"}}


def _words(text: str) -> dict[str, Any]:
    return {"text": text, "anchor": "start", "fontSize": 16}


def _svg(spec: dict[str, Any]) -> str:
    """Return the SVG of a Vega-Lite chart; Altair checks the chart, vl-convert draws it, and neither may fetch."""
    import altair
    import vl_convert

    checked = altair.Chart.from_dict(
        {
            "$schema": altair.SCHEMA_URL,
            "background": "white",
            "config": {
                "font": _FONT,
                "axis": {"labelFontSize": 12, "titleFontSize": 12, "gridColor": "#dde2e6", "labelLimit": 220},
                "legend": {"labelFontSize": 12},
                "view": {"stroke": None},
            },
            **spec,
        }
    )
    drawn = vl_convert.vegalite_to_svg(json.dumps(checked.to_dict()), allowed_base_urls=[])
    return str(drawn)
