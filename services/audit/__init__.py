"""Who did what, for which team, when and through which platform (X5)."""

from services.audit.exporting import ExportedEntries, export
from services.audit.model import AuditExported, Entry, Link, ListedEntries
from services.audit.refusing import TRESPASSES, note_refused
from services.audit.showing import show

__all__ = [
    "TRESPASSES",
    "AuditExported",
    "Entry",
    "ExportedEntries",
    "Link",
    "ListedEntries",
    "export",
    "note_refused",
    "show",
]
