"""Cards that the relay sends to Teams, and user-specific views."""

import asyncio

import pytest

from bot.dispatch.interaction import Placement
from bot.platforms.base import Gone, RateLimited, Rejected, Target, Unavailable
from bot.platforms.teams.directory import READERS_MAX
from bot.platforms.ttl_cache import TtlCache
from tests.bot.teams.harness import (
    ANNA,
    ANNA_AAD,
    BEN,
    BEN_AAD,
    CHANNEL,
    GERMAN,
    LEAD,
    REFUSAL,
    THREAD,
    Bot,
    card_of,
    channel_reference,
    person_reference,
    roster_calls,
)
from tests.fakes.bot_connector import TENANT_ID, CannedResponse as Refused, Drop, Slow


async def test_card_is_posted_proactively(bot: Bot) -> None:
    """A card is posted in a channel, a known chat and a new direct chat."""
    targets = [
        Target(TENANT_ID, CHANNEL, reference=channel_reference(bot)),
        Target(TENANT_ID, "a:anna", ANNA_AAD, person_reference(bot)),
        Target(TENANT_ID, user_id=ANNA_AAD, reference=person_reference(bot)),
        Target(TENANT_ID, user_id=BEN_AAD, reference=channel_reference(bot)),
    ]
    sent = [await bot.platform.send(target, LEAD, GERMAN, key=f"k{n}") for n, target in enumerate(targets)]
    places = [CHANNEL, "a:anna", f"a:{ANNA}", f"a:{BEN_AAD}"]
    assert [delivered.conversation_id for delivered in sent] == places
    assert [bot.teams.posts[delivered.message_id].conversation_id for delivered in sent] == places
    assert [delivered.reference for delivered in sent] == [target.reference for target in targets]
    assert card_of(bot, sent[0])["refresh"]["userIds"] == [ANNA, BEN]
    assert card_of(bot, sent[1])["refresh"]["userIds"] == [ANNA]


async def test_posted_card_is_updated(bot: Bot) -> None:
    """A card is updated in its conversation or thread."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    await bot.post(bot.activity())
    [(_, _, sent)] = bot.chat.recorded_posts
    target = Target(TENANT_ID, sent.conversation_id, reference=sent.reference)
    await bot.platform.update(target, sent.message_id, REFUSAL, GERMAN)
    assert bot.newest_post["summary"] == "No."
    assert bot.teams.deliveries[-1].path.endswith(f"{THREAD}/activities/{sent.message_id}")


async def test_readers_are_cached_and_limited(bot: Bot) -> None:
    """The first sixty readers get a user-specific view; members are read every few minutes."""
    bot.teams.members[CHANNEL] = [{"id": f"29:p{n}"} for n in range(500)]
    target = Target(TENANT_ID, CHANNEL, reference=channel_reference(bot))
    sent = await asyncio.gather(*(bot.platform.send(target, LEAD, GERMAN, key=str(n)) for n in range(5)))
    assert {len(card_of(bot, delivered)["refresh"]["userIds"]) for delivered in sent} == {READERS_MAX}
    assert roster_calls(bot) == 1
    bot.clock.advance(601)
    await bot.platform.send(target, LEAD, GERMAN, key="later")
    assert roster_calls(bot) == 2
    await bot.post(bot.activity(type="conversationUpdate", membersAdded=[{"id": "29:eva"}]))
    await bot.platform.send(target, LEAD, GERMAN, key="changed")
    assert roster_calls(bot) == 3


async def test_card_without_views_reads_no_members(bot: Bot) -> None:
    """A card without user-specific views causes no request for members."""
    await bot.platform.send(Target(TENANT_ID, CHANNEL, reference=channel_reference(bot)), REFUSAL, GERMAN, key="k")
    assert roster_calls(bot) == 0


async def test_failed_member_lookup_posts_without_views(bot: Bot) -> None:
    """If members cannot be read, the card has no views and the lookup pauses for a minute."""
    bot.teams.plan.append(Refused(404))
    target = Target(TENANT_ID, CHANNEL, reference=channel_reference(bot))
    sent = [await bot.platform.send(target, LEAD, GERMAN, key=str(n)) for n in range(2)]
    assert ["refresh" in card_of(bot, delivered) for delivered in sent] == [False, False]
    assert roster_calls(bot) == 1


@pytest.mark.parametrize(
    ("failure", "raised"),
    [(Refused(403), Gone), (Refused(400), Rejected), (Refused(429, {"Retry-After": "99"}), RateLimited)],
)
async def test_failures_are_raised_to_the_sender(bot: Bot, failure: Refused, raised: type[Exception]) -> None:
    """A failure of Teams is raised to the sender."""
    bot.teams.plan.append(failure)
    with pytest.raises(raised):
        await bot.platform.send(Target(TENANT_ID, "a:anna", reference=person_reference(bot)), LEAD, GERMAN, key="k")


@pytest.mark.parametrize(
    "trouble", [Drop(accepted=True), Drop(accepted=False), Refused(500), Refused(200, body=b"{}"), Slow(1)]
)
async def test_failed_chat_creation_is_retriable(
    bot: Bot, trouble: Drop | Refused | Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure to open the chat is retriable because nothing was sent."""
    monkeypatch.setattr("bot.platforms.direct_chats.OPEN_LIMIT_S", 0.5)
    target = Target(TENANT_ID, user_id=BEN_AAD, reference=channel_reference(bot))
    bot.teams.plan.append(trouble)
    with pytest.raises(Unavailable):
        await bot.platform.send(target, LEAD, GERMAN, key="k")
    assert bot.posts == []
    await bot.platform.send(target, LEAD, GERMAN, key="k")
    assert [post for post, _ in bot.posts] == [f"a:{BEN_AAD}"]


async def test_reference_without_service_url_is_rejected(bot: Bot) -> None:
    """A reference without a service URL is rejected."""
    with pytest.raises(Rejected):
        await bot.platform.send(Target(TENANT_ID, CHANNEL), LEAD, GERMAN, key="k")


def test_cache_is_bounded() -> None:
    """The cache evicts the oldest entry and expires entries."""
    now = [0.0]
    memory: TtlCache[int, str] = TtlCache(lambda: now[0], limit=2)
    for number in range(3):
        memory.put(number, "x", 10)
    assert [memory.get(number) for number in range(3)] == [None, "x", "x"]
    now[0] = 10
    assert memory.get(2) is None
