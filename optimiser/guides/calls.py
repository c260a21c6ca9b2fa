"""Whom to ring and what to say: families in pick-up order, guides with where to be, run sheets that changed."""

from dataclasses import replace

from optimiser.core.units import Seconds
from optimiser.guides.desk import Call, Cover, CoverPlan, GuideText, Step
from optimiser.guides.problem import Direction, GuidesProblem, Run
from optimiser.guides.solution import GuidesSolution

_GUIDES = frozenset({Step.BACKUP, Step.STANDBY, Step.FREE, Step.PREFERRED, Step.HAND_OVER, Step.CHAIN, Step.LATE})


def complete(problem: GuidesProblem, solution: GuidesSolution, plan: CoverPlan) -> CoverPlan:
    """Return the plan with calls in pick-up order, texts to guides, and the run sheets that changed."""
    found: list[Call] = []
    for gap in plan.cancelled:
        found.extend(_calls(problem.run[gap.run], _cancelled(problem.run[gap.run])))
    for cover in plan.covers:
        text = _words(problem, cover)
        if text:
            found.extend(_calls(problem.run[cover.run], text, skip=_knows(problem, cover)))
        if cover.step is Step.COMBINE and cover.late:
            found.extend(_calls(problem.run[cover.who], _delayed(cover)))
    for run in plan.without:
        found.extend(
            _calls(
                problem.run[run], "Today your child's vehicle runs without a guide. Please tell us if that worries you."
            )
        )
    found.sort(key=lambda call: (call.due, call.run, call.child))
    texts = tuple(_guide_text(problem, cover) for cover in plan.covers if cover.step in _GUIDES)
    changed = {cover.run for cover in plan.covers} | {gap.run for gap in plan.cancelled} | set(plan.without)
    changed |= {cover.who for cover in plan.covers if cover.step is Step.COMBINE}
    return replace(plan, calls=tuple(found), texts=texts, changed_runs=tuple(sorted(changed)))


def clock_text(seconds: int) -> str:
    """Return a clock time as 07:45, for a message."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _calls(run: Run, text: str, *, skip: frozenset[str] = frozenset()) -> list[Call]:
    return [Call(stop.child, stop.at, run.id, text) for stop in run.stops if stop.child not in skip]


def _knows(problem: GuidesProblem, cover: Cover) -> frozenset[str]:
    """Return children who need no call because only the guide changes and they know the new one."""
    if cover.step in _GUIDES and not cover.late:
        return problem.guide[cover.who].knows
    return frozenset()


def _cancelled(run: Run) -> str:
    when = "this morning" if run.direction is Direction.AM else "this afternoon"
    return (
        f"We are sorry: we have no trained guide or vehicle for your child's transport {when}, so it is cancelled. "
        "Please do not wait outside. Ring us if you cannot get your child there and we will look for another way."
    )


def _delayed(cover: Cover) -> str:
    minutes = -(-cover.late // 60)
    return f"Today your child's vehicle also carries children of another run, so it may be {minutes} minutes late."


def _words(problem: GuidesProblem, cover: Cover) -> str:
    minutes = -(-cover.late // 60)
    if cover.step is Step.COMBINE:
        shifts = [each.shift for each in problem.combinations if (each.run, each.into) == (cover.run, cover.who)]
        far = max(minutes, -(-max(shifts, default=0) // 60))
        return f"Today another of the school's vehicles carries your child, up to {far} minutes from the usual time."
    if cover.step is Step.PARENT:
        return "As agreed with you, please take your child yourself today; we will pay the mileage."
    if cover.step is Step.SPARE_VEHICLE and minutes:
        return f"A different vehicle comes today, about {minutes} minutes late. The guide is the usual one."
    if cover.step is Step.SPARE_VEHICLE:
        return "A different vehicle comes today, at the usual time. The guide is the usual one."
    if cover.step is Step.SECOND_CREW:
        return "Today a checked member of the school's or operator's staff rides in place of the usual guide."
    if minutes:
        return f"Today's transport is about {minutes} minutes late, with a different guide."
    return "A different trained guide rides today, at the usual time. Please tell your child before the vehicle comes."


def _guide_text(problem: GuidesProblem, cover: Cover) -> GuideText:
    run = problem.run[cover.run]
    be_there = Seconds(run.need_from + cover.late)
    how = f" by {cover.mode.value}" if cover.mode is not None and cover.mode.value != "collected" else ""
    fetched = (
        " The vehicle fetches you from home." if cover.mode is not None and cover.mode.value == "collected" else ""
    )
    skills = f" Needed: {', '.join(sorted(run.competences))}." if run.competences else ""
    text = (
        f"Please cover run {run.id} today: be at {run.first_place} at {clock_text(be_there)}{how}, "
        f"{len(run.stops)} children, until {clock_text(run.need_until + cover.late)}.{fetched}{skills} "
        "Reply YES or ring the desk."
    )
    return GuideText(cover.who, run.id, text)
