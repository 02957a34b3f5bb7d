"""Views of a bulk invitation for members of the operator: draft and report."""

from services.actor import Actor
from services.bulk.model import (
    PAGE,
    Bulk,
    BulkPage,
    BulkState,
    BulkView,
    Fate,
    Fated,
    LineView,
    tally,
)
from services.errors import NotFound
from services.masking import email_for
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def show(uow: UnitOfWork, actor: Actor, bulk_id: str = "") -> BulkView:
    """Return a bulk invitation, by default the latest sent one. Raises NotFound."""
    team_id = actor.require(Permission.MARKETPLACE_VIEW)
    wanted = bulk_id or await uow.bulks.latest(team_id) or ""
    return await view_of(uow, actor, await found(uow, team_id, wanted))


async def page(uow: UnitOfWork, actor: Actor, bulk_id: str, number: int = 1) -> BulkPage:
    """Return one page of its lines."""
    team_id = actor.require(Permission.MARKETPLACE_VIEW)
    bulk = await found(uow, team_id, bulk_id)
    fated = await uow.bulks.fated(team_id, bulk_id, uow.now)
    pages = max(1, -(-len(fated) // PAGE))
    shown = min(max(number, 1), pages)
    return BulkPage(await _view(uow, actor, bulk, fated, fated[(shown - 1) * PAGE : shown * PAGE]), shown, pages)


async def view_of(uow: UnitOfWork, actor: Actor, bulk: Bulk) -> BulkView:
    """Build the first card's view: of the lines only those that need action."""
    fated = await uow.bulks.fated(bulk.team_id, bulk.bulk_id, uow.now)
    wanted = Fate.REFUSED if bulk.state is BulkState.DRAFT else Fate.FAILED
    return await _view(uow, actor, bulk, fated, [one for one in fated if one.fate is wanted][:PAGE])


async def whole(uow: UnitOfWork, actor: Actor, bulk: Bulk) -> BulkView:
    """Build the view with every line, for a file."""
    fated = await uow.bulks.fated(bulk.team_id, bulk.bulk_id, uow.now)
    return await _view(uow, actor, bulk, fated, fated)


async def found(uow: UnitOfWork, team_id: TeamId, bulk_id: str) -> Bulk:
    """Return a bulk invitation of the team. Raises NotFound."""
    bulk = await uow.bulks.get(team_id, bulk_id)
    if bulk is None:
        raise NotFound("bulk", "")
    return bulk


async def _view(uow: UnitOfWork, actor: Actor, bulk: Bulk, fated: list[Fated], shown: list[Fated]) -> BulkView:
    market = await uow.marketplaces.find(bulk.team_id, bulk.marketplace_id)
    sender = await uow.users.get(bulk.user_id)
    return BulkView(
        bulk_id=bulk.bulk_id,
        marketplace_id=bulk.marketplace_id,
        marketplace=market.name if market else "",
        by=sender.name if sender else "",
        text=bulk.text,
        state=bulk.state,
        tally=tally(fated),
        lines=tuple(_line(one, actor) for one in shown),
        may_run=actor.may(Permission.MARKETPLACE_RUN),
        is_own=actor.user_id == bulk.user_id,
    )


def _line(fated: Fated, actor: Actor) -> LineView:
    line = fated.line
    return LineView(
        line=line.line,
        firm=line.firm,
        email=email_for(actor, line.email),
        part=line.part,
        fate=fated.fate,
        problem=line.problem,
        reason=fated.reason,
    )
