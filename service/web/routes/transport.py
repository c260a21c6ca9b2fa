"""The transport desk: this morning, runs, children, add a child, one school again, backups, reviews and figures."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service import questions, runs
from service.store import audit
from service.store.scope import NotAllowed, NotThere
from service.web.desk import filtered, on_show, question, records_of, rows_of
from service.web.pages import page
from service.web.routes.plans import ask
from service.web.security import Allow, Visitor, check_form

router = APIRouter(prefix="/transport", include_in_schema=False)
TABS = [
    ("/transport", "This morning"),
    ("/transport/runs", "Runs"),
    ("/transport/children", "Children"),
    ("/transport/school", "One school again"),
    ("/transport/backups", "Backups"),
    ("/transport/review", "Journey lengths"),
    ("/transport/figures", "Figures"),
    ("/transport/referrals", "Referrals"),
]
Reader = Annotated[Visitor, Depends(Allow("transport.read"))]
Planner = Annotated[Visitor, Depends(Allow("transport.plan"))]
Doors = Annotated[Visitor, Depends(Allow("transport.doors"))]


@router.get("")
def morning(request: Request, visitor: Reader, absent: Annotated[str, Query(max_length=5000)] = "") -> Response:
    """Show who is not covered this morning, and what to do."""
    with request.app.state.db.reading() as session:
        cover, plan = on_show(session, visitor, "guides"), on_show(session, visitor, "routes")
        newest = _newest_cover(session, visitor)
    answer, trouble = None, ""
    if absent.strip() and cover.run is not None:
        try:
            _, answer = question(request, visitor, cover.run.id, "cover", {"away": listed(absent)})
        except questions.NoAnswer as reason:
            trouble = str(reason)
    called = families(cover.table("guides-uncovered"), plan.table("rides"), plan.table("stops"))
    away = ", ".join(newest.options.get("absent", [])) if newest else ""
    return page(
        request, "transport/morning.html", visitor, tabs=TABS, cover=cover, plan=plan, families=called,
        guides=[each["id"] for each in records_of(request, visitor, "guides")], newest=newest, away=away,
        absent=absent, answer=answer, trouble=trouble,
    )  # fmt: skip


def listed(text: str) -> list[str]:
    """Return the references in what somebody typed: commas, semicolons and lines all part them."""
    parts = text.replace("\n", ",").replace(";", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def _newest_cover(session: Any, visitor: Visitor) -> Any:
    from service.store.tables import Run

    query = runs.visible(visitor.scope).where(Run.kind == "guides").order_by(Run.asked_at.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def families(uncovered: Any, rides: Any, stops: Any) -> list[dict[str, Any]]:
    """Return the families to call about runs without their guide, the earliest collection first."""
    open_runs = {row["run"]: row for row in rows_of(uncovered) if row["need"] in ("required", "must have one")}
    found = [
        {"time": row["time"], "child": row["child"], "run": row["run"], "why": open_runs[row["run"]]["why"]}
        for row in rows_of(rides)
        if row["run"] in open_runs
    ]
    return sorted(found, key=lambda each: (each["time"] or 0, each["child"]))


@router.post("/cover", dependencies=[Depends(check_form)])
def cover(
    request: Request,
    visitor: Planner,
    away: Annotated[str, Form(max_length=5000)] = "",
    day: Annotated[str, Form(max_length=10)] = "",
    minutes: Annotated[float, Form(gt=0, le=60)] = 0.25,
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Make the cover plan for the guides who are away."""
    names = listed(away)
    known = {each["id"] for each in records_of(request, visitor, "guides")}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise NotAllowed(f"no guide has the reference {', '.join(unknown[:5])}: check it against the Guides sheet")
    options: dict[str, Any] = {"absent": names}
    if day:
        options["day"] = day
    title = f"Cover for {len(names)} guide{'s' if len(names) != 1 else ''} away"
    run_id = ask(request, visitor, "guides", minutes, 1, "*", "", options, key, title)
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.get("/runs")
def list_runs(request: Request, visitor: Reader) -> Response:
    """List the runs, school by school and one by one."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "routes")
    return page(request, "transport/runs.html", visitor, tabs=TABS, plan=plan)


@router.get("/runs/{run_ref}")
def one_run(request: Request, run_ref: str, visitor: Reader) -> Response:
    """Show one run: its stops with times, who is aboard and for how long, its guide and backups."""
    with request.app.state.db.session() as session:
        plan, cover = on_show(session, visitor, "routes"), on_show(session, visitor, "guides")
        found = [row for row in rows_of(plan.table("runs")) if row["run"] == run_ref]
        if not found:
            raise NotThere(run_ref)
        audit.record(session, visitor.scope.who, "looked at a run", run_ref)
    stops, rides = plan.where("stops", "run", run_ref), plan.where("rides", "run", run_ref)
    crew = [cover.where(key, "run", run_ref) for key in ("guides-roster", "guides-backups", "guides-uncovered")]
    return page(
        request, "transport/run.html", visitor, tabs=TABS, plan=plan, run=found[0], stops=stops, rides=rides,
        crew=[table for table in crew if table.rows],
    )  # fmt: skip


@router.get("/sheets")
def run_sheets(request: Request, visitor: Doors, run: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Show run sheets to print: one page a run, with order, times and who."""
    with request.app.state.db.session() as session:
        plan, cover = on_show(session, visitor, "routes"), on_show(session, visitor, "guides")
        wanted = [row for row in rows_of(plan.table("runs")) if not run or row["run"] == run]
        audit.record(
            session, visitor.scope.who, "printed run sheets", plan.run.id if plan.run else "", rows=len(wanted)
        )
    guide = {row["run"]: row["guide"] for row in rows_of(cover.table("guides-roster"))}
    sheets = [(row, plan.where("stops", "run", row["run"]), guide.get(row["run"])) for row in wanted]
    return page(request, "transport/sheets.html", visitor, tabs=TABS, plan=plan, sheets=sheets)


