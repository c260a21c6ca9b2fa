"""The places desk: the estate, allocation, scenarios, and equity."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from optimiser.core.table import Column, Table
from service.store import audit
from service.store.scope import NotAllowed, NotThere
from service.web.desk import called, filtered, on_show, rows_of
from service.web.pages import page
from service.web.routes.plans import ask
from service.web.security import Allow, Visitor, check_form

router = APIRouter(prefix="/places", include_in_schema=False)
TABS = [
    ("/places", "The estate"),
    ("/places/allocation", "Who goes where"),
    ("/places/scenario", "Build a scenario"),
    ("/places/closures", "Choose closures"),
    ("/places/scenarios", "Scenarios"),
    ("/places/quote", "Tuesday quote"),
    ("/places/equity", "Equity"),
    ("/places/consultation", "Consultation report"),
]
WINDINGS = (
    ("TOGETHER", "Everyone moves together when it closes"),
    ("TWO_SUMMERS", "No new admissions first, then those left move together"),
    ("RUN_DOWN", "No new admissions, and it closes when the last pupil has left"),
)
OTHERS = (
    ("resize", "Commission another number of places"),
    ("designate", "Designate it again; children there stay"),
    ("stop", "Take no new pupils"),
    ("open", "Open this candidate"),
    ("hub", "Open a hub beside it, with its prices"),
)
"""Other changes that a scenario may hold, for one base."""
OTHERS_AT_ONCE, MOST_PLACES = 4, 500
"""How many other changes the page offers (their fields are numbered from the second), and places in one of them."""
Reader = Annotated[Visitor, Depends(Allow("places.read"))]
Planner = Annotated[Visitor, Depends(Allow("places.plan"))]


@router.get("")
def estate(request: Request, visitor: Reader) -> Response:
    """Show every base with its places, roll and vacancies."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "places")
    year = next((row.get("year", "") for row in plan.rows("bases")), "")
    bases = filtered(plan.table("bases"), lambda row: row.get("year", "") == year)
    return page(request, "places/estate.html", visitor, tabs=TABS, plan=plan, bases=bases, year=year)


@router.get("/bases/{base}")
def one_base(request: Request, base: str, visitor: Reader) -> Response:
    """Show one base: year by year, and who goes there."""
    with request.app.state.db.session() as session:
        plan = on_show(session, visitor, "places")
        years = plan.where("bases", "base", base)
        if not years.rows:
            raise NotThere(base)
        pupils = plan.where("placements", "base", base)
        audit.record(session, visitor.scope.who, "looked at a base", base, rows=len(pupils.rows))
    title = called(rows_of(years)[0], "base")
    return page(
        request, "places/base.html", visitor, tabs=TABS, plan=plan, base=base, title=title, years=years, pupils=pupils
    )


