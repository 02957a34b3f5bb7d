"""The door of a chat platform: how much a request may bring, how long it may take, and what shape it must have."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard, cast

import msgspec
from aiohttp import web

BODY_LIMIT_BYTES: Final = 256 * 1024
BODY_LIMIT_S: Final = 10.0
DEPTH_LIMIT: Final = 32

Json: TypeAlias = dict[str, Any]


@dataclass(eq=False)
class Turned(Exception):
    """The request is not served; the reason is a word for the log and for whoever looks for the mistake."""

    status: int
    reason: str


async def read_document(request: web.Request, limit_s: float) -> Json:
    """The JSON object that the request carries. Raises Turned."""
    if request.content_type != "application/json":
        raise Turned(415, "not_json")
    return read_object(await read_bytes(request, limit_s))


async def read_bytes(request: web.Request, limit_s: float) -> bytes:
    """The body as it came, within its limits. Raises Turned."""
    try:
        async with asyncio.timeout(limit_s):
            return await _gather(request)
    except TimeoutError as slow:
        raise Turned(408, "slow") from slow
    except web.RequestPayloadError as malformed:
        raise Turned(400, "malformed") from malformed


def read_object(data: bytes | str) -> Json:
    """The JSON object in a body. Raises Turned."""
    try:
        document = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as malformed:
        raise Turned(400, "malformed") from malformed
    if not is_object(document):
        raise Turned(400, "malformed")
    return document


def is_object(value: object) -> TypeGuard[Json]:
    """Whether a piece of JSON is an object."""
    return isinstance(value, dict)


def require_shallow(document: Json) -> None:
    """Raise Turned for what is nested too deeply, or holds the one character that no database keeps."""
    level: list[object] = [document]
    for _ in range(DEPTH_LIMIT):
        level = [part for value in level for part in _parts(value)]
        if not level:
            return
    raise Turned(400, "malformed")


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, str):
        if "\0" in value:
            raise Turned(400, "malformed")
        return ()
    if is_object(value):
        return (*value.keys(), *value.values())
    return _items(value)


def _items(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


async def _gather(request: web.Request) -> bytes:
    if (request.content_length or 0) > BODY_LIMIT_BYTES:
        raise Turned(413, "too_large")
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > BODY_LIMIT_BYTES:
            raise Turned(413, "too_large")
    return bytes(data)
