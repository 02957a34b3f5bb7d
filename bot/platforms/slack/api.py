"""Calls of Slack's Web API: plain dictionaries over the bot's one pooled session.

Creating a message takes no idempotency key, so a post is retried only where Slack certainly did not accept it; calls
with the effect of one call are retried. slack_sdk's AsyncWebClient is not used: over a shared session it has no limit
of time or size for a response, it repeats chat.postMessage after a dropped connection, and it costs 0.16 ms of CPU a
call where this one costs 0.10 ms.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec
import structlog

from bot.operations.metrics import Metrics
from bot.platforms.allowed_hosts import AllowedHosts
from bot.platforms.base import NOT_ASKED, Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from bot.platforms.http_calls import (
    MAX_RETRY_AFTER_S,
    MAX_TOTAL_WAIT_S,
    NOT_WRITTEN,
    TIMEOUT,
    HttpReply,
    Retries,
    Retryable,
    backoff_s,
    exchange,
)
from bot.platforms.ingress import Json
from bot.platforms.rate_limiter import RateLimiter
from bot.platforms.slack.methods import (
    KNOWN,
    METHODS,
    RETRY_AFTER_S,
    TOKEN_DEAD,
    TOKEN_REFUSED,
    WINDOWS,
    Method,
    Tier,
    classify_error,
    unknown_outcome,
)
from bot.platforms.slack.tokens import Tokens

RESPONSES_AT_ONCE: Final = 32
"""Concurrent calls of response URLs: more would use up the connection pool while Slack is slow."""
RESPOND_WAIT_S: Final = 60.0

HOOK_HOSTS: Final = ("hooks.slack.com", "hooks.slack-gov.com")
"""Hosts of response URLs; the host of the Web API is added to them."""

_HOOK: Final = Method(Tier.CHANNEL, is_repeatable=False, takes_json=True)
_ERROR_CODE: Final = re.compile(r"[a-z0-9_]{1,64}")
_JSON: Final = "application/json; charset=utf-8"
_FORM: Final = "application/x-www-form-urlencoded"

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.api")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace of a call, which decides the token."""

    tenant: str
    """The enterprise, else the workspace."""
    workspace_id: str


@dataclass(frozen=True, slots=True)
class _Call:
    """One use of a method, with all its tries."""

    name: str
    method: Method
    workspace: Workspace
    content_type: str
    body: bytes


