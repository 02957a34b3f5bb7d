"""Events about bulk invitations."""

from services.events import Event


class BulkEvent(Event, frozen=True, kw_only=True):
    """Something that happened to a bulk invitation."""

    bulk_id: str
    marketplace_id: str


class BulkStarted(BulkEvent, frozen=True, kw_only=True, tag="bulk.started"):
    """Somebody had looked at it and sent it; each invitation has a row of its own."""

    firms: int


class BulkStopped(BulkEvent, frozen=True, kw_only=True, tag="bulk.stopped"):
    """Whoever had sent it lost the right to; the rest was not invited."""

    firms: int


class BulkResent(BulkEvent, frozen=True, kw_only=True, tag="bulk.resent"):
    """Somebody sent those mails again that had not left."""

    firms: int


class BulkLinksTaken(BulkEvent, frozen=True, kw_only=True, tag="bulk.links_taken"):
    """Whoever sent it took the links out as a file."""

    firms: int
    silent: bool = True
