"""Leads brought in by file: looked at first, then imported in the background, with an account of every row."""

from services.lead_import import clockwork
from services.lead_import.model import (
    AlreadyImported,
    Batch,
    Column,
    Defaults,
    Field,
    Halt,
    HowTo,
    ImportState,
    ImportView,
    LeadImport,
    NameUnmapped,
    NewLead,
    Plan,
    SkippedRow,
    Tally,
)
from services.lead_import.preparing import assign, explain, follow, prepare, show
from services.lead_import.running import start, stop

__all__ = [
    "AlreadyImported",
    "Batch",
    "Column",
    "Defaults",
    "Field",
    "Halt",
    "HowTo",
    "ImportState",
    "ImportView",
    "LeadImport",
    "NameUnmapped",
    "NewLead",
    "Plan",
    "SkippedRow",
    "Tally",
    "assign",
    "clockwork",
    "explain",
    "follow",
    "prepare",
    "show",
    "start",
    "stop",
]
