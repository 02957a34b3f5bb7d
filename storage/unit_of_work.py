"""The unit of work on a database: one transaction, and with its commit the audit log and the work for the relay."""

import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.actor import Actor
from services.audit.store import AuditTrail
from services.bulk.store import Bulks
from services.channel.store import ChannelOffers
from services.conversation.store import Conversations
from services.delivery.store import Deliveries
from services.events import Event, encode, fill_envelope
from services.file.store import Files
from services.identity.store import Identities
from services.inbox.store import Inbox
from services.installation.store import Installations
from services.invariants import Invariants
from services.invitation.store import Invitations
from services.keyring import Keyring
from services.lead.store import Leads
from services.lead_import.store import LeadImports
from services.marketplace.store import Marketplaces
from services.member.store import Members
from services.period.store import Periods
from services.plans import DEFAULT_PLAN
from services.request.store import Requests
from services.team.store import Teams
from services.user.store import Users
from storage.audit import SqlAuditTrail
from storage.bulk import SqlBulks
from storage.channel import SqlChannelOffers
from storage.conversation import SqlConversations
from storage.delivery import SqlDeliveries
from storage.engine import Database
from storage.file import SqlFiles
from storage.identity import SqlIdentities
from storage.inbox import SqlInbox
from storage.installation import SqlInstallations
from storage.invariants import SqlInvariants
from storage.invitation import SqlInvitations
from storage.lead import SqlLeads
from storage.lead_import import SqlLeadImports
from storage.marketplace import SqlMarketplaces
from storage.member import SqlMembers
from storage.periods import SqlPeriods
from storage.request import SqlRequests
from storage.tables import events
from storage.team import SqlTeams
from storage.user import SqlUsers

_INSERT_EVENTS: Final = insert(events)


def _no_relay() -> None:
    """Do nothing: in a process without a relay, the relay of another process polls for the work."""


class Ids:
    """Makes opaque ids in order of time, within a process also where the clock stands still or goes back."""

    def __init__(self) -> None:
        self._last = 0

    def new(self, now: datetime) -> str:
        """Return microseconds, then 88 random bits; hexadecimal sorts alike in every collation."""
        self._last = max(self._last + 1, int(now.timestamp() * 1_000_000))
        return f"{self._last:014x}{secrets.token_hex(11)}"


@dataclass(frozen=True, slots=True)
class UnitSettings:
    """What all transactions of a process have in common."""

    keyring: Keyring
    plan: str
    ids: Ids


class SqlUnit:
    """Implements `services.unit_of_work.UnitOfWork` for one transaction."""

    def __init__(self, connection: AsyncConnection, now: datetime, common: UnitSettings, *, writes: bool) -> None:
        self._connection = connection
        self._writes = writes
        self._ids = common.ids
        self._emitted: list[Event] = []
        self._trail = SqlAuditTrail(connection)
        self.now = now
        self.keyring = common.keyring
        self.plan = common.plan
        self.audit: AuditTrail = self._trail
        self.bulks: Bulks = SqlBulks(connection)
        self.channel_offers: ChannelOffers = SqlChannelOffers(connection)
        self.conversations: Conversations = SqlConversations(connection)
        self.deliveries: Deliveries = SqlDeliveries(connection)
        self.files: Files = SqlFiles(connection, writes=writes)
        self.identities: Identities = SqlIdentities(connection)
        self.inbox: Inbox = SqlInbox(connection, now)
        self.installations: Installations = SqlInstallations(connection)
        self.invariants: Invariants = SqlInvariants(connection, now)
        self.invitations: Invitations = SqlInvitations(connection)
        self.leads: Leads = SqlLeads(connection)
        self.lead_imports: LeadImports = SqlLeadImports(connection)
        self.marketplaces: Marketplaces = SqlMarketplaces(connection)
        self.members: Members = SqlMembers(connection)
        self.periods: Periods = SqlPeriods(connection, now)
        self.requests: Requests = SqlRequests(connection)
        self.teams: Teams = SqlTeams(connection)
        self.users: Users = SqlUsers(connection)

    def new_id(self) -> str:
        return self._ids.new(self.now)

    def emit(self, event: Event, by: Actor | None = None) -> None:
        if not self._writes:
            raise RuntimeError("something happened in a read-only transaction")
        self._emitted.append(fill_envelope(event, by))

    async def flush(self) -> bool:
        """Store the events and the audit entries; tell whether the relay has work."""
        if self._emitted:
            await self._trail.append(self._emitted, self.now)
        rows = [self._row(event) for event in self._emitted if not event.is_silent]
        if rows:
            await self._connection.execute(_INSERT_EVENTS, rows)
        return bool(rows)

    def _row(self, event: Event) -> dict[str, object]:
        return {
            "event_id": self.new_id(),
            "team_id": event.team_id,
            "at": self.now,
            "body": encode(event).decode(),
            "due_at": self.now,
        }


class SqlUnits:
    """Opens transactions on one database. The clock is read once a transaction, when it has begun."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        keyring: Keyring,
        on_commit: Callable[[], None] = _no_relay,
        *,
        plan: str = DEFAULT_PLAN,
    ) -> None:
        self._database = database
        self._clock = clock
        self._common = UnitSettings(keyring, plan, Ids())
        self._on_commit = on_commit

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[SqlUnit]:
        """Open a transaction that may change data. Raises DatabaseBusy, DatabaseUnreachable."""
        async with self._open(writes=True) as unit:
            yield unit
            has_work = await unit.flush()
        if has_work:
            self._on_commit()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[SqlUnit]:
        """Open a transaction in which the database refuses to write. Raises DatabaseBusy, DatabaseUnreachable."""
        async with self._open(writes=False) as unit:
            yield unit

    @asynccontextmanager
    async def _open(self, *, writes: bool) -> AsyncGenerator[SqlUnit]:
        async with self._database.transaction(writes=writes) as connection:
            yield SqlUnit(connection, self._clock(), self._common, writes=writes)
