"""Deliveries that a platform rejects or whose card cannot be rendered."""

from collections.abc import Mapping
from dataclasses import replace

from bot.outbox.relay import Relay
from bot.outbox.renderer import DeliveryRenderer
from bot.outbox.sender import DeliverySender
from bot.platforms.base import Gone, RateLimited, Rejected, Unavailable
from cards.model import Card
from services import lead
from services.actor import Actor
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits
from tests.bot.relay.lead_view import count_unknown
from tests.builders import Clock
from tests.fakes.chat_platform import FakeChatPlatform
from tests.services.seeded_team import SeededTeam, create_lead, pick_lead


async def fail_to_render(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Fail as a view with a defect does."""
    raise ZeroDivisionError(uow, actor, key, params)


async def test_a_rate_limit_is_kept(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """The relay retries after the time that the platform named, and no message is lost."""
    remote.refusals.append(RateLimited(30))
    await create_lead(team)
    await relay.drain()
    clock.advance(seconds=29)
    await relay.drain()
    assert remote.posts == []
    clock.advance(seconds=2)
    await relay.drain()
    assert len(remote.posts) == 1
    assert await count_unknown(units) == 0


async def test_unavailable_platform_is_retried_for_a_day(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """An unavailable platform is retried with growing pauses, and the delivery fails after a day."""
    remote.refusals.extend(Unavailable("down") for _ in range(1000))
    await create_lead(team)
    hours = 0
    while len(remote.refusals) > 900 and hours < 100:
        await relay.drain()
        clock.advance(minutes=15)
        hours += 0.25
    assert 22 < hours < 27
    async with units.read() as uow:
        backlog = await uow.deliveries.count_backlog(uow.now)
    assert (backlog.pending, backlog.failed, remote.posts) == (0, 1, [])


async def test_a_rejected_message_fails_with_its_reason(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """A rejected message is not retried and is counted."""
    remote.refusals.append(Rejected(400))
    await create_lead(team)
    await relay.drain()
    async with units.read() as uow:
        backlog = await uow.deliveries.count_backlog(uow.now)
    assert (backlog.failed, backlog.pending, remote.posts) == (1, 0, [])


async def test_conversation_that_is_gone_gets_no_more_messages(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """After the bot was removed from a channel the relay sends nothing to it."""
    remote.refusals.append(Gone(404))
    await create_lead(team)
    await relay.drain()
    async with units.read() as uow:
        assert await uow.conversations.list_connected(team.team_id) == []
    await create_lead(team)
    await relay.drain()
    assert remote.posts == []


async def test_deleted_message_is_not_replaced(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """A deleted card is not updated any more, and no other message is sent."""
    brought = await create_lead(team)
    await relay.drain()
    remote.refusals.append(Gone(404))
    await pick_lead(team, brought.lead_id)
    await relay.drain()
    async with units.write() as uow:
        await lead.note(uow, team.member, brought.lead_id, "called")
        assert await uow.deliveries.list_posts_of(brought.lead_id) == []
    await relay.drain()
    assert (len(remote.posts), remote.updates) == (1, [])


async def test_a_defect_in_one_view_does_not_block_the_channel(
    team: SeededTeam, units: SqlUnits, sender: DeliverySender, remote: FakeChatPlatform, clock: Clock
) -> None:
    """A card that cannot be rendered fails after a few attempts, and the next card is sent."""
    broken = Relay(units, replace(sender, renderer=DeliveryRenderer({"lead.card": fail_to_render}, {}, "")))
    await create_lead(team)
    for _ in range(8):
        await broken.drain()
        clock.advance(minutes=1)
    async with units.read() as uow:
        assert (await uow.deliveries.count_backlog(uow.now)).failed == 1
    await create_lead(team)
    await Relay(units, sender).drain()
    assert len(remote.posts) == 1
