"""Calls of the Bot Connector's REST API: plain dictionaries over the bot's one pooled session.

Creating a message takes no idempotency key, so a send is retried only where Teams certainly did not accept it;
updates, deletions and reads are retried.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
import structlog

from bot.operations.metrics import Metrics
from bot.platforms.base import NOT_ASKED, Ambiguous, Gone, RateLimited, Rejected, Unavailable
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
from bot.platforms.rate_limiter import RateLimiter, Window
from bot.platforms.teams.service_hosts import ServiceHosts
from bot.platforms.teams.token import TokenSource

WRITES: Final = (Window(7, 1), Window(8, 2), Window(60, 30), Window(1800, 3600))
READS: Final = (Window(14, 1), Window(16, 2), Window(120, 30), Window(3600, 3600))
"""Rate limits of Teams per bot and conversation (Microsoft: "Rate limiting for bots")."""

MAX_ID_CHARS: Final = 1024
MEMBERS_PER_PAGE: Final = 500
MAX_MEMBERS: Final = 5000

_RATE_LIMITED: Final = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS})
_GONE: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_REPEATABLE: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_ERROR_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.connector")


@dataclass(frozen=True, slots=True)
class CreatedConversation:
    """The ids of a new conversation and of its first message."""

    conversation_id: str
    activity_id: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Members of a conversation, as Teams describes them; incomplete beyond the requested limit."""

    members: tuple[Mapping[str, Any], ...]
    complete: bool


class _Created(msgspec.Struct, rename="camel"):
    id: str
    activity_id: str | None = None


class _Page(msgspec.Struct, rename="camel"):
    members: list[dict[str, Any]]
    continuation_token: str | None = None


class _Channel(msgspec.Struct):
    id: str
    name: str | None = None


class _Channels(msgspec.Struct):
    conversations: list[_Channel]


class _Team(msgspec.Struct):
    name: str | None = None


class _Error(msgspec.Struct):
    code: str = ""


class _Failure(msgspec.Struct):
    error: _Error


_Response = TypeVar("_Response")


@dataclass(frozen=True, slots=True)
class _Call:
    """One use of the API, with all its tries."""

    method: str
    url: str
    key: str
    limiter: RateLimiter
    body: bytes | None = None
    patience_s: float = MAX_TOTAL_WAIT_S

    @property
    def is_repeatable(self) -> bool:
        return self.method != "POST"


