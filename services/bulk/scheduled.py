"""Scheduled jobs about bulk invitations: sending in slices, updating their cards, purge."""

from typing import Final

from services.actor import Actor
from services.bulk.events import BulkStopped
from services.bulk.model import DRAFT_TTL, REPORT_TTL, Bulk, BulkState, LineOutcome, count_outcomes
from services.bulk.send import send_slice
from services.jobs import Job
from services.notices import CardCopies, Notice
from services.notification.planner import Planner
from services.people import Place, PlaceKind
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

SLICES: Final = 20
"""Bulk invitations that one run looks at: the job comes again after five seconds."""


async def process_bulks(uow: UnitOfWork, limit: int) -> int:
    """Send one slice and update the cards of the bulk invitations that changed; return how many were checked."""
    bulks = await uow.bulks.list_moving(limit)
    running = next((item for item in bulks if item.state is BulkState.RUNNING), None)
    if running is not None:
        await _send_slice(uow, running)
    for bulk in bulks:
        await _update_cards(uow, bulk)
    return len(bulks)


async def _send_slice(uow: UnitOfWork, bulk: Bulk) -> None:
    """Send the next slice in the name of its sender, whose permission is read again; stop without it."""
    actor = await _sender(uow, bulk)
    if actor is not None and actor.may(Permission.MARKETPLACE_RUN):
        await send_slice(uow, actor, bulk)
        return
    left = count_outcomes(await uow.bulks.list_outcomes(bulk.team_id, bulk.bulk_id, uow.now)).count(LineOutcome.WAITING)
    if await uow.bulks.change_state(bulk.team_id, bulk.bulk_id, BulkState.RUNNING, BulkState.STOPPED, uow.now):
        uow.emit(
            BulkStopped(team_id=bulk.team_id, bulk_id=bulk.bulk_id, marketplace_id=bulk.marketplace_id, partners=left)
        )


async def _sender(uow: UnitOfWork, bulk: Bulk) -> Actor | None:
    member = await uow.members.get(bulk.team_id, bulk.user_id)
    user = await uow.users.get(bulk.user_id)
    if member is None or user is None or await uow.teams.get(bulk.team_id) is None:
        return None
    return Actor(
        user_id=bulk.user_id,
        name=user.name,
        team_id=bulk.team_id,
        role=member.role,
        language=user.language,
        zone=user.zone,
        place=Place(bulk.platform, "", "", PlaceKind.PERSONAL),
    )


async def _update_cards(uow: UnitOfWork, bulk: Bulk) -> None:
    now = await uow.bulks.get(bulk.team_id, bulk.bulk_id) or bulk
    counts = count_outcomes(await uow.bulks.list_outcomes(bulk.team_id, bulk.bulk_id, uow.now))
    digest = f"{now.state} {counts.digest}"
    if digest != bulk.shown:
        # No event: a sent mail is no news for the audit log, which has the invitation already.
        notice = Notice(CardCopies(), bulk.bulk_id, team_id=bulk.team_id)
        await Planner(uow, uow.new_id(), has_mail=False).plan((notice,))
    is_moving = now.state is BulkState.RUNNING or (now.state is BulkState.DONE and counts.is_changing)
    await uow.bulks.update_shown(bulk.team_id, bulk.bulk_id, digest, uow.now, is_moving=is_moving)


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete old drafts and old reports; return how many."""
    return await uow.bulks.purge(uow.now - DRAFT_TTL, uow.now - REPORT_TTL, limit)


JOBS: Final = (
    Job("bulk.work", 5, process_bulks, SLICES),
    Job("bulk.purge", 3600, purge),
)
