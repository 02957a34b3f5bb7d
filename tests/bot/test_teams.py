import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.incoming import Answer, Incoming, Kind, Mention, Placement
from bot.metrics import Metrics
from bot.platforms.base import Gone, RateLimited, Reader, Rejected, Sent, Target
from bot.platforms.teams import Own, TeamsPlatform
from bot.platforms.teams_auth import TokenVerifier
from bot.platforms.teams_cards import CARD, ERROR, NOTE
from bot.platforms.teams_connector import Connector
from bot.platforms.teams_door import BODY_LIMIT_BYTES, DEPTH_LIMIT, is_object
from bot.platforms.teams_files import Files
from bot.platforms.teams_hosts import FileHosts, ServiceHosts
from bot.platforms.teams_people import READERS_MAX, Remembered
from bot.platforms.teams_token import TokenSource
from cards.model import Card, Choice, ChoiceInput, Item, Items, Run, Subject, TextInput, verbatim
from services.file import OpenedFile
from services.people import Language, PlaceKind
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, Drop, FakeClock, FakeTeams, Slow
from tests.fakes.bot_connector import Answer as Refused

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
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
NO = Card(verbatim("No."))


@dataclass
class StandIn:
    """The bot behind the door: keeps what it hears, and answers what the test wants."""

    answer: Callable[[Incoming], Answer | None] = lambda _: None
    heard: list[Incoming] = field(default_factory=list[Incoming])
    noted: list[tuple[Incoming, Answer, Sent]] = field(default_factory=list[tuple[Incoming, Answer, Sent]])
    broken: bool = False

    async def receive(self, incoming: Incoming) -> Answer | None:
        self.heard.append(incoming)
        return self.answer(incoming)

    async def fetch(self, incoming: Incoming, file_id: str) -> OpenedFile | Answer | None:
        raise AssertionError((incoming, file_id))

    async def posted(self, incoming: Incoming, answer: Answer, sent: Sent) -> None:
        if self.broken:
            raise RuntimeError("anna@example.com is not to be told")
        self.noted.append((incoming, answer, sent))

    def says(self, card: Card, placement: Placement) -> None:
        self.answer = lambda _: Answer(card, placement, GERMAN)

    @property
    def last(self) -> Incoming:
        return self.heard[-1]


