"""Maps in a real browser with the network shut: they draw, ask nobody, say nothing on the console and obey."""

import shutil
from pathlib import Path

import pytest

from tests.maps.test_pages import PAYLOADS, every_page

playwright = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="skipped: no Chromium is installed"),
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        shut = ["--host-resolver-rules=MAP * ~NOTFOUND"]
        running = started.chromium.launch(executable_path=CHROMIUM, args=shut)
        yield running
        running.close()


def opened(browser, page: str, folder: Path, *, width=1280):
    """A page opened from a file, with everything it asked for and said."""
    file = folder / "map.html"
    file.write_text(page, encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 800})
    said, asked = [], []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"file://{file}")
    tab.wait_for_function("document.body.dataset.ready === 'yes'")
    return tab, said, [url for url in asked if not url.startswith(("file:", "data:"))]


@pytest.fixture(scope="module")
def pages():
    return every_page()


@pytest.mark.parametrize("name", ["routes", "guides", "meetings", "places", "comparison"])
def test_a_map_draws_asks_nobody_and_says_nothing(browser, pages, tmp_path, name):
    tab, said, asked = opened(browser, pages[name], tmp_path)
    assert (said, asked) == ([], [])
    drawn = tab.evaluate(
        "(() => { const c = document.querySelector('.leaflet-overlay-pane canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "let n = 0; for (let i = 3; i < d.length; i += 4) { if (d[i]) { n++; } } return n; })()"
    )
    assert drawn > 200
    tab.close()


def test_a_run_can_be_picked_from_the_list_and_let_go_with_escape(browser, pages, tmp_path):
    tab, said, _ = opened(browser, pages["routes"], tmp_path)
    tab.select_option("#pick select", index=1)
    assert tab.locator(".stop-number").count() >= 2
    tab.keyboard.press("Escape")
    assert tab.locator(".stop-number").count() == 0
    assert said == []
    tab.close()


def test_layers_can_be_switched_by_keyboard(browser, pages, tmp_path):
    tab, said, _ = opened(browser, pages["places"], tmp_path)
    box = tab.locator(".layer input").first
    box.focus()
    tab.keyboard.press("Space")
    assert not box.is_checked() and said == []
    tab.close()


def test_a_map_fits_a_narrow_screen_without_sideways_scrolling(browser, pages, tmp_path):
    tab, _, _ = opened(browser, pages["routes"], tmp_path, width=320)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    tab.close()


def test_a_map_has_no_accessibility_fault_that_axe_can_find(browser, pages, tmp_path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="skipped: axe is not installed")
    tab, _, _ = opened(browser, pages["routes"], tmp_path)
    source = Path(axe.__file__).parent / "axe.min.js"
    tab.evaluate(source.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == []
    tab.close()


def test_no_hostile_text_runs_in_any_map(browser, tmp_path):
    for start in range(0, len(PAYLOADS), 7):
        for name, page in every_page(" ".join(PAYLOADS[start : start + 7])).items():
            tab, said, asked = opened(browser, page, tmp_path)
            tab.locator(".layer input").first.click()
            if tab.locator("#pick select").count():
                tab.select_option("#pick select", index=1)
            tab.mouse.move(500, 400)
            tab.mouse.click(480, 420)
            assert tab.title().startswith("Plan"), (name, tab.title())
            assert tab.locator("img, iframe, main script, .panel svg[onload]").count() == 0, name
            assert (said, asked) == ([], []), name
            tab.close()
