"""Bulk invitations: parsed, previewed, sent and reported."""

from services.bulk.draft import draft as draft, show_form as show_form
from services.bulk.links import list_links as list_links, show_report as show_report
from services.bulk.model import (
    Bulk as Bulk,
    BulkForm as BulkForm,
    BulkLineView as BulkLineView,
    BulkPage as BulkPage,
    BulkState as BulkState,
    BulkTable as BulkTable,
    BulkView as BulkView,
    LineOutcome as LineOutcome,
    LineProblem as LineProblem,
    OutcomeCounts as OutcomeCounts,
)
from services.bulk.send import drop as drop, resend as resend, send as send
from services.bulk.show import show as show, show_lines as show_lines