@dataclass
class Bot:
    """The platform with everything around it."""

    chat: StandIn
    teams: FakeTeams
    platform: TeamsPlatform
    client: TestClient[web.Request, web.Application]
    clock: FakeClock

    async def post(self, activity: Mapping[str, Any], *, aud: str = APP_ID) -> tuple[int, Any]:
        headers = {"Authorization": self.teams.authorization(aud=aud)}
        async with self.client.post("/api/messages", json=activity, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def raw(self, body: bytes, **headers: str) -> int:
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

    def menu(self, name: str, value: object, **fields: object) -> dict[str, Any]:
        """Something asked in a menu."""
        return self.activity(type="invoke", name=name, text=None, value=value) | fields

    @property
    def posts(self) -> list[tuple[str, str]]:
        """Where something was posted, and what its notification says."""
        return [(post.conversation_id, post.activity["summary"]) for post in self.teams.posts.values()]

    @property
    def newest(self) -> dict[str, Any]:
        return list(self.teams.posts.values())[-1].activity


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    """The bot on loopback, with Teams as it should be."""
    clock = FakeClock(START)
    async with FakeTeams(clock.now) as teams, aiohttp.ClientSession() as session:
        hosts = ServiceHosts(["127.0.0.1"])
        verifier = TokenVerifier(APP_ID, teams.openid_url, session, hosts, clock=clock.now, timer=clock.timer)
        login = {"app_id": APP_ID, "app_password": APP_PASSWORD, "tenant_id": TENANT_ID}
        token_source = TokenSource(session, teams.login_url, timer=clock.timer, **login)
        connector = Connector(
            session, token_source, hosts, Metrics(), clock=clock.now, timer=clock.timer, sleep=clock.sleep
        )
        chat = StandIn()
        platform = TeamsPlatform(
            chat,
            verifier,
            connector,
            own=Own(APP_ID, "https://kollega.example"),
            files=Files(session, FileHosts(("127.0.0.1",))),
            clock=clock.now,
            timer=clock.timer,
            body_limit_s=1,
        )
        application = web.Application()
        application.add_routes(platform.routes())
        teams.members[CHANNEL] = [{"id": ANNA, "aadObjectId": ANNA_AAD}, {"id": BEN, "objectId": BEN_AAD.upper()}]
        async with TestClient(TestServer(application)) as client:
            yield Bot(chat, teams, platform, client, clock)
        await verifier.close()


def mention(markup: str, person_id: str, name: str) -> dict[str, Any]:
    """Somebody named with @, as Teams adds it to the text."""
    return {"type": "mention", "text": markup, "mentioned": {"id": person_id, "name": name}}


def buttons(drawn: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every button of a drawn card by its title."""
    found: dict[str, dict[str, Any]] = {}
    parts: list[Any] = [drawn.get("body"), drawn.get("actions")]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(cast("list[Any]", part))
        elif is_object(part) and part.get("type") == "Action.Execute":
            found[part["title"]] = part
        elif is_object(part):
            parts.extend(part.values())
    return found


PICK = {"v": 1, "cmd": "lead.pick", "args": {"lead": "L-12"}}


# What comes in


async def test_a_message_in_a_channel_is_understood(bot: Bot) -> None:
    """Who, where and what: the tenant's id of the person, the channel without its thread, the text without the bot."""
    activity = bot.activity(
        text="<at>Kollega</at>&nbsp;pick\u00a0L-12 <br/>",
        entities=[
            mention("<at>Kollega</at>", BOT, "Kollega"),
            {"type": "clientInfo", "locale": "de-DE", "timezone": "Europe/Vienna"},
        ],
    )
    assert await bot.post(activity) == (200, None)
    heard = bot.chat.last
    assert (heard.platform, heard.tenant, heard.kind, heard.text) == ("teams", TENANT_ID, Kind.MESSAGE, "pick L-12")
    assert heard.interaction_id == f"{THREAD}|{activity['id']}"
    assert (heard.sender.platform_user_id, heard.sender.name) == (ANNA_AAD, "Anna Weiß")
    assert (heard.sender.language_hint, heard.sender.zone_hint) == ("de-DE", "Europe/Vienna")
    assert (heard.where.conversation_id, heard.where.kind, heard.where.name) == (CHANNEL, PlaceKind.CHANNEL, "Leads")
    place = {"serviceUrl": bot.teams.service_url, "tenant": TENANT_ID, "bot": BOT}
    assert heard.where.reference == place
    assert heard.sender.reference == {**place, "user": ANNA}


async def test_a_channel_looks_the_same_whoever_writes(bot: Bot) -> None:
    """What is kept of a channel names neither its writer nor the thread, so that reading there changes nothing."""
    await bot.post(bot.activity())
    await bot.post(bot.activity(sender={"id": BEN, "aadObjectId": BEN_AAD}) | {"conversation": {"id": CHANNEL}})
    first, second = bot.chat.heard
    assert first.where == second.where


@pytest.mark.parametrize(
    ("conversation", "data", "kind", "name"),
    [
        ({"id": "a:1", "conversationType": "personal"}, {}, PlaceKind.PERSONAL, ""),
        ({"id": "19:g", "conversationType": "groupChat", "name": "Runde"}, {}, PlaceKind.GROUP, "Runde"),
        ({"id": "19:t"}, {"team": {"id": "19:t", "name": "Sales"}}, PlaceKind.CHANNEL, "Sales"),
        ({"id": "19:c"}, {"team": {"id": "19:t", "name": "Sales"}}, PlaceKind.CHANNEL, ""),
        ({"id": "a:unheard-of", "conversationType": "hologram"}, {}, PlaceKind.GROUP, ""),
    ],
)
async def test_places_are_told_apart(
    bot: Bot, conversation: dict[str, Any], data: dict[str, Any], kind: PlaceKind, name: str
) -> None:
    """A place is public unless it is certainly personal, and has the name that people see."""
    tenant = {"tenant": {"id": TENANT_ID}}
    await bot.post(bot.activity(conversation=conversation, channelData={**tenant, **data}))
    assert (bot.chat.last.where.kind, bot.chat.last.where.name) == (kind, name)


NAMELESS = {"tenant": {"id": TENANT_ID}, "channel": {"id": CHANNEL}, "team": {"id": "19:team"}}
TEAM = {"name": "Solarhaus GmbH", "channels": [{"id": "19:team", "name": None}, {"id": CHANNEL, "name": "Vertrieb"}]}


async def test_the_name_of_a_channel_is_asked_for_once(bot: Bot) -> None:
    """Where Teams does not say what a channel is called, the bot asks, and remembers it for a day."""
    bot.teams.teams["19:team"] = TEAM
    for _ in range(2):
        await bot.post(bot.activity(channelData=NAMELESS))
    assert [heard.where.name for heard in bot.chat.heard] == ["Vertrieb", "Vertrieb"]
    assert [call.path for call in bot.teams.deliveries].count("/amer/v3/teams/19:team/conversations") == 1
    bot.teams.teams["19:team"] = {"name": "", "channels": [{"id": CHANNEL, "name": "Innendienst"}]}
    bot.clock.advance(25 * 3600)
    await bot.post(bot.activity(channelData=NAMELESS))
    assert bot.chat.last.where.name == "Innendienst"


async def test_the_first_channel_is_known_by_its_team(bot: Bot) -> None:
    """The channel that every team has bears the team's name."""
    bot.teams.teams["19:team"] = TEAM
    await bot.post(bot.activity(channelData=NAMELESS, conversation={"id": "19:team", "conversationType": "channel"}))
    assert bot.chat.last.where.name == "Solarhaus GmbH"


async def test_a_name_that_cannot_be_had_keeps_nobody_waiting(bot: Bot) -> None:
    """Teams does not tell: the message is heard all the same, and for a while nobody asks again."""
    for _ in range(2):
        assert await bot.post(bot.activity(channelData=NAMELESS)) == (200, None)
    assert [heard.where.name for heard in bot.chat.heard] == ["", ""]
    assert [call.path for call in bot.teams.deliveries].count("/amer/v3/teams/19:team/conversations") == 1


async def test_a_click_does_not_ask_for_names(bot: Bot) -> None:
    """Whoever clicks waits for the answer, and the place is known by then."""
    bot.teams.teams["19:team"] = TEAM
    await bot.post(bot.click(PICK) | {"channelData": NAMELESS})
    assert bot.chat.last.where.name == ""
    assert bot.teams.deliveries == []


async def test_the_tenant_is_found_in_either_place(bot: Bot) -> None:
    """The tenant stands in the channel data, or else in the conversation; without any there is nobody to act."""
    await bot.post(bot.activity(channelData=None))
    assert bot.chat.last.tenant == TENANT_ID
    assert await bot.post(bot.activity(channelData={}, conversation={"id": CHANNEL})) == (400, {"error": "malformed"})


async def test_people_without_a_tenant_are_known_by_the_bots_own_id(bot: Bot) -> None:
    """Who has no account in a tenant is known by Teams' id; an account counts the same in any case of its letters."""
    await bot.post(bot.activity(sender={"id": "29:guest"}))
    await bot.post(bot.activity(sender={"id": ANNA, "aadObjectId": ANNA_AAD.upper()}))
    assert [heard.sender.platform_user_id for heard in bot.chat.heard] == ["29:guest", ANNA_AAD]


async def test_mentioned_people_become_one_word(bot: Bot) -> None:
    """A colleague who is named with @ arrives under the same identity under which he himself writes."""
    activity = bot.activity(
        text="<at>Kollega</at> share L-1 <at>Ben Kaya</at> <at>Anna</at>",
        entities=[
            mention("<at>Kollega</at>", BOT, "Kollega"),
            mention("<at>Ben Kaya</at>", BEN, "Ben Kaya"),
            mention("<at>Anna</at>", ANNA, "Anna"),
        ],
    )
    await bot.post(activity)
    assert bot.chat.last.text == f"share L-1 @{BEN_AAD} @{ANNA_AAD}"
    assert bot.chat.last.mentions == (Mention(BEN_AAD, "Ben Kaya"), Mention(ANNA_AAD, "Anna"))


async def test_a_mention_is_looked_up_once(bot: Bot) -> None:
    """Teams is asked for a mentioned person once a day, and never for somebody who writes himself."""
    activity = bot.activity(text="x <at>Ben</at>", entities=[mention("<at>Ben</at>", BEN, "Ben")])
    await bot.post(activity)
    await bot.post(activity | {"id": "again"})
    asked = [delivery.path for delivery in bot.teams.deliveries]
    assert len(asked) == 1
    bot.clock.advance(25 * 3600)
    await bot.post(activity | {"id": "tomorrow"})
    assert len(bot.teams.deliveries) == 2
    bot.clock.advance(25 * 3600)
    await bot.post(bot.activity(sender={"id": BEN, "aadObjectId": BEN_AAD}))
    await bot.post(activity | {"id": "later"})
    assert len(bot.teams.deliveries) == 2
    assert bot.chat.last.text == f"x @{BEN_AAD}"


async def test_a_mention_that_cannot_be_looked_up_keeps_its_name(bot: Bot) -> None:
    """While Teams does not say who is meant, the name is handed on, and Teams is left alone for a minute."""
    bot.teams.plan.append(Refused(404))
    activity = bot.activity(text="x <at>Eva Lang</at>", entities=[mention("<at>Eva Lang</at>", "29:eva", "Eva Lang")])
    for number in range(3):
        await bot.post(activity | {"id": f"in-{number}"})
    assert bot.chat.last.mentions == (Mention("29:eva", "Eva Lang"),)
    assert bot.chat.last.text == "x @29:eva"
    assert len(bot.teams.deliveries) == 1


async def test_only_a_few_mentions_are_looked_up(bot: Bot) -> None:
    """A message that names fifty people does not make fifty calls."""
    entities = [mention(f"<at>P{n}</at>", f"29:p{n}", f"P{n}") for n in range(60)]
    await bot.post(bot.activity(text=" ".join(one["text"] for one in entities), entities=entities))
    assert len(bot.teams.deliveries) == 5
    assert len(bot.chat.last.mentions) == 50


async def test_mentions_are_looked_up_together(bot: Bot) -> None:
    """However many are named, the message waits for the slowest answer and not for their sum."""
    bot.teams.plan.extend([Slow(0.5)] * 5)
    entities = [mention(f"<at>P{n}</at>", f"29:p{n}", f"P{n}") for n in range(5)]
    started = time.monotonic()
    await bot.post(bot.activity(text=" ".join(one["text"] for one in entities), entities=entities))
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p>leads</p>", "leads"),
        ("note L-1 a &lt;b&gt; &amp; c", "note L-1 a <b> & c"),
        ("note L-1 3 < 4 > 2", "note L-1 3 < 4 > 2"),
        ("note L-1 one<br>two", "note L-1 one\ntwo"),
        ("\u200bleads\ufeff", "leads"),
        ("  leads   mine ", "leads mine"),
        ("note L-1 👩\u200d👧", "note L-1 👩\u200d👧"),
        ("", "help"),
        ("<at>Unknown</at> leads", "Unknown leads"),
    ],
)
async def test_texts_arrive_as_people_meant_them(bot: Bot, text: str, wanted: str) -> None:
    """Markup, hard blanks and unseen characters of the client are gone; what people wrote is there."""
    await bot.post(bot.activity(text=text))
    assert bot.chat.last.text == wanted


