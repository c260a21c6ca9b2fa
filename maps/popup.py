"""The one escaper: no text reaches a map but through here.

Folium compiles what it is given as a template on the server, and its output is script in the page, so escaping for
HTML alone is not enough. Every character that is not a letter, a digit, a space or one of ``.,:;()-_+@£/%`` becomes a
numeric entity, which is inert as HTML, in a template and in a script.
"""

import math
from collections.abc import Iterable

_PLAIN = frozenset(" .,:;()-_+@£/%–")
_MOST = 300


def safe(value: object) -> str:
    """Return any value as text that is inert wherever it is put; long text is cut at 300 characters."""
    text = str(value)
    if len(text) > _MOST:
        text = text[: _MOST - 3] + "..."
    return "".join(
        character
        if character in _PLAIN or (character.isalnum() and character.isprintable())
        else f"&#{ord(character)};"
        for character in text
    )


def rows(pairs: Iterable[tuple[str, object]]) -> list[list[str]]:
    """Return the lines of a pop-up, label and value, leaving out those with nothing to say."""
    return [[safe(label), safe(value)] for label, value in pairs if value not in (None, "")]


def clock(seconds: int | None) -> str:
    """Return seconds after midnight as 07:45."""
    return "" if seconds is None else f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def minutes(seconds: int) -> str:
    """Return a length of time as whole minutes."""
    return f"{math.floor(seconds / 60 + 0.5)} min"


def miles(metres: float) -> str:
    """Return road metres as miles."""
    return f"{metres / 1609.344:.1f} miles"


def pounds(pence: int) -> str:
    """Return pence as pounds, to the penny below £1,000."""
    return f"£{pence / 100:,.2f}" if abs(pence) < 100_000 else f"£{pence / 100:,.0f}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
