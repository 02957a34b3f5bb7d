import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.platforms.ingress import Json, RequestRejected
from bot.platforms.slack.socket import CONCURRENCY, Socket
from tests.builders import START
from tests.fakes.slack import APP_TOKEN, CannedResponse, Drop, FakeClock, FakeSlack, ratelimited, refused

EVENT = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_mention", "text": "geheim"}}


@dataclass(slots=True)
class RequestHandler:
    """Handler of requests whose response the test sets."""

    respond: Callable[[Json], Awaitable[Json]]
    documents: list[Json] = field(default_factory=list[Json])
    at_once: int = 0
    most_at_once: int = 0
    patience_s: float = 3.0
    """Shutdown timeout."""

    async def serve(self, document: Json) -> Json:
        self.documents.append(document)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self.respond(document)
        finally:
            self.at_once -= 1


async def respond_done(_: Json) -> Json:
    """Respond that the work is done."""
    return {"text": "done"}


@dataclass(slots=True)
class SocketScenario:
    """A socket client and the fake Slack."""

    slack: FakeSlack
    session: aiohttp.ClientSession
    clock: FakeClock

    def socket(self, handler: RequestHandler, token: str = APP_TOKEN) -> Socket:
        return Socket(
            self.session,
            self.slack.api_url,
            token,
            handler.serve,
            sleep=self.clock.sleep,
            shutdown_s=handler.patience_s,
        )

    @asynccontextmanager
    async def running(self, handler: RequestHandler) -> AsyncGenerator[Socket]:
        """Run a socket client and stop it."""
        socket = self.socket(handler)
        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            tasks.create_task(socket.run())
            try:
                yield socket
            finally:
                socket.stop()


@pytest.fixture
async def scenario() -> AsyncGenerator[SocketScenario]:
    """Start a fake Slack without connections."""
    clock = FakeClock(START)
    async with FakeSlack(clock.now) as slack, aiohttp.ClientSession() as session:
        yield SocketScenario(slack, session, clock)


@pytest.fixture
def handler() -> RequestHandler:
    """Return a handler that responds at once."""
    return RequestHandler(respond_done)


async def test_requests_are_answered_over_the_socket(scenario: SocketScenario, handler: RequestHandler) -> None:
    """An event is acknowledged and a command gets its response over the socket."""
    async with scenario.running(handler):
        await scenario.slack.sockets.count(1)
        assert await scenario.slack.sockets.tell("events_api", EVENT, accepts=False) == {"envelope_id": "envelope-1"}
        command = {"command": "/kollega", "text": "leads", "team_id": "T1"}
        response = await scenario.slack.sockets.tell("slash_commands", command)
        assert response == {"envelope_id": "envelope-2", "payload": {"text": "done"}}
    assert handler.documents == [EVENT, command]
    await scenario.slack.sockets.count(0)
    assert scenario.slack.sockets.opened == 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
async def test_a_connection_is_renewed_when_slack_asks_for_it(
    scenario: SocketScenario, handler: RequestHandler, reason: str
) -> None:
    """The next connection opens while pending responses use the old one."""
    goes_on = asyncio.Event()

    async def respond_slowly(document: Json) -> Json:
        if document == EVENT:
            await goes_on.wait()
        return {"text": "done"}

    handler.respond = respond_slowly
    async with scenario.running(handler), asyncio.TaskGroup() as tellers:
        await scenario.slack.sockets.count(1)
        response = tellers.create_task(scenario.slack.sockets.tell("events_api", EVENT))
        while not handler.documents:  # noqa: ASYNC110 - the bot has no reason to tell when it has begun
            await asyncio.sleep(0.01)
        await scenario.slack.sockets.renew(reason)
        await scenario.slack.sockets.count(2)
        assert "payload" in await scenario.slack.sockets.tell("interactive", {"type": "block_actions"})
        goes_on.set()
        assert (await response)["payload"] == {"text": "done"}
        await scenario.slack.sockets.count(1)
    assert scenario.slack.sockets.opened == 2