@router.get("/allocation")
def allocation(request: Request, visitor: Reader, find: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Show who goes where, or one pupil found by reference."""
    wanted = find.strip().casefold()
    with request.app.state.db.session() as session:
        plan = on_show(session, visitor, "places")
        shown = plan.table("placements")
        if wanted:
            shown = filtered(shown, lambda row: str(row["pupil"]).casefold() == wanted)
        audit.record(
            session, visitor.scope.who, "looked at placements", find.strip()[:100] or "all",
            rows=len(shown.rows) if shown else 0,
        )  # fmt: skip
    return page(request, "places/allocation.html", visitor, tabs=TABS, plan=plan, find=find.strip(), shown=shown)


@router.get("/scenario")
def scenario(request: Request, visitor: Planner) -> Response:
    """Offer the changes that a scenario may hold."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "places")
    years = list(dict.fromkeys(str(row.get("year", "")) for row in rows_of(plan.table("bases"))))
    bases = list(dict.fromkeys((str(row["base"]), called(row, "base")) for row in rows_of(plan.table("bases"))))
    return page(
        request, "places/scenario.html", visitor, tabs=TABS, plan=plan, bases=bases, years=years, windings=WINDINGS,
        others=OTHERS, others_at_once=OTHERS_AT_ONCE,
    )  # fmt: skip


async def other_changes(request: Request) -> list[dict[str, Any]]:
    """Return the other changes of the form, each with its base; raises NotAllowed for one that is not whole."""
    form = await request.form()
    found: list[dict[str, Any]] = []
    for number in ("", *(str(each) for each in range(2, OTHERS_AT_ONCE + 1))):
        told = {name: str(form.get(name + number) or "").strip()[:100] for name in ("also", "base", "places", "needs")}
        if not told["also"]:
            continue
        if told["also"] not in dict(OTHERS) or not told["base"]:
            raise NotAllowed("choose the base that the other change is for")
        if told["also"] in ("designate", "hub") and not told["needs"]:
            raise NotAllowed("name at least one need, such as HI, or several with commas between")
        if told["places"] and not (told["places"].isdigit() and int(told["places"]) <= MOST_PLACES):
            raise NotAllowed(f"write the places as a whole number up to {MOST_PLACES}")
        places = int(told["places"] or 0)
        found.append({"do": told["also"], "base": told["base"], "places": places, "needs": told["needs"]})
    return found


Others = Annotated[list[dict[str, Any]], Depends(other_changes)]


def a_day(told: str) -> str:
    """Return a day from a form as ISO text, or nothing; raises NotAllowed for what is no date."""
    try:
        return date.fromisoformat(told.strip()).isoformat() if told.strip() else ""
    except ValueError as wrong:
        raise NotAllowed("write the day on which consultation could begin as a date") from wrong


@router.post("/scenario", dependencies=[Depends(check_form)])
def try_scenario(
    request: Request,
    visitor: Planner,
    others: Others,
    title: Annotated[str, Form(max_length=120)] = "",
    close: Annotated[list[str] | None, Form()] = None,
    year: Annotated[int, Form(ge=0, le=20)] = 0,
    winding: Annotated[str, Form(max_length=20)] = "TOGETHER",
    choose: Annotated[int, Form(ge=0, le=20)] = 0,
    begins: Annotated[str, Form(max_length=10)] = "",
    moving: Annotated[bool, Form()] = False,
    minutes: Annotated[float, Form(gt=0, le=60)] = 0.5,
    key: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Try a scenario: it is planned like any other, and compared with things as they are."""
    closing = close or []
    if not closing and not choose and not others:
        raise NotAllowed("choose a base to close, another change, or how many the optimiser is to choose")
    if winding not in dict(WINDINGS):
        raise NotAllowed("choose how the bases close")
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "places")
    changes = [{"do": "close", "base": base, "year": year, "winding": winding} for base in closing]
    changes += [{**each, "year": year} for each in others]
    options: dict[str, Any] = {"changes": changes, "choose": choose, "on": a_day(begins), "moving": moving}
    words = title.strip() or _called(closing, choose, others)
    after = plan.run.id if plan.run else ""
    run_id = ask(request, visitor, "closure", minutes, 1, "*", after, options, key, words[:120])
    return RedirectResponse(f"/plans/{run_id}", status_code=303)


@router.get("/equity")
def equity(request: Request, visitor: Reader) -> Response:
    """Show provision by area and need, the gaps, and journeys by area and by need."""
    with request.app.state.db.reading() as session:
        plan = on_show(session, visitor, "places")
    groups = {
        words: journeys(rows_of(plan.table("placements")), column)
        for column, words in (("area", "Area"), ("need", "Need"))
    }
    return page(
        request, "places/equity.html", visitor, tabs=TABS, plan=plan, groups=groups,
        gaps=gap_map(rows_of(plan.table("provision"))),
    )  # fmt: skip


def gap_map(rows: list[dict[str, Any]]) -> Table:
    """Return places by area and designation as a grid, in the plan's last year; nothing there is "none"."""
    last = rows[-1]["year"] if rows else ""
    held = {(str(row["area"]), str(row["designation"])): int(row["places"]) for row in rows if row["year"] == last}
    areas, needs = sorted({area for area, _ in held}), sorted({need for _, need in held})
    columns = (Column("area", "Area"), *(Column(f"need_{n}", need) for n, need in enumerate(needs)))
    cells = tuple((area, *(str(held.get((area, need), 0) or "none") for need in needs)) for area in areas)
    return Table("gap_map", f"Gap map, {last}", columns, cells, "Places by area and designation.")


def journeys(rows: list[dict[str, Any]], column: str) -> list[tuple[str, int, int, int]]:
    """Return, for each group, how many pupils, the middle journey and the longest, in seconds."""
    found: dict[str, list[int]] = {}
    for row in rows:
        if row["journey"] is not None:
            found.setdefault(str(row[column]), []).append(int(row["journey"]))
    return [(name, len(times), sorted(times)[len(times) // 2], max(times)) for name, times in sorted(found.items())]


def _called(closing: list[str], choose: int, others: list[dict[str, Any]]) -> str:
    """Return what to call a scenario that nobody named."""
    parts = [f"Close {', '.join(closing)}"] if closing else []
    parts += [f"Close {choose}, chosen by the optimiser"] if choose and not closing else []
    parts += [f"{dict(OTHERS)[each['do']]}: {each['base']}" for each in others]
    return "; ".join(parts)
