"""Audit log: who changed what, for which team, when and on which platform (X5)."""

from services.audit.events import AuditExported as AuditExported
from services.audit.export import ExportedEntries as ExportedEntries, export as export
from services.audit.model import Entry as Entry, Link as Link, ListedEntries as ListedEntries
from services.audit.record_refused import TRESPASSES as TRESPASSES, note_refused as note_refused
from services.audit.show import show as show
