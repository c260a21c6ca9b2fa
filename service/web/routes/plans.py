"""Runs and their results: start, follow, stop and keep the best, look, take files out, adopt, compare."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from service import plans, runs
from service.answers import NoAnswer
from service.store import audit, cities
from service.store.scope import KINDS, NotAllowed, NotThere
from service.store.tables import Run
from service.web import exports, security
from service.web.desk import framed, question
from service.web.pages import KIND_WORDS, fragment, page
from service.web.security import FRAME_POLICY, Allow, Visitor, check_form

router = APIRouter(include_in_schema=False)
SHOWN_ROWS = 50


@router.get("/plans")
def list_plans(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    kind: str = "",
    page_number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
) -> Response:
    """List every plan that the person may see."""
    query = runs.visible(visitor.scope)
    if kind in KINDS:
        query = query.where(Run.kind == kind)
    with request.app.state.db.reading() as session:
        found = list(
            session.execute(
                query.order_by(Run.asked_at.desc()).offset((page_number - 1) * SHOWN_ROWS).limit(SHOWN_ROWS + 1)
            ).scalars()
        )
    more = len(found) > SHOWN_ROWS
    return page(request, "plans.html", visitor, runs=found[:SHOWN_ROWS], kind=kind, page_number=page_number, more=more)


@router.post("/plans", dependencies=[Depends(check_form)])
def start(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    kind: Annotated[str, Form(max_length=20)] = "",
    minutes: Annotated[float, Form(gt=0, le=1440)] = 1.0,
    seed: Annotated[int, Form(ge=0, le=10**9)] = 0,
    area: Annotated[str, Form(max_length=80)] = "*",
    after: Annotated[str, Form(max_length=32)] = "",
    options: Annotated[str, Form(max_length=20_000)] = "{}",
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Start a plan from the newest facts; pressing the button twice starts one."""
    if kind not in KINDS:
        raise NotThere(kind)
    run_id = ask(request, visitor, kind, minutes, seed, area, after, _options(options), key)
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


