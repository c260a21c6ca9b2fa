"""Colours that colour-blind readers can tell apart and that print, each with a dash of its own."""

from dataclasses import dataclass
from typing import Any

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#B07800", "#3D94C9"
INK, GREY, PALE = "#1F2A33", "#7A858D", "#B9C2C8"

# The palette of Okabe and Ito, darkened where its yellow would vanish on white paper.
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("", "9 5", "2 5", "12 4 2 4")


@dataclass(frozen=True)
class Look:
    """How a feature is drawn. ``radius`` in pixels makes a dot; ``fill`` fills it; ``shape`` is a dot or a square."""

    colour: str
    weight: float = 2.0
    dash: str = ""
    radius: float = 0.0
    fill: float = 0.0
    opacity: float = 0.9
    shape: str = "dot"

    def as_json(self) -> dict[str, Any]:
        """Return the look as the page's script reads it."""
        return {
            "c": self.colour,
            "w": self.weight,
            "d": self.dash,
            "r": round(self.radius, 1),
            "f": self.fill,
            "o": self.opacity,
            "s": self.shape,
        }


def run_look(number: int, *, weight: float = 2.6) -> Look:
    """Return the look of the n-th line of many: colours first, then dashes, so that neighbours always differ."""
    colour = PALETTE[number % len(PALETTE)]
    return Look(colour, weight, DASHES[number // len(PALETTE) % len(DASHES)], opacity=0.85)


def dot(colour: str, radius: float = 5.0, *, fill: float = 0.85, weight: float = 1.5) -> Look:
    """Return a dot."""
    return Look(colour, weight, radius=radius, fill=fill)


def square(colour: str, radius: float = 6.0, *, fill: float = 0.95) -> Look:
    """Return a square, for buildings."""
    return Look(colour, 1.5, radius=radius, fill=fill, shape="square")


def ring(colour: str, radius: float = 6.0, *, weight: float = 2.5) -> Look:
    """Return an open ring, for what is missing."""
    return Look(colour, weight, radius=radius, fill=0.0)


def sized(number: int, *, least: float = 3.0, most: float = 16.0) -> float:
    """Return a radius whose area grows with a number."""
    return float(min(most, least + 1.4 * max(0, number) ** 0.5))
