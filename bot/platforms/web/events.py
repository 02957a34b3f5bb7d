"""Server-sent events of the browser chat: they announce a change, and carry no content."""

import asyncio
import json
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bot.platforms.ingress import RequestRejected
from bot.platforms.web.ingress import HEADERS

HEARTBEAT_S: Final = 15
WRITE_LIMIT_S: Final = 10
QUEUE_LIMIT: Final = 100
"""A listener with a full queue gets one `resync` event instead, and reloads everything."""
LISTENERS_LIMIT: Final = 100
RECONNECT_MS: Final = 2000

END: Final = b""
HEARTBEAT: Final = b": still here\n\n"


def encode_event(name: str, **data: str) -> bytes:
    """Encode one server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


RESYNC: Final = encode_event("resync")


@dataclass(eq=False, slots=True)
class Listener:
    """One open browser window of a user."""

    person_id: str
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))

    def notify(self, event: bytes) -> None:
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self._replace_queue(RESYNC)

    def end(self) -> None:
        """Close the stream; queued events are dropped."""
        self._replace_queue(END)

    def _replace_queue(self, event: bytes) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(event)

    async def next(self) -> bytes:
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                return await self.queue.get()
        except TimeoutError:
            return HEARTBEAT


class Listeners:
    """The open browser windows of this process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._ended = False

    def notify(self, person_ids: Collection[str], event: bytes) -> None:
        for listener in self._listeners:
            if listener.person_id in person_ids:
                listener.notify(event)

    def end(self) -> None:
        """Close all streams at shutdown; the browsers reconnect."""
        self._ended = True
        for listener in self._listeners:
            listener.end()

    async def stream(self, request: web.Request, person_id: str) -> web.StreamResponse:
        """Stream events to a window until it closes."""
        with self._listening(person_id) as listener:
            response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream; charset=utf-8"})
            await response.prepare(request)
            # `resync` makes the page load what changed while it was not connected.
            event = f"retry: {RECONNECT_MS}\n".encode() + RESYNC
            # A closed or slow window reconnects by itself.
            with suppress(ConnectionError, TimeoutError):
                while event:
                    async with asyncio.timeout(WRITE_LIMIT_S):
                        await response.write(event)
                    event = await listener.next()
            return response

    @contextmanager
    def _listening(self, person_id: str) -> Generator[Listener]:
        if self._ended or len(self._listeners) >= LISTENERS_LIMIT:
            raise RequestRejected(503, "busy")
        listener = Listener(person_id)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
