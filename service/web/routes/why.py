"""Why is this so? One page for every kind of plan."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from service import runs
from service.answers import NoAnswer
from service.store import audit
from service.web.desk import question
from service.web.pages import page
from service.web.security import Allow, Visitor

router = APIRouter(include_in_schema=False)


@router.get("/plans/{run_id}/why")
def why(
    request: Request,
    run_id: str,
    visitor: Annotated[Visitor, Depends(Allow("home"))],
    about: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Explain one thing in a plan: why it is so, what stands in the way, and the cheapest change."""
    answer, trouble = None, ""
    with request.app.state.db.session() as session:
        run = runs.get(session, visitor.scope, run_id)
        if about:
            audit.record(session, visitor.scope.who, "asked why", f"{run.id} {about}"[:200])
    if about:
        try:
            run, answer = question(request, visitor, run_id, "explain", {"about": about})
        except NoAnswer as reason:
            trouble = str(reason)
    return page(request, "why.html", visitor, run=run, about=about, answer=answer, trouble=trouble)