class SlackApi:
    """Calls Slack's Web API; every failure is a SendFailed."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tokens: Tokens,
        metrics: Metrics,
        *,
        url: str,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._session = session
        self._tokens = tokens
        self._errors = metrics.platform_errors
        self._url = url.rstrip("/")
        self._hooks = AllowedHosts((*HOOK_HOSTS, urlsplit(url).hostname or ""))
        self._timer = timer
        self._timeout = timeout
        self._hook_slots = asyncio.Semaphore(RESPONSES_AT_ONCE)
        self._limiters = {tier: RateLimiter(windows, timer=timer, sleep=sleep) for tier, windows in WINDOWS.items()}

    async def call(
        self,
        method: str,
        workspace: Workspace,
        arguments: Mapping[str, Any],
        *,
        channel: str = "",
        patience_s: float = MAX_TOTAL_WAIT_S,
    ) -> Json:
        """Call a method and return its response. Raises SendFailed with Slack's error code."""
        known = METHODS[method]
        part = channel if known.tier is Tier.CHANNEL else method
        call = _Call(method, known, workspace, *_encode(known, arguments))
        key = f"{workspace.workspace_id}/{part}"
        retries = Retries(self._limiters[known.tier], key, patience_s, self._timer)
        return await retries.run(lambda attempt: self._try(call, attempt))

    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Answer a command or a click at its response_url. Raises SendFailed."""
        if not self._hooks.permits(response_url):
            _log.error("response_url_refused")
            raise Rejected(NOT_ASKED, "response_url")
        headers, body = {"Content-Type": _JSON}, msgspec.json.encode(message)
        try:
            async with asyncio.timeout(RESPOND_WAIT_S):
                await self._hook_slots.acquire()
        except TimeoutError as late:
            raise Unavailable("too many responses at once") from late
        try:
            reply = await self._exchange("response_url", _HOOK, response_url, headers, body)
        finally:
            self._hook_slots.release()
        if reply.status != HTTPStatus.OK:
            code = _read_code(reply.body[:65].decode("ascii", "replace").strip())
            raise self._record("response_url", _classify(_HOOK, reply, code))

    async def _try(self, call: _Call, attempt: int) -> Json:
        try:
            return await self._call_once(call)
        except SendFailed as failure:
            delay_s = _find_delay_s(call, failure, attempt)
            if delay_s is None:
                raise
            raise Retryable(failure, delay_s) from failure

    async def _call_once(self, call: _Call) -> Json:
        tenant, workspace_id = call.workspace.tenant, call.workspace.workspace_id
        token = await self._tokens.token(tenant, workspace_id)
        headers = {"Content-Type": call.content_type, "Authorization": f"Bearer {token}"}
        reply = await self._exchange(call.name, call.method, f"{self._url}/{call.name}", headers, call.body)
        response = _decode(reply.body) or {}
        if response.get("ok") is True and reply.status == HTTPStatus.OK:
            return response
        code = _read_code(response.get("error"))
        if code in TOKEN_DEAD:
            await self._tokens.withdraw(tenant, workspace_id, token)
        elif code in TOKEN_REFUSED:
            self._tokens.drop_cached(tenant, workspace_id)
        raise self._record(call.name, _classify(call.method, reply, code))

    async def _exchange(
        self, name: str, method: Method, url: str, headers: Mapping[str, str], body: bytes
    ) -> HttpReply:
        """Send one request and return its response. Raises SendFailed where none arrived."""
        try:
            return await exchange(self._session, "POST", url, body=body, headers=headers, limits=self._timeout)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            reason = type(error).__name__
            self._errors.labels("slack", reason).inc()
            _log.warning("platform_call_unanswered", platform="slack", method=name, error=reason)
            is_certain = isinstance(error, NOT_WRITTEN)
            raise (Unavailable(reason) if is_certain else unknown_outcome(method, reason)) from error

    def _record(self, name: str, failure: SendFailed) -> SendFailed:
        """Count and log a failure by its code; Slack's message beside it may hold personal data."""
        code = _get_code(failure)
        self._errors.labels("slack", code if code in KNOWN or not _ERROR_CODE.fullmatch(code) else "other").inc()
        _log.warning("platform_call_failed", platform="slack", method=name, failure=type(failure).__name__, error=code)
        return failure


def _encode(method: Method, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the content type and the body of a call."""
    if method.takes_json:
        return _JSON, msgspec.json.encode(arguments)
    return _FORM, urlencode({name: _encode_field(value) for name, value in arguments.items()}).encode()


def _encode_field(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else msgspec.json.encode(value).decode()


def _classify(method: Method, reply: HttpReply, code: str) -> SendFailed:
    """Return the failure that an unsuccessful response means."""
    status = reply.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(_read_retry_after_s(reply.retry_after))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return unknown_outcome(method, f"status {status}")
    if status == HTTPStatus.OK and not code:
        # Not a response of the Web API: a proxy in between, or a truncated body.
        return unknown_outcome(method, "unreadable response")
    return classify_error(method, status, code, _read_retry_after_s(reply.retry_after))


def _find_delay_s(call: _Call, failure: SendFailed, attempt: int) -> float | None:
    """Return the seconds until the call may be retried; None for never."""
    match failure:
        case RateLimited(retry_after_s):
            return retry_after_s
        case Unavailable(reason) if reason in TOKEN_REFUSED:
            # One retry with a new token; a second refusal needs an administrator.
            return 0.0 if attempt == 0 else None
        case Unavailable() if call.method.is_repeatable:
            return backoff_s(attempt)
        case _:
            return None


def _get_code(failure: SendFailed) -> str:
    match failure:
        case Gone(status, reason) | Rejected(status, reason):
            return reason or f"status {status}"
        case Unavailable(reason) | Ambiguous(reason):
            return reason
        case _:
            return "ratelimited"


def _read_retry_after_s(header: str) -> float:
    """Return the seconds of a Retry-After header."""
    header = header.strip()
    seconds = float(header) if header.isascii() and header.isdecimal() else RETRY_AFTER_S
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def _read_code(text: object) -> str:
    """Return Slack's error code; empty for anything else."""
    return text if isinstance(text, str) and _ERROR_CODE.fullmatch(text) else ""


def _decode(body: bytes) -> Json | None:
    try:
        return msgspec.json.decode(body, type=Json)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
