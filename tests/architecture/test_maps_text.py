"""No text reaches Folium: it draws the bare map, and everything else travels as escaped data."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT_MAKERS = re.compile(
    r"\b(Popup|Tooltip|DivIcon|GeoJsonTooltip|GeoJsonPopup|IFrame|Html|Icon|Marker|CircleMarker|GeoJson|TileLayer|"
    r"FeatureGroup|LayerControl|Element)\("
)


def test_only_the_layers_file_touches_folium():
    for file in (ROOT / "maps").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        if file.name != "layers.py":
            assert not re.search(r"^\s*(import|from) (folium|branca|jinja2)", text, re.M), file.name
        assert not TEXT_MAKERS.search(text), file.name


def test_folium_is_told_no_text_but_its_own_constants():
    text = (ROOT / "maps" / "layers.py").read_text(encoding="utf-8")
    started = text.split("class LocalMap", 1)[1]
    assert "safe(" not in started, "text belongs in the data block, never in the map object"
    assert text.count("Template(") == 1


def test_only_the_escaper_and_the_page_write_html():
    for file in (ROOT / "maps").glob("*.py"):
        if file.name not in ("page.py", "popup.py"):
            assert not re.search(r"<(div|p|b|br|table|span|script|h\d)\b", file.read_text(encoding="utf-8")), file.name


def test_leaflet_is_shipped_with_its_licence():
    assets = ROOT / "maps" / "assets"
    assert "BSD 2-Clause" in (assets / "leaflet" / "LICENSE").read_text(encoding="utf-8")
    assert "1.9.4" in (assets / "leaflet" / "leaflet.js").read_text(encoding="utf-8")[:300]
