"""Messages of which nobody knows whether they arrived, on a platform where they can be looked up."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.outbox.relay import Relay
from bot.outbox.sender import ATTEMPTS_MAX, LEASE, LOOKUPS_MAX, DeliverySender
from bot.platforms.base import Ambiguous, Gone, RateLimited, Rejected, SendFailed, Unavailable
from services.delivery import Kind
from storage.unit_of_work import SqlUnits
from tests.bot.relay.lead_view import count_unknown
from tests.bot.relay.test_outcome_unknown import claim_and_crash
from tests.builders import Clock
from tests.fakes.chat_platform import FakeLookupPlatform
from tests.services.firms import Firm, bring, pick


@pytest.fixture
def remote() -> FakeLookupPlatform:
    """A platform on which messages can be looked up."""
    return FakeLookupPlatform()


def count_in_channel(remote: FakeLookupPlatform) -> int:
    """How many messages stand in the firm's channel."""
    return len([post for post, _ in remote.posts if post.startswith("channel:")])


async def run_relay_for(relay: Relay, clock: Clock, minutes: float = 8) -> None:
    """Time goes by while the relay works."""
    for _ in range(int(minutes * 6)):
        clock.advance(seconds=10)
        await relay.drain()


async def test_a_message_that_arrived_is_found(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """It counts as sent, with its id: from then on the card follows its lead like any other."""
    remote.losses.append(Ambiguous("connection lost"))
    brought = await bring(team)
    await relay.drain()
    assert (count_in_channel(remote), remote.asked) == (1, [])
    await run_relay_for(relay, clock, minutes=1)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 1, 0)
    await pick(team, brought.lead_id)
    await relay.drain()
    assert remote.updates[-1] == ("m1", "picked in Vertrieb Solarhaus")


async def test_a_message_that_never_arrived_is_sent_again(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """Where the platform has it certainly not, it is sent once more, but not while it may be on its way still."""
    remote.refusals.append(Ambiguous("no answer in time"))
    await bring(team)
    await relay.drain()
    clock.advance(seconds=9)
    await relay.drain()
    assert (count_in_channel(remote), remote.asked) == (0, [])
    await run_relay_for(relay, clock, minutes=1)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 1, 0)


