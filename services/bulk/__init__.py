"""Bulk invitations: parsed, previewed, sent and reported."""

from services.bulk.draft import draft as draft, form as form
from services.bulk.links import links as links, report as report
from services.bulk.model import (
    Bulk as Bulk,
    BulkForm as BulkForm,
    BulkPage as BulkPage,
    BulkState as BulkState,
    BulkTable as BulkTable,
    BulkView as BulkView,
    Fate as Fate,
    LineView as LineView,
    Problem as Problem,
    Tally as Tally,
)
from services.bulk.send import drop as drop, resend as resend, send as send
from services.bulk.show import page as page, show as show