async def test_a_mention_written_in_two_steps_is_one(bot: Bot) -> None:
    """Teams splits a shortened name into two mentions of the same person."""
    entities = [mention("<at>Anna</at>", ANNA, "Anna"), mention("<at>Weiß</at>", ANNA, "Weiß")]
    await bot.post(bot.activity(text="role <at>Anna</at> <at>Weiß</at> admin", entities=entities))
    assert bot.chat.last.text == f"role @{ANNA_AAD} admin"


async def test_a_channel_that_is_mentioned_is_just_a_name(bot: Bot) -> None:
    """Channels, teams and tags are no people."""
    await bot.post(
        bot.activity(text="share L-1 <at>Leads</at>", entities=[mention("<at>Leads</at>", CHANNEL, "Leads")])
    )
    assert (bot.chat.last.text, bot.chat.last.mentions) == ("share L-1 Leads", ())


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "messageUpdate", "event", "endOfConversation", "x" * 99])
async def test_other_activities_are_ignored(bot: Bot, kind: str) -> None:
    """What the bot has no use for is accepted and forgotten."""
    assert await bot.post(bot.activity(type=kind)) == (200, None)
    assert bot.chat.heard == []


async def test_bots_are_not_answered(bot: Bot) -> None:
    """Two bots in a channel do not talk to each other for ever."""
    await bot.post(bot.activity(sender={"id": "28:other", "name": "Echo"}))
    await bot.post(bot.activity(sender={"id": BOT}))
    assert bot.chat.heard == []


# Clicks


async def test_a_click_is_understood(bot: Bot) -> None:
    """A click carries its command, its arguments and what was filled in beside them."""
    data = {**PICK, "text": "Hallo", "amount": "5", "sure": "true", "msteams": {}, "back": {"cmd": "lead.show"}}
    activity = bot.click(data)
    await bot.post(activity)
    heard = bot.chat.last
    assert (heard.kind, heard.command, heard.message_id) == (Kind.CLICK, "lead.pick", "card-1")
    assert heard.args == {"lead": "L-12", "text": "Hallo", "amount": "5", "sure": "true"}
    assert heard.interaction_id == f"{THREAD}|{activity['id']}"


async def test_several_choices_arrive_as_several(bot: Bot) -> None:
    """What the client joins with commas is taken apart again, for the inputs of which the card says so."""
    bot.chat.says(FORM, Placement.REPLACE)
    _, body = await bot.post(bot.click(PICK))
    drawn = buttons(body["value"])
    assert drawn["Cancel"]["data"] == {"v": 1, "cmd": "cancel", "args": {}}
    for data in (drawn["Save"]["data"], drawn["Save"]["fallback"]["data"]):
        await bot.post(bot.click({**data, "text": "a,b", "tags": "a,b"}))
        assert bot.chat.last.args == {"lead": "L-12", "text": "a,b", "tags": ["a", "b"]}


@pytest.mark.parametrize(("trigger", "verb"), [("automatic", "lead.show"), ("manual", "refresh")])
async def test_a_view_is_asked_for(bot: Bot, trigger: str, verb: str) -> None:
    """A client that asks for a reader's view, on its own or on demand, gets it and changes nothing."""
    bot.chat.says(LEAD, Placement.REPLACE)
    _, body = await bot.post(bot.click({"v": 1, "cmd": "lead.show", "args": {}}, trigger=trigger, verb=verb))
    assert bot.chat.last.kind is Kind.REFRESH
    assert (body["statusCode"], body["type"]) == (200, CARD)
    assert body["value"]["refresh"]["userIds"] == [ANNA]
    assert body["value"]["refresh"]["action"]["verb"] == "refresh"


@pytest.mark.parametrize("placement", list(Placement))
async def test_a_view_is_never_posted(bot: Bot, placement: Placement) -> None:
    """Whatever the command says, a reader's view stands in the place of the card."""
    bot.chat.says(LEAD, placement)
    _, body = await bot.post(bot.click(PICK, trigger="automatic"))
    assert (body["type"], bot.posts) == (CARD, [])


