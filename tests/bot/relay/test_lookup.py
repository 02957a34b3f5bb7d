"""Lookup of messages with an unknown outcome on a platform that supports it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.outbox.relay import Relay
from bot.outbox.sender import ATTEMPTS_MAX, LEASE, LOOKUPS_MAX, DeliverySender
from bot.platforms.base import Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from services.delivery import DeliveryKind
from storage.unit_of_work import SqlUnits
from tests.bot.relay.lead_view import count_unknown
from tests.bot.relay.test_outcome_unknown import claim_and_crash
from tests.builders import Clock
from tests.fakes.chat_platform import FakeLookupPlatform
from tests.services.seeded_team import SeededTeam, create_lead, pick_lead


@pytest.fixture
def remote() -> FakeLookupPlatform:
    """Return a platform that supports lookup."""
    return FakeLookupPlatform()


def count_in_channel(remote: FakeLookupPlatform) -> int:
    """Count the messages in the team's channel."""
    return len([post for post, _ in remote.posts if post.startswith("channel:")])


async def run_relay_for(relay: Relay, clock: Clock, minutes: float = 8) -> None:
    """Run the relay while the clock advances."""
    for _ in range(int(minutes * 6)):
        clock.advance(seconds=10)
        await relay.drain()


async def test_a_message_that_arrived_is_found(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """A message that is found counts as sent, and its card is updated like any other."""
    remote.losses.append(Ambiguous("connection lost"))
    brought = await create_lead(team)
    await relay.drain()
    assert (count_in_channel(remote), remote.asked) == (1, [])
    await run_relay_for(relay, clock, minutes=1)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 1, 0)
    await pick_lead(team, brought.lead_id)
    await relay.drain()
    assert remote.updates[-1] == ("m1", "picked in Vertrieb Solarhaus")


async def test_a_message_that_never_arrived_is_sent_again(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """A message that is not found is sent again once it can no longer arrive."""
    remote.refusals.append(Ambiguous("no answer in time"))
    await create_lead(team)
    await relay.drain()
    clock.advance(seconds=9)
    await relay.drain()
    assert (count_in_channel(remote), remote.asked) == (0, [])
    await run_relay_for(relay, clock, minutes=1)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 1, 0)


