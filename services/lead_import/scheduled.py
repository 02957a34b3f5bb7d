"""Scheduled jobs about imports: purge of previews that were not started."""

from typing import Final

from services.jobs import Job
from services.lead_import.model import PREVIEW_TTL
from services.unit_of_work import UnitOfWork


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete previews whose files have expired; return how many."""
    return await uow.lead_imports.purge(uow.now - PREVIEW_TTL, limit)


JOBS: Final = (Job("lead.import_purge", 3600, purge),)
