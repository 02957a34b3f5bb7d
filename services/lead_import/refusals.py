"""Refusals about imports: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal


class LeadImportRefusal(Refusal):
    """The rules about imports say no."""


@dataclass(eq=False)
class AlreadyImported(LeadImportRefusal):
    """Somebody in the team has imported this very file, or is doing so now."""

    at: datetime
    by: str = ""
    is_done: bool = True


@dataclass(eq=False)
class NameUnmapped(LeadImportRefusal):
    """No column says who asked, so that no row could become a lead."""

    import_id: str
