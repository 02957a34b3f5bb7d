"""Slack platform with a stub dispatcher and a fake Slack."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.dispatch.interaction import Interaction, Placement, Response
from bot.operations.metrics import Metrics
from bot.platforms.base import Reader, Sent
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.files import SlackFiles
from bot.platforms.slack.platform import Limits, SlackPlatform
from bot.platforms.slack.tokens import FixedToken
from cards.model import Card, Run, Subject, TextInput, verbatim
from services.file import FileWithContent
from services.people import Language
from tests.fakes.slack import BOT_TOKEN, BOT_USER_ID, SIGNING_SECRET, TEAM_ID, FakeSlack

Json: TypeAlias = dict[str, Any]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ANNA, BEN = "U0ANNA", "U0BEN"
CHANNEL = "C0SALES"
READER = Reader(Language.ENGLISH, "UTC")
BUDGET_S = 0.3
EVENTS = "/slack/events"

YES = Card(verbatim("Yes."))
LEAD = Card(
    verbatim("Lead L-12"),
    actions=(Run(verbatim("Pick"), "lead.pick", {"lead": "L-12"}),),
    subject=Subject("lead.card", "lead-12"),
)
FORM = Card(
    verbatim("Note"),
    (TextInput("text", verbatim("Text")),),
    (Run(verbatim("Save"), "lead.note", {"lead": "L-12"}, collects=True),),
)
PICK = json.dumps({"v": 1, "cmd": "lead.pick", "args": {"lead": "L-12"}})


async def leave(tenant: str, workspace: str) -> None:
    """Ignore that a workspace is left."""


@dataclass
class StubDispatcher:
    """Records interactions and returns the response of the test after a pause."""

    response: Response | None = None
    pause_s: float = 0.0
    interactions: list[Interaction] = field(default_factory=list[Interaction])
    recorded_posts: list[Sent] = field(default_factory=list[Sent])

    async def receive(self, interaction: Interaction) -> Response | None:
        self.interactions.append(interaction)
        await asyncio.sleep(self.pause_s)
        return self.response

    async def fetch_file(self, interaction: Interaction, file_id: str) -> FileWithContent | Response | None:
        raise AssertionError((interaction, file_id))

    async def record_post(self, interaction: Interaction, response: Response, sent: Sent) -> None:
        del interaction, response
        self.recorded_posts.append(sent)

    def respond_with(self, card: Card, placement: Placement) -> None:
        self.response = Response(card, placement, READER)


@dataclass
class Bot:
    """The Slack platform, its stub dispatcher and the fake Slack."""

    chat: StubDispatcher
    slack: FakeSlack
    platform: SlackPlatform
    client: "TestClient[web.Request, web.Application]"

    async def run_command(self, text: str = "leads", channel: str = CHANNEL, **more: str) -> Json:
        """Send a slash command of Anna and return the response."""
        return await self.send_form({**self.command_fields(text, channel), **more})

    def command_fields(self, text: str = "leads", channel: str = CHANNEL) -> dict[str, str]:
        """Return the form fields of a slash command."""
        return {
            "command": "/kollega",
            "text": text,
            "team_id": TEAM_ID,
            "user_id": ANNA,
            "channel_id": channel,
            "trigger_id": self.slack.trigger(ANNA),
            "response_url": self.slack.hook(channel, ANNA),
        }

    async def click(self, channel: str = CHANNEL, value: str = PICK, **more: object) -> Json:
        """Click a button in a public message as Anna."""
        return await self.interact(
            type="block_actions",
            channel={"id": channel},
            container={"type": "message", "message_ts": "1.2", "channel_id": channel},
            response_url=self.slack.hook(channel, ANNA, "1.2"),
            actions=[{"type": "button", "action_id": "lead.pick#0", "value": value}],
            **more,
        )

    async def submit(self, metadata: Json, **values: str) -> Json:
        """Submit a modal that was opened in the channel."""
        opened = json.dumps({"v": 1, "at": {"channel": CHANNEL}, **metadata})
        state = {name: {f"plain_text_input:x#{name}": {"value": value}} for name, value in values.items()}
        view = {
            "id": "V1",
            "hash": "h1",
            "type": "modal",
            "callback_id": "card",
            "private_metadata": opened,
            "state": {"values": state},
        }
        return await self.interact(type="view_submission", view=view)

    async def interact(self, **more: object) -> Json:
        """Send an interaction of Anna."""
        base = {"user": {"id": ANNA, "team_id": TEAM_ID}, "team": {"id": TEAM_ID}}
        return await self.send_form(
            {"payload": json.dumps({**base, "trigger_id": self.slack.trigger(ANNA), **more})},
        )

    async def send_form(self, fields: dict[str, str]) -> Json:
        """Send a form."""
        return await self._post(urlencode(fields).encode(), "application/x-www-form-urlencoded")

    async def send_event(self, event_id: str = "", **event: object) -> Json:
        """Send an event."""
        return await self._post(json.dumps(self.slack.envelope(event, event_id=event_id)).encode(), "application/json")

    async def mention(self, text: str = "leads", event_id: str = "", **more: object) -> Json:
        """Mention the bot in the channel as Anna."""
        posted = self.slack.says(ANNA, CHANNEL, text)
        base = {"type": "app_mention", "user": ANNA, "channel": CHANNEL, "ts": posted.ts}
        return await self.send_event(event_id, **{**base, "text": f"<@{BOT_USER_ID}> {text}", **more})

    async def _post(self, body: bytes, kind: str) -> Json:
        headers = {**self.slack.sign(body), "Content-Type": kind}
        async with self.client.post(EVENTS, data=body, headers=headers) as response:
            content = await response.read()
            assert response.status == 200, (response.status, content)
            return json.loads(content) if content else {}


@asynccontextmanager
async def open_bot(timer: Callable[[], float], tasks: int = 100) -> AsyncGenerator[Bot]:
    """Start a bot in a workspace with Anna, Ben and a channel."""
    async with FakeSlack(lambda: NOW) as slack, aiohttp.ClientSession() as session:
        slack.add_user(ANNA, "Anna Weiß", locale="en-GB")
        slack.add_user(BEN, "Ben Kaya")
        slack.add_channel(CHANNEL, "sales", [ANNA, BEN])
        tokens = FixedToken(session, slack.api_url, BOT_TOKEN, leave)
        api = SlackApi(session, tokens, Metrics(), url=slack.api_url)
        chat = StubDispatcher()
        platform = SlackPlatform(
            chat,
            api,
            tokens,
            files=SlackFiles(session, api, tokens, api_url=slack.api_url),
            secret=SIGNING_SECRET,
            clock=lambda: NOW,
            timer=timer,
            limits=Limits(budget_s=BUDGET_S, tasks=tasks),
        )
        app = web.Application()
        app.add_routes(platform.routes())
        async with TestClient(TestServer(app)) as client:
            yield Bot(chat, slack, platform, client)
            await platform.end()
