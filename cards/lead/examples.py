"""Every card about leads, to look at and to hold against the platforms' schemas."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from cards.examples import LEAD, NOW
from cards.lead import card, forms, lead_list, search as hits
from cards.lead.export import exported, nothing_to_export
from cards.model import Instant
from cards.refusal import refused
from services.errors import Warn
from services.file.model import OfferedFile
from services.lead.capture import CapturedLead
from services.lead.draft import Draft
from services.lead.export import ExportedLeads
from services.lead.model import (
    Act,
    Contact,
    Entry,
    Filter,
    GoneLead,
    Hands,
    LeadDetails,
    LeadPage,
    LeadState,
    LeadView,
    Notes,
    Offer,
    SharedLead,
    Step,
    What,
)
from services.lead.refusals import (
    AlreadyClosed,
    AlreadyOffered,
    AlreadyPicked,
    AlreadyResponsible,
    CannotWork,
    HeldElsewhere,
    NoChannel,
    NoTakers,
    NotOffered,
    NotPicked,
    OfferEnded,
    ReturnExpired,
    UndoExpired,
)
from services.lead.search import FoundLeads
from services.people import TeamId, UserId

PICKED_AT: Final = NOW - timedelta(minutes=4)
_FULL: Final = Contact("Eva Schneider", "eva.schneider@posteo.de", "+49 711 1234567", "", "70173", "DE")


def lead(**changes: Any) -> LeadView:  # noqa: ANN401 - any field of the view
    """A lead on offer to a taker firm, as its channel sees it."""
    return replace(LEAD, **changes)


def picked(**changes: Any) -> LeadView:  # noqa: ANN401 - any field of the view
    """The same after Ben's click."""
    after = lead(
        state=LeadState.PICKED,
        offer=Offer.HELD,
        picked_by="Ben Kaya",
        picked_at=PICKED_AT,
        responsible="Ben Kaya",
        responsible_id=UserId("ben"),
        step=Step.FIRST_CONTACT,
        worked_at=PICKED_AT,
        undo_until=PICKED_AT + timedelta(minutes=5),
        return_until=PICKED_AT + timedelta(hours=48),
        acts=frozenset(set(Act) - {Act.PICK, Act.OFFER}),
    )
    return replace(after, **changes)


def _entry(what: What, at: datetime, user: str = "Ben Kaya", **more: str) -> Entry:
    return Entry(entry_id=what, at=at, what=what, team_id=TeamId("d"), team="Dachwerk Süd KG", user=user, **more)


_HISTORY: Final = (
    _entry(What.DELEGATED, NOW - timedelta(minutes=1), subject="Mara Lind"),
    _entry(What.NOTED, NOW - timedelta(minutes=2), text="Besichtigung am Donnerstag um 9 Uhr."),
    _entry(What.PICKED, PICKED_AT),
    Entry(
        entry_id="o",
        at=NOW - timedelta(minutes=18),
        what=What.OFFERED,
        team_id=TeamId("s"),
        team="Solarhaus GmbH",
    ),
)
_FIELDS: Final = (("Welche Dachform?", "Walmdach, 45 Grad"), ("Bis wann?", "Vor dem Winter"))
_DETAILS: Final = LeadDetails(picked(contact=_FULL, fields=_FIELDS), _HISTORY, has_older=True)
_HANDS: Final = Hands(
    picked(),
    (("mara", "Mara Lind"), ("anna", "Anna Weiß")),
    (("c1", "Vertrieb"), ("c2", "Leads"), ("c3", "")),
    may_hand_over=True,
)
_OWN: Final = lead(ref="L-7", title="Wärmepumpe, Reihenhaus", state=LeadState.OPEN, offer=Offer.OPEN, giver="")
_DUPLICATE: Final = (Warn("duplicate:1", {"lead": picked(ref="L-3", title="Anfrage Dach")}),)


_CAPTURED: Final = CapturedLead(
    Draft(title="Angebot für ein Walmdach", name="Eva Schneider", phone="+49 711 1234567", text="Wir suchen …"),
    (),
    is_shortened=False,
)
_EXPORT: Final = OfferedFile("f1", "Leads L-1 bis L-10004.csv", 3_204_000)
_LINK: Final = "https://kollega.example/leads/0190c0ffee"


def _page(kind: Filter, *leads: LeadView, after: int | None = None) -> LeadPage:
    return LeadPage(kind, leads, after, may_create=True)


