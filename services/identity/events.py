"""Events about linked chat identities."""

from services.events import Event


class IdentityEvent(Event, frozen=True, kw_only=True):
    """An event of a user's chat identities."""

    link_id: str = ""


class IdentityAgreed(IdentityEvent, frozen=True, kw_only=True, tag="identity.agreed"):
    """The other side agreed that both identities are one user; the first side is asked."""

    asked_of: str
    first_platform: str
    other_platform: str


class IdentityDeclined(IdentityEvent, frozen=True, kw_only=True, tag="identity.declined"):
    """One side declined; nothing was changed."""


class IdentityLinked(IdentityEvent, frozen=True, kw_only=True, tag="identity.linked"):
    """Two users were merged; the merged user's id resolves to the remaining user."""

    member_id: str
    merged_id: str
    first_platform: str
    other_platform: str
    ended_role: str = ""
    """Role in the ended membership, where both were members of one team."""


class IdentityUnlinked(IdentityEvent, frozen=True, kw_only=True, tag="identity.unlinked"):
    """A chat identity was separated into a new user without a team."""

    member_id: str
    unlinked_platform: str
