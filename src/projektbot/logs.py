"""Structured logs: facts with names, never texts, names or ids of people, never tokens."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from traceback import StackSummary, extract_tb
from types import TracebackType
from typing import TypeAlias

import structlog
from structlog.typing import EventDict, WrappedLogger

ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
)  # fmt: skip


def set_up_logs(level: str) -> None:
    """Write one line for each fact to standard error: for people on a terminal, JSON otherwise."""
    number = logging.getLevelNamesMapping()[level.upper()]
    render = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exceptions_without_words,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    # libraries speak of addresses and URLs: only what is serious
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_FirstLine("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.ERROR, handlers=[handler])


def place_of(error: BaseException) -> str:
    """Return what an exception and its causes are and where they came from, without their words.

    "invalid literal for int(): '…'" would say what somebody wrote.
    """
    return "\n".join(f"{type(one).__name__}\n{''.join(_frames(one).format())}".rstrip() for one in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in seen:
        yield one
        seen.append(one)
        if isinstance(one, BaseExceptionGroup):
            for part in one.exceptions:
                yield from _chain(part)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _frames(error: BaseException) -> StackSummary:
    return extract_tb(error.__traceback__)


def _exceptions_without_words(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exception() if given else None
    if error is not None:
        event["exception"] = place_of(error)
    return event


class _FirstLine(logging.Formatter):
    """What a library says in its first line; its further lines and its exceptions may repeat what people wrote."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = (record.message.strip().splitlines() or [""])[0]
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        return place_of(ei[1]) if ei[1] else ""
