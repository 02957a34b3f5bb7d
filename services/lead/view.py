"""A lead as one reader may see it: contact masked, other firms' colleagues unnamed, acts decided."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.actor import Actor
from services.lead.find import is_ours
from services.lead.model import (
    PICKABLE,
    UNDO_MINUTES,
    Act,
    Contact,
    Entry,
    GoneLead,
    LeadState,
    LeadView,
    Offer,
    Seen,
    What,
)
from services.masking import mask_email, mask_name, mask_phone, mask_postcode, mask_text, reads_contacts
from services.people import TeamId
from services.permissions import Permission

_PUBLISHED = frozenset(
    {What.CREATED, What.SUBMITTED, What.OFFERED, What.ASSIGNED, What.PICKED, What.UNDONE, What.WON, What.LOST}
    | {What.RETURNED, What.STALLED, What.FAILED}
)
"""What giver and operator read of another firm's work; notes and names stay in that firm."""
_TELLING_MIN_CHARS = 4
"""A shorter name or postcode stands in other words, too."""
_TO_PUT = frozenset({LeadState.SUBMITTED, LeadState.FAILED})


def undo_until(seen: Seen) -> datetime | None:
    """Until when the pick can be taken back (B25)."""
    return seen.lead.picked_at + timedelta(minutes=UNDO_MINUTES) if seen.lead.picked_at and is_ours(seen) else None


def return_until(seen: Seen) -> datetime | None:
    """Until when a marketplace's lead can be returned (B21); what is the team's own has no window."""
    if not is_ours(seen) or seen.lead.picked_at is None or seen.lead.marketplace_id is None:
        return None
    return seen.lead.picked_at + timedelta(hours=seen.return_window_hours)


def view_of(seen: Seen, actor: Actor, now: datetime, *, revealed: bool = False) -> LeadView:
    """The lead for this reader; `revealed` only for somebody who may see contacts, alone."""
    lead, sight = seen.lead, seen.sight
    ours = seen.is_ours
    open_text = has_contact(seen) and (revealed or reads_contacts(actor))
    undo = undo_until(seen)
    return LeadView(
        lead_id=lead.lead_id,
        ref=sight.ref,
        title=lead.enquiry.title if open_text else masked_text(lead.enquiry.title, seen, actor),
        contact=lead.contact if revealed and has_contact(seen) else _masked(seen, actor),
        text=lead.enquiry.text if open_text else masked_text(lead.enquiry.text, seen, actor),
        value_cents=lead.enquiry.value_cents,
        currency=lead.enquiry.currency,
        source=lead.enquiry.source,
        campaign=lead.enquiry.campaign,
        fields=_fields(seen, open_text=open_text) if revealed or not actor.place.is_public else (),
        state=lead.state,
        offer=sight.offer,
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
        return_until=return_until(seen),
        acts=acts_of(seen, actor, now),
        is_stalling=is_ours(seen) and lead.reminded_at is not None,
        notes=seen.notes,
        is_vacant=is_ours(seen) and lead.responsible_id is None,
    )


def gone(seen: Seen) -> GoneLead:
    """What is left of the lead for a team that no longer sees it."""
    return GoneLead(seen.lead.lead_id, seen.sight.ref, is_taken=seen.lead.picked_team_id is not None)


def acts_of(seen: Seen, actor: Actor, now: datetime) -> frozenset[Act]:
    """What this reader may do with the lead in its present state; authorised again when it is done."""
    return frozenset(act for act, allowed in _rules(seen, actor, now) if allowed)


def _rules(seen: Seen, actor: Actor, now: datetime) -> list[tuple[Act, bool]]:
    lead, offer = seen.lead, seen.sight.offer
    ours = is_ours(seen)
    works = ours and actor.may(Permission.LEAD_WORK)
    in_time = lead.offered_until is None or lead.offered_until > now
    pickable = offer in PICKABLE and in_time
    vacant = ours and lead.responsible_id is None
    undo, back = undo_until(seen), return_until(seen)
    # Everybody in a channel reads the same card: who may delegate is known when somebody does.
    own = actor.may_delegate or actor.user_id in {"", lead.responsible_id}
    return [
        (Act.PICK, (pickable or vacant) and actor.may(Permission.LEAD_PICK)),
        (Act.REVEAL, actor.may(Permission.LEAD_REVEAL)),
        (Act.SHARE, offer in {Offer.OPEN, Offer.ASSIGNED, Offer.HELD} and actor.may(Permission.LEAD_SHARE)),
        (Act.DELEGATE, ours and actor.may(Permission.LEAD_DELEGATE, own=own)),
        (Act.NOTE, works),
        (Act.WIN, works),
        (Act.LOSE, works),
        (Act.RETURN, works and (back is None or back >= now)),
        (Act.UNDO, works and undo is not None and undo >= now),
        (Act.OFFER, _may_offer(seen, actor)),
    ]


def _may_offer(seen: Seen, actor: Actor) -> bool:
    state, sight = seen.lead.state, seen.sight
    if sight.operates and state in _TO_PUT:
        return actor.may(Permission.MARKETPLACE_RUN)
    return sight.gives and state in {LeadState.OPEN, LeadState.FAILED} and actor.may(Permission.MARKETPLACE_GIVE)


def _fields(seen: Seen, *, open_text: bool) -> tuple[tuple[str, str], ...]:
    fields = seen.lead.enquiry.fields.items()
    return tuple((question, answer if open_text else mask_text(answer)) for question, answer in fields)


def has_contact(seen: Seen) -> bool:
    """Whether the team may know who asked: it gave the lead, operates it or has picked it (A42)."""
    return seen.sight.gives or seen.sight.operates or seen.is_ours


def masked_text(text: str, seen: Seen, actor: Actor) -> str:
    """A text that tells of the contact no more than the masked contact does: enquiries are often signed."""
    contact, told = seen.lead.contact, mask_text(text)
    masked = _masked(seen, actor)
    for written, shown in ((contact.name, masked.name), (contact.postcode, masked.postcode)):
        told = told.replace(written, shown) if len(written) >= _TELLING_MIN_CHARS else told
    return told


def _masked(seen: Seen, actor: Actor) -> Contact:
    contact = seen.lead.contact
    return replace(
        contact,
        name=mask_name(contact.name) if actor.place.is_public or not has_contact(seen) else contact.name,
        email=mask_email(contact.email) if contact.email else "",
        phone=mask_phone(contact.phone),
        postcode=mask_postcode(contact.postcode),
    )


def told(entries: list[Entry], seen: Seen, team_id: TeamId) -> tuple[Entry, ...]:
    """The history for this team: its own with names and words; of others what concerns it, under the firm's name."""
    return tuple(one for entry in entries if (one := _told(entry, seen, team_id)) is not None)


def _told(entry: Entry, seen: Seen, team_id: TeamId) -> Entry | None:
    if entry.team_id == team_id:
        return entry
    sight = seen.sight
    background = sight.gives or sight.operates
    from_background = entry.team_id in {seen.lead.team_id, seen.lead.operator_team_id}
    if entry.what not in _PUBLISHED or not (background or from_background):
        return None
    # Another taker's pick and return are nobody's business but the giver's and the operator's (B8).
    if not background and entry.what not in {What.CREATED, What.OFFERED, What.ASSIGNED}:
        return None
    return replace(entry, user="", subject="")
