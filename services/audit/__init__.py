"""Who did what, for which team, when and through which platform (X5)."""

from services.audit.exporting import ExportedEntries, export
from services.audit.model import AuditExported, Entry, Link, ListedEntries
from services.audit.showing import show

__all__ = ["AuditExported", "Entry", "ExportedEntries", "Link", "ListedEntries", "export", "show"]
