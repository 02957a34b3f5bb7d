"""Fake SharePoint on loopback: downloads, uploads and planned failures."""

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

from aiohttp import web

PERMISSION = "tempauth=v1.eyJ(only)'for'this-test&ApiVersion=2.0"
"""Token in SharePoint's syntax."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A planned error response."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Slow:
    """Delay the usual response."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Endless:
    """A file without an end and without Content-Length."""


@dataclass(frozen=True, slots=True)
class Request:
    """One received request."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


class FakeSharePoint(AbstractAsyncContextManager["FakeSharePoint"]):
    """Start with `async with`; `plan` holds the results of the next requests."""

    def __init__(self) -> None:
        self.plan: deque[Refusal | Slow | Endless] = deque()
        self.requests: list[Request] = []
        self.files: dict[str, bytes] = {}
        self._numbers = count(1)
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.add_routes([web.get("/files/{file}", self._download), web.put("/rooms/{room}", self._upload)])
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        self.origin = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def attachment(self, name: str, content: bytes) -> dict[str, Any]:
        """Return the attachment of a message with this file."""
        key = str(next(self._numbers))
        self.files[key] = content
        return {
            "contentType": "application/vnd.microsoft.teams.file.download.info",
            "contentUrl": f"{self.origin}/personal/anna/Documents/{name}",
            "name": name,
            "content": {
                "downloadUrl": f"{self.origin}/files/{key}?{PERMISSION}",
                "uniqueId": key,
                "fileType": name.rpartition(".")[2],
            },
        }

    def room(self, name: str) -> dict[str, Any]:
        """Return the upload info that Teams sends after consent."""
        key = f"room-{next(self._numbers)}"
        return {
            "contentUrl": f"{self.origin}/personal/anna/Documents/Applications/{name}",
            "name": name,
            "uploadUrl": f"{self.origin}/rooms/{key}?guid='{key}'&{PERMISSION}",
            "uniqueId": key,
            "fileType": name.rpartition(".")[2],
        }

    async def _apply_plan(self, request: web.Request) -> web.StreamResponse | None:
        self.requests.append(Request(request.method, request.path, request.rel_url.raw_query_string, request.headers))
        planned = self.plan.popleft() if self.plan else None
        if isinstance(planned, Slow):
            await asyncio.sleep(planned.seconds)
        if isinstance(planned, Refusal):
            return web.Response(status=planned.status, headers=planned.headers)
        return await _stream(request) if isinstance(planned, Endless) else None

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if planned := await self._apply_plan(request):
            return planned
        found = self.files.get(request.match_info["file"])
        return web.Response(body=found, content_type="text/csv") if found is not None else web.Response(status=404)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        if planned := await self._apply_plan(request):
            return planned
        if request.headers.get("Content-Range") != f"bytes 0-{len(content) - 1}/{len(content)}":
            return web.Response(status=416)
        self.files[request.match_info["room"]] = content
        return web.json_response({"id": request.match_info["room"]}, status=201)


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        for _ in range(64):
            await response.write(b"x" * 1024 * 1024)
    except ConnectionError:
        pass
    return response
