"""The places desk's closures: choose them by target, compare what came of it, and carry the children in the routes."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from optimiser.core.table import Column, Table
from service import plans, runs
from service.answers import Answer, NoAnswer
from service.store import audit
from service.store.scope import NotAllowed, NotThere
from service.store.tables import Run
from service.web.desk import on_show, question, rows_of
from service.web.pages import page
from service.web.routes.places import TABS, a_day
from service.web.routes.plans import ask
from service.web.security import Allow, Visitor, check_form

router = APIRouter(prefix="/places", include_in_schema=False)
STUDIES = (
    ("sets", "The best five sets of closures, and why better ones are ruled out"),
    ("phases", "Ways of winding down, year by year"),
    ("doubts", "Every assumption doubted: occupancy, growth, prices, a base that refuses"),
    ("front", "Cost, travel and moves against each other, as a chart"),
    ("hubs", "Where a hub would cut most distance"),
    ("sweep", "Every closure tried, up to 200, on the cluster where one is named"),
)
SHOWN = (
    "not_reached", "too_early", "sets", "near_misses", "options", "measures", "years", "funding", "net", "flip",
    "phases", "doubts", "hubs", "sweep", "front", "gaps", "equity", "improvement", "transfers", "timeline", "affected",
)  # fmt: skip
"""The tables of a closure, in the order in which a person asks for them."""
LONG = 25
Reader = Annotated[Visitor, Depends(Allow("places.read"))]
Planner = Annotated[Visitor, Depends(Allow("places.plan"))]


@router.get("/closures")
def closures(request: Request, visitor: Planner) -> Response:
    """Offer to choose closures by target, within limits, and list what came of it before."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "places")
        found = recent(session, visitor, 20)
    provision = rows_of(plan.table("provision"))
    cells = list(dict.fromkeys((str(row["area"]), str(row["designation"])) for row in provision))
    return page(
        request, "places/closures.html", visitor, tabs=TABS, plan=plan, runs=found, cells=cells, studies=STUDIES,
        cluster=request.app.state.settings.cluster,
    )  # fmt: skip


def recent(session: Session, visitor: Visitor, most: int) -> list[Run]:
    """Return the newest finished closures that a person may see."""
    query = runs.visible(visitor.scope).where(Run.kind == "closure", Run.state.in_(runs.FINISHED))
    return list(session.execute(query.order_by(Run.ended_at.desc()).limit(most)).scalars())


