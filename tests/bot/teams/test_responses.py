"""Where responses appear in Teams."""

import asyncio
import json

import pytest
from structlog.testing import capture_logs

from bot.dispatch.interaction import Placement
from bot.platforms.base import Gone, Sent, Target
from bot.platforms.teams.cards import CARD
from services.people import PlaceKind
from tests.bot.teams.harness import (
    ANNA,
    ANNA_AAD,
    BEN,
    BOT,
    CHANNEL,
    GERMAN,
    LEAD,
    REFUSAL,
    THREAD,
    Bot,
    person_reference,
)
from tests.fakes.bot_connector import TENANT_ID, CannedResponse as Refused, Drop


async def test_public_response_is_posted_in_the_thread(bot: Bot) -> None:
    """A public response is a reply with user-specific views for the first readers and the asker."""
    bot.teams.members[CHANNEL].reverse()
    bot.chat.respond_with(LEAD, Placement.NEW)
    activity = bot.activity()
    await bot.post(activity)
    [post] = bot.teams.posts.values()
    assert (post.conversation_id, post.reply_to) == (THREAD, activity["id"])
    [attachment] = post.activity["attachments"]
    assert attachment["contentType"] == CARD
    assert attachment["content"]["refresh"]["userIds"] == [ANNA, BEN]
    assert post.activity["summary"] == "Lead L-12"
    [(incoming, response, sent)] = bot.chat.recorded_posts
    assert (incoming, response.card) == (bot.chat.last, LEAD)
    assert sent == Sent(CHANNEL, post.activity_id, {**incoming.conversation.reference, "thread": THREAD})


async def test_private_response_goes_to_the_direct_chat(bot: Bot) -> None:
    """A private response in a channel is sent to the direct chat, which is opened once."""
    bot.chat.respond_with(REFUSAL, Placement.PRIVATE)
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
    assert bot.chat.recorded_posts == []


async def test_deleted_direct_chat_is_opened_again(bot: Bot) -> None:
    """If the direct chat is gone, a new one is opened."""
    target = Target(TENANT_ID, user_id=ANNA_AAD, reference=person_reference(bot))
    await bot.platform.send(target, REFUSAL, GERMAN, key="1")
    bot.teams.plan.append(Refused(403))
    with pytest.raises(Gone):
        await bot.platform.send(target, REFUSAL, GERMAN, key="2")
    await bot.platform.send(target, REFUSAL, GERMAN, key="3")
    assert sum(delivery.path.endswith("/conversations") for delivery in bot.teams.deliveries) == 2


async def test_private_response_without_a_chat_is_not_posted(bot: Bot) -> None:
    """If the direct chat cannot be opened, the channel gets only a notice of that."""
    bot.teams.plan.append(Refused(403))
    bot.chat.respond_with(REFUSAL, Placement.PRIVATE)
    await bot.post(bot.activity())
    assert [post for post, _ in bot.posts] == [THREAD]
    assert "No." not in json.dumps(bot.newest_post)
    assert "nicht direkt schreiben" in bot.newest_post["summary"]


async def test_direct_chat_gets_every_response(bot: Bot) -> None:
    """In a direct chat each response is a message, whatever its placement."""
    for placement in Placement:
        bot.chat.respond_with(LEAD, placement)
        await bot.post(bot.activity(kind=PlaceKind.PERSONAL))
    assert [post for post, _ in bot.posts] == ["a:anna"] * 3
    assert [sent.conversation_id for _, _, sent in bot.chat.recorded_posts] == ["a:anna"]
    assert bot.newest_post["attachments"][0]["content"]["refresh"]["userIds"] == [ANNA]


async def test_a_repeated_message_is_answered_once(bot: Bot) -> None:
    """A message that Teams repeats gets one response."""
    activities = [bot.activity(), bot.activity(), bot.activity(kind=PlaceKind.PERSONAL)]
    for activity, placement in zip(activities, (Placement.NEW, Placement.PRIVATE, Placement.NEW), strict=True):
        bot.chat.respond_with(REFUSAL, placement)
        await asyncio.gather(*(bot.post(activity) for _ in range(3)))
    assert sorted(post for post, _ in bot.posts) == sorted([THREAD, f"a:{ANNA}", "a:anna"])


@pytest.mark.parametrize(
    ("failure", "copies"), [(Refused(400), 1), (Drop(accepted=True), 1), (Drop(accepted=False), 0)]
)
async def test_rejected_response_may_be_repeated(bot: Bot, failure: Refused | Drop, copies: int) -> None:
    """A repeated message posts a response that was not accepted, but none with an unknown outcome."""
    bot.chat.respond_with(REFUSAL, Placement.NEW)
    bot.teams.plan.append(failure)
    activity = bot.activity(kind=PlaceKind.PERSONAL)
    assert await bot.post(activity) == (200, None)
    assert await bot.post(activity) == (200, None)
    assert len(bot.posts) == copies


async def test_unrecorded_post_is_not_repeated(bot: Bot) -> None:
    """A post that cannot be recorded stays; the log reports it without personal data."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    bot.chat.fails_to_record = True
    with capture_logs() as logs:
        assert await bot.post(bot.activity()) == (200, None)
    assert [log_entry["event"] for log_entry in logs if log_entry["log_level"] == "error"] == ["post_not_recorded"]
    assert len(bot.posts) == 1
