"""Socket Mode: requests of Slack over an outgoing WebSocket, for deployments without a public port.

slack_sdk's client is not used: its queue of received messages is unbounded, it retries an expired URL forever, and it
logs the secret part of that URL.
"""

import asyncio
import random
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import aiohttp
import msgspec
import structlog

from bot.platforms.allowed_hosts import is_loopback
from bot.platforms.base import RateLimited, SendFailed, Unavailable
from bot.platforms.ingress import Json, RequestRejected, log_rejection, require_shallow
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.slack.methods import RETRY_AFTER_S

TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
OPEN_S: Final = 10.0
HEARTBEAT_S: Final = 20.0
"""A connection without a pong for this time is closed."""
MESSAGE_MAX_BYTES: Final = 1024 * 1024
RESPONSE_MAX_BYTES: Final = 64 * 1024
CONCURRENCY: Final = 64
"""Envelopes served at the same time; the others stay in the socket's buffer."""
SHUTDOWN_S: Final = 3.0
"""The time that served envelopes get when the process ends or the connection is renewed."""
STABLE_S: Final = 10.0
"""A connection that ends sooner, without an envelope, counts as a failure for the backoff."""
BACKOFF_S: Final = 1.0
BACKOFF_MAX_S: Final = 60.0

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.socket")
_random: Final = random.SystemRandom()


Serve: TypeAlias = Callable[[Json], Awaitable[Json]]
"""Serves a document; the JSON object that Slack gets, empty for a bare acknowledgement."""


class _ConnectionUrl(msgspec.Struct):
    """The response of `apps.connections.open`; the URL is a secret."""

    ok: bool = False
    error: str = ""
    url: str = ""


class _Envelope(msgspec.Struct):
    """One message of the WebSocket."""

    type: str
    envelope_id: str = ""
    payload: dict[str, Any] = {}
    accepts_response_payload: bool = False
    reason: str = ""


@dataclass(slots=True)
class _Connection:
    """One WebSocket, and its outcome."""

    websocket: aiohttp.ClientWebSocketResponse
    ended: asyncio.Event
    was_stable: bool = False
    """Whether it delivered an envelope, or lasted for a while."""


