"""Examples of marketplace cards for the gallery and its snapshots."""

from dataclasses import replace
from typing import Final

from cards.confirmation import confirmation_card
from cards.examples import LEAD
from cards.marketplace.card import marketplace_card, marketplace_list_card, partner_decision_card
from cards.marketplace.forms import marketplace_settings_form, new_marketplace_form, offer_form, partner_invitation_form
from cards.model import t
from cards.refusal import refusal_card
from services.errors import ConfirmationWarning
from services.marketplace.model import (
    OFFER_WINDOW_MINUTES,
    REMINDER_DAYS,
    RETURN_WINDOW_HOURS,
    STALL_DAYS,
    MarketplaceList,
    MarketplaceView,
    OfferForm,
    PartnerState,
    PartnerView,
)
from services.marketplace.refusals import (
    AlreadyPartner,
    InvitationClosed,
    IsOperator,
    MarketplaceFull,
    NameTaken,
    NotGiver,
    PartnerActive,
    PartnerNotActive,
    TooManyMarketplaces,
)

_OPERATED: Final = MarketplaceView(
    marketplace_id="m1",
    name="Handwerk Süd",
    operator="",
    is_giver=True,
    is_taker=True,
    offer_window_minutes=OFFER_WINDOW_MINUTES,
    return_window_hours=RETURN_WINDOW_HOURS,
    reminder_days=REMINDER_DAYS,
    stall_days=STALL_DAYS,
    partners=(
        PartnerView(
            partner_id="p1",
            name="Dachwerk Süd KG",
            email="l***@dachwerk.example",
            is_giver=True,
            is_taker=True,
            state=PartnerState.ACTIVE,
            is_operator=False,
        ),
        PartnerView(
            partner_id="p2",
            name="Sparren & Söhne",
            email="k***@sparren.example",
            is_giver=False,
            is_taker=True,
            state=PartnerState.PENDING,
            is_operator=False,
        ),
    ),
    may_run=True,
)
_JOINED: Final = MarketplaceView(
    marketplace_id="m1",
    name="Handwerk Süd",
    operator="Solarhaus GmbH",
    is_giver=False,
    is_taker=True,
    offer_window_minutes=OFFER_WINDOW_MINUTES,
    return_window_hours=RETURN_WINDOW_HOURS,
    reminder_days=REMINDER_DAYS,
    stall_days=STALL_DAYS,
)
_QUESTIONS: Final = ("Welche Dachform?", "Bis wann?")
_OFFER: Final = OfferForm(
    LEAD, (("m1", "Handwerk Süd"),), (("p1", "Dachwerk Süd KG"), ("p2", "Sparren & Söhne")), OFFER_WINDOW_MINUTES
)

EXAMPLES: Final = {
    "operated": marketplace_card(_OPERATED),
    "taken part": marketplace_card(_JOINED),
    "list": marketplace_list_card(MarketplaceList((_OPERATED, _JOINED), may_create=True)),
    "empty list": marketplace_list_card(MarketplaceList((), may_create=True)),
    "create": new_marketplace_form({}),
    "invite": partner_invitation_form(_OPERATED, {}),
    "offer": offer_form(_OFFER, {}),
    "settings": marketplace_settings_form(replace(_OPERATED, questions=_QUESTIONS), {}),
    "operated, with questions": marketplace_card(replace(_OPERATED, questions=_QUESTIONS, partners=())),
    "offer with questions": offer_form(
        replace(_OFFER, questions=_QUESTIONS, questions_digest="0f", answers=("Walmdach", "")), {}
    ),
    "offer on one of two": offer_form(
        replace(_OFFER, marketplaces=(*_OFFER.marketplaces, ("m2", "Wärme Nord")), has_choice=True), {}
    ),
    "offer with duplicates": offer_form(_OFFER, {}, (ConfirmationWarning("duplicate:1", {"lead": LEAD}),)),
    "joined": partner_decision_card("Dachwerk Süd KG", "Handwerk Süd", PartnerState.ACTIVE),
    "declined": partner_decision_card("Dachwerk Süd KG", "Handwerk Süd", PartnerState.DECLINED),
    "end": confirmation_card(
        (ConfirmationWarning("partner.end", {"name": "Dachwerk Süd KG"}),),
        t("End"),
        "marketplace.end",
        {"partner": "p1"},
    ),
    "active": refusal_card(PartnerActive("Dachwerk Süd KG", "p1")),
    "not active": refusal_card(PartnerNotActive("Dachwerk Süd KG")),
    "already partner": refusal_card(AlreadyPartner("info@dachwerk.example")),
    "name taken": refusal_card(NameTaken("Handwerk Süd")),
    "operator itself": refusal_card(IsOperator("Solarhaus GmbH")),
    "full": refusal_card(MarketplaceFull("Handwerk Süd")),
    "too many": refusal_card(TooManyMarketplaces("Handwerk Süd")),
    "not giver": refusal_card(NotGiver("")),
    "closed": refusal_card(InvitationClosed("")),
}
