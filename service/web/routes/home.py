"""The home page, help, and the accessibility statement."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from service import plans, runs
from service.store import cities
from service.store.tables import Run
from service.web.pages import page
from service.web.security import Allow, Visitor

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, visitor: Annotated[Visitor, Depends(Allow("home"))]) -> Response:
    """Show each desk's newest plan and what is being worked on."""
    scope = visitor.scope
    with request.app.state.db.reading() as session:
        city = cities.newest(session, scope)
        standing = dict.fromkeys(scope.kinds()) | runs.standings(session, scope)
        newest = {kind: plans.shown(session, scope, kind, found) for kind, found in standing.items()}
        recent = list(session.execute(runs.visible(scope).order_by(Run.asked_at.desc()).limit(8)).scalars())
    return page(request, "home.html", visitor, city=city, newest=newest, standing=standing, recent=recent)


@router.get("/help")
def help_page(request: Request, visitor: Annotated[Visitor, Depends(Allow("public"))]) -> Response:
    """Explain the words and the steps."""
    return page(request, "help.html", visitor)


@router.get("/accessibility")
def accessibility(request: Request, visitor: Annotated[Visitor, Depends(Allow("public"))]) -> Response:
    """State how accessible the service is."""
    return page(request, "accessibility.html", visitor)