class Socket:
    """Keeps a WebSocket to Slack open, and serves its envelopes like HTTP requests."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        app_token: str,
        serve: Serve,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        shutdown_s: float = SHUTDOWN_S,
    ) -> None:
        self._session = session
        self._api_url = api_url
        self._app_token = app_token
        self._serve = serve
        self._sleep = sleep
        self._shutdown_s = shutdown_s
        self._failures = 0
        self._stopping = asyncio.Event()
        self._readers: set[asyncio.Timeout] = set()

    def stop(self) -> None:
        """Read no more envelopes; the served ones are answered."""
        self._stopping.set()
        for reading in self._readers:
            reading.reschedule(0)

    async def run(self) -> None:
        """Stay connected until stopped. Never raises: a failure is retried."""
        async with asyncio.TaskGroup() as connections:
            while not self._stopping.is_set():
                try:
                    connection = _Connection(await self._connect(), asyncio.Event())
                except SendFailed as failure:
                    await self._back_off(failure)
                    continue
                connections.create_task(self._hold(connection))
                await connection.ended.wait()
                if connection.was_stable:
                    self._failures = 0
                elif not self._stopping.is_set():
                    await self._back_off(Unavailable("closed at once"))

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket. Raises RateLimited, Unavailable."""
        url = await self._fetch_url()
        try:
            async with asyncio.timeout(OPEN_S):
                return await self._session.ws_connect(
                    url, heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_MAX_BYTES, autoclose=True
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            # The text of the error may hold the secret URL.
            raise Unavailable(type(error).__name__) from None

    async def _fetch_url(self) -> str:
        """Fetch a URL for one connection. Raises RateLimited, Unavailable."""
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
                found = msgspec.json.decode(await read_body(response, RESPONSE_MAX_BYTES), type=_ConnectionUrl)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge) as error:
            raise Unavailable(type(error).__name__) from None
        parts = urlsplit(found.url)
        if not found.ok or not (parts.scheme == "wss" or is_loopback(parts.hostname or "")):
            raise Unavailable(found.error[:64] or "no address")
        return found.url

    async def _back_off(self, failure: SendFailed) -> None:
        """Wait before the next try: exponential with jitter, and never shorter than Retry-After."""
        self._failures += 1
        _log.warning("socket_not_opened", failure=type(failure).__name__, reason=getattr(failure, "reason", ""))
        pause_s = min(BACKOFF_S * 2.0 ** min(self._failures - 1, 10), BACKOFF_MAX_S) * _random.uniform(0.5, 1.0)
        if isinstance(failure, RateLimited):
            pause_s = max(pause_s, failure.retry_after_s)
        await self._pause(pause_s)

    async def _pause(self, seconds: float) -> None:
        """Sleep until the time is over or the socket is stopped."""
        async with asyncio.TaskGroup() as group:
            sleeping = group.create_task(_await_quietly(self._sleep(seconds)))
            stopped = group.create_task(_await_quietly(self._stopping.wait()))
            await asyncio.wait({sleeping, stopped}, return_when=asyncio.FIRST_COMPLETED)
            sleeping.cancel()
            stopped.cancel()

    async def _hold(self, connection: _Connection) -> None:
        """Serve a connection until it ends; the next one opens while the last responses are sent."""
        try:
            async with asyncio.timeout(None) as deadline, asyncio.TaskGroup() as tasks:
                await self._read(connection, tasks)
                connection.ended.set()
                deadline.reschedule(asyncio.get_running_loop().time() + self._shutdown_s)
        except TimeoutError:
            _log.warning("socket_responses_cancelled")
        except Exception:  # noqa: BLE001 - a defect must not end Socket Mode
            _log.exception("socket_connection_failed")
        finally:
            connection.ended.set()
            await connection.websocket.close()

    async def _read(self, connection: _Connection, tasks: asyncio.TaskGroup) -> None:
        """Read envelopes until Slack renews the connection or the process stops."""
        slots = asyncio.Semaphore(CONCURRENCY)
        started_at = asyncio.get_running_loop().time()
        reading = asyncio.timeout(0 if self._stopping.is_set() else None)
        try:
            async with reading:
                self._readers.add(reading)
                async for envelope in _read_envelopes(connection.websocket):
                    if envelope.type == "disconnect":
                        _log.info("socket_renewed", reason=envelope.reason[:64])
                        break
                    if envelope.envelope_id:
                        connection.was_stable = True
                        await slots.acquire()
                        tasks.create_task(self._acknowledge(connection.websocket, envelope, slots))
        except TimeoutError:
            _log.debug("socket_stopped")
        finally:
            self._readers.discard(reading)
            connection.was_stable |= asyncio.get_running_loop().time() - started_at > STABLE_S

    async def _acknowledge(
        self, websocket: aiohttp.ClientWebSocketResponse, envelope: _Envelope, slots: asyncio.Semaphore
    ) -> None:
        """Serve an envelope and acknowledge it; Slack sends an unacknowledged one again."""
        try:
            acknowledgement: Json = {"envelope_id": envelope.envelope_id}
            body = await self._serve_envelope(envelope)
            if body is None:
                return
            if body and envelope.accepts_response_payload:
                acknowledgement["payload"] = body
            await websocket.send_str(msgspec.json.encode(acknowledgement).decode())
        except (ConnectionError, aiohttp.ClientError) as error:
            _log.info("socket_response_lost", error=type(error).__name__)
        finally:
            slots.release()

    async def _serve_envelope(self, envelope: _Envelope) -> Json | None:
        """Return the response; None where Slack is to send the envelope again."""
        number = secrets.token_hex(4)
        try:
            with structlog.contextvars.bound_contextvars(correlation_id=number, platform="slack"):
                require_shallow(envelope.payload)
                return await self._serve(envelope.payload)
        except RequestRejected as rejected:
            log_rejection(rejected)
            return None if rejected.status >= HTTPStatus.INTERNAL_SERVER_ERROR else {}
        except Exception:  # noqa: BLE001 - a defect in one envelope must not end the others
            _log.exception("request_failed", number=number)
            return None


async def _read_envelopes(websocket: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[_Envelope]:
    """Yield the envelopes of a WebSocket; unreadable messages are skipped."""
    async for message in websocket:
        if message.type is not aiohttp.WSMsgType.TEXT:
            continue
        try:
            yield msgspec.json.decode(message.data, type=_Envelope)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            _log.warning("socket_message_unreadable")


async def _await_quietly(waiting: Awaitable[object]) -> None:
    await waiting