@router.post("/closures", dependencies=[Depends(check_form)])
def choose(
    request: Request,
    visitor: Planner,
    title: Annotated[str, Form(max_length=120)] = "",
    close: Annotated[int, Form(ge=1, le=10)] = 1,
    target: Annotated[int, Form(ge=0, le=10**9)] = 0,
    places: Annotated[int, Form(ge=0, le=10_000)] = 0,
    longest: Annotated[int, Form(ge=10, le=120)] = 45,
    moves: Annotated[str, Form(max_length=6)] = "",
    sole: Annotated[bool, Form()] = False,
    cell: Annotated[list[str] | None, Form()] = None,
    study: Annotated[list[str] | None, Form()] = None,
    hub: Annotated[str, Form(max_length=60)] = "HI, VI",
    begins: Annotated[str, Form(max_length=10)] = "",
    moving: Annotated[bool, Form()] = False,
    minutes: Annotated[float, Form(gt=0, le=600)] = 2.0,
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Have closures chosen: planned and checked like any other plan, with the comparisons that were asked for."""
    if moves.strip() and not moves.strip().isdigit():
        raise NotAllowed("write the most pupils who may move as a whole number, or leave it empty")
    limits = {
        "minutes": longest, "moves": moves.strip(), "places": places, "sole": sole,
        "cells": [[area, need] for each in cell or [] for area, _, names in [each.partition("|")]
                  for need in names.split(", ")[:1]],
    }  # fmt: skip
    known = [name for name, _ in STUDIES]
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "places")
    if plan.run is None:
        raise NotAllowed("plan who goes where first, on The estate")
    options: dict[str, Any] = {
        "changes": [], "choose": close, "limits": limits, "target": target * 100,
        "study": [name for name in study or [] if name in known],
        "on": a_day(begins), "hub_needs": hub.strip(), "moving": moving,
    }  # fmt: skip
    words = title.strip() or f"Close {close}, chosen by the optimiser"
    run_id = ask(request, visitor, "closure", minutes, 1, "*", plan.run.id, options, key, words[:120])
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.get("/closures/{run_id}")
def one_closure(request: Request, run_id: str, visitor: Reader, carried: bool = False) -> Response:
    """Show one closure in the order of the questions asked; ``carried`` puts its children into the live routes."""
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        if run.kind != "closure" or run.outcome is None:
            raise NotThere(run_id)
        found = {table.key: table for table in plans.tables(session, run)}
        charts = [each for each in runs.outputs(session, run) if each.name.endswith(".svg")]
        audit.record(session, visitor.scope.who, "looked at a closure", run_id)
    answer, trouble = None, ""
    if carried:
        try:
            answer = _in_routes(request, visitor, run)
        except NoAnswer as reason:
            trouble = str(reason)
    tables = [found[key] for key in SHOWN if key in found and found[key].rows]
    return page(
        request, "places/closure.html", visitor, tabs=TABS, run=run, tables=tables, charts=charts, answer=answer,
        trouble=trouble, long=LONG,
    )  # fmt: skip


def _in_routes(request: Request, visitor: Visitor, run: Run) -> Answer:
    with request.app.state.db.reading() as session:
        live = texts_of(session, visitor, "routes")
        before = session.get(Run, run.after) if run.after else None
        if live is None:
            raise NoAnswer("There is no plan of runs that you may see. Plan the runs, or ask transport.")
        if before is None:
            raise NoAnswer("This closure does not follow a plan of places, so there is nothing to compare.")
        baseline = [plans.body(session, before, f"places.{part}.json").decode() for part in ("problem", "solution")]
    return question(request, visitor, run.id, "city", {"routes": live, "baseline": baseline})[1]


def texts_of(session: Session, visitor: Visitor, kind: str) -> list[str] | None:
    """Return the problem and the solution of the plan on show, as text; None when the person may see none."""
    run = plans.latest(session, visitor.scope, kind)
    if run is None:
        return None
    return [plans.body(session, run, f"{run.kind}.{part}.json").decode("utf-8") for part in ("problem", "solution")]


@router.get("/scenarios")
def scenarios(
    request: Request, visitor: Reader, run: Annotated[list[str] | None, Query(max_length=32)] = None
) -> Response:
    """Show scenarios side by side: those chosen, or the newest, headline by headline and measure by measure."""
    with request.app.state.db.reading() as session:
        choices = recent(session, visitor, 20)
        found = [each for each in choices if each.id in (run or [])][:4] or choices[:4]
        measures = [next((t for t in plans.tables(session, each) if t.key == "measures"), None) for each in found]
    headlines = [{h["name"]: h["figure"] for h in (each.outcome or {}).get("headlines", [])} for each in found]
    table = side_by_side("headlines", "Each against things as they are", found, headlines)
    after = [{str(row["measure"]): str(row["after"]) for row in rows_of(each)} for each in measures]
    now = {str(row["measure"]): str(row["before"]) for each in measures[:1] for row in rows_of(each)}
    detail = side_by_side("measures", "Measure by measure", found, after, now)
    return page(
        request, "places/scenarios.html", visitor, tabs=TABS, runs=found, choices=choices, table=table, detail=detail
    )  # fmt: skip


def side_by_side(
    key: str, title: str, found: list[Run], figures: list[dict[str, str]], now: dict[str, str] | None = None
) -> Table:
    """Return figures by name with a column for each run, and one for things as they are where that is given."""
    names = list(dict.fromkeys(name for each in [now or {}, *figures] for name in each))
    columns = [Column("name", "Figure")]
    columns += [Column("now", "As things are")] if now else []
    columns += [Column(f"run_{number}", run.title) for number, run in enumerate(found)]
    rows = []
    for name in names:
        cells = [each.get(name, "") for each in ([now] if now else []) + figures]
        rows.append((name, *cells))
    return Table(key, title, tuple(columns), tuple(rows))
