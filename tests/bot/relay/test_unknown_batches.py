"""Notices about several messages with an unknown outcome."""

from importlib import import_module
from typing import Any

import pytest

from bot.outbox.relay import Relay
from bot.outbox.sender import LEASE
from bot.platforms.base import Ambiguous
from services import delivery
from services.delivery import Delivery, DeliveryKind, DeliveryState
from services.delivery.model import UNKNOWN_SHOWN_MAX
from storage.unit_of_work import SqlUnits
from tests.bot.relay.lead_view import count_unknown
from tests.builders import Clock
from tests.fakes.chat_platform import FakeChatPlatform
from tests.services.seeded_team import SeededTeam, connect_channel, create_lead

pytestmark = pytest.mark.postgres

UNKNOWN_COUNT = 8


async def test_unknown_messages_share_one_notice(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """Owner and admins get one notice that counts all messages; a later loss causes a new one."""
    for number in range(UNKNOWN_COUNT - 1):
        await connect_channel(units, team.owner, f"Kanal {number}")
    remote.delay_s = 0.05
    remote.losses.extend(Ambiguous("connection lost") for _ in range(UNKNOWN_COUNT))
    await create_lead(team)
    await relay.drain()
    first = [words for _, words in remote.posts if "may not have arrived" in words or "vielleicht" in words]
    assert (len(first), await count_unknown(units)) == (2, UNKNOWN_COUNT)
    async with units.read() as uow:
        audited = [
            audit_entry
            for audit_entry in await uow.audit.list_entries(team.team_id, limit=50)
            if audit_entry.action == "delivery.unknown"
        ]
    [sweep_id] = {audit_entry.details["sweep_id"] for audit_entry in audited}
    async with units.write() as uow:
        shown = await delivery.show(uow, team.admin, sweep_id)
        assert (len(audited), shown.total, shown.open, len(shown.first)) == (
            UNKNOWN_COUNT,
            UNKNOWN_COUNT,
            UNKNOWN_COUNT,
            UNKNOWN_SHOWN_MAX,
        )
        one_less = await delivery.resend(uow, team.admin, shown.first[0].delivery_id)
        assert (one_less.total, one_less.open) == (UNKNOWN_COUNT, UNKNOWN_COUNT - 1)
        assert (await delivery.resend_all(uow, team.owner, sweep_id)).open == 0
        with pytest.raises(delivery.OutcomeKnown):
            await delivery.resend_all(uow, team.admin, sweep_id)
    await relay.drain()
    assert await count_unknown(units) == 0
    clock.advance(minutes=3)
    remote.losses.append(Ambiguous("connection lost"))
    await create_lead(team)
    await relay.drain()
    asked = [words for _, words in remote.posts if "may not have arrived" in words or "vielleicht" in words]
    assert len(asked) == len(first) + 2


async def test_send_again_is_limited_per_press(
    team: SeededTeam, units: SqlUnits, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One press sends a limited number again, and the card offers the rest."""
    del relay
    monkeypatch.setattr(import_module("services.delivery.resend"), "RESEND_BATCH_MAX", 3)
    async with units.write() as uow:
        ids = [uow.new_id() for _ in range(5)]
        address: dict[str, Any] = {"platform": "web", "tenant": "demo", "key": "lead-1", "view": "lead.card"}
        made = [
            Delivery(
                team_id=team.team_id,
                delivery_id=delivery_id,
                event_id=delivery_id,
                kind=DeliveryKind.POST,
                conversation_id=delivery_id,
                **address,
            )
            for delivery_id in ids
        ]
        await uow.deliveries.add(made, uow.now)
        for claimed in await uow.deliveries.claim(5, uow.now, uow.now + LEASE):
            await uow.deliveries.finish(claimed, DeliveryState.UNKNOWN, "the sender died", uow.now)
            await delivery.report_unknown(uow, claimed)
        assert (await delivery.resend_all(uow, team.owner, ids[0])).open == 2
        assert (await delivery.resend_all(uow, team.owner, ids[0])).open == 0
