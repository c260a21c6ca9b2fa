"""The transport desk: this morning, runs, children, add a child, one school again, backups, reviews and figures."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from optimiser.core.table import Column, Kind, Table
from service import runs
from service.answers import NoAnswer
from service.store import audit
from service.store.scope import NotAllowed, NotThere
from service.web import security
from service.web.desk import filtered, on_show, question, records_of, rows_of, schools_to_choose
from service.web.facts import facts_of
from service.web.pages import page
from service.web.routes.plans import ask
from service.web.security import Allow, Visitor, check_form

router = APIRouter(prefix="/transport", include_in_schema=False)
TABS = [
    ("/transport", "This morning"),
    ("/transport/runs", "Runs"),
    ("/transport/children", "Children"),
    ("/transport/add", "Add a child"),
    ("/transport/school", "One school again"),
    ("/transport/changes", "Since last term"),
    ("/transport/backups", "Backups"),
    ("/transport/desk", "Half past six"),
    ("/transport/standby", "Standby"),
    ("/transport/compliance", "Checks"),
    ("/transport/rehearse", "Rehearse"),
    ("/transport/operators", "Operators"),
    ("/transport/lots", "Lots"),
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
        except NoAnswer as reason:
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
    assert plan.run is not None
    stops, rides = with_load(plan.where("stops", "run", run_ref)), plan.where("rides", "run", run_ref)
    crew = [cover.where(key, "run", run_ref) for key in ("guides-roster", "guides-backups", "guides-uncovered")]
    map_url = security.sign(request.app.state.settings, f"/frames/{plan.run.id}/map")
    return page(
        request, "transport/run.html", visitor, tabs=TABS, plan=plan, run=found[0], stops=stops, rides=rides,
        crew=[table for table in crew if table.rows], map_url=f"{map_url}#run={quote(run_ref)}",
    )  # fmt: skip


def with_load(stops: Table) -> Table:
    """Return a run's stops with how many children are aboard when it leaves each."""
    aboard, rows = 0, []
    for row, told in zip(stops.rows, rows_of(stops), strict=True):
        aboard += len(listed(str(told["on"] or ""))) - len(listed(str(told["off"] or "")))
        rows.append((*row, aboard))
    columns = (*stops.columns, Column("aboard", "Aboard after", Kind.COUNT))
    return Table(stops.key, stops.title, columns, tuple(rows), stops.note)


@router.get("/why")
def why(request: Request, visitor: Reader, about: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Say why a run or a child is as they are: a part of a page, fetched when the page has been shown."""
    with request.app.state.db.session() as session:
        plan = on_show(session, visitor, "routes")
        audit.record(session, visitor.scope.who, "asked why", about)
    answer, trouble = None, "There is no transport plan yet."
    if plan.run is not None:
        try:
            _, answer = question(request, visitor, plan.run.id, "explain", {"about": about})
        except NoAnswer as reason:
            trouble = str(reason)
    template = request.app.state.pages.get_template("transport/why_part.html")
    return HTMLResponse(template.render(answer=answer, trouble=trouble))


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
    schools = schools_to_choose(plan)
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
    """Review journey lengths and punctuality: over 45 or 75 minutes, the ten longest, and what a buffer would buy."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "routes")
        made = runs.outputs(session, plan.run) if plan.run is not None else []
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
    late = plan.table("punctuality")
    charts = {each.name.split(".")[1]: each for each in made if each.name.endswith(".svg")}
    return page(
        request, "transport/review.html", visitor, tabs=TABS, plan=plan, figures=figures, worst=worst,
        late=Table(late.key, "The ten least punctual runs", late.columns, late.rows[:10], late.note),
        long=plan.table("long-rides"), charts=charts,
    )  # fmt: skip


@router.get("/figures")
def figures(request: Request, visitor: Reader) -> Response:
    """Show the desk's figures, each with what it is counted over, and the return's shape."""
    facts = facts_of(request, visitor)
    return page(request, "transport/figures.html", visitor, tabs=TABS, plan=facts.plan, cover=facts.cover, facts=facts)


@router.get("/referrals")
def referrals(request: Request, visitor: Reader) -> Response:
    """Show who waits for a decision, the soonest due first, and each queue by age."""
    facts = facts_of(request, visitor)
    waiting, queues = facts.clocks
    return page(
        request, "transport/referrals.html", visitor, tabs=TABS, waiting=waiting, queues=queues, on=facts.on,
        days=facts.referral_days,
    )  # fmt: skip
