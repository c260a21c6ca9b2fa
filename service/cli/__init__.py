"""The command line: ``sendopt``, with the same use cases as the pages."""

import sys

from service.cli.output import BUG


def main() -> None:
    """Run the command line; a fault of ours ends with code 70 and one plain sentence."""
    from service.cli.commands import app

    try:
        app()
    except SystemExit:
        raise
    except Exception as error:
        import os

        if os.environ.get("SENDOPT_TRACE"):
            raise
        print(
            f"Something went wrong on our side ({type(error).__name__}: {error}). Nothing was changed. "
            "Set SENDOPT_TRACE=1 and run it again for the details.",
            file=sys.stderr,
        )
        sys.exit(BUG)
