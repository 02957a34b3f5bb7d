"""Offering a lead on a marketplace: its giver submits it, its operator offers or assigns it (B21)."""

from dataclasses import replace
from datetime import timedelta

from services.actor import Actor
from services.errors import NotFound
from services.lead.create import confirm_duplicates
from services.lead.events import LeadAssigned, LeadOffered, LeadSubmitted
from services.lead.find import find_visible
from services.lead.history import record_activity
from services.lead.model import ActivityType, Lead, LeadRecord, LeadState, LeadView, LeadVisibility, OfferStatus
from services.lead.offer import list_next_takers, offer_to
from services.lead.refusals import AlreadyOffered, NoTakers
from services.lead.view import build_lead_view
from services.marketplace.find import find_giver_membership, find_operated, find_taker
from services.marketplace.form import digest_questions, merge_answers
from services.marketplace.model import MARKETPLACES_SHOWN, Answers, Marketplace, OfferForm
from services.marketplace.refusals import NotGiver
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

_FROM_GIVER = (LeadState.OPEN, LeadState.FAILED)
_FROM_OPERATOR = (LeadState.OPEN, LeadState.SUBMITTED, LeadState.FAILED)


async def offer(
    uow: UnitOfWork,
    actor: Actor,
    ref: str,
    *,
    marketplace: str = "",
    to: str = "",
    answers: Answers | None = None,
    accept: tuple[str, ...] = (),
) -> LeadView:
    """Submit the team's lead to a marketplace; as its operator offer it to all takers or assign it `to` one.

    `answers` are those to the marketplace's questions, in their order (B20). Raises NeedsConfirmation with the leads of
    the same contact on the marketplace (B24).
    """
    team_id = actor.require(Permission.MARKETPLACE_GIVE)
    seen = await find_visible(uow, team_id, ref)
    market = await _find_marketplace(uow, team_id, seen, marketplace)
    if to and market.team_id != team_id:
        raise NotFound("partner", to)
    enquiry = replace(seen.lead.enquiry, fields=merge_answers(seen.lead, market, answers or Answers()))
    seen = replace(seen, lead=replace(seen.lead, enquiry=enquiry))
    await confirm_duplicates(
        uow,
        actor,
        seen.lead.keys,
        accept=accept,
        but=seen.lead.lead_id,
        marketplace_id=market.marketplace_id,
    )
    if market.team_id != team_id:
        await _submit(uow, actor, seen, market)
    else:
        actor.require(Permission.MARKETPLACE_RUN)
        await _put_up(uow, actor, seen, market, to)
    return build_lead_view(await find_visible(uow, team_id, seen.lead.lead_id), actor, uow.now)


async def _find_marketplace(uow: UnitOfWork, team_id: TeamId, seen: LeadRecord, wanted: str) -> Marketplace:
    """Return the lead's present marketplace, or the one that its giver names."""
    lead, sight = seen.lead, seen.sight
    if sight.operates and lead.marketplace_id and lead.state in _FROM_OPERATOR:
        return await find_operated(uow, team_id, lead.marketplace_id)
    if not sight.gives or lead.state not in _FROM_GIVER:
        raise AlreadyOffered(sight.ref)
    try:
        return (await find_giver_membership(uow, team_id, wanted or lead.marketplace_id or "")).marketplace
    except NotFound as unknown:
        raise NotGiver(wanted) from unknown


async def _submit(uow: UnitOfWork, actor: Actor, seen: LeadRecord, market: Marketplace) -> None:
    """Submit the lead to the operator, to whom it becomes visible under a number of the operator's own."""
    lead = seen.lead
    await _put(uow, actor, seen, market, LeadState.SUBMITTED)
    await uow.leads.clear_offers(lead.lead_id, uow.now)
    await add_operator_visibility(uow, lead, market.team_id)
    await record_activity(uow, actor, seen, ActivityType.SUBMITTED)
    uow.emit(
        LeadSubmitted(
            subject=seen.sight.ref,
            lead_id=lead.lead_id,
            operator_team_id=market.team_id,
            marketplace_id=market.marketplace_id,
        ),
        by=actor,
    )


async def add_operator_visibility(uow: UnitOfWork, lead: Lead, operator: TeamId) -> None:
    """Make the lead visible to the operator."""
    if await uow.leads.update_operator(operator, lead.lead_id):
        return
    sight = LeadVisibility(
        team_id=operator,
        lead_id=lead.lead_id,
        number=await uow.teams.add_number(operator, "lead"),
        giver_team_id=lead.team_id,
        operates=True,
    )
    await uow.leads.add_visibility([sight], uow.now)


