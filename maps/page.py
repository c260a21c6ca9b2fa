"""A map as one page that holds everything it needs and asks nobody for anything."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from maps import background as backgrounds
from maps.background import Background
from maps.geojson import Place
from maps.layers import Layer, LocalMap
from maps.popup import safe

_ASSETS = Path(__file__).with_name("assets")
FICTION = "Fictional children, homes and staff. Real schools and places."
"""The notice for the built-in city."""


@dataclass(frozen=True)
class Pick:
    """A list from which a reader picks one thing to see alone, such as a run; ids are the features' groups."""

    label: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheet:
    """Everything a map page shows: title, notice, headline figures, layers, what can be picked and where it is from."""

    title: str
    notice: str
    layers: Sequence[Layer]
    figures: tuple[tuple[str, str], ...] = ()
    pick: Pick | None = None
    sources: tuple[str, ...] = ()
    lost: int = 0
    places: Sequence[Place] = field(default=(), repr=False)


def page(sheet: Sheet, *, background: Background | None = None) -> str:
    """Return the page as HTML; the policy in it lets only its own scripts and styles run, by their digests."""
    under = backgrounds.layers(background, sheet.places)
    body, script = LocalMap().parts()
    scripts = (_asset("leaflet/leaflet.js"), _map_script(script), _asset("map.js"))
    styles = (_asset("leaflet/leaflet.css"), _asset("map.css"))
    sources = [*sheet.sources, *(background.attribution if background else ()), "Drawn with Leaflet, without tiles."]
    data = _json(
        {
            "layers": [layer.as_json() for layer in (*under, *sheet.layers)],
            "pick": {
                "label": safe(sheet.pick.label),
                "choices": [[safe(group), safe(words)] for group, words in sheet.pick.choices],
            }
            if sheet.pick
            else None,
        }
    )
    lost = f"{sheet.lost} places have no coordinates and are not drawn." if sheet.lost else ""
    figures = "".join(f"<div><dt>{safe(label)}</dt><dd>{safe(value)}</dd></div>" for label, value in sheet.figures)
    notices = "".join(f'<p class="notice">{safe(text)}</p>' for text in (sheet.notice, lost) if text)
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en-GB">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts, styles)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{safe(sheet.title)}</title>",
            *(f"<style>{style}</style>" for style in styles),
            "</head>",
            "<body>",
            f"<header><h1>{safe(sheet.title)}</h1>{notices}</header>",
            '<main><section class="map" role="region" aria-label="Map; the tables of this plan say the same">',
            body.strip(),
            "<noscript>The map needs scripts; the tables of this plan say the same in words.</noscript></section>",
            f'<section class="panel" aria-label="Figures and layers"><dl class="figures">{figures}</dl>',
            '<div id="pick"></div><fieldset id="layers"><legend>What is shown</legend></fieldset>',
            f'<p class="sources">{" ".join(safe(source) for source in sources if source)}</p></section></main>',
            f'<script type="application/json" id="plan-data">{data}</script>',
            *(f"<script>{each}</script>" for each in scripts),
            "</body>",
            "</html>",
        )
    )


def _json(value: object) -> str:
    """Return JSON that cannot close its own script element or open another."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    def digests(texts: Iterable[str]) -> str:
        packed = (base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() for text in texts)
        return " ".join(f"'sha256-{digest}'" for digest in packed)

    return (
        f"default-src 'none'; script-src {digests(scripts)}; style-src {digests(styles)}; img-src data:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _map_script(script: str) -> str:
    return "\n" + script.strip() + "\n"


@cache
def _asset(name: str) -> str:
    """Return an asset's text without the lines that would have a browser look for another file."""
    text = (_ASSETS / name).read_text(encoding="utf-8")
    lines = (
        line
        for line in text.splitlines()
        if "sourceMappingURL=" not in line and "url(images/" not in line and "behavior:" not in line
    )
    return "\n" + "\n".join(lines) + "\n"
