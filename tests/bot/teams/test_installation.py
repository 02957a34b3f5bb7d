"""The bot and the people come and go."""

import asyncio
from typing import Any

import pytest

from bot.dispatch.interaction import InteractionKind, Placement, Response
from tests.bot.teams.harness import BOT, CHANNEL, GERMAN, LEAD, REFUSAL, Bot
from tests.fakes.bot_connector import CannedResponse as Refused, Slow


def installation(bot: Bot, action: str) -> dict[str, Any]:
    """The bot is added or removed."""
    return bot.activity(type="installationUpdate", action=action, text=None)


async def test_the_bot_comes_and_goes(bot: Bot) -> None:
    """Being added is an event with a welcome for all; being removed is one without."""
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


async def test_one_installation_is_told_twice_and_welcomed_once(bot: Bot) -> None:
    """Teams tells an installation in two ways; the second changes nothing, a later one after a removal does."""
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


async def test_a_welcome_that_was_not_taken_is_repeated(bot: Bot) -> None:
    """The second way of telling an installation makes up for a welcome that Teams refused."""
    bot.chat.respond_with(REFUSAL, Placement.NEW)
    bot.teams.plan.extend([Slow(0), Refused(400)])
    await bot.post(installation(bot, "add"))
    await bot.post(installation(bot, "add"))
    assert len(bot.posts) == 1


async def test_an_event_needs_no_id(bot: Bot) -> None:
    """An event without an id is told apart by its time."""
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
async def test_people_who_come_and_go_are_no_news(bot: Bot, fields: dict[str, Any]) -> None:
    """Upgrades of the app and changes among people concern nobody."""
    assert await bot.post(bot.activity(**fields)) == (200, None)
    assert bot.chat.interactions == []
