"""Writing to Microsoft Teams: the Bot Connector's REST interface with plain dictionaries over one pooled session.

Creating a message takes no idempotency key. Therefore a send is repeated only where Teams certainly did not accept it;
an update, a deletion or a question may be repeated.
"""

import asyncio
import random
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
from bot.platforms.base import NOT_ASKED, Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from bot.platforms.rate_limiter import Paces, Window
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.teams.service_hosts import ServiceHosts
from bot.platforms.teams.token import TokenSource

# `connect` includes waiting for a free connection of the pool: when it is over, nothing was written yet.
TIMEOUT: Final = aiohttp.ClientTimeout(total=30, connect=5)
WRITES: Final = (Window(7, 1), Window(8, 2), Window(60, 30), Window(1800, 3600))
READS: Final = (Window(14, 1), Window(16, 2), Window(120, 30), Window(3600, 3600))
"""What Teams allows in one conversation."""

MAX_TRIES: Final = 4
MAX_TOTAL_WAIT_S: Final = 30.0
MAX_RETRY_AFTER_S: Final = 24 * 3600.0
BACKOFF_S: Final = 1.0
MAX_BACKOFF_S: Final = 8.0

MAX_ANSWER_BYTES: Final = 2 * 1024 * 1024
MAX_ID_CHARS: Final = 1024
MEMBERS_PER_PAGE: Final = 500
MAX_MEMBERS: Final = 5000

_LATER: Final = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS})
_GONE: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_REPEATABLE: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_NOT_WRITTEN: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_ERROR_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.connector")
_random: Final = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class CreatedConversation:
    """A new conversation, and the message that opened it if there was one."""

    conversation_id: str
    activity_id: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """The members of a conversation as Teams describes them; not complete beyond the limit that was asked for."""

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


_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Call:
    """One use of the interface, whatever number of tries it takes."""

    method: str
    url: str
    place: str
    paces: Paces
    body: bytes | None = None
    patience_s: float = MAX_TOTAL_WAIT_S

    @property
    def repeatable(self) -> bool:
        return self.method != "POST"


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    retry_after: str
    body: bytes


class _NotYet(Exception):
    """This try failed in a way that allows another one."""

    def __init__(self, failure: SendFailed, delay_s: float) -> None:
        super().__init__()
        self.failure = failure
        self.delay_s = delay_s