async def _put_up(uow: UnitOfWork, actor: Actor, seen: LeadRecord, market: Marketplace, to: str) -> None:
    """Offer to every taker, or to one alone.

    A taker that returned the lead is asked again only by name.
    """
    on_market = replace(seen.lead, operator_team_id=market.team_id, marketplace_id=market.marketplace_id)
    if to:
        takers = [(await find_taker(uow, actor.team_id, market.marketplace_id, to)).partner_team_id or TeamId("")]
    else:
        takers = await list_next_takers(uow, on_market)
    if not takers:
        raise NoTakers(seen.sight.ref, market.name)
    await _put(uow, actor, seen, market, LeadState.ASSIGNED if to else LeadState.OFFERED)
    await uow.leads.update_operator(actor.team_id, seen.lead.lead_id)
    await offer_to(uow, on_market, takers, OfferStatus.ASSIGNED if to else OfferStatus.OPEN)
    await record_activity(uow, actor, seen, ActivityType.ASSIGNED if to else ActivityType.OFFERED)
    uow.emit(_event(seen, market, takers, is_direct=bool(to)), by=actor)


def _event(
    seen: LeadRecord, market: Marketplace, takers: list[TeamId], *, is_direct: bool
) -> LeadAssigned | LeadOffered:
    if is_direct:
        return LeadAssigned(
            subject=seen.sight.ref,
            lead_id=seen.lead.lead_id,
            marketplace_id=market.marketplace_id,
            taker_team_id=takers[0],
        )
    return LeadOffered(
        subject=seen.sight.ref,
        lead_id=seen.lead.lead_id,
        marketplace_id=market.marketplace_id,
        takers=len(takers),
    )


async def _put(uow: UnitOfWork, actor: Actor, seen: LeadRecord, market: Marketplace, state: LeadState) -> None:
    until = None if state is LeadState.SUBMITTED else uow.now + timedelta(minutes=market.offer_window_minutes)
    was = _FROM_GIVER if state is LeadState.SUBMITTED else _FROM_OPERATOR
    if not await uow.leads.offer(
        actor.team_id,
        seen.lead.lead_id,
        was,
        state,
        operator_team_id=market.team_id,
        marketplace_id=market.marketplace_id,
        offered_until=until,
    ):
        raise AlreadyOffered(seen.sight.ref)
    await uow.leads.update_fields(actor.team_id, seen.lead.lead_id, seen.lead.enquiry.fields)


async def show_offer_form(uow: UnitOfWork, actor: Actor, ref: str, marketplace: str = "") -> OfferForm:
    """Return where this lead can go: marketplaces the team gives to and, for their operator, the takers.

    The questions are known once one marketplace is the only one or was chosen.
    """
    team_id = actor.require(Permission.MARKETPLACE_GIVE)
    seen = await find_visible(uow, team_id, ref)
    memberships = await uow.marketplaces.list_memberships(team_id, MARKETPLACES_SHOWN)
    lead = seen.lead
    if seen.sight.operates and lead.marketplace_id:
        chosen = [
            membership for membership in memberships if membership.marketplace.marketplace_id == lead.marketplace_id
        ]
    else:
        chosen = [item for item in memberships if item.partner.gives]
    chosen = [item for item in chosen if item.marketplace.marketplace_id == marketplace] or chosen
    if not chosen:
        raise NotGiver("")
    questions = chosen[0].marketplace.questions if len(chosen) == 1 else ()
    view = build_lead_view(seen, actor, uow.now)
    operated = [item.marketplace for item in chosen if item.marketplace.team_id == team_id]
    takers = await uow.marketplaces.list_takers(team_id, operated[0].marketplace_id) if len(operated) == 1 else []
    return OfferForm(
        lead=view,
        marketplaces=tuple((item.marketplace.marketplace_id, item.marketplace.name) for item in chosen),
        takers=tuple((taker.partner_id, taker.name) for taker in takers),
        window_minutes=operated[0].offer_window_minutes if operated else 0,
        questions=questions,
        questions_digest=digest_questions(questions),
        answers=tuple(dict(view.fields).get(question, "") for question in questions),
        has_choice=len(chosen) > 1 and any(item.marketplace.questions for item in chosen),
    )
