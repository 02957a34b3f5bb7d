"""Pages for operators: liveness, readiness, metrics."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web

from bot.operations.metrics import Metrics
from bot.platforms.allowed_hosts import is_loopback
from services.unit_of_work import Units

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# Behind a proxy on this machine every request has a loopback address.
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP")

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("pages")


@dataclass(frozen=True, slots=True)
class HealthPages:
    """Serves `/healthz`, `/readyz` and `/metrics`."""

    units: Units
    metrics: Metrics
    is_ready: Callable[[], Awaitable[bool]]
    token: str
    """Bearer token for the metrics; empty: only this machine may read them."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/metrics", self._metrics),
        ]

    async def _healthz(self, request: web.Request) -> web.Response:
        del request
        return _text_response("ok")

    async def _readyz(self, request: web.Request) -> web.Response:
        """Report whether the database is reachable and has the schema of this code."""
        del request
        try:
            is_ready = await self.is_ready()
        except Exception:  # noqa: BLE001 - any failure of the database means not ready
            _log.exception("readiness_check_failed")
            is_ready = False
        return _text_response("ready") if is_ready else _text_response("not ready", status=503)

    async def _metrics(self, request: web.Request) -> web.Response:
        if not self._may_read(request):
            return _text_response("forbidden", status=403)
        async with self.units.read() as uow:
            self.metrics.set_backlog(await uow.deliveries.count_backlog(uow.now))
        return web.Response(
            body=self.metrics.text(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
        )

    def _may_read(self, request: web.Request) -> bool:
        if self.token:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            return hmac.compare_digest(given.encode(), self.token.encode())
        is_direct = not any(name in request.headers for name in _FORWARDED)
        return is_direct and is_loopback(request.remote or "")


def _text_response(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, headers={"Cache-Control": "no-store"})
