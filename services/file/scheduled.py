"""Scheduled jobs about files: purge of expired ones."""

from typing import Final

from services.jobs import Job
from services.unit_of_work import UnitOfWork


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete files that have expired; return how many."""
    return await uow.files.purge(uow.now, limit)


JOBS: Final = (Job("file.purge", 60, purge),)
