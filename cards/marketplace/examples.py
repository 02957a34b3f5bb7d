"""Every card about marketplaces, to look at and to hold against the platforms' schemas."""

from dataclasses import replace
from typing import Final

from cards.confirmation import confirm
from cards.examples import LEAD
from cards.marketplace.card import listed, partner_told, shown
from cards.marketplace.forms import change_form, create_form, invite_form, offer_form
from cards.model import t
from cards.refusal import refused
from services.errors import Warn
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
    MarketplaceFull,
    NameTaken,
    NotGiver,
    OperatorItself,
    PartnerActive,
    PartnerNotActive,
    TooManyMarketplaces,
)

_MARKET: Final = MarketplaceView(
    marketplace_id="m1",
    name="Handwerk Süd",
    operator="",
    gives=True,
    takes=True,
    offer_window_minutes=OFFER_WINDOW_MINUTES,
    return_window_hours=RETURN_WINDOW_HOURS,
    reminder_days=REMINDER_DAYS,
    stall_days=STALL_DAYS,
    partners=(
        PartnerView(
            partner_id="p1",
            name="Dachwerk Süd KG",
            email="l***@dachwerk.example",
            gives=True,
            takes=True,
            state=PartnerState.ACTIVE,
            is_operator=False,
        ),
        PartnerView(
            partner_id="p2",
            name="Sparren & Söhne",
            email="k***@sparren.example",
            gives=False,
            takes=True,
            state=PartnerState.PENDING,
            is_operator=False,
        ),
    ),
    may_run=True,
)
_TAKEN: Final = MarketplaceView(
    marketplace_id="m1",
    name="Handwerk Süd",
    operator="Solarhaus GmbH",
    gives=False,
    takes=True,
    offer_window_minutes=OFFER_WINDOW_MINUTES,
    return_window_hours=RETURN_WINDOW_HOURS,
    reminder_days=REMINDER_DAYS,
    stall_days=STALL_DAYS,
)
_ASKS: Final = ("Welche Dachform?", "Bis wann?")
_OFFER: Final = OfferForm(
    LEAD, (("m1", "Handwerk Süd"),), (("p1", "Dachwerk Süd KG"), ("p2", "Sparren & Söhne")), OFFER_WINDOW_MINUTES
)

EXAMPLES: Final = {
    "operated": shown(_MARKET),
    "taken part": shown(_TAKEN),
    "list": listed(MarketplaceList((_MARKET, _TAKEN), may_create=True)),
    "empty list": listed(MarketplaceList((), may_create=True)),
    "create": create_form({}),
    "invite": invite_form(_MARKET, {}),
    "offer": offer_form(_OFFER, {}),
    "settings": change_form(replace(_MARKET, questions=_ASKS), {}),
    "operated, with questions": shown(replace(_MARKET, questions=_ASKS, partners=())),
    "offer with questions": offer_form(replace(_OFFER, questions=_ASKS, asked="0f", answers=("Walmdach", "")), {}),
    "offer on one of two": offer_form(
        replace(_OFFER, marketplaces=(*_OFFER.marketplaces, ("m2", "Wärme Nord")), is_choice=True), {}
    ),
    "offer with duplicates": offer_form(_OFFER, {}, (Warn("duplicate:1", {"lead": LEAD}),)),
    "joined": partner_told("Dachwerk Süd KG", "Handwerk Süd", PartnerState.ACTIVE),
    "declined": partner_told("Dachwerk Süd KG", "Handwerk Süd", PartnerState.DECLINED),
    "end": confirm((Warn("partner.end", {"name": "Dachwerk Süd KG"}),), t("End"), "marketplace.end", {"partner": "p1"}),
    "active": refused(PartnerActive("Dachwerk Süd KG", "p1")),
    "not active": refused(PartnerNotActive("Dachwerk Süd KG")),
    "already partner": refused(AlreadyPartner("info@dachwerk.example")),
    "name taken": refused(NameTaken("Handwerk Süd")),
    "operator itself": refused(OperatorItself("Solarhaus GmbH")),
    "full": refused(MarketplaceFull("Handwerk Süd")),
    "too many": refused(TooManyMarketplaces("Handwerk Süd")),
    "not giver": refused(NotGiver("")),
    "closed": refused(InvitationClosed("")),
}
