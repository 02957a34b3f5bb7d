"""Installation events and members who come and go."""

import asyncio
from typing import Any

import pytest

from bot.dispatch.interaction import InteractionKind, Placement, Response
from tests.bot.teams.harness import BOT, CHANNEL, GERMAN, LEAD, REFUSAL, Bot
from tests.fakes.bot_connector import CannedResponse as Refused, Slow


def installation(bot: Bot, action: str) -> dict[str, Any]:
    """Return an installation event."""
    return bot.activity(type="installationUpdate", action=action, text=None)


async def test_installation_and_removal_are_events(bot: Bot) -> None:
    """An installation is an event with a public welcome, a removal one without."""
    bot.chat.respond = lambda interaction: (
        Response(LEAD, Placement.NEW, GERMAN) if interaction.kind is InteractionKind.INSTALLED else None
    )
    await bot.post(installation(bot, "add"))
    await bot.post(installation(bot, "remove"))
    assert [interaction.kind for interaction in bot.chat.interactions] == [
        InteractionKind.INSTALLED,
        InteractionKind.REMOVED,
    ]
    assert bot.chat.last.conversation.conversation_id == CHANNEL
    [post] = bot.teams.posts.values()
    assert (post.activity["summary"], post.reply_to) == ("Lead L-12", None)


async def test_repeated_installation_is_welcomed_once(bot: Bot) -> None:
    """Teams reports an installation in two activities; the second one changes nothing."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    twice = [
        installation(bot, "add"),
        bot.activity(type="conversationUpdate", text=None, membersAdded=[{"id": "29:x"}, {"id": BOT}]),
    ]
    await asyncio.gather(*map(bot.post, twice))
    assert (len(bot.chat.interactions), len(bot.posts)) == (2, 1)
    bot.chat.respond = lambda _: None
    await bot.post(bot.activity(type="conversationUpdate", text=None, membersRemoved=[{"id": BOT}]))
    bot.chat.respond_with(LEAD, Placement.NEW)
    await bot.post(installation(bot, "add"))
    kinds = [InteractionKind.INSTALLED, InteractionKind.INSTALLED, InteractionKind.REMOVED, InteractionKind.INSTALLED]
    assert [interaction.kind for interaction in bot.chat.interactions] == kinds
    assert len({interaction.interaction_id for interaction in bot.chat.interactions}) == 4
    assert len(bot.posts) == 2


async def test_rejected_welcome_is_repeated(bot: Bot) -> None:
    """The second activity posts a welcome that Teams rejected."""
    bot.chat.respond_with(REFUSAL, Placement.NEW)
    bot.teams.plan.extend([Slow(0), Refused(400)])
    await bot.post(installation(bot, "add"))
    await bot.post(installation(bot, "add"))
    assert len(bot.posts) == 1


async def test_event_without_id_is_identified_by_time(bot: Bot) -> None:
    """An event without an id is identified by its time."""
    for minute in (1, 1, 2):
        await bot.post(installation(bot, "add") | {"id": None, "timestamp": f"2026-03-02T09:0{minute}:00Z"})
    assert len({interaction.interaction_id for interaction in bot.chat.interactions}) == 2


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
async def test_other_updates_are_ignored(bot: Bot, fields: dict[str, Any]) -> None:
    """Upgrades of the app and changes of members are ignored."""
    assert await bot.post(bot.activity(**fields)) == (200, None)
    assert bot.chat.interactions == []
