"""Refusals about imports: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal


class LeadImportRefusal(Refusal):
    """A rule about imports forbids it."""


@dataclass(eq=False)
class AlreadyImported(LeadImportRefusal):
    """The team has imported this file, or is importing it."""

    imported_at: datetime
    imported_by: str = ""
    is_done: bool = True


@dataclass(eq=False)
class NameUnmapped(LeadImportRefusal):
    """No column holds the contact's name, so that no row could become a lead."""

    import_id: str