async def test_found_card_shows_the_current_state(
    team: SeededTeam, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """A card is updated to the current state when it is found."""
    remote.losses.append(Ambiguous("connection lost"))
    brought = await create_lead(team)
    await relay.drain()
    await pick_lead(team, brought.lead_id)
    await run_relay_for(relay, clock, minutes=1)
    assert count_in_channel(remote) == 1
    assert remote.updates[-1] == ("m1", "picked in Vertrieb Solarhaus")


async def test_lost_responses_leave_one_copy(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """Each message exists once, however many responses are lost."""
    for is_lost in (True, False, True, True, False) * 4:
        (remote.losses if is_lost else remote.refusals).append(Ambiguous("connection lost"))
        await create_lead(team)
        await run_relay_for(relay, clock, minutes=1)
    assert (count_in_channel(remote), len(set(remote.delivery_keys)), await count_unknown(units)) == (20, 20, 0)


@pytest.mark.parametrize("arrived", [True, False])
async def test_message_of_a_killed_process_is_looked_up(
    team: SeededTeam,
    units: SqlUnits,
    sender: DeliverySender,
    relay: Relay,
    remote: FakeLookupPlatform,
    clock: Clock,
    *,
    arrived: bool,
) -> None:
    """A message that a killed process was sending is found or sent; it exists once."""
    await create_lead(team)
    claimed = await claim_and_crash(units, sender, DeliveryKind.POST)
    if arrived:
        remote.posts.append(("channel:Vertrieb Solarhaus", "open"))
        remote.delivery_keys.append(claimed.delivery_id)
    clock.advance(seconds=55)
    await run_relay_for(relay, clock, minutes=1)
    assert (count_in_channel(remote), await count_unknown(units)) == (1, 0)
    assert claimed.leased_until is not None
    assert remote.asked == [(claimed.delivery_id, claimed.leased_until - LEASE)]


@pytest.mark.postgres
async def test_message_of_a_stopped_relay_is_looked_up(
    team: SeededTeam, units: SqlUnits, sender: DeliverySender, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """A message that is being sent when the process stops is looked up by the next process."""
    remote.delay_s = 60
    await create_lead(team)
    claimed = await claim_and_crash(units, sender, DeliveryKind.POST)
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(sender.deliver(claimed))
        await remote.begun.wait()
        sending.cancel()
    remote.delay_s = 0
    await run_relay_for(Relay(units, sender), clock, minutes=1)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 1, 0)


@pytest.mark.parametrize(
    "hidden", [Unavailable("too much"), TimeoutError(), Rejected(200, "missing_scope"), Gone(200, "x"), ValueError()]
)
async def test_failed_lookups_notify_owner_and_admins(
    team: SeededTeam,
    units: SqlUnits,
    relay: Relay,
    remote: FakeLookupPlatform,
    clock: Clock,
    hidden: SendFailed | Exception,
) -> None:
    """After failed lookups the owner and the admins are asked, and nothing is sent meanwhile."""
    remote.hidden.extend([hidden] * 100)
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    await relay.drain()
    await run_relay_for(relay, clock, minutes=4)
    assert await count_unknown(units) == 0
    await run_relay_for(relay, clock, minutes=4)
    assert (count_in_channel(remote), await count_unknown(units), len(remote.asked)) == (1, 1, LOOKUPS_MAX)


@pytest.mark.postgres
async def test_lookup_respects_retry_after(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """A rate-limited lookup is repeated after the named time, and no notice is sent."""
    remote.hidden.extend([RateLimited(60)] * 2 * LOOKUPS_MAX)
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    await relay.drain()
    clock.advance(seconds=10)
    await relay.drain()
    clock.advance(seconds=59)
    await relay.drain()
    assert len(remote.asked) == 1
    clock.advance(seconds=1)
    await relay.drain()
    assert len(remote.asked) == 2
    await run_relay_for(relay, clock, minutes=2 * LOOKUPS_MAX)
    assert (len(remote.asked), count_in_channel(remote), await count_unknown(units)) == (2 * LOOKUPS_MAX + 1, 1, 0)


async def test_rate_limited_lookups_use_no_attempts(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """Many pending lookups share the rate limit without using up their attempts."""
    remote.hidden.extend([RateLimited(0.5)] * 3)
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    for _ in range(60):
        await relay.drain()
        clock.advance(seconds=1)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 4, 0)


async def test_rate_limited_lookup_ends_after_a_hundred_tries(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """A lookup that is always rate-limited ends after a hundred tries with a notice."""
    remote.hidden.extend([RateLimited(60)] * 1000)
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    for _ in range(ATTEMPTS_MAX + 10):
        await relay.drain()
        clock.advance(seconds=60)
    assert (count_in_channel(remote), await count_unknown(units), len(remote.asked)) == (1, 1, ATTEMPTS_MAX - 1)


@pytest.mark.parametrize("refusal", [Gone(200, "message_not_found"), Rejected(200, "cant_update_message")])
async def test_found_message_is_not_sent_again(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock, refusal: SendFailed
) -> None:
    """A message that was found and then deleted is not sent again."""
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    await relay.drain()
    remote.refusals.append(refusal)
    await run_relay_for(relay, clock)
    assert (count_in_channel(remote), await count_unknown(units)) == (1, 0)


async def test_send_again_needs_no_further_lookup(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """Pressing `send again` sends the message without a further lookup."""
    remote.hidden.extend([Unavailable("too much")] * LOOKUPS_MAX)
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    await relay.drain()
    await run_relay_for(relay, clock)
    async with units.write() as uow:
        assert await uow.deliveries.resend(team.team_id, remote.delivery_keys[0], uow.now)
    await relay.drain()
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (2, LOOKUPS_MAX, 0)


async def test_disabled_platform_pauses_lookup(
    team: SeededTeam, units: SqlUnits, sender: DeliverySender, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """While the platform is disabled, nothing is looked up or sent."""
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    await relay.drain()
    await run_relay_for(Relay(units, replace(sender, platforms={})), clock, minutes=1)
    assert (count_in_channel(remote), await count_unknown(units)) == (1, 0)
    await run_relay_for(relay, clock, minutes=2)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 1, 0)
    assert remote.asked[0][1] + timedelta(minutes=1) < clock()
