"""A worker whose children only count, for tests that kill it."""

import sys
from pathlib import Path

from service.child import die_with_parent
from service.settings import Settings
from service.store.database import Database
from service.worker import Worker

FAKE_CHILD = (sys.executable, "-m", "tests.service.fake_child")


def main() -> None:
    """Work on the database that the first argument names until killed."""
    die_with_parent()
    settings = Settings(data=Path(sys.argv[2]), database=sys.argv[1], running=2, lease_seconds=1.5, attempts=50)
    Worker(Database(settings.database_url), settings, program=FAKE_CHILD).work()


if __name__ == "__main__":
    main()