async def test_a_card_that_is_found_shows_what_is_true_now(
    team: Firm, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """What happened while the message was in doubt stands on it as soon as it is found."""
    remote.losses.append(Ambiguous("connection lost"))
    brought = await bring(team)
    await relay.drain()
    await pick(team, brought.lead_id)
    await run_relay_for(relay, clock, minutes=1)
    assert count_in_channel(remote) == 1
    assert remote.updates[-1] == ("m1", "picked in Vertrieb Solarhaus")


async def test_every_lost_answer_leaves_one_copy(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """However often the platform swallows its answer, each message stands there once."""
    for is_lost in (True, False, True, True, False) * 4:
        (remote.losses if is_lost else remote.refusals).append(Ambiguous("connection lost"))
        await bring(team)
        await run_relay_for(relay, clock, minutes=1)
    assert (count_in_channel(remote), len(set(remote.delivery_keys)), await count_unknown(units)) == (20, 20, 0)


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_message_in_the_hands_of_the_dead_is_looked_up(
    team: Firm,
    units: SqlUnits,
    sender: DeliverySender,
    relay: Relay,
    remote: FakeLookupPlatform,
    clock: Clock,
    *,
    arrived: bool,
) -> None:
    """What a process was sending when it was killed is found, or sent: it is there once and nobody is asked."""
    await bring(team)
    claimed = await claim_and_crash(units, sender, Kind.POST)
    if arrived:
        remote.posts.append(("channel:Vertrieb Solarhaus", "open"))
        remote.delivery_keys.append(claimed.delivery_id)
    clock.advance(seconds=55)
    await run_relay_for(relay, clock, minutes=1)
    assert (count_in_channel(remote), await count_unknown(units)) == (1, 0)
    assert claimed.leased_until is not None
    assert remote.asked == [(claimed.delivery_id, claimed.leased_until - LEASE)]


@pytest.mark.postgres
async def test_a_relay_that_is_stopped_leaves_a_doubt(
    team: Firm, units: SqlUnits, sender: DeliverySender, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """A message that is being sent when the process ends is looked up by the next one."""
    remote.delay_s = 60
    await bring(team)
    claimed = await claim_and_crash(units, sender, Kind.POST)
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
async def test_what_cannot_be_looked_up_is_asked_of_people(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock, hidden: SendFailed | Exception
) -> None:
    """After a few looks in vain, within minutes, owner and admins are asked; nothing is sent meanwhile."""
    remote.hidden.extend([hidden] * 100)
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
    await relay.drain()
    await run_relay_for(relay, clock, minutes=4)
    assert await count_unknown(units) == 0
    await run_relay_for(relay, clock, minutes=4)
    assert (count_in_channel(remote), await count_unknown(units), len(remote.asked)) == (1, 1, LOOKUPS_MAX)


@pytest.mark.postgres
async def test_a_patient_platform_is_looked_through_later(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """Where the platform wants to be asked later it is, and not before, however often; nobody is troubled."""
    remote.hidden.extend([RateLimited(60)] * 2 * LOOKUPS_MAX)
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
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


async def test_a_crowd_in_doubt_takes_turns(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """Where many are to be looked up and the next turn is free at once, nobody spends his tries on trying."""
    remote.hidden.extend([RateLimited(0.5)] * 3)
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
    for _ in range(60):
        await relay.drain()
        clock.advance(seconds=1)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 4, 0)


async def test_patience_with_looking_has_an_end(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """A platform that always wants to be asked later is given up after a hundred times; then people are asked."""
    remote.hidden.extend([RateLimited(60)] * 1000)
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
    for _ in range(ATTEMPTS_MAX + 10):
        await relay.drain()
        clock.advance(seconds=60)
    assert (count_in_channel(remote), await count_unknown(units), len(remote.asked)) == (1, 1, ATTEMPTS_MAX - 1)


@pytest.mark.parametrize("refusal", [Gone(200, "message_not_found"), Rejected(200, "cant_update_message")])
async def test_what_was_found_has_arrived(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock, refusal: SendFailed
) -> None:
    """A message that was there, and that somebody deletes at that moment, is not sent again."""
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
    await relay.drain()
    remote.refusals.append(refusal)
    await run_relay_for(relay, clock)
    assert (count_in_channel(remote), await count_unknown(units)) == (1, 0)


async def test_who_asks_for_a_second_copy_gets_it(
    team: Firm, units: SqlUnits, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """Somebody has looked and presses `send again`: then it is sent, without a further look."""
    remote.hidden.extend([Unavailable("too much")] * LOOKUPS_MAX)
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
    await relay.drain()
    await run_relay_for(relay, clock)
    async with units.write() as uow:
        assert await uow.deliveries.resend(team.team_id, remote.delivery_keys[0], uow.now)
    await relay.drain()
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (2, LOOKUPS_MAX, 0)


async def test_a_platform_that_was_switched_off_is_no_answer(
    team: Firm, units: SqlUnits, sender: DeliverySender, relay: Relay, remote: FakeLookupPlatform, clock: Clock
) -> None:
    """While the platform is off nothing is looked up and nothing is sent; afterwards it goes on."""
    remote.losses.append(Ambiguous("connection lost"))
    await bring(team)
    await relay.drain()
    await run_relay_for(Relay(units, replace(sender, platforms={})), clock, minutes=1)
    assert (count_in_channel(remote), await count_unknown(units)) == (1, 0)
    await run_relay_for(relay, clock, minutes=2)
    assert (count_in_channel(remote), len(remote.asked), await count_unknown(units)) == (1, 1, 0)
    assert remote.asked[0][1] + timedelta(minutes=1) < clock()
