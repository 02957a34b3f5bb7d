"""Ingress shared by every platform: limits of a request, the shape of its JSON, rejection, and error responses."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard, cast

import msgspec
import structlog
from aiohttp import web

BODY_LIMIT_BYTES: Final = 256 * 1024
BODY_LIMIT_S: Final = 10.0
DEPTH_LIMIT: Final = 32

Json: TypeAlias = dict[str, Any]

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("ingress")


@dataclass(eq=False)
class RequestRejected(Exception):
    """The request is not served. The client reads `reason`; `detail` is for the log alone."""

    status: int
    reason: str
    detail: str = ""


async def respond(platform: str, serve: Callable[[], Awaitable[web.Response]]) -> web.Response:
    """Serve a request in its log context; a rejection or a defect becomes a JSON error."""
    number = secrets.token_hex(4)
    with structlog.contextvars.bound_contextvars(correlation_id=number, platform=platform):
        try:
            return await serve()
        except RequestRejected as rejected:
            log_rejection(rejected)
            return web.json_response({"error": rejected.reason}, status=rejected.status)
        except Exception:
            log.exception("request_failed", number=number)
            return web.json_response({"error": "unexpected", "number": number}, status=500)


def log_rejection(rejected: RequestRejected) -> None:
    """Log why a request was rejected; the body is never logged, because it may hold personal data."""
    log.info("request_rejected", status=rejected.status, reason=rejected.reason, detail=rejected.detail)


async def read_document(request: web.Request, limit_s: float) -> Json:
    """Read the JSON object in a request. Raises RequestRejected."""
    if request.content_type != "application/json":
        raise RequestRejected(415, "not_json")
    return read_object(await read_bytes(request, limit_s))


async def read_bytes(
    request: web.Request, limit_s: float, limit_bytes: int = BODY_LIMIT_BYTES, too_large: str = "too_large"
) -> bytes:
    """Read the raw body within its limits of time and size. Raises RequestRejected with `too_large` as the reason."""
    try:
        async with asyncio.timeout(limit_s):
            return await _read_chunks(request, limit_bytes, too_large)
    except TimeoutError as slow:
        raise RequestRejected(408, "slow") from slow
    except web.RequestPayloadError as malformed:
        raise RequestRejected(400, "malformed") from malformed


def read_object(data: bytes | str) -> Json:
    """Decode a JSON object. Raises RequestRejected."""
    try:
        document = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as malformed:
        raise RequestRejected(400, "malformed") from malformed
    if not is_object(document):
        raise RequestRejected(400, "malformed")
    return document


def is_object(value: object) -> TypeGuard[Json]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def require_shallow(document: Json) -> None:
    """Reject JSON that is nested too deeply, or that holds NUL, which PostgreSQL does not store in text."""
    level: list[object] = [document]
    for _ in range(DEPTH_LIMIT):
        level = [child for value in level for child in _list_children(value)]
        if not level:
            return
    raise RequestRejected(400, "malformed")


def _list_children(value: object) -> Iterable[object]:
    if isinstance(value, str):
        if "\0" in value:
            raise RequestRejected(400, "malformed")
        return ()
    if is_object(value):
        return (*value.keys(), *value.values())
    return cast("list[object]", value) if isinstance(value, list) else ()


async def _read_chunks(request: web.Request, limit_bytes: int, too_large: str) -> bytes:
    if (request.content_length or 0) > limit_bytes:
        raise RequestRejected(413, too_large)
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > limit_bytes:
            raise RequestRejected(413, too_large)
    return bytes(data)
