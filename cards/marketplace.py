"""Marketplaces: their partners and states, the forms around them, and offering a lead."""

from collections.abc import Mapping
from typing import Any, Final

from cards import duplicates
from cards.confirmation import confirm, warns
from cards.examples import LEAD
from cards.model import (
    Badge,
    Card,
    Choice,
    ChoiceInput,
    Fact,
    Facts,
    Item,
    Items,
    NumberInput,
    Run,
    State,
    Style,
    T,
    Text,
    TextInput,
    ToggleInput,
    Tone,
    t,
    tn,
    verbatim,
)
from cards.refusal import Explained, explain, refused
from services.errors import Warn
from services.marketplace.model import (
    NAME_MAX_CHARS,
    OFFER_WINDOW_MINUTES,
    RETURN_WINDOW_HOURS,
    AlreadyPartner,
    InvitationClosed,
    MarketplaceFull,
    MarketplaceList,
    MarketplaceView,
    NameTaken,
    NotGiver,
    OfferForm,
    OperatorItself,
    Part,
    PartnerActive,
    PartnerNotActive,
    PartnerState,
    PartnerView,
    TooManyMarketplaces,
)

TEXT_MAX_CHARS: Final = 1_000
MARKETS: Final = Run(t("Show markets"), "marketplace.show")

STATES: Final[dict[PartnerState, Badge]] = {
    PartnerState.PENDING: Badge(t("invited"), State.OPEN),
    PartnerState.ACTIVE: Badge(t("active"), State.DONE, Tone.GOOD),
    PartnerState.DECLINED: Badge(t("declined"), State.WARNING, Tone.WARNING),
    PartnerState.ENDED: Badge(t("ended"), State.NONE, Tone.SUBTLE),
}
PARTS: Final[dict[Part, T]] = {
    Part.TAKES: t("takes leads"),
    Part.GIVES: t("gives leads"),
    Part.BOTH: t("gives and takes leads"),
}


def _part(*, gives: bool, takes: bool) -> T:
    if gives and takes:
        return PARTS[Part.BOTH]
    return PARTS[Part.GIVES] if gives else PARTS[Part.TAKES]


def shown(view: MarketplaceView) -> Card:
    """A marketplace, with its partners for the operator."""
    run_by = Fact(t("Operator"), verbatim(view.operator) if view.operator else t("your team"))
    facts = (
        run_by,
        Fact(t("Your part"), _part(gives=view.gives, takes=view.takes)),
        Fact(t("Time to pick"), t("{minutes} min", minutes=view.offer_window_minutes)),
        Fact(t("Time to return"), t("{hours} h", hours=view.return_window_hours)),
    )
    return Card(
        t("Market {name}", name=view.name),
        (Facts(facts), *_partners(view)),
        _actions(view),
        refresh=Run(t("Refresh"), "marketplace.show", {"marketplace": view.marketplace_id}),
    )


def _actions(view: MarketplaceView) -> tuple[Run, ...]:
    if not view.may_run:
        return (Run(t("Open leads"), "lead.list"),)
    return (
        Run(t("Invite a partner"), "marketplace.invite", {"marketplace": view.marketplace_id}, Style.PRIMARY),
        Run(t("Open leads"), "lead.list"),
        Run(t("Another market"), "marketplace.create"),
    )


def _partners(view: MarketplaceView) -> tuple[Items | Text, ...]:
    if view.operator:
        return ()
    rows = tuple(_partner(one, may_run=view.may_run) for one in view.partners if not one.is_operator)
    if not rows:
        return (Text(t("No partner yet. Invite the firms that take or give leads."), Tone.SUBTLE),)
    return (Items(rows, tn("{n} partner", "{n} partners", len(rows))),)


def _partner(partner: PartnerView, *, may_run: bool) -> Item:
    part = _part(gives=partner.gives, takes=partner.takes)
    detail = t("{part} · {email}", part=part, email=partner.email) if partner.email else part
    return Item(verbatim(partner.name), detail, STATES[partner.state], _partner_actions(partner) if may_run else ())


def _partner_actions(partner: PartnerView) -> tuple[Run, ...]:
    args = {"partner": partner.partner_id}
    if partner.state is PartnerState.ACTIVE:
        return (Run(t("End"), "marketplace.end", args),)
    if partner.state is PartnerState.ENDED:
        return ()
    return (Run(t("Delete"), "marketplace.withdraw", args),)


def listed(view: MarketplaceList) -> Card:
    """The marketplaces in which the team takes part."""
    create = Run(t("New market"), "marketplace.create", style=Style.PRIMARY)
    actions = (create,) if view.may_create else ()
    if not view.marketplaces:
        empty = t("Your team takes part in no market. Open one, or ask an operator for an invitation.")
        return Card(t("Markets"), (Text(empty, Tone.SUBTLE),), actions)
    return Card(t("Markets"), (Items(tuple(_row(one) for one in view.marketplaces)),), actions)


