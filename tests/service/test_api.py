"""The API against its own description: no server error, no undocumented answer, whatever is sent."""

import tempfile
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as tries
from schemathesis.core.result import Ok

from service.store.database import Database
from service.web.app import create_app
from tests.builders.service import a_city, a_finished_run, some_settings

FOLDER = tempfile.TemporaryDirectory(prefix="sendopt-api-")
SETTINGS = some_settings(Path(FOLDER.name), queued_each=5)
DB = Database(SETTINGS.database_url)
SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app(SETTINGS, DB))
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}


@pytest.fixture(scope="module", autouse=True)
def a_database():
    DB.migrate()
    a_finished_run(DB, SETTINGS, city=a_city(DB))
    yield
    DB.close()


def fuzz(label: str, examples: int) -> None:
    @given(case=OPERATIONS[label].as_strategy())
    @tries(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def try_it(case):
        case.call_and_validate()

    try_it()


def test_the_description_holds_every_operation():
    assert len(OPERATIONS) >= 12


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_every_operation_answers_as_described(label):
    fuzz(label, 20)


@pytest.mark.full
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_every_operation_answers_as_described_two_thousand_times(label):
    fuzz(label, 150)