async def test_a_broken_connection_is_opened_again(scenario: SocketScenario, handler: RequestHandler) -> None:
    """A closed connection is opened again."""
    async with scenario.running(handler):
        for number in range(1, 4):
            await scenario.slack.sockets.count(1)
            await scenario.slack.sockets.tell("events_api", EVENT)
            await scenario.slack.sockets.drop()
            assert scenario.slack.sockets.opened >= number
        await scenario.slack.sockets.count(1)
    assert scenario.clock.sleeps == []


async def test_reconnects_back_off(scenario: SocketScenario, handler: RequestHandler) -> None:
    """Failed connections are retried with growing pauses, Retry-After counts, and no secret is logged."""
    away = [
        refused("invalid_auth"),
        CannedResponse(500),
        Drop(accepted=False),
        ratelimited(90),
        CannedResponse(200, body=b"nonsense"),
    ]
    scenario.slack.plan.extend(
        [*away, CannedResponse(200, body=b'{"ok": true, "url": "ws://evil.example/link/secret"}')]
    )
    scenario.slack.plan.append(
        CannedResponse(200, body=b'{"ok": true, "url": "%s/link/secret"}' % scenario.slack.origin.encode())
    )
    with capture_logs() as logs:
        async with scenario.running(handler):
            await scenario.slack.sockets.count(1)
    pauses = scenario.clock.sleeps
    assert len(pauses) == 7
    assert 0.5 <= pauses[0] <= 1
    assert 2 <= pauses[2] <= 4
    assert 16 <= pauses[5] <= 32
    assert 30 <= pauses[6] <= 60
    assert pauses[3] == 90
    assert "secret" not in repr(logs)
    assert APP_TOKEN not in repr(logs)


async def test_short_connections_back_off(scenario: SocketScenario, handler: RequestHandler) -> None:
    """The pauses grow if Slack closes each connection at once."""
    scenario.slack.sockets.hello = False
    async with scenario.running(handler):
        while len(scenario.clock.sleeps) < 5:  # noqa: ASYNC110 - what is waited for is that nothing comes
            await asyncio.sleep(0.01)
        scenario.slack.sockets.hello = True
        await scenario.slack.sockets.count(1)
    assert scenario.clock.sleeps[4] > 4


async def test_failed_request_is_not_acknowledged(scenario: SocketScenario, handler: RequestHandler) -> None:
    """A rejected request is acknowledged; a failed one or an overload is not, so that Slack repeats it."""
    failures = {
        "Ev1": RequestRejected(403, "not_installed"),
        "Ev2": RequestRejected(503, "try_again"),
        "Ev3": RuntimeError("a defect"),
    }

    async def failing(document: Json) -> Json:
        if failure := failures.get(document["event_id"]):
            raise failure
        return {}

    handler.respond = failing
    async with scenario.running(handler):
        await scenario.slack.sockets.count(1)
        for number in ("Ev2", "Ev3"):
            await scenario.slack.sockets.say(
                f'{{"type": "events_api", "envelope_id": "{number}", "payload": {{"event_id": "{number}"}}}}'
            )
        assert await scenario.slack.sockets.tell("events_api", {"event_id": "Ev1"}) == {"envelope_id": "envelope-1"}
        failures.clear()
        response = await scenario.slack.sockets.tell("events_api", {"event_id": "Ev2"}, envelope_id="Ev2")
        assert response == {"envelope_id": "Ev2"}
    assert [document["event_id"] for document in handler.documents] == ["Ev2", "Ev3", "Ev1", "Ev2"]


async def test_malformed_envelope_is_ignored(scenario: SocketScenario, handler: RequestHandler) -> None:
    """An unreadable, deeply nested or unknown envelope is ignored and not logged."""
    deep = "[" * 100 + "]" * 100
    with capture_logs() as logs:
        async with scenario.running(handler):
            await scenario.slack.sockets.count(1)
            for text in (
                "geheim",
                "[]",
                "{}",
                '{"type": "hello"}',
                '{"type": "geheim", "envelope_id": ""}',
                "[" * 5000,
            ):
                await scenario.slack.sockets.say(text)
            await scenario.slack.sockets.say(f'{{"type": "x", "envelope_id": "deep", "payload": {{"geheim": {deep}}}}}')
            assert await scenario.slack.sockets.tell("events_api", EVENT)
    assert handler.documents == [EVENT]
    assert "geheim" not in repr(logs)


