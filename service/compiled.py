"""Compiled code kept from before, forgotten once any source it may have been compiled from has changed.

Numba keeps a compiled function until its own file changes, not the files of the functions that it calls: a search
would go on as it was before an upgrade.
"""

from pathlib import Path

KEPT = ("*.nbi", "*.nbc")
"""The endings of Numba's index of what is kept, and of the compiled code itself."""


def forget_stale(package: Path) -> int:
    """Delete a package's compiled code if any of its sources that use Numba is newer, and return how many files."""
    sources = [each for each in package.rglob("*.py") if "numba" in each.read_text(encoding="utf-8")]
    newest = max((each.stat().st_mtime for each in sources), default=0.0)
    kept = [each for pattern in KEPT for each in package.rglob(pattern)]
    if not any(each.stat().st_mtime < newest for each in kept):
        return 0
    for each in kept:
        each.unlink(missing_ok=True)
    return len(kept)
