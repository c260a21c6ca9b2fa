"""Adding a child: every way to carry them, nothing committed until one is accepted, then a proposed plan of its own."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from data.records.kinds import CELLS
from data.records.pupils import Pupil
from data.records.row import columns
from data.records.words import GUIDE_NEEDS, NEEDS, TRAINING, WHEELCHAIRS
from service import plans, runs
from service.answers import Answer, NoAnswer
from service.store import audit, cities
from service.store.database import fetch
from service.store.scope import NotAllowed
from service.store.tables import Run
from service.web.desk import question
from service.web.facts import Facts, facts_of
from service.web.pages import page
from service.web.routes.plans import ask
from service.web.routes.transport import TABS, Planner
from service.web.security import Visitor, check_form

router = APIRouter(prefix="/transport/add", include_in_schema=False)
FIELDS = (
    "id",
    "postcode",
    "school",
    "year",
    "need",
    "wheelchair",
    "guide",
    "competences",
    "sole",
    "max_minutes",
    "days",
)
"""What the form asks; the rest keeps the template's defaults."""
_HEADINGS = {column.field: column.heading for column in columns(Pupil)}
_OFFERS = {
    "need": sorted(set(NEEDS.values())),
    "wheelchair": list(dict.fromkeys(WHEELCHAIRS.values())),
    "guide": list(dict.fromkeys(GUIDE_NEEDS.values())),
    "competences": sorted(set(TRAINING.values())),
}


async def told(request: Request) -> dict[str, str]:
    """Return what the form says about the child, field by field, each at most 200 letters."""
    form = await request.form()
    return {name: str(form.get(name, ""))[:200].strip() for name in FIELDS}


Told = Annotated[dict[str, str], Depends(told)]


@router.get("")
def start(request: Request, visitor: Planner) -> Response:
    """Ask about the child: a reference, home, school and needs."""
    return _page(request, visitor, facts_of(request, visitor), {})


@router.post("", dependencies=[Depends(check_form)])
def look(request: Request, visitor: Planner, child: Told) -> Response:
    """Show every way to carry the child, ranked; nothing is kept."""
    facts = facts_of(request, visitor)
    pupil, wrong = checked(child, facts)
    if pupil is None:
        return _page(request, visitor, facts, child, wrong=wrong, status=422)
    assert facts.plan.run is not None
    with request.app.state.db.session() as session:
        audit.record(session, visitor.scope.who, "asked how to carry a child", pupil.id)
    try:
        _, answer = question(request, visitor, facts.plan.run.id, "add", {"pupil": pupil.model_dump(mode="json")})
    except NoAnswer as reason:
        return _page(request, visitor, facts, child, wrong={"id": str(reason)}, status=422)
    return _page(request, visitor, facts, child, answer=answer)


@router.post("/accept", dependencies=[Depends(check_form)])
def accept(
    request: Request,
    visitor: Planner,
    child: Told,
    way: Annotated[str, Form(max_length=300)] = "",
    city: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Add the child to the facts and propose a plan with the way chosen; every run it does not name stays as it is."""
    visitor.scope.need("data.write")
    facts = facts_of(request, visitor)
    with request.app.state.db.reading() as session:
        again = _proposed(session, visitor, child["id"], way)
    if again is not None:
        return RedirectResponse(f"/plans/{again.id}", status_code=303)
    pupil, wrong = checked(child, facts)
    if pupil is None:
        return _page(request, visitor, facts, child, wrong=wrong, status=422)
    assert facts.plan.run is not None
    if not way:
        raise NotAllowed("choose one of the ways to carry the child")
    if facts.city is None or facts.city.id != city:
        raise plans.Clash("The facts changed since you looked. Nothing was changed: look at the ways again.")
    with request.app.state.db.session() as session:
        _join(session, visitor, facts, pupil)
    options = {"add": pupil.id, "take": way}
    title = f"Child {pupil.id} added"
    run_id = ask(request, visitor, "routes", 0.25, 1, facts.plan.run.area, facts.plan.run.id, options, "", title)
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


def _proposed(session: Session, visitor: Visitor, child: str, way: str) -> Run | None:
    """Return the plan that the same button asked for a moment ago, so that pressing twice adds one child."""
    query = runs.visible(visitor.scope).where(Run.kind == "routes").order_by(Run.asked_at.desc()).limit(20)
    found = session.execute(query).scalars()
    return next((run for run in found if run.options.get("add") == child and run.options.get("take") == way), None)


def _join(session: Session, visitor: Visitor, facts: Facts, pupil: Pupil) -> None:
    assert facts.city is not None and facts.city.records is not None
    records = json.loads(fetch(session, facts.city.records))
    records["pupils"] = [*records["pupils"], pupil.model_dump(mode="json")]
    counts = {**facts.city.counts}
    key = next((each for each in counts if each.casefold() == "pupils"), "pupils")
    counts[key] = len(records["pupils"])
    title = f"{facts.city.title.split(', with ')[0]}, with {pupil.id} added"
    read = cities.Read(
        title, None, json.dumps(records).encode("utf-8"), None, counts, list(facts.city.issues), facts.city.fictional
    )
    cities.add(session, visitor.scope, read)


def checked(child: dict[str, str], facts: Facts) -> tuple[Pupil | None, dict[str, str]]:
    """Return the child as a row of the Pupils sheet, or what is wrong by field, in words for a person."""
    wrong: dict[str, str] = {}
    if facts.plan.run is None:
        return None, {"id": "Plan every run first: a child is added to a plan of runs"}
    if facts.city is None or facts.plan.run.city != facts.city.id:
        return None, {"id": "The plan on show was made from older facts. Adopt the newer plan or plan every run again"}
    for name, words in (("id", "Enter a reference"), ("postcode", "Enter the home postcode"),
                        ("school", "Choose a school")):  # fmt: skip
        if not child.get(name):
            wrong[name] = words
    if child.get("id") in {row["id"] for row in facts.records.get("pupils", ())}:
        wrong["id"] = f"{child['id']} is on the Pupils sheet already"
    if child.get("school") and child["school"] not in {row["id"] for row in facts.records.get("schools", ())}:
        wrong["school"] = "Choose a school from the list"
    if wrong:
        return None, wrong
    values: dict[str, Any] = {name: value for name, value in child.items() if value}
    try:
        return Pupil.model_validate({**values, "transport": "vehicle"}, context=CELLS), {}
    except ValidationError as faults:
        for fault in faults.errors():
            context = fault.get("ctx") or {}
            words = f"{context.get('wrong', fault['msg'])}. {context.get('remedy', '')}".strip(" .")
            wrong[str(fault["loc"][0])] = words[:1].upper() + words[1:]
        return None, wrong


def _page(
    request: Request,
    visitor: Visitor,
    facts: Facts,
    child: dict[str, str],
    *,
    wrong: dict[str, str] | None = None,
    answer: Answer | None = None,
    status: int = 200,
) -> Response:
    schools = [(row["id"], f"{row['name']} ({row['id']})") for row in facts.records.get("schools", ())]
    return page(
        request, "transport/add.html", visitor, status=status, tabs=TABS, plan=facts.plan, city=facts.city,
        schools=sorted(schools, key=lambda each: each[1]), child=child, wrong=wrong or {}, answer=answer,
        offers=_OFFERS, headings=_HEADINGS,
    )  # fmt: skip
