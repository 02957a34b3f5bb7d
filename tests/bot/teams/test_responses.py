"""Where answers go."""

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


async def test_an_answer_for_all_is_posted_in_the_thread(bot: Bot) -> None:
    """A public answer stands under the question, with a view of their own for the first readers, the asker in front."""
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


async def test_a_private_answer_to_a_typed_word_goes_to_the_persons_chat(bot: Bot) -> None:
    """In a channel nobody else reads a refusal: it comes in the direct chat, which is opened once."""
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


async def test_a_chat_that_is_gone_is_opened_anew(bot: Bot) -> None:
    """Who took the bot away and back again is found in the new chat."""
    target = Target(TENANT_ID, user_id=ANNA_AAD, reference=person_reference(bot))
    await bot.platform.send(target, REFUSAL, GERMAN, key="1")
    bot.teams.plan.append(Refused(403))
    with pytest.raises(Gone):
        await bot.platform.send(target, REFUSAL, GERMAN, key="2")
    await bot.platform.send(target, REFUSAL, GERMAN, key="3")
    assert sum(delivery.path.endswith("/conversations") for delivery in bot.teams.deliveries) == 2


async def test_a_private_answer_without_a_chat_is_not_told_to_all(bot: Bot) -> None:
    """Where the person cannot be written to, the channel reads only that."""
    bot.teams.plan.append(Refused(403))
    bot.chat.respond_with(REFUSAL, Placement.PRIVATE)
    await bot.post(bot.activity())
    assert [post for post, _ in bot.posts] == [THREAD]
    assert "No." not in json.dumps(bot.newest_post)
    assert "nicht direkt schreiben" in bot.newest_post["summary"]


async def test_in_a_chat_of_two_every_answer_is_a_message(bot: Bot) -> None:
    """In a direct chat an answer is the next message, whatever its place elsewhere."""
    for placement in Placement:
        bot.chat.respond_with(LEAD, placement)
        await bot.post(bot.activity(kind=PlaceKind.PERSONAL))
    assert [post for post, _ in bot.posts] == ["a:anna"] * 3
    assert [sent.conversation_id for _, _, sent in bot.chat.recorded_posts] == ["a:anna"]
    assert bot.newest_post["attachments"][0]["content"]["refresh"]["userIds"] == [ANNA]


async def test_a_repeated_message_is_answered_once(bot: Bot) -> None:
    """Teams repeats what it believes unanswered: the person still reads one answer."""
    activities = [bot.activity(), bot.activity(), bot.activity(kind=PlaceKind.PERSONAL)]
    for activity, placement in zip(activities, (Placement.NEW, Placement.PRIVATE, Placement.NEW), strict=True):
        bot.chat.respond_with(REFUSAL, placement)
        await asyncio.gather(*(bot.post(activity) for _ in range(3)))
    assert sorted(post for post, _ in bot.posts) == sorted([THREAD, f"a:{ANNA}", "a:anna"])


@pytest.mark.parametrize(
    ("failure", "copies"), [(Refused(400), 1), (Drop(accepted=True), 1), (Drop(accepted=False), 0)]
)
async def test_an_answer_that_was_not_taken_may_be_repeated(bot: Bot, failure: Refused | Drop, copies: int) -> None:
    """A repetition posts what was certainly not posted, and never what perhaps was."""
    bot.chat.respond_with(REFUSAL, Placement.NEW)
    bot.teams.plan.append(failure)
    activity = bot.activity(kind=PlaceKind.PERSONAL)
    assert await bot.post(activity) == (200, None)
    assert await bot.post(activity) == (200, None)
    assert len(bot.posts) == copies


async def test_a_post_that_cannot_be_noted_is_not_posted_again(bot: Bot) -> None:
    """The answer stands; that it will not follow its subject is written in the log, without a name."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    bot.chat.fails_to_record = True
    with capture_logs() as logs:
        assert await bot.post(bot.activity()) == (200, None)
    assert [log_entry["event"] for log_entry in logs if log_entry["log_level"] == "error"] == ["post_not_recorded"]
    assert len(bot.posts) == 1
