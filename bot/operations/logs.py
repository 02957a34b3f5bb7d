"""Logs as key-value pairs: events and code locations, never texts of users."""

import logging
import sys
import traceback
from types import TracebackType
from typing import Final, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# At INFO these libraries log addresses and texts, or noise.
_QUIET: Final = ("aiohttp", "aiosqlite", "alembic", "apscheduler", "asyncio", "sqlalchemy")


def configure(level: str, style: Literal["console", "json"]) -> None:
    """Log to standard error in one format, including the logs of libraries."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_error,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(style)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _renderer(style: Literal["console", "json"]) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _name_error(logger: WrappedLogger, method: str, entry: EventDict) -> EventDict:
    """Log type and location of an error without its text, which may hold an address, a name or a row."""
    del logger, method
    given = entry.pop("exc_info", None)
    info = sys.exc_info() if given is True else given
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[1] is not None:
        entry["exception"] = describe_error(info[1])
    return entry


def describe_error(error: BaseException) -> str:
    """Describe an error and its causes by type, each with the lines of code that it passed."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(f"{_path(current.__traceback__)}{type(current).__module__}.{type(current).__qualname__}")
        current = current.__cause__ or current.__context__
    return "\n… caused by\n".join(parts)


def _path(trace: TracebackType | None) -> str:
    return "".join(f"  {frame.filename}:{frame.lineno} {frame.name}\n" for frame in traceback.extract_tb(trace))
