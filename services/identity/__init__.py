"""One person at several chats."""

from services.identity.linking import agree, ask, confirm, decline, enter, review
from services.identity.model import Known, Link, LinkCode, LinkedIdentity, LinkState, Side, UnlinkedIdentity
from services.identity.parting import list_, unlink

__all__ = [
    "Known",
    "Link",
    "LinkCode",
    "LinkState",
    "LinkedIdentity",
    "Side",
    "UnlinkedIdentity",
    "agree",
    "ask",
    "confirm",
    "decline",
    "enter",
    "list_",
    "review",
    "unlink",
]
