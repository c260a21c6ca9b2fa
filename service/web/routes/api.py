"""The same use cases for programs: documented REST under /api/v1, with problem details for every error."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from service import plans, runs
from service.store import audit, cities
from service.store.scope import NotThere
from service.store.tables import Run
from service.web.pages import page
from service.web.routes.plans import ask
from service.web.security import Allow, Visitor


class Problem(BaseModel):
    """What went wrong, as problem details (RFC 9457)."""

    model_config = ConfigDict(extra="allow")
    type: str = "about:blank"
    title: str
    status: int
    detail: str


_TOLD = {
    400: "The body could not be read at all",
    401: "Nobody is signed in",
    403: "The role does not include this, or the request came from another site",
    404: "There is no such thing, or none in your areas",
    413: "The request is too large",
    422: "Something in the request needs changing",
    429: "A limit was met; see Retry-After",
}
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"description": words, "content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
    for code, words in _TOLD.items()
}
CLASH: dict[int | str, dict[str, Any]] = {
    409: {
        "description": "Somebody was there first",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
}
router = APIRouter(prefix="/api/v1", tags=["plans"], responses=ERRORS)
Kind = Literal["routes", "guides", "meetings", "places", "closure"]
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="An id given by this service")]


class CityOut(BaseModel):
    """A file of facts that was read."""

    id: str
    title: str
    state: str
    fictional: bool
    counts: dict[str, int]
    faults: int


class RunIn(BaseModel):
    """What to plan. It is made from the newest facts, and follows ``after`` when that is given."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"kind": "places", "minutes": 0.5, "seed": 1}]}
    )
    kind: Kind
    minutes: float = Field(default=1.0, gt=0, le=1440, allow_inf_nan=False)
    seed: int = Field(default=0, ge=0, le=10**9)
    area: str = Field(default="*", max_length=80, pattern=r"^[^\x00]*$")
    after: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    title: str = Field(default="", max_length=200, pattern=r"^[^\x00]*$")
    options: dict[str, Any] = Field(default_factory=dict)


class RunOut(BaseModel):
    """A plan, how far it has got, and its outcome when it has ended."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    kind: str
    title: str
    area: str
    state: str
    share: float
    doing: str
    seed: int
    best_cost: int | None
    best_bound: int | None
    asked_at: float
    ended_at: float | None
    attempt: int
    outcome: dict[str, Any] | None
    trouble: str | None


class RunPage(BaseModel):
    """A page of plans, the newest first, and how many there are in all."""

    total: int
    page: int
    runs: list[RunOut]


class TableOut(BaseModel):
    """A table's key, title and size."""

    key: str
    title: str
    rows: int


class Adoption(BaseModel):
    """Why a plan is adopted, and the decision that the caller saw standing."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*\S[^\x00]*$")
    standing: int | None = Field(default=None, ge=1, le=2**31 - 1)


class DecisionOut(BaseModel):
    """A plan adopted, by whom and why."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    run: str
    kind: str
    area: str
    by: str
    reason: str
    at: float
    ended_at: float | None
    ended_why: str | None


@router.get("/cities", operation_id="list_cities")
def list_cities(request: Request, visitor: Annotated[Visitor, Depends(Allow("data.read"))]) -> list[CityOut]:
    """List the files of facts that are held, the newest first."""
    with request.app.state.db.reading() as session:
        return [
            CityOut(
                id=each.id,
                title=each.title,
                state=each.state,
                fictional=each.fictional,
                counts=each.counts,
                faults=len(each.issues),
            )
            for each in cities.listed(session, visitor.scope)
        ]


