"""Events about linked chat identities."""

from services.events import Event


class IdentityEvent(Event, frozen=True, kw_only=True):
    """Something that happened to somebody's chat identities."""

    link_id: str = ""


class IdentityAgreed(IdentityEvent, frozen=True, kw_only=True, tag="identity.agreed"):
    """Somebody typed the code and says that both identities are his; the first side is asked."""

    asked_of: str
    first_platform: str
    other_platform: str


class IdentityDeclined(IdentityEvent, frozen=True, kw_only=True, tag="identity.declined"):
    """One of the two said no; nothing was changed."""


class IdentityLinked(IdentityEvent, frozen=True, kw_only=True, tag="identity.linked"):
    """Two chat identities are one person from now on; the merged user's id leads to this person."""

    member_id: str
    merged_id: str
    first_platform: str
    other_platform: str
    ended_role: str = ""
    """Of the second membership, where both were colleagues of the same team."""


class IdentityUnlinked(IdentityEvent, frozen=True, kw_only=True, tag="identity.unlinked"):
    """A chat identity is a person of its own again, in no team."""

    member_id: str
    unlinked_platform: str
