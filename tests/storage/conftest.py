"""A world with something of every kind, and a way past what keeps its rows right."""

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
from services.delivery import Delivery, Kind, Posted, State
from services.inbox.model import Arrival
from services.invariants import Breach, check_all
from services.lead_import import process
from services.lead_import.model import Tally
from services.lead_import.parse_row import batches
from services.permissions import Permission
from services.plans import DEFAULT_PLAN
from services.table import open_table
from storage.engine import Database
from storage.unit_of_work import Common, Ids, SqlUnit, SqlUnits
from tests.builders import KEYRING, Clock
from tests.services import imports
from tests.services.firms import Firm, bring, found, offered, open_market, pick

HOLDER: Final = "process-1"
UNIQUE: Final = (
    "uq_members_owner",
    "uq_members_user",
    "uq_invitations_open",
    "uq_partners_team",
    "uq_deliveries_post",
    "uq_deliveries_update",
)
"""Unique indexes, dropped in `unguarded`: they forbid what some invariants look for."""


@dataclass(frozen=True, slots=True)
class World:
    """Three teams with something of every kind, and a way past unique indexes and foreign keys."""

    database: Database
    clock: Clock
    ours: Firm
    theirs: Firm
    stranger: Firm

    @property
    def names(self) -> dict[str, Any]:
        """What the breaking statements name."""
        return {
            "team": self.ours.team_id,
            "other": self.theirs.team_id,
            "stranger": self.stranger.team_id,
            "outsider": self.stranger.viewer.user_id,
            "long_ago": self.clock() - timedelta(hours=2),
            "days_ago": self.clock() - timedelta(days=3),
            "week_ago": self.clock() - timedelta(days=7),
        }

    @asynccontextmanager
    async def unguarded(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction without unique indexes and foreign keys, of which nothing is kept."""
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

    async def breaches(self, connection: AsyncConnection) -> tuple[Breach, ...]:
        """What is found in the transaction of this connection."""
        unit = SqlUnit(connection, self.clock(), Common(KEYRING, DEFAULT_PLAN, Ids()), writes=False)
        return await check_all(unit.invariants)

    def values(self, statement: str) -> dict[str, Any]:
        """Return what a statement names."""
        return {key: value for key, value in self.names.items() if f":{key}" in statement}


@pytest.fixture
async def world(database: Database, units: SqlUnits, clock: Clock) -> World:
    """Build Solarhaus with a marketplace, Dachwerk as its partner, and Nordwind without a relation to either."""
    ours, theirs, stranger = [await found(units, name) for name in ("Solarhaus", "Dachwerk", "Nordwind")]
    await open_market(ours, theirs)
    await trade(ours, theirs)
    async with units.write() as uow:
        await request.ask(uow, ours.member, "member.remove", {}, Permission.MEMBER_REMOVE)
        await invitation.request(uow, ours.member, "eva@acme.example")
        await invitation.create(uow, ours.owner, "udo@acme.example", "viewer")
        await marketplace.invite(uow, ours.owner, email="dach@acme.example", name="Dachwerk II")
        await uow.inbox.register(Arrival("web", "demo", "click/1", ours.owner.user_id))
        await identity.ask(uow, ours.member)
        await channel.ask(uow, ours.owner)
        await deliver(uow, ours)
    await bring_file(units, ours)
    await invite_many(units, ours)
    return World(database, clock, ours, theirs, stranger)


async def trade(ours: Firm, theirs: Firm) -> None:
    """A lead on offer, one in work, one won, one whose pick was undone, and one of our own."""
    await bring(ours)
    leads = [await offered(ours) for _ in range(4)]
    for one in leads[1:]:
        await pick(theirs, one.lead_id)
    async with ours.units.write() as uow:
        await lead.win(uow, theirs.member, leads[2].lead_id)
        await lead.undo(uow, theirs.member, leads[3].lead_id)


async def bring_file(units: SqlUnits, firm: Firm) -> None:
    """A file of leads that was imported but for a row, one that is being imported, and one that was looked at only."""
    done = imports.table(imports.row(1), imports.row(2), ";;nobody;;;;;")
    view = await imports.begin(units, firm.member, done, "Messe.csv")
    async with units.write() as uow:
        carried = await process.claim(uow, HOLDER)
        assert carried is not None
        for batch in batches(open_table(done), carried.plan, 0):
            carried = await process.carry(uow, carried, HOLDER, batch) or carried
        assert await process.finish(uow, carried, HOLDER, "Rest.csv", b"left out", 1)
    assert (await imports.state(units, view)).tally == Tally(imported=2, rejected=1)
    await imports.begin(units, firm.member, imports.many(2, first=3), "Lager.csv")
    await imports.prepare(units, firm.member, imports.many(2, first=5), "Laden.csv")


async def invite_many(units: SqlUnits, firm: Firm) -> None:
    """A list of which one firm was invited and one left out, and one that was looked at only."""
    async with units.write() as uow:
        sent = await bulk.draft(uow, firm.owner, firms="Holzbau; post@holzbau.example\nNiemand; nowhere")
        await bulk.send(uow, firm.owner, sent.bulk_id)
        await bulk.draft(uow, firm.owner, firms="Spengler; post@spengler.example")


async def deliver(uow: SqlUnit, firm: Firm) -> None:
    """A card that was posted into the firm's channel."""
    place: dict[str, Any] = {"platform": "web", "tenant": "demo", "conversation_id": firm.channel.conversation_id}
    delivery = Delivery(
        team_id=firm.team_id,
        delivery_id=uow.new_id(),
        event_id=uow.new_id(),
        kind=Kind.POST,
        view="lead.card",
        key="lead-1",
        state=State.SUPPRESSED,
        reason="not connected",
        **place,
    )
    await uow.deliveries.add([delivery], uow.now)
    posted = Posted(
        team_id=firm.team_id, post_id=uow.new_id(), view="lead.card", key="lead-1", message_id="message-1", **place
    )
    await uow.deliveries.add_post(posted, uow.now)
