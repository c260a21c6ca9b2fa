"""What a quick question about a plan is answered with, or why it is not."""

from dataclasses import dataclass
from typing import Any

from optimiser.core.table import Table


class NoAnswer(Exception):
    """The question could not be answered; the message says why and what to do."""


@dataclass(frozen=True)
class Answer:
    """One sentence, more sentences, tables, and what saving the change would take, in plain data."""

    sentence: str
    more: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    save: dict[str, Any] | None = None
    paper: bytes = b""
    """A print page or a PDF, where that is what was asked for."""
