from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.operations.metrics import Metrics
from bot.pages.health import HealthPages
from storage.unit_of_work import SqlUnits

Client = TestClient[web.Request, web.Application]
Open = Callable[..., Awaitable[Client]]


@pytest.fixture
async def metrics() -> Metrics:
    """Return the metrics of one process."""
    return Metrics()


@pytest.fixture
async def serve(units: SqlUnits, metrics: Metrics) -> AsyncGenerator[Open]:
    """Start the pages, ready or not, with or without a token."""
    clients: list[Client] = []

    async def begin(ready: object = True, token: str = "") -> Client:
        async def is_ready() -> bool:
            if isinstance(ready, Exception):
                raise ready
            return bool(ready)

        application = web.Application()
        application.add_routes(HealthPages(units, metrics, is_ready, token).routes())
        client = TestClient(TestServer(application))
        await client.start_server()
        clients.append(client)
        return client

    yield begin
    for client in clients:
        await client.close()


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503), (OSError("db.example:5432"), 503)])
async def test_readiness_needs_a_database(serve: Open, ready: object, status: int) -> None:
    """Without a migrated database the bot is alive and not ready, without details."""
    client = await serve(ready)
    assert (await client.get("/healthz")).status == 200
    response = await client.get("/readyz")
    assert response.status == status
    assert "db.example" not in await response.text()


async def test_metrics_count_backlog_and_commands(serve: Open, metrics: Metrics) -> None:
    """The backlog is counted at each scrape, commands and refusals as they happen."""
    with metrics.time_command("lead.pick", "web"):
        metrics.refusals.labels("AlreadyPicked").inc()
    text = await (await (await serve()).get("/metrics")).text()
    assert 'kollega_outbox_depth{state="pending"} 0.0' in text
    assert 'kollega_command_seconds_count{command="lead.pick",platform="web"} 1.0' in text
    assert 'kollega_refusals_total{refusal="AlreadyPicked"} 1.0' in text


async def test_metrics_are_for_loopback_only(serve: Open) -> None:
    """Without a token only loopback reads metrics, whatever the forwarded headers say."""
    client = await serve()
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert (await client.get("/metrics", headers={name: "127.0.0.1"})).status == 403


async def test_a_token_opens_the_metrics(serve: Open) -> None:
    """With a token any host can read metrics."""
    client = await serve(token="geheim-und-lang")
    assert (await client.get("/metrics")).status == 403
    assert (await client.get("/metrics", headers={"Authorization": "Bearer falsch"})).status == 403
    assert (await client.get("/metrics", headers={"Authorization": "Bearer geheim-und-lang"})).status == 200
