"""Pages from templates: one environment, one way to answer, and the words and formats that every template may use."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape

from optimiser.core.table import Table
from service import __version__, shown
from service.naming import names_beside
from service.settings import Settings
from service.store.scope import KINDS
from service.store.tables import Run
from service.web.security import Visitor

DESKS = (
    ("transport", "Transport", "/transport", "transport.read"),
    ("meetings", "Meetings", "/meetings", "meetings.read"),
    ("places", "Places", "/places", "places.read"),
)
STATES = {
    "queued": ("waiting", "quiet"),
    "running": ("working", "busy"),
    "interrupted": ("interrupted", "warn"),
    "done": ("finished", "good"),
    "stopped": ("stopped, best kept", "good"),
    "failed": ("could not finish", "bad"),
    "cancelled": ("cancelled", "quiet"),
}
KIND_WORDS = {
    "routes": "Transport plan",
    "guides": "Guides and cover",
    "meetings": "Meeting roster",
    "places": "Base places",
    "closure": "Closure scenario",
}


def environment(settings: Settings) -> Environment:
    """Return the template environment, which escapes everything and refuses unknown names."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("service.web"), PackageLoader("govuk_frontend_jinja", "templates")]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        shown=shown.cell,
        in_whole_pounds=shown.in_whole_pounds,
        day=shown.day,
        moment=shown.moment,
        took=shown.took,
        pounds=shown.pounds,
        number=shown.count,
        share=shown.share,
        clock=shown.clock,
        minutes=shown.minutes,
        names_beside=names_beside,
    )
    made.globals.update(
        settings=settings,
        version=__version__,
        STATES=STATES,
        KIND_WORDS=KIND_WORDS,
        KINDS=KINDS,
        how_good=shown.how_good,
        NUMERIC=shown.NUMERIC,
    )
    return made


def page(request: Request, template: str, visitor: Visitor, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Answer with a page for a visitor."""
    desks = [(name, title, url) for name, title, url, permission in DESKS if visitor.scope.may(permission)]
    body = request.app.state.pages.get_template(template).render(
        visitor=visitor, may=visitor.scope.may, path=request.url.path, desks=desks, **values
    )
    return HTMLResponse(body, status_code=status)


def fragment(pages: Environment, run: Run, ahead: int) -> str:
    """Return a plan's progress alone, for a page that is already open; ``ahead`` is how many wait in front of it."""
    return str(pages.get_template("progress_part.html").render(run=run, ahead=ahead))


def by_key(tables: tuple[Table, ...], key: str) -> Table | None:
    """Return a table by its key, or None."""
    return next((table for table in tables if table.key == key), None)
