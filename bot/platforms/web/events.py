"""Who listens in the browser, and what they are told: that something is new, never what."""

import asyncio
import json
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bot.platforms.web.ingress import HEADERS, Turned

HEARTBEAT_SECONDS: Final = 15
WRITE_LIMIT_SECONDS: Final = 10
WAITING_LIMIT: Final = 100
"""More events than this wait for nobody: the listener is told to look at everything again."""
LISTENERS_LIMIT: Final = 100
RECONNECT_MILLISECONDS: Final = 2000

END: Final = b""
HEARTBEAT: Final = b": still here\n\n"


def event(name: str, **data: str) -> bytes:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


RESYNC: Final = event("resync")


@dataclass(eq=False, slots=True)
class Listener:
    """One open window of one person."""

    person_id: str
    waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(WAITING_LIMIT))

    def tell(self, happened: bytes) -> None:
        try:
            self.waiting.put_nowait(happened)
        except asyncio.QueueFull:
            self._restart_with(RESYNC)

    def end(self) -> None:
        """Let the window go, whatever it still had to hear."""
        self._restart_with(END)

    def _restart_with(self, happened: bytes) -> None:
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(happened)

    async def next(self) -> bytes:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                return await self.waiting.get()
        except TimeoutError:
            return HEARTBEAT


class Listeners:
    """All open windows of this process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._ended = False

    def tell(self, person_ids: Collection[str], happened: bytes) -> None:
        for listener in self._listeners:
            if listener.person_id in person_ids:
                listener.tell(happened)

    def end(self) -> None:
        """The process ends: windows are let go and will knock again."""
        self._ended = True
        for listener in self._listeners:
            listener.end()

    async def stream(self, request: web.Request, person_id: str) -> web.StreamResponse:
        """Tell a window what happens until it closes."""
        with self._listening(person_id) as listener:
            response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream; charset=utf-8"})
            await response.prepare(request)
            # Whatever happened while nobody listened is looked up by the page itself.
            happened = f"retry: {RECONNECT_MILLISECONDS}\n".encode() + RESYNC
            # A window that closed, or that reads too slowly, comes again by itself.
            with suppress(ConnectionError, TimeoutError):
                while happened:
                    async with asyncio.timeout(WRITE_LIMIT_SECONDS):
                        await response.write(happened)
                    happened = await listener.next()
            return response

    @contextmanager
    def _listening(self, person_id: str) -> Generator[Listener]:
        if self._ended or len(self._listeners) >= LISTENERS_LIMIT:
            raise Turned(503, "busy")
        listener = Listener(person_id)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