async def test_no_view_leaves_the_card_alone(bot: Bot) -> None:
    """Where there is no own view the card stays, without a word."""
    assert await bot.post(bot.click(PICK, trigger="automatic")) == (
        200,
        {"statusCode": 200, "type": NOTE, "value": ""},
    )


async def test_a_click_without_an_effect_says_so(bot: Bot) -> None:
    """A click that leads to nothing is answered in words."""
    _, body = await bot.post(bot.click(PICK))
    assert (body["statusCode"], body["type"]) == (200, NOTE)
    assert "nichts geändert" in body["value"]


async def test_the_answer_replaces_the_card_for_this_person(bot: Bot) -> None:
    """A click is answered in its own response, and nothing is posted."""
    bot.chat.says(LEAD, Placement.REPLACE)
    _, body = await bot.post(bot.click(PICK))
    assert "Lead L-12" in json.dumps(body["value"])
    assert body["value"]["refresh"]["userIds"] == [ANNA]
    assert (bot.posts, bot.chat.noted) == ([], [])


async def test_a_private_answer_leads_back(bot: Bot) -> None:
    """What stands in place of a card for one person can bring the card back, through any number of steps."""
    bot.chat.says(LEAD, Placement.REPLACE)
    _, shown = await bot.post(bot.click(PICK))
    for title in ("Pick", "Pick row"):
        pressed = buttons(shown["value"])[title]
        assert pressed["data"]["back"] == {"cmd": "lead.show", "args": {"lead": "L-12"}}
        assert "back" not in pressed["fallback"]["data"]
    bot.chat.says(FORM, Placement.PRIVATE)
    _, form = await bot.post(bot.click(buttons(shown["value"])["Pick"]["data"]))
    bot.chat.says(NO, Placement.PRIVATE)
    _, refused = await bot.post(bot.click(buttons(form["value"])["Save"]["data"]))
    back = buttons(refused["value"])["Zurück"]
    bot.chat.says(LEAD, Placement.REPLACE)
    _, again = await bot.post(bot.click(back["data"], verb=back["verb"]))
    assert (bot.chat.last.command, bot.chat.last.args) == ("lead.show", {"lead": "L-12"})
    assert buttons(again["value"]).keys() == buttons(shown["value"]).keys()


async def test_cancelling_brings_the_card_back(bot: Bot) -> None:
    """Who cancels what stands in place of a card sees the card again."""
    bot.chat.says(FORM, Placement.PRIVATE)
    _, form = await bot.post(bot.click({**PICK, "back": {"cmd": "lead.show", "args": {"lead": "L-12"}}}))
    await bot.post(bot.click(buttons(form["value"])["Cancel"]["data"]))
    assert (bot.chat.last.kind, bot.chat.last.command, bot.chat.last.args) == (
        Kind.REFRESH,
        "lead.show",
        {"lead": "L-12"},
    )


async def test_one_way_back_is_enough(bot: Bot) -> None:
    """A card that has a way back of its own, or is the card itself, gets no second one."""
    own = Card(verbatim("Details"), actions=(Run(verbatim("Hide"), "lead.show", {"lead": "L-12"}),))
    for card in (own, LEAD):
        bot.chat.says(card, Placement.PRIVATE)
        _, body = await bot.post(bot.click({**PICK, "back": {"cmd": "lead.show", "args": {"lead": "L-12"}}}))
        assert "Zurück" not in buttons(body["value"])


@pytest.mark.parametrize(
    "back", [1, "x", {"cmd": 1}, {"cmd": ""}, {"cmd": "x" * 101}, {"cmd": "x", "args": {"a": "y" * 1000}}, {}]
)
async def test_a_way_back_that_is_none_is_ignored(bot: Bot, back: object) -> None:
    """Nobody can make the bot carry anything else along."""
    bot.chat.says(NO, Placement.PRIVATE)
    _, body = await bot.post(bot.click({**PICK, "back": back}))
    assert buttons(body["value"]) == {}


async def test_a_card_with_very_many_buttons_still_fits(bot: Bot) -> None:
    """The way back is left out where it would make the card larger than Teams takes."""
    rows = tuple(
        Item(verbatim(f"Row {n}"), actions=(Run(verbatim(f"Pick {n}"), "lead.pick", {"lead": f"L-{n}"}),))
        for n in range(36)
    )
    long = Run(verbatim(""), "lead.list", {"filter": "x" * 200})
    bot.chat.says(Card(verbatim("Leads"), (Items(rows),), refresh=long), Placement.REPLACE)
    _, body = await bot.post(bot.click(PICK))
    assert len(json.dumps(body["value"])) <= 27_000
    assert all("back" not in one.get("data", {}) for one in buttons(body["value"]).values())


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "lead.pick",
        {"v": 2, "cmd": "lead.pick", "args": {}},
        {"v": "1", "cmd": "lead.pick"},
        {"cmd": "lead.pick", "args": {}},
        {"v": 1},
        {"v": 1, "cmd": 7},
        {"v": 1, "cmd": ""},
        {"v": 1, "cmd": "x" * 101},
        {"v": 1, "cmd": "x", "args": []},
        {"v": 1, "cmd": "x", "args": {f"a{n}": n for n in range(101)}},
        {"v": 1, "cmd": "x", **{f"a{n}": n for n in range(101)}},
        {"v": 1, "cmd": "x", "many": [1]},
    ],
)
async def test_a_button_of_another_time_is_explained(bot: Bot, data: object) -> None:
    """A button that the bot does not understand is answered with words and a way on, whichever way it came."""
    _, body = await bot.post(bot.click(data))
    assert "älteren Karte" in json.dumps(body["value"], ensure_ascii=False)
    assert "help" in {one["verb"] for one in buttons(body["value"]).values()}
    if is_object(data):
        await bot.post(bot.activity(kind=PlaceKind.PERSONAL, text=None, value=data))
        assert "älteren Karte" in bot.newest["summary"]
    assert bot.chat.heard == []


@pytest.mark.parametrize("value", [None, 1, [], {}, {"action": None}, {"action": "x"}])
async def test_a_click_that_makes_no_sense_is_malformed(bot: Bot, value: object) -> None:
    """A click without an action is no click."""
    status, _ = await bot.post(bot.activity(type="invoke", name="adaptiveCard/action", value=value))
    assert status == 400


