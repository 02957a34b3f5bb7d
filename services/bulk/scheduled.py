"""What the clock does with bulk invitations: it sends the next slice, follows the mails, forgets what is old."""

from services.actor import Actor
from services.bulk.events import BulkStopped
from services.bulk.model import DRAFT_KEPT, REPORT_KEPT, Bulk, BulkState, Fate, tally
from services.bulk.send import advance
from services.notices import Copies, Notice
from services.notification.planner import Planner
from services.people import Place, PlaceKind
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def work(uow: UnitOfWork, limit: int) -> int:
    """Send one slice, and draw again the cards of those that have moved on; how many were looked at."""
    bulks = await uow.bulks.moving(limit)
    running = next((one for one in bulks if one.state is BulkState.RUNNING), None)
    if running is not None:
        await _go_on(uow, running)
    for bulk in bulks:
        await _look(uow, bulk)
    return len(bulks)


async def _go_on(uow: UnitOfWork, bulk: Bulk) -> None:
    """In the name of whoever sent it, whose right to do so is read again."""
    actor = await _sender(uow, bulk)
    if actor is not None and actor.may(Permission.MARKETPLACE_RUN):
        await advance(uow, actor, bulk)
        return
    left = tally(await uow.bulks.fated(bulk.team_id, bulk.bulk_id, uow.now)).of(Fate.WAITING)
    if await uow.bulks.move(bulk.team_id, bulk.bulk_id, BulkState.RUNNING, BulkState.STOPPED, uow.now):
        uow.emit(
            BulkStopped(team_id=bulk.team_id, bulk_id=bulk.bulk_id, marketplace_id=bulk.marketplace_id, firms=left)
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


async def _look(uow: UnitOfWork, bulk: Bulk) -> None:
    now = await uow.bulks.get(bulk.team_id, bulk.bulk_id) or bulk
    counts = tally(await uow.bulks.fated(bulk.team_id, bulk.bulk_id, uow.now))
    digest = f"{now.state} {counts.digest}"
    if digest != bulk.shown:
        # Not an event: that a mail left is no news for the audit log, which has the invitation already.
        notice = Notice(Copies(), bulk.bulk_id, team_id=bulk.team_id)
        await Planner(uow, uow.new_id(), has_mail=False).plan((notice,))
    is_moving = now.state is BulkState.RUNNING or (now.state is BulkState.DONE and counts.is_moving)
    await uow.bulks.look(bulk.team_id, bulk.bulk_id, digest, uow.now, is_moving=is_moving)


async def forget(uow: UnitOfWork, limit: int) -> int:
    """Drafts of yesterday, and reports that nobody needs any more."""
    return await uow.bulks.forget(uow.now - DRAFT_KEPT, uow.now - REPORT_KEPT, limit)
