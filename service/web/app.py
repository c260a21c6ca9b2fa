"""Puts the service together: settings in, an application out."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from service import __version__
from service.settings import Settings
from service.store.database import Database
from service.web import errors
from service.web.pages import environment, fragment
from service.web.routes import (
    account,
    api,
    closures,
    columns,
    consultation,
    contracts,
    data,
    decisions,
    health,
    home,
    joining,
    meetings,
    meetings_repair,
    meetings_year,
    places,
    plans,
    provider,
    quotes,
    sheets,
    standby,
    transport,
    why,
)
from service.web.security import Door
from service.web.watch import Watch

STATIC = Path(__file__).parent / "static"
ROUTERS = (
    health,
    account,
    provider,
    home,
    columns,
    data,
    plans,
    why,
    transport,
    standby,
    sheets,
    joining,
    contracts,
    meetings,
    meetings_repair,
    meetings_year,
    places,
    closures,
    quotes,
    consultation,
    decisions,
    api,
)


class Lasting(StaticFiles):
    """Static files, which browsers may keep for a day."""

    def file_response(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        """Return the file with its own caching rule."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=86400"
        return answer


def create_app(settings: Settings, db: Database | None = None) -> FastAPI:
    """Return the application; the database is migrated when the application starts."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.db.migrate()
        yield
        if db is None:
            app.state.db.close()

    app = FastAPI(
        title="send-optimiser",
        version=__version__,
        description="Plans school transport, travel guides, locality meetings and resource base places.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.settings = settings
    app.state.db = db or Database(settings.database_url)
    app.state.form_key = secrets.token_urlsafe(24)
    app.state.pages = environment(settings)
    app.state.watch = Watch(app.state.db, partial(fragment, app.state.pages))
    app.mount("/static", Lasting(directory=STATIC), name="static")
    for module in ROUTERS:
        app.include_router(module.router)
    errors.install(app)
    app.add_middleware(Door, settings=settings)
    if "*" not in settings.hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts))
    return app
