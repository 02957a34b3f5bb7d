"""A database with rows of every kind, and a way to change rows past all constraints."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services import bulk, channel, identity, invitation, lead, marketplace, request
from services.delivery import Delivery, DeliveryKind, DeliveryState, PostedCard
from services.inbox.model import InteractionKey
from services.invariants import Violation, check_all
from services.lead_import import process
from services.lead_import.model import RowCounts
from services.lead_import.parse_row import split_batches
from services.permissions import Permission
from services.plans import DEFAULT_PLAN
from services.table import open_table
from storage.engine import Database
from storage.unit_of_work import Ids, SqlUnit, SqlUnits, UnitSettings
from tests.builders import KEYRING, Clock
from tests.services import import_steps
from tests.services.seeded_team import (
    SeededTeam,
    create_lead,
    create_offered_lead,
    open_marketplace,
    pick_lead,
    seed_team,
)

HOLDER: Final = "process-1"
UNIQUE: Final = (
    "uq_members_owner",
    "uq_members_user",
    "uq_invitations_open",
    "uq_partners_team",
    "uq_deliveries_post",
    "uq_deliveries_update",
)
"""Unique indexes that prevent violations; dropped here, because invariants must not depend on them."""


@dataclass(frozen=True, slots=True)
class PopulatedDatabase:
    """Three teams with rows of every kind, and a way to change rows past unique indexes and foreign keys."""

    database: Database
    clock: Clock
    ours: SeededTeam
    theirs: SeededTeam
    unrelated: SeededTeam

    @property
    def names(self) -> dict[str, Any]:
        """Return the parameters of the violating statements."""
        return {
            "team": self.ours.team_id,
            "other": self.theirs.team_id,
            "stranger": self.unrelated.team_id,
            "non_member": self.unrelated.viewer.user_id,
            "long_ago": self.clock() - timedelta(hours=2),
            "days_ago": self.clock() - timedelta(days=3),
            "week_ago": self.clock() - timedelta(days=7),
        }

    @asynccontextmanager
    async def without_constraints(self) -> AsyncGenerator[AsyncConnection]:
        """Open a transaction without unique indexes and foreign keys; it is rolled back."""
        async with self.database.writer.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            if isinstance(raw, aiosqlite.Connection):
                await (await raw.execute("PRAGMA foreign_keys = OFF")).close()
            async with connection.begin() as transaction:
                if not isinstance(raw, aiosqlite.Connection):
                    await connection.execute(text("SET LOCAL session_replication_role = replica"))
                for index in UNIQUE:
                    await connection.execute(text(f"DROP INDEX {index}"))
                yield connection
                await transaction.rollback()

    async def violations(self, connection: AsyncConnection) -> tuple[Violation, ...]:
        """Return the violations in the transaction of the connection."""
        unit = SqlUnit(connection, self.clock(), UnitSettings(KEYRING, DEFAULT_PLAN, Ids()), writes=False)
        return await check_all(unit.invariants)

    def values(self, statement: str) -> dict[str, Any]:
        """Return the parameters that the statement names."""
        return {key: value for key, value in self.names.items() if f":{key}" in statement}


@pytest.fixture
async def populated(database: Database, units: SqlUnits, clock: Clock) -> PopulatedDatabase:
    """Solarhaus operates a marketplace with the partner Dachwerk; Nordwind is unrelated."""
    ours, theirs, unrelated = [await seed_team(units, name) for name in ("Solarhaus", "Dachwerk", "Nordwind")]
    await open_marketplace(ours, theirs)
    await create_leads(ours, theirs)
    async with units.write() as uow:
        await request.ask(uow, ours.member, "member.remove", {}, Permission.MEMBER_REMOVE)
        await invitation.request(uow, ours.member, "eva@acme.example")
        await invitation.create(uow, ours.owner, "udo@acme.example", "viewer")
        await marketplace.invite(uow, ours.owner, email="dach@acme.example", name="Dachwerk II")
        await uow.inbox.add(InteractionKey("web", "demo", "click/1", ours.owner.user_id))
        await identity.issue_code(uow, ours.member)
        await channel.issue_code(uow, ours.owner)
        await add_posted_card(uow, ours)
    await create_imports(units, ours)
    await create_bulks(units, ours)
    return PopulatedDatabase(database, clock, ours, theirs, unrelated)


async def create_leads(ours: SeededTeam, theirs: SeededTeam) -> None:
    """Create a lead on offer, a picked one, a won one, one with an undone pick, and one on no marketplace."""
    await create_lead(ours)
    leads = [await create_offered_lead(ours) for _ in range(4)]
    for item in leads[1:]:
        await pick_lead(theirs, item.lead_id)
    async with ours.units.write() as uow:
        await lead.win(uow, theirs.member, leads[2].lead_id)
        await lead.undo(uow, theirs.member, leads[3].lead_id)


async def create_imports(units: SqlUnits, seeded: SeededTeam) -> None:
    """Create an import with a rejected row, a running one, and one that was only previewed."""
    done = import_steps.table(import_steps.row(1), import_steps.row(2), ";;nobody;;;;;")
    view = await import_steps.begin(units, seeded.member, done, "Messe.csv")
    async with units.write() as uow:
        carried = await process.claim(uow, HOLDER)
        assert carried is not None
        for batch in split_batches(open_table(done), carried.plan, 0):
            carried = await process.process_batch(uow, carried, HOLDER, batch) or carried
        assert await process.finish(uow, carried, HOLDER, "Rest.csv", b"left out", 1)
    assert (await import_steps.stored_import(units, view)).tally == RowCounts(imported=2, rejected=1)
    await import_steps.begin(units, seeded.member, import_steps.numbered_table(2, first=3), "Lager.csv")
    await import_steps.prepare(units, seeded.member, import_steps.numbered_table(2, first=5), "Laden.csv")


async def create_bulks(units: SqlUnits, seeded: SeededTeam) -> None:
    """Create a bulk invitation with an invited and a skipped team, and one that was only previewed."""
    async with units.write() as uow:
        sent = await bulk.draft(uow, seeded.owner, firms="Holzbau; post@holzbau.example\nNiemand; nowhere")
        await bulk.send(uow, seeded.owner, sent.bulk_id)
        await bulk.draft(uow, seeded.owner, firms="Spengler; post@spengler.example")


async def add_posted_card(uow: SqlUnit, seeded: SeededTeam) -> None:
    """Add a card posted into the team's channel."""
    conversation: dict[str, Any] = {
        "platform": "web",
        "tenant": "demo",
        "conversation_id": seeded.channel.conversation_id,
    }
    delivery = Delivery(
        team_id=seeded.team_id,
        delivery_id=uow.new_id(),
        event_id=uow.new_id(),
        kind=DeliveryKind.POST,
        view="lead.card",
        key="lead-1",
        state=DeliveryState.SUPPRESSED,
        reason="not connected",
        **conversation,
    )
    await uow.deliveries.add([delivery], uow.now)
    posted = PostedCard(
        team_id=seeded.team_id,
        post_id=uow.new_id(),
        view="lead.card",
        key="lead-1",
        message_id="message-1",
        **conversation,
    )
    await uow.deliveries.add_post(posted, uow.now)
