"""View of a lead for one reader: contact masked, other teams' members unnamed, actions decided."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.actor import Actor
from services.lead.find import is_in_work
from services.lead.model import (
    PICKABLE_STATUSES,
    UNDO_MINUTES,
    ActivityType,
    Contact,
    HiddenLead,
    LeadAction,
    LeadActivity,
    LeadRecord,
    LeadState,
    LeadView,
    OfferStatus,
)
from services.masking import mask_email, mask_name, mask_phone, mask_postcode, mask_text, may_read_contacts
from services.people import TeamId
from services.permissions import Permission

_PUBLISHED = frozenset(
    {
        ActivityType.CREATED,
        ActivityType.SUBMITTED,
        ActivityType.OFFERED,
        ActivityType.ASSIGNED,
        ActivityType.PICKED,
        ActivityType.UNDONE,
        ActivityType.WON,
        ActivityType.LOST,
    }
    | {ActivityType.RETURNED, ActivityType.STALLED, ActivityType.FAILED}
)
"""Activities of another team that giver and operator may read; notes and names stay in that team."""
_TELLING_MIN_CHARS = 4
"""Minimum length: shorter names and postcodes also occur inside other words."""
_TO_PUT = frozenset({LeadState.SUBMITTED, LeadState.FAILED})


def get_undo_deadline(seen: LeadRecord) -> datetime | None:
    """Return until when the pick can be undone (B25)."""
    return seen.lead.picked_at + timedelta(minutes=UNDO_MINUTES) if seen.lead.picked_at and is_in_work(seen) else None


def get_return_deadline(seen: LeadRecord) -> datetime | None:
    """Return until when a marketplace's lead can be returned (B21); the team's own has no window."""
    if not is_in_work(seen) or seen.lead.picked_at is None or seen.lead.marketplace_id is None:
        return None
    return seen.lead.picked_at + timedelta(hours=seen.return_window_hours)


def build_lead_view(seen: LeadRecord, actor: Actor, now: datetime, *, revealed: bool = False) -> LeadView:
    """Build the reader's view.

    `revealed` only for a user who may see contacts, in a view for them alone.
    """
    lead, sight = seen.lead, seen.sight
    ours = seen.is_picked_by_team
    open_text = may_know_contact(seen) and (revealed or may_read_contacts(actor))
    undo = get_undo_deadline(seen)
    return LeadView(
        lead_id=lead.lead_id,
        ref=sight.ref,
        title=lead.enquiry.title if open_text else mask_lead_text(lead.enquiry.title, seen, actor),
        contact=lead.contact if revealed and may_know_contact(seen) else _masked(seen, actor),
        text=lead.enquiry.text if open_text else mask_lead_text(lead.enquiry.text, seen, actor),
        value_cents=lead.enquiry.value_cents,
        currency=lead.enquiry.currency,
        source=lead.enquiry.source,
        campaign=lead.enquiry.campaign,
        fields=_fields(seen, open_text=open_text) if revealed or not actor.place.is_public else (),
        state=lead.state,
        offer_status=sight.offer,
        giver="" if sight.gives else seen.giver,
        marketplace=seen.marketplace,
        taker="" if ours else seen.taker,
        offered_until=lead.offered_until,
        picked_by=seen.picked_by if ours else "",
        picked_at=lead.picked_at,
        responsible=seen.responsible if ours else "",
        responsible_id=lead.responsible_id if ours else None,
        step=lead.step if ours else "",
        worked_at=lead.worked_at if ours else None,
        closed_by=seen.closed_by if ours else "",
        closed_at=lead.closed_at,
        won_cents=lead.won_cents,
        lost_reason=lead.lost_reason if open_text else mask_text(lead.lost_reason),
        created_at=lead.created_at,
        undo_until=undo if undo and undo >= now else None,
        return_until=get_return_deadline(seen),
        actions=list_actions(seen, actor, now),
        is_stalling=is_in_work(seen) and lead.reminded_at is not None,
        notes=seen.notes,
        is_vacant=is_in_work(seen) and lead.responsible_id is None,
    )


def build_hidden_lead(seen: LeadRecord) -> HiddenLead:
    """Build what remains of the lead for a team to which it is no longer visible."""
    return HiddenLead(seen.lead.lead_id, seen.sight.ref, is_taken=seen.lead.picked_team_id is not None)


def list_actions(seen: LeadRecord, actor: Actor, now: datetime) -> frozenset[LeadAction]:
    """Return the actions open to this reader; each is authorised again when performed."""
    return frozenset(act for act, allowed in _rules(seen, actor, now) if allowed)


def _rules(seen: LeadRecord, actor: Actor, now: datetime) -> list[tuple[LeadAction, bool]]:
    lead, offer = seen.lead, seen.sight.offer
    ours = is_in_work(seen)
    works = ours and actor.may(Permission.LEAD_WORK)
    in_time = lead.offered_until is None or lead.offered_until > now
    pickable = offer in PICKABLE_STATUSES and in_time
    vacant = ours and lead.responsible_id is None
    undo, back = get_undo_deadline(seen), get_return_deadline(seen)
    # All readers of a channel share one card: the permission to delegate is checked at the click.
    own = actor.may_delegate or actor.user_id in {"", lead.responsible_id}
    return [
        (LeadAction.PICK, (pickable or vacant) and actor.may(Permission.LEAD_PICK)),
        (LeadAction.REVEAL, actor.may(Permission.LEAD_REVEAL)),
        (
            LeadAction.SHARE,
            offer in {OfferStatus.OPEN, OfferStatus.ASSIGNED, OfferStatus.HELD} and actor.may(Permission.LEAD_SHARE),
        ),
        (LeadAction.DELEGATE, ours and actor.may(Permission.LEAD_DELEGATE, own=own)),
        (LeadAction.NOTE, works),
        (LeadAction.WIN, works),
        (LeadAction.LOSE, works),
        (LeadAction.RETURN, works and (back is None or back >= now)),
        (LeadAction.UNDO, works and undo is not None and undo >= now),
        (LeadAction.OFFER, _may_offer(seen, actor)),
    ]


def _may_offer(seen: LeadRecord, actor: Actor) -> bool:
    state, sight = seen.lead.state, seen.sight
    if sight.operates and state in _TO_PUT:
        return actor.may(Permission.MARKETPLACE_RUN)
    return sight.gives and state in {LeadState.OPEN, LeadState.FAILED} and actor.may(Permission.MARKETPLACE_GIVE)


def _fields(seen: LeadRecord, *, open_text: bool) -> tuple[tuple[str, str], ...]:
    fields = seen.lead.enquiry.fields.items()
    return tuple((question, answer if open_text else mask_text(answer)) for question, answer in fields)


def may_know_contact(seen: LeadRecord) -> bool:
    """Return whether the team may see the contact: it gives, operates or has picked the lead (A42)."""
    return seen.sight.gives or seen.sight.operates or seen.is_picked_by_team


def mask_lead_text(text: str, seen: LeadRecord, actor: Actor) -> str:
    """Mask a text as far as the contact is masked: enquiries are often signed."""
    contact, told = seen.lead.contact, mask_text(text)
    masked = _masked(seen, actor)
    for written, shown in ((contact.name, masked.name), (contact.postcode, masked.postcode)):
        told = told.replace(written, shown) if len(written) >= _TELLING_MIN_CHARS else told
    return told


def _masked(seen: LeadRecord, actor: Actor) -> Contact:
    contact = seen.lead.contact
    return replace(
        contact,
        name=mask_name(contact.name) if actor.place.is_public or not may_know_contact(seen) else contact.name,
        email=mask_email(contact.email) if contact.email else "",
        phone=mask_phone(contact.phone),
        postcode=mask_postcode(contact.postcode),
    )


def visible_history(entries: list[LeadActivity], seen: LeadRecord, team_id: TeamId) -> tuple[LeadActivity, ...]:
    """Return the history for this team.

    Its own activities come with names and texts; others only where they concern it, under the team's name.
    """
    return tuple(one for entry in entries if (one := _visible_activity(entry, seen, team_id)) is not None)


def _visible_activity(entry: LeadActivity, seen: LeadRecord, team_id: TeamId) -> LeadActivity | None:
    if entry.team_id == team_id:
        return entry
    sight = seen.sight
    background = sight.gives or sight.operates
    from_background = entry.team_id in {seen.lead.team_id, seen.lead.operator_team_id}
    if entry.what not in _PUBLISHED or not (background or from_background):
        return None
    # Another taker's pick and return are visible to the giver and the operator alone (B8).
    if not background and entry.what not in {ActivityType.CREATED, ActivityType.OFFERED, ActivityType.ASSIGNED}:
        return None
    return replace(entry, user="", subject="")
