"""Logs in one form, JSON or plain: times, ids, addresses' patterns and kinds of trouble, and never what was typed."""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

MOST_FRAMES = 12


def set_up(form: Literal["json", "plain"], stream: TextIO | None = None) -> None:
    """Send every log, our own and the libraries', to standard error (or a stream) in one form."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_what_was_said,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if form == "json" else logging.WARNING)
    for name in ("httpx", "httpcore", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # the error page has noted it already, with the place and without the words
    logging.getLogger("uvicorn.error").addFilter(lambda record: not record.exc_info)


def without_what_was_said(logger: Any, name: str, told: EventDict) -> EventDict:
    """Put an exception's kind and place where its words would stand: they may hold what a person typed."""
    raised = told.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        told |= {"kind": type(error).__name__, "at": places(error.__traceback__)}
    return told


def places(trace: TracebackType | None) -> list[str]:
    """Return where a trace went, the innermost last: file, line and function."""
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    return [f"{frame.filename.rsplit('/site-packages/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