EXAMPLES: Final = {
    "offered": card.shown(lead()),
    "offered to a viewer": card.shown(lead(acts=frozenset())),
    "assigned": card.shown(lead(state=LeadState.ASSIGNED, offer=Offer.ASSIGNED)),
    "own": card.shown(replace(_OWN, marketplace="", offered_until=None, acts=lead().acts | {Act.OFFER})),
    "picked": card.shown(picked()),
    "noted": card.shown(picked(notes=Notes(2, "Mara Lind", NOW - timedelta(minutes=1)))),
    "vacant": card.shown(picked(responsible="", responsible_id=None, is_vacant=True, acts=frozenset({Act.PICK}))),
    "with another firm": card.shown(
        picked(taker="Dachwerk Süd KG", offer=Offer.NONE, giver="", acts=frozenset({Act.REVEAL}))
    ),
    "submitted": card.shown(lead(state=LeadState.SUBMITTED, offer=Offer.NONE, acts=frozenset({Act.OFFER, Act.REVEAL}))),
    "submitted, to its giver": card.shown(
        lead(state=LeadState.SUBMITTED, offer=Offer.NONE, giver="", acts=frozenset({Act.REVEAL}))
    ),
    "won": card.shown(
        picked(
            state=LeadState.WON,
            closed_by="Ben Kaya",
            closed_at=NOW,
            won_cents=1_620_000,
            acts=frozenset({Act.REVEAL}),
        )
    ),
    "lost": card.shown(
        picked(
            state=LeadState.LOST,
            closed_by="Ben Kaya",
            closed_at=NOW,
            lost_reason="Der Kunde baut erst 2028.",
            acts=frozenset({Act.REVEAL}),
        )
    ),
    "gone": card.gone(GoneLead("0190c0ffee", "L-12")),
    "not on offer any more": card.gone(GoneLead("0190c0ffee", "L-12", is_taken=False)),
    "details": card.detailed(_DETAILS, "https://kollega.example/leads/0190c0ffee"),
    "details before the pick": card.detailed(LeadDetails(lead(), _HISTORY[-1:], is_contact_hidden=True)),
    "shared": card.shared(SharedLead(lead(), channel="Leads")),
    "shared somewhere": card.shared(SharedLead(lead())),
    "returned": card.returned(GoneLead("0190c0ffee", "L-12")),
    "delegated": card.delegated(picked(responsible="Mara Lind"), "Ben Kaya"),
    "reminder": card.reminded(picked(worked_at=NOW - timedelta(days=3), undo_until=None)),
    "failed": card.failed(
        lead(state=LeadState.FAILED, offer=Offer.NONE, giver="", acts=frozenset({Act.OFFER, Act.REVEAL}))
    ),
    "list": lead_list.listed(_page(Filter.CURRENT, lead(), _OWN, picked(ref="L-5"), after=5)),
    "list after a pick": lead_list.listed(
        replace(_page(Filter.CURRENT, picked(lead_id="l12"), _OWN, picked(ref="L-5")), kept="l12")
    ),
    "empty list": lead_list.listed(_page(Filter.CURRENT)),
    "create": forms.create_form({}),
    "duplicates": forms.create_form({"title": "Dach", "name": "Eva Schneider"}, _DUPLICATE),
    "captured": forms.captured(_CAPTURED),
    "captured, cut": forms.captured(replace(_CAPTURED, warnings=_DUPLICATE, is_shortened=True)),
    "captured nothing": forms.captured(CapturedLead(Draft(title="", name=""), (), is_shortened=False)),
    "found": hits.found(FoundLeads("dach", (lead(), picked(ref="L-5")))),
    "found more": hits.found(FoundLeads("dach", (lead(), _OWN), has_more=True)),
    "found the newest": hits.found(FoundLeads("", (_OWN,))),
    "found nothing": hits.found(FoundLeads("dach", ())),
    "found nothing at all": hits.found(FoundLeads("", ())),
    "outlined": hits.outlined(lead(), _LINK, Instant(NOW)),
    "outlined in work": hits.outlined(picked(), _LINK, Instant(NOW)),
    "outlined closed": hits.outlined(picked(state=LeadState.LOST), _LINK, Instant(NOW)),
    "note": forms.note_form(picked(), {}),
    "win": forms.win_form(picked()),
    "lose": forms.lose_form(picked(), {}),
    "return": forms.return_form(picked(), {}),
    "delegate": forms.delegate_form(_HANDS),
    "share": forms.share_form(_HANDS),
    "exported": exported(ExportedLeads(10_000, "L-1", "L-10004", 10_004, has_contacts=True), _EXPORT),
    "exported without contacts": exported(ExportedLeads(1, "L-12", "L-12", 0, has_contacts=False), _EXPORT),
    "nothing to export": nothing_to_export(),
    "already picked": refused(AlreadyPicked("L-12", "Ben Kaya", PICKED_AT, lead_id="0190c0ffee")),
    "already picked by another firm": refused(AlreadyPicked("L-12")),
    "already mine": refused(AlreadyPicked("L-12", "Ben Kaya", PICKED_AT, is_self=True, lead_id="0190c0ffee")),
    "not offered": refused(NotOffered("L-12")),
    "offer ended": refused(OfferEnded("L-12")),
    "not picked": refused(NotPicked("L-12", may_pick=True, lead_id="0190c0ffee")),
    "already closed": refused(AlreadyClosed("L-12")),
    "held elsewhere": refused(HeldElsewhere("L-12", "Dachwerk Süd KG")),
    "undo expired": refused(UndoExpired("L-12", 5, "0190c0ffee", may_return=True)),
    "return expired": refused(ReturnExpired("L-12", 48, "0190c0ffee")),
    "already responsible": refused(AlreadyResponsible("L-12", "Mara Lind")),
    "cannot work": refused(CannotWork("L-12", "Tom Fischer")),
    "no channel": refused(NoChannel("L-12")),
    "already offered": refused(AlreadyOffered("L-12")),
    "no takers": refused(NoTakers("L-12", "Handwerk Süd")),
}
