"""One transaction: the stores of all nouns, one reading of the clock, and the events of what happened.

Opened only at the entry points (dispatch, job, relay, page). Leaving the block commits; an exception rolls everything
back, the events included. Use cases never commit and never call the network.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from services.actor import Actor
from services.events import Event
from services.keyring import Keyring

# The nouns' use cases are written against this module, and it against their stores.
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
    from services.job.store import Periods
    from services.lead.store import Leads
    from services.lead_import.store import LeadImports
    from services.marketplace.store import Marketplaces
    from services.member.store import Members
    from services.request.store import Requests
    from services.team.store import Teams
    from services.user.store import Users


class UnitOfWork(Protocol):
    """What a use case may touch."""

    now: datetime
    """The one clock reading of this transaction, aware UTC."""
    keyring: Keyring
    plan: str
    """The plan that a new team gets while nothing is charged."""

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
        """A new opaque id, unguessable, in order of time."""
        ...

    def emit(self, event: Event, by: Actor | None = None) -> None:
        """Keep what happened: with the commit it becomes an audit row and, unless silent, work for the relay.

        The team, the person and the platform are filled in from `by` at once, where the event leaves them empty.
        Without `by` nothing is filled in: the clock and the pages name the team themselves, and so does whoever tells
        another team. An event of no team is refused.
        """
        ...


class Units(Protocol):
    """Opens units of work."""

    def write(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction that may change data."""
        ...

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A read-only transaction; whatever would write in it fails."""
        ...
