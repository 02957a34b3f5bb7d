"""Delegating and sharing a lead in the team, and releasing the leads of a leaving member (B17-B19)."""

from services.actor import Actor
from services.errors import Invalid, NotFound
from services.lead.events import LeadDelegated, LeadReleased, LeadShared
from services.lead.find import explain_not_in_work, find_in_work, find_visible
from services.lead.history import record_activity
from services.lead.model import (
    MEMBERS_SHOWN,
    ActivityType,
    HandoverChoices,
    LeadAction,
    LeadRecord,
    LeadView,
    NewActivity,
    OfferStatus,
    SharedLead,
)
from services.lead.refusals import AlreadyResponsible, CannotWork, NoChannel, NotOffered
from services.lead.view import build_lead_view
from services.member.model import Member
from services.member.resolve import find_member
from services.people import TeamId, UserId
from services.permissions import Grant, Permission, get_grant
from services.unit_of_work import UnitOfWork

_SHARABLE = frozenset({OfferStatus.OPEN, OfferStatus.ASSIGNED, OfferStatus.HELD})


async def delegate(uow: UnitOfWork, actor: Actor, ref: str, who: str) -> LeadView:
    """Make a member responsible.

    Allowed for the responsible member, responsible members, admins and the owner (B17).
    """
    team_id = actor.require(Permission.LEAD_DELEGATE, own=True)
    seen = await find_in_work(uow, team_id, ref)
    actor.require(Permission.LEAD_DELEGATE, own=actor.may_delegate or seen.lead.responsible_id == actor.user_id)
    colleague = await find_member(uow, team_id, who)
    await _hand(uow, actor, seen, colleague)
    return build_lead_view(await find_visible(uow, team_id, seen.lead.lead_id), actor, uow.now)


async def _hand(uow: UnitOfWork, actor: Actor, seen: LeadRecord, colleague: Member) -> None:
    lead, was = seen.lead, seen.lead.responsible_id
    if not may_be_responsible(colleague):
        raise CannotWork(seen.sight.ref, colleague.name)
    if was == colleague.user_id:
        raise AlreadyResponsible(seen.sight.ref, colleague.name)
    to = UserId(colleague.user_id)
    moved = (
        await uow.leads.assign_if_unassigned(actor.team_id, lead.lead_id, to, uow.now)
        if was is None
        else await uow.leads.delegate(actor.team_id, lead.lead_id, was, to, uow.now)
    )
    if not moved:
        raise explain_not_in_work(await find_visible(uow, actor.team_id, lead.lead_id))
    await record_activity(uow, actor, seen, ActivityType.DELEGATED, to=to)
    uow.emit(LeadDelegated(subject=seen.sight.ref, lead_id=lead.lead_id, from_user_id=was, to_user_id=to), by=actor)


def may_be_responsible(colleague: Member) -> bool:
    """Return whether a member can be responsible for a lead."""
    return get_grant(colleague.role, Permission.LEAD_WORK) is Grant.YES


async def share(uow: UnitOfWork, actor: Actor, ref: str, *, channel: str = "", who: str = "") -> SharedLead:
    """Post a lead's card into another channel of the team, or delegate it; never outside the team (B18)."""
    team_id = actor.require(Permission.LEAD_SHARE)
    if who.startswith("#"):
        channel, who = who, ""
    if who:
        view = await delegate(uow, actor, ref, who)
        return SharedLead(view, member=view.responsible)
    seen = await find_visible(uow, team_id, ref)
    if seen.sight.offer not in _SHARABLE:
        raise NotOffered(seen.sight.ref)
    address, name = await _channel(uow, team_id, channel)
    platform, tenant, conversation_id = address
    await record_activity(uow, actor, seen, ActivityType.SHARED, text=name)
    uow.emit(
        LeadShared(
            subject=seen.sight.ref,
            lead_id=seen.lead.lead_id,
            to_platform=platform,
            to_tenant=tenant,
            to_conversation_id=conversation_id,
        ),
        by=actor,
    )
    return SharedLead(build_lead_view(seen, actor, uow.now), channel=name)


async def _channel(uow: UnitOfWork, team_id: TeamId, typed: str) -> tuple[tuple[str, str, str], str]:
    """Return a channel of the team by id or name. Raises NotFound for any other, existing or not."""
    if not typed.strip():
        raise Invalid("channel", "missing")
    wanted = typed.strip().removeprefix("#")
    for item in await uow.conversations.list_connected(team_id):
        if wanted == item.conversation_id or wanted.casefold() == item.name.casefold():
            return (item.platform, item.tenant, item.conversation_id), item.name
    raise NotFound("channel", "")


async def show_delegate_form(uow: UnitOfWork, actor: Actor, ref: str) -> HandoverChoices:
    """Return the choices of the delegation form. Raises the refusal that forbids delegating."""
    team_id = actor.require(Permission.LEAD_DELEGATE, own=True)
    seen = await find_in_work(uow, team_id, ref)
    actor.require(Permission.LEAD_DELEGATE, own=actor.may_delegate or seen.lead.responsible_id == actor.user_id)
    return await _handover_choices(uow, actor, seen)


async def show_share_form(uow: UnitOfWork, actor: Actor, ref: str) -> HandoverChoices:
    """Return the choices of the sharing form. Raises the refusal that forbids sharing."""
    team_id = actor.require(Permission.LEAD_SHARE)
    seen = await find_visible(uow, team_id, ref)
    if seen.sight.offer not in _SHARABLE:
        raise NotOffered(seen.sight.ref)
    found = await _handover_choices(uow, actor, seen)
    if not found.channels and not found.may_delegate:
        raise NoChannel(seen.sight.ref)
    return found


async def _handover_choices(uow: UnitOfWork, actor: Actor, seen: LeadRecord) -> HandoverChoices:
    view = build_lead_view(seen, actor, uow.now)
    colleagues = tuple(
        (item.user_id, item.name)
        for item in await uow.members.list_all(actor.team_id, MEMBERS_SHOWN)
        if may_be_responsible(item) and item.user_id != seen.lead.responsible_id
    )
    channels = tuple(
        (item.conversation_id, item.name)
        for item in await uow.conversations.list_connected(actor.team_id)
        if item.conversation_id != actor.place.conversation_id
    )
    return HandoverChoices(view, colleagues, channels, may_delegate=LeadAction.DELEGATE in view.actions)


async def release_leads(uow: UnitOfWork, team_id: TeamId, user_id: UserId) -> int:
    """Release the leads of a leaving member, so that any member may pick them. Returns the number (B19)."""
    emptied = await uow.leads.vacate(team_id, user_id)
    entries = [
        NewActivity(
            giver_team_id=sight.giver_team_id,
            lead_id=sight.lead_id,
            entry_id=uow.new_id(),
            team_id=team_id,
            user_id=None,
            at=uow.now,
            what=ActivityType.RELEASED,
            subject_user_id=user_id,
        )
        for sight in emptied
    ]
    await uow.leads.add_activities(entries)
    for sight in emptied:
        uow.emit(LeadReleased(team_id=team_id, subject=sight.ref, lead_id=sight.lead_id, from_user_id=user_id))
    return len(emptied)