@router.get("/runs", operation_id="list_runs")
def list_runs(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    kind: Kind | None = None,
    number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RunPage:
    """List plans, the newest first."""
    query = runs.visible(visitor.scope)
    if kind:
        query = query.where(Run.kind == kind)
    with request.app.state.db.reading() as session:
        total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        found = session.execute(query.order_by(Run.asked_at.desc()).offset((number - 1) * size).limit(size)).scalars()
        return RunPage(total=total, page=number, runs=[RunOut.model_validate(each) for each in found])


@router.post("/runs", status_code=202, operation_id="start_run")
def start_run(
    request: Request,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    wanted: RunIn,
    response: Response,
    idempotency_key: Annotated[str | None, Header(max_length=50, pattern=r"^[A-Za-z0-9._-]+$")] = None,
) -> RunOut:
    """Start a plan; it is durable when this answers. The same Idempotency-Key again gives the same plan."""
    run_id = ask(
        request,
        visitor,
        wanted.kind,
        wanted.minutes,
        wanted.seed,
        wanted.area,
        wanted.after or "",
        wanted.options,
        idempotency_key or "",
        wanted.title,
    )
    response.headers["Location"] = f"/api/v1/runs/{run_id}"
    return _run(request, visitor, run_id)


def _run(request: Request, visitor: Visitor, run_id: str) -> RunOut:
    with request.app.state.db.reading() as session:
        return RunOut.model_validate(runs.get(session, visitor.scope, run_id))


@router.get("/runs/{run_id}", operation_id="get_run")
def get_run(request: Request, run_id: Id, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> RunOut:
    """Give a plan with its progress and outcome."""
    return _run(request, visitor, run_id)


@router.post("/runs/{run_id}/stop", operation_id="stop_run")
def stop_run(request: Request, run_id: Id, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> RunOut:
    """Stop a plan and keep its best."""
    with request.app.state.db.session() as session:
        runs.stop(session, visitor.scope, run_id)
    return _run(request, visitor, run_id)


@router.post("/runs/{run_id}/again", operation_id="start_run_again")
def start_run_again(request: Request, run_id: Id, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> RunOut:
    """Start an interrupted, failed or cancelled plan again from its stored input."""
    with request.app.state.db.session() as session:
        runs.again(session, visitor.scope, run_id)
    return _run(request, visitor, run_id)


@router.get("/runs/{run_id}/tables", operation_id="list_tables")
def list_tables(request: Request, run_id: Id, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> list[TableOut]:
    """List a finished plan's tables; none before it has finished."""
    with request.app.state.db.reading() as session:
        found = plans.tables(session, runs.get(session, visitor.scope, run_id))
    return [TableOut(key=each.key, title=each.title, rows=len(each.rows)) for each in found]


@router.get("/runs/{run_id}/tables/{key}", operation_id="get_table")
def get_table(
    request: Request,
    run_id: Id,
    key: Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,60}$")],
    visitor: Annotated[Visitor, Depends(Allow("home"))],
) -> dict[str, Any]:
    """Give a table with its columns, their kinds and every row."""
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        found = plans.table(session, run, key)
        audit.record(session, visitor.scope.who, "took a table out", f"{run.id} {key}", rows=len(found.rows))
    return plans.as_json(found)


@router.post("/runs/{run_id}/adopt", operation_id="adopt_run", responses=CLASH)
def adopt_run(
    request: Request, run_id: Id, wanted: Adoption, visitor: Annotated[Visitor, Depends(Allow("home"))]
) -> DecisionOut:
    """Adopt a finished plan with a reason; refused when another decision stands than the one named."""
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        made = plans.adopt(session, visitor.scope, run, wanted.reason, expected=wanted.standing)
        return DecisionOut.model_validate(made)


@router.get("/decisions", operation_id="list_decisions")
def list_decisions(
    request: Request, visitor: Annotated[Visitor, Depends(Allow("home"))], kind: Kind | None = None
) -> list[DecisionOut]:
    """List decisions, the newest first."""
    with request.app.state.db.reading() as session:
        found = plans.history(session, visitor.scope, kind=kind)
    return [DecisionOut.model_validate(decision) for decision, _ in found]


@router.get("/docs", include_in_schema=False)
def docs(request: Request, visitor: Annotated[Visitor, Depends(Allow("public"))]) -> Response:
    """Show the API as a page, without scripts."""
    schema = request.app.openapi()
    operations = [
        (method.upper(), path, told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
        if path.startswith("/api/")
    ]
    return page(request, "api.html", visitor, operations=operations)


@router.get("/{rest:path}", include_in_schema=False)
def nothing(rest: str, visitor: Annotated[Visitor, Depends(Allow("public"))]) -> Response:
    """Say that there is no such address."""
    raise NotThere(rest)
