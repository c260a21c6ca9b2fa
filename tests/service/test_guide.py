"""The guide says what is so: every setting, command and picture in it exists, and its pages ask nobody else."""

import re
from pathlib import Path

import pytest
import typer

from service.cli.commands import app
from service.settings import Settings
from service.travelling import NAMES
from tests.builders.album import FOLDER, MOST_BYTES

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
PAGES = {path.relative_to(GUIDE).as_posix(): path.read_text("utf-8") for path in sorted(GUIDE.rglob("*.md"))}


COMMAND = re.compile(r"(?m)(?:^ *|`)(?:[A-Z_]+=\S+ )*sendopt ((?:[a-z]+ ?)+(?:--[a-z-]+)?)")


def test_every_setting_is_in_the_guide_and_no_other():
    ours = {f"SENDOPT_{name.upper()}" for name in Settings.model_fields} | set(NAMES)
    listed = set(re.findall(r"`(SENDOPT_\w+)`", PAGES["admin/settings.md"]))
    assert ours == listed
    mentioned = {name for text in PAGES.values() for name in re.findall(r"SENDOPT_[A-Z_]+", text)}
    assert mentioned <= ours


def test_every_command_in_the_guide_can_be_given():
    group = typer.main.get_command(app)
    for page, text in PAGES.items():
        for line in COMMAND.findall(text):
            words, found = line.split(), group
            while words and hasattr(found, "commands") and not words[0].startswith("--"):
                assert words[0] in found.commands, (page, line)
                found = found.commands[words.pop(0)]
            if words and words[-1].startswith("--") and not hasattr(found, "commands"):
                assert any(words[-1] in option.opts for option in found.params), (page, line)


@pytest.mark.parametrize("name", ["sendopt.service", "sendopt-nightly.service"])
def test_every_command_of_a_unit_can_be_given(name):
    text = (ROOT / "deploy" / name).read_text("utf-8")
    commands = re.findall(r"^ExecStart(?:Pre)?=\S+/sendopt (.+)$", text, re.M)
    assert commands
    for line in commands:
        found = typer.main.get_command(app)
        for word in line.split():
            found = found.commands[word]
        assert not hasattr(found, "commands")


def test_every_picture_is_there_used_made_by_a_test_and_small():
    used = {name for text in PAGES.values() for name in re.findall(r"pictures/([\w-]+)\.png", text)}
    made = re.findall(r'(?:take\(|, )"([\w-]+)"', (ROOT / "tests/journeys/test_newcomer.py").read_text("utf-8"))
    held = {path.stem for path in FOLDER.glob("*.png")}
    assert used == held and held <= set(made)
    assert all(path.stat().st_size < MOST_BYTES for path in FOLDER.iterdir())


def test_every_picture_says_in_words_what_it_shows():
    for text in PAGES.values():
        assert all(words.strip() for words in re.findall(r"!\[([^\]]*)\]", text))


def test_the_guide_builds_without_a_warning_and_asks_no_other_host(tmp_path):
    pytest.importorskip("material", reason="skipped: the docs extra is not installed")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path), strict=True))
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) >= len(PAGES)
    for page in pages:
        text = page.read_text("utf-8")
        fetched = re.findall(r'<(?:script|img|iframe|source)[^>]*\ssrc="?([^\s">]+)', text)
        fetched += re.findall(r'<link[^>]*rel="?(?:stylesheet|preconnect|icon)"?[^>]*href="?([^\s">]+)', text)
        assert not [each for each in fetched if each.startswith(("http", "//"))], page
    for sheet in tmp_path.rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//", sheet.read_text("utf-8")), sheet
