"""Socket Mode connections of the fake Slack."""

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.model import APP_TOKEN, Json, Refused

ANSWER_S = 10.0


class Sockets:
    """Open connections, and requests that the test sends over them."""

    def __init__(self) -> None:
        self.opened = 0
        """Number of issued URLs."""
        self.hello = True
        """Whether a new connection gets `hello` or is closed at once."""
        self.open: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._changed = asyncio.Condition()

    def give_address(self, token: str, origin: str) -> Json:
        """Return a URL that works once."""
        if token != APP_TOKEN:
            raise Refused("invalid_auth")
        self.opened += 1
        ticket = f"ticket-{self.opened}"
        self._tickets.add(ticket)
        return {"ok": True, "url": f"{origin.replace('http', 'ws', 1)}/link/{ticket}"}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it closes."""
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        if not self.hello:
            await connection.close()
            return connection
        await connection.send_json({"type": "hello", "num_connections": len(self.open) + 1})
        await self._change(connection, is_open=True)
        try:
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    self._note(json.loads(message.data))
        finally:
            await self._change(connection, is_open=False)
        return connection

    async def count(self, wanted: int) -> None:
        """Wait until this number of connections is open."""
        async with asyncio.timeout(ANSWER_S), self._changed:
            await self._changed.wait_for(lambda: len(self.open) == wanted)

    async def tell(self, kind: str, payload: Json, *, envelope_id: str = "", accepts: bool = True) -> Json:
        """Send a request over the newest connection and return the response."""
        number = envelope_id or f"envelope-{len(self._waiting) + 1}"
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        envelope = {"type": kind, "envelope_id": number, "payload": payload, "accepts_response_payload": accepts}
        await self.open[-1].send_json(envelope)
        async with asyncio.timeout(ANSWER_S):
            return await answered

    async def say(self, text: str) -> None:
        """Send raw text."""
        await self.open[-1].send_str(text)

    async def renew(self, reason: str = "refresh_requested") -> None:
        """Ask the client to replace the newest connection."""
        await self.open[-1].send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def drop(self) -> None:
        """Close all connections."""
        for connection in list(self.open):
            await connection.close()

    def _note(self, response: dict[str, Any]) -> None:
        waiting = self._waiting.get(response["envelope_id"])
        if waiting is not None and not waiting.done():
            waiting.set_result(response)

    async def _change(self, connection: web.WebSocketResponse, *, is_open: bool) -> None:
        async with self._changed:
            if is_open:
                self.open.append(connection)
            else:
                self.open.remove(connection)
            self._changed.notify_all()
