"""The check in front of all that Slack sends: raw bytes, signature, age, and whether it came before."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import CIMultiDictProxy

from bot.platforms.ingress import Json, Turned, read_bytes, read_object, require_shallow
from bot.platforms.ttl_cache import Remembered

WINDOW_S: Final = 300
"""Slack's own advice: what is older was recorded by somebody."""
SEEN_KEPT_S: Final = 900.0
SEEN_MAX: Final = 2_000
"""So many answers are kept for a repetition; behind them stands the inbox, which no process forgets."""
FIELDS_MAX: Final = 50
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
_STAMP_DIGITS_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Said:
    """What the bot answers to a request: a status and the bytes of a JSON object, or none."""

    status: int = 200
    body: bytes = b""


Serve = Callable[[Json], Awaitable[Said]]


class Door:
    """Lets in what Slack has signed, once."""

    def __init__(self, secret: str, clock: Callable[[], datetime], timer: Callable[[], float], limit_s: float) -> None:
        self._secret = secret.encode()
        self._clock = clock
        self._limit_s = limit_s
        self._seen: Remembered[str, asyncio.Future[Said]] = Remembered(timer, SEEN_MAX)

    async def serve(self, request: web.Request, serve: Serve) -> Said:
        """What `serve` makes of the document; the same bytes again get the same answer. Raises Turned."""
        body = await read_bytes(request, self._limit_s)
        signature = self._verified(request.headers, body)
        if (before := self._seen.get(signature)) is not None:
            return await asyncio.shield(before)
        answered = asyncio.get_running_loop().create_future()
        self._seen.put(signature, answered, SEEN_KEPT_S)
        try:
            said = await serve(read_document(request.content_type, body))
        except BaseException as failure:
            # What failed was not carried out: the same request may come again.
            self._seen.forget(signature)
            answered.set_exception(_turned(failure))
            answered.exception()
            raise
        answered.set_result(said)
        return said

    def _verified(self, headers: CIMultiDictProxy[str], body: bytes) -> str:
        """The signature, when it is Slack's and of now."""
        stamp, signature = _only(headers, "X-Slack-Request-Timestamp"), _only(headers, "X-Slack-Signature")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= _STAMP_DIGITS_MAX):
            raise Turned(400, "malformed")
        if abs(self._clock().timestamp() - int(stamp)) > WINDOW_S:
            raise Turned(401, "stale")
        told = signature.encode(errors="surrogateescape")
        if not hmac.compare_digest(signed(self._secret, stamp, body).encode(), told):
            raise Turned(401, "unsigned")
        return signature


def signed(secret: bytes, stamp: str, body: bytes) -> str:
    """The signature of a body at a time."""
    return "v0=" + hmac.new(secret, b"v0:%s:%s" % (stamp.encode(), body), sha256).hexdigest()


def read_document(content_type: str, body: bytes) -> Json:
    """What is said in a body: an event, a command, or a payload in a field. Raises Turned."""
    if content_type == JSON:
        document = read_object(body)
    elif content_type == FORM:
        fields = _fields(body)
        document = read_object(fields["payload"]) if "payload" in fields else dict(fields)
    else:
        raise Turned(415, "not_supported")
    require_shallow(document)
    return document


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError as malformed:
        raise Turned(400, "malformed") from malformed
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Turned(400, "malformed")
    return fields


def _only(headers: CIMultiDictProxy[str], name: str) -> str:
    """A header that must be there exactly once."""
    values = headers.getall(name, [])
    if not values:
        raise Turned(401, "unsigned")
    if len(values) > 1:
        raise Turned(400, "malformed")
    return values[0]


def _turned(failure: BaseException) -> Exception:
    """What a repetition is told that has waited for a request which failed."""
    return failure if isinstance(failure, Turned) else Turned(409, "try_again")
