"""Messages of which nobody knows whether they arrived."""

import pytest

from bot.outbox.relay import Relay
from bot.outbox.sender import LEASE, DeliverySender, Outcome
from bot.platforms.base import Ambiguous
from services import delivery
from services.delivery import Delivery, Kind, State
from services.errors import NotPermitted
from storage.unit_of_work import SqlUnits
from tests.bot.relay.lead_view import count_unknown
from tests.builders import Clock
from tests.fakes.chat_platform import FakeChatPlatform
from tests.services.firms import Firm, bring, pick

pytestmark = pytest.mark.postgres


async def test_an_ambiguous_message_is_never_repeated(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """Where nobody knows whether it arrived, owner and admins are asked in their direct chats; nothing is doubled."""
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
    await relay.drain()
    clock.advance(hours=2)
    await relay.drain()
    count_in_channel = [post for post, _ in remote.posts if post.startswith("channel:")]
    asked = sorted(item for item, words in remote.posts if "may not have arrived" in words or "vielleicht" in words)
    assert len(count_in_channel) == 1
    assert asked == ["direct:Admin Solarhaus", "direct:Owner Solarhaus"]
    assert await count_unknown(units) == 1


async def test_an_unknown_message_is_sent_again_by_whoever_looked(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """An admin sends it again, once, on record; the cards that asked say so; a member may not."""
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
    await relay.drain()
    delivery_id = remote.delivery_keys[0]
    with pytest.raises(NotPermitted):
        async with units.write() as uow:
            await delivery.resend(uow, team.member, delivery_id)
    async with units.write() as uow:
        assert (await delivery.resend(uow, team.admin, delivery_id)).open == 0
    with pytest.raises(delivery.NotUnknown):
        async with units.write() as uow:
            await delivery.resend(uow, team.owner, delivery_id)
    remote.updates.clear()
    await relay.drain()
    assert len([post for post, _ in remote.posts if post.startswith("channel:")]) == 2
    assert len(remote.updates) == 2
    async with units.read() as uow:
        newest = (await uow.audit.page(team.team_id, limit=1))[0]
    assert (newest.action, newest.user_id) == ("delivery.resent", team.admin.user_id)


async def test_an_ambiguous_update_is_repeated(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """Changing a card twice does no harm, so it is done until it is known to be done."""
    brought = await bring(team)
    await relay.drain()
    await pick(team, brought.lead_id)
    remote.losses.append(Ambiguous("connection lost"))
    await relay.drain()
    clock.advance(seconds=5)
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")] * 2
    assert await count_unknown(units) == 0


async def test_a_defect_of_a_platform_counts_as_ambiguous(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """An error that nobody foresaw while sending may have come after the message: it is not repeated."""
    remote.refusals.append(ValueError("nobody foresaw this"))
    await bring(team)
    await relay.drain()
    assert await count_unknown(units) == 1


async def test_a_sender_that_wakes_late_leaves_a_card_to_the_next_one(
    team: Firm, units: SqlUnits, sender: DeliverySender, relay: Relay, clock: Clock
) -> None:
    """What a sender notes that slept beyond its lease changes nothing for the one who has the card by then."""
    brought = await bring(team)
    await relay.drain()
    await pick(team, brought.lead_id)
    first_claim = await claim_and_crash(units, sender, Kind.UPDATE)
    clock.advance(seconds=55)
    await relay.drain()
    clock.advance(seconds=5)
    second_claim = await claim_and_crash(units, sender, Kind.UPDATE)
    for outcome in (Outcome(State.SENT), Outcome(None, "unavailable")):
        await sender.record_outcome(first_claim, outcome)
        assert await count_sending(units) == 1
    await sender.record_outcome(second_claim, Outcome(State.SENT))
    assert await count_sending(units) == 0


async def count_sending(units: SqlUnits) -> int:
    """How many messages somebody has in his hands."""
    async with units.read() as uow:
        return (await uow.deliveries.backlog(uow.now)).sending


async def claim_and_crash(units: SqlUnits, sender: DeliverySender, kind: Kind) -> Delivery:
    """Be another process that routes, takes what is due, and is gone; what it took."""
    other = Relay(units, sender, workers=0)
    await other.drain()
    async with units.write() as uow:
        [claimed] = await uow.deliveries.claim(10, uow.now, uow.now + LEASE)
    assert claimed.kind is kind
    return claimed


async def test_a_message_in_the_hands_of_the_dead_is_unknown(
    team: Firm, units: SqlUnits, sender: DeliverySender, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """A message that a dead process was sending may have arrived: it is not sent again, and somebody is asked."""
    await bring(team)
    await claim_and_crash(units, sender, Kind.POST)
    await relay.drain()
    assert await count_unknown(units) == 0
    clock.advance(seconds=55)
    await relay.drain()
    assert await count_unknown(units) == 1
    assert [post for post, _ in remote.posts if post.startswith("channel:")] == []


async def test_an_update_in_the_hands_of_the_dead_is_done_again(
    team: Firm, units: SqlUnits, sender: DeliverySender, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """An update that a dead process was sending is repeated within a minute."""
    brought = await bring(team)
    await relay.drain()
    await pick(team, brought.lead_id)
    await claim_and_crash(units, sender, Kind.UPDATE)
    clock.advance(seconds=55)
    await relay.drain()
    clock.advance(seconds=5)
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]
    assert await count_unknown(units) == 0