class Connector:
    """Calls the Bot Connector; every failure is a SendFailed."""

    def __init__(  # noqa: PLR0913 - its collaborators, and three kinds of time
        self,
        session: aiohttp.ClientSession,
        token_source: TokenSource,
        hosts: ServiceHosts,
        metrics: Metrics,
        *,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._session = session
        self._token_source = token_source
        self._hosts = hosts
        self._errors = metrics.platform_errors
        self._clock = clock
        self._timer = timer
        self._sleep = sleep
        self._timeout = timeout
        self._writes = RateLimiter(WRITES, timer=timer, sleep=sleep)
        self._reads = RateLimiter(READS, timer=timer, sleep=sleep)

    async def send(
        self,
        service_url: str,
        conversation_id: str,
        activity: Mapping[str, Any],
        *,
        patience_s: float = MAX_TOTAL_WAIT_S,
    ) -> str:
        """Post a message and return its id."""
        url = self._url(service_url, conversation_id, "activities")
        return (await self._create(url, _strip_thread(conversation_id), activity, patience_s)).id

    async def reply_to(
        self, service_url: str, conversation_id: str, activity_id: str, activity: Mapping[str, Any]
    ) -> str:
        """Post a message as a reply to another one and return its id."""
        url = self._url(service_url, conversation_id, "activities", activity_id)
        return (await self._create(url, _strip_thread(conversation_id), activity)).id

    async def update(
        self,
        service_url: str,
        conversation_id: str,
        activity_id: str,
        activity: Mapping[str, Any],
        *,
        patience_s: float = MAX_TOTAL_WAIT_S,
    ) -> None:
        """Replace a message."""
        url = self._url(service_url, conversation_id, "activities", activity_id)
        body = msgspec.json.encode(activity)
        await self._run(_Call("PUT", url, _strip_thread(conversation_id), self._writes, body, patience_s))

    async def delete(self, service_url: str, conversation_id: str, activity_id: str) -> None:
        """Remove a message."""
        url = self._url(service_url, conversation_id, "activities", activity_id)
        await self._run(_Call("DELETE", url, _strip_thread(conversation_id), self._writes))

    async def create_conversation(
        self, service_url: str, body: Mapping[str, Any], *, patience_s: float = MAX_TOTAL_WAIT_S
    ) -> CreatedConversation:
        """Open a direct chat or a channel thread."""
        created = await self._create(self._url(service_url), _find_new_key(body), body, patience_s)
        return CreatedConversation(created.id, created.activity_id or "")

    async def members(self, service_url: str, conversation_id: str, limit: int = MAX_MEMBERS) -> Roster:
        """Return the members of a conversation, read page by page."""
        url = self._url(service_url, conversation_id, "pagedmembers")
        found: list[Mapping[str, Any]] = []
        query = {"pageSize": str(MEMBERS_PER_PAGE)}
        for _ in range(-(-limit // MEMBERS_PER_PAGE)):
            page = await self._get(f"{url}?{urlencode(query)}", conversation_id, _Page)
            found += page.members
            if not page.continuation_token:
                return Roster(tuple(found[:limit]), complete=len(found) <= limit)
            query["continuationToken"] = page.continuation_token
        return Roster(tuple(found[:limit]), complete=False)

    async def member(self, service_url: str, conversation_id: str, member_id: str) -> Mapping[str, Any]:
        """Return one member of a conversation. Raises Gone where the user is not a member."""
        url = self._url(service_url, conversation_id, "members", member_id)
        return await self._get(url, conversation_id, dict[str, Any])

    async def channels(self, service_url: str, team_id: str) -> dict[str, str]:
        """Return the names of a team's channels by id; General has none."""
        found = await self._get(self._url(service_url, team_id, "conversations", root="teams"), team_id, _Channels)
        return {channel.id: channel.name for channel in found.conversations if channel.name}

    async def team_name(self, service_url: str, team_id: str) -> str:
        """Return the name of a team."""
        return (await self._get(self._url(service_url, team_id, root="teams"), team_id, _Team)).name or ""

    def _url(self, service_url: str, *segments: str, root: str = "conversations") -> str:
        """Build the URL of a resource on a permitted host. Raises Rejected."""
        if not self._hosts.permits(service_url):
            _log.error("service_url_refused")
            raise Rejected(NOT_ASKED)
        if any(segment.strip(".") == "" or len(segment) > MAX_ID_CHARS for segment in segments):
            raise Rejected(NOT_ASKED)
        path = "/".join(quote(segment, safe="") for segment in (root, *segments))
        return f"{service_url.rstrip('/')}/v3/{path}"

    async def _create(
        self, url: str, key: str, body: Mapping[str, Any], patience_s: float = MAX_TOTAL_WAIT_S
    ) -> _Created:
        response = await self._run(_Call("POST", url, key, self._writes, msgspec.json.encode(body), patience_s))
        created = _decode(response, _Created)
        if created is None or not created.id:
            # Teams accepted it without naming its id; another try could post it twice.
            raise Ambiguous("accepted without an id")
        return created

    async def _get(self, url: str, conversation_id: str, shape: type[_Response]) -> _Response:
        response = _decode(await self._run(_Call("GET", url, _strip_thread(conversation_id), self._reads)), shape)
        if response is None:
            raise Unavailable("unreadable response")
        return response

    async def _run(self, call: _Call) -> bytes:
        """Run a call with its retries; return the body of the response."""
        retries = Retries(call.limiter, call.key, call.patience_s, self._timer)
        return await retries.run(lambda attempt: self._try(call, attempt))

    async def _try(self, call: _Call, attempt: int) -> bytes:
        token = await self._token_source.fetch()
        try:
            reply = await self._exchange(call, token)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._classify_error(call, error, attempt) from error
        if reply.status == HTTPStatus.UNAUTHORIZED:
            self._token_source.drop_cached(token)
        if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            return reply.body
        self._errors.labels("teams", str(reply.status)).inc()
        _log.warning(
            "platform_call_failed",
            platform="teams",
            method=call.method,
            status=reply.status,
            code=_read_error_code(reply.body),
        )
        raise self._classify(call, reply, attempt)

    async def _exchange(self, call: _Call, token: str | None) -> HttpReply:
        headers = {"Content-Type": "application/json"} if call.body is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return await exchange(
            self._session, call.method, call.url, body=call.body, headers=headers, limits=self._timeout
        )

    def _classify_error(self, call: _Call, error: Exception, attempt: int) -> Exception:
        """Return the failure that a missing response means."""
        reason = type(error).__name__
        self._errors.labels("teams", reason).inc()
        _log.warning("platform_call_unanswered", platform="teams", method=call.method, error=reason)
        if call.is_repeatable:
            return Retryable(Unavailable(reason), backoff_s(attempt))
        return Unavailable(reason) if isinstance(error, NOT_WRITTEN) else Ambiguous(reason)

    def _classify(self, call: _Call, reply: HttpReply, attempt: int) -> Exception:
        """Return the failure that an unsuccessful response means."""
        status = reply.status
        if status in _RATE_LIMITED:
            delay_s = self._read_retry_after_s(reply.retry_after, attempt)
            return Retryable(RateLimited(delay_s), delay_s)
        if status == HTTPStatus.UNAUTHORIZED:
            # The token was refused, not the message: one retry with a new token, later tries by the relay.
            return Retryable(Unavailable("token refused"), 0) if attempt == 0 else Unavailable("token refused")
        if status in _GONE:
            return Gone(status)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            return self._classify_server_error(call, reply, attempt)
        return Rejected(status)

    def _classify_server_error(self, call: _Call, reply: HttpReply, attempt: int) -> Exception:
        """Return the failure of a 5xx or 408, which does not say whether the call took effect."""
        reason = f"status {reply.status}"
        if not call.is_repeatable:
            return Ambiguous(reason)
        if reply.status in _REPEATABLE:
            return Retryable(Unavailable(reason), self._read_retry_after_s(reply.retry_after, attempt))
        return Unavailable(reason)

    def _read_retry_after_s(self, text: str, attempt: int) -> float:
        """Return the seconds of a Retry-After header, a number or a date, else a backoff."""
        text = text.strip()
        try:
            seconds = float(text) if text[:1].isdigit() else self._seconds_until(text)
        except (ValueError, TypeError, OverflowError):
            return backoff_s(attempt)
        return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)

    def _seconds_until(self, date: str) -> float:
        return (parsedate_to_datetime(date) - self._clock()).total_seconds()


def _strip_thread(conversation_id: str) -> str:
    """Return the conversation without the thread: the rate limits count by conversation."""
    return conversation_id.partition(";")[0]


def _find_new_key(body: Mapping[str, Any]) -> str:
    """Return the rate limit key of a conversation that has no id yet: its channel or its members."""
    channel_data: Mapping[str, Any] = body.get("channelData") or {}
    channel: Mapping[str, Any] = channel_data.get("channel") or {}
    members: Iterable[Mapping[str, Any]] = body.get("members") or ()
    return str(channel.get("id") or ",".join(sorted(str(member.get("id")) for member in members)))


def _decode(body: bytes, shape: type[_Response]) -> _Response | None:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _read_error_code(body: bytes) -> str:
    """Return the error code of a response; the message beside it may hold personal data."""
    failure = _decode(body, _Failure)
    return failure.error.code if failure and _ERROR_CODE.fullmatch(failure.error.code) else ""
