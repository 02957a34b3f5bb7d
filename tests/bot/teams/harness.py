"""Teams platform with a stub dispatcher, a fake Teams and sample cards."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.dispatch.interaction import Interaction, Placement, Response
from bot.operations.metrics import Metrics
from bot.platforms.allowed_hosts import AllowedFileHosts
from bot.platforms.base import Reader, Sent
from bot.platforms.ingress import is_object
from bot.platforms.teams.auth import TokenVerifier
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.files import TeamsFiles
from bot.platforms.teams.platform import BotIdentity, TeamsPlatform
from bot.platforms.teams.service_hosts import ServiceHosts
from cards.model import Card, Choice, ChoiceInput, Item, Items, Run, Subject, TextInput, verbatim
from services.file import FileWithContent
from services.people import Language, PlaceKind
from tests.bot.connector.credentials import create_token_source
from tests.fakes.bot_connector import APP_ID, TENANT_ID, FakeClock, FakeTeams

BOT = f"28:{APP_ID}"
CHANNEL = "19:general@thread.tacv2"
THREAD = f"{CHANNEL};messageid=1700000000000"
ANNA, ANNA_AAD = "29:anna", "a0a0a0a0-0000-4000-8000-00000000000a"
BEN, BEN_AAD = "29:ben", "b0b0b0b0-0000-4000-8000-00000000000b"

GERMAN = Reader(Language.GERMAN, "Europe/Berlin")
LEAD = Card(
    verbatim("Lead L-12"),
    (Items((Item(verbatim("row"), actions=(Run(verbatim("Pick row"), "lead.pick", {"lead": "L-13"}),)),)),),
    (Run(verbatim("Pick"), "lead.pick", {"lead": "L-12"}),),
    subject=Subject("lead.card", "lead-12"),
    refresh=Run(verbatim("Refresh"), "lead.show", {"lead": "L-12"}),
)
FORM = Card(
    verbatim("Note"),
    (
        TextInput("text", verbatim("Text")),
        ChoiceInput("tags", verbatim("Tags"), (Choice("a", verbatim("A")), Choice("b", verbatim("B"))), many=True),
    ),
    (Run(verbatim("Save"), "lead.note", {"lead": "L-12"}, collects=True), Run(verbatim("Cancel"), "cancel")),
)
REFUSAL = Card(verbatim("No."))


PICK = {"v": 1, "cmd": "lead.pick", "args": {"lead": "L-12"}}


@dataclass
class StubDispatcher:
    """Records interactions and returns the response of the test."""

    respond: Callable[[Interaction], Response | None] = lambda _: None
    interactions: list[Interaction] = field(default_factory=list[Interaction])
    recorded_posts: list[tuple[Interaction, Response, Sent]] = field(
        default_factory=list[tuple[Interaction, Response, Sent]]
    )
    fails_to_record: bool = False

    async def receive(self, interaction: Interaction) -> Response | None:
        self.interactions.append(interaction)
        return self.respond(interaction)

    async def fetch_file(self, interaction: Interaction, file_id: str) -> FileWithContent | Response | None:
        raise AssertionError((interaction, file_id))

    async def record_post(self, interaction: Interaction, response: Response, sent: Sent) -> None:
        if self.fails_to_record:
            raise RuntimeError("anna@example.com is not to be told")
        self.recorded_posts.append((interaction, response, sent))

    def respond_with(self, card: Card, placement: Placement) -> None:
        self.respond = lambda _: Response(card, placement, GERMAN)

    @property
    def last(self) -> Interaction:
        return self.interactions[-1]


@dataclass
class Bot:
    """The Teams platform, its stub dispatcher and the fake Teams."""

    chat: StubDispatcher
    teams: FakeTeams
    platform: TeamsPlatform
    client: TestClient[web.Request, web.Application]
    clock: FakeClock

    async def post(self, activity: Mapping[str, Any], *, aud: str = APP_ID) -> tuple[int, Any]:
        return await self.send(self.teams.authorization(aud=aud), activity)

    async def send(self, authorization: str | None, activity: Mapping[str, Any]) -> tuple[int, Any]:
        """Send an activity with this Authorization header."""
        headers = {} if authorization is None else {"Authorization": authorization}
        async with self.client.post("/api/messages", json=activity, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def post_raw(self, body: bytes, **headers: str) -> int:
        known = {"Content-Type": "application/json", "Authorization": self.teams.authorization()}
        async with self.client.post("/api/messages", data=body, headers=known | headers) as response:
            return response.status

    def activity(
        self, *, kind: PlaceKind = PlaceKind.CHANNEL, sender: Mapping[str, object] | None = None, **fields: object
    ) -> dict[str, Any]:
        places = {
            PlaceKind.PERSONAL: {"id": "a:anna", "conversationType": "personal", "tenantId": TENANT_ID},
            PlaceKind.CHANNEL: {"id": THREAD, "conversationType": "channel", "isGroup": True, "tenantId": TENANT_ID},
            PlaceKind.GROUP: {"id": "19:g@thread.v2", "conversationType": "groupChat", "name": "Vertrieb"},
        }
        channel = {"channel": {"id": CHANNEL, "name": "Leads"}, "team": {"id": "19:team", "name": "Sales"}}
        data = {"tenant": {"id": TENANT_ID}, **(channel if kind is PlaceKind.CHANNEL else {})}
        anna = {"id": ANNA, "name": "Anna Weiß", "aadObjectId": ANNA_AAD}
        mine = {"conversation": places[kind], "channelData": data, "from": sender or anna, "locale": "de-DE"}
        return self.teams.activity(**mine) | fields

    def click(
        self,
        data: object,
        *,
        kind: PlaceKind = PlaceKind.CHANNEL,
        trigger: str = "manual",
        verb: str = "lead.pick",
    ) -> dict[str, Any]:
        action = {"type": "Action.Execute", "verb": verb, "data": data}
        value = {"action": action, "trigger": trigger}
        return self.activity(
            kind=kind, type="invoke", name="adaptiveCard/action", text=None, replyToId="card-1", value=value
        )

    def menu_invoke(self, name: str, value: object, **fields: object) -> dict[str, Any]:
        """Return an invoke of a message extension."""
        return self.activity(type="invoke", name=name, text=None, value=value) | fields

    @property
    def posts(self) -> list[tuple[str, str]]:
        """Return conversation and summary of each post."""
        return [(post.conversation_id, post.activity["summary"]) for post in self.teams.posts.values()]

    @property
    def newest_post(self) -> dict[str, Any]:
        return list(self.teams.posts.values())[-1].activity


@asynccontextmanager
async def open_bot(
    verifier: TokenVerifier, teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock
) -> AsyncGenerator[Bot]:
    """Start the bot on loopback with this verifier."""
    hosts, chat = ServiceHosts(["127.0.0.1"]), StubDispatcher()
    connector = Connector(
        session,
        create_token_source(teams, session, clock),
        hosts,
        Metrics(),
        clock=clock.now,
        timer=clock.timer,
        sleep=clock.sleep,
    )
    platform = TeamsPlatform(
        chat,
        verifier,
        connector,
        identity=BotIdentity(APP_ID, "https://kollega.example"),
        files=TeamsFiles(session, AllowedFileHosts(("127.0.0.1",))),
        clock=clock.now,
        timer=clock.timer,
        body_limit_s=1,
    )
    application = web.Application()
    application.add_routes(platform.routes())
    async with TestClient(TestServer(application)) as client:
        yield Bot(chat, teams, platform, client, clock)


def mention_entity(markup: str, person_id: str, name: str) -> dict[str, Any]:
    """Return a mention entity."""
    return {"type": "mention", "text": markup, "mentioned": {"id": person_id, "name": name}}


def buttons(rendered: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every button of a rendered card by its title."""
    found: dict[str, dict[str, Any]] = {}
    parts: list[Any] = [rendered.get("body"), rendered.get("actions")]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(cast("list[Any]", part))
        elif is_object(part) and part.get("type") == "Action.Execute":
            found[part["title"]] = part
        elif is_object(part):
            parts.extend(part.values())
    return found


def person_reference(bot: Bot) -> dict[str, Any]:
    """Return the stored reference of a person."""
    return {"serviceUrl": bot.teams.service_url, "tenant": TENANT_ID, "bot": BOT, "user": ANNA}


def channel_reference(bot: Bot) -> dict[str, Any]:
    """Return the stored reference of a channel."""
    return {"serviceUrl": bot.teams.service_url, "tenant": TENANT_ID, "bot": BOT}


def card_of(bot: Bot, sent: Sent) -> dict[str, Any]:
    """Return the posted card."""
    return bot.teams.posts[sent.message_id].activity["attachments"][0]["content"]


def roster_calls(bot: Bot) -> int:
    """Count the requests for members."""
    return sum(delivery.path.endswith("/pagedmembers") for delivery in bot.teams.deliveries)
