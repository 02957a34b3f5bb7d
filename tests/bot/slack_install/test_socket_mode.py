import asyncio
import json
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.app import open_application, serve
from bot.settings import Settings
from tests.builders import Clock
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, BOT_USER_ID, TEAM_ID, FakeSlack


def settings_for(database_url: str, slack: FakeSlack) -> Settings:
    """Return settings for one workspace without an open port."""
    return Settings(
        database_url=SecretStr(database_url),
        port=0,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=SecretStr(APP_TOKEN),
        slack_api_url=slack.api_url,
    )


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Change to a folder without settings."""
    monkeypatch.chdir(tmp_path)


async def test_bot_works_over_the_socket(sqlite_url: str, clock: Clock) -> None:
    """Without an open port a command and a direct message are answered over the socket."""
    async with FakeSlack(clock) as slack, open_application(settings_for(sqlite_url, slack), clock) as application:
        slack.add_user("U1", "Anna Weiß", locale="de-DE")
        assert application.socket is not None
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(application.socket.run())
            await slack.sockets.count(1)
            chat = slack.direct("U1").channel_id
            command = {
                "command": "/kollega",
                "text": "hilfe",
                "team_id": TEAM_ID,
                "channel_id": chat,
                "channel_name": "directmessage",
                "user_id": "U1",
                "trigger_id": slack.trigger("U1"),
                "response_url": slack.hook(chat, "U1"),
            }
            response = await slack.sockets.tell("slash_commands", command)
            assert "Das können Sie hier tun" in json.dumps(response["payload"]["blocks"], ensure_ascii=False)
            event = {"type": "message", "channel_type": "im", "user": "U1", "channel": chat, "text": "hilfe"}
            message = slack.says("U1", chat, "hilfe")
            await slack.sockets.tell("events_api", slack.envelope({**event, "ts": message.ts}), accepts=False)
            assert [message.author for message in slack.messages_in(chat)] == ["U1", BOT_USER_ID]
            application.socket.stop()


async def test_socket_mode_has_no_ingress_route(sqlite_url: str, clock: Clock) -> None:
    """In Socket Mode there is no route for Slack and, without an app id, none for Teams."""
    async with FakeSlack(clock) as slack, open_application(settings_for(sqlite_url, slack), clock) as application:
        paths = {route.resource.canonical for route in application.web_app.router.routes() if route.resource}
    assert not {"/slack/events", "/slack/install", "/api/messages"} & paths
    assert "/healthz" in paths


async def test_a_process_connects_and_ends_in_time(sqlite_url: str, clock: Clock) -> None:
    """A process connects at its start and disconnects when it is stopped."""
    stop, announced = asyncio.Event(), list[str]()
    async with FakeSlack(clock) as slack, asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(settings_for(sqlite_url, slack), stop, announced.append))
        await slack.sockets.count(1)
        async with aiohttp.ClientSession() as session, session.get(f"{announced[0]}/readyz") as ready:
            assert ready.status == 200
        stop.set()
        await slack.sockets.count(0)
