"""A small drawing of one run for paper: its way, its stops in turn, the school, and streets around it where known."""

import math
from collections.abc import Mapping, Sequence

from maps import style
from maps.geojson import Place
from maps.popup import miles, minutes, safe

WIDTH, HEIGHT, EDGE = 640.0, 300.0, 24.0
_LENGTHS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
_STREETS = {"motorway": 2.0, "main": 1.4, "minor": 0.6}


def sketch(
    legs: Sequence[Sequence[Place]],
    marks: Sequence[str],
    *,
    seconds: Sequence[int] = (),
    metres: Sequence[int] = (),
    streets: Mapping[str, Sequence[Sequence[Place]]] | None = None,
    title: str = "The way",
    notice: str = "",
) -> str:
    """Return a drawing as SVG in a figure, with its words beside it.

    ``legs`` are lines of (latitude, longitude) from each stop to the next, ``marks`` the word at each stop, one more
    than the legs, such as "1" and "School". ``seconds`` and ``metres`` are a leg each. Raises ValueError for another
    number of marks.
    """
    if len(marks) != len(legs) + 1:
        raise ValueError(f"{len(legs)} legs need {len(legs) + 1} marks, not {len(marks)}")
    frame = _Frame([place for leg in legs for place in leg])
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" width="100%" '
        f'aria-label="{safe(title)}"><rect width="{WIDTH:.0f}" height="{HEIGHT:.0f}" fill="#fff" stroke="#000"/>'
    ]
    for kind, lines in (streets or {}).items():
        weight = _STREETS.get(kind, 1.0)
        drawn += [frame.line(line, style.PALE, weight) for line in lines if frame.holds(line)]
    drawn += [frame.line(leg, style.BLUE, 2.5) for leg in legs]
    stops = [leg[0] for leg in legs] + [legs[-1][-1]] if legs else []
    drawn += [frame.mark(place, word) for place, word in zip(stops, marks, strict=True)]
    drawn.append(frame.scale())
    return f"<figure>{''.join(drawn)}</svg><figcaption>{_words(marks, seconds, metres, notice)}</figcaption></figure>"


def _words(marks: Sequence[str], seconds: Sequence[int], metres: Sequence[int], notice: str) -> str:
    """Return each leg in words, then the whole, then the notice: the drawing for those who cannot see it."""
    said = [
        safe(f"{here} to {there}: {minutes(took)}, {miles(far)}")
        for here, there, took, far in zip(marks, marks[1:], seconds, metres, strict=False)
    ]
    whole = [safe(f"Driving {minutes(sum(seconds))}, {miles(sum(metres))}.")] if said else []
    legs = ["; ".join(said) + "."] if said else []
    return " ".join([*whole, *legs, *([safe(notice)] if notice else [])])


class _Frame:
    """Where places fall on the drawing: north up, one scale both ways."""

    def __init__(self, places: Sequence[Place]) -> None:
        lats, lons = [place[0] for place in places], [place[1] for place in places]
        self._south, self._west = min(lats), min(lons)
        self._over = math.cos(math.radians((min(lats) + max(lats)) / 2))
        high = max(max(lats) - self._south, 1e-3)
        wide = max((max(lons) - self._west) * self._over, 1e-3)
        self._scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
        self._left = (WIDTH - wide * self._scale) / 2
        self._foot = (HEIGHT + high * self._scale) / 2

    def at(self, place: Place) -> tuple[float, float]:
        """Return the place on the drawing, right and down."""
        x = self._left + (place[1] - self._west) * self._over * self._scale
        return round(x, 1), round(self._foot - (place[0] - self._south) * self._scale, 1)

    def holds(self, line: Sequence[Place]) -> bool:
        """Return whether a line lies on the drawing."""
        return all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in map(self.at, line))

    def line(self, places: Sequence[Place], colour: str, weight: float) -> str:
        """Return a line through places."""
        points = " ".join(f"{x},{y}" for x, y in map(self.at, places))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{weight}"/>'

    def mark(self, place: Place, word: str) -> str:
        """Return a stop with its word."""
        x, y = self.at(place)
        size = 9 if len(word) < 3 else 4 * len(word)
        box = (
            f'<rect x="{x - size}" y="{y - 9}" width="{2 * size}" height="18" rx="4" fill="#fff" stroke="{style.INK}"/>'
        )
        text = f'<text x="{x}" y="{y + 4}" font-size="11" font-family="Arial,sans-serif" text-anchor="middle">'
        return f"{box}{text}{safe(word)}</text>"

    def scale(self) -> str:
        """Return a bar of a round length."""
        metre = self._scale / 111_320
        length = max(
            (step for step in (100, 200, 500, 1_000, 2_000, 5_000, 10_000) if step * metre <= 160), default=100
        )
        words = f"{length // 1_000} km" if length >= 1_000 else f"{length} m"
        end = 8 + length * metre
        bar = f'<path d="M8 {HEIGHT - 8} H{end:.1f}" stroke="#000" stroke-width="2"/>'
        return f'{bar}<text x="8" y="{HEIGHT - 13}" font-size="11" font-family="Arial,sans-serif">{words}</text>'