def _row(view: MarketplaceView) -> Item:
    part = _part(gives=view.gives, takes=view.takes)
    detail = (
        t("run by {operator} · your team {part}", operator=view.operator, part=part)
        if view.operator
        else t("run by your team")
    )
    show = Run(t("Show"), "marketplace.show", {"marketplace": view.marketplace_id})
    return Item(verbatim(view.name), detail, actions=(show,))


def create_form(known: Mapping[str, Any]) -> Card:
    """A new marketplace."""
    return Card(
        t("New market"),
        (
            TextInput("name", t("Name"), str(known.get("name", "")), required=True, max_length=NAME_MAX_CHARS),
            NumberInput(
                "offer_window_minutes", t("Minutes to pick a lead"), OFFER_WINDOW_MINUTES, minimum=5, maximum=20_160
            ),
            NumberInput(
                "return_window_hours", t("Hours to return a lead"), RETURN_WINDOW_HOURS, minimum=1, maximum=720
            ),
            ToggleInput("takes", t("Our own team takes leads here too"), value=True),
        ),
        (Run(t("Open market"), "marketplace.create", {}, Style.PRIMARY, collects=True), Run(t("Cancel"), "cancel")),
    )


def invite_form(markets: MarketplaceList | MarketplaceView, known: Mapping[str, Any]) -> Card:
    """Invite a firm, with words of one's own."""
    views = markets.marketplaces if isinstance(markets, MarketplaceList) else (markets,)
    own = tuple(one for one in views if one.may_run)
    chosen = str(known.get("marketplace", "")) or (own[0].marketplace_id if len(own) == 1 else "")
    args = {"marketplace": chosen} if chosen else {}
    parts = tuple(Choice(str(part), label) for part, label in PARTS.items())
    return Card(
        t("Invite a partner"),
        (
            *(() if chosen else (_markets(own),)),
            TextInput("name", t("Firm"), str(known.get("name", "")), required=True, max_length=120),
            TextInput("email", t("E-mail"), str(known.get("email", "")), required=True, max_length=254, kind="email"),
            ChoiceInput("part", t("What the firm does"), parts, Part.TAKES, required=True),
            TextInput("text", t("Your own words"), multiline=True, max_length=TEXT_MAX_CHARS),
        ),
        (
            Run(t("Send invitation"), "marketplace.invite", args, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


def _markets(own: tuple[MarketplaceView, ...]) -> ChoiceInput:
    choices = tuple(Choice(one.marketplace_id, verbatim(one.name)) for one in own)
    return ChoiceInput("marketplace", t("Market"), choices, required=True)


def offer_form(form: OfferForm, known: Mapping[str, Any], warnings: tuple[Warn, ...] = ()) -> Card:
    """Where a lead goes, with the leads of the same contact on top, once they are known (B24)."""
    lead = form.lead
    args: dict[str, Any] = {"lead": lead.lead_id, **duplicates.accepted(warnings)}
    inputs: list[ChoiceInput] = []
    if len(form.marketplaces) == 1:
        args["marketplace"] = form.marketplaces[0][0]
    else:
        markets = tuple(Choice(one, verbatim(name)) for one, name in form.marketplaces)
        chosen = str(known.get("marketplace", ""))
        inputs.append(ChoiceInput("marketplace", t("Market"), markets, chosen, required=True))
    if form.takers:
        takers = tuple(Choice(one, verbatim(name)) for one, name in form.takers)
        everybody = Choice("", t("every active taker"))
        inputs.append(ChoiceInput("to", t("Offer to"), (everybody, *takers), str(known.get("to", ""))))
    label = t("Offer anyway") if warnings else t("Offer")
    return Card(
        t("Offer {ref} · {title}", ref=lead.ref, title=lead.title),
        (*duplicates.warned(warnings), *_where(form), *inputs),
        (
            Run(label, "marketplace.offer", args, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "lead.card", {"lead": lead.lead_id}),
        ),
    )


def _where(form: OfferForm) -> tuple[Text, ...]:
    if len(form.marketplaces) != 1:
        return ()
    name = form.marketplaces[0][1]
    if form.window_minutes:
        return (
            Text(t("On {market} it can be picked for {minutes} minutes.", market=name, minutes=form.window_minutes)),
        )
    return (Text(t("The operator of {market} decides to whom it is offered.", market=name)),)


def partner_told(name: str, market: str, state: PartnerState) -> Card:
    """To owner and admins of the operator: what became of an invitation."""
    joined = state is PartnerState.ACTIVE
    title = (
        t("{name} takes part in {market}", name=name, market=market)
        if joined
        else t("{name} declined the invitation to {market}", name=name, market=market)
    )
    return Card(title, (), (MARKETS,), STATES[state])


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


_MARKET: Final = MarketplaceView(
    marketplace_id="m1",
    name="Handwerk Süd",
    operator="",
    gives=True,
    takes=True,
    offer_window_minutes=OFFER_WINDOW_MINUTES,
    return_window_hours=RETURN_WINDOW_HOURS,
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
)
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
