"""Invitation links for the sender, who passes them on where no mail was delivered."""

from services.actor import Actor
from services.bulk.events import BulkLinksTaken
from services.bulk.model import LINKED, BulkTable
from services.bulk.refusals import NothingToSend, NotYours
from services.bulk.show import found, whole
from services.invitation.tokens import token_of
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def links(uow: UnitOfWork, actor: Actor, bulk_id: str) -> BulkTable:
    """Return every partner that no mail reached, with the token of its link, by line."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    bulk = await found(uow, team_id, bulk_id)
    if bulk.user_id != actor.user_id:
        sender = await uow.users.get(bulk.user_id)
        raise NotYours(sender.name if sender else "")
    tokens: dict[int, str] = {}
    for one in await uow.bulks.fated(team_id, bulk_id, uow.now):
        sent = await uow.invitations.get(team_id, one.line.invitation_id or "") if one.fate in LINKED else None
        if sent is not None:
            tokens[one.line.line] = token_of(uow.keyring, sent)
    if not tokens:
        raise NothingToSend
    uow.emit(BulkLinksTaken(bulk_id=bulk_id, marketplace_id=bulk.marketplace_id, firms=len(tokens)), by=actor)
    return BulkTable(await whole(uow, actor, bulk), tokens)


async def report(uow: UnitOfWork, actor: Actor, bulk_id: str) -> BulkTable:
    """Return every line with its outcome."""
    team_id = actor.require(Permission.MARKETPLACE_VIEW)
    return BulkTable(await whole(uow, actor, await found(uow, team_id, bulk_id)), {})
