"""How a postcode is spelt, and what people type instead."""

import re

_SHAPE = re.compile(r"^([A-Z]{1,2}[0-9][0-9A-HJKMNP-Y]?)([0-9][A-Z]{2})$")
_TO_DIGIT = str.maketrans("OIL", "011")
_TO_LETTER = str.maketrans("01", "OI")


def spell(text: str) -> str | None:
    """Return a postcode as the Post Office writes it ("B20 3DE"), or None where the text cannot be one.

    Forgives case, spaces, dots and dashes, and the letters O, I and L where only a digit can stand, and the reverse.
    """
    squeezed = re.sub(r"[\s.\-_]+", "", text.upper())
    if not 5 <= len(squeezed) <= 7 or not squeezed.isascii():
        return None
    found = _SHAPE.match(squeezed)
    if found is None:
        inward = squeezed[-3].translate(_TO_DIGIT) + squeezed[-2:].translate(_TO_LETTER)
        outward = squeezed[:-3]
        split = 2 if len(outward) > 1 and outward[1].isalpha() and outward[1] not in "OIL" else 1
        found = _SHAPE.match(outward[:split] + outward[split:].translate(_TO_DIGIT) + inward)
    return f"{found[1]} {found[2]}" if found else None


def compact(text: str) -> str | None:
    """Return a postcode without its space ("B203DE"), the form tables are searched by, or None."""
    spelt = spell(text)
    return spelt.replace(" ", "") if spelt else None
