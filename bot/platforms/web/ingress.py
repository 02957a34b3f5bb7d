"""Ingress of the browser chat: origin check, request bodies within their limits, and security headers."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from ipaddress import ip_address
from typing import Annotated, Any, Final, TypeVar

import msgspec
from aiohttp import web
from yarl import URL

from bot.platforms.ingress import BODY_LIMIT_S, RequestRejected, read_bytes
from services.errors import DatabaseBusy
from services.spreadsheet import FILE_MAX_BYTES

FILE_TYPE: Final = "application/octet-stream"
FILE_LIMIT_BYTES: Final = FILE_MAX_BYTES
FILE_LIMIT_S: Final = 60.0
FILE_NAME_LIMIT: Final = 255
TEXT_LIMIT: Final = 4000
NAME_LIMIT: Final = 60
ARGS_LIMIT: Final = 100

ID: Final = r"(?a)^[\w.:@-]{1,120}\Z"
INTERACTION_ID: Final = r"(?a)^[\w-]{1,64}\Z"
# PostgreSQL stores no NUL in text.
NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# Nothing is loaded from, framed by or sent to another origin.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Id = Annotated[str, msgspec.Meta(pattern=ID)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of every request that changes data: the acting user."""

    person: Id = msgspec.field(name="as")


class InteractionBody(Body, frozen=True):
    """An interaction with the bot; a repeated id is the same interaction."""

    id: Annotated[str, msgspec.Meta(pattern=INTERACTION_ID)]


class MessageBody(InteractionBody, frozen=True):
    """A message that a user wrote."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LIMIT)]


class ClickBody(InteractionBody, frozen=True):
    """A pressed button of a card, with its arguments and the input values."""

    message: Id
    command: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    args: Annotated[dict[str, Any], msgspec.Meta(max_length=ARGS_LIMIT)] = {}


class ChannelBody(InteractionBody, frozen=True):
    """A new channel with the bot as a member."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LIMIT)]


class ReadPositionBody(Body, frozen=True):
    """The position up to which a user has read."""

    seq: Annotated[int, msgspec.Meta(ge=0, le=2**62)]


AnyBody = TypeVar("AnyBody", bound=Body)


def protect(handler: Handler) -> Handler:
    """Wrap a handler with the origin check, error responses and security headers."""

    @wraps(handler)
    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            reject_foreign_origin(request)
            response = await handler(request)
        except RequestRejected as rejected:
            response = web.json_response({"error": rejected.reason}, status=rejected.status)
        except DatabaseBusy:
            response = web.json_response({"error": "busy"}, status=503)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return serve


def reject_foreign_origin(request: web.Request) -> None:
    """Reject other hosts (DNS rebinding) and other origins (cross-site request forgery)."""
    if not is_loopback(request.host):
        raise RequestRejected(403, "foreign_host")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise RequestRejected(403, "foreign_origin")


def is_loopback(host: str) -> bool:
    """Return whether a Host header names loopback literally, which no foreign DNS server can fake."""
    try:
        name = URL(f"http://{host}").host or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


async def read_body(request: web.Request, kind: type[AnyBody]) -> AnyBody:
    """Read a JSON body. Raises RequestRejected."""
    if request.content_type != "application/json":
        raise RequestRejected(415, "not_json")
    data = await read_bytes(request, BODY_LIMIT_S)
    try:
        body = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as malformed:
        raise RequestRejected(400, "malformed") from malformed
    if NUL.search(data):
        raise RequestRejected(400, "malformed")
    return body


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that a user sent to the bot."""

    person: str
    id: str
    name: str
    content: bytes


async def read_file(request: web.Request) -> UploadedFile:
    """Read an uploaded file: content in the body, the rest in the query. Raises RequestRejected.

    A foreign page cannot send this content type without a CORS preflight, which is refused.
    """
    if request.content_type != FILE_TYPE:
        raise RequestRejected(415, "not_a_file")
    query = request.query
    person, number, name = query.get("as", ""), query.get("id", ""), query.get("name", "")
    if not (re.match(ID, person) and re.match(INTERACTION_ID, number) and 0 < len(name) <= FILE_NAME_LIMIT):
        raise RequestRejected(400, "malformed")
    content = await read_bytes(request, FILE_LIMIT_S, FILE_LIMIT_BYTES, "file_too_large")
    return UploadedFile(person, number, name.replace("\0", ""), content)


def read_position(request: web.Request, name: str) -> int:
    """Read a position in the transcript from the query; 0 where it is missing."""
    value = request.query.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise RequestRejected(400, "malformed")
    return int(value)


def require_id(value: str) -> str:
    """Return an id from the path or the query. Raises RequestRejected."""
    if not re.match(ID, value):
        raise RequestRejected(404, "unknown")
    return value
