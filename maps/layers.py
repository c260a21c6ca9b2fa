"""A map's layers, and the only file that hands anything to Folium.

Folium draws the map itself. The layers' data never passes through its templates: it travels beside them as one block
of JSON, which the page's own script turns into Leaflet layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import folium
from branca.element import Figure, MacroElement
from folium.template import Template

from maps.geojson import Feature
from maps.popup import safe
from maps.style import Look


@dataclass(frozen=True)
class Key:
    """One line of the legend: a look and what it means."""

    look: Look
    words: str


@dataclass(frozen=True)
class Layer:
    """One kind of thing on a map, which a reader can switch on and off.

    ``features`` are drawn in order. ``shown`` says whether it is on at first. ``below`` puts it under the others as
    background. ``picked`` layers are hidden until something in them is picked by name.
    """

    title: str
    features: Sequence[Feature] = field(repr=False)
    keys: tuple[Key, ...] = ()
    shown: bool = True
    below: bool = False
    picked: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the layer as the page's script reads it."""
        return {
            "title": safe(self.title),
            "shown": self.shown,
            "below": self.below,
            "picked": self.picked,
            "keys": [{"look": key.look.as_json(), "words": safe(key.words)} for key in self.keys],
            "data": {"type": "FeatureCollection", "features": list(self.features)},
        }


class _Handle(MacroElement):
    """Tells the page's script which variable holds the map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.planMap = {{ this._parent.get_name() }};
        {% endmacro %}
        """
    )


class LocalMap(folium.Map):
    """A Folium map that links to nothing: no tiles, and Leaflet comes from inside the page."""

    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []

    def __init__(self) -> None:
        super().__init__(
            location=(52.48, -1.9),
            zoom_start=11,
            tiles=None,
            prefer_canvas=True,
            zoom_control=True,
            max_zoom=18,
            zoom_snap=0.25,
            attribution_control=False,
        )
        self.options["maxZoom"] = 18
        self.add_child(_Handle())

    def parts(self) -> tuple[str, str]:
        """Return the map's HTML and its script, rendered by Folium and free of anybody's text."""
        figure = self.get_root()
        assert isinstance(figure, Figure)
        self.render()
        return figure.html.render(), figure.script.render()
