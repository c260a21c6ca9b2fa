"""The command line: ``sendopt``, with the same use cases as the pages."""

import errno
import os
import sys

from service.cli.output import BUG, FAULTS, LEFT_OUT, USAGE, Answer

CANNOT_WRITE = {
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "nothing can be written there",
    errno.ENOSPC: "the disk is full",
    errno.ENOTDIR: "it is inside a file, not a folder",
    errno.EISDIR: "it is a folder",
    errno.EEXIST: "a file of that name is in the way",
}
"""What stands in the way of a file, in words, where whoever typed the command can choose another place."""


def main() -> None:
    """Run the command line; a mistake ends with one plain sentence, and a fault of ours with code 70."""
    from service.cli.commands import app

    try:
        app()
    except SystemExit as left:
        if left.code == LEFT_OUT and not Answer.ended:  # Typer's own code for a command that was typed wrongly
            sys.exit(USAGE)
        raise
    except Exception as error:
        if os.environ.get("SENDOPT_TRACE"):
            raise
        said = _mistake(error)
        if said is not None:
            print(said, file=sys.stderr)
            sys.exit(FAULTS)
        print(
            f"Something went wrong on our side ({type(error).__name__}: {error}). Nothing was changed. "
            "Set SENDOPT_TRACE=1 and run it again for the details.",
            file=sys.stderr,
        )
        sys.exit(BUG)


def _mistake(error: Exception) -> str | None:
    """Return what is wrong in words when whoever typed the command can put it right, else None."""
    if type(error).__name__ == "OfficialFileWrong":  # by name, so that --help need not load the reader of those files
        text = str(error)
        return f"{text[:1].upper()}{text[1:]}."
    file = error if isinstance(error, OSError) else error.__cause__
    if isinstance(file, OSError) and file.filename and file.errno in CANNOT_WRITE:
        return f"{file.filename} could not be written: {CANNOT_WRITE[file.errno]}. Choose another place with --out."
    return None
