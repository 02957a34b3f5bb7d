"""Why something about marketplaces cannot be done, and what happens when it is."""

from collections.abc import Mapping
from typing import Any

from cards.confirmation import warns
from cards.marketplace.card import MARKETS
from cards.model import Run, T, t
from cards.refusal import Explained, explain
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


@warns("partner.end")
def _ends(params: Mapping[str, Any]) -> T:
    return t("No more leads for {name}. What the firm has picked stays there.", name=str(params["name"]))


@explain.register
def _(refusal: NameTaken) -> Explained:
    return Explained(t("Your team runs a market named “{name}” already.", name=refusal.name), None, (MARKETS,))


@explain.register
def _(refusal: AlreadyPartner) -> Explained:
    return Explained(t("{name} is a partner or invited already.", name=refusal.name), None, (MARKETS,))


@explain.register
def _(refusal: PartnerActive) -> Explained:
    return Explained(
        t("{name} is an active partner and can't be deleted.", name=refusal.name),
        t("You can end the partnership; its history stays."),
        (Run(t("End partnership"), "marketplace.end", {"partner": refusal.partner_id}),),
    )


@explain.register
def _(refusal: PartnerNotActive) -> Explained:
    return Explained(t("There is no active partnership with {name}.", name=refusal.name), None, (MARKETS,))


@explain.register
def _(refusal: OperatorItself) -> Explained:
    del refusal
    return Explained(t("The operator's own part can't be ended."), None, (MARKETS,))


@explain.register
def _(refusal: MarketplaceFull) -> Explained:
    return Explained(t("A market has at most {limit} partners.", limit=refusal.limit), None, (MARKETS,))


@explain.register
def _(refusal: TooManyMarketplaces) -> Explained:
    return Explained(t("A team runs at most {limit} markets.", limit=refusal.limit), None, (MARKETS,))


@explain.register
def _(refusal: NotGiver) -> Explained:
    del refusal
    return Explained(
        t("Your team gives leads to no such market."),
        t("Open a market of your own, or ask its operator for an invitation."),
        (Run(t("New market"), "marketplace.create"), MARKETS),
    )


@explain.register
def _(refusal: InvitationClosed) -> Explained:
    del refusal
    return Explained(t("This invitation to a market is no longer open."), t("Ask the operator for a new one."))
