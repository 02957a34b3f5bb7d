"""The whole bot in front of the fake Slack, with a team and a user of another team."""

import hashlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientSession, TCPConnector
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import Application, open_application
from bot.platforms.slack.scopes import SCOPES
from bot.settings import Settings
from storage.tables import metadata
from tests.bot.slack import payloads
from tests.bot.slack.payloads import FORM, JSON
from tests.builders import Clock
from tests.fakes.slack import SIGNING_SECRET, TEAM_ID, FakeSlack

TOKEN: Final = "xoxb-only-for-these-tests"
ANNA: Final = "U0ANNA"
BEN: Final = "U0BEN"
SARA: Final = "U0SARA"
"""User of another team."""
SALES: Final = "C0SALES"
FOREIGN: Final = "C0FOREIGN"
CONNECTIONS_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """Status and body of a response."""

    status: int
    body: bytes


@dataclass(slots=True)
class Deployment:
    """Application, fake Slack, clock and HTTP client."""

    application: Application
    slack: FakeSlack
    clock: Clock
    client: ClientSession

    async def post(self, body: Any, headers: Mapping[str, str]) -> HttpResponse:  # noqa: ANN401 - bytes, or a stream
        """Send this body with these headers."""
        async with self.client.post("/slack/events", data=body, headers=headers) as response:
            return HttpResponse(response.status, await response.read())

    async def post_signed(self, body: bytes, content_type: str, **more: str) -> HttpResponse:
        """Send a body with a signature of Slack."""
        return await self.post(body, {"Content-Type": content_type, **self.slack.sign(body), **more})

    async def run_command(self, user_id: str, text: str, channel_id: str = SALES, **fields: object) -> HttpResponse:
        """Send a slash command of a user."""
        return await self.post_signed(
            payloads.as_form(payloads.command(self.slack, user_id, text, channel_id, **fields)), FORM
        )

    async def send_event(self, event: object) -> HttpResponse:
        """Send an event."""
        return await self.post_signed(payloads.as_json(event), JSON)

    async def interact(self, payload: object) -> HttpResponse:
        """Send an interaction."""
        return await self.post_signed(payloads.as_payload(payload), FORM)

    async def drain(self) -> None:
        """Deliver all pending messages."""
        await self.application.relay.drain()

    async def database_digest(self) -> str:
        """Return a hash of all rows."""
        found = hashlib.sha256()
        async with self.application.database.reader.connect() as connection:
            for table in metadata.sorted_tables:
                for row in sorted(str(tuple(row)) for row in await connection.execute(select(table))):
                    found.update(f"{table.name}{row}".encode())
        return found.hexdigest()

    async def rows(self, *tables: str) -> dict[str, list[str]]:
        """Return the rows of these tables."""
        found: dict[str, list[str]] = {}
        async with self.application.database.reader.connect() as connection:
            for name in tables:
                read = await connection.execute(select(metadata.tables[name]))
                found[name] = sorted(str(tuple(row)) for row in read)
        return found


def settings_for(database_url: str, slack: FakeSlack) -> Settings:
    """Return settings for Slack only, in one workspace."""
    return Settings(
        database_url=SecretStr(database_url),
        public_url="https://kollega.example",
        slack_signing_secret=SecretStr(SIGNING_SECRET),
        slack_bot_token=SecretStr(TOKEN),
        slack_api_url=slack.api_url,
        secret_keys=SecretStr("a key of the tests about Slack and of them alone"),
    )


@asynccontextmanager
async def open_deployment(database_url: str) -> AsyncGenerator[Deployment]:
    """Start the bot with an empty database."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack(clock))
        slack.add_workspace(TEAM_ID, "Solarhaus", token=TOKEN).scopes = set(SCOPES)
        for user_id, name in ((ANNA, "Anna Weiß"), (BEN, "Ben Kaya"), (SARA, "Sara Fremd")):
            slack.add_user(user_id, name, locale="en-US", email=f"{user_id.lower()}@solarhaus.example")
        slack.add_channel(SALES, "vertrieb", [ANNA, BEN])
        slack.add_channel(FOREIGN, "fremd", [SARA])
        application = await stack.enter_async_context(open_application(settings_for(database_url, slack), clock))
        server = await stack.enter_async_context(TestServer(application.web_app))
        connector = TCPConnector(limit=CONNECTIONS_MAX)
        client = await stack.enter_async_context(ClientSession(server.make_url("/"), connector=connector))
        yield Deployment(application, slack, clock, client)
        assert application.slack is not None
        await application.slack.end()


async def seed_teams(made: Deployment) -> None:
    """Create a team with a channel and an unassigned lead, and another team."""
    for user_id, text, channel_id in (
        (ANNA, "team create Solarhaus GmbH", SALES),
        (ANNA, "lead create name=Eva title=Walmdach", SALES),
        (SARA, "team create Fremd KG", FOREIGN),
    ):
        response = await made.run_command(user_id, text, channel_id)
        assert response.status == 200, response
        await made.drain()
