"""The guide's pictures, taken by the tests that walk the same way: small PNG files of what was on the screen."""

import io
import os
from dataclasses import dataclass, field

from tests.builders.house import ROOT, Sitting

FOLDER = ROOT / "docs" / "guide" / "pictures"
KEEP = bool(os.environ.get("SENDOPT_PICTURES"))
"""Whether the pictures take the place of those in the guide (make pictures); otherwise they are taken and dropped."""
MOST_BYTES = 200_000


@dataclass
class Album:
    """Takes pictures of what a person at a browser sees."""

    sitting: Sitting
    taken: set[str] = field(default_factory=set)

    def take(self, name: str, *, at: str = "", height: int = 820) -> None:
        """Take one picture, 1,080 pixels wide, from the top of the page or from an element down."""
        page = self.sitting.page
        page.set_viewport_size({"width": 1080, "height": height})
        page.evaluate("document.activeElement && document.activeElement.blur()")
        if at:
            page.locator(at).first.evaluate("each => each.scrollIntoView({block: 'start'})")
        else:
            page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(400)
        body = small(page.screenshot(animations="disabled", caret="hide"))
        assert len(body) < MOST_BYTES, (name, len(body))
        self.taken.add(name)
        if KEEP:
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / f"{name}.png").write_bytes(body)


def small(body: bytes) -> bytes:
    """Return a picture in at most 128 colours, where Pillow is installed to do it."""
    try:
        from PIL import Image
    except ImportError:
        return body
    out = io.BytesIO()
    Image.open(io.BytesIO(body)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return min(out.getvalue(), body, key=len)
