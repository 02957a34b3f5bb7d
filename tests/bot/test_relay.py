import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.drawing import Drawer
from bot.metrics import Metrics
from bot.platforms.base import Ambiguous, Gone, RateLimited, Rejected, Unavailable
from bot.relay import LEASE, Relay
from bot.sending import Sender
from bot.views import delivery as delivery_views
from cards.model import Card, t, verbatim
from services import delivery, lead
from services.delivery import Delivery, Kind
from services.errors import NotPermitted
from services.lead.events import LeadEvent
from services.people import Actor
from services.unit_of_work import UnitOfWork
from storage.engine import Database
from storage.unit_of_work import SqlUnit, SqlUnits
from tests.builders import Clock, units_on
from tests.fakes.remote import Remote
from tests.services.firms import Firm, bring, connect, found, pick


async def draw_lead(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """A card that says whether the lead is picked and for whom it was drawn."""
    del params
    shown = await uow.leads.see(actor.team_id, key)
    if shown is None:
        return None
    return Card(t("{state} in {place}", state=shown.lead.state.value, place=verbatim(actor.place.name)))


async def fail_to_draw(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """A view with a defect."""
    raise ZeroDivisionError(uow, actor, key, params)


@pytest.fixture
def remote() -> Remote:
    """The platform on which the firms of the tests are."""
    return Remote()


@pytest.fixture
def sender(units: SqlUnits, remote: Remote) -> Sender:
    """Sends to that platform; no mail server."""
    views = {"lead.card": draw_lead, **delivery_views.VIEWS}
    return Sender(units, {"web": remote}, Drawer(views, {}, "http://localhost"), None, Metrics())


@pytest.fixture
def relay(units: SqlUnits, sender: Sender) -> Relay:
    """A relay that works when the test says so."""
    return Relay(units, sender)


@pytest.fixture
async def firm(units: SqlUnits, relay: Relay, remote: Remote) -> Firm:
    """A firm with one channel, nothing waiting."""
    made = await found(units, "Solarhaus")
    await relay.drain()
    remote.posts.clear()
    return made


async def unknowns(units: SqlUnits) -> int:
    """How many messages may be lost."""
    async with units.read() as uow:
        return (await uow.deliveries.backlog(uow.now)).unknown


async def test_a_channel_hears_once_and_follows(firm: Firm, relay: Relay, remote: Remote) -> None:
    """A new lead is posted in the team's channel; when it is picked, that card changes and no other appears."""
    brought = await bring(firm)
    await relay.drain()
    assert remote.posts == [("channel:Vertrieb Solarhaus", "open in Vertrieb Solarhaus")]
    await pick(firm, brought.lead_id)
    await relay.drain()
    assert len(remote.posts) == 1
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_many_events_are_one_update(firm: Firm, units: SqlUnits, relay: Relay, remote: Remote) -> None:
    """However much happens before the card can be changed, it is changed once, to what is true then."""
    brought = await bring(firm)
    await relay.drain()
    await pick(firm, brought.lead_id)
    for number in range(5):
        async with units.write() as uow:
            await lead.note(uow, firm.member, brought.lead_id, f"note {number}")
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_what_looks_the_same_is_not_sent_again(firm: Firm, units: SqlUnits, relay: Relay, remote: Remote) -> None:
    """An event that changes nothing on the card costs the platform nothing."""
    brought = await bring(firm)
    await pick(firm, brought.lead_id)
    await relay.drain()
    async with units.write() as uow:
        await lead.note(uow, firm.member, brought.lead_id, "called")
    await relay.drain()
    assert (len(remote.posts), remote.updates) == (1, [])


async def test_events_during_a_send_change_the_card_afterwards(firm: Firm, relay: Relay, remote: Remote) -> None:
    """What happens while a card is on its way reaches the card once it has arrived."""
    remote.delay_s = 0.2
    brought = await bring(firm)
    await relay.work()
    await asyncio.sleep(0.1)
    await pick(firm, brought.lead_id)
    await relay.drain()
    assert remote.posts == [("channel:Vertrieb Solarhaus", "open in Vertrieb Solarhaus")]
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_places_are_written_to_side_by_side(firm: Firm, units: SqlUnits, relay: Relay, remote: Remote) -> None:
    """Several channels are served at once, and in each of them one message after the other."""
    for number in range(3):
        await connect(units, firm.owner, f"Kanal {number}")
    remote.delay_s = 0.1
    for _ in range(3):
        await bring(firm)
    await relay.drain()
    assert len(remote.posts) == 12
    assert remote.most_at_once == 4


async def test_a_rate_limit_is_kept(firm: Firm, units: SqlUnits, relay: Relay, remote: Remote, clock: Clock) -> None:
    """The platform is asked again when it wants to be, not before, and nothing is lost."""
    remote.refusals.append(RateLimited(30))
    await bring(firm)
    await relay.drain()
    clock.advance(seconds=29)
    await relay.drain()
    assert remote.posts == []
    clock.advance(seconds=2)
    await relay.drain()
    assert len(remote.posts) == 1
    assert await unknowns(units) == 0


async def test_an_absent_platform_is_asked_for_a_day(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote, clock: Clock
) -> None:
    """What was certainly not accepted is tried again with growing pauses, and fails for good in the end."""
    remote.refusals.extend(Unavailable("down") for _ in range(1000))
    await bring(firm)
    hours = 0
    while len(remote.refusals) > 900 and hours < 100:
        await relay.drain()
        clock.advance(minutes=15)
        hours += 0.25
    assert 22 < hours < 27
    async with units.read() as uow:
        backlog = await uow.deliveries.backlog(uow.now)
    assert (backlog.pending, backlog.failed, remote.posts) == (0, 1, [])


async def test_an_ambiguous_message_is_never_repeated(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote, clock: Clock
) -> None:
    """Where nobody knows whether it arrived, owner and admins are asked in their direct chats; nothing is doubled."""
    remote.losses.append(Ambiguous("connection lost"))
    await bring(firm)
    await relay.drain()
    clock.advance(hours=2)
    await relay.drain()
    in_channel = [place for place, _ in remote.posts if place.startswith("channel:")]
    asked = sorted(place for place, words in remote.posts if "may not have arrived" in words or "vielleicht" in words)
    assert len(in_channel) == 1
    assert asked == ["direct:Admin Solarhaus", "direct:Owner Solarhaus"]
    assert await unknowns(units) == 1


async def test_an_unknown_message_is_sent_again_by_whoever_looked(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote
) -> None:
    """An admin sends it again, once, on record; the cards that asked say so; a member may not."""
    remote.losses.append(Ambiguous("connection lost"))
    await bring(firm)
    await relay.drain()
    lost = remote.keys[0]
    with pytest.raises(NotPermitted):
        async with units.write() as uow:
            await delivery.resend(uow, firm.member, lost)
    async with units.write() as uow:
        assert not (await delivery.resend(uow, firm.admin, lost)).is_open
    with pytest.raises(delivery.NotUnknown):
        async with units.write() as uow:
            await delivery.resend(uow, firm.owner, lost)
    remote.updates.clear()
    await relay.drain()
    assert len([place for place, _ in remote.posts if place.startswith("channel:")]) == 2
    assert len(remote.updates) == 2
    async with units.read() as uow:
        newest = (await uow.audit.page(firm.team_id, limit=1))[0]
    assert (newest.action, newest.user_id) == ("delivery.resent", firm.admin.user_id)


async def test_an_ambiguous_update_is_repeated(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote, clock: Clock
) -> None:
    """Changing a card twice does no harm, so it is done until it is known to be done."""
    brought = await bring(firm)
    await relay.drain()
    await pick(firm, brought.lead_id)
    remote.losses.append(Ambiguous("connection lost"))
    await relay.drain()
    clock.advance(seconds=5)
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")] * 2
    assert await unknowns(units) == 0


async def test_a_defect_of_a_platform_counts_as_ambiguous(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote
) -> None:
    """An error that nobody foresaw while sending may have come after the message: it is not repeated."""
    remote.refusals.append(ValueError("nobody foresaw this"))
    await bring(firm)
    await relay.drain()
    assert await unknowns(units) == 1


async def test_a_rejected_message_fails_with_its_reason(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote
) -> None:
    """What the platform will never take is not tried again, and counted."""
    remote.refusals.append(Rejected(400))
    await bring(firm)
    await relay.drain()
    async with units.read() as uow:
        backlog = await uow.deliveries.backlog(uow.now)
    assert (backlog.failed, backlog.pending, remote.posts) == (1, 0, [])


async def test_a_place_that_is_gone_hears_nothing_more(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote
) -> None:
    """Where the bot was taken out of a channel, it does not knock again."""
    remote.refusals.append(Gone(404))
    await bring(firm)
    await relay.drain()
    async with units.read() as uow:
        assert await uow.conversations.connected(firm.team_id) == []
    await bring(firm)
    await relay.drain()
    assert remote.posts == []


async def test_a_message_that_is_gone_is_left_alone(firm: Firm, units: SqlUnits, relay: Relay, remote: Remote) -> None:
    """Somebody deleted the card: it is forgotten, and nothing else is sent in its place."""
    brought = await bring(firm)
    await relay.drain()
    remote.refusals.append(Gone(404))
    await pick(firm, brought.lead_id)
    await relay.drain()
    async with units.write() as uow:
        await lead.note(uow, firm.member, brought.lead_id, "called")
        assert await uow.deliveries.copies(brought.lead_id) == []
    await relay.drain()
    assert (len(remote.posts), remote.updates) == (1, [])


async def test_a_defect_in_one_view_stops_nobody_else(
    firm: Firm, units: SqlUnits, sender: Sender, remote: Remote, clock: Clock
) -> None:
    """A card that cannot be drawn is tried a few times, then fails; what comes after it in the channel still comes."""
    broken = Relay(units, replace(sender, drawer=Drawer({"lead.card": fail_to_draw}, {}, "")))
    await bring(firm)
    for _ in range(8):
        await broken.drain()
        clock.advance(minutes=1)
    async with units.read() as uow:
        assert (await uow.deliveries.backlog(uow.now)).failed == 1
    await bring(firm)
    await Relay(units, sender).drain()
    assert len(remote.posts) == 1


async def test_an_event_that_cannot_be_routed_holds_nobody_up(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote, clock: Clock
) -> None:
    """A kind of event that no longer exists is given up after a few tries; the next ones are routed meanwhile."""

    class Forgotten(LeadEvent, frozen=True, kw_only=True, tag="lead.forgotten"):
        pass

    async with units.write() as uow:
        uow.emit(Forgotten(team_id=firm.team_id, lead_id="x"))
    await _make_unreadable(units)
    await bring(firm)
    await relay.drain()
    assert len(remote.posts) == 1
    for _ in range(10):
        clock.advance(minutes=5)
        await relay.drain()
    async with units.read() as uow:
        assert (await uow.deliveries.backlog(uow.now)).unrouted == 0


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_relays_that_wait_for_each_other_go_on_with_an_event_each(
    firm: Firm, units: SqlUnits, relay: Relay, remote: Remote
) -> None:
    """Two processes that change the same cards in different orders both go on at once; nothing is lost or doubled."""
    leads = [(await bring(firm)).lead_id for _ in range(2)]
    await relay.drain()
    first, second = [await _update_of(units, lead_id) for lead_id in leads]
    for lead_id in leads:
        await pick(firm, lead_id)
    async with asyncio.TaskGroup() as tasks, units.write() as other:
        await _let_others_notice(other)
        await other.deliveries.add([replace(second, delivery_id=other.new_id())], other.now)
        working = tasks.create_task(relay.work())
        await _until_somebody_waits(units)
        await other.deliveries.add([replace(first, delivery_id=other.new_id())], other.now)
    assert working.result()
    await relay.drain()
    assert sorted(remote.updates) == [(name, "picked in Vertrieb Solarhaus") for name in ("m1", "m2")]


async def _update_of(units: SqlUnits, lead_id: str) -> Delivery:
    """An update of the card of a lead, as another relay would plan it."""
    async with units.read() as uow:
        [post] = await uow.deliveries.copies(lead_id)
    return Delivery(
        team_id=post.team_id,
        delivery_id="",
        event_id="other",
        kind=Kind.UPDATE,
        view=post.view,
        key=post.key,
        platform=post.platform,
        tenant=post.tenant,
        conversation_id=post.conversation_id,
        post_id=post.post_id,
    )


async def _let_others_notice(unit: SqlUnit) -> None:
    """Where two wait for each other, this one does not end it."""
    connection = unit._connection  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no use case says this
    await connection.execute(text("SET LOCAL deadlock_timeout = '30s'"))


async def _until_somebody_waits(units: SqlUnits) -> None:
    """Look until a transaction stands behind another one."""
    async with asyncio.timeout(5), units.read() as uow:
        connection = uow._connection  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no use case asks this
        while not await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            await connection.execute(text("SELECT pg_sleep(0.01)"))


async def _make_unreadable(units: SqlUnits) -> None:
    """Give the waiting event a kind that nobody knows, as an older version would leave it."""
    async with units.write() as uow:
        assert await uow.deliveries.next_events(1, uow.now)
        connection = uow._connection  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no use case writes this
        await connection.exec_driver_sql('UPDATE events SET body = \'{"type": "gone"}\' WHERE routed_at IS NULL')


async def die_sending(units: SqlUnits, sender: Sender, kind: Kind) -> None:
    """Be another process that routes, takes what is due, and is gone."""
    other = Relay(units, sender, workers=0)
    await other.drain()
    async with units.write() as uow:
        claimed = await uow.deliveries.claim(10, uow.now, uow.now + LEASE)
    assert [one.kind for one in claimed] == [kind]


async def test_a_message_in_the_hands_of_the_dead_is_unknown(
    firm: Firm, units: SqlUnits, sender: Sender, relay: Relay, remote: Remote, clock: Clock
) -> None:
    """A message that a dead process was sending may have arrived: it is not sent again, and somebody is asked."""
    await bring(firm)
    await die_sending(units, sender, Kind.POST)
    await relay.drain()
    assert await unknowns(units) == 0
    clock.advance(seconds=55)
    await relay.drain()
    assert await unknowns(units) == 1
    assert [place for place, _ in remote.posts if place.startswith("channel:")] == []


async def test_an_update_in_the_hands_of_the_dead_is_done_again(
    firm: Firm, units: SqlUnits, sender: Sender, relay: Relay, remote: Remote, clock: Clock
) -> None:
    """An update that a dead process was sending is repeated within a minute."""
    brought = await bring(firm)
    await relay.drain()
    await pick(firm, brought.lead_id)
    await die_sending(units, sender, Kind.UPDATE)
    clock.advance(seconds=55)
    await relay.drain()
    clock.advance(seconds=5)
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]
    assert await unknowns(units) == 0


async def test_the_relay_is_woken_by_a_commit_and_stops(
    firm: Firm, database: Database, clock: Clock, sender: Sender, remote: Remote
) -> None:
    """A commit in the same process is delivered at once, without waiting for the next look; told to stop, it ends."""
    woken = asyncio.Event()
    firm.units = units_on(database, clock, woken.set)
    relay = Relay(firm.units, sender, woken=woken)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run())
        await asyncio.sleep(0.2)
        await bring(firm)
        async with asyncio.timeout(0.7):
            await remote.arrived.wait()
        relay.stop()