class Connector:
    """Everything that the bot asks of Teams. Whatever goes wrong with Teams is a SendFailed."""

    def __init__(  # noqa: PLR0913 - clock, timer and sleep are one thing, three times
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
        self._writes = Paces(WRITES, timer=timer, sleep=sleep)
        self._reads = Paces(READS, timer=timer, sleep=sleep)

    async def send(
        self,
        service_url: str,
        conversation_id: str,
        activity: Mapping[str, Any],
        *,
        patience_s: float = MAX_TOTAL_WAIT_S,
    ) -> str:
        """Post a message; the answer is its id."""
        url = self._url(service_url, conversation_id, "activities")
        return (await self._create(url, _thread(conversation_id), activity, patience_s)).id

    async def reply_to(
        self, service_url: str, conversation_id: str, activity_id: str, activity: Mapping[str, Any]
    ) -> str:
        """Post a message as an answer to another one; the answer is its id."""
        url = self._url(service_url, conversation_id, "activities", activity_id)
        return (await self._create(url, _thread(conversation_id), activity)).id

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
        await self._run(_Call("PUT", url, _thread(conversation_id), self._writes, body, patience_s))

    async def delete(self, service_url: str, conversation_id: str, activity_id: str) -> None:
        """Remove a message."""
        url = self._url(service_url, conversation_id, "activities", activity_id)
        await self._run(_Call("DELETE", url, _thread(conversation_id), self._writes))

    async def create_conversation(
        self, service_url: str, body: Mapping[str, Any], *, patience_s: float = MAX_TOTAL_WAIT_S
    ) -> CreatedConversation:
        """Open a direct chat or a channel thread."""
        created = await self._create(self._url(service_url), _new_place(body), body, patience_s)
        return CreatedConversation(created.id, created.activity_id or "")

    async def members(self, service_url: str, conversation_id: str, limit: int = MAX_MEMBERS) -> Roster:
        """Who is in a conversation, page by page."""
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
        """One person of a conversation as Teams describes him; Gone if he is not in it."""
        url = self._url(service_url, conversation_id, "members", member_id)
        return await self._get(url, conversation_id, dict[str, Any])

    async def channels(self, service_url: str, team_id: str) -> dict[str, str]:
        """The names of a team's channels by their ids; the first one has none."""
        found = await self._get(self._url(service_url, team_id, "conversations", root="teams"), team_id, _Channels)
        return {channel.id: channel.name for channel in found.conversations if channel.name}

    async def team_name(self, service_url: str, team_id: str) -> str:
        """What a team is called."""
        return (await self._get(self._url(service_url, team_id, root="teams"), team_id, _Team)).name or ""

    def _url(self, service_url: str, *segments: str, root: str = "conversations") -> str:
        """The address of a thing; the token goes to no host that is not on the list."""
        if not self._hosts.permits(service_url):
            _log.error("teams_service_url_refused")
            raise Rejected(NOT_ASKED)
        if any(segment.strip(".") == "" or len(segment) > MAX_ID_CHARS for segment in segments):
            raise Rejected(NOT_ASKED)
        path = "/".join(quote(segment, safe="") for segment in (root, *segments))
        return f"{service_url.rstrip('/')}/v3/{path}"

    async def _create(
        self, url: str, place: str, body: Mapping[str, Any], patience_s: float = MAX_TOTAL_WAIT_S
    ) -> _Created:
        answer = await self._run(_Call("POST", url, place, self._writes, msgspec.json.encode(body), patience_s))
        created = _read(answer, _Created)
        if created is None or not created.id:
            # It exists, although the answer does not name it: nobody may create it again.
            raise Ambiguous("accepted without an id")
        return created

    async def _get(self, url: str, conversation_id: str, shape: type[_Answer]) -> _Answer:
        answer = _read(await self._run(_Call("GET", url, _thread(conversation_id), self._reads)), shape)
        if answer is None:
            raise Unavailable("unreadable answer")
        return answer

    async def _run(self, call: _Call) -> bytes:
        """The body of the answer, after as many tries as the kind of call and the time allow."""
        give_up_at = self._timer() + call.patience_s
        attempt = 0
        while True:
            await call.paces.wait(call.place, give_up_at - self._timer())
            try:
                return await self._try(call, attempt)
            except _NotYet as not_yet:
                call.paces.block(call.place, not_yet.delay_s)
                attempt += 1
                if attempt == MAX_TRIES or self._timer() + not_yet.delay_s > give_up_at:
                    raise not_yet.failure from not_yet

    async def _try(self, call: _Call, attempt: int) -> bytes:
        token = await self._token_source.fetch()
        try:
            reply = await self._exchange(call, token)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._judge_silence(call, error, attempt) from error
        if reply.status == HTTPStatus.UNAUTHORIZED:
            self._token_source.forget(token)
        if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            return reply.body
        self._errors.labels("teams", str(reply.status)).inc()
        _log.warning("teams_call_failed", method=call.method, status=reply.status, code=_read_error_code(reply.body))
        raise self._judge(call, reply, attempt)

    async def _exchange(self, call: _Call, token: str | None) -> _Reply:
        headers = {"Content-Type": "application/json"} if call.body is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        async with self._session.request(
            call.method, call.url, data=call.body, headers=headers, timeout=self._timeout, allow_redirects=False
        ) as response:
            try:
                body = await read_body(response, MAX_ANSWER_BYTES)
            except BodyTooLarge:
                body = b""
            return _Reply(response.status, response.headers.get("Retry-After", ""), body)

    def _judge_silence(self, call: _Call, error: Exception, attempt: int) -> Exception:
        """What it means that no whole answer came."""
        reason = type(error).__name__
        self._errors.labels("teams", reason).inc()
        _log.warning("teams_call_unanswered", method=call.method, error=reason)
        if call.repeatable:
            return _NotYet(Unavailable(reason), _backoff_s(attempt))
        return Unavailable(reason) if isinstance(error, _NOT_WRITTEN) else Ambiguous(reason)

    def _judge(self, call: _Call, reply: _Reply, attempt: int) -> Exception:
        """What an answer means that is not a success."""
        status = reply.status
        if status in _LATER:
            delay_s = self._read_retry_after(reply.retry_after, attempt)
            return _NotYet(RateLimited(delay_s), delay_s)
        if status == HTTPStatus.UNAUTHORIZED:
            # About the token, not about the message: once more with a new one, and later again.
            return _NotYet(Unavailable("token refused"), 0) if attempt == 0 else Unavailable("token refused")
        if status in _GONE:
            return Gone(status)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            return self._judge_breakdown(call, reply, attempt)
        return Rejected(status)

    def _judge_breakdown(self, call: _Call, reply: _Reply, attempt: int) -> Exception:
        """What an answer means with which Teams does not say whether it has done its work."""
        reason = f"status {reply.status}"
        if not call.repeatable:
            return Ambiguous(reason)
        if reply.status in _REPEATABLE:
            return _NotYet(Unavailable(reason), self._read_retry_after(reply.retry_after, attempt))
        return Unavailable(reason)

    def _read_retry_after(self, text: str, attempt: int) -> float:
        """The seconds that Teams asks for, as a number or as a date, else our own growing pause."""
        text = text.strip()
        try:
            seconds = float(text) if text[:1].isdigit() else self._seconds_until(text)
        except (ValueError, TypeError, OverflowError):
            return _backoff_s(attempt)
        return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)

    def _seconds_until(self, date: str) -> float:
        return (parsedate_to_datetime(date) - self._clock()).total_seconds()


def _backoff_s(attempt: int) -> float:
    return min(BACKOFF_S * 2**attempt, MAX_BACKOFF_S) * _random.uniform(0.5, 1.0)


def _thread(conversation_id: str) -> str:
    """The limits count by conversation, not by the thread in it."""
    return conversation_id.partition(";")[0]


def _new_place(body: Mapping[str, Any]) -> str:
    """For whom a conversation is opened: the channel or the people in it."""
    channel_data: Mapping[str, Any] = body.get("channelData") or {}
    channel: Mapping[str, Any] = channel_data.get("channel") or {}
    members: Iterable[Mapping[str, Any]] = body.get("members") or ()
    return str(channel.get("id") or ",".join(sorted(str(member.get("id")) for member in members)))


def _read(body: bytes, shape: type[_Answer]) -> _Answer | None:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _read_error_code(body: bytes) -> str:
    """The word with which Teams names the error: the sentence beside it may hold personal data."""
    failure = _read(body, _Failure)
    return failure.error.code if failure and _ERROR_CODE.fullmatch(failure.error.code) else ""
