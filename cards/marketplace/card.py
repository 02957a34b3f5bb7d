"""A marketplace with its partners, the list, and the notice about a partner's decision."""

from typing import Final

from cards.model import Badge, Card, Fact, Facts, Item, Items, Run, State, Style, T, Text, Tone, t, tn, verbatim
from services.marketplace.model import MarketplaceList, MarketplaceView, Part, PartnerState, PartnerView

SHOW_MARKETPLACES: Final = Run(t("Show markets"), "marketplace.show")

PARTNER_BADGES: Final[dict[PartnerState, Badge]] = {
    PartnerState.PENDING: Badge(t("invited"), State.OPEN),
    PartnerState.ACTIVE: Badge(t("active"), State.DONE, Tone.GOOD),
    PartnerState.DECLINED: Badge(t("declined"), State.WARNING, Tone.WARNING),
    PartnerState.ENDED: Badge(t("ended"), State.NONE, Tone.SUBTLE),
}
PART_NAMES: Final[dict[Part, T]] = {
    Part.TAKES: t("takes leads"),
    Part.GIVES: t("gives leads"),
    Part.BOTH: t("gives and takes leads"),
}


def _part_name(*, gives: bool, takes: bool) -> T:
    if gives and takes:
        return PART_NAMES[Part.BOTH]
    return PART_NAMES[Part.GIVES] if gives else PART_NAMES[Part.TAKES]


def marketplace_card(view: MarketplaceView) -> Card:
    """Show a marketplace; its operator also sees the partners."""
    run_by = Fact(t("Operator"), verbatim(view.operator) if view.operator else t("your team"))
    facts = (
        run_by,
        Fact(t("Your part"), _part_name(gives=view.is_giver, takes=view.is_taker)),
        Fact(t("Time to pick"), t("{minutes} min", minutes=view.offer_window_minutes)),
        Fact(t("Time to return"), t("{hours} h", hours=view.return_window_hours)),
    )
    return Card(
        t("Market {name}", name=view.name),
        (Facts(facts), *_question_items(view), *_partner_blocks(view)),
        _actions(view),
        refresh=Run(t("Refresh"), "marketplace.show", {"marketplace": view.marketplace_id}),
    )


def _actions(view: MarketplaceView) -> tuple[Run, ...]:
    if not view.may_run:
        return (Run(t("Open leads"), "lead.list"),)
    return (
        Run(t("Invite a partner"), "marketplace.invite", {"marketplace": view.marketplace_id}, Style.PRIMARY),
        Run(t("Invite many firms"), "marketplace.invite_many", {"marketplace": view.marketplace_id}),
        Run(t("Settings"), "marketplace.change", {"marketplace": view.marketplace_id}),
        Run(t("Open leads"), "lead.list"),
        Run(t("Another market"), "marketplace.create"),
    )


def _question_items(view: MarketplaceView) -> tuple[Items, ...]:
    rows = tuple(Item(verbatim(question)) for question in view.questions)
    return (Items(rows, t("Questions to whoever offers a lead")),) if rows else ()


def _partner_blocks(view: MarketplaceView) -> tuple[Items | Text, ...]:
    if view.operator:
        return ()
    rows = tuple(_partner_item(partner, may_run=view.may_run) for partner in view.partners if not partner.is_operator)
    if not rows:
        return (Text(t("No partner yet. Invite the firms that take or give leads."), Tone.SUBTLE),)
    return (Items(rows, tn("{n} partner", "{n} partners", len(rows))),)


def _partner_item(partner: PartnerView, *, may_run: bool) -> Item:
    part = _part_name(gives=partner.is_giver, takes=partner.is_taker)
    detail = t("{part} · {email}", part=part, email=partner.email) if partner.email else part
    return Item(
        verbatim(partner.name), detail, PARTNER_BADGES[partner.state], _partner_actions(partner) if may_run else ()
    )


def _partner_actions(partner: PartnerView) -> tuple[Run, ...]:
    args = {"partner": partner.partner_id}
    if partner.state is PartnerState.ACTIVE:
        return (Run(t("End"), "marketplace.end", args),)
    if partner.state is PartnerState.ENDED:
        return ()
    return (Run(t("Delete"), "marketplace.withdraw", args),)


def marketplace_list_card(view: MarketplaceList) -> Card:
    """List the marketplaces of the team."""
    create = Run(t("New market"), "marketplace.create", style=Style.PRIMARY)
    actions = (create,) if view.may_create else ()
    if not view.marketplaces:
        empty = t("Your team takes part in no market. Open one, or ask an operator for an invitation.")
        return Card(t("Markets"), (Text(empty, Tone.SUBTLE),), actions)
    return Card(
        t("Markets"), (Items(tuple(_marketplace_item(marketplace) for marketplace in view.marketplaces)),), actions
    )


def _marketplace_item(view: MarketplaceView) -> Item:
    part = _part_name(gives=view.is_giver, takes=view.is_taker)
    detail = (
        t("run by {operator} · your team {part}", operator=view.operator, part=part)
        if view.operator
        else t("run by your team")
    )
    show = Run(t("Show"), "marketplace.show", {"marketplace": view.marketplace_id})
    return Item(verbatim(view.name), detail, actions=(show,))


def partner_decision_card(name: str, marketplace: str, state: PartnerState) -> Card:
    """Tell owner and admins of the operator how a partner decided."""
    joined = state is PartnerState.ACTIVE
    title = (
        t("{name} takes part in {market}", name=name, market=marketplace)
        if joined
        else t("{name} declined the invitation to {market}", name=name, market=marketplace)
    )
    return Card(title, (), (SHOW_MARKETPLACES,), PARTNER_BADGES[state])
