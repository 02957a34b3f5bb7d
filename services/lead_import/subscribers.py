"""Who hears of an import: the cards about it move, and nobody else is told."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from services.events import Event
from services.lead_import.events import (
    LeadImportEvent,
    LeadImportFinished,
    LeadImportStarted,
    LeadImportStopped,
    LeadsImported,
)
from services.notices import Copies, Notice
from services.people import TeamId
from services.unit_of_work import UnitOfWork


async def moved(uow: UnitOfWork, event: LeadImportEvent) -> list[Notice]:
    """Every card already posted."""
    del uow
    return [Notice(Copies(), event.import_id, team_id=TeamId(event.team_id))]


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Awaitable[list[Notice]]]]] = {
    LeadImportFinished: moved,
    LeadImportStarted: moved,
    LeadImportStopped: moved,
    LeadsImported: moved,
}