@router.get("/children")
def children(request: Request, visitor: Reader, find: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Find a child by reference: run, minutes, limit, who with."""
    with request.app.state.db.session() as session:
        plan, cover = on_show(session, visitor, "routes"), on_show(session, visitor, "guides")
        wanted = find.strip().casefold()
        rides = filtered(plan.table("rides"), lambda row: bool(wanted) and wanted == str(row["child"]).casefold())
        if rides.rows:
            audit.record(session, visitor.scope.who, "looked at a child", find.strip(), rows=len(rides.rows))
    guide = {row["run"]: row["guide"] for row in rows_of(cover.table("guides-roster"))}
    same = {row["run"]: [] for row in rows_of(rides)}
    for row in rows_of(plan.table("rides")):
        if row["run"] in same and str(row["child"]).casefold() != wanted:
            same[row["run"]].append(row["child"])
    left, changed = (
        filtered(plan.table(key), lambda row: bool(wanted) and wanted == str(row["child"]).casefold())
        for key in ("unserved", "changes")
    )
    return page(
        request, "transport/children.html", visitor, tabs=TABS, plan=plan, find=find.strip(), rides=rides, guide=guide,
        company=same, left=left, changed=changed,
    )  # fmt: skip


@router.get("/school")
def school_page(request: Request, visitor: Planner) -> Response:
    """Offer to plan one school again, touching no other."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "routes")
    schools = [row["school"] for row in rows_of(plan.table("schools"))]
    return page(request, "transport/school.html", visitor, tabs=TABS, plan=plan, schools=schools)


@router.post("/school", dependencies=[Depends(check_form)])
def school_again(
    request: Request,
    visitor: Planner,
    school: Annotated[str, Form(max_length=60)] = "",
    minutes: Annotated[float, Form(gt=0, le=60)] = 0.5,
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Plan one school again; every run of other schools stays exactly as it is."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "routes")
    if plan.run is None or school not in {row["school"] for row in rows_of(plan.table("schools"))}:
        raise NotAllowed("choose a school from the list")
    run_id = ask(
        request, visitor, "routes", minutes, 1, plan.run.area, plan.run.id, {"again": [school]}, key,
        f"School {school} planned again",
    )  # fmt: skip
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.get("/backups")
def backups(request: Request, visitor: Reader) -> Response:
    """Show each run's named backups, and the runs that hang on one person."""
    with request.app.state.db.reading() as session:
        cover = on_show(session, visitor, "guides")
    weak = filtered(cover.table("guides-backups"), lambda row: not row["first"] or not row["second"])
    return page(request, "transport/backups.html", visitor, tabs=TABS, cover=cover, weak=weak)


@router.get("/review")
def review(request: Request, visitor: Reader) -> Response:
    """Review journey lengths: how many are over 45 or 75 minutes, and the ten longest against their limit."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "routes")
    rides = rows_of(plan.table("rides"))
    told = sorted((row for row in rides if row["ride"] is not None), key=lambda row: -int(row["ride"]))
    lengths = sorted(int(row["ride"]) for row in told)
    figures = {
        "rides": len(lengths),
        "over": sum(1 for row in told if row["over"]),
        "middle": lengths[len(lengths) // 2] if lengths else None,
        "ninety": lengths[int(len(lengths) * 0.9)] if lengths else None,
        "longest": lengths[-1] if lengths else None,
    }
    keys = {(row["child"], row["direction"]) for row in told[:10]}
    worst = filtered(plan.table("rides"), lambda row: (row["child"], row["direction"]) in keys)
    return page(request, "transport/review.html", visitor, tabs=TABS, plan=plan, figures=figures, worst=worst)


@router.get("/figures")
def figures(request: Request, visitor: Reader) -> Response:
    """Show the desk's figures, each with what it is counted over."""
    with request.app.state.db.reading() as session:
        plan, cover = on_show(session, visitor, "routes"), on_show(session, visitor, "guides")
    log = records_of(request, visitor, "run_log")
    states: dict[str, int] = {}
    causes: dict[str, int] = {}
    for row in log:
        state = str(row.get("status") or "not said")
        states[state] = states.get(state, 0) + 1
        if row.get("cause"):
            causes[str(row["cause"])] = causes.get(str(row["cause"]), 0) + 1
    return page(
        request, "transport/figures.html", visitor, tabs=TABS, plan=plan, cover=cover, states=states, causes=causes,
        logged=len(log),
    )  # fmt: skip


@router.get("/referrals")
def referrals(request: Request, visitor: Reader) -> Response:
    """Show who waits for transport, the oldest first, against twenty working days."""
    rows = records_of(request, visitor, "waiting")
    rows.sort(key=lambda row: str(row.get("received") or ""))
    return page(request, "transport/referrals.html", visitor, tabs=TABS, rows=rows)
