"""Compiled code is forgotten when a source changes, and kept otherwise."""

import os

from service.compiled import forget_stale


def _package(tmp_path, *, source, compiled):
    inner = tmp_path / "search" / "__pycache__"
    inner.mkdir(parents=True)
    calls, kept = tmp_path / "search" / "calls.py", inner / "search.calls-1.py311.nbi"
    calls.write_text("from numba import njit\n")
    kept.write_bytes(b"index")
    (tmp_path / "plain.py").write_text("nothing = 1\n")
    os.utime(calls, (source, source))
    os.utime(kept, (compiled, compiled))
    return kept


def test_code_compiled_before_a_source_changed_is_forgotten(tmp_path):
    kept = _package(tmp_path, source=2_000, compiled=1_000)
    assert forget_stale(tmp_path) == 1 and not kept.exists()


def test_code_compiled_since_the_last_change_is_kept_whatever_else_changes(tmp_path):
    kept = _package(tmp_path, source=1_000, compiled=2_000)
    assert forget_stale(tmp_path) == 0 and kept.exists()