async def test_concurrency_is_limited(scenario: SocketScenario, handler: RequestHandler) -> None:
    """Requests beyond the limit wait in the connection and none is lost."""
    goes_on = asyncio.Event()

    async def respond_slowly(_: Json) -> Json:
        await goes_on.wait()
        return {}

    handler.respond = respond_slowly
    async with scenario.running(handler):
        await scenario.slack.sockets.count(1)
        async with asyncio.TaskGroup() as tellers:
            for number in range(CONCURRENCY + 20):
                payload = {"event_id": f"Ev{number}"}
                tellers.create_task(scenario.slack.sockets.tell("events_api", payload, envelope_id=f"E{number}"))
            while handler.at_once < CONCURRENCY:  # noqa: ASYNC110 - the bot has no reason to tell
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            assert handler.most_at_once == CONCURRENCY
            goes_on.set()
    assert len(handler.documents) == CONCURRENCY + 20


async def test_shutdown_finishes_pending_responses(scenario: SocketScenario, handler: RequestHandler) -> None:
    """A stopped client accepts no request and sends its pending responses."""
    begun = asyncio.Event()

    async def respond_slowly(_: Json) -> Json:
        begun.set()
        await asyncio.sleep(0.2)
        return {"text": "done"}

    handler.respond = respond_slowly
    async with scenario.running(handler) as socket, asyncio.TaskGroup() as tellers:
        await scenario.slack.sockets.count(1)
        response = tellers.create_task(scenario.slack.sockets.tell("interactive", EVENT))
        await begun.wait()
        socket.stop()
        assert (await response)["payload"] == {"text": "done"}


async def test_shutdown_during_a_pause_is_immediate(scenario: SocketScenario, handler: RequestHandler) -> None:
    """A client that waits before a retry stops at once."""
    socket = Socket(scenario.session, scenario.slack.api_url, "xapp-wrong", handler.serve)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(socket.run())
        while not scenario.slack.calls:  # noqa: ASYNC110 - Slack does not tell
            await asyncio.sleep(0.01)
        socket.stop()
    assert scenario.slack.sockets.opened == 0


async def test_processes_share_requests(scenario: SocketScenario, handler: RequestHandler) -> None:
    """Each process has a connection, and Slack sends each request to one of them."""
    other = RequestHandler(respond_done)
    async with scenario.running(handler), scenario.running(other):
        await scenario.slack.sockets.count(2)
        await scenario.slack.sockets.tell("events_api", EVENT)
    assert len(handler.documents) + len(other.documents) == 1


async def test_lost_response_is_requested_again(scenario: SocketScenario, handler: RequestHandler) -> None:
    """If the connection breaks before the response, Slack repeats the request over the next one."""
    goes_on = asyncio.Event()

    async def respond_slowly(_: Json) -> Json:
        await goes_on.wait()
        return {"text": "done"}

    handler.respond = respond_slowly
    with capture_logs() as logs:
        async with scenario.running(handler):
            await scenario.slack.sockets.count(1)
            await scenario.slack.sockets.say('{"type": "events_api", "envelope_id": "E1", "payload": {}}')
            while not handler.documents:  # noqa: ASYNC110 - the bot has no reason to tell when it has begun
                await asyncio.sleep(0.01)
            await scenario.slack.sockets.drop()
            goes_on.set()
            await scenario.slack.sockets.count(1)
            response = await scenario.slack.sockets.tell("events_api", {}, envelope_id="E1")
    assert response["payload"] == {"text": "done"}
    assert "socket_response_lost" in {log["event"] for log in logs}


async def test_shutdown_timeout_is_limited(scenario: SocketScenario, handler: RequestHandler) -> None:
    """A stopped client waits for responses only until the timeout."""

    async def never_respond(_: Json) -> Json:
        await asyncio.Event().wait()
        return {}

    handler.respond, handler.patience_s = never_respond, 0.1
    with capture_logs() as logs:
        async with scenario.running(handler):
            await scenario.slack.sockets.count(1)
            await scenario.slack.sockets.say('{"type": "events_api", "envelope_id": "E1", "payload": {}}')
            while not handler.documents:  # noqa: ASYNC110 - the bot has no reason to tell when it has begun
                await asyncio.sleep(0.01)
    assert "socket_responses_cancelled" in {log["event"] for log in logs}
