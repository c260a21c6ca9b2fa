"""Every optimiser answers to the same verbs with the same keywords, and its rooms hold what the house says."""

import importlib
import inspect
from pathlib import Path

import pytest

from optimiser.core.limits import Limits
from optimiser.core.progress import ignore

ROOT = Path(__file__).parents[2]
OPTIMISERS = ("routes", "guides", "meetings", "places")


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_four_verbs_take_the_same_keywords(name):
    package = importlib.import_module(f"optimiser.{name}")
    solve = inspect.signature(package.solve).parameters
    assert list(solve) == ["problem", "limits", "seed", "progress", "start"]
    assert all(solve[word].kind is inspect.Parameter.KEYWORD_ONLY for word in list(solve)[1:])
    assert (solve["limits"].default, solve["seed"].default, solve["start"].default) == (Limits(), 0, None)
    assert solve["progress"].default is ignore
    assert list(inspect.signature(package.verify).parameters) == ["problem", "solution"]
    assert list(inspect.signature(package.report).parameters) == ["problem", "solution"]
    explain = inspect.signature(package.explain).parameters
    assert list(explain) == ["problem", "solution", "about"]
    assert explain["about"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_has_the_same_files(name):
    room = ROOT / "optimiser" / name
    expected = {"README", "problem", "rules", "solution", "costing", "verifier", "tables", "solver", "explainer"}
    assert expected - {path.stem for path in room.iterdir()} == set()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_rule_is_a_kebab_case_claim_with_a_sentence_and_a_row_in_the_readme(name):
    rules = importlib.import_module(f"optimiser.{name}.rules").RULES
    readme = (ROOT / "optimiser" / name / "README.md").read_text()
    pairs = rules.items() if isinstance(rules, dict) else [(rule.id, rule) for rule in rules]
    for rule, sentence in pairs:
        assert rule == rule.lower() and " " not in rule and "_" not in rule
        text = sentence if isinstance(sentence, str) else sentence.sentence
        assert len(text.split()) >= 3, f"{rule} says too little"
        assert f"`{rule}`" in readme, f"{rule} has no row in the README of {name}"


def test_no_module_is_named_for_being_handy():
    handy = {"utils", "helpers", "manager", "misc", "util", "helper"}
    rooms = ("optimiser", "scenarios", "data", "maps", "service", "tests")
    found = [path for room in rooms for path in (ROOT / room).rglob("*.py") if path.stem in handy]
    assert found == []


def test_every_package_has_a_plain_first_sentence():
    rooms = ("optimiser", "scenarios", "data", "maps", "service")
    silent = []
    for room in rooms:
        for path in (ROOT / room).rglob("*.py"):
            first = path.read_text(encoding="utf-8").lstrip().splitlines()[:1]
            if "migrations" not in path.parts and (not first or not first[0].startswith('"""')):
                silent.append(str(path.relative_to(ROOT)))
    assert silent == []
