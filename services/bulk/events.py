"""Events about bulk invitations."""

from services.events import Event


class BulkEvent(Event, frozen=True, kw_only=True):
    """An event of a bulk invitation."""

    bulk_id: str
    marketplace_id: str


class BulkStarted(BulkEvent, frozen=True, kw_only=True, tag="bulk.started"):
    """A member sent the bulk invitation; each single invitation has an audit entry of its own."""

    partners: int


class BulkStopped(BulkEvent, frozen=True, kw_only=True, tag="bulk.stopped"):
    """The sender lost the permission to invite; the remaining partners were not invited."""

    partners: int


class BulkResent(BulkEvent, frozen=True, kw_only=True, tag="bulk.resent"):
    """A member sent the failed mails again."""

    partners: int


class BulkLinksExported(BulkEvent, frozen=True, kw_only=True, tag="bulk.links_taken"):
    """The sender downloaded the links as a file."""

    partners: int
    is_silent: bool = True
