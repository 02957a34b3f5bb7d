"""Texts for the refusals and warnings of marketplaces."""

from collections.abc import Mapping
from typing import Any

from cards.confirmation import register_warning
from cards.marketplace.card import SHOW_MARKETPLACES
from cards.model import Run, T, t
from cards.refusal import RefusalText, explain_refusal
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


@register_warning("partner.end")
def _(params: Mapping[str, Any]) -> T:
    return t("No more leads for {name}. What the firm has picked stays there.", name=str(params["name"]))


@explain_refusal.register
def _(refusal: NameTaken) -> RefusalText:
    return RefusalText(
        t("Your team runs a market named “{name}” already.", name=refusal.name), None, (SHOW_MARKETPLACES,)
    )


@explain_refusal.register
def _(refusal: AlreadyPartner) -> RefusalText:
    return RefusalText(t("{name} is a partner or invited already.", name=refusal.name), None, (SHOW_MARKETPLACES,))


@explain_refusal.register
def _(refusal: PartnerActive) -> RefusalText:
    return RefusalText(
        t("{name} is an active partner and can't be deleted.", name=refusal.name),
        t("You can end the partnership; its history stays."),
        (Run(t("End partnership"), "marketplace.end", {"partner": refusal.partner_id}),),
    )


@explain_refusal.register
def _(refusal: PartnerNotActive) -> RefusalText:
    return RefusalText(t("There is no active partnership with {name}.", name=refusal.name), None, (SHOW_MARKETPLACES,))


@explain_refusal.register
def _(refusal: IsOperator) -> RefusalText:
    del refusal
    return RefusalText(t("The operator's own part can't be ended."), None, (SHOW_MARKETPLACES,))


@explain_refusal.register
def _(refusal: MarketplaceFull) -> RefusalText:
    return RefusalText(t("A market has at most {limit} partners.", limit=refusal.limit), None, (SHOW_MARKETPLACES,))


@explain_refusal.register
def _(refusal: TooManyMarketplaces) -> RefusalText:
    return RefusalText(t("A team runs at most {limit} markets.", limit=refusal.limit), None, (SHOW_MARKETPLACES,))


@explain_refusal.register
def _(refusal: NotGiver) -> RefusalText:
    del refusal
    return RefusalText(
        t("Your team gives leads to no such market."),
        t("Open a market of your own, or ask its operator for an invitation."),
        (Run(t("New market"), "marketplace.create"), SHOW_MARKETPLACES),
    )


@explain_refusal.register
def _(refusal: InvitationClosed) -> RefusalText:
    del refusal
    return RefusalText(t("This invitation to a market is no longer open."), t("Ask the operator for a new one."))
