"""Audit log: who changed what, for which team, when and on which platform (X5)."""

from services.audit.events import AuditExported as AuditExported
from services.audit.export import ExportedEntries as ExportedEntries, export as export
from services.audit.model import AuditEntry as AuditEntry, AuditPage as AuditPage, ChainedEntry as ChainedEntry
from services.audit.record_refused import RECORDED_REFUSALS as RECORDED_REFUSALS, record_refusal as record_refusal
from services.audit.show import show as show