@pytest.mark.parametrize("name", ["message/submitAction", "task/fetch", "composeExtension/selectItem", None])
async def test_unknown_questions_are_answered_as_unknown(bot: Bot, name: str | None) -> None:
    """What a client asks that the bot does not do is refused in the protocol's own words."""
    status, body = await bot.post(bot.activity(type="invoke", name=name, value={}))
    assert (status, body["statusCode"], body["type"]) == (200, 501, ERROR)


async def test_a_click_may_be_answered_with_a_message(bot: Bot) -> None:
    """An answer for everybody is posted beside the card, in its thread, and the click is told so."""
    bot.chat.says(LEAD, Placement.NEW)
    _, body = await bot.post(bot.click(PICK))
    assert (body["type"], body["value"]) == (NOTE, "Meine Antwort steht hier als neue Nachricht.")
    assert bot.posts == [(THREAD, "Lead L-12")]
    [(incoming, _, sent)] = bot.chat.noted
    assert (incoming.command, sent.conversation_id, sent.reference["thread"]) == ("lead.pick", CHANNEL, THREAD)


async def test_a_click_whose_message_is_refused_says_so(bot: Bot) -> None:
    """When Teams does not take the message, the click is answered in words all the same."""
    bot.chat.says(LEAD, Placement.NEW)
    bot.teams.plan.extend([Slow(0), Refused(400)])
    _, body = await bot.post(bot.click(PICK))
    assert "nicht zustellen" in body["value"]


# Clicks of clients that know only Action.Submit


async def test_a_text_with_foreign_data_is_a_text(bot: Bot) -> None:
    """Data that other cards attach to a text is nobody's click."""
    await bot.post(bot.activity(text="leads", value={"x": 1}))
    assert (bot.chat.last.kind, bot.chat.last.text) == (Kind.MESSAGE, "leads")


async def test_a_submitted_click_changes_the_card_in_a_chat(bot: Bot) -> None:
    """A client that sends a click as a message sees the card replaced, where nobody else reads it."""
    sent = await bot.platform.send(Target(TENANT_ID, "a:anna", reference=direct(bot)), LEAD, GERMAN, key="k")
    bot.chat.says(NO, Placement.REPLACE)
    activity = bot.activity(kind=PlaceKind.PERSONAL, text=None, value=PICK, replyToId=sent.message_id)
    assert await bot.post(activity) == (200, None)
    assert (bot.chat.last.kind, bot.chat.last.message_id) == (Kind.CLICK, sent.message_id)
    assert bot.posts == [("a:anna", "No.")]


@pytest.mark.parametrize("placement", [Placement.PRIVATE, Placement.REPLACE])
async def test_a_submitted_click_in_a_channel_is_answered_to_the_person(bot: Bot, placement: Placement) -> None:
    """One person's view never becomes everybody's."""
    bot.chat.says(NO, placement)
    await bot.post(bot.activity(text=None, value=PICK, replyToId="card-1"))
    assert bot.posts == [(f"a:{ANNA}", "No.")]


# Where answers go


async def test_an_answer_for_all_is_posted_in_the_thread(bot: Bot) -> None:
    """A public answer stands under the question, with a view of their own for the first readers, the asker in front."""
    bot.teams.members[CHANNEL].reverse()
    bot.chat.says(LEAD, Placement.NEW)
    activity = bot.activity()
    await bot.post(activity)
    [post] = bot.teams.posts.values()
    assert (post.conversation_id, post.reply_to) == (THREAD, activity["id"])
    [attachment] = post.activity["attachments"]
    assert attachment["contentType"] == CARD
    assert attachment["content"]["refresh"]["userIds"] == [ANNA, BEN]
    assert post.activity["summary"] == "Lead L-12"
    [(incoming, answer, sent)] = bot.chat.noted
    assert (incoming, answer.card) == (bot.chat.last, LEAD)
    assert sent == Sent(CHANNEL, post.activity_id, {**incoming.where.reference, "thread": THREAD})


async def test_a_private_answer_to_a_typed_word_goes_to_the_persons_chat(bot: Bot) -> None:
    """In a channel nobody else reads a refusal: it comes in the direct chat, which is opened once."""
    bot.chat.says(NO, Placement.PRIVATE)
    await bot.post(bot.activity())
    await bot.post(bot.activity())
    assert bot.posts == [(f"a:{ANNA}", "No.")] * 2
    [opened] = [delivery for delivery in bot.teams.deliveries if delivery.path.endswith("/conversations")]
    assert opened.body == {
        "bot": {"id": BOT},
        "members": [{"id": ANNA}],
        "tenantId": TENANT_ID,
        "channelData": {"tenant": {"id": TENANT_ID}},
        "isGroup": False,
    }
    assert bot.chat.noted == []


async def test_a_chat_that_is_gone_is_opened_anew(bot: Bot) -> None:
    """Who took the bot away and back again is found in the new chat."""
    target = Target(TENANT_ID, user_id=ANNA_AAD, reference=direct(bot))
    await bot.platform.send(target, NO, GERMAN, key="1")
    bot.teams.plan.append(Refused(403))
    with pytest.raises(Gone):
        await bot.platform.send(target, NO, GERMAN, key="2")
    await bot.platform.send(target, NO, GERMAN, key="3")
    assert sum(delivery.path.endswith("/conversations") for delivery in bot.teams.deliveries) == 2


async def test_a_private_answer_without_a_chat_is_not_told_to_all(bot: Bot) -> None:
    """Where the person cannot be written to, the channel reads only that."""
    bot.teams.plan.append(Refused(403))
    bot.chat.says(NO, Placement.PRIVATE)
    await bot.post(bot.activity())
    assert [place for place, _ in bot.posts] == [THREAD]
    assert "No." not in json.dumps(bot.newest)
    assert "nicht direkt schreiben" in bot.newest["summary"]


async def test_in_a_chat_of_two_every_answer_is_a_message(bot: Bot) -> None:
    """In a direct chat an answer is the next message, whatever its place elsewhere."""
    for placement in Placement:
        bot.chat.says(LEAD, placement)
        await bot.post(bot.activity(kind=PlaceKind.PERSONAL))
    assert [place for place, _ in bot.posts] == ["a:anna"] * 3
    assert [sent.conversation_id for _, _, sent in bot.chat.noted] == ["a:anna"]
    assert bot.newest["attachments"][0]["content"]["refresh"]["userIds"] == [ANNA]


