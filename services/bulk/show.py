"""Views of a bulk invitation for members of the operator: draft and report."""

from services.actor import Actor
from services.bulk.model import (
    BULK_PAGE_LINES,
    Bulk,
    BulkLineResult,
    BulkLineView,
    BulkPage,
    BulkState,
    BulkView,
    LineOutcome,
    count_outcomes,
)
from services.errors import NotFound
from services.masking import mask_email_for
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def show(uow: UnitOfWork, actor: Actor, bulk_id: str = "") -> BulkView:
    """Return a bulk invitation, by default the latest sent one. Raises NotFound."""
    team_id = actor.require(Permission.MARKETPLACE_VIEW)
    wanted = bulk_id or await uow.bulks.find_latest_id(team_id) or ""
    return await build_bulk_view(uow, actor, await find_bulk(uow, team_id, wanted))


async def show_lines(uow: UnitOfWork, actor: Actor, bulk_id: str, number: int = 1) -> BulkPage:
    """Return one page of its lines."""
    team_id = actor.require(Permission.MARKETPLACE_VIEW)
    bulk = await find_bulk(uow, team_id, bulk_id)
    fated = await uow.bulks.list_outcomes(team_id, bulk_id, uow.now)
    pages = max(1, -(-len(fated) // BULK_PAGE_LINES))
    shown = min(max(number, 1), pages)
    return BulkPage(
        await _view(uow, actor, bulk, fated, fated[(shown - 1) * BULK_PAGE_LINES : shown * BULK_PAGE_LINES]),
        shown,
        pages,
    )


async def build_bulk_view(uow: UnitOfWork, actor: Actor, bulk: Bulk) -> BulkView:
    """Build the first card's view: of the lines only those that need action."""
    fated = await uow.bulks.list_outcomes(bulk.team_id, bulk.bulk_id, uow.now)
    wanted = LineOutcome.REFUSED if bulk.state is BulkState.DRAFT else LineOutcome.FAILED
    return await _view(uow, actor, bulk, fated, [item for item in fated if item.outcome is wanted][:BULK_PAGE_LINES])


async def build_full_view(uow: UnitOfWork, actor: Actor, bulk: Bulk) -> BulkView:
    """Build the view with every line, for a file."""
    fated = await uow.bulks.list_outcomes(bulk.team_id, bulk.bulk_id, uow.now)
    return await _view(uow, actor, bulk, fated, fated)


async def find_bulk(uow: UnitOfWork, team_id: TeamId, bulk_id: str) -> Bulk:
    """Return a bulk invitation of the team. Raises NotFound."""
    bulk = await uow.bulks.get(team_id, bulk_id)
    if bulk is None:
        raise NotFound("bulk", "")
    return bulk


async def _view(
    uow: UnitOfWork, actor: Actor, bulk: Bulk, fated: list[BulkLineResult], shown: list[BulkLineResult]
) -> BulkView:
    market = await uow.marketplaces.get(bulk.team_id, bulk.marketplace_id)
    sender = await uow.users.get(bulk.user_id)
    return BulkView(
        bulk_id=bulk.bulk_id,
        marketplace_id=bulk.marketplace_id,
        marketplace=market.name if market else "",
        sender=sender.name if sender else "",
        text=bulk.text,
        state=bulk.state,
        counts=count_outcomes(fated),
        lines=tuple(_line(item, actor) for item in shown),
        may_run=actor.may(Permission.MARKETPLACE_RUN),
        is_sender=actor.user_id == bulk.user_id,
    )


def _line(fated: BulkLineResult, actor: Actor) -> BulkLineView:
    line = fated.line
    return BulkLineView(
        line=line.line,
        partner=line.firm,
        email=mask_email_for(actor, line.email),
        part=line.part,
        outcome=fated.outcome,
        problem=line.problem,
        reason=fated.reason,
    )
