"""What happens in Slack, fetched over a connection of our own: for those who cannot open a port to the world.

Slack's own client would do the same, but keeps what came in without any limit, tries a connection that has expired for
ever, and logs the secret part of its address.
"""

import asyncio
import random
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import urlsplit

import aiohttp
import msgspec
import structlog

from bot.platforms.allowed_hosts import is_loopback
from bot.platforms.base import RateLimited, SendFailed, Unavailable
from bot.platforms.ingress import Json, Turned, require_shallow
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.slack.methods import RETRY_AFTER_S

TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
OPEN_S: Final = 10.0
HEARTBEAT_S: Final = 20.0
"""A connection over which nothing comes back for so long is dead."""
MESSAGE_MAX_BYTES: Final = 1024 * 1024
ANSWER_MAX_BYTES: Final = 64 * 1024
AT_ONCE_MAX: Final = 64
"""So many are answered at once; what comes meanwhile waits in the connection."""
END_S: Final = 3.0
"""How long what is being answered may go on when the process ends, or the connection is to be renewed."""
USEFUL_S: Final = 10.0
"""A connection that ends sooner, with nothing said, is no reason to open the next one at once."""
BACKOFF_S: Final = 1.0
BACKOFF_MAX_S: Final = 60.0

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.socket")
_random: Final = random.SystemRandom()


class Said(Protocol):
    """What the bot answers to something."""

    @property
    def body(self) -> bytes:
        """A JSON object, or nothing."""
        ...


Serve: TypeAlias = Callable[[Json], Awaitable[Said]]


class _Address(msgspec.Struct):
    """What `apps.connections.open` answers; the address is a secret."""

    ok: bool = False
    error: str = ""
    url: str = ""


class _Envelope(msgspec.Struct):
    """Everything that comes over the connection."""

    type: str
    envelope_id: str = ""
    payload: dict[str, Any] = {}
    accepts_response_payload: bool = False
    reason: str = ""


@dataclass(slots=True)
class _Link:
    """One connection, and what became of it."""

    connection: aiohttp.ClientWebSocketResponse
    ended: asyncio.Event
    was_useful: bool = False
    """Whether anything came, or it has stood for a while."""


