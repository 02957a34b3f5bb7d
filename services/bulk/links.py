"""Invitation links for the sender, who passes them on where no mail was delivered."""

from services.actor import Actor
from services.bulk.events import BulkLinksExported
from services.bulk.model import LINK_OUTCOMES, BulkTable
from services.bulk.refusals import NothingToSend, NotSender
from services.bulk.show import build_full_view, find_bulk
from services.invitation.tokens import build_token
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def list_links(uow: UnitOfWork, actor: Actor, bulk_id: str) -> BulkTable:
    """Return every partner that no mail reached, with the token of its link, by line."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    bulk = await find_bulk(uow, team_id, bulk_id)
    if bulk.user_id != actor.user_id:
        sender = await uow.users.get(bulk.user_id)
        raise NotSender(sender.name if sender else "")
    tokens: dict[int, str] = {}
    for outcome in await uow.bulks.list_outcomes(team_id, bulk_id, uow.now):
        sent = (
            await uow.invitations.get(team_id, outcome.line.invitation_id or "")
            if outcome.outcome in LINK_OUTCOMES
            else None
        )
        if sent is not None:
            tokens[outcome.line.line] = build_token(uow.keyring, sent)
    if not tokens:
        raise NothingToSend
    uow.emit(BulkLinksExported(bulk_id=bulk_id, marketplace_id=bulk.marketplace_id, partners=len(tokens)), by=actor)
    return BulkTable(await build_full_view(uow, actor, bulk), tokens)


async def show_report(uow: UnitOfWork, actor: Actor, bulk_id: str) -> BulkTable:
    """Return every line with its outcome."""
    team_id = actor.require(Permission.MARKETPLACE_VIEW)
    return BulkTable(await build_full_view(uow, actor, await find_bulk(uow, team_id, bulk_id)), {})
