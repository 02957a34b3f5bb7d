"""HTTP as bare as it gets, so that neither the generator nor the far ends cost more than what is measured."""

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
ANSWER_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer: its first line and its body."""

    first: str
    body: bytes

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.first.split(" ", 2)[1])


def post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A request as it travels."""
    lines = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def answer(status: int, body: bytes) -> bytes:
    """An answer as it travels."""
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Buffer:
    """Bytes that arrive, as the messages that they are."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        self._bytes += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> Message | None:
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
        return Message(head.partition(b"\r\n")[0].decode(), body)


def _length(head: bytes) -> int:
    low = head.lower()
    at = low.find(LENGTH)
    return int(low[at + len(LENGTH) :].partition(b"\r\n")[0]) if at >= 0 else 0


def no_delay() -> float:
    """At once."""
    return 0.0


class Server(asyncio.Protocol):
    """Answers each request with what a function makes of it, at once or after so many seconds."""

    def __init__(self, respond: Callable[[Message], bytes], delay_s: Callable[[], float] = no_delay) -> None:
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
            answered, delay_s = self._respond(message), self._delay_s()
            if delay_s:
                asyncio.get_running_loop().call_later(delay_s, self._transport.write, answered)
            else:
                self._transport.write(answered)


class _Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._buffer = Buffer()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Message] | None = None

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

    async def exchange(self, request: bytes) -> Message:
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


Accepts: TypeAlias = Callable[[Message], bool]


def is_well(message: Message) -> bool:
    """Whether the far end says so."""
    return 200 <= message.status < 300


@dataclass(slots=True)
class Load:
    """What a number of requests took."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list[float])

    @property
    def per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        return quantiles(self.latencies_ms, n=100, method="inclusive")[percent - 1]


async def press(
    address: str,
    requests: Iterator[bytes],
    count: int,
    connections: int,
    accepts: Accepts = is_well,
) -> Load:
    """Send so many requests over so many connections. Raises RuntimeError for an answer that is not accepted."""
    place = urlsplit(address)
    host, port = place.hostname or "", place.port or 0
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
        async with asyncio.timeout(ANSWER_S + count * 0.1), asyncio.TaskGroup() as group:
            for client in clients:
                group.create_task(work(client))
    finally:
        gc.enable()
        load.seconds = time.perf_counter() - started
        for client in clients:
            client.close()
    return load
