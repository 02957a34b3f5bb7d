"""Subscribers about imports: the cards of the import are updated."""

from typing import Final

from services.lead_import.events import (
    LeadImportFinished,
    LeadImportStarted,
    LeadImportStopped,
    LeadsImported,
)
from services.notices import Subscribers, UpdateCards

UPDATE: Final = UpdateCards("import_id")

SUBSCRIBERS: Final[Subscribers] = {
    LeadImportFinished: (UPDATE,),
    LeadImportStarted: (UPDATE,),
    LeadImportStopped: (UPDATE,),
    LeadsImported: (UPDATE,),
}
