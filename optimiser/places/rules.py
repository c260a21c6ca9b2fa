"""What is allowed, said in words, and which single placements can never be."""

from optimiser.places.problem import Base, BaseStatus, Phase, Problem, Pupil, Stay

HARD: dict[str, str] = {
    "known-ids": "Every pupil and base in the plan is in the problem.",
    "every-year-once": "A pupil has one base, or none with a reason, in every year a place is needed, and never two.",
    "designation": "A base takes only pupils whose need it is designated for.",
    "phase-and-year": "A base takes only the phases and year groups it serves.",
    "travel-limit": "No pupil travels longer than the limit, save to the base attended now.",
    "refused-base": "No pupil goes to a base ruled out for that pupil.",
    "no-new-admissions": "A base that has stopped admitting keeps its pupils and takes no others.",
    "open-base": "A closed base takes nobody.",
    "capacity": "No base has more pupils than places, save those already there or named for it.",
    "physical-limit": "No base has more pupils than its rooms hold.",
    "year-group": "No base has more pupils of one year group than it takes, or than are there or named for it already.",
    "extra-places": "Extra places are bought only at an open base and within what it can add.",
    "keep-base": "A pupil keeps one base through a stay.",
    "moving-allowed": "Where moving is not allowed, a pupil stays while the base stays open.",
    "pinned": "A pinned pupil is at the pinned base while it is open and suitable.",
    "once-closed": "A base that has closed stays closed, and one that has opened stays open.",
    "fixed-status": "A base is open or closed in the years the plan fixes, and closes or opens no earlier than it can.",
    "closure-limit": "No more and no fewer bases are chosen to close than the policy says.",
    "opening-limit": "No more bases are chosen to open than the policy says.",
    "move-limit": "No more pupils leave the base they attend than the policy says.",
    "remove-places": "At least as many commissioned places close as the policy asks.",
    "never-to-zero": "Protected provision in an area and need never falls below its least.",
    "sole-provider": "The only base for a need and phase in an area is not chosen to close.",
    "forbidden-set": "A set of closures that was ruled out is not chosen again.",
    "travel-budget": "Journeys add up to no more than the budget.",
}
SOFT: dict[str, str] = {
    "viability": "An open base has at least its viable number of pupils.",
    "placed": "Every pupil has a base.",
    "current-kept": "A pupil at a base stays there to the end of the phase.",
    "named-base": "A pupil goes to the base named in the plan for the child.",
    "over-places": "A base has no more pupils than places bought.",
}
RULES: dict[str, str] = {**HARD, **SOFT}
"""Every rule by id, with its sentence. ``viability`` is a bar instead of a price where the plan gives it no price."""

PLACEMENT_RULES = ("designation", "phase-and-year", "travel-limit", "refused-base", "no-new-admissions", "fixed-status")
"""The rules that a single pupil and base can break whatever else the plan holds."""


def designated(base: Base, pupil: Pupil) -> bool:
    """Return whether a base is for the pupil's need, or keeps the pupils it has whatever it is for."""
    return pupil.need in base.needs or (base.keeps_children and pupil.current == base.id)


def serves(base: Base, pupil: Pupil, stay: Stay) -> bool:
    """Return whether a base takes the pupil's phase and every year group of the stay."""
    if stay.phase not in base.phases:
        return False
    first, last = pupil.group_in(stay.first), pupil.group_in(stay.last)
    if first is None or last is None:
        return True
    low = base.lowest_year if base.lowest_year is not None else first
    high = base.highest_year if base.highest_year is not None else last
    return low <= first and last <= high


def never_open(base: Base, stay: Stay) -> bool:
    """Return whether the plan fixes the base closed in some year of the stay."""
    if base.status is BaseStatus.CLOSED:
        return True
    if base.closes is not None and stay.last >= base.closes:
        return True
    if base.candidate:
        earliest = base.open_from if base.opens is None else max(base.opens, base.open_from)
        return stay.first < earliest
    return False


def barriers(problem: Problem, stay: Stay, base: Base) -> tuple[str, ...]:
    """Return the placement rules that stand between one stay and one base; none means the placement could be."""
    pupil = problem.pupil[stay.pupil]
    found: list[str] = []
    if not designated(base, pupil):
        found.append("designation")
    if not serves(base, pupil, stay):
        found.append("phase-and-year")
    if base.id != pupil.current and problem.seconds(pupil, base) > problem.limit_of(pupil):
        found.append("travel-limit")
    if base.id in pupil.refuses:
        found.append("refused-base")
    if stay.number == 0 and new_there(base, pupil, stay):
        found.append("no-new-admissions")
    if never_open(base, stay):
        found.append("fixed-status")
    return tuple(found)


def new_there(base: Base, pupil: Pupil, stay: Stay) -> bool:
    """Return whether a first stay would be an admission that the base no longer makes."""
    if base.admits_until is None or stay.first < base.admits_until:
        return False
    return not (pupil.current == base.id and pupil.enters == 0)


def attended(problem: Problem, pupil: Pupil, stay: Stay) -> str | None:
    """Return the base the pupil attends now and could attend in this first stay, or None."""
    if stay.number or pupil.current is None:
        return None
    base = problem.base[pupil.current]
    return base.id if serves(base, pupil, stay) else None


def has_claim(problem: Problem, pupil: Pupil, stay: Stay, base: str) -> bool:
    """Return whether the pupil may take a place above those bought: named for the base, or there already."""
    return pupil.named_base == base or (stay.number == 0 and pupil.current == base)


def group_limit(problem: Problem, base: Base, year: int, group: int) -> int | None:
    """Return how many pupils of a year group a base may have in a year, None for any number.

    Those at the base now or named for it who will be in the group then are always within the limit.
    """
    if base.year_group_max is None:
        return None
    already = sum(
        1
        for pupil in problem.pupils
        if base.id in (pupil.current, pupil.named_base) and pupil.group_in(year) == group
        and pupil.enters <= year < pupil.enters + pupil.years_left
    )  # fmt: skip
    return max(base.year_group_max, already)


def sole_providers(problem: Problem) -> dict[str, tuple[str, str, Phase]]:
    """Return each base open today that is the only one for an area, need and phase, with one such cell."""
    providers: dict[tuple[str, str, Phase], list[str]] = {}
    for base in problem.bases:
        if base.status is BaseStatus.OPEN and not base.special_school:
            for need in base.needs:
                for phase in base.phases:
                    providers.setdefault((base.area, need, phase), []).append(base.id)
    return {found[0]: cell for cell, found in providers.items() if len(found) == 1}
