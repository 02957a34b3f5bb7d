"""Sending of a bulk invitation: one slice a transaction, one invitation a partner, each exactly once."""

from dataclasses import replace
from typing import Final

from services.actor import Actor
from services.bulk.draft import load_capacity
from services.bulk.events import BulkResent, BulkStarted
from services.bulk.model import (
    RESENDABLE_OUTCOMES,
    SLICE_LINES,
    Bulk,
    BulkLine,
    BulkState,
    BulkView,
    LineOutcome,
    LineProblem,
    LineState,
    count_outcomes,
)
from services.bulk.refusals import NothingToSend
from services.bulk.show import build_bulk_view, find_bulk
from services.errors import Outdated
from services.invitation.events import InvitationResent
from services.invitation.model import INVITATION_TTL, SENT_STATES, InvitationKind, PartnerInvitee
from services.invitation.refusals import AlreadyInvited, TooManyInvitations
from services.marketplace.model import Marketplace
from services.marketplace.partner import create_partner
from services.marketplace.refusals import AlreadyPartner
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

_PROBLEMS: Final[dict[type[Exception], LineProblem]] = {
    AlreadyInvited: LineProblem.INVITED,
    AlreadyPartner: LineProblem.INVITED,
    TooManyInvitations: LineProblem.TOO_MANY_OPEN,
}


async def send(uow: UnitOfWork, actor: Actor, bulk_id: str) -> BulkView:
    """Start sending a draft. Idempotent: a repeated click changes nothing."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    bulk = await find_bulk(uow, team_id, bulk_id)
    if bulk.state is BulkState.DROPPED:
        raise Outdated("bulk")
    if bulk.state is BulkState.DRAFT:
        await _begin(uow, actor, bulk)
    return await build_bulk_view(uow, actor, await find_bulk(uow, team_id, bulk_id))


async def _begin(uow: UnitOfWork, actor: Actor, bulk: Bulk) -> None:
    waiting = count_outcomes(await uow.bulks.list_outcomes(bulk.team_id, bulk.bulk_id, uow.now)).count(
        LineOutcome.WAITING
    )
    if not waiting:
        raise NothingToSend
    if not await uow.bulks.start(bulk.team_id, bulk.bulk_id, actor.user_id, actor.place.platform, uow.now):
        return
    market = await uow.marketplaces.get(bulk.team_id, bulk.marketplace_id)
    subject = market.name if market else ""
    uow.emit(
        BulkStarted(subject=subject, bulk_id=bulk.bulk_id, marketplace_id=bulk.marketplace_id, partners=waiting),
        by=actor,
    )
    await send_slice(uow, actor, bulk)


async def send_slice(uow: UnitOfWork, actor: Actor, bulk: Bulk) -> int:
    """Invite the next slice of a running one and return the number of lines processed.

    The caller has checked the permission.
    """
    # Lock the team, so that no other process takes the same lines or the remaining capacity.
    await uow.teams.get_for_update(bulk.team_id)
    market = await uow.marketplaces.get(bulk.team_id, bulk.marketplace_id)
    lines = await uow.bulks.list_waiting_lines(bulk.team_id, bulk.bulk_id, SLICE_LINES) if market else []
    if market:
        there = await load_capacity(uow, bulk.team_id, bulk.marketplace_id)
        for line in lines:
            problem = there.reserve_place(line)
            settled = line.with_problem(problem) if problem else await _invite(uow, actor, market, bulk, line)
            await uow.bulks.resolve_line(bulk.team_id, bulk.bulk_id, settled, uow.new_id())
    if len(lines) < SLICE_LINES:
        await uow.bulks.change_state(bulk.team_id, bulk.bulk_id, BulkState.RUNNING, BulkState.DONE, uow.now)
    return len(lines)


async def _invite(uow: UnitOfWork, actor: Actor, market: Marketplace, bulk: Bulk, line: BulkLine) -> BulkLine:
    firm = PartnerInvitee(line.firm, line.email, bulk.text, line.language, bulk.bulk_id)
    try:
        partner = await create_partner(uow, actor, market, firm, line.part)
    except tuple(_PROBLEMS) as refusal:
        return line.with_problem(_PROBLEMS[type(refusal)])
    return replace(line, state=LineState.INVITED, invitation_id=partner.invitation_id)


async def drop(uow: UnitOfWork, actor: Actor, bulk_id: str) -> BulkView:
    """Discard a draft."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    bulk = await find_bulk(uow, team_id, bulk_id)
    if bulk.state is not BulkState.DROPPED and not await uow.bulks.change_state(
        team_id, bulk_id, BulkState.DRAFT, BulkState.DROPPED, uow.now
    ):
        raise Outdated("bulk")
    return await build_bulk_view(uow, actor, await find_bulk(uow, team_id, bulk_id))


async def resend(uow: UnitOfWork, actor: Actor, bulk_id: str) -> BulkView:
    """Send the mails again that failed or whose outcome is unknown; the old links become void."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    bulk = await find_bulk(uow, team_id, bulk_id)
    before = await uow.bulks.list_mailed_after(team_id, bulk_id)
    failed = [
        outcome.line
        for outcome in await uow.bulks.list_outcomes(team_id, bulk_id, uow.now)
        if outcome.outcome in RESENDABLE_OUTCOMES
    ]
    if not failed:
        raise NothingToSend
    again = [line for line in failed[:SLICE_LINES] if await _mail_again(uow, actor, bulk, line, before)]
    uow.emit(BulkResent(bulk_id=bulk_id, marketplace_id=bulk.marketplace_id, partners=len(again)), by=actor)
    await uow.bulks.update_shown(team_id, bulk_id, bulk.shown, uow.now, is_moving=True)
    return await build_bulk_view(uow, actor, bulk)


async def _mail_again(uow: UnitOfWork, actor: Actor, bulk: Bulk, line: BulkLine, before: dict[str, str]) -> bool:
    invitation_id = line.invitation_id or ""
    was_after, team_id = before[invitation_id], bulk.team_id
    if not await uow.bulks.update_mailed_after(team_id, bulk.bulk_id, invitation_id, was_after, uow.new_id()):
        return False
    if not await uow.invitations.send(team_id, invitation_id, SENT_STATES, uow.now + INVITATION_TTL):
        return False
    sent = await uow.invitations.get(team_id, invitation_id)
    uow.emit(
        InvitationResent(
            subject=sent.ref if sent else "",
            invitation_id=invitation_id,
            kind=InvitationKind.PARTNER,
            bulk_id=bulk.bulk_id,
        ),
        by=actor,
    )
    return True
