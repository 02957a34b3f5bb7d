"""Messages with an unknown outcome on a platform without lookup."""

import pytest

from bot.outbox.relay import Relay
from bot.outbox.sender import LEASE, DeliverySender, Outcome
from bot.platforms.base import Ambiguous
from services import delivery
from services.delivery import Delivery, DeliveryKind, DeliveryState
from services.errors import NotPermitted
from storage.unit_of_work import SqlUnits
from tests.bot.relay.lead_view import count_unknown
from tests.builders import Clock
from tests.fakes.chat_platform import FakeChatPlatform
from tests.services.seeded_team import SeededTeam, create_lead, pick_lead

pytestmark = pytest.mark.postgres


async def test_an_ambiguous_message_is_never_repeated(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """A message with an unknown outcome is not repeated; owner and admins are asked in their direct chats."""
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    await relay.drain()
    clock.advance(hours=2)
    await relay.drain()
    count_in_channel = [post for post, _ in remote.posts if post.startswith("channel:")]
    asked = sorted(item for item, words in remote.posts if "may not have arrived" in words or "vielleicht" in words)
    assert len(count_in_channel) == 1
    assert asked == ["direct:Admin Solarhaus", "direct:Owner Solarhaus"]
    assert await count_unknown(units) == 1


async def test_an_admin_may_send_an_unknown_message_again(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """An admin sends the message again once, with an audit entry; a member may not."""
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    await relay.drain()
    delivery_id = remote.delivery_keys[0]
    with pytest.raises(NotPermitted):
        async with units.write() as uow:
            await delivery.resend(uow, team.member, delivery_id)
    async with units.write() as uow:
        assert (await delivery.resend(uow, team.admin, delivery_id)).open == 0
    with pytest.raises(delivery.OutcomeKnown):
        async with units.write() as uow:
            await delivery.resend(uow, team.owner, delivery_id)
    remote.updates.clear()
    await relay.drain()
    assert len([post for post, _ in remote.posts if post.startswith("channel:")]) == 2
    assert len(remote.updates) == 2
    async with units.read() as uow:
        newest = (await uow.audit.list_entries(team.team_id, limit=1))[0]
    assert (newest.action, newest.user_id) == ("delivery.resent", team.admin.user_id)


async def test_an_ambiguous_update_is_repeated(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """An update is idempotent and repeated until it succeeds."""
    brought = await create_lead(team)
    await relay.drain()
    await pick_lead(team, brought.lead_id)
    remote.losses.append(Ambiguous("connection lost"))
    await relay.drain()
    clock.advance(seconds=5)
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")] * 2
    assert await count_unknown(units) == 0


async def test_a_defect_of_a_platform_counts_as_ambiguous(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """An unexpected error while sending counts as an unknown outcome."""
    remote.refusals.append(ValueError("nobody foresaw this"))
    await create_lead(team)
    await relay.drain()
    assert await count_unknown(units) == 1


async def test_outcome_after_an_expired_lease_is_ignored(
    team: SeededTeam, units: SqlUnits, sender: DeliverySender, relay: Relay, clock: Clock
) -> None:
    """The outcome of a sender whose lease has expired changes nothing."""
    brought = await create_lead(team)
    await relay.drain()
    await pick_lead(team, brought.lead_id)
    first_claim = await claim_and_crash(units, sender, DeliveryKind.UPDATE)
    clock.advance(seconds=55)
    await relay.drain()
    clock.advance(seconds=5)
    second_claim = await claim_and_crash(units, sender, DeliveryKind.UPDATE)
    for outcome in (Outcome(DeliveryState.SENT), Outcome(None, "unavailable")):
        await sender.record_outcome(first_claim, outcome)
        assert await count_sending(units) == 1
    await sender.record_outcome(second_claim, Outcome(DeliveryState.SENT))
    assert await count_sending(units) == 0


async def count_sending(units: SqlUnits) -> int:
    """Count the deliveries that a sender has claimed."""
    async with units.read() as uow:
        return (await uow.deliveries.count_backlog(uow.now)).sending


async def claim_and_crash(units: SqlUnits, sender: DeliverySender, kind: DeliveryKind) -> Delivery:
    """Claim the due delivery as another process and never finish it."""
    other = Relay(units, sender, workers=0)
    await other.drain()
    async with units.write() as uow:
        [claimed] = await uow.deliveries.claim(10, uow.now, uow.now + LEASE)
    assert claimed.kind is kind
    return claimed


async def test_message_of_a_killed_process_has_unknown_outcome(
    team: SeededTeam, units: SqlUnits, sender: DeliverySender, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """A message that a killed process was sending is not repeated, and a notice is sent."""
    await create_lead(team)
    await claim_and_crash(units, sender, DeliveryKind.POST)
    await relay.drain()
    assert await count_unknown(units) == 0
    clock.advance(seconds=55)
    await relay.drain()
    assert await count_unknown(units) == 1
    assert [post for post, _ in remote.posts if post.startswith("channel:")] == []


async def test_update_of_a_killed_process_is_repeated(
    team: SeededTeam, units: SqlUnits, sender: DeliverySender, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """An update that a killed process was sending is repeated within a minute."""
    brought = await create_lead(team)
    await relay.drain()
    await pick_lead(team, brought.lead_id)
    await claim_and_crash(units, sender, DeliveryKind.UPDATE)
    clock.advance(seconds=55)
    await relay.drain()
    clock.advance(seconds=5)
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]
    assert await count_unknown(units) == 0
