"""Who did what, for which team, when and through which platform (X5)."""

from services.audit.model import Entry, ListedEntries
from services.audit.showing import show

__all__ = ["Entry", "ListedEntries", "show"]
