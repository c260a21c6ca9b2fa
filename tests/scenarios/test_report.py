"""The consultation report: everything asked for is in it, and nobody can be worked out from the public part."""

import random
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from optimiser.core import codec
from optimiser.places.problem import Track
from scenarios import publication
from scenarios.changes.places import CloseBase
from scenarios.comparison import compare
from scenarios.report import report
from scenarios.runner import Outcome, run
from scenarios.scenario import Scenario
from scenarios.sections import Report
from scenarios.suppression import THRESHOLD, attack
from scenarios.timeline import timeline
from tests.builders.places import a_base, a_problem, a_pupil
from tests.scenarios.test_decommissioning import YEAR


def some_outcomes(seed: int) -> tuple[Outcome, Outcome]:
    """Things as they are and a closure, with some sixty children of three areas, two needs and three bands."""
    dice = random.Random(seed)
    bases = [
        a_base("b1", needs=("ASC", "HI"), commissioned=(25,)), a_base("b2", place="at 30", commissioned=(40,)),
        a_base("b3", place="at 20", needs=("ASC", "HI"), area="West", commissioned=(30,)),
    ]  # fmt: skip
    pupils = [
        a_pupil(
            f"child{n}", need=dice.choice(["ASC", "ASC", "HI"]), area=dice.choice(["East", "West", "North"]),
            current=dice.choice(["b1", "b3", None]), groups=(("deprivation", dice.choice("123")),),
        )
        for n in range(60 + seed)
    ]  # fmt: skip
    before, after = run(a_problem(pupils, bases), [Scenario("Close b1", (CloseBase("b1"),))])
    return before, after


def a_report(seed: int) -> tuple[Report, Outcome, Outcome]:
    before, after = some_outcomes(seed)
    assert before.result is not None and after.result is not None
    assert before.result.solution is not None and after.result.solution is not None
    made = report(
        "Close b1", after.scenario.sentences, compare(before, after), (before.problem, before.result.solution),
        (after.problem, after.result.solution), dates=[("b1", timeline(Track.MAINTAINED, date(2026, 9, 14), YEAR))],
    )  # fmt: skip
    return made, before, after


def test_the_report_holds_every_part_and_survives_the_codec() -> None:
    made, *_ = a_report(0)
    assert [each.key for each in made.sections] == [
        "proposal", "options", "impact", "places", "transport", "finance", "improvement", "equality", "risks", "dates",
        "method",
    ]  # fmt: skip
    assert all(each.words for each in made.sections)
    assert "basis" in " ".join(made.sections[5].words).lower()
    assert codec.from_json(Report, codec.to_json(made)) == made


@pytest.mark.parametrize("seed", range(5))
def test_no_pair_of_printed_tables_gives_a_small_count_away(seed: int) -> None:
    made, before, after = a_report(seed)
    compared = compare(before, after)
    groups = publication.groups_of(before.problem)
    truth = {each.key: each for each in publication.public_counts(compared, groups)}
    read = []
    for section in made.sections:
        for table in section.tables:
            if table.key in truth:
                hidden = np.array([[cell == "c" for cell in row[1:]] for row in table.rows])
                read.append(replace(truth[table.key], masked=hidden))
                shown = [int(cell) for row in table.rows for cell in row[1:] if cell != "c"]
                assert all(count == 0 or count >= THRESHOLD for count in shown)
    assert len(read) == len(truth) >= 6
    assert not attack(tuple(read), links=publication.public_links(compared, groups))


@pytest.mark.parametrize("seed", range(2))
def test_the_public_words_name_no_child_and_count_none_that_the_tables_hide(seed: int) -> None:
    made, before, _ = a_report(seed)
    words = " ".join(text for section in made.sections for text in section.words)
    assert not any(pupil.id in words for pupil in before.problem.pupils)
    said = [int(count) for count in re.findall(r"(\d+) children", words)]
    assert all(count == 0 or count >= THRESHOLD for count in said)
    assert any(pupil.id in str(made.annex) for pupil in before.problem.pupils)


def test_links_undo_a_table_that_is_masked_alone() -> None:
    before, after = some_outcomes(1)
    compared = compare(before, after)
    groups = publication.groups_of(before.problem)
    alone = publication.public_counts(compared, groups)
    bare = tuple(replace(each, masked=(each.counts > 0) & (each.counts < THRESHOLD)) for each in alone)
    assert attack(bare, links=publication.public_links(compared, groups))
