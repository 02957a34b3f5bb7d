"""Bulk invitations: read, looked at, sent, reported on."""

from services.bulk.drafting import draft, form
from services.bulk.linking import links, report
from services.bulk.model import (
    Bulk,
    BulkForm,
    BulkPage,
    BulkState,
    BulkTable,
    BulkView,
    Fate,
    LineView,
    Problem,
    Tally,
)
from services.bulk.sending import drop, resend, send
from services.bulk.showing import page, show

__all__ = [
    "Bulk",
    "BulkForm",
    "BulkPage",
    "BulkState",
    "BulkTable",
    "BulkView",
    "Fate",
    "LineView",
    "Problem",
    "Tally",
    "draft",
    "drop",
    "form",
    "links",
    "page",
    "report",
    "resend",
    "send",
    "show",
]
