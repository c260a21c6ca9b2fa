"""Whether the service lives, whether it is ready, and its figures for a monitoring system."""

import shutil
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text

from service import runs
from service.store.database import Database
from service.store.tables import Run
from service.web.security import Allow, Visitor

router = APIRouter()
LEAST_FREE_BYTES = 200 * 1024 * 1024


@router.get("/healthz", response_class=PlainTextResponse)
def health(visitor: Annotated[Visitor, Depends(Allow("public"))]) -> str:
    """Say that the process lives."""
    return "ok"


@router.get("/readyz", responses={503: {"description": "Something that the service needs is missing"}})
def ready(request: Request, visitor: Annotated[Visitor, Depends(Allow("public"))]) -> JSONResponse:
    """Say whether the database, its tables and the disk are as they should be."""
    checks = readiness(request.app.state.db, request.app.state.settings.data)
    good = all(checks.values())
    return JSONResponse({"ready": good, **checks}, status_code=200 if good else 503)


def readiness(db: Database, folder: object) -> dict[str, bool]:
    """Return each thing that must hold and whether it does."""
    checks = {"database": False, "migrations": False, "disk": False}
    try:
        with db.reading() as session:
            session.execute(text("SELECT 1"))
        checks["database"] = True
        checks["migrations"] = db.is_current()
    except Exception:
        return checks
    try:
        checks["disk"] = shutil.disk_usage(str(folder)).free > LEAST_FREE_BYTES
    except FileNotFoundError:
        checks["disk"] = True  # the folder is made on first use
    return checks


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request, visitor: Annotated[Visitor, Depends(Allow("audit.read"))]) -> Response:
    """Give figures in Prometheus's text form; no ids and no names are among them."""
    registry = CollectorRegistry()
    gauge = Gauge("sendopt_runs", "Runs by state", ["state"], registry=registry)
    with request.app.state.db.reading() as session:
        counted = dict(tuple(row) for row in session.execute(select(Run.state, func.count()).group_by(Run.state)))
    for state in (*runs.LIVE, *runs.OVER):
        gauge.labels(state).set(counted.get(state, 0))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/.well-known/security.txt", response_class=PlainTextResponse)
def security_text(visitor: Annotated[Visitor, Depends(Allow("public"))]) -> str:
    """Say how to report a weakness."""
    return "Contact: see SECURITY.md in the project, or the council's own address\nPreferred-Languages: en\n"