async def test_a_repeated_message_is_answered_once(bot: Bot) -> None:
    """Teams repeats what it believes unanswered: the person still reads one answer."""
    activities = [bot.activity(), bot.activity(), bot.activity(kind=PlaceKind.PERSONAL)]
    for activity, placement in zip(activities, (Placement.NEW, Placement.PRIVATE, Placement.NEW), strict=True):
        bot.chat.says(NO, placement)
        await asyncio.gather(*(bot.post(activity) for _ in range(3)))
    assert sorted(place for place, _ in bot.posts) == sorted([THREAD, f"a:{ANNA}", "a:anna"])


@pytest.mark.parametrize(
    ("failure", "copies"), [(Refused(400), 1), (Drop(accepted=True), 1), (Drop(accepted=False), 0)]
)
async def test_an_answer_that_was_not_taken_may_be_repeated(bot: Bot, failure: Refused | Drop, copies: int) -> None:
    """A repetition posts what was certainly not posted, and never what perhaps was."""
    bot.chat.says(NO, Placement.NEW)
    bot.teams.plan.append(failure)
    activity = bot.activity(kind=PlaceKind.PERSONAL)
    assert await bot.post(activity) == (200, None)
    assert await bot.post(activity) == (200, None)
    assert len(bot.posts) == copies


async def test_a_post_that_cannot_be_noted_is_not_posted_again(bot: Bot) -> None:
    """The answer stands; that it will not follow its subject is written in the log, without a name."""
    bot.chat.says(LEAD, Placement.NEW)
    bot.chat.broken = True
    with capture_logs() as logs:
        assert await bot.post(bot.activity()) == (200, None)
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["teams_post_not_noted"]
    assert len(bot.posts) == 1


# Coming and going


def installation(bot: Bot, action: str) -> dict[str, Any]:
    """The bot is added or removed."""
    return bot.activity(type="installationUpdate", action=action, text=None)


async def test_the_bot_comes_and_goes(bot: Bot) -> None:
    """Being added is an event with a welcome for all; being removed is one without."""
    bot.chat.answer = lambda heard: Answer(LEAD, Placement.NEW, GERMAN) if heard.kind is Kind.INSTALLED else None
    await bot.post(installation(bot, "add"))
    await bot.post(installation(bot, "remove"))
    assert [heard.kind for heard in bot.chat.heard] == [Kind.INSTALLED, Kind.REMOVED]
    assert bot.chat.last.where.conversation_id == CHANNEL
    [post] = bot.teams.posts.values()
    assert (post.activity["summary"], post.reply_to) == ("Lead L-12", None)


async def test_one_installation_is_told_twice_and_welcomed_once(bot: Bot) -> None:
    """Teams tells an installation in two ways; the second changes nothing, a later one after a removal does."""
    bot.chat.says(LEAD, Placement.NEW)
    twice = [
        installation(bot, "add"),
        bot.activity(type="conversationUpdate", text=None, membersAdded=[{"id": "29:x"}, {"id": BOT}]),
    ]
    await asyncio.gather(*map(bot.post, twice))
    assert (len(bot.chat.heard), len(bot.posts)) == (2, 1)
    bot.chat.answer = lambda _: None
    await bot.post(bot.activity(type="conversationUpdate", text=None, membersRemoved=[{"id": BOT}]))
    bot.chat.says(LEAD, Placement.NEW)
    await bot.post(installation(bot, "add"))
    kinds = [Kind.INSTALLED, Kind.INSTALLED, Kind.REMOVED, Kind.INSTALLED]
    assert [heard.kind for heard in bot.chat.heard] == kinds
    assert len({heard.interaction_id for heard in bot.chat.heard}) == 4
    assert len(bot.posts) == 2


async def test_a_welcome_that_was_not_taken_is_repeated(bot: Bot) -> None:
    """The second way of telling an installation makes up for a welcome that Teams refused."""
    bot.chat.says(NO, Placement.NEW)
    bot.teams.plan.extend([Slow(0), Refused(400)])
    await bot.post(installation(bot, "add"))
    await bot.post(installation(bot, "add"))
    assert len(bot.posts) == 1


async def test_an_event_needs_no_id(bot: Bot) -> None:
    """An event without an id is told apart by its time."""
    for minute in (1, 1, 2):
        await bot.post(installation(bot, "add") | {"id": None, "timestamp": f"2026-03-02T09:0{minute}:00Z"})
    assert len({heard.interaction_id for heard in bot.chat.heard}) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "installationUpdate", "action": "add-upgrade"},
        {"type": "installationUpdate"},
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:eva"}]},
        {"type": "conversationUpdate", "membersRemoved": [{"id": "29:eva"}]},
        {"type": "conversationUpdate"},
    ],
)
async def test_people_who_come_and_go_are_no_news(bot: Bot, fields: dict[str, Any]) -> None:
    """Upgrades of the app and changes among people concern nobody."""
    assert await bot.post(bot.activity(**fields)) == (200, None)
    assert bot.chat.heard == []


# Unasked


def direct(bot: Bot) -> dict[str, Any]:
    """What is kept of a person."""
    return {"serviceUrl": bot.teams.service_url, "tenant": TENANT_ID, "bot": BOT, "user": ANNA}


def channel(bot: Bot) -> dict[str, Any]:
    """What is kept of a channel."""
    return {"serviceUrl": bot.teams.service_url, "tenant": TENANT_ID, "bot": BOT}


async def test_the_bot_writes_unasked(bot: Bot) -> None:
    """A card is posted in a channel, in a known chat, and to a person with whom there is no chat yet."""
    targets = [
        Target(TENANT_ID, CHANNEL, reference=channel(bot)),
        Target(TENANT_ID, "a:anna", ANNA_AAD, direct(bot)),
        Target(TENANT_ID, user_id=ANNA_AAD, reference=direct(bot)),
        Target(TENANT_ID, user_id=BEN_AAD, reference=channel(bot)),
    ]
    sent = [await bot.platform.send(target, LEAD, GERMAN, key=f"k{n}") for n, target in enumerate(targets)]
    places = [CHANNEL, "a:anna", f"a:{ANNA}", f"a:{BEN_AAD}"]
    assert [one.conversation_id for one in sent] == places
    assert [bot.teams.posts[one.message_id].conversation_id for one in sent] == places
    assert [one.reference for one in sent] == [target.reference for target in targets]
    assert card_of(bot, sent[0])["refresh"]["userIds"] == [ANNA, BEN]
    assert card_of(bot, sent[1])["refresh"]["userIds"] == [ANNA]


def card_of(bot: Bot, sent: Sent) -> dict[str, Any]:
    """The card as it stands in Teams."""
    return bot.teams.posts[sent.message_id].activity["attachments"][0]["content"]


