"""What the service's tests share: a database in a folder of its own, and an application on top of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.settings import Settings
from service.store.database import Database
from service.web.app import create_app
from tests.builders.service import some_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a demonstration in a folder of its own."""
    return some_settings(tmp_path)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """A migrated SQLite database."""
    made = Database(settings.database_url)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def client(settings: Settings, db: Database) -> Iterator[TestClient]:
    """A browser, of sorts, on the demonstration."""
    with TestClient(create_app(settings, db), base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        yield made


def form_key(client: TestClient, path: str = "/data") -> str:
    """Return the key that a page's forms carry."""
    return client.get(path).text.split('name="form_key" value="')[1].split('"')[0]