def _options(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotAllowed("the options could not be read")
    return found


def ask(
    request: Request,
    visitor: Visitor,
    kind: str,
    minutes: float,
    seed: int,
    area: str,
    after: str,
    options: dict[str, Any],
    key: str,
    title: str = "",
) -> str:
    """Put a plan in the queue and return its id; raises what the queue raises."""
    with request.app.state.db.session() as session:
        city = cities.newest(session, visitor.scope)
        if city is None:
            raise NotAllowed("there are no facts to plan from: send a workbook first")
        if kind == "guides" and not after:
            routes = plans.latest(session, visitor.scope, "routes", city=city.id)
            after = routes.id if routes is not None else ""
        if after:
            runs.get(session, visitor.scope, after)
        run = runs.ask(
            session,
            visitor.scope,
            runs.Request(
                kind=kind,
                title=title or f"{KIND_WORDS[kind]}, {city.title}",
                city=city.id,
                options=options,
                seed=seed,
                seconds=minutes * 60,
                area=area,
                after=after or None,
                key=key or None,
            ),
            request.app.state.settings,
        )
        return run.id


@router.get("/plans/{run_id}")
def show(request: Request, run_id: str, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> Response:
    """Show a plan: its progress while it is worked on, its result when it has ended."""
    with request.app.state.db.reading() as session:
        run = runs.get(session, visitor.scope, run_id)
        values: dict[str, Any] = {"run": run, "ahead": runs.ahead(session, run)}
        if run.outcome is not None:
            tables = plans.tables(session, run)
            outputs = runs.outputs(session, run)
            values |= {
                "tables": tables,
                "outputs": [each for each in outputs if not each.name.endswith((".map.html", ".svg"))],
                "charts": [each for each in outputs if each.name.endswith(".svg")],
                "map_url": _map_url(request, run),
                "standing": runs.standing(session, visitor.scope, run.kind, run.area),
                "decided": [
                    row for row in plans.history(session, visitor.scope, kind=run.kind) if row[0].run == run.id
                ],
                "pins": plans.pins(session, run),
                "others": _others(session, visitor, run),
            }
    return page(request, "plan.html" if run.outcome is not None else "progress.html", visitor, **values)


def _others(session: Any, visitor: Visitor, run: Run) -> list[Run]:
    query = runs.visible(visitor.scope).where(Run.kind == run.kind, Run.id != run.id, Run.state.in_(runs.FINISHED))
    return list(session.execute(query.order_by(Run.ended_at.desc()).limit(20)).scalars())


def _map_url(request: Request, run: Run) -> str:
    return security.sign(request.app.state.settings, f"/frames/{run.id}/map")


@router.get("/plans/{run_id}/progress")
def progress(request: Request, run_id: str, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> Response:
    """Give the progress alone, for a page that is already open."""
    with request.app.state.db.reading() as session:
        run = runs.get(session, visitor.scope, run_id)
        ahead = runs.ahead(session, run)
    return HTMLResponse(fragment(request.app.state.pages, run, ahead))


@router.get("/plans/{run_id}/events")
def events(request: Request, run_id: str, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> Response:
    """Stream progress as server-sent events until the plan ends; it is read from the database, so nothing is lost."""
    with request.app.state.db.reading() as session:
        runs.get(session, visitor.scope, run_id)

    async def stream() -> AsyncIterator[str]:
        async for sight in request.app.state.watch.follow(run_id):
            if sight is None:
                yield ": nothing new\n\n"
                continue
            yield "event: progress\n" + "".join(f"data: {line}\n" for line in sight.words.splitlines()) + "\n"
            if sight.over:
                yield "event: over\ndata: over\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.post("/plans/{run_id}/stop", dependencies=[Depends(check_form)])
def stop(request: Request, run_id: str, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> Response:
    """Stop a plan and keep its best."""
    with request.app.state.db.session() as session:
        runs.stop(session, visitor.scope, run_id)
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.post("/plans/{run_id}/again", dependencies=[Depends(check_form)])
def again(request: Request, run_id: str, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> Response:
    """Start an interrupted plan again from its stored input."""
    with request.app.state.db.session() as session:
        runs.again(session, visitor.scope, run_id)
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.get("/plans/{run_id}/tables/{key}")
def table(
    request: Request,
    run_id: str,
    key: str,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    find: Annotated[str, Query(max_length=100)] = "",
    sort: Annotated[str, Query(max_length=60)] = "",
    down: bool = False,
    page_number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
) -> Response:
    """Show one table, searched, sorted and paged by the address; as a file when the key ends in csv, json or xlsx."""
    stem, _, ending = key.rpartition(".")
    if ending in exports.ENDINGS and stem:
        return _table_file(request, visitor, run_id, stem, ending)
    with request.app.state.db.reading() as session:
        run = runs.get(session, visitor.scope, run_id)
        found = plans.table(session, run, key)
    rows = exports.chosen(found, find=find, sort=sort, down=down)
    last = max(1, -(-len(rows) // SHOWN_ROWS))
    number = min(page_number, last)
    return page(
        request,
        "table.html",
        visitor,
        run=run,
        table=found,
        find=find,
        sort=sort,
        down=down,
        total=len(rows),
        rows=rows[(number - 1) * SHOWN_ROWS : number * SHOWN_ROWS],
        page_number=number,
        last=last,
    )


def _table_file(request: Request, visitor: Visitor, run_id: str, key: str, ending: str) -> Response:
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        found = plans.table(session, run, key)
        audit.record(session, visitor.scope.who, "took a table out", f"{run.id} {key}", rows=len(found.rows))
        notice = run.outcome["notice"] if run.outcome else ""
    return exports.answer(found, ending, name=f"{run.kind}-{key}", notice=notice)


@router.get("/plans/{run_id}/files/{name}")
def file(request: Request, run_id: str, name: str, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> Response:
    """Give a file that the plan left, as an attachment; a page to print also as PDF, when ".pdf" follows its name."""
    if name.endswith(".html.pdf") and not name.endswith(".map.html.pdf"):
        return _pdf(request, visitor, run_id, name.removesuffix(".pdf"))
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        found = plans.output(session, run, name)
        body = plans.body(session, run, name)
        audit.record(session, visitor.scope.who, "took a file out", f"{run.id} {name}")
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"', "Content-Security-Policy": FRAME_POLICY}
    return Response(body, media_type=found.media, headers=headers)


def _pdf(request: Request, visitor: Visitor, run_id: str, name: str) -> Response:
    """Return a print page of a plan as a tagged PDF."""
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        page_to_print = plans.body(session, run, name).decode("utf-8")
        audit.record(session, visitor.scope.who, "took a file out", f"{run.id} {name}.pdf")
    try:
        _, answer = question(request, visitor, run_id, "pdf", {"page": page_to_print})
    except NoAnswer as reason:
        raise NotAllowed(str(reason)) from reason
    headers = {"Content-Disposition": f'attachment; filename="{name.removesuffix(".html")}.pdf"'}
    return Response(answer.paper, media_type="application/pdf", headers=headers)


@router.get("/plans/{run_id}/charts/{name}")
def chart(request: Request, run_id: str, name: str, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> Response:
    """Give a chart that was drawn when the plan ended, as a picture."""
    with request.app.state.db.reading() as session:
        run = runs.get(session, visitor.scope, run_id)
        if not name.endswith(".svg"):
            raise NotThere(name)
        body = plans.body(session, run, name)
    return Response(
        body,
        media_type="image/svg+xml",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


@router.get("/frames/{run_id}/map")
def map_frame(
    request: Request,
    run_id: str,
    visitor: Annotated[Visitor, Depends(Allow("public"))],
    until: int = 0,
    sign: Annotated[str, Query(max_length=128)] = "",
) -> Response:
    """Give the map's own document, to whoever holds an address signed within the last minutes."""
    return framed(request, run_id, "map", until, sign, lambda run: f"{run.kind}.map.html")


@router.get("/plans/{run_id}/compare")
def compare(
    request: Request,
    run_id: str,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    other: Annotated[str, Query(alias="with", max_length=32)] = "",
) -> Response:
    """Show two plans side by side, and row by row what differs."""
    with request.app.state.db.reading() as session:
        one = runs.get(session, visitor.scope, run_id)
        two = runs.get(session, visitor.scope, other)
        if one.kind != two.kind or one.outcome is None or two.outcome is None:
            raise NotAllowed("choose two finished plans of one kind")
        found = plans.compare(plans.tables(session, two), plans.tables(session, one))
    return page(request, "compare.html", visitor, one=one, two=two, found=found)


@router.post("/plans/{run_id}/adopt", dependencies=[Depends(check_form)])
def adopt(
    request: Request,
    run_id: str,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    reason: Annotated[str, Form(max_length=2000)] = "",
    standing: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Adopt a plan, with a reason, in the name of whoever is signed in."""
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        expected = int(standing) if standing.isdigit() else None
        plans.adopt(session, visitor.scope, run, reason, expected=expected)
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.post("/plans/{run_id}/pin", dependencies=[Depends(check_form)])
def pin(
    request: Request,
    run_id: str,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    subject: Annotated[str, Form(max_length=120)] = "",
    note: Annotated[str, Form(max_length=500)] = "",
    off: Annotated[bool, Form()] = False,
) -> Response:
    """Lock something that is agreed, or unlock it."""
    if not subject.strip():
        raise NotAllowed("say what to lock: a reference from the plan's tables")
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        plans.pin(session, visitor.scope, run, subject.strip(), note, off=off)
    return RedirectResponse(f"/plans/{run_id}#locks", status_code=303)
