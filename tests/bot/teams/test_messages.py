"""Parsing of Teams messages: user, conversation and text."""

from typing import Any

import pytest

from bot.dispatch.interaction import InteractionKind
from services.people import PlaceKind
from tests.bot.teams.harness import ANNA, ANNA_AAD, BEN, BEN_AAD, BOT, CHANNEL, PICK, THREAD, Bot, mention_entity
from tests.fakes.bot_connector import TENANT_ID


async def test_channel_message_is_parsed(bot: Bot) -> None:
    """The AAD object id, the channel without its thread and the text without the mention are parsed."""
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


async def test_channel_reference_is_independent_of_the_sender(bot: Bot) -> None:
    """The reference of a channel contains neither sender nor thread."""
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
async def test_conversation_kinds_are_distinguished(
    bot: Bot, conversation: dict[str, Any], data: dict[str, Any], kind: PlaceKind, name: str
) -> None:
    """A conversation is public unless it is personal, and has its visible name."""
    tenant = {"tenant": {"id": TENANT_ID}}
    await bot.post(bot.activity(conversation=conversation, channelData={**tenant, **data}))
    assert (bot.chat.last.conversation.kind, bot.chat.last.conversation.name) == (kind, name)


NAMELESS = {"tenant": {"id": TENANT_ID}, "channel": {"id": CHANNEL}, "team": {"id": "19:team"}}
TEAM = {"name": "Solarhaus GmbH", "channels": [{"id": "19:team", "name": None}, {"id": CHANNEL, "name": "Vertrieb"}]}


async def test_channel_name_is_cached_for_a_day(bot: Bot) -> None:
    """A missing channel name is looked up once a day."""
    bot.teams.teams["19:team"] = TEAM
    for _ in range(2):
        await bot.post(bot.activity(channelData=NAMELESS))
    assert [interaction.conversation.name for interaction in bot.chat.interactions] == ["Vertrieb", "Vertrieb"]
    assert [call.path for call in bot.teams.deliveries].count("/amer/v3/teams/19:team/conversations") == 1
    bot.teams.teams["19:team"] = {"name": "", "channels": [{"id": CHANNEL, "name": "Innendienst"}]}
    bot.clock.advance(25 * 3600)
    await bot.post(bot.activity(channelData=NAMELESS))
    assert bot.chat.last.conversation.name == "Innendienst"


async def test_general_channel_has_the_team_name(bot: Bot) -> None:
    """The General channel has the name of its team."""
    bot.teams.teams["19:team"] = TEAM
    await bot.post(bot.activity(channelData=NAMELESS, conversation={"id": "19:team", "conversationType": "channel"}))
    assert bot.chat.last.conversation.name == "Solarhaus GmbH"


async def test_failed_name_lookup_does_not_block(bot: Bot) -> None:
    """If the name cannot be looked up, the message is dispatched and the lookup pauses."""
    for _ in range(2):
        assert await bot.post(bot.activity(channelData=NAMELESS)) == (200, None)
    assert [interaction.conversation.name for interaction in bot.chat.interactions] == ["", ""]
    assert [call.path for call in bot.teams.deliveries].count("/amer/v3/teams/19:team/conversations") == 1


async def test_click_looks_up_no_name(bot: Bot) -> None:
    """A click causes no lookup of names."""
    bot.teams.teams["19:team"] = TEAM
    await bot.post(bot.click(PICK) | {"channelData": NAMELESS})
    assert bot.chat.last.conversation.name == ""
    assert bot.teams.deliveries == []


async def test_tenant_is_read_from_both_fields(bot: Bot) -> None:
    """The tenant is read from channelData or conversation; without it the activity is malformed."""
    await bot.post(bot.activity(channelData=None))
    assert bot.chat.last.tenant == TENANT_ID
    assert await bot.post(bot.activity(channelData={}, conversation={"id": CHANNEL})) == (400, {"error": "malformed"})


async def test_user_without_account_has_the_teams_id(bot: Bot) -> None:
    """A user without an AAD account is identified by the Teams id; account ids are lowercased."""
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
async def test_text_is_normalised(bot: Bot, text: str, wanted: str) -> None:
    """Markup, non-breaking spaces and invisible characters are removed."""
    await bot.post(bot.activity(text=text))
    assert bot.chat.last.text == wanted


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "messageUpdate", "event", "endOfConversation", "x" * 99])
async def test_other_activities_are_ignored(bot: Bot, kind: str) -> None:
    """Other activity types are accepted and ignored."""
    assert await bot.post(bot.activity(type=kind)) == (200, None)
    assert bot.chat.interactions == []


async def test_bots_are_not_answered(bot: Bot) -> None:
    """Messages of other bots are ignored, so that two bots cause no loop."""
    await bot.post(bot.activity(sender={"id": "28:other", "name": "Echo"}))
    await bot.post(bot.activity(sender={"id": BOT}))
    assert bot.chat.interactions == []
