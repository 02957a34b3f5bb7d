"""Asking Slack: its Web API with plain dictionaries over the house's one pooled session.

Creating a message takes no idempotency key. Therefore a post is repeated here only where Slack certainly did not accept
it; whatever has the effect of one call may be repeated. Slack's own client stays outside: over a shared session it
bounds neither time nor answer, follows redirections with the token, and costs 0.16 ms of processor a call where this
and a bare post cost 0.10.
"""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec
import structlog

from bot.operations.metrics import Metrics
from bot.platforms.allowed_hosts import Hosts
from bot.platforms.base import NOT_ASKED, Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from bot.platforms.rate_limiter import Paces
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.slack.methods import (
    KNOWN,
    METHODS,
    RETRY_AFTER_S,
    TOKEN_DEAD,
    TOKEN_REFUSED,
    WINDOWS,
    Method,
    Tier,
    failure_of,
    unclear,
)
from bot.platforms.slack.tokens import Tokens

Json: TypeAlias = dict[str, Any]

# `connect` includes waiting for a free connection of the pool: when it is over, nothing was written yet.
TIMEOUT: Final = aiohttp.ClientTimeout(total=30, connect=5)
MAX_TRIES: Final = 4
MAX_TOTAL_WAIT_S: Final = 30.0
MAX_RETRY_AFTER_S: Final = 24 * 3600.0
RESPONSES_AT_ONCE: Final = 32
"""Late answers wait for each other here: in the pool of connections the time of those behind would run out."""
RESPOND_WAIT_S: Final = 60.0
BACKOFF_S: Final = 1.0
MAX_BACKOFF_S: Final = 8.0
MAX_ANSWER_BYTES: Final = 2 * 1024 * 1024

HOOK_HOSTS: Final = ("hooks.slack.com", "hooks.slack-gov.com")
"""Where Slack takes answers to commands and clicks; Slack's own interface is added to them."""

