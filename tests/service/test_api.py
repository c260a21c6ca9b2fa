"""The API against its own description: no server error, no undocumented answer, whatever is sent."""

from collections import Counter
from pathlib import Path

import pytest
import schemathesis
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.engine import events, from_schema

from service.store.database import Database
from service.web.app import create_app
from tests.builders.service import a_city, a_finished_run, some_settings


def hammer(folder: Path, *, each: int) -> tuple[Counter[str], list[str]]:
    """Send good and bad requests to every operation, with every check on; return cases by phase, and what was wrong.

    ``each`` is how many are invented for an operation, beside its examples, its edges and chains of several operations.
    """
    settings = some_settings(folder, queued_each=5)
    db = Database(settings.database_url)
    db.migrate()
    a_finished_run(db, settings, city=a_city(db))
    made = GenerationConfig(max_examples=each, deterministic=True, database="none")
    config = SchemathesisConfig(
        projects=ProjectsConfig(default=ProjectConfig(generation=made, request_timeout=120)), seed=1
    )
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app(settings, db), config=config)
    cases: Counter[str] = Counter()
    wrong: list[str] = []
    for told in from_schema(schema).execute():
        if isinstance(told, events.ScenarioFinished):
            cases[told.phase.name.lower()] += len(told.recorder.cases)
            wrong += [
                f"{told.label}: {check.name}: {check.failure_info.failure.title}\n{check.failure_info.failure.message}"
                for checks in told.recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
        elif isinstance(told, events.NonFatalError | events.FatalError):
            wrong.append(str(getattr(told, "info", None) or getattr(told, "exception", told)))
    db.close()
    return cases, wrong


def test_every_operation_answers_as_described(tmp_path):
    cases, wrong = hammer(tmp_path, each=4)
    assert wrong == []
    assert cases.total() >= 200


@pytest.mark.full
def test_two_thousand_requests_are_answered_as_described(tmp_path):
    cases, wrong = hammer(tmp_path, each=220)
    assert wrong == []
    assert cases.total() >= 2000
