"""Operators and lots, change since last term, and the desk's own tables as files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service import plans, runs
from service.answers import NoAnswer
from service.store import audit
from service.store.scope import NotAllowed, NotThere
from service.store.tables import Run
from service.web import exports
from service.web.desk import filtered, question, rows_of
from service.web.facts import TABLES, facts_of
from service.web.pages import page
from service.web.routes.plans import ask
from service.web.routes.transport import TABS, Planner, Reader
from service.web.security import check_form

router = APIRouter(prefix="/transport", include_in_schema=False)


@router.get("/operators")
def operators(request: Request, visitor: Reader, operator: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Show every operator, and what would follow if one dropped out."""
    facts = facts_of(request, visitor)
    answer, trouble = None, ""
    if operator and facts.plan.run is not None:
        try:
            _, answer = question(request, visitor, facts.plan.run.id, "withdraw", {"operator": operator})
        except NoAnswer as reason:
            trouble = str(reason)
    return page(
        request, "transport/operators.html", visitor, tabs=TABS, plan=facts.plan, operators=facts.operators,
        operator=operator, answer=answer, trouble=trouble,
    )  # fmt: skip


@router.post("/operators/withdraw", dependencies=[Depends(check_form)])
def withdraw(
    request: Request,
    visitor: Planner,
    operator: Annotated[str, Form(max_length=60)] = "",
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Propose the plan in which an operator has dropped out and the others cover what they can."""
    facts = facts_of(request, visitor)
    if facts.plan.run is None or operator not in {row["operator"] for row in rows_of(facts.operators)}:
        raise NotAllowed("choose an operator from the list")
    run_id = ask(
        request, visitor, "routes", 0.25, 1, facts.plan.run.area, facts.plan.run.id, {"withdraw": operator}, key,
        f"Operator {operator} has withdrawn",
    )  # fmt: skip
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.get("/lots")
def lots(request: Request, visitor: Reader) -> Response:
    """Show the plan's vehicles as lots to offer, and ask for bids."""
    return _lots(request, visitor, "", "")


@router.post("/lots", dependencies=[Depends(check_form)])
def award(
    request: Request,
    visitor: Planner,
    bids: Annotated[str, Form(max_length=200_000)] = "",
    changed: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Show who wins each lot at the least price; nothing is kept."""
    if changed and not changed.isdigit():
        raise NotAllowed("write how many children may change operator as a whole number")
    return _lots(request, visitor, bids, changed)


def _lots(request: Request, visitor: Reader, bids: str, changed: str) -> Response:
    facts = facts_of(request, visitor)
    answer, trouble = None, ""
    lines = [line.strip() for line in bids.splitlines() if line.strip()]
    offer = facts.plan.table("lots")
    if facts.plan.run is not None and lines:
        try:
            told = {"bids": lines, "changed": changed}
            _, answer = question(request, visitor, facts.plan.run.id, "lots", told)
        except NoAnswer as reason:
            trouble = str(reason)
    example = [row["lot"] for row in rows_of(offer)][:2]
    operators = [row["operator"] for row in rows_of(facts.operators)][:2]
    return page(
        request, "transport/lots.html", visitor, tabs=TABS, plan=facts.plan, offer=offer, answer=answer,
        trouble=trouble, bids=bids, changed=changed,
        example=[f"{operator}, {lot}, 185.00" for operator, lot in zip(operators, example, strict=False)],
    )  # fmt: skip


@router.get("/changes")
def changes(request: Request, visitor: Reader, every: bool = False) -> Response:
    """Compare with last term child by child, and show what change would save."""
    facts = facts_of(request, visitor)
    rows = rows_of(facts.last_term)
    shown = facts.last_term if every else filtered(facts.last_term, lambda row: bool(row["any"]))
    with request.app.state.db.reading() as session:
        query = runs.visible(visitor.scope).where(Run.kind == "routes", Run.state.in_(runs.FINISHED))
        found = session.execute(query.order_by(Run.ended_at.desc()).limit(50)).scalars()
        weighed = next((run for run in found if run.options.get("change") is not None), None)
        frontier = plans.table(session, weighed, "frontier") if weighed is not None else None
    counts = {
        "compared": len(rows),
        **{key: sum(bool(row[key]) for row in rows) for key in ("vehicle_changes", "guide_changes", "any")},
        "moved": sum(int(row["shift"] or 0) > 600 for row in rows),
    }
    return page(
        request, "transport/changes.html", visitor, tabs=TABS, plan=facts.plan, cover=facts.cover, table_shown=shown,
        counts=counts, every=every, weighed=weighed, frontier=frontier,
    )  # fmt: skip


@router.post("/changes", dependencies=[Depends(check_form)])
def weigh(
    request: Request,
    visitor: Planner,
    percent: Annotated[float, Form(ge=0, le=100)] = 10,
    minutes: Annotated[float, Form(gt=0, le=60)] = 1,
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Propose the cheapest plan in which at most a share of children change, told with what every share would save."""
    title = f"At most {percent:g} % of children change"
    run_id = ask(request, visitor, "routes", minutes, 1, "*", "", {"change": percent / 100}, key, title)
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.get("/tables/{name}")
def table(request: Request, name: str, visitor: Reader) -> Response:
    """Give one of the desk's own tables as csv, json or xlsx."""
    key, _, ending = name.rpartition(".")
    if key not in TABLES or ending not in exports.ENDINGS:
        raise NotThere(name)
    facts = facts_of(request, visitor)
    found = TABLES[key](facts)
    with request.app.state.db.session() as session:
        audit.record(session, visitor.scope.who, "took a table out", key, rows=len(found.rows))
    fiction = facts.city is not None and facts.city.fictional
    notice = "Fictional example." if fiction else "Made from the council's own facts. Handle as confidential."
    return exports.answer(found, ending, name=f"transport-{key}", notice=notice)