_HOOK: Final = Method(Tier.CHANNEL, is_repeatable=False, takes_json=True)
_NOT_WRITTEN: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_WORD: Final = re.compile(r"[a-z0-9_]{1,64}")

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.api")
_random: Final = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where something is asked: the workspace chooses the token."""

    tenant: str
    """The enterprise, else the workspace."""
    workspace_id: str


@dataclass(frozen=True, slots=True)
class _Call:
    """One use of a method, whatever number of tries it takes."""

    name: str
    method: Method
    where: Workspace
    content_type: str
    body: bytes
    place: str
    patience_s: float


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    retry_after: str
    body: bytes


class SlackApi:
    """Everything that the bot asks of Slack. Whatever goes wrong with Slack is a SendFailed."""

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
        self._hooks = Hosts((*HOOK_HOSTS, urlsplit(url).hostname or ""))
        self._timer = timer
        self._timeout = timeout
        self._responding = asyncio.Semaphore(RESPONSES_AT_ONCE)
        self._paces = {tier: Paces(windows, timer=timer, sleep=sleep) for tier, windows in WINDOWS.items()}

    async def call(
        self,
        method: str,
        where: Workspace,
        arguments: Mapping[str, Any],
        *,
        channel: str = "",
        patience_s: float = MAX_TOTAL_WAIT_S,
    ) -> Json:
        """What a method answers. Raises SendFailed with Slack's word for what went wrong, never its sentence."""
        known = METHODS[method]
        part = channel if known.tier is Tier.CHANNEL else method
        place = f"{where.workspace_id}/{part}"
        return await self._run(_Call(method, known, where, *_written(known, arguments), place, patience_s))

    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Answer a command or a click at the address that came with it. Raises SendFailed."""
        if not self._hooks.permits(response_url):
            _log.error("slack_response_url_refused")
            raise Rejected(NOT_ASKED, "response_url")
        headers, body = {"Content-Type": _JSON}, msgspec.json.encode(message)
        try:
            async with asyncio.timeout(RESPOND_WAIT_S):
                await self._responding.acquire()
        except TimeoutError as late:
            raise Unavailable("too many answers at once") from late
        try:
            reply = await self._exchange("response_url", _HOOK, response_url, headers, body)
        finally:
            self._responding.release()
        if reply.status != HTTPStatus.OK:
            raise self._note(
                "response_url", _judge(_HOOK, reply, _word(reply.body[:65].decode("ascii", "replace").strip()))
            )

    async def _run(self, call: _Call) -> Json:
        """The answer, after as many tries as the kind of call and the time allow."""
        paces = self._paces[call.method.tier]
        give_up_at = self._timer() + call.patience_s
        attempt = 0
        while True:
            await paces.wait(call.place, give_up_at - self._timer())
            try:
                return await self._try(call)
            except SendFailed as failure:
                delay_s = _delay_s(call, failure, attempt)
                if delay_s is None:
                    raise
                paces.block(call.place, delay_s)
                attempt += 1
                if attempt == MAX_TRIES or self._timer() + delay_s > give_up_at:
                    raise

    async def _try(self, call: _Call) -> Json:
        token = await self._tokens.token(call.where.tenant, call.where.workspace_id)
        headers = {"Content-Type": call.content_type, "Authorization": f"Bearer {token}"}
        reply = await self._exchange(call.name, call.method, f"{self._url}/{call.name}", headers, call.body)
        answer = _read(reply.body) or {}
        if answer.get("ok") is True and reply.status == HTTPStatus.OK:
            return answer
        word = _word(answer.get("error"))
        if word in TOKEN_DEAD:
            await self._tokens.withdraw(call.where.tenant, call.where.workspace_id, token)
        elif word in TOKEN_REFUSED:
            self._tokens.forget(call.where.tenant, call.where.workspace_id)
        raise self._note(call.name, _judge(call.method, reply, word))

    async def _exchange(self, name: str, method: Method, url: str, headers: Mapping[str, str], body: bytes) -> _Reply:
        """One request and its whole answer. Raises SendFailed when none came."""
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                try:
                    read = await read_body(response, MAX_ANSWER_BYTES)
                except BodyTooLarge:
                    read = b""
                return _Reply(response.status, response.headers.get("Retry-After", ""), read)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            reason = type(error).__name__
            self._errors.labels("slack", reason).inc()
            _log.warning("slack_call_unanswered", method=name, error=reason)
            raise (Unavailable(reason) if isinstance(error, _NOT_WRITTEN) else unclear(method, reason)) from error

    def _note(self, name: str, failure: SendFailed) -> SendFailed:
        """Count and log a refusal by its word: the sentences beside it may hold personal data."""
        word = _word_of(failure)
        self._errors.labels("slack", word if word in KNOWN or not _WORD.fullmatch(word) else "other").inc()
        _log.warning("slack_call_failed", method=name, failure=type(failure).__name__, error=word)
        return failure


_JSON: Final = "application/json; charset=utf-8"
_FORM: Final = "application/x-www-form-urlencoded"


def _written(method: Method, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
    """The arguments as the method reads them: the type of the body, and the body."""
    if method.takes_json:
        return _JSON, msgspec.json.encode(arguments)
    return _FORM, urlencode({name: _plain(value) for name, value in arguments.items()}).encode()


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else msgspec.json.encode(value).decode()


def _judge(method: Method, reply: _Reply, word: str) -> SendFailed:
    """What an answer means that is not a success."""
    status = reply.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(_read_retry_after(reply.retry_after))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return unclear(method, f"status {status}")
    if status == HTTPStatus.OK and not word:
        # Whatever it was, it was not what Slack answers.
        return unclear(method, "unreadable answer")
    return failure_of(method, status, word, _read_retry_after(reply.retry_after))


def _delay_s(call: _Call, failure: SendFailed, attempt: int) -> float | None:
    """After how many seconds the same call may be made again; None for never."""
    match failure:
        case RateLimited(retry_after_s):
            return retry_after_s
        case Unavailable(reason) if reason in TOKEN_REFUSED:
            # Once more at once with a new token, and then not before somebody has seen to it.
            return 0.0 if attempt == 0 else None
        case Unavailable() if call.method.is_repeatable:
            return min(BACKOFF_S * 2**attempt, MAX_BACKOFF_S) * _random.uniform(0.5, 1.0)
        case _:
            return None


def _word_of(failure: SendFailed) -> str:
    match failure:
        case Gone(status, reason) | Rejected(status, reason):
            return reason or f"status {status}"
        case Unavailable(reason) | Ambiguous(reason):
            return reason
        case _:
            return "ratelimited"


def _read_retry_after(text: str) -> float:
    """The seconds that Slack asks for."""
    text = text.strip()
    seconds = float(text) if text.isascii() and text.isdecimal() else RETRY_AFTER_S
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def _word(text: object) -> str:
    """The word with which Slack names what is wrong."""
    return text if isinstance(text, str) and _WORD.fullmatch(text) else ""


def _read(body: bytes) -> Json | None:
    try:
        return msgspec.json.decode(body, type=Json)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
