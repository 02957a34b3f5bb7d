"""Minimal HTTP client and server: their CPU time must not distort the measurement."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from statistics import quantiles
from typing import Final, TypeAlias
from urllib.parse import urlsplit

HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"
RESPONSE_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A request or a response: its first line and its body."""

    first: str
    body: bytes

    @property
    def status(self) -> int:
        """Status code of a response."""
        return int(self.first.split(" ", 2)[1])


def http_request(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Encode a request."""
    lines = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def http_response(status: int, body: bytes) -> bytes:
    """Encode a response."""
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Buffer:
    """Splits received bytes into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[HttpMessage]:
        self._bytes += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> HttpMessage | None:
        end = self._bytes.find(HEAD_END)
        if end < 0:
            return None
        head = bytes(self._bytes[:end])
        size = _length(head)
        start = end + len(HEAD_END)
        if len(self._bytes) < start + size:
            return None
        body = bytes(self._bytes[start : start + size])
        del self._bytes[: start + size]
        return HttpMessage(head.partition(b"\r\n")[0].decode(), body)


def _length(head: bytes) -> int:
    low = head.lower()
    start = low.find(LENGTH)
    return int(low[start + len(LENGTH) :].partition(b"\r\n")[0]) if start >= 0 else 0


def no_delay() -> float:
    """Return no delay."""
    return 0.0


class Server(asyncio.Protocol):
    """Serves each request with a response function, after an optional delay in seconds."""

    def __init__(self, respond: Callable[[HttpMessage], bytes], delay_s: Callable[[], float] = no_delay) -> None:
        self._respond = respond
        self._delay_s = delay_s
        self._buffer = Buffer()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        for message in self._buffer.feed(data):
            response, delay_s = self._respond(message), self._delay_s()
            if delay_s:
                asyncio.get_running_loop().call_later(delay_s, self._transport.write, response)
            else:
                self._transport.write(response)


class _Client(asyncio.Protocol):
    """One connection with one request at a time."""

    def __init__(self) -> None:
        self._buffer = Buffer()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[HttpMessage] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for message in self._buffer.feed(data):
            assert self._waiting is not None
            self._waiting.set_result(message)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionError("closed without an answer"))

    async def exchange(self, request: bytes) -> HttpMessage:
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


Accepts: TypeAlias = Callable[[HttpMessage], bool]


def is_success(message: HttpMessage) -> bool:
    """Return whether the status is 2xx."""
    return 200 <= message.status < 300


@dataclass(slots=True)
class Load:
    """Total time and latencies of a number of requests."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list[float])

    @property
    def per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        return quantiles(self.latencies_ms, n=100, method="inclusive")[percent - 1]


async def send_requests(
    address: str,
    requests: Iterator[bytes],
    count: int,
    connections: int,
    accepts: Accepts = is_success,
) -> Load:
    """Send `count` requests over `connections` connections. Raises RuntimeError for a response that is not accepted."""
    url = urlsplit(address)
    host, port = url.hostname or "", url.port or 0
    loop = asyncio.get_running_loop()
    clients = [(await loop.create_connection(_Client, host, port))[1] for _ in range(connections)]
    load = Load()
    shared = islice(requests, count)

    async def work(client: _Client) -> None:
        for request in shared:
            started = time.perf_counter()
            message = await client.exchange(request)
            load.latencies_ms.append((time.perf_counter() - started) * 1000)
            if not accepts(message):
                raise RuntimeError(f"{message.first}: {message.body[:500]!r}")

    gc.collect()
    gc.disable()
    started = time.perf_counter()
    try:
        async with asyncio.timeout(RESPONSE_TIMEOUT_S + count * 0.1), asyncio.TaskGroup() as group:
            for client in clients:
                group.create_task(work(client))
    finally:
        gc.enable()
        load.seconds = time.perf_counter() - started
        for client in clients:
            client.close()
    return load
