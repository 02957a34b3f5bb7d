"""The door of the browser chat: who may knock, how much they may bring, and what the answer carries along."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from ipaddress import ip_address
from typing import Annotated, Any, Final, TypeVar

import msgspec
from aiohttp import web
from yarl import URL

from services.errors import Contended
from services.spreadsheet import FILE_MAX_BYTES

BODY_LIMIT_BYTES: Final = 256 * 1024
BODY_LIMIT_SECONDS: Final = 10
FILE_TYPE: Final = "application/octet-stream"
FILE_LIMIT_BYTES: Final = FILE_MAX_BYTES
FILE_LIMIT_SECONDS: Final = 60
FILE_NAME_LIMIT: Final = 255
TEXT_LIMIT: Final = 4000
NAME_LIMIT: Final = 60
ARGS_LIMIT: Final = 100

ID: Final = r"(?a)^[\w.:@-]{1,120}\Z"
INTERACTION_ID: Final = r"(?a)^[\w-]{1,64}\Z"
# No database keeps this character.
NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# A page that is opened from elsewhere, framed or told to load something from elsewhere is not this chat.
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


@dataclass(eq=False)
class Turned(Exception):
    """The request is not served; `reason` is a word that the page knows."""

    status: int
    reason: str


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every request that changes something says: as whom."""

    person: Id = msgspec.field(name="as")


class Interaction(Body, frozen=True):
    """Something that the bot answers; the same id again is the same interaction."""

    id: Annotated[str, msgspec.Meta(pattern=INTERACTION_ID)]


class Typed(Interaction, frozen=True):
    """Somebody wrote something."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LIMIT)]


class Clicked(Interaction, frozen=True):
    """Somebody pressed a button of a card; the arguments are the button's and what was filled in."""

    message: Id
    command: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    args: Annotated[dict[str, Any], msgspec.Meta(max_length=ARGS_LIMIT)] = {}


class Founded(Interaction, frozen=True):
    """Somebody opens a channel and takes the bot in."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LIMIT)]


class Read(Body, frozen=True):
    """Somebody has seen everything up to a position."""

    seq: Annotated[int, msgspec.Meta(ge=0, le=2**62)]


AnyBody = TypeVar("AnyBody", bound=Body)


def guarded(handler: Handler) -> Handler:
    """The handler behind the door: foreign pages are turned away, and every answer carries the safety headers."""

    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            turn_away_foreign(request)
            response = await handler(request)
        except Turned as turned:
            response = web.json_response({"error": turned.reason}, status=turned.status)
        except Contended:
            response = web.json_response({"error": "busy"}, status=503)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return answer


def turn_away_foreign(request: web.Request) -> None:
    """Only this very page on this machine: a foreign host name is DNS rebinding, a foreign origin is forgery."""
    if not is_loopback(request.host):
        raise Turned(403, "foreign_host")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise Turned(403, "foreign_origin")


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine by a name that no foreign name server can give."""
    try:
        name = URL(f"http://{host}").host or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


async def read_body(request: web.Request, kind: type[AnyBody]) -> AnyBody:
    """The JSON of a request, or a 4xx that says what is wrong with it."""
    if request.content_type != "application/json":
        raise Turned(415, "not_json")
    try:
        async with asyncio.timeout(BODY_LIMIT_SECONDS):
            data = await _read(request)
        body = msgspec.json.decode(data, type=kind)
    except TimeoutError as slow:
        raise Turned(408, "slow") from slow
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as malformed:
        raise Turned(400, "malformed") from malformed
    if NUL.search(data):
        raise Turned(400, "malformed")
    return body


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody sent a file."""

    person: str
    id: str
    name: str
    content: bytes


async def read_file(request: web.Request) -> Sent:
    """A file: its bytes are the body, the rest stands in the address. No foreign page can send such a body unasked."""
    if request.content_type != FILE_TYPE:
        raise Turned(415, "not_a_file")
    query = request.query
    person, number, name = query.get("as", ""), query.get("id", ""), query.get("name", "")
    if not (re.match(ID, person) and re.match(INTERACTION_ID, number) and 0 < len(name) <= FILE_NAME_LIMIT):
        raise Turned(400, "malformed")
    if (request.content_length or 0) > FILE_LIMIT_BYTES:
        raise Turned(413, "file_too_large")
    try:
        async with asyncio.timeout(FILE_LIMIT_SECONDS):
            content = await _read(request, FILE_LIMIT_BYTES, "file_too_large")
    except TimeoutError as slow:
        raise Turned(408, "slow") from slow
    return Sent(person, number, name.replace("\0", ""), content)


async def _read(request: web.Request, limit_bytes: int = BODY_LIMIT_BYTES, reason: str = "too_large") -> bytes:
    data = bytearray()
    while chunk := await request.content.read(BODY_LIMIT_BYTES):
        data += chunk
        if len(data) > limit_bytes:
            raise Turned(413, reason)
    return bytes(data)


def position(request: web.Request, name: str) -> int:
    """A position in the transcript from the address; 0 where it is missing."""
    value = request.query.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise Turned(400, "malformed")
    return int(value)


def id_of(value: str) -> str:
    """An id from the address; what cannot be one names nothing."""
    if not re.match(ID, value):
        raise Turned(404, "unknown")
    return value
