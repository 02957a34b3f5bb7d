"""Ingress of Slack: raw bytes, signature, age, replay; then the JSON document of a verified request."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import CIMultiDictProxy
from slack_sdk.signature import Clock, SignatureVerifier

from bot.platforms.ingress import Json, RequestRejected, read_bytes, read_object, require_shallow
from bot.platforms.ttl_cache import TtlCache

WINDOW_S: Final = 300
"""The age limit that Slack documents (docs.slack.dev, "Verifying requests from Slack"); slack_sdk enforces it."""
REPLAY_TTL_S: Final = 900.0
"""Longer than the window on both sides: an exact replay meets its first response."""
REPLAYS_MAX: Final = 2_000
"""Responses kept for replays; the inbox in the database is the check behind them."""
FIELDS_MAX: Final = 50
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
_STAMP_DIGITS_MAX: Final = 12

Serve: TypeAlias = Callable[[Json], Awaitable[Json]]
"""Serves a verified document; the JSON object that Slack gets, empty for a bare acknowledgement."""


class _SettableClock(Clock):
    """The application's clock, as slack_sdk asks for it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


class SlackIngress:
    """Verifies requests with slack_sdk's SignatureVerifier and serves each signed request once."""

    def __init__(self, secret: str, clock: Callable[[], datetime], timer: Callable[[], float], limit_s: float) -> None:
        self._clock = _SettableClock(clock)
        self._verifier = SignatureVerifier(secret, self._clock)
        self._limit_s = limit_s
        self._responses: TtlCache[str, asyncio.Future[Json]] = TtlCache(timer, REPLAYS_MAX)

    async def serve(self, request: web.Request, serve: Serve) -> Json:
        """Serve a request; an exact replay gets the same response. Raises RequestRejected."""
        body = await read_bytes(request, self._limit_s)
        signature = self._verify(request.headers, body)
        if (previous := self._responses.get(signature)) is not None:
            return await asyncio.shield(previous)
        future = asyncio.get_running_loop().create_future()
        self._responses.put(signature, future, REPLAY_TTL_S)
        try:
            response = await serve(read_document(request.content_type, body))
        except BaseException as failure:
            # A failed request had no effect, so Slack may send the same bytes again.
            self._responses.delete(signature)
            future.set_exception(_replay_failure(failure))
            future.exception()
            raise
        future.set_result(response)
        return response

    def _verify(self, headers: CIMultiDictProxy[str], body: bytes) -> str:
        """Return the signature of a request that Slack has signed within the window. Raises RequestRejected."""
        stamp, signature = _get_single(headers, "X-Slack-Request-Timestamp"), _get_single(headers, "X-Slack-Signature")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= _STAMP_DIGITS_MAX):
            raise RequestRejected(400, "malformed")
        if not signature.isascii():
            # slack_sdk compares strings; hmac.compare_digest raises TypeError for others.
            raise RequestRejected(401, "unsigned")
        try:
            is_valid = self._verifier.is_valid(body, stamp, signature)
        except UnicodeDecodeError as malformed:
            # slack_sdk decodes the body before it computes the signature.
            raise RequestRejected(400, "malformed") from malformed
        if not is_valid:
            is_stale = abs(self._clock.now() - int(stamp)) > WINDOW_S
            raise RequestRejected(401, "stale" if is_stale else "unsigned")
        return signature


def read_document(content_type: str, body: bytes) -> Json:
    """Read the document in a body: an event, a command, or the `payload` field of a form. Raises RequestRejected."""
    if content_type == JSON:
        document = read_object(body)
    elif content_type == FORM:
        fields = _read_fields(body)
        document = read_object(fields["payload"]) if "payload" in fields else dict(fields)
    else:
        raise RequestRejected(415, "not_supported")
    require_shallow(document)
    return document


def _read_fields(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError as malformed:
        raise RequestRejected(400, "malformed") from malformed
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise RequestRejected(400, "malformed")
    return fields


def _get_single(headers: CIMultiDictProxy[str], name: str) -> str:
    """Return a header that must be present exactly once."""
    values = headers.getall(name, [])
    if not values:
        raise RequestRejected(401, "unsigned")
    if len(values) > 1:
        raise RequestRejected(400, "malformed")
    return values[0]


def _replay_failure(failure: BaseException) -> Exception:
    """Return the error for a replay that has waited for a failed request."""
    return failure if isinstance(failure, RequestRejected) else RequestRejected(409, "try_again")
