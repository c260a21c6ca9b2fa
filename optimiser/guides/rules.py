"""The rules of a guides plan, each a claim that should hold, with one plain sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its id, whether it is hard, and the sentence that people read."""

    id: str
    hard: bool
    sentence: str


_HARD = {
    "known-ids": "Every guide and run in the plan is one that the problem holds, and the run wants a guide.",
    "one-guide-per-run": "A run has at most one guide.",
    "guide-at-work": "A guide works only on contract days and not when absent.",
    "checks-valid": "Every check that the council requires is valid on the day.",
    "competence-valid": "The guide holds every competence the children aboard need, valid on the day.",
    "not-barred": "A guide never rides with a child they are kept apart from.",
    "one-run-at-a-time": "A guide's runs do not overlap and leave time to get from one to the next.",
    "duty-shape": "A duty has one run in each half of the day, or two that one vehicle does in turn.",
    "reach-first-stop": "The guide is at the first child who needs one in time, by the means stated.",
    "collect-detour": "A vehicle fetches its guide only when the detour fits the time the run can spare.",
    "guide-hours": "A guide's time aboard and last finish stay within their hours.",
    "pin-kept": "Whoever is pinned to a run stays on it.",
    "nobody-dropped": "Every guided run has a guide or is listed as uncovered with a reason, not both.",
    "backup-fit": "A named backup could lawfully ride the run and reach it in time.",
    "backup-free": "A named backup is not on a required run at that time.",
    "backup-distinct": "A run's backups are two different people, neither of them its own guide.",
}
_SOFT = {
    "guide-present": "A run with a required guide has one.",
    "preferred-guide": "A run where a guide is preferred has one.",
    "known-face": "The children know their guide.",
    "same-guide-both-ways": "Morning and afternoon are one duty with one guide.",
    "kept-guide": "Children keep the guide they have.",
    "long-half": "A half-day aboard stays within the contract.",
    "two-backups": "A guided run has a first and a second named backup.",
    "backups-spread": "Nobody is first backup for more than one route.",
}

RULES: dict[str, Rule] = {
    **{id: Rule(id, True, sentence) for id, sentence in _HARD.items()},
    **{id: Rule(id, False, sentence) for id, sentence in _SOFT.items()},
}