async def test_a_posted_card_is_changed_for_everybody(bot: Bot) -> None:
    """A card is replaced where it stands, in its thread too."""
    bot.chat.says(LEAD, Placement.NEW)
    await bot.post(bot.activity())
    [(_, _, sent)] = bot.chat.noted
    target = Target(TENANT_ID, sent.conversation_id, reference=sent.reference)
    await bot.platform.update(target, sent.message_id, NO, GERMAN)
    assert bot.newest["summary"] == "No."
    assert bot.teams.deliveries[-1].path.endswith(f"{THREAD}/activities/{sent.message_id}")


async def test_readers_are_asked_for_once_and_bounded(bot: Bot) -> None:
    """The first sixty readers have a view of their own; Teams is asked for them every few minutes at most."""
    bot.teams.members[CHANNEL] = [{"id": f"29:p{n}"} for n in range(500)]
    target = Target(TENANT_ID, CHANNEL, reference=channel(bot))
    sent = await asyncio.gather(*(bot.platform.send(target, LEAD, GERMAN, key=str(n)) for n in range(5)))
    assert {len(card_of(bot, one)["refresh"]["userIds"]) for one in sent} == {READERS_MAX}
    assert roster_calls(bot) == 1
    bot.clock.advance(601)
    await bot.platform.send(target, LEAD, GERMAN, key="later")
    assert roster_calls(bot) == 2
    await bot.post(bot.activity(type="conversationUpdate", membersAdded=[{"id": "29:eva"}]))
    await bot.platform.send(target, LEAD, GERMAN, key="changed")
    assert roster_calls(bot) == 3


def roster_calls(bot: Bot) -> int:
    """How often Teams was asked who reads."""
    return sum(delivery.path.endswith("/pagedmembers") for delivery in bot.teams.deliveries)


async def test_nobody_asks_who_reads_what_all_see_alike(bot: Bot) -> None:
    """A card without views is posted without a question."""
    await bot.platform.send(Target(TENANT_ID, CHANNEL, reference=channel(bot)), NO, GERMAN, key="k")
    assert roster_calls(bot) == 0


async def test_a_person_without_an_account_stays_himself(bot: Bot) -> None:
    """Teams' own id of a guest is kept letter by letter, whoever names him."""
    bot.teams.members[CHANNEL].append({"id": "29:Guest"})
    activity = bot.activity(text="x <at>G</at>", entities=[mention("<at>G</at>", "29:Guest", "G")])
    await bot.post(activity)
    assert bot.chat.last.text == "x @29:Guest"


async def test_without_readers_the_card_is_the_same_for_all(bot: Bot) -> None:
    """When Teams does not say who reads, the card is posted without views, and Teams is left alone for a minute."""
    bot.teams.plan.append(Refused(404))
    target = Target(TENANT_ID, CHANNEL, reference=channel(bot))
    sent = [await bot.platform.send(target, LEAD, GERMAN, key=str(n)) for n in range(2)]
    assert ["refresh" in card_of(bot, one) for one in sent] == [False, False]
    assert roster_calls(bot) == 1


@pytest.mark.parametrize(
    ("failure", "raised"),
    [(Refused(403), Gone), (Refused(400), Rejected), (Refused(429, {"Retry-After": "99"}), RateLimited)],
)
async def test_failures_reach_whoever_sends(bot: Bot, failure: Refused, raised: type[Exception]) -> None:
    """What Teams refuses is told to the one who wanted to send it."""
    bot.teams.plan.append(failure)
    with pytest.raises(raised):
        await bot.platform.send(Target(TENANT_ID, "a:anna", reference=direct(bot)), LEAD, GERMAN, key="k")


async def test_a_reference_without_an_address_is_rejected(bot: Bot) -> None:
    """Nobody is written to without knowing where Teams is."""
    with pytest.raises(Rejected):
        await bot.platform.send(Target(TENANT_ID, CHANNEL), LEAD, GERMAN, key="k")


def test_what_is_remembered_has_a_limit() -> None:
    """The oldest makes room, and nothing is true for ever."""
    now = [0.0]
    memory: Remembered[int, str] = Remembered(lambda: now[0], limit=2)
    for number in range(3):
        memory.put(number, "x", 10)
    assert [memory.get(number) for number in range(3)] == [None, "x", "x"]
    now[0] = 10
    assert memory.get(2) is None


# The door


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"a":NaN}',
        b"[" * 5000 + b"]" * 5000,
        b'{"serviceUrl":' + b"[" * 100_000,
    ],
)
async def test_what_is_no_activity_is_malformed(bot: Bot, body: bytes) -> None:
    """Whatever is no JSON object is turned away with 400."""
    assert await bot.raw(body) == 400


async def test_deep_and_unkeepable_activities_are_malformed(bot: Bot) -> None:
    """An activity that nests beyond the limit, or holds the character that no database keeps, is turned away."""
    deep: dict[str, Any] = {}
    for _ in range(DEPTH_LIMIT + 1):
        deep = {"x": deep}
    assert (await bot.post(bot.activity(value=deep)))[0] == 400
    assert (await bot.post(bot.activity(text="a\0b")))[0] == 400
    assert (await bot.post(bot.click({**PICK, "te\0xt": "x"})))[0] == 400
    assert bot.chat.heard == []


async def test_large_bodies_are_turned_away(bot: Bot) -> None:
    """Beyond the limit nothing is read, whether the length is announced or not."""
    body = json.dumps(bot.activity(text="x" * BODY_LIMIT_BYTES)).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    assert await bot.raw(body) == 413
    headers = {"Content-Type": "application/json", "Authorization": bot.teams.authorization()}
    async with bot.client.post("/api/messages", data=pieces(), headers=headers) as response:
        assert response.status == 413


async def test_other_requests_are_turned_away(bot: Bot) -> None:
    """Only JSON is read, and only by POST."""
    body = json.dumps(bot.activity()).encode()
    assert await bot.raw(body, **{"Content-Type": "text/plain"}) == 415
    async with bot.client.get("/api/messages") as response:
        assert response.status == 405


async def test_a_body_that_does_not_come_is_not_waited_for(bot: Bot) -> None:
    """A client that stops in the middle of its request is sent away."""

    async def trickle() -> AsyncIterator[bytes]:
        yield b'{"type":'
        await asyncio.sleep(30)

    headers = {"Content-Type": "application/json"}
    started = time.monotonic()
    async with bot.client.post("/api/messages", data=trickle(), headers=headers) as response:
        assert response.status == 408
    assert time.monotonic() - started < 5


