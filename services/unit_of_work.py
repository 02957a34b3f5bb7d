"""Unit of work: one transaction with the stores of all nouns, one clock reading and the emitted events.

Opened only at the entry points (dispatch, job, relay, page). Leaving the block commits; an exception rolls everything
back, including the events. Use cases never commit and never call the network.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from services.actor import Actor
from services.events import Event
from services.keyring import Keyring

# Importing a store runs its package, which imports the noun's use cases, which import this module: a cycle at run time
# that the modules themselves do not have.
if TYPE_CHECKING:
    from services.audit.store import AuditTrail
    from services.bulk.store import Bulks
    from services.channel.store import ChannelOffers
    from services.conversation.store import Conversations
    from services.delivery.store import Deliveries
    from services.file.store import Files
    from services.identity.store import Identities
    from services.inbox.store import Inbox
    from services.installation.store import Installations
    from services.invariants import Invariants
    from services.invitation.store import Invitations
    from services.lead.store import Leads
    from services.lead_import.store import LeadImports
    from services.marketplace.store import Marketplaces
    from services.member.store import Members
    from services.period.store import Periods
    from services.request.store import Requests
    from services.team.store import Teams
    from services.user.store import Users


class UnitOfWork(Protocol):
    """The stores, the clock and the keyring of one transaction."""

    now: datetime
    """The only clock reading of this transaction, aware UTC."""
    keyring: Keyring
    plan: str
    """The plan of a new team."""

    users: Users
    identities: Identities
    conversations: Conversations
    channel_offers: ChannelOffers
    teams: Teams
    members: Members
    invitations: Invitations
    requests: Requests
    leads: Leads
    lead_imports: LeadImports
    marketplaces: Marketplaces
    bulks: Bulks
    files: Files
    audit: AuditTrail
    deliveries: Deliveries
    inbox: Inbox
    installations: Installations
    periods: Periods
    invariants: Invariants

    def new_id(self) -> str:
        """Return a new opaque id that cannot be guessed and sorts by time."""
        ...

    def emit(self, event: Event, by: Actor | None = None) -> None:
        """Store an event: the commit makes it an audit row and, unless it is silent, work for the relay.

        Team, user and platform are filled in from `by` where the event leaves them empty. Without `by` (jobs, pages,
        events of another team) the event names its team. Raises ValueError for an event without a team.
        """
        ...


class Units(Protocol):
    """Opener of units of work."""

    def write(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction that may change data."""
        ...

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a read-only transaction; a write in it fails."""
        ...
