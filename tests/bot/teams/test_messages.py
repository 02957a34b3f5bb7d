"""What people write, and where: how the bot understands it."""

from typing import Any

import pytest

from bot.dispatch.interaction import InteractionKind
from services.people import PlaceKind
from tests.bot.teams.harness import ANNA, ANNA_AAD, BEN, BEN_AAD, BOT, CHANNEL, PICK, THREAD, Bot, mention_entity
from tests.fakes.bot_connector import TENANT_ID


async def test_a_message_in_a_channel_is_understood(bot: Bot) -> None:
    """Who, where and what: the tenant's id of the person, the channel without its thread, the text without the bot."""
    activity = bot.activity(
        text="<at>Kollega</at>&nbsp;pick\u00a0L-12 <br/>",
        entities=[
            mention_entity("<at>Kollega</at>", BOT, "Kollega"),
            {"type": "clientInfo", "locale": "de-DE", "timezone": "Europe/Vienna"},
        ],
    )
    assert await bot.post(activity) == (200, None)
    interaction = bot.chat.last
    assert (interaction.platform, interaction.tenant, interaction.kind, interaction.text) == (
        "teams",
        TENANT_ID,
        InteractionKind.MESSAGE,
        "pick L-12",
    )
    assert interaction.interaction_id == f"{THREAD}|{activity['id']}"
    assert (interaction.sender.platform_user_id, interaction.sender.name) == (ANNA_AAD, "Anna Weiß")
    assert (interaction.sender.language_hint, interaction.sender.zone_hint) == ("de-DE", "Europe/Vienna")
    assert (interaction.conversation.conversation_id, interaction.conversation.kind, interaction.conversation.name) == (
        CHANNEL,
        PlaceKind.CHANNEL,
        "Leads",
    )
    reference = {"serviceUrl": bot.teams.service_url, "tenant": TENANT_ID, "bot": BOT}
    assert interaction.conversation.reference == reference
    assert interaction.sender.reference == {**reference, "user": ANNA}


async def test_a_channel_looks_the_same_whoever_writes(bot: Bot) -> None:
    """What is kept of a channel names neither its writer nor the thread, so that reading there changes nothing."""
    await bot.post(bot.activity())
    await bot.post(bot.activity(sender={"id": BEN, "aadObjectId": BEN_AAD}) | {"conversation": {"id": CHANNEL}})
    first, second = bot.chat.interactions
    assert first.conversation == second.conversation


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
    assert (bot.chat.last.conversation.kind, bot.chat.last.conversation.name) == (kind, name)


NAMELESS = {"tenant": {"id": TENANT_ID}, "channel": {"id": CHANNEL}, "team": {"id": "19:team"}}
TEAM = {"name": "Solarhaus GmbH", "channels": [{"id": "19:team", "name": None}, {"id": CHANNEL, "name": "Vertrieb"}]}


async def test_the_name_of_a_channel_is_asked_for_once(bot: Bot) -> None:
    """Where Teams does not say what a channel is called, the bot asks, and remembers it for a day."""
    bot.teams.teams["19:team"] = TEAM
    for _ in range(2):
        await bot.post(bot.activity(channelData=NAMELESS))
    assert [interaction.conversation.name for interaction in bot.chat.interactions] == ["Vertrieb", "Vertrieb"]
    assert [call.path for call in bot.teams.deliveries].count("/amer/v3/teams/19:team/conversations") == 1
    bot.teams.teams["19:team"] = {"name": "", "channels": [{"id": CHANNEL, "name": "Innendienst"}]}
    bot.clock.advance(25 * 3600)
    await bot.post(bot.activity(channelData=NAMELESS))
    assert bot.chat.last.conversation.name == "Innendienst"


async def test_the_first_channel_is_known_by_its_team(bot: Bot) -> None:
    """The channel that every team has bears the team's name."""
    bot.teams.teams["19:team"] = TEAM
    await bot.post(bot.activity(channelData=NAMELESS, conversation={"id": "19:team", "conversationType": "channel"}))
    assert bot.chat.last.conversation.name == "Solarhaus GmbH"


async def test_a_name_that_cannot_be_had_keeps_nobody_waiting(bot: Bot) -> None:
    """Teams does not tell: the message is heard all the same, and for a while nobody asks again."""
    for _ in range(2):
        assert await bot.post(bot.activity(channelData=NAMELESS)) == (200, None)
    assert [interaction.conversation.name for interaction in bot.chat.interactions] == ["", ""]
    assert [call.path for call in bot.teams.deliveries].count("/amer/v3/teams/19:team/conversations") == 1


async def test_a_click_does_not_ask_for_names(bot: Bot) -> None:
    """Whoever clicks waits for the answer, and the place is known by then."""
    bot.teams.teams["19:team"] = TEAM
    await bot.post(bot.click(PICK) | {"channelData": NAMELESS})
    assert bot.chat.last.conversation.name == ""
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
    assert [interaction.sender.platform_user_id for interaction in bot.chat.interactions] == ["29:guest", ANNA_AAD]


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


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "messageUpdate", "event", "endOfConversation", "x" * 99])
async def test_other_activities_are_ignored(bot: Bot, kind: str) -> None:
    """What the bot has no use for is accepted and forgotten."""
    assert await bot.post(bot.activity(type=kind)) == (200, None)
    assert bot.chat.interactions == []


async def test_bots_are_not_answered(bot: Bot) -> None:
    """Two bots in a channel do not talk to each other for ever."""
    await bot.post(bot.activity(sender={"id": "28:other", "name": "Echo"}))
    await bot.post(bot.activity(sender={"id": BOT}))
    assert bot.chat.interactions == []
