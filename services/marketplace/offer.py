"""Offering a lead on a marketplace: its giver submits it, its operator offers or assigns it (B21)."""

from dataclasses import replace
from datetime import timedelta

from services.actor import Actor
from services.errors import NotFound
from services.lead.create import ask_about_duplicates
from services.lead.events import LeadAssigned, LeadOffered, LeadSubmitted
from services.lead.find import find
from services.lead.history import note_down
from services.lead.model import Lead, LeadState, LeadView, Offer, Seen, Sight, What
from services.lead.offer import next_takers, open_to
from services.lead.refusals import AlreadyOffered, NoTakers
from services.lead.view import view_of
from services.marketplace.find import given_to, partner_of, run_by
from services.marketplace.form import fields_of, known_as
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
    seen = await find(uow, team_id, ref)
    market = await _market(uow, team_id, seen, marketplace)
    if to and market.team_id != team_id:
        raise NotFound("partner", to)
    enquiry = replace(seen.lead.enquiry, fields=fields_of(seen.lead, market, answers or Answers()))
    seen = replace(seen, lead=replace(seen.lead, enquiry=enquiry))
    await ask_about_duplicates(
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
    return view_of(await find(uow, team_id, seen.lead.lead_id), actor, uow.now)


async def _market(uow: UnitOfWork, team_id: TeamId, seen: Seen, wanted: str) -> Marketplace:
    """Return the lead's present marketplace, or the one that its giver names."""
    lead, sight = seen.lead, seen.sight
    if sight.operates and lead.marketplace_id and lead.state in _FROM_OPERATOR:
        return await run_by(uow, team_id, lead.marketplace_id)
    if not sight.gives or lead.state not in _FROM_GIVER:
        raise AlreadyOffered(sight.ref)
    try:
        return (await given_to(uow, team_id, wanted or lead.marketplace_id or "")).marketplace
    except NotFound as unknown:
        raise NotGiver(wanted) from unknown


async def _submit(uow: UnitOfWork, actor: Actor, seen: Seen, market: Marketplace) -> None:
    """Submit the lead to the operator, to whom it becomes visible under a number of the operator's own."""
    lead = seen.lead
    await _put(uow, actor, seen, market, LeadState.SUBMITTED)
    await uow.leads.clear_offers(lead.lead_id, uow.now)
    await let_operate(uow, lead, market.team_id)
    await note_down(uow, actor, seen, What.SUBMITTED)
    uow.emit(
        LeadSubmitted(
            subject=seen.sight.ref,
            lead_id=lead.lead_id,
            operator_team_id=market.team_id,
            marketplace_id=market.marketplace_id,
        ),
        by=actor,
    )


async def let_operate(uow: UnitOfWork, lead: Lead, operator: TeamId) -> None:
    """Make the lead visible to the operator."""
    if await uow.leads.operate(operator, lead.lead_id):
        return
    sight = Sight(
        team_id=operator,
        lead_id=lead.lead_id,
        number=await uow.teams.next_number(operator, "lead"),
        giver_team_id=lead.team_id,
        operates=True,
    )
    await uow.leads.add_sights([sight], uow.now)


async def _put_up(uow: UnitOfWork, actor: Actor, seen: Seen, market: Marketplace, to: str) -> None:
    """Offer to every taker, or to one alone.

    A taker that returned the lead is asked again only by name.
    """
    on_market = replace(seen.lead, operator_team_id=market.team_id, marketplace_id=market.marketplace_id)
    if to:
        takers = [(await partner_of(uow, actor.team_id, market.marketplace_id, to)).partner_team_id or TeamId("")]
    else:
        takers = await next_takers(uow, on_market)
    if not takers:
        raise NoTakers(seen.sight.ref, market.name)
    await _put(uow, actor, seen, market, LeadState.ASSIGNED if to else LeadState.OFFERED)
    await uow.leads.operate(actor.team_id, seen.lead.lead_id)
    await open_to(uow, on_market, takers, Offer.ASSIGNED if to else Offer.OPEN)
    await note_down(uow, actor, seen, What.ASSIGNED if to else What.OFFERED)
    uow.emit(_event(seen, market, takers, is_direct=bool(to)), by=actor)


def _event(seen: Seen, market: Marketplace, takers: list[TeamId], *, is_direct: bool) -> LeadAssigned | LeadOffered:
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


async def _put(uow: UnitOfWork, actor: Actor, seen: Seen, market: Marketplace, state: LeadState) -> None:
    until = None if state is LeadState.SUBMITTED else uow.now + timedelta(minutes=market.offer_window_minutes)
    was = _FROM_GIVER if state is LeadState.SUBMITTED else _FROM_OPERATOR
    if not await uow.leads.put(
        actor.team_id,
        seen.lead.lead_id,
        was,
        state,
        operator_team_id=market.team_id,
        marketplace_id=market.marketplace_id,
        offered_until=until,
    ):
        raise AlreadyOffered(seen.sight.ref)
    await uow.leads.answer(actor.team_id, seen.lead.lead_id, seen.lead.enquiry.fields)


async def offer_form(uow: UnitOfWork, actor: Actor, ref: str, marketplace: str = "") -> OfferForm:
    """Return where this lead can go: marketplaces the team gives to and, for their operator, the takers.

    The questions are known once one marketplace is the only one or was chosen.
    """
    team_id = actor.require(Permission.MARKETPLACE_GIVE)
    seen = await find(uow, team_id, ref)
    memberships = await uow.marketplaces.memberships(team_id, MARKETPLACES_SHOWN)
    lead = seen.lead
    if seen.sight.operates and lead.marketplace_id:
        chosen = [one for one in memberships if one.marketplace.marketplace_id == lead.marketplace_id]
    else:
        chosen = [one for one in memberships if one.partner.gives]
    chosen = [one for one in chosen if one.marketplace.marketplace_id == marketplace] or chosen
    if not chosen:
        raise NotGiver("")
    questions = chosen[0].marketplace.questions if len(chosen) == 1 else ()
    view = view_of(seen, actor, uow.now)
    operated = [one.marketplace for one in chosen if one.marketplace.team_id == team_id]
    takers = await uow.marketplaces.takers(team_id, operated[0].marketplace_id) if len(operated) == 1 else []
    return OfferForm(
        lead=view,
        marketplaces=tuple((one.marketplace.marketplace_id, one.marketplace.name) for one in chosen),
        takers=tuple((one.partner_id, one.name) for one in takers),
        window_minutes=operated[0].offer_window_minutes if operated else 0,
        questions=questions,
        asked=known_as(questions),
        answers=tuple(dict(view.fields).get(question, "") for question in questions),
        is_choice=len(chosen) > 1 and any(one.marketplace.questions for one in chosen),
    )
