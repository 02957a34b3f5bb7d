"""Clicks of clients that support only Action.Submit."""

import pytest

from bot.dispatch.interaction import InteractionKind, Placement
from bot.platforms.base import Target
from services.people import PlaceKind
from tests.bot.teams.harness import ANNA, GERMAN, LEAD, PICK, REFUSAL, Bot, person_reference
from tests.fakes.bot_connector import TENANT_ID


async def test_a_text_with_foreign_data_is_a_text(bot: Bot) -> None:
    """Data of foreign cards in a message is no click."""
    await bot.post(bot.activity(text="leads", value={"x": 1}))
    assert (bot.chat.last.kind, bot.chat.last.text) == (InteractionKind.MESSAGE, "leads")


async def test_a_submitted_click_changes_the_card_in_a_chat(bot: Bot) -> None:
    """A click that arrives as a message updates the card in a direct chat."""
    sent = await bot.platform.send(Target(TENANT_ID, "a:anna", reference=person_reference(bot)), LEAD, GERMAN, key="k")
    bot.chat.respond_with(REFUSAL, Placement.REPLACE)
    activity = bot.activity(kind=PlaceKind.PERSONAL, text=None, value=PICK, replyToId=sent.message_id)
    assert await bot.post(activity) == (200, None)
    assert (bot.chat.last.kind, bot.chat.last.message_id) == (InteractionKind.CLICK, sent.message_id)
    assert bot.posts == [("a:anna", "No.")]


@pytest.mark.parametrize("placement", [Placement.PRIVATE, Placement.REPLACE])
async def test_submitted_click_in_a_channel_is_answered_privately(bot: Bot, placement: Placement) -> None:
    """A user-specific view is not posted in the channel."""
    bot.chat.respond_with(REFUSAL, placement)
    await bot.post(bot.activity(text=None, value=PICK, replyToId="card-1"))
    assert bot.posts == [(f"a:{ANNA}", "No.")]