class Socket:
    """Holds a connection to Slack, and takes what comes there the way that requests go."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        app_token: str,
        serve: Serve,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        end_s: float = END_S,
    ) -> None:
        self._session = session
        self._api_url = api_url
        self._app_token = app_token
        self._serve = serve
        self._sleep = sleep
        self._end_s = end_s
        self._failures = 0
        self._stopping = asyncio.Event()
        self._reading: set[asyncio.Timeout] = set()

    def stop(self) -> None:
        """Take nothing more; what is being answered comes to its end."""
        self._stopping.set()
        for reading in self._reading:
            reading.reschedule(0)

    async def run(self) -> None:
        """Stay connected until stopped. Never raises: what goes wrong is tried again."""
        async with asyncio.TaskGroup() as connections:
            while not self._stopping.is_set():
                try:
                    link = _Link(await self._connect(), asyncio.Event())
                except SendFailed as failure:
                    await self._rest(failure)
                    continue
                connections.create_task(self._hold(link))
                await link.ended.wait()
                if link.was_useful:
                    self._failures = 0
                elif not self._stopping.is_set():
                    await self._rest(Unavailable("closed at once"))

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        """A new connection. Raises RateLimited, Unavailable."""
        address = await self._address()
        try:
            async with asyncio.timeout(OPEN_S):
                return await self._session.ws_connect(
                    address, heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_MAX_BYTES, autoclose=True
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            # The text of the error may hold the address.
            raise Unavailable(type(error).__name__) from None

    async def _address(self) -> str:
        """Where to connect; Slack gives a new address each time. Raises RateLimited, Unavailable."""
        headers = {"Authorization": f"Bearer {self._app_token}"}
        try:
            async with self._session.post(
                f"{self._api_url}apps.connections.open", headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                    after = response.headers.get("Retry-After", "")
                    raise RateLimited(float(after) if after.isdecimal() else RETRY_AFTER_S)
                if response.status != HTTPStatus.OK:
                    raise Unavailable(f"status {response.status}")
                found = msgspec.json.decode(await read_body(response, ANSWER_MAX_BYTES), type=_Address)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge) as error:
            raise Unavailable(type(error).__name__) from None
        parts = urlsplit(found.url)
        if not found.ok or not (parts.scheme == "wss" or is_loopback(parts.hostname or "")):
            raise Unavailable(found.error[:64] or "no address")
        return found.url

    async def _rest(self, failure: SendFailed) -> None:
        """Let Slack have its peace before the next try, the longer the more tries have failed."""
        self._failures += 1
        _log.warning("slack_socket_not_open", failure=type(failure).__name__, reason=getattr(failure, "reason", ""))
        pause_s = min(BACKOFF_S * 2.0 ** min(self._failures - 1, 10), BACKOFF_MAX_S) * _random.uniform(0.5, 1.0)
        if isinstance(failure, RateLimited):
            pause_s = max(pause_s, failure.retry_after_s)
        await self._pause(pause_s)

    async def _pause(self, seconds: float) -> None:
        """Sleep, unless it is stopped meanwhile."""
        async with asyncio.TaskGroup() as both:
            asleep = both.create_task(_quietly(self._sleep(seconds)))
            stopped = both.create_task(_quietly(self._stopping.wait()))
            await asyncio.wait({asleep, stopped}, return_when=asyncio.FIRST_COMPLETED)
            asleep.cancel()
            stopped.cancel()

    async def _hold(self, link: _Link) -> None:
        """Answer what comes over a connection until its end; a new one is opened while the last answers leave."""
        try:
            async with asyncio.timeout(None) as patience, asyncio.TaskGroup() as answers:
                await self._read(link, answers)
                link.ended.set()
                patience.reschedule(asyncio.get_running_loop().time() + self._end_s)
        except TimeoutError:
            _log.warning("slack_socket_answers_cut_short")
        except Exception:  # noqa: BLE001 - a defect over one connection must not be the last one
            _log.exception("slack_socket_broke")
        finally:
            link.ended.set()
            await link.connection.close()

    async def _read(self, link: _Link, answers: asyncio.TaskGroup) -> None:
        """Take one message after the other, until Slack or the process wants to end."""
        hands = asyncio.Semaphore(AT_ONCE_MAX)
        begun_at = asyncio.get_running_loop().time()
        reading = asyncio.timeout(0 if self._stopping.is_set() else None)
        try:
            async with reading:
                self._reading.add(reading)
                async for envelope in _envelopes(link.connection):
                    if envelope.type == "disconnect":
                        _log.info("slack_socket_renewed", reason=envelope.reason[:64])
                        break
                    if envelope.envelope_id:
                        link.was_useful = True
                        await hands.acquire()
                        answers.create_task(self._answer(link.connection, envelope, hands))
        except TimeoutError:
            _log.debug("slack_socket_stopped")
        finally:
            self._reading.discard(reading)
            link.was_useful |= asyncio.get_running_loop().time() - begun_at > USEFUL_S

    async def _answer(
        self, connection: aiohttp.ClientWebSocketResponse, envelope: _Envelope, hands: asyncio.Semaphore
    ) -> None:
        """Acknowledge with what is answered; what is not acknowledged Slack sends again."""
        try:
            acknowledged: Json = {"envelope_id": envelope.envelope_id}
            body = await self._ask(envelope)
            if body is None:
                return
            if body and envelope.accepts_response_payload:
                acknowledged["payload"] = msgspec.json.decode(body)
            await connection.send_str(msgspec.json.encode(acknowledged).decode())
        except (ConnectionError, aiohttp.ClientError) as gone:
            _log.info("slack_socket_answer_lost", error=type(gone).__name__)
        finally:
            hands.release()

    async def _ask(self, envelope: _Envelope) -> bytes | None:
        """What is answered; nothing, when Slack is to send it again."""
        number = secrets.token_hex(4)
        try:
            with structlog.contextvars.bound_contextvars(correlation_id=number, platform="slack"):
                require_shallow(envelope.payload)
                return (await self._serve(envelope.payload)).body
        except Turned as turned:
            _log.info("slack_turned_away", reason=turned.reason)
            return None if turned.status >= HTTPStatus.INTERNAL_SERVER_ERROR else b""
        except Exception:  # noqa: BLE001 - a defect in one answer must not stop the others
            _log.exception("slack_request_failed")
            return None


async def _envelopes(connection: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[_Envelope]:
    """What Slack says over the connection, as far as it can be read."""
    async for message in connection:
        if message.type is not aiohttp.WSMsgType.TEXT:
            continue
        try:
            yield msgspec.json.decode(message.data, type=_Envelope)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            _log.warning("slack_socket_message_unreadable")


async def _quietly(waiting: Awaitable[object]) -> None:
    await waiting
