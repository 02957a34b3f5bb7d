"""Examples of lead cards for the gallery and its snapshots."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from cards.examples import LEAD, NOW
from cards.lead import card, forms, lead_list, search
from cards.lead.export import lead_export_card, no_leads_card
from cards.model import Instant
from cards.refusal import refusal_card
from services.errors import ConfirmationWarning
from services.file.model import GeneratedFile
from services.lead.capture import CapturedLead
from services.lead.draft import LeadDraft
from services.lead.export import ExportedLeads
from services.lead.model import (
    ActivityType,
    Contact,
    HandoverChoices,
    HiddenLead,
    LeadAction,
    LeadActivity,
    LeadDetails,
    LeadFilter,
    LeadPage,
    LeadState,
    LeadStep,
    LeadView,
    NotesSummary,
    OfferStatus,
    SharedLead,
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
from services.lead.search import LeadSearchResult
from services.people import TeamId, UserId

PICKED_AT: Final = NOW - timedelta(minutes=4)
_UNMASKED: Final = Contact("Eva Schneider", "eva.schneider@posteo.de", "+49 711 1234567", "", "70173", "DE")


def lead_example(**changes: Any) -> LeadView:  # noqa: ANN401 - any field of the view
    """Build a lead on offer, as the channel of a taker sees it."""
    return replace(LEAD, **changes)


def picked_example(**changes: Any) -> LeadView:  # noqa: ANN401 - any field of the view
    """Build the same lead after a member picked it."""
    after = lead_example(
        state=LeadState.PICKED,
        offer_status=OfferStatus.HELD,
        picked_by="Ben Kaya",
        picked_at=PICKED_AT,
        responsible="Ben Kaya",
        responsible_id=UserId("ben"),
        step=LeadStep.FIRST_CONTACT,
        worked_at=PICKED_AT,
        undo_until=PICKED_AT + timedelta(minutes=5),
        return_until=PICKED_AT + timedelta(hours=48),
        actions=frozenset(set(LeadAction) - {LeadAction.PICK, LeadAction.OFFER}),
    )
    return replace(after, **changes)


def _activity_example(activity: ActivityType, at: datetime, user: str = "Ben Kaya", **fields: str) -> LeadActivity:
    return LeadActivity(
        entry_id=activity, at=at, what=activity, team_id=TeamId("d"), team="Dachwerk Süd KG", user=user, **fields
    )


_HISTORY: Final = (
    _activity_example(ActivityType.DELEGATED, NOW - timedelta(minutes=1), subject="Mara Lind"),
    _activity_example(ActivityType.NOTED, NOW - timedelta(minutes=2), text="Besichtigung am Donnerstag um 9 Uhr."),
    _activity_example(ActivityType.PICKED, PICKED_AT),
    LeadActivity(
        entry_id="o",
        at=NOW - timedelta(minutes=18),
        what=ActivityType.OFFERED,
        team_id=TeamId("s"),
        team="Solarhaus GmbH",
    ),
)
_FIELDS: Final = (("Welche Dachform?", "Walmdach, 45 Grad"), ("Bis wann?", "Vor dem Winter"))
_DETAILS: Final = LeadDetails(picked_example(contact=_UNMASKED, fields=_FIELDS), _HISTORY, has_older=True)
_RECIPIENTS: Final = HandoverChoices(
    picked_example(),
    (("mara", "Mara Lind"), ("anna", "Anna Weiß")),
    (("c1", "Vertrieb"), ("c2", "Leads"), ("c3", "")),
    may_delegate=True,
)
_OWN_LEAD: Final = lead_example(
    ref="L-7", title="Wärmepumpe, Reihenhaus", state=LeadState.OPEN, offer_status=OfferStatus.OPEN, giver=""
)
_DUPLICATE: Final = (ConfirmationWarning("duplicate:1", {"lead": picked_example(ref="L-3", title="Anfrage Dach")}),)


_CAPTURED: Final = CapturedLead(
    LeadDraft(title="Angebot für ein Walmdach", name="Eva Schneider", phone="+49 711 1234567", text="Wir suchen …"),
    (),
    is_shortened=False,
)
_EXPORT: Final = GeneratedFile("f1", "Leads L-1 bis L-10004.csv", 3_204_000)
_LINK: Final = "https://kollega.example/leads/0190c0ffee"


def _page(kind: LeadFilter, *leads: LeadView, after: int | None = None) -> LeadPage:
    return LeadPage(kind, leads, after, may_create=True)


EXAMPLES: Final = {
    "offered": card.lead_card(lead_example()),
    "offered to a viewer": card.lead_card(lead_example(actions=frozenset())),
    "assigned": card.lead_card(lead_example(state=LeadState.ASSIGNED, offer_status=OfferStatus.ASSIGNED)),
    "own": card.lead_card(
        replace(_OWN_LEAD, marketplace="", offered_until=None, actions=lead_example().actions | {LeadAction.OFFER})
    ),
    "picked": card.lead_card(picked_example()),
    "noted": card.lead_card(picked_example(notes=NotesSummary(2, "Mara Lind", NOW - timedelta(minutes=1)))),
    "vacant": card.lead_card(
        picked_example(responsible="", responsible_id=None, is_vacant=True, actions=frozenset({LeadAction.PICK}))
    ),
    "with another firm": card.lead_card(
        picked_example(
            taker="Dachwerk Süd KG", offer_status=OfferStatus.NONE, giver="", actions=frozenset({LeadAction.REVEAL})
        )
    ),
    "submitted": card.lead_card(
        lead_example(
            state=LeadState.SUBMITTED,
            offer_status=OfferStatus.NONE,
            actions=frozenset({LeadAction.OFFER, LeadAction.REVEAL}),
        )
    ),
    "submitted, to its giver": card.lead_card(
        lead_example(
            state=LeadState.SUBMITTED, offer_status=OfferStatus.NONE, giver="", actions=frozenset({LeadAction.REVEAL})
        )
    ),
    "won": card.lead_card(
        picked_example(
            state=LeadState.WON,
            closed_by="Ben Kaya",
            closed_at=NOW,
            won_cents=1_620_000,
            actions=frozenset({LeadAction.REVEAL}),
        )
    ),
    "lost": card.lead_card(
        picked_example(
            state=LeadState.LOST,
            closed_by="Ben Kaya",
            closed_at=NOW,
            lost_reason="Der Kunde baut erst 2028.",
            actions=frozenset({LeadAction.REVEAL}),
        )
    ),
    "gone": card.gone_lead_card(HiddenLead("0190c0ffee", "L-12")),
    "not on offer any more": card.gone_lead_card(HiddenLead("0190c0ffee", "L-12", is_taken=False)),
    "details": card.lead_details_card(_DETAILS, "https://kollega.example/leads/0190c0ffee"),
    "details before the pick": card.lead_details_card(
        LeadDetails(lead_example(), _HISTORY[-1:], is_contact_hidden=True)
    ),
    "shared": card.shared_lead_card(SharedLead(lead_example(), channel="Leads")),
    "shared somewhere": card.shared_lead_card(SharedLead(lead_example())),
    "returned": card.returned_lead_card(HiddenLead("0190c0ffee", "L-12")),
    "delegated": card.delegated_lead_card(picked_example(responsible="Mara Lind"), "Ben Kaya"),
    "reminder": card.lead_reminder_card(picked_example(worked_at=NOW - timedelta(days=3), undo_until=None)),
    "failed": card.failed_lead_card(
        lead_example(
            state=LeadState.FAILED,
            offer_status=OfferStatus.NONE,
            giver="",
            actions=frozenset({LeadAction.OFFER, LeadAction.REVEAL}),
        )
    ),
    "list": lead_list.lead_list_card(
        _page(LeadFilter.CURRENT, lead_example(), _OWN_LEAD, picked_example(ref="L-5"), after=5)
    ),
    "list after a pick": lead_list.lead_list_card(
        replace(
            _page(LeadFilter.CURRENT, picked_example(lead_id="l12"), _OWN_LEAD, picked_example(ref="L-5")),
            pinned_lead_id="l12",
        )
    ),
    "empty list": lead_list.lead_list_card(_page(LeadFilter.CURRENT)),
    "create": forms.new_lead_form({}),
    "duplicates": forms.new_lead_form({"title": "Dach", "name": "Eva Schneider"}, _DUPLICATE),
    "captured": forms.captured_lead_form(_CAPTURED),
    "captured, cut": forms.captured_lead_form(replace(_CAPTURED, warnings=_DUPLICATE, is_shortened=True)),
    "captured nothing": forms.captured_lead_form(CapturedLead(LeadDraft(title="", name=""), (), is_shortened=False)),
    "found": search.search_results_card(LeadSearchResult("dach", (lead_example(), picked_example(ref="L-5")))),
    "found more": search.search_results_card(LeadSearchResult("dach", (lead_example(), _OWN_LEAD), has_more=True)),
    "found the newest": search.search_results_card(LeadSearchResult("", (_OWN_LEAD,))),
    "found nothing": search.search_results_card(LeadSearchResult("dach", ())),
    "found nothing at all": search.search_results_card(LeadSearchResult("", ())),
    "outlined": search.lead_outline_card(lead_example(), _LINK, Instant(NOW)),
    "outlined in work": search.lead_outline_card(picked_example(), _LINK, Instant(NOW)),
    "outlined closed": search.lead_outline_card(picked_example(state=LeadState.LOST), _LINK, Instant(NOW)),
    "note": forms.note_form(picked_example(), {}),
    "win": forms.win_form(picked_example()),
    "lose": forms.lose_form(picked_example(), {}),
    "return": forms.return_form(picked_example(), {}),
    "delegate": forms.delegate_form(_RECIPIENTS),
    "share": forms.share_form(_RECIPIENTS),
    "exported": lead_export_card(ExportedLeads(10_000, "L-1", "L-10004", 10_004, has_contacts=True), _EXPORT),
    "exported without contacts": lead_export_card(ExportedLeads(1, "L-12", "L-12", 0, has_contacts=False), _EXPORT),
    "nothing to export": no_leads_card(),
    "already picked": refusal_card(AlreadyPicked("L-12", "Ben Kaya", PICKED_AT, lead_id="0190c0ffee")),
    "already picked by another firm": refusal_card(AlreadyPicked("L-12")),
    "already mine": refusal_card(AlreadyPicked("L-12", "Ben Kaya", PICKED_AT, is_self=True, lead_id="0190c0ffee")),
    "not offered": refusal_card(NotOffered("L-12")),
    "offer ended": refusal_card(OfferEnded("L-12")),
    "not picked": refusal_card(NotPicked("L-12", may_pick=True, lead_id="0190c0ffee")),
    "already closed": refusal_card(AlreadyClosed("L-12")),
    "held elsewhere": refusal_card(HeldElsewhere("L-12", "Dachwerk Süd KG")),
    "undo expired": refusal_card(UndoExpired("L-12", 5, "0190c0ffee", may_return=True)),
    "return expired": refusal_card(ReturnExpired("L-12", 48, "0190c0ffee")),
    "already responsible": refusal_card(AlreadyResponsible("L-12", "Mara Lind")),
    "cannot work": refusal_card(CannotWork("L-12", "Tom Fischer")),
    "no channel": refusal_card(NoChannel("L-12")),
    "already offered": refusal_card(AlreadyOffered("L-12")),
    "no takers": refusal_card(NoTakers("L-12", "Handwerk Süd")),
}
