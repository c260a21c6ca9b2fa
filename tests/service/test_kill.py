"""Kill -9 of web, worker and children at random: nothing acknowledged is lost or doubled, on either database."""

import pytest

from tests.service import postgres
from tests.service.killing import survive

NO_POSTGRES = pytest.mark.skipif(postgres.programs() is None, reason="skipped: PostgreSQL is not installed")


@pytest.mark.parametrize("kills", [5, pytest.param(40, marks=pytest.mark.full)])
def test_nothing_is_lost_or_doubled_on_sqlite(tmp_path, kills):
    seen = survive(f"sqlite:///{tmp_path / 'runs.sqlite3'}", tmp_path, kills=kills, seed=kills)
    assert seen.kills.total() == kills


@pytest.mark.postgres
@NO_POSTGRES
@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=pytest.mark.full)])
def test_nothing_is_lost_or_doubled_on_postgresql(tmp_path, kills):
    with postgres.server() as url:
        seen = survive(url, tmp_path, kills=kills, seed=kills)
    assert seen.kills.total() == kills
