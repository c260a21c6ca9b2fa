"""Readiness pages of the transport desk: who stands by, checks that lapse, and bad weeks rehearsed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from service import plans
from service.answers import NoAnswer
from service.store import audit
from service.store.scope import NotThere
from service.web import security
from service.web.desk import OnShow, filtered, framed, on_show, question, rows_of
from service.web.pages import page
from service.web.routes.transport import TABS, listed
from service.web.security import Allow, Visitor

router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, Depends(Allow("transport.read"))]
Planner = Annotated[Visitor, Depends(Allow("transport.plan"))]
SCENARIOS = (
    ("september", "September: the first week of term"),
    ("september-2020", "September 2020: 4 % of runs lost to their operator each day"),
    ("august-2021", "August 2021: the operator of a fifth of the children stops"),
    ("january-flu", "January flu: twice as many guides away for a week"),
)
RUNGS = (
    "standby guide",
    "another free guide",
    "combine two runs to one school",
    "school staff or operator's second crew",
    "parents who have agreed",
)
"""Rungs of the ladder that a person may wish to ask before the named backup."""

MAP = "guides.standby.map.html"


@router.get("/transport/desk")
def desk(
    request: Request,
    visitor: Planner,
    away: Annotated[str, Query(max_length=5000)] = "",
    broken: Annotated[str, Query(max_length=2000)] = "",
    ready: Annotated[str, Query(max_length=2000)] = "",
    first: Annotated[list[str] | None, Query(max_length=12)] = None,
    keep: Annotated[list[str] | None, Query(max_length=500)] = None,
) -> Response:
    """Answer the 06:30 desk; the address holds the whole morning, so that opening it again gives the same cover."""
    with request.app.state.db.session() as session:
        cover = on_show(session, visitor, "guides")
        if away.strip() or broken.strip():
            audit.record(session, visitor.scope.who, "asked who steps in", cover.run.id if cover.run else "")
    answer, trouble = None, ""
    if cover.run is not None and (away.strip() or broken.strip()):
        asked = {"away": listed(away), "broken": listed(broken), "standby": listed(ready)}
        asked |= {"kept": keep or [], "first": first or []}
        answer, trouble = _asked(request, visitor, cover.run.id, "desk", asked)
    tables = {table.key: table for table in answer.tables} if answer else {}
    return page(
        request, "transport/desk.html", visitor, tabs=TABS, cover=cover, away=away, broken=broken, ready=ready,
        first=first or [], keep=keep or [], rungs=RUNGS, answer=answer, trouble=trouble,
        covers=rows_of(tables.get("cover")), others=[each for key, each in tables.items() if key != "cover"],
    )  # fmt: skip


@router.get("/transport/standby")
def standby(request: Request, visitor: Reader) -> Response:
    """Show how many guides should stand by and who, what each pool leaves, and where they live against the risk."""
    with request.app.state.db.reading() as session:
        cover = on_show(session, visitor, "guides")
        charts = _charts(session, cover)
    address = ""
    if cover.run is not None and cover.tables.get("standby-pool"):
        address = security.sign(request.app.state.settings, f"/frames/{cover.run.id}/standby")
    needs = rows_of(cover.table("standby-needs"))
    return page(
        request, "transport/standby.html", visitor, tabs=TABS, cover=cover, charts=charts, map_url=address,
        needs=needs, every=list(cover.tables.values()),
    )  # fmt: skip


def _charts(session: Any, cover: OnShow) -> list[Any]:
    """Return the charts of the plan of guides on show."""
    if cover.run is None:
        return []
    wanted = [f"guides.{key}.svg" for key in ("standby-pool", "standby-curve", "absence-squares")]
    found = []
    for name in wanted:
        try:
            found.append(plans.output(session, cover.run, name))
        except NotThere:  # a plan made before charts were drawn has none
            continue
    session.expunge_all()
    return found


@router.get("/frames/{run_id}/standby")
def standby_map(
    request: Request,
    run_id: str,
    visitor: Annotated[Visitor, Depends(Allow("public"))],
    until: int = 0,
    sign: Annotated[str, Query(max_length=128)] = "",
) -> Response:
    """Give the standby map's own document, to whoever holds an address signed within the last minutes."""
    return framed(request, run_id, "standby", until, sign, lambda run: MAP)


@router.get("/transport/compliance")
def compliance(
    request: Request,
    visitor: Reader,
    lapsed: Annotated[str, Query(max_length=5000)] = "",
    ten: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """Show what lapses within 30, 60 and 90 days, duties blocked today, what if people lapse, and who to train."""
    with request.app.state.db.reading() as session:
        cover = on_show(session, visitor, "guides")
    bands = [
        (words, filtered(cover.table("expiries"), lambda row, band=band: row["band"] == band))
        for band, words in (
            ("lapsed", "Lapsed already"),
            ("30 days", "Within 30 days"),
            ("60 days", "Within 31 to 60 days"),
            ("90 days", "Within 61 to 90 days"),
        )
    ]
    answer, trouble = None, ""
    if cover.run is not None and visitor.scope.may("transport.plan") and (lapsed.strip() or ten):
        answer, trouble = _asked(request, visitor, cover.run.id, "lapse", {"guides": listed(lapsed)})
    return page(
        request, "transport/compliance.html", visitor, tabs=TABS, cover=cover, bands=bands, lapsed=lapsed,
        answer=answer, trouble=trouble,
    )  # fmt: skip


@router.get("/transport/rehearse")
def rehearse(
    request: Request,
    visitor: Planner,
    what: Annotated[str, Query(max_length=30)] = "",
    seed: Annotated[int, Query(ge=0, le=1_000_000)] = 1,
) -> Response:
    """Play a bad week through on the plan of guides on show, and say what to put right first."""
    with request.app.state.db.session() as session:
        cover = on_show(session, visitor, "guides")
        if what:
            audit.record(session, visitor.scope.who, "rehearsed a bad week", what)
    answer, trouble = None, ""
    if cover.run is not None and what:
        answer, trouble = _asked(request, visitor, cover.run.id, "rehearse", {"what": what, "seed": seed})
    return page(
        request, "transport/rehearse.html", visitor, tabs=TABS, cover=cover, scenarios=SCENARIOS, what=what,
        seed=seed, answer=answer, trouble=trouble,
    )  # fmt: skip


def _asked(request: Request, visitor: Visitor, run_id: str, verb: str, arguments: dict[str, Any]) -> tuple[Any, str]:
    try:
        _, answer = question(request, visitor, run_id, verb, arguments)
    except NoAnswer as reason:
        return None, str(reason)
    return answer, ""