async def test_nothing_unproven_is_heard(bot: Bot) -> None:
    """Without a token 401, for another service 403; the bot hears of neither."""
    activity = bot.activity()
    async with bot.client.post("/api/messages", json=activity) as response:
        assert (response.status, await response.json()) == (401, {"error": "unauthenticated"})
    assert (await bot.post(activity, aud="another-bot"))[0] == 401
    assert (await bot.post(activity | {"serviceUrl": "https://smba.trafficmanager.net/emea/"}))[0] == 403
    assert (await bot.post(activity | {"channelId": "emulator"}))[0] == 403
    assert (bot.chat.heard, bot.teams.deliveries) == ([], [])


async def test_a_defect_has_a_number_and_no_details(bot: Bot) -> None:
    """What breaks on our side is answered with a number that stands in the log, and with nothing else."""

    def break_down(_: Incoming) -> Answer | None:
        raise RuntimeError("secret")

    bot.chat.answer = break_down
    with capture_logs() as logs:
        status, body = await bot.post(bot.activity())
    assert (status, set(body), body["error"]) == (500, {"error", "number"}, "unexpected")
    [entry] = [entry for entry in logs if entry["event"] == "teams_request_failed"]
    assert entry["number"] == body["number"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", None),
        ("type", 1),
        ("id", None),
        ("id", 7),
        ("id", ""),
        ("id", "a b"),
        ("id", "x" * 1001),
        ("from", None),
        ("from", {}),
        ("from", {"id": 1}),
        ("from", {"id": "a b"}),
        ("from", {"id": ANNA, "name": ["Anna"]}),
        ("from", {"id": ANNA, "aadObjectId": "x y"}),
        ("recipient", None),
        ("conversation", None),
        ("conversation", {}),
        ("conversation", {"id": ";messageid=1"}),
        ("conversation", {"id": THREAD, "conversationType": {}}),
        ("channelData", "x"),
        ("channelData", {"tenant": "x"}),
        ("channelData", {"tenant": {"id": 1}}),
        ("text", 5),
        ("entities", "x"),
        ("entities", [1]),
        ("membersAdded", [{"name": "x"}]),
        ("locale", []),
        ("replyToId", {}),
    ],
)
async def test_malformed_activities_are_named_so(bot: Bot, name: str, value: object) -> None:
    """A field that is missing or of another kind makes the activity malformed, and nothing is heard of it."""
    assert await bot.post(bot.activity() | {name: value}) == (400, {"error": "malformed"})
    assert bot.chat.heard == []


MENUS = (
    "composeExtension/fetchTask",
    "composeExtension/submitAction",
    "composeExtension/query",
    "composeExtension/queryLink",
    "composeExtension/anonymousQueryLink",
)
# fmt: off
ODD_VALUES: list[object] = [
    None, True, 0, -1, 2**70, 1e308, "", " ", "x", "a b", "a\0b", "<at>", "&#0;", "\u202e", "ü" * 2000, "automatic",
    "add", "29:x", "19:x", "28:x", BOT, ANNA, THREAD, CHANNEL, "personal", "adaptiveCard/action", "refresh", "cancel",
    [], [None], [[]], ["x"], [BOT], {}, {"id": None}, {"id": BOT}, {"id": ANNA}, {"id": {}}, [{"id": BOT}],
    [{"id": 1}], {"action": {}}, {"action": {"data": PICK}}, {"x": {"x": {"x": []}}},
    {"v": 1, "cmd": "x", "args": {"a": []}}, {"cmd": "lead.show", "args": {}}, {"tenant": {"id": ""}},
    [{"type": "mention"}], [{"type": "mention", "text": "", "mentioned": {"id": BEN}}],
    [{"type": "clientInfo", "timezone": "../x"}], [{"type": "clientInfo", "locale": 1, "timezone": []}],
]
# fmt: on
ODD: st.SearchStrategy[object] = st.sampled_from(ODD_VALUES)
NAMES = st.sampled_from(
    [
        "type", "id", "from", "recipient", "conversation", "channelData", "text", "value", "name", "action", "locale",
        "entities", "membersAdded", "membersRemoved", "replyToId", "timestamp", "attachments", "deliveryMode", "x",
    ]
)  # fmt: skip
TYPES: st.SearchStrategy[object] = (
    st.sampled_from(["message", "invoke", "conversationUpdate", "installationUpdate", "typing", ""]) | ODD
)
INSIDE: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    st.sampled_from(["id", "name", "aadObjectId", "tenant", "team", "channel", "action", "data", "verb", "trigger"])
    | st.sampled_from(["v", "cmd", "args", "back", "many", "mentioned", "text", "type", "conversationType"])
    | st.sampled_from(
        ["commandId", "messagePayload", "parameters", "queryOptions", "url", "once", "replyToId", "body"]
    ),
    st.just(1)
    | st.sampled_from(["lead.pick", "lead.capture", "lead.find", "mention", "https://kollega.example/leads/"])
    | ODD,
    max_size=6,
)
CHANGES: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    NAMES, ODD | INSIDE | st.lists(INSIDE, max_size=3), max_size=4
)


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_no_activity_breaks_the_bot(bot: Bot, data: st.DataObject) -> None:
    """Thousands of genuine activities, each changed at random: not one is a defect."""
    bot.chat.answer = lambda heard: Answer(LEAD, list(Placement)[len(heard.text) % 3], GERMAN)
    bot.clock.advance(7200)
    authorization = bot.teams.authorization()
    changed = data.draw(st.lists(st.tuples(TYPES, CHANGES, INSIDE), min_size=15, max_size=20))
    for number, (kind, changes, inside) in enumerate(changed):
        menu = bot.menu(MENUS[number % len(MENUS)], inside)
        genuine = (bot.activity(value=inside), bot.click(inside), menu)[number % 3]
        activity = genuine | ({"type": kind} if number % 2 else {}) | changes
        async with bot.client.post(
            "/api/messages", json=activity, headers={"Authorization": authorization}
        ) as response:
            assert response.status in {200, 400}, (activity, await response.text())


async def test_a_turn_is_cheap(bot: Bot) -> None:
    """Nothing of the SDK's expensive clients is made: a turn that answers nothing takes two milliseconds at most."""
    activity = bot.activity(text="leads")
    authorization = bot.teams.authorization()
    took: list[float] = []
    for _ in range(60):
        started = time.perf_counter()
        async with bot.client.post(
            "/api/messages", json=activity, headers={"Authorization": authorization}
        ) as response:
            assert response.status == 200
        took.append(time.perf_counter() - started)
    # The client and the verification of the token are in it too; a busy machine disturbs most, not all.
    assert min(took) < 0.002
